//! The canvas under the chain and the graph: camera, hit testing, wires, keyboard walk.
//!
//! What is on it is the caller's: rectangles and curves on the plane. Nothing here knows tokens.

pub mod camera;
pub mod controls;
pub mod curve;
pub mod paint;
pub mod walk;

use std::hash::Hash;

use egui::{
    EventFilter, Id, Key, Modifiers, PointerButton, Pos2, Rect, Response, Role, Sense, Ui, Vec2,
    WidgetInfo, vec2,
};

pub use camera::Camera;
pub use curve::Curve;

/// Below this zoom the words on wires are left out: they would cover what they are about.
pub const LABELS_FROM: f32 = 0.45;

/// From this zoom on cards have room for their names.
const NAMES: f32 = 0.5;
/// The least zoom at which names can be read with ease.
const READ_FROM: f32 = 0.62;
/// Height of the strip with legend and zoom at the lower edge.
const CONTROLS: f32 = 32.0;
/// How far from a wire a click still means it, in screen points.
pub const WIRE_REACH: f32 = 7.0;

/// What a canvas keeps between frames.
#[derive(Debug, Default, Clone)]
pub struct Canvas {
    /// The camera.
    pub camera: Camera,
    /// Content that was fitted: another content is fitted anew.
    fitted: Option<u64>,
    /// The user has moved the camera: a new size of the window does not fit anew.
    moved: bool,
    size: Vec2,
    /// The node that has the keyboard: never culled.
    pub focus: Option<usize>,
    want_focus: bool,
}

/// One frame of a canvas.
pub struct Stage {
    /// Place on the screen.
    pub rect: Rect,
    /// The background.
    pub background: Response,
    /// Painter clipped to the canvas.
    pub painter: egui::Painter,
    /// Identifier under which nodes and wires get theirs.
    id: Id,
}

/// A node or a wire as a widget.
#[derive(Debug, Clone, Copy)]
pub struct Spot {
    /// Index of the node; wires have none.
    pub index: usize,
    /// Place on the plane.
    pub world: Rect,
    /// It is selected.
    pub selected: bool,
    /// It has a place in the order of Tab.
    pub focusable: bool,
}

/// What the keyboard did on a node that has the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hand {
    /// Walk to a node.
    Walk(usize),
    /// Enter.
    Open,
    /// Delete.
    Remove,
    /// Backspace.
    Out,
    /// Escape.
    Back,
}

impl Canvas {
    /// Begins a frame: takes `rect` of `ui`, moves the camera. `content` tells one content from another
    /// (the document's, not its state): when it changes, everything in `bounds` is brought into view.
    pub fn begin(
        &mut self,
        ui: &mut Ui,
        salt: &str,
        name: &str,
        rect: Rect,
        bounds: Rect,
        content: impl Hash,
    ) -> Stage {
        let id = ui.scope_id().with(salt);
        let key = hash(content);
        let animate = motion(ui);
        if self.fitted != Some(key) || (!self.moved && self.size != rect.size()) {
            let first = self.fitted.is_none() || self.size != rect.size();
            self.fitted = Some(key);
            self.size = rect.size();
            self.open(rect, bounds, animate && !first);
        }
        self.size = rect.size();

        let sense = Sense::CLICK | Sense::DRAG;
        let background = ui.interact(rect, id, sense);
        background.widget_info(|| WidgetInfo::labeled(Role::Group, true, name));
        let (pan, zoom, pointer) = ui.input(|i| {
            let over = i.pointer.hover_pos().filter(|p| rect.contains(*p));
            let wheel = over.map_or(Vec2::ZERO, |_| i.smooth_scroll_delta());
            let held = i.pointer.button_down(PointerButton::Middle)
                || (i.pointer.primary_down() && i.key_down(Key::Space));
            let drag = if held && over.is_some() {
                i.pointer.delta()
            } else {
                Vec2::ZERO
            };
            (wheel + drag, i.zoom_delta(), over)
        });
        let on_top = pointer.is_some_and(|p| {
            ui.ctx()
                .layer_id_at(p)
                .is_none_or(|layer| layer == ui.layer_id())
        });
        if on_top {
            if let Some(pointer) = pointer.filter(|_| (zoom - 1.0).abs() > 1e-4) {
                self.camera.zoom_about(pointer, zoom);
                self.moved = true;
            } else if pan != Vec2::ZERO {
                self.camera.pan(pan);
                self.moved = true;
            }
        }
        if background.dragged_by(PointerButton::Primary) {
            self.camera.pan(background.drag_delta());
            self.moved = true;
        }
        let dt = ui.input(|i| i.stable_dt).min(0.1);
        if self.camera.step(rect, dt) {
            ui.ctx().request_repaint();
        }
        let painter = ui.painter_at(rect);
        Stage {
            rect,
            background,
            painter,
            id,
        }
    }

