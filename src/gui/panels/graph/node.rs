//! How a principal looks: its shape and icon say its kind, its outline and badge its risk.

use egui::{Color32, CornerRadius, Painter, Pos2, Rect, Stroke, StrokeKind, Vec2, pos2, vec2};

use super::wires::{risk, severity_width};
use crate::{
    gui::{
        canvas::paint::{self, caption, name_font},
        icons::{self, Icon},
        theme::Theme,
    },
    principal::{
        Node, NodeKind,
        layout::{NODE_PADDING, Words, text_width},
    },
    risk::Severity,
};

/// How a node stands out.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::struct_excessive_bools)] // four independent marks
pub(super) struct Mood {
    /// Selected, or it has the keyboard.
    pub ring: bool,
    /// Selected.
    pub filled: bool,
    /// Under the pointer.
    pub hovered: bool,
    /// Something else is lit.
    pub dimmed: bool,
}

fn radius(kind: NodeKind, height: f32) -> CornerRadius {
    let round = |r: f32| r.clamp(0.0, 120.0) as u8;
    match kind {
        NodeKind::Person | NodeKind::Key => CornerRadius::same(round(height / 2.0)),
        NodeKind::Agent | NodeKind::Unknown => CornerRadius::same(round(height * 0.22)),
        NodeKind::Client | NodeKind::Service => CornerRadius::same(round(height * 0.12)),
        NodeKind::Audience => CornerRadius::same(2),
        NodeKind::AuthorizationServer => CornerRadius {
            nw: round(height * 0.08),
            ne: round(height * 0.08),
            sw: round(height * 0.42),
            se: round(height * 0.42),
        },
    }
}

/// A principal: its shape and icon say its kind, its outline and badge its risk.
pub(super) fn node(
    painter: &Painter,
    rect: Rect,
    zoom: f32,
    (node, text): (&Node, &Words),
    theme: &Theme,
    mood: Mood,
) {
    let dimmed = mood.dimmed;
    let fade = |c: Color32| if dimmed { c.gamma_multiply(0.35) } else { c };
    let radius = radius(node.kind, rect.height());
    let fill = if mood.filled {
        theme.accent_surface
    } else if mood.hovered {
        theme.control
    } else {
        theme.raised
    };
    let outline = match risk(node.severity) {
        Some(severity) => Stroke::new(
            (severity_width(Some(severity)) * 0.72).max(1.3) * zoom.clamp(0.6, 1.2),
            theme.severity(severity),
        ),
        None => Stroke::new(
            1.0,
            if theme.dark {
                theme.control_hover
            } else {
                theme.faint.gamma_multiply(0.6)
            },
        ),
    };
    if node.fold.is_some() {
        stack(
            painter,
            rect,
            zoom,
            radius,
            fade(theme.raised),
            fade(outline.color),
            theme,
        );
    }
    // A dimmed node is still opaque: wires do not show through it.
    painter.rect_filled(rect, radius, theme.window);
    painter.rect(
        rect,
        radius,
        fade(fill),
        Stroke::new(outline.width, fade(outline.color)),
        StrokeKind::Inside,
    );
    if mood.ring {
        let ring = rect.expand(3.0);
        painter.rect_stroke(
            ring,
            grow(radius, 3),
            Stroke::new(2.0, theme.accent),
            StrokeKind::Inside,
        );
    }
    words(painter, rect, zoom, (node, text), theme, fade);
    if let Some(severity) = node.severity {
        let side = (14.0 * zoom).clamp(7.0, 16.0);
        let inset = if matches!(node.kind, NodeKind::Person | NodeKind::Key) {
            rect.height() * 0.28
        } else {
            side * 0.35
        };
        badge(
            painter,
            pos2(rect.right() - inset, rect.top() + side * 0.05),
            side,
            severity,
            theme,
            dimmed,
        );
    }
}

/// A fold looks like the uppermost of several cards.
fn stack(
    painter: &Painter,
    rect: Rect,
    zoom: f32,
    radius: CornerRadius,
    fill: Color32,
    line: Color32,
    theme: &Theme,
) {
    for n in [2.0, 1.0] {
        let down = 4.0 * n * zoom.clamp(0.5, 1.2);
        let card = rect
            .translate(vec2(0.0, down))
            .shrink2(vec2(down * 1.5, 0.0));
        painter.rect_filled(card, radius, theme.window);
        let line = Stroke::new(1.0, line);
        painter.rect(card, radius, fill, line, StrokeKind::Inside);
    }
}

fn grow(mut radius: CornerRadius, by: u8) -> CornerRadius {
    for corner in [
        &mut radius.nw,
        &mut radius.ne,
        &mut radius.sw,
        &mut radius.se,
    ] {
        *corner = corner.saturating_add(by);
    }
    radius
}

/// Width of a name, in points, from which on the icon does not give way to it: it is cut either way.
const BARE: f32 = 90.0;

