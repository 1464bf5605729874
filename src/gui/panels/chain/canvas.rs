//! The chain on the canvas: pointer, keyboard, moving and rewiring by hand. Painting is in `drawing`.

use egui::{CursorIcon, Pos2, Rect, Role as UiRole, Sense, Ui, Vec2, WidgetInfo};

use super::{
    drawing::{self, Mood},
    scene::{Card, Scene, input, output, spoken_title},
    sheet::Sheet,
    state::Cx,
};
use crate::{
    app::{
        chains, runs,
        session::{Notice, Selection},
        view,
    },
    chain::{Chain, Node, Role, plan, run::NodeState},
    gui::{
        canvas::{
            Curve, Hand, Spot,
            controls::{Line, legend, zoom_buttons},
            motion, paint,
        },
        request::WindowRequest,
        widgets,
    },
    kit::ids::{ChainId, TokenId},
};

/// Seconds that a token takes along a wire.
const TRAVEL: f32 = 0.2;
/// Nodes snap to this.
const SNAP: f32 = 4.0;

/// Makes the scene anew when something of it has changed.
pub(super) fn refresh(cx: &mut Cx<'_>, id: ChainId, chain: &Chain) {
    let scene = &mut cx.state.scene;
    if !scene.as_ref().is_some_and(|s| s.is_of(cx.model, id)) {
        *scene = Some(std::sync::Arc::new(Scene::of(cx.model, id, chain)));
    }
}

/// Draws the canvas over the room that is left.
pub(super) fn ui(ui: &mut Ui, cx: &mut Cx<'_>, id: ChainId, chain: &Chain) {
    let rect = ui.available_rect_before_wrap();
    ui.allocate_rect(rect, Sense::hover());
    if rect.height() < 60.0 || rect.width() < 60.0 {
        return;
    }
    let Some(scene) = cx.state.scene.clone() else {
        return;
    };
    ui.painter().rect_filled(rect, 0, cx.theme.window);
    let mut canvas = std::mem::take(&mut cx.state.canvas);
    let bounds = scene.bounds.expand(8.0);
    let plane = canvas.begin(ui, "chain", "Chain", rect, bounds, (id, chain.nodes.len()));
    paint::grid(&plane.painter, &canvas.camera, rect, cx.theme.hairline);
    start_travels(ui, cx, chain, &scene);
    let (rects, curves) = moved(cx, chain, &scene);
    let pointed = plane
        .background
        .hover_pos()
        .filter(|_| plane.background.hovered())
        .and_then(|p| canvas.wire_at(p, curves.iter().enumerate()));
    let mut sheet = Sheet {
        canvas,
        plane,
        scene: &scene,
        chain,
        id,
        theme: cx.theme,
        rects,
        curves,
        lit: lit_node(cx, id, chain),
        pointed,
    };
    drawing::wires(&sheet);
    sheet.cards(ui, cx);
    drawing::pills(&sheet);
    sheet.travel(ui, cx);
    sheet.wires(ui, cx);
    sheet.wiring(ui, cx);
    sheet.keyboard(ui, cx);
    zoom_buttons(ui, &mut sheet.canvas, &sheet.plane, bounds);
    let lines = [(Line::Thick, "subject token"), (Line::Thin, "actor token")];
    legend(&sheet.plane, cx.theme, rect, lines);
    cx.state.canvas = sheet.canvas;
}

/// Places and wires with the node that is under way.
fn moved(cx: &Cx<'_>, chain: &Chain, scene: &Scene) -> (Vec<Rect>, Vec<Curve>) {
    let mut rects: Vec<Rect> = scene.cards.iter().map(|c| c.rect).collect();
    let mut curves: Vec<Curve> = scene.wires.iter().map(|w| w.curve.clone()).collect();
    if let Some((node, by)) = &cx.state.moving
        && let Some(n) = chain.nodes.iter().position(|x| x.id == *node)
    {
        rects[n] = rects[n].translate(*by);
        for (wire, curve) in scene.wires.iter().zip(&mut curves) {
            if wire.from == n || wire.to == n {
                *curve = Curve::between_ports(
                    output(rects[wire.from]),
                    input(rects[wire.to], wire.role),
                );
            }
        }
    }
    (rects, curves)
}

