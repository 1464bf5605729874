//! How the principal graph looks. Colour means risk or selection and nothing else.

use egui::{FontFamily, Rect, Vec2, pos2, vec2};

use super::sheet::{Sheet, is_selected};
use crate::{
    gui::{
        canvas::{LABELS_FROM, paint},
        icons,
    },
    principal::Relation,
    risk::Severity,
};

/// Below this zoom even the signs on the wires would cover what they are about.
const SIGNS_FROM: f32 = 0.3;
/// More wires than this are drawn faint.
const MANY: usize = 300;

pub(super) fn severity_width(severity: Option<Severity>) -> f32 {
    match severity {
        Some(Severity::Critical) => 3.2,
        Some(Severity::High) => 2.6,
        Some(Severity::Medium) => 2.1,
        Some(Severity::Low) => 1.7,
        Some(Severity::Info) | None => 1.4,
    }
}

/// Info is a note, not a risk: it has no colour.
pub(super) fn risk(severity: Option<Severity>) -> Option<Severity> {
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

/// Words on the wires: what changed, in the colour of the risk, with its shape; `may act` and `issues`
/// where there is room for them.
pub(super) fn notes(sheet: &Sheet<'_>) {
    let (canvas, stage, scene) = (&sheet.canvas, &sheet.stage, sheet.scene);
    let (lit, theme, shown) = (sheet.lit, sheet.theme, &sheet.shown);
    let zoom = canvas.camera.zoom();
    if zoom < SIGNS_FROM {
        return;
    }
    let quiet = shown.len() <= 40 && zoom >= LABELS_FROM;
    let font = paint::font(11.0, zoom, FontFamily::Proportional);
    let mut taken: Vec<Rect> = scene
        .rects
        .iter()
        .map(|rect| canvas.camera.screen_rect(*rect).expand(7.0))
        .filter(|r| r.intersects(stage.rect))
        .collect();
    let mut order: Vec<usize> = shown.clone();
    order.sort_by_key(|e| std::cmp::Reverse(scene.graph.edges[*e].severity));
    for e in order {
        let edge = &scene.graph.edges[e];
        let severity = risk(edge.severity);
        let text = match (&edge.note, edge.relation) {
            // Among many wires, how many can be reached is said where it is asked for.
            (Some(_), Relation::Reaches)
                if edge.count > 1
                    && severity.is_none()
                    && shown.len() > 80
                    && !lit.edges.contains(&e) =>
            {
                ""
            }
            // How many are issued matters less than what is delegated.
            (Some(_), Relation::Issued) if edge.count > 1 && !(quiet && severity.is_none()) => "",
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
    let free = [
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
    .filter(|rect| taken.iter().all(|t| !t.intersects(*rect)));
    let mut covering = None;
    for place in free {
        if !covers_risk(sheet, e, place) {
            return Some(place);
        }
        covering = covering.or(Some(place));
    }
    covering
}

/// Whether words at a place would cover another wire with a finding. Among very many wires no place is
/// free of them.
fn covers_risk(sheet: &Sheet<'_>, own: usize, place: Rect) -> bool {
    let camera = &sheet.canvas.camera;
    let on_plane = Rect::from_min_max(camera.world(place.min), camera.world(place.max));
    let scene = sheet.scene;
    let risky = |e: &usize| *e != own && risk(scene.graph.edges[*e].severity).is_some();
    sheet.shown.len() <= MANY
        && (0..scene.curves.len())
            .filter(risky)
            .any(|e| scene.curves[e].passes(on_plane))
}