    /// Where a content is looked at first: all of it, unless its names would be lost for want of a little
    /// room; then as much as can be read, from the upper left. Of a large one the whole is the better view.
    fn open(&mut self, rect: Rect, bounds: Rect, animate: bool) {
        let room = rect.size() - vec2(0.0, CONTROLS);
        let all = Camera::fitting(bounds, room, vec2(20.0, 16.0));
        if all.zoom < NAMES && all.zoom > NAMES * 0.4 {
            self.show_at(rect, bounds, bounds, NAMES, animate);
            self.moved = false; // another size of the window is another look
        } else {
            self.fit(rect, bounds, animate);
        }
    }

    /// Brings all of `bounds` into view.
    pub fn fit(&mut self, rect: Rect, bounds: Rect, animate: bool) {
        self.moved = false;
        self.camera.step(rect, 0.0);
        // The controls at the lower edge cover nothing.
        let room = rect.size() - vec2(0.0, CONTROLS);
        let mut view = Camera::fitting(bounds, room, vec2(20.0, 16.0));
        view.centre.y += CONTROLS / 2.0 / view.zoom;
        self.camera.go(view, animate);
    }

    /// Brings `part` into view, from its upper end when it is too large to be read as a whole; as much of
    /// `bounds` beside it as there is room for.
    pub fn show(&mut self, rect: Rect, part: Rect, bounds: Rect, animate: bool) {
        let room = rect.size() - vec2(48.0, 32.0 + CONTROLS);
        let all = Camera::fitting(bounds, room, Vec2::ZERO);
        let own = Camera::fitting(part, room, Vec2::ZERO);
        let zoom = own.zoom.clamp(READ_FROM, 1.0).max(all.zoom);
        self.show_at(rect, part, bounds, zoom, animate);
    }

    fn show_at(&mut self, rect: Rect, part: Rect, bounds: Rect, zoom: f32, animate: bool) {
        let room = rect.size() - vec2(48.0, 32.0 + CONTROLS);
        let seen = room / zoom;
        let middle = |low: f32, high: f32, all_low: f32, all_high: f32, seen: f32| {
            if all_high - all_low <= seen {
                f32::midpoint(all_low, all_high)
            } else if high - low <= seen {
                f32::midpoint(low, high)
            } else {
                low + seen / 2.0
            }
        };
        let centre = egui::pos2(
            middle(
                part.left(),
                part.right(),
                bounds.left(),
                bounds.right(),
                seen.x,
            ),
            middle(
                part.top(),
                part.bottom(),
                bounds.top(),
                bounds.bottom(),
                seen.y,
            ) + CONTROLS / 2.0 / zoom,
        );
        self.moved = true;
        self.camera.step(rect, 0.0);
        self.camera.go(camera::View { centre, zoom }, animate);
    }

    /// Whether the user has moved the camera since everything was last brought into view.
    pub fn moved(&self) -> bool {
        self.moved
    }

    /// Zooms about the middle.
    pub fn zoom(&mut self, rect: Rect, factor: f32) {
        self.moved = true;
        self.camera.zoom_about(rect.center(), factor);
    }

    /// Gives a node the keyboard and brings it into view.
    pub fn focus_on(&mut self, node: usize, world: Rect, rect: Rect, animate: bool) {
        self.focus = Some(node);
        self.want_focus = true;
        self.camera.reveal(world, rect, 24.0, animate);
    }

