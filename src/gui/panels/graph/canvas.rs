//! The principal graph on the canvas: pointer, keyboard and what is shown. Painting is in `wires` and `node`.

use egui::{Rect, Ui, Vec2, pos2};

use super::{
    highlight::Highlight,
    node::{self, Mood},
    scene::Scene,
    sheet::{Sheet, is_selected},
    state::Cx,
    wires,
};
use crate::{
    app::{graph, session::Selection, view},
    gui::{
        canvas::{
            Canvas, Hand, Spot, Stage,
            controls::{Line, legend, zoom_buttons},
            motion, paint,
        },
        request::WindowRequest,
        theme::{self, space},
        widgets,
    },
    principal::{Edge, Node},
};

/// Height of the strip with the column headings.
const HEAD: f32 = 32.0;

/// Draws the canvas over the room that is left.
pub(super) fn ui(ui: &mut Ui, cx: &mut Cx<'_>, scene: &Scene, lit: &Highlight) {
    let area = ui.available_rect_before_wrap();
    ui.allocate_rect(area, egui::Sense::hover());
    if area.height() < 80.0 || area.width() < 80.0 {
        return;
    }
    ui.painter().rect_filled(area, 0, cx.theme.window);
    let rect = area.with_min_y(area.top() + HEAD);
    let bounds = bounds(scene);
    let mut canvas = std::mem::take(&mut cx.state.canvas);
    let nodes = &scene.picture.whole.nodes;
    let seen = &scene.picture.seen;
    let content = (
        nodes.len(),
        nodes.first().map(|n| &n.id),
        nodes.last().map(|n| &n.id),
        (seen.issuers, seen.keys, seen.clients, seen.fold),
    );
    let stage = canvas.begin(ui, "graph", "Principal graph", rect, bounds, content);
    if cx.state.fresh {
        follow(ui, cx, scene, &mut canvas, &stage, bounds);
    }
    columns(ui, cx, area, &canvas);
    let shown: Vec<usize> = (0..scene.graph.edges.len()).collect();
    let pointed = stage
        .background
        .hover_pos()
        .filter(|_| stage.background.hovered())
        .and_then(|p| canvas.wire_at(p, shown.iter().map(|e| (*e, &scene.curves[*e]))));
    let mut sheet = Sheet {
        canvas,
        stage,
        scene,
        lit,
        theme: cx.theme,
        selection: cx.model.session.selection.clone(),
        shown,
        pointed,
    };
    wires::wires(&sheet);
    sheet.nodes(ui, cx);
    wires::notes(&sheet);
    sheet.wires(ui, cx);
    sheet.keyboard(ui, cx);
    zoom_buttons(ui, &mut sheet.canvas, &sheet.stage, bounds);
    let lines = [
        (Line::Plain, "acts, reaches"),
        (Line::Dashed, "may act, issues, holds"),
    ];
    legend(&sheet.stage, cx.theme, area, lines);
    cx.state.canvas = sheet.canvas;
}

fn bounds(scene: &Scene) -> Rect {
    let curves = scene.curves.iter().map(|c| c.bounds);
    let all = scene
        .rects
        .iter()
        .copied()
        .chain(curves.filter(Rect::is_finite));
    all.fold(Rect::NOTHING, |bounds, rect| bounds | rect)
}

fn columns(ui: &Ui, cx: &Cx<'_>, area: Rect, canvas: &Canvas) {
    let theme = cx.theme;
    let painter = ui.painter_at(area);
    let strip = area.with_max_y(area.top() + HEAD);
    let columns = &cx.model.picture.layout.columns;
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
}

fn select_edge(scene: &Scene, edge: &Edge) -> view::Command {
    view::Command::Select(Selection::Relation(
        scene.graph.nodes[edge.from].id.clone(),
        scene.graph.nodes[edge.to].id.clone(),
        edge.relation.name(),
    ))
}

