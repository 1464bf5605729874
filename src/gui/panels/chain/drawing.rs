//! How a chain looks: cards, wires, and the words beside the wires.

use egui::{
    CornerRadius, FontFamily, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, Vec2, pos2, vec2,
};

use super::{
    scene::{Card, Tone, input, output},
    sheet::Sheet,
};
use crate::{
    chain::{Role, run::NodeState},
    gui::{
        canvas::{
            Curve, LABELS_FROM,
            curve::label_place,
            paint::{self, caption, name_font},
        },
        icons::{self, Icon},
        theme::Theme,
    },
};

/// How a card stands out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mood {
    /// Selected, or it has the keyboard.
    pub ring: bool,
    /// Selected, or under the pointer.
    pub raised: bool,
}

/// The wires.
pub(super) fn wires(sheet: &Sheet<'_>) {
    for n in 0..sheet.scene.wires.len() {
        let camera = &sheet.canvas.camera;
        paint::wire(
            &sheet.plane.painter,
            camera,
            &sheet.curves[n],
            wire_look(sheet, n),
        );
    }
}

fn wire_look(sheet: &Sheet<'_>, n: usize) -> paint::Wire {
    let (theme, scene) = (sheet.theme, sheet.scene);
    let wire = &scene.wires[n];
    let near = sheet.lit.is_some_and(|l| l == wire.to || l == wire.from);
    let done = scene.cards[wire.to].state == NodeState::Done;
    let mut width = match wire.role {
        Role::Actor => 1.4,
        Role::Subject | Role::Bearer | Role::Held => 2.0,
    };
    let mut colour = match (wire.severity, wire.role) {
        (Some(severity), _) => {
            width = 3.0;
            theme.severity(severity)
        }
        (None, Role::Actor) => theme.faint,
        (None, _) if done => theme.muted,
        (None, _) => theme.faint,
    };
    if near && wire.severity.is_none() {
        colour = theme.accent;
        width += 0.4;
    }
    if sheet.pointed == Some(n) {
        width += 1.0;
    }
    paint::Wire {
        colour,
        width: width * sheet.canvas.camera.zoom().clamp(0.5, 1.2),
        dashed: scene.cards[wire.from].state == NodeState::Stale
            || scene.cards[wire.to].state == NodeState::Stale,
        arrow: true,
    }
}

/// A node.
pub(super) fn card(
    painter: &Painter,
    rect: Rect,
    zoom: f32,
    card: &Card,
    theme: &Theme,
    mood: Mood,
) {
    let radius = CornerRadius::same((8.0 * zoom).clamp(2.0, 12.0) as u8);
    let fill = if mood.raised {
        theme.control
    } else {
        theme.raised
    };
    let outline = if mood.ring {
        Stroke::new(2.0, theme.accent)
    } else if card.state == NodeState::Failed {
        Stroke::new(1.8, theme.critical)
    } else {
        Stroke::new(
            1.0,
            if theme.dark {
                theme.control_hover
            } else {
                theme.faint.gamma_multiply(0.6)
            },
        )
    };
    painter.rect_filled(rect, radius, theme.window);
    if card.state == NodeState::Stale {
        painter.rect_filled(rect, radius, fill.gamma_multiply(0.6));
        let r = rect.shrink(0.5);
        let ring = [
            r.left_top(),
            r.right_top(),
            r.right_bottom(),
            r.left_bottom(),
            r.left_top(),
        ];
        painter.extend(Shape::dashed_line(&ring, outline, 4.0, 3.0));
    } else {
        painter.rect(rect, radius, fill, outline, StrokeKind::Inside);
    }
    words(painter, rect, zoom, card, theme);
}