    /// A node as a widget: name for the screen reader, place in the Tab order, pointer. `None` when it is
    /// outside of what is seen.
    pub fn node(
        &mut self,
        ui: &Ui,
        stage: &Stage,
        key: impl Hash + std::fmt::Debug,
        spot: Spot,
        name: &str,
    ) -> Option<Response> {
        let index = spot.index;
        let screen = self.camera.screen_rect(spot.world);
        let seen = screen.intersect(stage.rect);
        if !seen.is_positive() && self.focus != Some(index) {
            return None;
        }
        let id = stage.id.with(("node", key));
        let place = if seen.is_positive() { seen } else { screen };
        let response = ui.interact(place, id, Sense::click_and_drag());
        response.widget_info(|| {
            WidgetInfo::selected(Role::Button, ui.is_enabled(), spot.selected, name)
        });
        if self.want_focus && self.focus == Some(index) {
            response.request_focus();
            self.want_focus = false;
        }
        if response.has_focus() && !self.want_focus {
            self.focus = Some(index);
            ui.memory_mut(|m| {
                m.set_focus_lock_filter(
                    id,
                    EventFilter {
                        horizontal_arrows: true,
                        vertical_arrows: true,
                        escape: true,
                        tab: false,
                    },
                );
            });
        } else if self.focus == Some(index) && !self.want_focus {
            self.focus = None;
        }
        Some(response)
    }

    /// A wire as a widget: a small place at the middle of `spot.world`, for the screen reader and the
    /// keyboard. The pointer finds wires by [`Canvas::wire_at`].
    pub fn wire(
        &self,
        ui: &Ui,
        stage: &Stage,
        key: impl Hash + std::fmt::Debug,
        spot: Spot,
        name: &str,
    ) -> Option<Response> {
        let middle = self.camera.screen(spot.world.center());
        let rect = Rect::from_center_size(middle, Vec2::splat(14.0));
        if !stage.rect.contains_rect(rect) {
            return None;
        }
        let sense = if spot.focusable {
            Sense::click()
        } else {
            Sense::CLICK
        };
        let response = ui.interact(rect, stage.id.with(("wire", key)), sense);
        response.widget_info(|| {
            WidgetInfo::selected(Role::Button, ui.is_enabled(), spot.selected, name)
        });
        Some(response)
    }

    /// The wire under a screen point, by distance to the curve.
    pub fn wire_at<'a>(
        &self,
        point: Pos2,
        wires: impl Iterator<Item = (usize, &'a Curve)>,
    ) -> Option<usize> {
        let at = self.camera.world(point);
        let reach = WIRE_REACH / self.camera.zoom();
        wires
            .filter_map(|(n, wire)| wire.distance(at, reach).map(|d| (n, d)))
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(n, _)| n)
    }

    /// What the keyboard asks of the node that has the focus.
    pub fn hand(&self, ui: &Ui, nodes: &[Rect], wires: &[(usize, usize)]) -> Option<Hand> {
        let focus = self.focus?;
        let (arrow, open, remove, out, back) = ui.input_mut(|i| {
            let mut pressed = |key| i.consume_key(Modifiers::NONE, key);
            let arrow = if pressed(Key::ArrowRight) {
                Some(walk::Direction::Right)
            } else if pressed(Key::ArrowLeft) {
                Some(walk::Direction::Left)
            } else if pressed(Key::ArrowDown) {
                Some(walk::Direction::Down)
            } else if pressed(Key::ArrowUp) {
                Some(walk::Direction::Up)
            } else {
                None
            };
            (
                arrow,
                i.key_pressed(Key::Enter),
                i.key_pressed(Key::Delete),
                i.key_pressed(Key::Backspace),
                i.key_pressed(Key::Escape),
            )
        });
        if let Some(direction) = arrow {
            return walk::next(nodes, wires, Some(focus), direction).map(Hand::Walk);
        }
        if open {
            return Some(Hand::Open);
        }
        if remove {
            return Some(Hand::Remove);
        }
        if out {
            return Some(Hand::Out);
        }
        back.then_some(Hand::Back)
    }
}

/// Whether things may move: the system or a test has not asked for stillness.
pub fn motion(ui: &Ui) -> bool {
    ui.style().animation_time > 0.0
}

fn hash(value: impl Hash) -> u64 {
    use std::hash::{DefaultHasher, Hasher as _};
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