impl Sheet<'_> {
    fn nodes(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        let scene = self.scene;
        for &n in &scene.order {
            let node = &scene.graph.nodes[n];
            let selected = matches!(&self.selection, Selection::Principal(id) if *id == node.id);
            let spot = Spot {
                index: n,
                world: scene.rects[n],
                selected,
                focusable: true,
            };
            let name = scene.node_names[n].as_str();
            let Some(response) = self.canvas.node(ui, &self.stage, &node.id, spot, name) else {
                continue;
            };
            if response.dragged_by(egui::PointerButton::Primary) {
                self.canvas.camera.pan(response.drag_delta());
            }
            let mood = Mood {
                ring: selected || response.has_focus(),
                filled: selected,
                hovered: response.hovered(),
                dimmed: self.lit.dims_node(n),
            };
            let zoom = self.canvas.camera.zoom();
            let screen = self.canvas.camera.screen_rect(scene.rects[n]);
            let text = (node, &scene.words[n]);
            node::node(&self.stage.painter, screen, zoom, text, self.theme, mood);
            if node.fold.is_some() {
                if response.clicked() {
                    open(cx, node);
                    response.request_focus();
                }
            } else if response.double_clicked() {
                cx.requests.extend(newest_token(cx, node));
            } else if response.clicked() {
                cx.push(view::Command::Select(Selection::Principal(node.id.clone())));
                response.request_focus();
            }
            response.on_hover_text(name);
        }
    }

    fn wires(&self, ui: &Ui, cx: &mut Cx<'_>) {
        let scene = self.scene;
        for &e in &self.shown {
            let edge = &scene.graph.edges[e];
            let key = (
                edge.relation.name(),
                &scene.graph.nodes[edge.from].id,
                &scene.graph.nodes[edge.to].id,
            );
            let spot = Spot {
                index: usize::MAX,
                world: Rect::from_center_size(scene.curves[e].along(0.5).0, Vec2::ZERO),
                selected: is_selected(&self.selection, scene, edge),
                focusable: self.shown.len() <= 200,
            };
            let name = scene.edge_names[e].as_str();
            let Some(response) = self.canvas.wire(ui, &self.stage, key, spot, name) else {
                continue;
            };
            widgets::focus_ring(ui, &response);
            if response.clicked() {
                cx.push(select_edge(scene, edge));
            }
            response.on_hover_text(name);
        }
        let background = &self.stage.background;
        if let Some(e) = self.pointed {
            background
                .clone()
                .on_hover_cursor(egui::CursorIcon::PointingHand)
                .on_hover_text_at_pointer(scene.edge_names[e].as_str());
        }
        if background.clicked() {
            cx.push(match self.pointed {
                Some(e) => select_edge(scene, &scene.graph.edges[e]),
                None => view::Command::Select(Selection::None),
            });
        }
    }

    fn keyboard(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        let scene = self.scene;
        let focus = self.canvas.focus;
        match self.canvas.hand(ui, &scene.rects, &scene.links) {
            Some(Hand::Walk(to)) => {
                let (place, rect) = (scene.rects[to], self.stage.rect);
                self.canvas.focus_on(to, place, rect, motion(ui));
                let id = scene.graph.nodes[to].id.clone();
                cx.push(view::Command::Select(Selection::Principal(id)));
                ui.ctx().request_repaint();
            }
            Some(Hand::Open) => {
                let node = focus.and_then(|n| scene.graph.nodes.get(n));
                if let Some(node) = node.filter(|n| n.fold.is_some()) {
                    open(cx, node);
                } else {
                    cx.requests.extend(node.and_then(|n| newest_token(cx, n)));
                }
            }
            Some(Hand::Back) => {
                cx.push(view::Command::Select(Selection::None));
                if let Some(id) = ui.memory(egui::Memory::focused) {
                    ui.memory_mut(|m| m.surrender_focus(id));
                }
            }
            Some(Hand::Out) => {
                if let Some(node) = focus.and_then(|n| scene.graph.nodes.get(n)) {
                    close(cx, node);
                }
            }
            Some(Hand::Remove) | None => {}
        }
    }
}

/// Opens a fold; the keyboard goes to the first of those that it held.
pub(super) fn open(cx: &mut Cx<'_>, node: &Node) {
    if let Some(fold) = &node.fold {
        cx.state.follow.clone_from(&fold.members);
        cx.push(graph::Command::OpenFold(node.id.clone()));
        cx.push(view::Command::Select(Selection::Principal(node.id.clone())));
    }
}

/// Folds a principal again that came out of a fold, with those that came out beside it.
pub(super) fn close(cx: &mut Cx<'_>, node: &Node) {
    let picture = &cx.model.picture;
    let fold = picture.open_fold_of(node).or_else(|| {
        let apart = picture.seen.apart.contains(&node.id);
        apart.then(|| picture.folds_of(node).into_iter().next())?
    });
    if let Some(fold) = fold {
        cx.state.follow = vec![fold.clone()];
        cx.push(graph::Command::CloseFold(fold.clone()));
        cx.push(view::Command::Select(Selection::Principal(fold)));
    }
}

/// In a new picture the keyboard goes to what the last one was left for.
fn follow(
    ui: &Ui,
    cx: &mut Cx<'_>,
    scene: &Scene,
    canvas: &mut Canvas,
    stage: &Stage,
    bounds: Rect,
) {
    let animate = motion(ui);
    let wanted = &cx.state.follow;
    let is_wanted = |id: &String| wanted.contains(id);
    let found: Vec<usize> = scene
        .order
        .iter()
        .copied()
        .filter(|n| {
            let node = &scene.graph.nodes[*n];
            let members = node.fold.as_ref().map(|f| &f.members);
            is_wanted(&node.id) || members.is_some_and(|m| m.first().is_some_and(is_wanted))
        })
        .collect();
    let [first, rest @ ..] = &found[..] else {
        if !canvas.moved() {
            canvas.fit(stage.rect, bounds, animate);
            ui.ctx().request_repaint();
        }
        return;
    };
    if rest.is_empty() && !canvas.moved() {
        canvas.fit(stage.rect, bounds, animate);
    }
    canvas.focus_on(*first, scene.rects[*first], stage.rect, animate);
    if !rest.is_empty() {
        // What was opened is read before the rest.
        let opened = found
            .iter()
            .fold(Rect::NOTHING, |all, n| all | scene.rects[*n]);
        canvas.show(stage.rect, opened, bounds, animate);
    }
    cx.state.follow.clear();
    ui.ctx().request_repaint();
}

fn newest_token(cx: &Cx<'_>, node: &Node) -> Option<WindowRequest> {
    let hop = *node.hops.last()?;
    let token = cx.model.analysis.evidence.hops.get(hop)?.token_id?;
    Some(WindowRequest::ShowToken(token))
}
