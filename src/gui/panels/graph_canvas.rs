//! The principal graph on the canvas. Colour means risk or selection and nothing else.

use egui::{
    Color32, CornerRadius, FontFamily, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, Ui, Vec2,
    pos2, vec2,
};

use super::graph::{Lit, Scene, State, caption, name_font, shows_edge, shows_node};
use crate::{
    app::{Command, session::Selection},
    gui::{
        Ask, Cx,
        canvas::{Canvas, Hand, LABELS_FROM, Stage, paint},
        icons::{self, Icon},
        theme::{self, Theme, space},
        widgets,
    },
    principal::{Edge, Node, NodeKind, Relation},
    risk::Severity,
};

/// Height of the strip with the column headings.
const HEAD: f32 = 32.0;

/// Draws the canvas over the room that is left.
pub(super) fn ui(ui: &mut Ui, cx: &mut Cx<'_>, scene: &Scene, lit: &Lit) {
    let area = ui.available_rect_before_wrap();
    ui.allocate_rect(area, egui::Sense::hover());
    if area.height() < 80.0 || area.width() < 80.0 {
        return;
    }
    ui.painter().rect_filled(area, 0, cx.theme.window);
    let rect = area.with_min_y(area.top() + HEAD);
    let selection = cx.model.session.selection.clone();
    let theme = cx.theme;

    let bounds = bounds(&cx.view.graph, scene);
    let mut canvas = std::mem::take(&mut cx.view.graph.canvas);
    let state = &cx.view.graph;
    let content = (
        scene.graph.nodes.len(),
        scene.graph.nodes.first().map(|n| n.id.clone()),
        scene.graph.nodes.last().map(|n| n.id.clone()),
        (state.issuers, state.keys, state.clients),
    );
    let stage = canvas.begin(ui, "graph", "Principal graph", rect, bounds, content);
    columns(ui, cx, area, &canvas, scene);

    let shown: Vec<usize> = (0..scene.graph.edges.len())
        .filter(|e| shows_edge(state, &scene.graph, &scene.graph.edges[*e]))
        .collect();
    let pointed = stage
        .background
        .hover_pos()
        .filter(|_| stage.background.hovered())
        .and_then(|p| canvas.wire_at(p, shown.iter().map(|e| (*e, &scene.curves[*e]))));

    // Wires first, the ones that matter on top of the others.
    let mut order = shown.clone();
    order.sort_by_key(|e| (lit.edges.contains(e), scene.graph.edges[*e].severity));
    for &e in &order {
        let look = wire_look(
            theme,
            &scene.graph.edges[e],
            e,
            lit,
            &selection,
            scene,
            pointed == Some(e),
            canvas.camera.zoom(),
        );
        paint::wire(&stage.painter, &canvas.camera, &scene.curves[e], look);
    }
    let mut acted: Vec<Command> = Vec::new();
    let mut asked: Vec<Ask> = Vec::new();
    nodes(
        ui,
        state,
        &mut canvas,
        &stage,
        scene,
        lit,
        &selection,
        theme,
        &mut acted,
        &mut asked,
        cx,
    );
    notes(&canvas, &stage, scene, &shown, lit, theme);
    let focusable = shown.len() <= 200;
    for &e in &shown {
        let edge = &scene.graph.edges[e];
        let selected = is_selected(&selection, scene, edge);
        let Some(response) = canvas.wire(
            ui,
            &stage,
            (
                edge.relation.name(),
                &scene.graph.nodes[edge.from].id,
                &scene.graph.nodes[edge.to].id,
            ),
            scene.curves[e].along(0.5).0,
            selected,
            focusable,
            || scene.edge_names[e].clone(),
        ) else {
            continue;
        };
        widgets::focus_ring(ui, &response);
        if response.clicked() {
            acted.push(select_edge(scene, edge));
        }
    }
    if let Some(e) = pointed {
        stage
            .background
            .clone()
            .on_hover_cursor(egui::CursorIcon::PointingHand)
            .on_hover_text_at_pointer(scene.edge_names[e].as_str());
    }
    if stage.background.clicked() {
        acted.push(match pointed {
            Some(e) => select_edge(scene, &scene.graph.edges[e]),
            None => Command::Select(Selection::None),
        });
    }
    keyboard(
        ui,
        state,
        &mut canvas,
        &stage,
        scene,
        &mut acted,
        &mut asked,
        cx,
    );
    zoom_buttons(ui, &mut canvas, &stage, bounds);
    legend(&stage, cx.theme, area);
    cx.view.graph.canvas = canvas;
    cx.commands.append(&mut acted);
    cx.asks.append(&mut asked);
}