/// Icon and words of a node, as many lines as there is room for. Words never get too small to be read:
/// the lines below the name give way, then the icon, whose kind the shape tells as well, then all words.
fn words(
    painter: &Painter,
    rect: Rect,
    zoom: f32,
    (node, text): (&Node, &Words),
    theme: &Theme,
    fade: impl Fn(Color32) -> Color32,
) {
    let (colour, muted) = (fade(theme.text), fade(theme.muted));
    let [left, icon, gap, right] = NODE_PADDING.map(|v| v * zoom);
    let round = matches!(node.kind, NodeKind::Person | NodeKind::Key);
    let left = if round { left * 1.2 } else { left };
    let (name_font, detail_font) = (name_font(zoom), caption(zoom));
    let room = rect.height() - 5.0 * zoom;
    let lines = Lines::fitting(text, name_font.size, detail_font.size, room);
    let whole = [text.name.concat()];
    let names = if lines.names < text.name.len() {
        &whole[..]
    } else {
        &text.name[..]
    };
    let longest = names
        .iter()
        .map(|line| text_width(line, name_font.size))
        .fold(0.0, f32::max);
    let icon = icon.max(11.0);
    let mut from = rect.left() + left + icon + gap;
    let mut width = rect.right() - right.min(left) - from;
    let bare = width < longest.min(BARE);
    if bare {
        let edge = if round { rect.height() * 0.25 } else { 4.0 };
        from = rect.left() + edge;
        width = rect.width() - 2.0 * edge;
    }
    if lines.names == 0 || width < longest.min(44.0) {
        let side = (rect.height() * 0.5).min(18.0);
        Icon::of_kind(node.kind).paint(
            painter,
            Rect::from_center_size(rect.center(), Vec2::splat(side)),
            muted,
        );
        // The name goes below, where there is room beside its neighbours.
        let room = rect.width() + 40.0 * zoom;
        let name = text.name.concat();
        // Rather none than a stump.
        if room >= 80.0 || (room >= 44.0 && text_width(&name, detail_font.size) <= room) {
            let galley = paint::line_of_name(painter, &name, detail_font, colour, room);
            let size = galley.size();
            let at = pos2(rect.center().x - size.x / 2.0, rect.bottom() + 1.0);
            let behind = Rect::from_min_size(at, size).expand2(vec2(2.0, 0.0));
            painter.rect_filled(behind, 2, theme.window);
            painter.galley(at, galley, colour);
        }
        return;
    }
    if !bare {
        Icon::of_kind(node.kind).paint(
            painter,
            Rect::from_center_size(
                pos2(rect.left() + left + icon / 2.0, rect.center().y),
                Vec2::splat(icon),
            ),
            muted,
        );
    }
    let galleys: Vec<_> = names
        .iter()
        .map(|line| (line, &name_font, colour))
        .chain(
            text.detail
                .iter()
                .take(lines.details)
                .map(|line| (line, &detail_font, muted)),
        )
        .map(|(line, font, colour)| {
            let galley = paint::line_of_name(painter, line, font.clone(), colour, width);
            (galley, colour)
        })
        .collect();
    let height: f32 = galleys.iter().map(|(g, _)| g.size().y).sum();
    let mut y = rect.center().y - height / 2.0;
    for (galley, colour) in galleys {
        let step = galley.size().y;
        let x = if bare {
            from + (width - galley.size().x) / 2.0
        } else {
            from
        };
        painter.galley(pos2(x, y), galley, colour);
        y += step;
    }
}

/// How many lines of a node are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Lines {
    names: usize,
    details: usize,
}

impl Lines {
    /// What fits into `room`, with lines as high as Inter's at these sizes. More than two lines need
    /// air besides: they would stand at the box's edge.
    fn fitting(text: &Words, name: f32, detail: f32, room: f32) -> Self {
        const HIGH: f32 = 1.22;
        const AIR: f32 = 5.0;
        let mut lines = Self {
            names: text.name.len(),
            details: text.detail.len(),
        };
        let height = |l: Self| {
            let air = if l.names + l.details > 2 { AIR } else { 0.0 };
            (l.names as f32 * name + l.details as f32 * detail) * HIGH + air
        };
        while height(lines) > room && (lines.details > 0 || lines.names > 0) {
            if lines.details > 0 {
                lines.details -= 1;
            } else {
                lines.names -= 1;
            }
        }
        lines
    }
}

fn badge(painter: &Painter, at: Pos2, side: f32, severity: Severity, theme: &Theme, dimmed: bool) {
    painter.circle_filled(at, side * 0.68, theme.window);
    let mut painter = painter.clone();
    if dimmed {
        painter.multiply_opacity(0.4);
    }
    icons::severity(
        &painter,
        Rect::from_center_size(at, Vec2::splat(side)),
        severity,
        theme,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_give_way_from_below_and_never_shrink() {
        let text = Words {
            name: vec!["a".into(), "b".into()],
            detail: vec!["c".into()],
        };
        let at = |room| {
            let lines = Lines::fitting(&text, 11.0, 11.0, room);
            (lines.names, lines.details)
        };
        assert_eq!(at(60.0), (2, 1));
        assert_eq!(at(44.0), (2, 0), "no line at the edge of the box");
        assert_eq!(at(30.0), (2, 0));
        assert_eq!(at(20.0), (1, 0));
        assert_eq!(at(10.0), (0, 0));
    }
}