/// The node that the selection means: itself, or the one that gave the selected token.
fn lit_node(cx: &Cx<'_>, id: ChainId, chain: &Chain) -> Option<usize> {
    match &cx.model.session.selection {
        Selection::ChainNode(c, node) if *c == id => chain.nodes.iter().position(|n| n.id == *node),
        Selection::Token(token) | Selection::Claim(token, _) => by_token(cx, id, chain, *token),
        Selection::Finding(n) => {
            let hop = cx.model.analysis.report.findings.get(*n)?.hop;
            let token = cx.model.analysis.evidence.hops.get(hop)?.token_id?;
            by_token(cx, id, chain, token)
        }
        _ => None,
    }
}

fn by_token(cx: &Cx<'_>, id: ChainId, chain: &Chain, token: TokenId) -> Option<usize> {
    let run = cx.model.runs.get(&id)?;
    chain.nodes.iter().position(|n| {
        run.nodes
            .get(&n.id)
            .is_some_and(|r| r.token_id == Some(token))
    })
}

fn start_travels(ui: &Ui, cx: &mut Cx<'_>, chain: &Chain, scene: &Scene) {
    let still = !motion(ui);
    let state = &mut *cx.state;
    for (n, node) in chain.nodes.iter().enumerate() {
        let now = scene.cards[n].state;
        let before = state.before.insert(node.id.clone(), now);
        let finished = now == NodeState::Done
            && matches!(
                before,
                Some(NodeState::Running | NodeState::Idle | NodeState::Stale)
            );
        if finished && !still {
            let wires = scene.wires.iter().enumerate().filter(|(_, w)| w.to == n);
            state.travels.extend(wires.map(|(w, _)| (w, 0.0)));
        }
    }
}

