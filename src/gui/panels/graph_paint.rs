//! How the principal graph looks. Colour means risk or selection and nothing else.

use egui::{
    Color32, CornerRadius, FontFamily, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, Vec2, pos2,
    vec2,
};

use super::{
    graph::{State, caption, name_font, shows_node},
    graph_canvas::{Sheet, is_selected},
};
use crate::{
    gui::{
        canvas::{LABELS_FROM, Stage, paint},
        icons::{self, Icon},
        theme::{Theme, space},
    },
    principal::{
        Node, NodeKind, Relation,
        layout::{NODE_PADDING, Words},
    },
    risk::Severity,
};

/// More wires than this are drawn faint.
const MANY: usize = 300;

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

fn severity_width(severity: Option<Severity>) -> f32 {
    match severity {
        Some(Severity::Critical) => 3.2,
        Some(Severity::High) => 2.6,
        Some(Severity::Medium) => 2.1,
        Some(Severity::Low) => 1.7,
        Some(Severity::Info) | None => 1.4,
    }
}

/// Info is a note, not a risk: it has no colour.
fn risk(severity: Option<Severity>) -> Option<Severity> {
    severity.filter(|s| *s > Severity::Info)
}

/// Wires: the ones that matter on top of the others.
pub(super) fn wires(sheet: &Sheet<'_>) {
    let (scene, lit) = (sheet.scene, sheet.lit);
    let mut order = sheet.shown.clone();
    order.sort_by_key(|e| (lit.edges.contains(e), scene.graph.edges[*e].severity));
    for e in order {
        let camera = &sheet.canvas.camera;
        paint::wire(
            &sheet.stage.painter,
            camera,
            &scene.curves[e],
            wire_look(sheet, e),
        );
    }
}

fn wire_look(sheet: &Sheet<'_>, e: usize) -> paint::Wire {
    let (theme, lit) = (sheet.theme, sheet.lit);
    let edge = &sheet.scene.graph.edges[e];
    let dashed = !matches!(edge.relation, Relation::Delegates | Relation::Reaches);
    let mut width = severity_width(risk(edge.severity));
    let mut colour = match risk(edge.severity) {
        Some(severity) => theme.severity(severity),
        None if dashed => theme.faint,
        None => theme.muted,
    };
    // Very many wires are a texture, on which those that matter stand out.
    if sheet.shown.len() > MANY && risk(edge.severity).is_none() {
        colour = colour.gamma_multiply(0.3);
    }
    if lit.on && lit.edges.contains(&e) {
        width += 0.8;
        let severity = lit.severity.or(edge.severity);
        colour = risk(severity).map_or(theme.accent, |s| theme.severity(s));
    }
    if is_selected(&sheet.selection, sheet.scene, edge) {
        width += 1.2;
        colour = theme.accent;
    } else if sheet.pointed == Some(e) {
        width += 1.0;
    } else if lit.dims_edge(e) {
        colour = colour.gamma_multiply(0.28);
    }
    paint::Wire {
        colour,
        width: width * sheet.canvas.camera.zoom().clamp(0.45, 1.2),
        dashed,
        arrow: true,
    }
}