fn bounds(state: &State, scene: &Scene) -> Rect {
    let mut bounds = Rect::NOTHING;
    for (node, rect) in scene.graph.nodes.iter().zip(&scene.rects) {
        if shows_node(state, node.kind) {
            bounds |= *rect;
        }
    }
    for (edge, curve) in scene.graph.edges.iter().zip(&scene.curves) {
        if shows_edge(state, &scene.graph, edge) && curve.bounds.is_finite() {
            bounds |= curve.bounds;
        }
    }
    bounds
}

fn columns(ui: &Ui, cx: &Cx<'_>, area: Rect, canvas: &Canvas, scene: &Scene) {
    let theme = cx.theme;
    let painter = ui.painter_at(area);
    let strip = area.with_max_y(area.top() + HEAD);
    let columns = &cx.model.analysis.layout.columns;
    let x = |at: f32| canvas.camera.screen(pos2(at, 0.0)).x;
    for pair in columns.windows(2) {
        let middle = f32::midpoint(x(pair[0].x), x(pair[1].x));
        if strip.x_range().contains(middle) {
            paint::dotted(
                &painter,
                middle,
                strip.bottom(),
                area.bottom(),
                theme.hairline,
            );
        }
    }
    let mut taken = f32::NEG_INFINITY;
    for column in columns {
        let text = column.title.to_uppercase();
        let galley = paint::line(
            &painter,
            &text,
            egui::FontId::new(11.0, theme::medium()),
            theme.muted,
            220.0,
        );
        let at = pos2(
            x(column.x) - galley.size().x / 2.0,
            strip.center().y - galley.size().y / 2.0,
        );
        if at.x > taken + space::M
            && at.x >= strip.left()
            && at.x + galley.size().x <= strip.right()
        {
            taken = at.x + galley.size().x;
            painter.galley(at, galley, theme.muted);
        }
    }
    let _ = scene;
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

fn wire_look(
    theme: &Theme,
    edge: &Edge,
    e: usize,
    lit: &Lit,
    selection: &Selection,
    scene: &Scene,
    pointed: bool,
    zoom: f32,
) -> paint::Wire {
    let scale = zoom.clamp(0.45, 1.2);
    let dashed = !matches!(edge.relation, Relation::Delegates | Relation::Reaches);
    let selected = is_selected(selection, scene, edge);
    let mut width = severity_width(risk(edge.severity));
    let mut colour = match risk(edge.severity) {
        Some(severity) => theme.severity(severity),
        None if dashed => theme.faint,
        None => theme.muted,
    };
    if lit.edges.contains(&e) && lit.on {
        width += 0.8;
        colour = lit.severity.map_or(
            risk(edge.severity).map_or(theme.accent, |s| theme.severity(s)),
            |s| {
                if risk(Some(s)).is_some() {
                    theme.severity(s)
                } else {
                    theme.accent
                }
            },
        );
    }
    if selected {
        width += 1.2;
        colour = theme.accent;
    } else if pointed {
        width += 1.0;
    } else if lit.dims_edge(e) {
        colour = colour.gamma_multiply(0.28);
    }
    paint::Wire {
        colour,
        width: width * scale,
        dashed,
        arrow: true,
    }
}

fn is_selected(selection: &Selection, scene: &Scene, edge: &Edge) -> bool {
    matches!(selection, Selection::Relation(from, to, relation)
        if *relation == edge.relation.name()
            && *from == scene.graph.nodes[edge.from].id
            && *to == scene.graph.nodes[edge.to].id)
}

fn select_edge(scene: &Scene, edge: &Edge) -> Command {
    Command::Select(Selection::Relation(
        scene.graph.nodes[edge.from].id.clone(),
        scene.graph.nodes[edge.to].id.clone(),
        edge.relation.name(),
    ))
}

fn nodes(
    ui: &Ui,
    state: &State,
    canvas: &mut Canvas,
    stage: &Stage,
    scene: &Scene,
    lit: &Lit,
    selection: &Selection,
    theme: &Theme,
    acted: &mut Vec<Command>,
    asked: &mut Vec<Ask>,
    cx: &Cx<'_>,
) {
    for &n in &scene.order {
        let node = &scene.graph.nodes[n];
        if !shows_node(state, node.kind) {
            continue;
        }
        let selected = matches!(selection, Selection::Principal(id) if *id == node.id);
        let Some(response) = canvas.node(ui, stage, n, &node.id, scene.rects[n], selected, || {
            scene.node_names[n].clone()
        }) else {
            continue;
        };
        let focused = response.has_focus();
        let hovered = response.hovered();
        if response.dragged_by(egui::PointerButton::Primary) {
            canvas.camera.pan(response.drag_delta());
        }
        draw_node(
            &stage.painter,
            canvas.camera.screen_rect(scene.rects[n]),
            canvas.camera.zoom(),
            node,
            theme,
            selected,
            focused,
            hovered,
            lit.dims_node(n),
        );
        if response.double_clicked() {
            asked.extend(newest_token(cx, node));
        } else if response.clicked() {
            acted.push(Command::Select(Selection::Principal(node.id.clone())));
            response.request_focus();
        }
        response.on_hover_text(scene.node_names[n].as_str());
    }
}

fn newest_token(cx: &Cx<'_>, node: &Node) -> Option<Ask> {
    let hop = *node.hops.last()?;
    let token = cx.model.analysis.evidence.hops.get(hop)?.token_id?;
    Some(Ask::ShowToken(token))
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

fn draw_node(
    painter: &Painter,
    rect: Rect,
    zoom: f32,
    node: &Node,
    theme: &Theme,
    selected: bool,
    focused: bool,
    hovered: bool,
    dimmed: bool,
) {
    let fade = |c: Color32| if dimmed { c.gamma_multiply(0.35) } else { c };
    let radius = radius(node.kind, rect.height());
    let fill = if selected {
        theme.accent_surface
    } else if hovered {
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
    if selected || focused {
        let ring = rect.expand(3.0);
        painter.rect_stroke(
            ring,
            grow(radius, 3),
            Stroke::new(2.0, theme.accent),
            StrokeKind::Inside,
        );
    }
    if zoom >= LABELS_FROM {
        words(
            painter,
            rect,
            zoom,
            node,
            fade(theme.text),
            fade(theme.muted),
        );
    } else {
        let side = rect.height() * 0.5;
        Icon::of_kind(node.kind).paint(
            painter,
            Rect::from_center_size(rect.center(), Vec2::splat(side)),
            fade(theme.muted),
        );
    }
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

fn words(painter: &Painter, rect: Rect, zoom: f32, node: &Node, text: Color32, muted: Color32) {
    let pad = 12.0 * zoom;
    let icon = 18.0 * zoom;
    let left = if matches!(node.kind, NodeKind::Person | NodeKind::Key) {
        pad * 1.25
    } else {
        pad
    };
    Icon::of_kind(node.kind).paint(
        painter,
        Rect::from_center_size(
            pos2(rect.left() + left + icon / 2.0, rect.center().y),
            Vec2::splat(icon),
        ),
        muted,
    );
    let from = rect.left() + left + icon + 9.0 * zoom;
    let width = rect.right() - left - from;
    let name = paint::line(painter, &node.label, name_font(zoom), text, width);
    if node.detail.is_empty() || rect.height() < 34.0 * zoom {
        painter.galley(
            pos2(from, rect.center().y - name.size().y / 2.0),
            name,
            text,
        );
        return;
    }
    let detail = paint::line(painter, &node.detail, caption(zoom), muted, width);
    let gap = 1.0 * zoom;
    let height = name.size().y + gap + detail.size().y;
    let top = rect.center().y - height / 2.0;
    let second = top + name.size().y + gap;
    painter.galley(pos2(from, top), name, text);
    painter.galley(pos2(from, second), detail, muted);
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
fn notes(canvas: &Canvas, stage: &Stage, scene: &Scene, shown: &[usize], lit: &Lit, theme: &Theme) {
    let zoom = canvas.camera.zoom();
    let quiet = shown.len() <= 40 && zoom >= 0.6;
    let font = paint::font(11.0, zoom.max(0.8), FontFamily::Proportional);
    let mut taken: Vec<Rect> = shown_nodes(scene)
        .map(|n| canvas.camera.screen_rect(scene.rects[n]).expand(2.0))
        .filter(|r| r.intersects(stage.rect))
        .collect();
    let mut order: Vec<usize> = shown.to_vec();
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
        let place = free_place(canvas, scene, e, size, &taken);
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

fn shown_nodes(scene: &Scene) -> impl Iterator<Item = usize> + '_ {
    0..scene.rects.len()
}

/// The layout's place for the words, or another on the wire, that covers nothing; none if there is none.
fn free_place(
    canvas: &Canvas,
    scene: &Scene,
    e: usize,
    size: Vec2,
    taken: &[Rect],
) -> Option<Rect> {
    let curve = &scene.curves[e];
    let wanted = canvas.camera.screen(scene.labels[e]);
    let on = |share: f32| canvas.camera.screen(curve.along(share).0);
    let lift = vec2(0.0, -size.y / 2.0 - 4.0);
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
    ]
    .into_iter()
    .map(|at| Rect::from_center_size(at, size))
    .find(|rect| taken.iter().all(|t| !t.intersects(*rect)))
}

fn keyboard(
    ui: &Ui,
    state: &State,
    canvas: &mut Canvas,
    stage: &Stage,
    scene: &Scene,
    acted: &mut Vec<Command>,
    asked: &mut Vec<Ask>,
    cx: &Cx<'_>,
) {
    let places: Vec<Rect> = scene
        .graph
        .nodes
        .iter()
        .zip(&scene.rects)
        .map(|(n, r)| {
            if shows_node(state, n.kind) {
                *r
            } else {
                Rect::from_min_size(pos2(f32::INFINITY, f32::INFINITY), Vec2::ZERO)
            }
        })
        .collect();
    let Some(hand) = canvas.hand(ui, &places, &scene.links) else {
        return;
    };
    let focus = canvas.focus;
    match hand {
        Hand::Walk(to) if shows_node(state, scene.graph.nodes[to].kind) => {
            canvas.focus_on(
                to,
                scene.rects[to],
                stage.rect,
                crate::gui::canvas::motion(ui),
            );
            acted.push(Command::Select(Selection::Principal(
                scene.graph.nodes[to].id.clone(),
            )));
            ui.ctx().request_repaint();
        }
        Hand::Open => {
            asked.extend(focus.and_then(|n| newest_token(cx, &scene.graph.nodes[n])));
        }
        Hand::Back => {
            acted.push(Command::Select(Selection::None));
            if let Some(id) = ui.memory(egui::Memory::focused) {
                ui.memory_mut(|m| m.surrender_focus(id));
            }
        }
        Hand::Walk(_) | Hand::Remove => {}
    }
}

/// − Fit + at the lower right.
pub(super) fn zoom_buttons(ui: &mut Ui, canvas: &mut Canvas, stage: &Stage, bounds: Rect) {
    let theme = Theme::of(ui);
    let size = vec2(112.0, 32.0);
    let rect = Rect::from_min_size(
        stage.rect.right_bottom() - size - vec2(space::M, space::M),
        size,
    );
    if !stage.rect.contains_rect(rect) {
        return;
    }
    ui.painter().rect(
        rect,
        theme::RADIUS,
        theme.surface,
        theme.line(),
        StrokeKind::Outside,
    );
    let mut over = ui.new_child(
        egui::UiBuilder::new()
            .max_rect(rect.shrink(3.0))
            .layout(egui::Layout::left_to_right(egui::Align::Center)),
    );
    over.spacing_mut().item_spacing.x = 2.0;
    if widgets::icon_button(&mut over, Icon::Minus, "Zoom out").clicked() {
        canvas.zoom(stage.rect, 0.8);
    }
    if over
        .add(egui::Button::new("Fit").min_size(vec2(46.0, 26.0)))
        .clicked()
    {
        let animate = crate::gui::canvas::motion(ui);
        canvas.fit(stage.rect, bounds, animate);
        ui.ctx().request_repaint();
    }
    if widgets::icon_button(&mut over, Icon::Plus, "Zoom in").clicked() {
        canvas.zoom(stage.rect, 1.25);
    }
}

/// What solid and dashed wires mean, at the lower left.
fn legend(stage: &Stage, theme: &Theme, area: Rect) {
    if area.width() < 560.0 {
        return;
    }
    let y = stage.rect.bottom() - 26.0;
    let mut x = stage.rect.left() + space::L;
    let back = Rect::from_min_max(pos2(x - 6.0, y - 11.0), pos2(x + 262.0, y + 11.0));
    stage.painter.rect_filled(back, 4, theme.window);
    for (dashed, text) in [(false, "acts, reaches"), (true, "may act, issues, holds")] {
        let from = pos2(x, y);
        let to = pos2(x + 24.0, y);
        let colour = if dashed { theme.faint } else { theme.muted };
        let stroke = Stroke::new(1.4, colour);
        if dashed {
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
