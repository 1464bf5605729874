//! The chain on the canvas: cards, wires that say what changed, moving and rewiring by hand.

use egui::{
    CornerRadius, CursorIcon, FontFamily, Painter, Pos2, Rect, Role as UiRole, Sense, Shape,
    Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use super::{
    chain_scene::{Card, Scene, Tone, input, output, spoken_title},
    graph::{caption, name_font},
    graph_canvas::zoom_buttons,
};
use crate::{
    app::{
        Command,
        session::{Notice, Selection},
    },
    chain::{Chain, Role, Step, plan, run::State as Stage},
    gui::{
        Ask, Cx,
        canvas::{
            Canvas, Curve, Hand, LABELS_FROM, Stage as Plane, curve::label_place, motion, paint,
        },
        icons::{self, Icon},
        theme::Theme,
        widgets,
    },
    kit::ids::ChainId,
};

/// Seconds that a token takes along a wire.
const TRAVEL: f32 = 0.2;
/// Nodes snap to this.
const SNAP: f32 = 4.0;

/// Draws the canvas over the room that is left.
pub(super) fn ui(ui: &mut Ui, cx: &mut Cx<'_>, id: ChainId, chain: &Chain) {
    let rect = ui.available_rect_before_wrap();
    ui.allocate_rect(rect, Sense::hover());
    if rect.height() < 60.0 || rect.width() < 60.0 {
        return;
    }
    let fresh = cx
        .view
        .chain
        .scene
        .as_ref()
        .is_some_and(|s| s.is_of(cx.model, id));
    if !fresh {
        cx.view.chain.scene = Some(std::sync::Arc::new(Scene::of(cx.model, id, chain)));
    }
    let Some(scene) = cx.view.chain.scene.clone() else {
        return;
    };
    ui.painter().rect_filled(rect, 0, cx.theme.window);
    let mut canvas = std::mem::take(&mut cx.view.chain.canvas);
    let plane = canvas.begin(
        ui,
        "chain",
        "Chain",
        rect,
        scene.bounds.expand(8.0),
        (id, chain.nodes.len()),
    );
    paint::grid(&plane.painter, &canvas.camera, rect, cx.theme.hairline);

    start_travels(ui, cx, chain, &scene);
    let (rects, curves) = moved(cx, chain, &scene);
    let lit = lit_node(cx, id, chain);
    let pointed = plane
        .background
        .hover_pos()
        .filter(|_| plane.background.hovered())
        .and_then(|p| canvas.wire_at(p, curves.iter().enumerate()));
    for (n, wire) in scene.wires.iter().enumerate() {
        let near = lit.is_some_and(|l| l == wire.to || l == wire.from);
        let look = wire_look(
            cx.theme,
            &scene,
            n,
            near,
            pointed == Some(n),
            canvas.camera.zoom(),
        );
        paint::wire(&plane.painter, &canvas.camera, &curves[n], look);
    }
    let mut acts = Acts::default();
    cards(
        ui,
        cx,
        &mut canvas,
        &plane,
        id,
        chain,
        &scene,
        &rects,
        &mut acts,
    );
    pills(cx.theme, &canvas, &plane, &scene, &rects, &curves);
    travel(ui, cx, &canvas, &plane, &curves);
    wire_widgets(ui, &canvas, &plane, id, chain, &scene, &curves, &mut acts);
    wiring(
        ui, cx, &canvas, &plane, id, chain, &scene, &rects, &mut acts,
    );
    if let Some(n) = pointed {
        plane
            .background
            .clone()
            .on_hover_cursor(CursorIcon::PointingHand)
            .on_hover_text_at_pointer(scene.wires[n].name.as_str());
    }
    if plane.background.clicked() {
        acts.commands.push(match pointed {
            Some(n) => Command::Select(Selection::ChainNode(
                id,
                chain.nodes[scene.wires[n].to].id.clone(),
            )),
            None => Command::Select(Selection::None),
        });
    }
    keyboard(
        ui,
        &mut canvas,
        &plane,
        id,
        chain,
        &scene,
        &rects,
        &mut acts,
    );
    zoom_buttons(ui, &mut canvas, &plane, scene.bounds.expand(8.0));
    cx.view.chain.canvas = canvas;
    cx.commands.append(&mut acts.commands);
    cx.asks.append(&mut acts.asks);
}

#[derive(Default)]
struct Acts {
    commands: Vec<Command>,
    asks: Vec<Ask>,
}

/// Places and wires with the node that is under way.
fn moved(cx: &Cx<'_>, chain: &Chain, scene: &Scene) -> (Vec<Rect>, Vec<Curve>) {
    let mut rects: Vec<Rect> = scene.cards.iter().map(|c| c.rect).collect();
    let mut curves: Vec<Curve> = scene.wires.iter().map(|w| w.curve.clone()).collect();
    if let Some((node, by)) = &cx.view.chain.moving
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

fn by_token(
    cx: &Cx<'_>,
    id: ChainId,
    chain: &Chain,
    token: crate::kit::ids::TokenId,
) -> Option<usize> {
    let run = cx.model.runs.get(&id)?;
    chain.nodes.iter().position(|n| {
        run.nodes
            .get(&n.id)
            .is_some_and(|r| r.token_id == Some(token))
    })
}

fn wire_look(
    theme: &Theme,
    scene: &Scene,
    n: usize,
    near: bool,
    pointed: bool,
    zoom: f32,
) -> paint::Wire {
    let wire = &scene.wires[n];
    let done = scene.cards[wire.to].state == Stage::Done;
    let mut width = match wire.role {
        Role::Actor => 1.4,
        Role::Subject | Role::Bearer => 2.0,
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
    if pointed {
        width += 1.0;
    }
    paint::Wire {
        colour,
        width: width * zoom.clamp(0.5, 1.2),
        dashed: scene.cards[wire.from].state == Stage::Stale
            || scene.cards[wire.to].state == Stage::Stale,
        arrow: true,
    }
}

fn cards(
    ui: &Ui,
    cx: &mut Cx<'_>,
    canvas: &mut Canvas,
    plane: &Plane,
    id: ChainId,
    chain: &Chain,
    scene: &Scene,
    rects: &[Rect],
    acts: &mut Acts,
) {
    let selected_node = lit_node(cx, id, chain);
    for &n in &scene.order {
        let node = &chain.nodes[n];
        let card = &scene.cards[n];
        let selected = selected_node == Some(n);
        let Some(response) = canvas.node(ui, plane, n, &node.id, rects[n], selected, || {
            card.name.clone()
        }) else {
            continue;
        };
        draw_card(
            &plane.painter,
            canvas.camera.screen_rect(rects[n]),
            canvas.camera.zoom(),
            card,
            &node.step,
            cx.theme,
            selected,
            response.hovered(),
            response.has_focus(),
        );
        let zoom = canvas.camera.zoom();
        if response.drag_started_by(egui::PointerButton::Primary) {
            cx.view.chain.moving = Some((node.id.clone(), Vec2::ZERO));
        }
        if response.dragged_by(egui::PointerButton::Primary)
            && let Some((moving, by)) = &mut cx.view.chain.moving
            && *moving == node.id
        {
            *by += response.drag_delta() / zoom;
        }
        if response.drag_stopped()
            && let Some((moving, by)) = cx.view.chain.moving.take()
            && moving == node.id
            && by.length() > 1.0
        {
            let at = card.rect.min + by;
            let snap = |v: f32| (v / SNAP).round() * SNAP;
            acts.commands
                .push(Command::MoveNode(id, moving, [snap(at.x), snap(at.y)]));
        }
        if response.double_clicked() {
            acts.asks.extend(card.token.map(Ask::ShowToken));
        } else if response.clicked() {
            acts.commands
                .push(Command::Select(Selection::ChainNode(id, node.id.clone())));
            response.request_focus();
        }
        let mut acted = Vec::new();
        response.context_menu(|ui| node_menu(ui, id, &node.id, card, &mut acted, &mut acts.asks));
        acts.commands.append(&mut acted);
    }
}

fn node_menu(
    ui: &mut Ui,
    id: ChainId,
    node: &str,
    card: &Card,
    commands: &mut Vec<Command>,
    asks: &mut Vec<Ask>,
) {
    if widgets::menu_item(ui, "Run to here", "").clicked() {
        commands.push(Command::RunTo(id, node.to_owned()));
        ui.close();
    }
    if let Some(token) = card.token
        && widgets::menu_item(ui, "Show its token", "Enter").clicked()
    {
        asks.push(Ask::ShowToken(token));
        ui.close();
    }
    if widgets::menu_item(ui, "Delete", "Del").clicked() {
        commands.push(Command::DeleteNode(id, node.to_owned()));
        ui.close();
    }
}

fn draw_card(
    painter: &Painter,
    rect: Rect,
    zoom: f32,
    card: &Card,
    step: &Step,
    theme: &Theme,
    selected: bool,
    hovered: bool,
    focused: bool,
) {
    let radius = CornerRadius::same((8.0 * zoom).clamp(2.0, 12.0) as u8);
    let fill = if selected || hovered {
        theme.control
    } else {
        theme.raised
    };
    let outline = if selected || focused {
        Stroke::new(2.0, theme.accent)
    } else if card.state == Stage::Failed {
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
    if card.state == Stage::Stale {
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
    let pad = 12.0 * zoom;
    let head = 32.0 * zoom;
    let mark = Rect::from_center_size(
        pos2(rect.left() + pad + 5.0 * zoom, rect.top() + head / 2.0),
        Vec2::splat(11.0 * zoom),
    );
    if zoom < LABELS_FROM {
        let big = Rect::from_center_size(rect.center(), Vec2::splat(rect.height() * 0.4));
        state_mark(painter, big, card.state, theme);
        return;
    }
    state_mark(painter, mark, card.state, theme);
    let inner = rect.shrink2(vec2(pad, 0.0));
    let who = paint::line(
        painter,
        &card.who,
        caption(zoom),
        theme.muted,
        inner.width() * 0.5,
    );
    let mid = rect.top() + head / 2.0;
    painter.galley(
        pos2(inner.right() - who.size().x, mid - who.size().y / 2.0),
        who.clone(),
        theme.muted,
    );
    let title = Rect::from_min_max(
        pos2(mark.right() + 7.0 * zoom, rect.top()),
        pos2(inner.right() - who.size().x - 8.0 * zoom, rect.top() + head),
    );
    paint::text_left(painter, title, &card.title, name_font(zoom), theme.text);
    painter.hline(
        (rect.left() + 1.0)..=(rect.right() - 1.0),
        rect.top() + head,
        Stroke::new(1.0, theme.hairline),
    );
    let mut y = rect.top() + head + 5.0 * zoom;
    let line = 18.0 * zoom;
    let font = paint::font(12.0, zoom, FontFamily::Proportional);
    for text in &card.lines {
        let row = Rect::from_min_size(pos2(inner.left(), y), vec2(inner.width(), line));
        paint::text_left(painter, row, text, font.clone(), theme.muted);
        y += line;
    }
    let colour = match card.outcome.1 {
        Tone::Quiet => theme.muted,
        Tone::Good => theme.good,
        Tone::Bad => theme.critical,
        Tone::Risk(severity) => theme.severity(severity),
    };
    let bottom = rect.bottom() - 5.0 * zoom - line;
    let mut row = Rect::from_min_size(pos2(inner.left(), bottom), vec2(inner.width(), line));
    if let Some(severity) = card.severity {
        let side = 10.0 * zoom;
        let at = Rect::from_center_size(
            pos2(row.left() + side / 2.0, row.center().y),
            Vec2::splat(side),
        );
        icons::severity(painter, at, severity, theme);
        row.min.x += side + 5.0 * zoom;
    }
    paint::text_left(painter, row, &card.outcome.0, font, colour);
    ports(painter, rect, zoom, card, step, theme);
}

fn ports(painter: &Painter, rect: Rect, zoom: f32, card: &Card, step: &Step, theme: &Theme) {
    let r = (3.6 * zoom).max(2.0);
    let port = |at: Pos2| {
        painter.circle(at, r, theme.surface, Stroke::new(1.2, theme.faint));
    };
    if card.gives {
        port(output(rect));
    }
    if let Step::Exchange { actor: None, .. } = step {
        port(input(rect, Role::Actor));
    }
}

/// How far a node is: by shape, and the card says it in words.
fn state_mark(painter: &Painter, rect: Rect, state: Stage, theme: &Theme) {
    let c = rect.center();
    let r = rect.width() / 2.0;
    match state {
        Stage::Idle => {
            painter.circle_stroke(c, r * 0.75, Stroke::new(1.4, theme.faint));
        }
        Stage::Running => {
            painter.circle_stroke(c, r * 0.85, Stroke::new(1.4, theme.accent));
            painter.circle_filled(c, r * 0.45, theme.accent);
        }
        Stage::Done => Icon::Check.paint(painter, rect.expand(r * 0.35), theme.good),
        Stage::Failed => {
            icons::severity(painter, rect, crate::risk::Severity::Critical, theme);
            Icon::Cross.paint(painter, rect.shrink(r * 0.25), theme.window);
        }
        Stage::Stale => Icon::Clock.paint(painter, rect.expand(r * 0.3), theme.muted),
    }
}

/// What changed on the way, beside the wire where it covers no card.
fn pills(
    theme: &Theme,
    canvas: &Canvas,
    plane: &Plane,
    scene: &Scene,
    rects: &[Rect],
    curves: &[Curve],
) {
    let zoom = canvas.camera.zoom();
    if zoom < LABELS_FROM {
        return;
    }
    let font = paint::font(11.0, zoom, FontFamily::Proportional);
    let mut blocked: Vec<Rect> = rects.to_vec();
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
        let size = paint::pill_size(&plane.painter, &wire.words, &font, 210.0 * zoom) / zoom;
        let others: Vec<&Curve> = curves
            .iter()
            .enumerate()
            .filter(|(m, c)| *m != n && c.bounds.expand(size.x).intersects(curves[n].bounds))
            .map(|(_, c)| c)
            .collect();
        let place = if wire.role == Role::Actor {
            // One word stands on its wire.
            Rect::from_center_size(curves[n].along(0.5).0, size)
        } else {
            label_place(&curves[n], size, &blocked, &others)
        };
        if wire.role == Role::Actor && blocked.iter().any(|b| b.expand(2.0).intersects(place)) {
            continue; // the port says it
        }
        blocked.push(place);
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

fn start_travels(ui: &Ui, cx: &mut Cx<'_>, chain: &Chain, scene: &Scene) {
    let still = cx.view.still || !motion(ui);
    let state = &mut cx.view.chain;
    for (n, node) in chain.nodes.iter().enumerate() {
        let now = scene.cards[n].state;
        let before = state.before.insert(node.id.clone(), now);
        let finished = now == Stage::Done
            && matches!(before, Some(Stage::Running | Stage::Idle | Stage::Stale));
        if finished && !still {
            let wires = scene.wires.iter().enumerate().filter(|(_, w)| w.to == n);
            state.travels.extend(wires.map(|(w, _)| (w, 0.0)));
        }
    }
}

/// A dot that goes along the wire of a hop that has just ended.
fn travel(ui: &Ui, cx: &mut Cx<'_>, canvas: &Canvas, plane: &Plane, curves: &[Curve]) {
    if cx.view.chain.travels.is_empty() {
        return;
    }
    let dt = ui.input(|i| i.stable_dt).min(0.05);
    cx.view.chain.travels.retain_mut(|(wire, age)| {
        *age += dt;
        let Some(curve) = curves.get(*wire).filter(|_| *age < TRAVEL) else {
            return false;
        };
        let at = canvas.camera.screen(curve.along(*age / TRAVEL).0);
        plane.painter.circle_filled(at, 5.0, cx.theme.accent);
        true
    });
    ui.ctx().request_repaint();
}

fn wire_widgets(
    ui: &Ui,
    canvas: &Canvas,
    plane: &Plane,
    id: ChainId,
    chain: &Chain,
    scene: &Scene,
    curves: &[Curve],
    acts: &mut Acts,
) {
    for (n, wire) in scene.wires.iter().enumerate() {
        let to = &chain.nodes[wire.to].id;
        let key = (&chain.nodes[wire.from].id, to, wire.role);
        let Some(response) = canvas.wire(
            ui,
            plane,
            key,
            curves[n].along(0.5).0,
            false,
            scene.wires.len() <= 200,
            || wire.name.clone(),
        ) else {
            continue;
        };
        widgets::focus_ring(ui, &response);
        if response.clicked() {
            acts.commands
                .push(Command::Select(Selection::ChainNode(id, to.clone())));
        }
    }
}

/// Dragging from an output to another node's input.
fn wiring(
    ui: &Ui,
    cx: &mut Cx<'_>,
    canvas: &Canvas,
    plane: &Plane,
    id: ChainId,
    chain: &Chain,
    scene: &Scene,
    rects: &[Rect],
    acts: &mut Acts,
) {
    for &n in &scene.order {
        let card = &scene.cards[n];
        let port = canvas.camera.screen(output(rects[n]));
        if !card.gives || !plane.rect.contains(port) {
            continue;
        }
        let area = Rect::from_center_size(port, Vec2::splat(16.0));
        let node = &chain.nodes[n];
        let response = ui.interact(
            area,
            plane.background.id.with(("port", &node.id)),
            Sense::DRAG,
        );
        let name = format!("Output of {}: drag to another node", spoken_title(node));
        response.widget_info(|| WidgetInfo::labeled(UiRole::Unknown, true, &name));
        if response.hovered() || response.dragged() {
            plane.painter.circle_filled(port, 5.5, cx.theme.accent);
        }
        if response.drag_started() {
            cx.view.chain.wiring = Some(node.id.clone());
        }
        response.on_hover_cursor(CursorIcon::Crosshair);
    }
    let Some(from) = cx.view.chain.wiring.clone() else {
        return;
    };
    let source = chain.nodes.iter().position(|n| n.id == from);
    let pointer = ui.input(|i| i.pointer.latest_pos());
    let (Some(source), Some(pointer)) = (source, pointer) else {
        cx.view.chain.wiring = None;
        return;
    };
    let world = canvas.camera.world(pointer);
    let target = (0..rects.len())
        .find(|n| *n != source && rects[*n].expand(10.0).contains(world))
        .and_then(|n| role_at(&chain.nodes[n].step, rects[n], world).map(|role| (n, role)));
    let end = target.map_or(world, |(n, role)| input(rects[n], role));
    let look = paint::Wire {
        colour: cx.theme.accent,
        width: 2.0,
        dashed: true,
        arrow: true,
    };
    paint::wire(
        &plane.painter,
        &canvas.camera,
        &Curve::between_ports(output(rects[source]), end),
        look,
    );
    if let Some((n, role)) = target {
        plane.painter.circle_filled(
            canvas.camera.screen(input(rects[n], role)),
            6.0,
            cx.theme.accent,
        );
    }
    if ui.input(|i| i.pointer.any_released()) {
        cx.view.chain.wiring = None;
        if let Some((n, role)) = target {
            rewire(chain, id, &from, n, role, acts);
        }
    }
}

fn role_at(step: &Step, rect: Rect, at: Pos2) -> Option<Role> {
    match step {
        Step::Exchange { .. } if at.y < rect.top() + rect.height() * 0.55 => Some(Role::Subject),
        Step::Exchange { .. } => Some(Role::Actor),
        Step::Call { .. } => Some(Role::Bearer),
        _ => None,
    }
}

fn rewire(chain: &Chain, id: ChainId, from: &str, to: usize, role: Role, acts: &mut Acts) {
    let mut node = chain.nodes[to].clone();
    if plan::downstream(chain, &node.id).iter().any(|n| n == from) {
        acts.asks.push(Ask::Notice(Notice {
            error: true,
            text: format!(
                "{} already depends on {}: this wire would close a circle.",
                crate::kit::text::escape(from),
                crate::kit::text::escape(&node.id)
            ),
        }));
        return;
    }
    match (&mut node.step, role) {
        (Step::Exchange { subject, .. }, Role::Subject) => from.clone_into(subject),
        (Step::Exchange { actor, .. }, Role::Actor) => *actor = Some(from.to_owned()),
        (Step::Call { token, .. }, Role::Bearer) => from.clone_into(token),
        _ => return,
    }
    let key = node.id.clone();
    acts.commands
        .push(Command::SetNode(id, key, Box::new(node)));
}

fn keyboard(
    ui: &Ui,
    canvas: &mut Canvas,
    plane: &Plane,
    id: ChainId,
    chain: &Chain,
    scene: &Scene,
    rects: &[Rect],
    acts: &mut Acts,
) {
    let focus = canvas.focus;
    match canvas.hand(ui, rects, &scene.links) {
        Some(Hand::Walk(to)) => {
            canvas.focus_on(to, rects[to], plane.rect, motion(ui));
            acts.commands.push(Command::Select(Selection::ChainNode(
                id,
                chain.nodes[to].id.clone(),
            )));
            ui.ctx().request_repaint();
        }
        Some(Hand::Open) => {
            acts.asks.extend(
                focus
                    .and_then(|n| scene.cards.get(n))
                    .and_then(|c| c.token)
                    .map(Ask::ShowToken),
            );
        }
        Some(Hand::Remove) => {
            if let Some(node) = focus.and_then(|n| chain.nodes.get(n)) {
                acts.commands.push(Command::DeleteNode(id, node.id.clone()));
                acts.commands.push(Command::Select(Selection::None));
            }
        }
        Some(Hand::Back) => acts.commands.push(Command::Select(Selection::None)),
        None => {}
    }
}
