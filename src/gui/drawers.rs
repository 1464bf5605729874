//! Where the window is too narrow for panels beside the main views, they are drawers: a rail at the edge
//! opens each over the views, and it goes when it is not needed. The arrangement itself stays as it is.

use egui::{
    Align2, Area, CornerRadius, FontId, Frame, Id, Key, Modifiers, Order, Panel, Rect, Role, Sense,
    Stroke, Ui, WidgetInfo, epaint::TextShape, pos2, vec2,
};
use egui_tiles::{Container, Tile, TileId, Tree};

use super::{
    context::Cx,
    desk,
    pane::Pane,
    panel::{Dock, Entry},
    panels::{self, Panels, REGISTRY},
    theme::{self, Theme},
    widgets,
};
use crate::app::session::Selection;

/// Points of width below which the side panels are drawers: beside them the views would have less than
/// half of the window.
pub const BELOW: f32 = 1080.0;
/// Width of a rail.
const RAIL: f32 = 30.0;
/// Width of a drawer.
const WIDTH: f32 = 328.0;

/// Which drawers are open.
#[derive(Default)]
pub struct Drawers {
    /// The window is narrow.
    narrow: bool,
    left: bool,
    right: bool,
}

impl Drawers {
    /// Whether the window is narrow now. Made wide, no drawer is open: the panels stand beside the views.
    pub fn fold(&mut self, narrow: bool) {
        if !narrow {
            (self.left, self.right) = (false, false);
        }
        self.narrow = narrow;
    }

    /// Whether this panel is a drawer now.
    pub fn holds(&self, pane: &Pane) -> bool {
        self.narrow && side(pane).is_some()
    }

    /// Opens it.
    pub fn open(&mut self, pane: &Pane) {
        self.set(pane, true);
    }

    /// Opens it, or shuts it.
    pub fn toggle(&mut self, pane: &Pane) {
        let open = self.is_open(pane);
        self.set(pane, !open);
    }

    fn is_open(&self, pane: &Pane) -> bool {
        match side(pane) {
            Some(Dock::Left) => self.left,
            Some(Dock::Right) => self.right,
            _ => false,
        }
    }

    fn set(&mut self, pane: &Pane, open: bool) {
        match side(pane) {
            Some(Dock::Left) => self.left = open,
            Some(Dock::Right) => self.right = open,
            _ => {}
        }
    }

    /// Esc shuts the drawer that has been opened, before it backs out of anything else.
    pub fn escape(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        let any = self.narrow && (self.left || self.right);
        if !any || ui.ctx().text_edit_focused() || egui::Popup::is_any_open(ui.ctx()) {
            return;
        }
        if ui.input_mut(|i| i.consume_key(Modifiers::NONE, Key::Escape)) {
            (self.left, self.right) = (false, false);
            cx.window.focus.give_back();
        }
    }
}

fn side(pane: &Pane) -> Option<Dock> {
    let dock = panels::entry(pane)?.dock;
    matches!(dock, Dock::Left | Dock::Right).then_some(dock)
}

fn at(dock: Dock) -> impl Iterator<Item = &'static Entry> {
    REGISTRY.iter().copied().filter(move |e| e.dock == dock)
}

/// Takes the side panels out of the arrangement, where they do not stand in a row of tabs; gives those
/// that were there, to be put back after the frame.
pub fn take_out(tree: &mut Tree<Pane>) -> Vec<TileId> {
    let sides = at(Dock::Left).chain(at(Dock::Right));
    let tiles: Vec<TileId> = sides
        .filter_map(|entry| tree.tiles.find_pane(&entry.pane))
        .filter(|tile| {
            let parent = tree.tiles.parent_of(*tile).and_then(|p| tree.tiles.get(p));
            let tabs = matches!(parent, Some(Tile::Container(Container::Tabs(_))));
            !tabs && tree.tiles.is_visible(*tile)
        })
        .collect();
    for tile in &tiles {
        tree.tiles.set_visible(*tile, false);
    }
    tiles
}