/// The words of a card, as many lines as there is room for: what it does and as whom, what is asked for,
/// what came of it. Words never get too small to be read.
fn words(painter: &Painter, rect: Rect, zoom: f32, card: &Card, theme: &Theme) {
    const HIGH: f32 = 1.22;
    let (title_font, font) = (name_font(zoom), caption(zoom));
    let (high, low) = (title_font.size * HIGH, font.size * HIGH);
    let pad = (10.0 * zoom).max(6.0);
    let side = (11.0 * zoom).max(9.0);
    let inner = rect.shrink2(vec2(pad, 4.0 * zoom));
    if inner.height() < high || inner.width() < 6.0 * side {
        let big = Rect::from_center_size(rect.center(), Vec2::splat(rect.height() * 0.4));
        state_mark(painter, big, card.state, theme);
        return;
    }
    let line = |text: &str, at: Pos2, width: f32, font: egui::FontId, colour| {
        let galley = paint::line_of_name(painter, text, font, colour, width);
        let size = galley.size();
        painter.galley(pos2(at.x, at.y - size.y / 2.0), galley, colour);
        size.x
    };
    let mut y = inner.top() + high / 2.0;
    let mark = Rect::from_center_size(pos2(inner.left() + side / 2.0, y), Vec2::splat(side));
    state_mark(painter, mark, card.state, theme);
    let left = mark.right() + 6.0 * zoom;
    let mut room = inner.right() - left;
    if let Some(icon) = card.icon {
        let at = pos2(inner.right() - side / 2.0, y);
        let square = Rect::from_center_size(at, Vec2::splat(side * 1.25));
        icon.paint(painter, square, theme.muted);
        room -= side * 1.25 + 4.0 * zoom;
    }
    let title = line(&card.title, pos2(left, y), room, title_font, theme.text);
    y += high / 2.0;
    // Who acts: beside the title, or below it where both are long.
    let mut lines = room_for(inner.bottom() - y, low);
    let who = paint::line(painter, &card.who, font.clone(), theme.muted, f32::INFINITY);
    let beside = who.size().x <= room - title - 8.0 * zoom;
    if beside {
        let at = pos2(
            inner.right() - who.size().x,
            inner.top() + high / 2.0 - who.size().y / 2.0,
        );
        painter.galley(at, who, theme.muted);
    } else if lines > 1 {
        lines -= 1;
        line(
            &card.who,
            pos2(left, y + low / 2.0),
            room,
            font.clone(),
            theme.muted,
        );
        y += low;
    }
    if lines == 0 {
        return;
    }
    let gap = 5.0 * zoom;
    let mut lines = room_for(inner.bottom() - y - low - gap, low);
    if lines > 0 {
        let x = (rect.left() + 1.0)..=(rect.right() - 1.0);
        let stroke = Stroke::new(1.0, theme.hairline);
        painter.hline(x, y + gap / 2.0, stroke);
        y += gap;
    }
    for (n, text) in card.lines.iter().enumerate() {
        // Later lines get at least one each.
        let later = card.lines.len() - n - 1;
        let most = lines.saturating_sub(later).max(usize::from(lines > 0));
        if most == 0 {
            break;
        }
        for row in wrapped(painter, text, &font, (inner.width(), most), true) {
            line(
                &row,
                pos2(inner.left(), y + low / 2.0),
                inner.width(),
                font.clone(),
                theme.muted,
            );
            y += low;
            lines -= 1;
        }
    }
    let colour = match card.outcome.1 {
        Tone::Quiet => theme.muted,
        Tone::Good => theme.good,
        Tone::Bad => theme.critical,
        Tone::Risk(severity) => theme.severity(severity),
    };
    let mut from = inner.left();
    let marked = card.severity.map(|severity| (severity, from + side / 2.0));
    if marked.is_some() {
        from += side + 4.0 * zoom;
    }
    // What is left over between takes a long outcome in.
    let space = (inner.right() - from, lines + 1);
    let rows = wrapped(painter, &card.outcome.0, &font, space, false);
    let mut y = inner.bottom() - low * (rows.len() as f32 - 0.5);
    if let Some((severity, x)) = marked {
        let at = Rect::from_center_size(pos2(x, y), Vec2::splat(side * 0.9));
        icons::severity(painter, at, severity, theme);
    }
    for row in rows {
        line(
            &row,
            pos2(from, y),
            inner.right() - from,
            font.clone(),
            colour,
        );
        y += low;
    }
}

fn room_for(height: f32, line: f32) -> usize {
    (height / line).max(0.0) as usize
}

/// A text broken at its spaces into at most `most` lines of `width`. The last takes what is left over;
/// of a list, what fits, and how many more there are.
fn wrapped(
    painter: &Painter,
    text: &str,
    font: &egui::FontId,
    (width, most): (f32, usize),
    list: bool,
) -> Vec<String> {
    let fits = |text: &str| {
        let colour = egui::Color32::PLACEHOLDER;
        let galley = painter.layout_no_wrap(text.to_owned(), font.clone(), colour);
        galley.size().x <= width
    };
    // What an audience is follows the word for it: neither stands without the other.
    let text = text.replacen("aud ", "aud\u{a0}", usize::from(text.starts_with("aud ")));
    let words: Vec<&str> = text.split(' ').collect();
    let mut lines: Vec<String> = Vec::new();
    for (n, word) in words.iter().enumerate() {
        if let Some(last) = lines.last_mut() {
            let longer = format!("{last} {word}");
            if fits(&longer) {
                *last = longer;
                continue;
            }
        }
        if lines.len() < most {
            lines.push((*word).to_owned());
            continue;
        }
        let Some(last) = lines.last_mut() else { break };
        let rest = if list {
            format!(" +{}", words.len() - n)
        } else {
            format!(" {}", words[n..].join(" "))
        };
        last.push_str(&rest);
        break;
    }
    lines
}