impl Sheet<'_> {
    fn select(&self, n: usize) -> view::Command {
        view::Command::Select(Selection::ChainNode(
            self.id,
            self.chain.nodes[n].id.clone(),
        ))
    }

    fn cards(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        for &n in &self.scene.order {
            let node = &self.chain.nodes[n];
            let card = &self.scene.cards[n];
            let selected = self.lit == Some(n);
            let spot = Spot {
                index: n,
                world: self.rects[n],
                selected,
                focusable: true,
            };
            let Some(response) = self
                .canvas
                .node(ui, &self.plane, &node.id, spot, &card.name)
            else {
                continue;
            };
            let mood = Mood {
                ring: selected || response.has_focus(),
                raised: selected || response.hovered(),
            };
            let camera = &self.canvas.camera;
            let screen = camera.screen_rect(self.rects[n]);
            drawing::card(
                &self.plane.painter,
                screen,
                camera.zoom(),
                card,
                self.theme,
                mood,
            );
            drawing::ports(
                &self.plane.painter,
                screen,
                camera.zoom(),
                card,
                &node.free_roles(),
                self.theme,
            );
            self.drag(cx, n, &response);
            if response.double_clicked() {
                cx.requests.extend(card.token.map(WindowRequest::ShowToken));
            } else if response.clicked() {
                cx.push(self.select(n));
                response.request_focus();
            }
            response.context_menu(|ui| node_menu(ui, cx, self.id, &node.id, card));
            response.on_hover_text(card.name.as_str());
        }
    }

    /// Moving a node: one command when it is let go, so one step of undo.
    fn drag(&self, cx: &mut Cx<'_>, n: usize, response: &egui::Response) {
        let node = &self.chain.nodes[n].id;
        if response.drag_started_by(egui::PointerButton::Primary) {
            cx.state.moving = Some((node.clone(), Vec2::ZERO));
        }
        if response.dragged_by(egui::PointerButton::Primary)
            && let Some((moving, by)) = &mut cx.state.moving
            && moving == node
        {
            *by += response.drag_delta() / self.canvas.camera.zoom();
        }
        if response.drag_stopped()
            && let Some((moving, by)) = cx.state.moving.take()
            && moving == *node
            && by.length() > 1.0
        {
            let at = self.scene.cards[n].rect.min + by;
            let snap = |v: f32| (v / SNAP).round() * SNAP;
            cx.push(chains::Command::MoveNode {
                chain: self.id,
                id: moving,
                at: [snap(at.x), snap(at.y)],
            });
        }
    }

    /// A dot that goes along the wire of a hop that has just ended.
    fn travel(&self, ui: &Ui, cx: &mut Cx<'_>) {
        if cx.state.travels.is_empty() {
            return;
        }
        let dt = ui.input(|i| i.stable_dt).min(0.05);
        cx.state.travels.retain_mut(|(wire, age)| {
            *age += dt;
            let Some(curve) = self.curves.get(*wire).filter(|_| *age < TRAVEL) else {
                return false;
            };
            let at = self.canvas.camera.screen(curve.along(*age / TRAVEL).0);
            self.plane.painter.circle_filled(at, 5.0, self.theme.accent);
            true
        });
        ui.ctx().request_repaint();
    }

    fn wires(&self, ui: &Ui, cx: &mut Cx<'_>) {
        for (n, wire) in self.scene.wires.iter().enumerate() {
            let id = |n: usize| &self.chain.nodes[n].id;
            let spot = Spot {
                index: usize::MAX,
                world: Rect::from_center_size(self.curves[n].along(0.5).0, Vec2::ZERO),
                selected: false,
                focusable: self.scene.wires.len() <= 200,
            };
            let key = (id(wire.from), id(wire.to), wire.role);
            let Some(response) = self.canvas.wire(ui, &self.plane, key, spot, &wire.name) else {
                continue;
            };
            widgets::focus_ring(ui, &response);
            if response.clicked() {
                cx.push(self.select(wire.to));
            }
            response.on_hover_text(wire.name.as_str());
        }
        let background = &self.plane.background;
        if let Some(n) = self.pointed {
            background
                .clone()
                .on_hover_cursor(CursorIcon::PointingHand)
                .on_hover_text_at_pointer(self.scene.wires[n].name.as_str());
        }
        if background.clicked() {
            cx.push(match self.pointed {
                Some(n) => self.select(self.scene.wires[n].to),
                None => view::Command::Select(Selection::None),
            });
        }
    }

    /// Dragging from an output to another node's input.
    fn wiring(&self, ui: &Ui, cx: &mut Cx<'_>) {
        for &n in &self.scene.order {
            let port = self.canvas.camera.screen(output(self.rects[n]));
            if !self.scene.cards[n].gives || !self.plane.rect.contains(port) {
                continue;
            }
            let node = &self.chain.nodes[n];
            let area = Rect::from_center_size(port, Vec2::splat(16.0));
            let id = self.plane.background.id.with(("port", &node.id));
            let response = ui.interact(area, id, Sense::DRAG);
            let name = format!("Output of {}: drag to another node", spoken_title(node));
            response.widget_info(|| WidgetInfo::labeled(UiRole::Unknown, true, &name));
            if response.hovered() || response.dragged() {
                self.plane
                    .painter
                    .circle_filled(port, 5.5, self.theme.accent);
            }
            if response.drag_started() {
                cx.state.wiring = Some(node.id.clone());
            }
            response.on_hover_cursor(CursorIcon::Crosshair);
        }
        let Some(from) = cx.state.wiring.clone() else {
            return;
        };
        let source = self.chain.nodes.iter().position(|n| n.id == from);
        let pointer = ui.input(|i| i.pointer.latest_pos());
        let (Some(source), Some(pointer)) = (source, pointer) else {
            cx.state.wiring = None;
            return;
        };
        let world = self.canvas.camera.world(pointer);
        let target = (0..self.rects.len())
            .find(|n| *n != source && self.rects[*n].expand(10.0).contains(world))
            .and_then(|n| {
                role_at(&self.chain.nodes[n], self.rects[n], world).map(|role| (n, role))
            });
        let end = target.map_or(world, |(n, role)| input(self.rects[n], role));
        let look = paint::Wire {
            colour: self.theme.accent,
            width: 2.0,
            dashed: true,
            arrow: true,
        };
        let curve = Curve::between_ports(output(self.rects[source]), end);
        paint::wire(&self.plane.painter, &self.canvas.camera, &curve, look);
        if let Some((n, role)) = target {
            let port = self.canvas.camera.screen(input(self.rects[n], role));
            self.plane
                .painter
                .circle_filled(port, 6.0, self.theme.accent);
        }
        if ui.input(|i| i.pointer.any_released()) {
            cx.state.wiring = None;
            if let Some((n, role)) = target {
                rewire(cx, self.id, self.chain, &from, n, role);
            }
        }
    }

    fn keyboard(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        let focus = self.canvas.focus;
        match self.canvas.hand(ui, &self.rects, &self.scene.links) {
            Some(Hand::Walk(to)) => {
                self.canvas
                    .focus_on(to, self.rects[to], self.plane.rect, motion(ui));
                cx.push(self.select(to));
                ui.ctx().request_repaint();
            }
            Some(Hand::Open) => {
                let token = focus
                    .and_then(|n| self.scene.cards.get(n))
                    .and_then(|c| c.token);
                cx.requests.extend(token.map(WindowRequest::ShowToken));
            }
            Some(Hand::Remove) => {
                if let Some(node) = focus.and_then(|n| self.chain.nodes.get(n)) {
                    cx.push(chains::Command::DeleteNode(self.id, node.id.clone()));
                    cx.push(view::Command::Select(Selection::None));
                }
            }
            Some(Hand::Back) => cx.push(view::Command::Select(Selection::None)),
            Some(Hand::Out) | None => {}
        }
    }
}