/// The rails at both edges.
pub fn rails(ui: &mut Ui, cx: &mut Cx<'_>, drawers: &mut Drawers) {
    for dock in [Dock::Left, Dock::Right] {
        let panel = if dock == Dock::Left {
            Panel::left("rail of the left drawer")
        } else {
            Panel::right("rail of the right drawer")
        };
        panel
            .exact_size(RAIL)
            .resizable(false)
            .show_separator_line(true)
            .frame(Frame::new().fill(cx.theme.surface))
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                for entry in at(dock) {
                    rail(ui, cx, drawers, entry);
                }
            });
    }
}

/// A word along the edge that opens its drawer.
fn rail(ui: &mut Ui, cx: &mut Cx<'_>, drawers: &mut Drawers, entry: &Entry) {
    let theme = cx.theme;
    let open = drawers.is_open(&entry.pane);
    let count = match &entry.pane {
        pane if *pane == panels::tray::ENTRY.pane => cx.model.analysis.tokens.len(),
        _ => 0,
    };
    // Something is selected, and the inspector has more to say of it.
    let calls = entry.pane == panels::inspector::ENTRY.pane
        && !open
        && cx.model.session.selection != Selection::None;
    let text = match count {
        0 => entry.title.to_owned(),
        n => format!("{}  {n}", entry.title),
    };
    let colour = if open || calls {
        theme.accent
    } else {
        theme.muted
    };
    let font = FontId::new(12.0, theme::medium());
    let galley = ui.painter().layout_no_wrap(text, font, colour);
    let (rect, response) =
        ui.allocate_exact_size(vec2(RAIL, galley.size().x + 28.0), Sense::click());
    let name = panels::spoken(&entry.pane);
    let spoken = if open {
        format!("Close {name}")
    } else {
        format!("Open {name}")
    };
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, open, &spoken));
    if response.hovered() || open {
        let fill = if open {
            theme.accent_surface
        } else {
            theme.control
        };
        let radius = CornerRadius::same(theme::RADIUS);
        ui.painter().rect_filled(rect.shrink(3.0), radius, fill);
    }
    // From below to above, as the backs of books.
    let (across, along) = (galley.size().y, galley.size().x);
    let at = pos2(
        rect.center().x - across / 2.0,
        rect.center().y + along / 2.0,
    );
    let turned = TextShape::new(at, galley, colour).with_angle(-std::f32::consts::FRAC_PI_2);
    ui.painter().add(turned);
    widgets::focus_ring(ui, &response);
    if response.clicked() {
        drawers.toggle(&entry.pane);
    }
}

/// The drawers that are open, over the views.
pub fn ui(ui: &Ui, cx: &mut Cx<'_>, panels: &mut Panels, drawers: &mut Drawers) {
    if !drawers.narrow {
        return;
    }
    let room = ui.max_rect();
    for dock in [Dock::Left, Dock::Right] {
        for entry in at(dock) {
            if drawers.is_open(&entry.pane) {
                drawer(ui, cx, panels, entry, room);
            }
        }
    }
}

fn drawer(ui: &Ui, cx: &mut Cx<'_>, panels: &mut Panels, entry: &Entry, room: Rect) {
    let theme: &Theme = cx.theme;
    let width = WIDTH.min(room.width() * 0.8);
    let (anchor, at) = if entry.dock == Dock::Left {
        (Align2::LEFT_TOP, room.left_top())
    } else {
        (Align2::RIGHT_TOP, room.right_top())
    };
    Area::new(Id::unique(("drawer", &entry.pane)))
        .order(Order::Middle)
        .pivot(anchor)
        .fixed_pos(at)
        .constrain(false)
        .sense(Sense::click())
        .show(ui.ctx(), |ui| {
            let rect = Rect::from_min_size(ui.max_rect().min, vec2(width, room.height()));
            let shadow = ui.visuals().popup_shadow;
            ui.painter().add(shadow.as_shape(rect, CornerRadius::ZERO));
            let inner = ui.allocate_rect(rect, Sense::hover()).rect;
            let mut inside = ui.new_child(egui::UiBuilder::new().max_rect(inner));
            inside.set_clip_rect(inner);
            desk::panel(&mut inside, cx, panels, &entry.pane);
            let edge = if entry.dock == Dock::Left {
                inner.right() - 0.5
            } else {
                inner.left() + 0.5
            };
            let line = Stroke::new(1.0, theme.hairline);
            ui.painter().vline(edge, inner.y_range(), line);
        });
}