/// Where wires begin, and where one may still end.
pub(super) fn ports(
    painter: &Painter,
    rect: Rect,
    zoom: f32,
    card: &Card,
    free: &[Role],
    theme: &Theme,
) {
    let r = (3.6 * zoom).max(2.0);
    let port = |at: Pos2| {
        painter.circle(at, r, theme.surface, Stroke::new(1.2, theme.faint));
    };
    if card.gives {
        port(output(rect));
    }
    for role in free {
        port(input(rect, *role));
    }
}

/// How far a node is: by shape, and the card says it in words.
fn state_mark(painter: &Painter, rect: Rect, state: NodeState, theme: &Theme) {
    let c = rect.center();
    let r = rect.width() / 2.0;
    match state {
        NodeState::Idle => {
            painter.circle_stroke(c, r * 0.75, Stroke::new(1.4, theme.faint));
        }
        NodeState::Running => {
            painter.circle_stroke(c, r * 0.85, Stroke::new(1.4, theme.accent));
            painter.circle_filled(c, r * 0.45, theme.accent);
        }
        NodeState::Done => Icon::Check.paint(painter, rect.expand(r * 0.35), theme.good),
        NodeState::Failed => {
            icons::severity(painter, rect, crate::risk::Severity::Critical, theme);
            Icon::Cross.paint(painter, rect.shrink(r * 0.25), theme.window);
        }
        NodeState::Stale => Icon::Clock.paint(painter, rect.expand(r * 0.3), theme.muted),
    }
}

/// What changed on the way, beside the wire where it covers no card.
pub(super) fn pills(sheet: &Sheet<'_>) {
    let (theme, canvas, plane, scene) = (sheet.theme, &sheet.canvas, &sheet.plane, sheet.scene);
    let (rects, curves) = (&sheet.rects, &sheet.curves);
    let zoom = canvas.camera.zoom();
    if zoom < LABELS_FROM {
        return;
    }
    let font = paint::font(11.0, zoom, FontFamily::Proportional);
    let mut blocked: Vec<Rect> = rects.clone();
    // The words that matter first, so that they get the better places.
    let mut order: Vec<usize> = (0..scene.wires.len()).collect();
    order.sort_by_key(|n| {
        (
            std::cmp::Reverse(scene.wires[*n].severity),
            scene.wires[*n].role == Role::Actor,
        )
    });
    for n in order {
        let wire = &scene.wires[n];
        if wire.words.is_empty() {
            continue;
        }
        let screen = canvas.camera.screen_rect(curves[n].bounds).expand(160.0);
        if !screen.intersects(plane.rect) {
            continue;
        }
        let size = paint::pill_size(&plane.painter, &wire.words, &font, 250.0 * zoom) / zoom;
        let others: Vec<&Curve> = curves
            .iter()
            .enumerate()
            .filter(|(m, c)| *m != n && c.bounds.expand(size.x).intersects(curves[n].bounds))
            .map(|(_, c)| c)
            .collect();
        let place = if wire.role == Role::Actor {
            // One word stands on its wire.
            let word = paint::line(
                &plane.painter,
                &wire.words[0],
                font.clone(),
                theme.muted,
                200.0,
            );
            Rect::from_center_size(
                curves[n].along(0.5).0,
                (word.size() + vec2(4.0, 0.0)) / zoom,
            )
        } else {
            label_place(&curves[n], size, &blocked, &others)
        };
        if wire.role == Role::Actor && blocked.iter().any(|b| b.intersects(place)) {
            continue; // the port says it
        }
        blocked.push(place);
        if wire.role == Role::Actor {
            let rect = canvas.camera.screen_rect(place);
            plane.painter.rect_filled(rect, 3, theme.window);
            let at = egui::Align2::CENTER_CENTER;
            plane
                .painter
                .text(rect.center(), at, &wire.words[0], font.clone(), theme.muted);
            continue;
        }
        let colour = wire.severity.map_or(theme.muted, |s| theme.severity(s));
        let outline = Stroke::new(
            1.0,
            wire.severity
                .map_or(theme.hairline, |s| theme.severity(s).gamma_multiply(0.7)),
        );
        let rect = canvas.camera.screen_rect(place);
        paint::pill(
            &plane.painter,
            rect,
            &wire.words,
            &font,
            colour,
            theme.surface,
            outline,
        );
    }
}