fn radius(kind: NodeKind, height: f32) -> CornerRadius {
    let round = |r: f32| r.clamp(0.0, 120.0) as u8;
    match kind {
        NodeKind::Person | NodeKind::Key => CornerRadius::same(round(height / 2.0)),
        NodeKind::Agent => CornerRadius::same(round(height * 0.22)),
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

/// Icon and words of a node, as many lines as there is room for. Words never get too small to be read:
/// the lines below the name give way, then all words.
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
    let room = rect.height() - 8.0 * zoom;
    let lines = Lines::fitting(text, name_font.size, detail_font.size, room);
    let icon = icon.max(11.0);
    let from = rect.left() + left + icon + gap;
    let width = rect.right() - right.min(left) - from;
    if lines.names == 0 || width < 44.0 {
        let side = (rect.height() * 0.5).min(18.0);
        Icon::of_kind(node.kind).paint(
            painter,
            Rect::from_center_size(rect.center(), Vec2::splat(side)),
            muted,
        );
        // The name goes below, where there is room beside its neighbours.
        let room = rect.width() + 40.0 * zoom;
        if room >= 44.0 {
            let name = text.name.concat();
            let galley = paint::line_of_name(painter, &name, detail_font, colour, room);
            let size = galley.size();
            let at = pos2(rect.center().x - size.x / 2.0, rect.bottom() + 1.0);
            let behind = Rect::from_min_size(at, size).expand2(vec2(2.0, 0.0));
            painter.rect_filled(behind, 2, theme.window);
            painter.galley(at, galley, colour);
        }
        return;
    }
    Icon::of_kind(node.kind).paint(
        painter,
        Rect::from_center_size(
            pos2(rect.left() + left + icon / 2.0, rect.center().y),
            Vec2::splat(icon),
        ),
        muted,
    );
    let whole = [text.name.concat()];
    let names = if lines.names < text.name.len() {
        &whole[..]
    } else {
        &text.name[..]
    };
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
        painter.galley(pos2(from, y), galley, colour);
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
    /// What fits into `room`, with lines as high as Inter's at these sizes.
    fn fitting(text: &Words, name: f32, detail: f32, room: f32) -> Self {
        const HIGH: f32 = 1.22;
        let mut lines = Self {
            names: text.name.len(),
            details: text.detail.len(),
        };
        let height = |l: Self| (l.names as f32 * name + l.details as f32 * detail) * HIGH;
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

/// Words on the wires: what changed, in the colour of the risk, with its shape; `may act` and `issues`
/// where there is room for them.
pub(super) fn notes(sheet: &Sheet<'_>, state: &State) {
    let (canvas, stage, scene) = (&sheet.canvas, &sheet.stage, sheet.scene);
    let (lit, theme, shown) = (sheet.lit, sheet.theme, &sheet.shown);
    let zoom = canvas.camera.zoom();
    let quiet = shown.len() <= 40 && zoom >= LABELS_FROM;
    let font = paint::font(11.0, zoom, FontFamily::Proportional);
    let mut taken: Vec<Rect> = (0..scene.rects.len())
        .filter(|n| shows_node(state, scene.graph.nodes[*n].kind))
        .map(|n| canvas.camera.screen_rect(scene.rects[n]).expand(7.0))
        .filter(|r| r.intersects(stage.rect))
        .collect();
    let mut order: Vec<usize> = shown.clone();
    order.sort_by_key(|e| std::cmp::Reverse(scene.graph.edges[*e].severity));
    for e in order {
        let edge = &scene.graph.edges[e];
        let severity = risk(edge.severity);
        let text = match (&edge.note, edge.relation) {
            (Some(note), _) if zoom >= LABELS_FROM => note.as_str(),
            (
                None,
                Relation::MayAct | Relation::Issued | Relation::Holds | Relation::UsesClient,
            ) if quiet && severity.is_none() => edge.relation.name(),
            _ => "",
        };
        if text.is_empty() && severity.is_none() {
            continue;
        }
        let mut colour = severity.map_or(theme.muted, |s| theme.severity(s));
        if lit.dims_edge(e) {
            colour = colour.gamma_multiply(0.4);
        }
        let side = if severity.is_some() {
            (11.0 * zoom).clamp(6.0, 13.0)
        } else {
            0.0
        };
        let galley = paint::line(&stage.painter, text, font.clone(), colour, 240.0);
        let gap = if side > 0.0 && !text.is_empty() {
            5.0
        } else {
            0.0
        };
        let size = vec2(side + gap + galley.size().x, galley.size().y.max(side)) + vec2(8.0, 4.0);
        let place = free_place(sheet, e, size, &taken);
        let Some(place) = place else { continue };
        stage.painter.rect_filled(place, 4, theme.window);
        let inner = place.shrink2(vec2(4.0, 2.0));
        if let Some(severity) = severity {
            let mut painter = stage.painter.clone();
            if lit.dims_edge(e) {
                painter.multiply_opacity(0.4);
            }
            icons::severity(
                &painter,
                Rect::from_center_size(
                    pos2(inner.left() + side / 2.0, inner.center().y),
                    Vec2::splat(side),
                ),
                severity,
                theme,
            );
        }
        stage.painter.galley(
            pos2(
                inner.left() + side + gap,
                inner.center().y - galley.size().y / 2.0,
            ),
            galley,
            colour,
        );
        taken.push(place.expand(2.0));
    }
}

/// The layout's place for the words, or another on the wire, that covers nothing; none if there is none.
fn free_place(sheet: &Sheet<'_>, e: usize, size: Vec2, taken: &[Rect]) -> Option<Rect> {
    let (canvas, scene) = (&sheet.canvas, sheet.scene);
    let curve = &scene.curves[e];
    let wanted = canvas.camera.screen(scene.labels[e]);
    let on = |share: f32| canvas.camera.screen(curve.along(share).0);
    let lift = vec2(0.0, -size.y / 2.0 - 4.0);
    // Above or below the nodes at both ends, when the wire is shorter than the words.
    let edge = &scene.graph.edges[e];
    let tallest = [edge.from, edge.to]
        .map(|n| scene.rects[n].height() * canvas.camera.zoom() / 2.0)
        .into_iter()
        .fold(0.0, f32::max);
    let clear = vec2(0.0, tallest + size.y / 2.0 + 10.0);
    [
        wanted,
        on(0.5) + lift,
        on(0.5),
        on(0.4),
        on(0.6),
        on(0.3) + lift,
        on(0.7) + lift,
        on(0.5) - lift,
        on(0.3),
        on(0.7),
        on(0.2),
        on(0.8),
        on(0.5) - clear,
        on(0.5) + clear,
        on(0.5) - clear - vec2(0.0, size.y + 4.0),
        on(0.5) + clear + vec2(0.0, size.y + 4.0),
    ]
    .into_iter()
    .map(|at| Rect::from_center_size(at, size))
    .find(|rect| taken.iter().all(|t| !t.intersects(*rect)))
}

/// How a kind of wire is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    Thick,
    Plain,
    Thin,
    Dashed,
}

/// What the wires mean, at the lower left.
pub(super) fn legend(stage: &Stage, theme: &Theme, area: Rect, lines: [(Line, &str); 2]) {
    if area.width() < 560.0 {
        return;
    }
    let y = stage.rect.bottom() - 26.0;
    let mut x = stage.rect.left() + space::L;
    let back = Rect::from_min_max(pos2(x - 6.0, y - 11.0), pos2(x + 262.0, y + 11.0));
    stage.painter.rect_filled(back, 4, theme.window);
    for (line, text) in lines {
        let from = pos2(x, y);
        let to = pos2(x + 24.0, y);
        let (width, colour) = match line {
            Line::Thick => (2.2, theme.muted),
            Line::Plain => (1.4, theme.muted),
            Line::Thin => (1.2, theme.faint),
            Line::Dashed => (1.4, theme.faint),
        };
        let stroke = Stroke::new(width, colour);
        if line == Line::Dashed {
            stage
                .painter
                .extend(Shape::dashed_line(&[from, to], stroke, 5.0, 4.0));
        } else {
            stage.painter.line_segment([from, to], stroke);
        }
        let galley = paint::line(
            &stage.painter,
            text,
            egui::FontId::proportional(11.0),
            theme.muted,
            180.0,
        );
        let width = galley.size().x;
        stage.painter.galley(
            pos2(to.x + 6.0, y - galley.size().y / 2.0),
            galley,
            theme.muted,
        );
        x = to.x + 6.0 + width + space::L;
    }
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
        assert_eq!(at(30.0), (2, 0));
        assert_eq!(at(20.0), (1, 0));
        assert_eq!(at(10.0), (0, 0));
    }
}