fn node_menu(ui: &mut Ui, cx: &mut Cx<'_>, id: ChainId, node: &str, card: &Card) {
    if widgets::menu_item(ui, "Run to here", "").clicked() {
        cx.push(runs::Command::To(id, node.to_owned()));
        ui.close();
    }
    if let Some(token) = card.token
        && widgets::menu_item(ui, "Show its token", "Enter").clicked()
    {
        cx.ask(WindowRequest::ShowToken(token));
        ui.close();
    }
    if widgets::menu_item(ui, "Delete", "Del").clicked() {
        cx.push(chains::Command::DeleteNode(id, node.to_owned()));
        ui.close();
    }
}

/// The input of a node that is nearest to a point.
fn role_at(node: &Node, rect: Rect, at: Pos2) -> Option<Role> {
    let away = |role: &Role| (input(rect, *role).y - at.y).abs();
    let mut roles = node.roles();
    roles.sort_by(|a, b| away(a).total_cmp(&away(b)));
    roles.first().copied()
}

fn rewire(cx: &mut Cx<'_>, id: ChainId, chain: &Chain, from: &str, to: usize, role: Role) {
    let mut node = chain.nodes[to].clone();
    if plan::downstream(chain, &node.id).iter().any(|n| n == from) {
        cx.ask(WindowRequest::Notice(Notice {
            error: true,
            about: None,
            text: format!(
                "{} already depends on {}: this wire would close a circle.",
                crate::kit::text::escape(from),
                crate::kit::text::escape(&node.id)
            ),
        }));
        return;
    }
    if !node.connect(role, from) {
        return;
    }
    let key = node.id.clone();
    cx.push(chains::Command::SetNode {
        chain: id,
        id: key,
        node: Box::new(node),
    });
}
