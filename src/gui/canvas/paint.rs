//! What both canvases draw: wires, arrow heads, pills, text that keeps inside its box, the grid.

use std::sync::Arc;

use egui::{
    Color32, CornerRadius, FontFamily, FontId, Galley, Painter, Pos2, Rect, Shape, Stroke,
    StrokeKind, Vec2, pos2,
    text::{LayoutJob, TextWrapping},
    vec2,
};

use super::{Camera, Curve};
use crate::{gui::theme, kit::text::shorten};

/// How a wire is drawn.
#[derive(Debug, Clone, Copy)]
pub struct Wire {
    /// Colour.
    pub colour: Color32,
    /// Width in screen points.
    pub width: f32,
    /// Dashed: a permission or an issuance, not a delegation.
    pub dashed: bool,
    /// With an arrow head at its end.
    pub arrow: bool,
}

/// Draws a wire. Far away, with fewer segments.
pub fn wire(painter: &Painter, camera: &Camera, curve: &Curve, look: Wire) {
    let seen = camera.screen_rect(curve.bounds).expand(12.0);
    if curve.points.len() < 2 || !seen.intersects(painter.clip_rect()) {
        return;
    }
    let skip = if camera.zoom() < 0.25 {
        6
    } else if camera.zoom() < 0.6 {
        2
    } else {
        1
    };
    let last = curve.points.len() - 1;
    let mut points: Vec<Pos2> = curve
        .points
        .iter()
        .enumerate()
        .filter(|(n, _)| n % skip == 0 || *n == last)
        .map(|(_, p)| camera.screen(*p))
        .collect();
    let direction = curve.arrival();
    let end = camera.screen(curve.points[last]);
    let head = if look.arrow {
        arrow_size(camera.zoom(), look.width)
    } else {
        0.0
    };
    if let Some(tip) = points.last_mut() {
        *tip = end - direction * (head * 0.8); // the line ends inside the head, not at its point
    }
    let stroke = Stroke::new(look.width, look.colour);
    if look.dashed {
        painter.extend(Shape::dashed_line(&points, stroke, 5.0, 4.0));
    } else {
        painter.add(Shape::line(points, stroke));
    }
    if look.arrow {
        arrow(painter, end, direction, head, look.colour);
    }
}

fn arrow_size(zoom: f32, width: f32) -> f32 {
    (8.0 * zoom.sqrt() + width).clamp(4.0, 14.0)
}

fn arrow(painter: &Painter, tip: Pos2, direction: Vec2, size: f32, colour: Color32) {
    let back = tip - direction * size;
    let side = direction.rot90() * (size * 0.46);
    painter.add(Shape::convex_polygon(
        vec![tip, back + side, back - side],
        colour,
        Stroke::NONE,
    ));
}

/// Smallest text on a canvas, in screen points: what would be smaller stays at this, or is left out.
pub const LEGIBLE: f32 = 11.0;

/// A font whose size follows the zoom, in half points so that few sizes are laid out; never below
/// [`LEGIBLE`].
pub fn font(size: f32, zoom: f32, family: FontFamily) -> FontId {
    FontId::new(((size * zoom * 2.0).round() / 2.0).max(LEGIBLE), family)
}

/// Caption text on the canvas: 11 points at natural size.
pub fn caption(zoom: f32) -> FontId {
    font(11.0, zoom, FontFamily::Proportional)
}

/// Names on the canvas: 13 points at natural size.
pub fn name_font(zoom: f32) -> FontId {
    font(13.0, zoom, theme::medium())
}

/// One line, cut with `…` at `width` screen points.
pub fn line(
    painter: &Painter,
    text: &str,
    font: FontId,
    colour: Color32,
    width: f32,
) -> Arc<Galley> {
    let mut job = LayoutJob::simple_singleline(text.to_owned(), font, colour);
    job.wrap = TextWrapping::truncate_at_width(width.max(8.0));
    painter.layout_job(job)
}

/// One line; what does not fit is cut out of the middle: the end of a URL or of a name tells it from
/// its neighbours.
pub fn line_of_name(
    painter: &Painter,
    text: &str,
    font: FontId,
    colour: Color32,
    width: f32,
) -> Arc<Galley> {
    let job = LayoutJob::simple_singleline(text.to_owned(), font.clone(), colour);
    let whole = painter.layout_job(job);
    if whole.size().x <= width {
        return whole;
    }
    let count = text.chars().count();
    let fitting = (count as f32 * width / whole.size().x) as usize;
    let cut = shorten(text, fitting.saturating_sub(1).max(3));
    line(painter, &cut, font, colour, width)
}

/// A name on as many as `rows` lines; what does not fit is cut out of the middle, as by [`line_of_name`].
pub fn lines_of_name(
    painter: &Painter,
    text: &str,
    font: &FontId,
    colour: Color32,
    (width, rows): (f32, usize),
) -> Arc<Galley> {
    let lay_out = |text: &str| {
        let mut job = LayoutJob::simple(text.to_owned(), font.clone(), colour, width.max(8.0));
        job.wrap.max_rows = rows;
        painter.layout_job(job)
    };
    let galley = lay_out(text);
    if !galley.elided {
        return galley;
    }
    // Lines end at words: some of the room stays empty.
    let mut room = galley.text().chars().count().min(400);
    while room > 8 {
        room -= (room / 12).max(1);
        let cut = lay_out(&shorten(text, room));
        if !cut.elided {
            return cut;
        }
    }
    galley
}

/// Draws one line, vertically in the middle of `rect`, from its left edge; returns its width.
pub fn text_left(painter: &Painter, rect: Rect, text: &str, font: FontId, colour: Color32) -> f32 {
    let galley = line(painter, text, font, colour, rect.width());
    let size = galley.size();
    painter.galley(
        pos2(rect.left(), rect.center().y - size.y / 2.0),
        galley,
        colour,
    );
    size.x
}

/// Lines in a small raised box. Returns its size for `lines` in screen points.
pub fn pill_size(painter: &Painter, lines: &[String], font: &FontId, width: f32) -> Vec2 {
    let mut size = Vec2::ZERO;
    for text in lines {
        let galley = line(painter, text, font.clone(), Color32::PLACEHOLDER, width);
        size.x = size.x.max(galley.size().x);
        size.y += galley.size().y;
    }
    size + pill_padding(font) * 2.0
}

fn pill_padding(font: &FontId) -> Vec2 {
    vec2(font.size * 0.7, font.size * 0.3)
}

/// Draws a pill made of `lines`.
pub fn pill(
    painter: &Painter,
    rect: Rect,
    lines: &[String],
    font: &FontId,
    colour: Color32,
    fill: Color32,
    outline: Stroke,
) {
    let radius = CornerRadius::same((rect.height() / 2.0).min(8.0) as u8);
    painter.rect(rect, radius, fill, outline, StrokeKind::Inside);
    let padding = pill_padding(font);
    let mut y = rect.top() + padding.y;
    for text in lines {
        let galley = line(
            painter,
            text,
            font.clone(),
            colour,
            rect.width() - padding.x * 2.0 + 0.5, // what was measured may be rounded
        );
        let height = galley.size().y;
        painter.galley(pos2(rect.left() + padding.x, y), galley, colour);
        y += height;
    }
}

/// Dots on the plane every 24 points; left out when far away.
pub fn grid(painter: &Painter, camera: &Camera, rect: Rect, colour: Color32) {
    const STEP: f32 = 24.0;
    if camera.zoom() < 0.5 {
        return;
    }
    let (from, to) = (camera.world(rect.min), camera.world(rect.max));
    let mut y = (from.y / STEP).ceil() * STEP;
    while y < to.y {
        let mut x = (from.x / STEP).ceil() * STEP;
        while x < to.x {
            let at = camera.screen(pos2(x, y));
            painter.rect_filled(Rect::from_center_size(at, Vec2::splat(1.5)), 0, colour);
            x += STEP;
        }
        y += STEP;
    }
}

/// A vertical dotted line.
pub fn dotted(painter: &Painter, x: f32, top: f32, bottom: f32, colour: Color32) {
    painter.extend(Shape::dotted_line(
        &[pos2(x, top), pos2(x, bottom)],
        colour,
        6.0,
        0.8,
    ));
}
