//! Where the keyboard is. egui forgets it when a dialog closes, when Esc is pressed or a field is left by
//! Enter, and Tab then begins at the top of the window; here it goes on from where it was.

use egui::{Context, Event, FocusDirection, Id, Key, Modifiers, Rect, Ui};

use super::pane::Pane;

/// Widgets that are remembered.
const REMEMBERED: usize = 24;
/// Frames in which the focus is looked for after something has closed: what closed is there for one more.
const FRAMES: u8 = 4;

/// Where the keyboard was, and where it can go.
#[derive(Default)]
pub struct Focus {
    /// Widgets that had it, the latest last.
    trail: Vec<Id>,
    /// It is to be given back, for so many frames.
    back: u8,
    /// Who had it in the last frame.
    last: Option<Id>,
    /// The pointer did something in the last frame: what has got the keyboard was clicked.
    pointed: bool,
    /// A view that has come to the front while somebody had the keyboard.
    view: Option<Pane>,
    /// For how many frames Enter or the space bar still counts as pressed.
    pressed: u8,
    /// The tab of a view is to get it.
    pub tab: Option<Pane>,
    /// The panels of the last frame: which, where, and the widget that F6 goes to.
    stops: Vec<Stop>,
}

/// Who has got the keyboard since the last frame, without the pointer's doing.
#[derive(Debug, Clone, Copy)]
struct Moved(Id);

/// Room left around a widget that is scrolled into view, in points.
const AROUND: f32 = 8.0;

/// Scrolls to the widget that the keyboard has gone to. Stands at the end of what a scroll area holds:
/// egui moves the keyboard to widgets out of sight and leaves them there. `tests/gui/keyboard.rs` walks
/// every stop of Tab.
pub fn keep_in_view(ui: &Ui) {
    let Some(Moved(id)) = ui.data(|data| data.get_temp(Id::NULL)) else {
        return;
    };
    let Some(widget) = ui.ctx().read_response(id) else {
        return;
    };
    let (rect, seen) = (widget.rect, ui.clip_rect());
    // What stands still beside the area is cut by no scrolling, wherever the content reaches.
    let cut = widget.interact_rect.height() + 0.5 < rect.height();
    let within = cut && widget.layer_id == ui.layer_id() && ui.min_rect().contains(rect.center());
    // A field taller than the view scrolls to its cursor by itself.
    let fits = rect.height() + 2.0 * AROUND < seen.height();
    if within && fits && (rect.top() < seen.top() || rect.bottom() > seen.bottom()) {
        ui.scroll_to_rect(rect.expand(AROUND), None);
    }
}

/// A panel that F6 stops at.
#[derive(Debug, Clone)]
struct Stop {
    pane: Pane,
    rect: Rect,
    id: Option<Id>,
    /// The tab in front, where it is one of a row.
    tab: Option<Rect>,
}

impl Focus {
    /// Something that had the keyboard has closed: whoever had it before gets it back.
    pub fn give_back(&mut self) {
        self.back = FRAMES;
    }

    /// A view has come to the front: who had the keyboard in the last one goes to its tab.
    pub fn comes(&mut self, pane: Pane) {
        self.view = self.last.map(|_| pane);
    }

    /// A panel stands here.
    pub fn stands(&mut self, pane: &Pane, rect: Rect) {
        match self.stops.iter_mut().find(|s| s.pane == *pane) {
            Some(stop) => stop.rect = stop.rect.union(rect),
            None => self.stops.push(Stop {
                pane: pane.clone(),
                rect,
                id: None,
                tab: None,
            }),
        }
    }

    /// The widget of a panel that F6 goes to.
    pub fn stops_at(&mut self, pane: &Pane, rect: Rect, id: Id) {
        self.stands(pane, rect);
        if let Some(stop) = self.stops.iter_mut().find(|s| s.pane == *pane) {
            stop.id = Some(id);
        }
    }

    /// The tab in front of a row, which F6 goes to.
    pub fn has_tab(&mut self, pane: &Pane, tab: &egui::Response) {
        self.stops_at(pane, tab.rect, tab.id);
        if let Some(stop) = self.stops.iter_mut().find(|s| s.pane == *pane) {
            stop.tab = Some(tab.rect);
        }
    }

    /// Begins a frame.
    pub fn begin(&mut self, ui: &Ui) {
        let ctx = ui.ctx();
        let (tab, shift) = ui.input(|i| {
            let tab = |e: &Event| {
                matches!(e, Event::Key { key: Key::Tab, pressed: true, modifiers, .. }
                    if !modifiers.ctrl && !modifiers.alt && !modifiers.command)
            };
            (i.events.iter().any(tab), i.modifiers.shift)
        });
        let mut stops = std::mem::take(&mut self.stops);
        let cycle = ui.input_mut(|i| {
            if i.consume_key(Modifiers::SHIFT, Key::F6) {
                Some(false)
            } else {
                i.consume_key(Modifiers::NONE, Key::F6).then_some(true)
            }
        });
        let focused = ctx.memory(egui::Memory::focused);
        // Another view is in front, and what had the keyboard went with the last one.
        if focused.is_none()
            && let Some(view) = self.view.take()
        {
            self.tab = Some(view);
            ctx.request_repaint();
        }
        // A field that was left by Enter, an item of a menu that has closed.
        self.pressed = self.pressed.saturating_sub(1);
        if self.pressed > 0 && self.last.is_some() && focused.is_none() {
            self.give_back();
        }
        self.moves(ctx, focused);
        self.last = focused;
        if ui.input(|i| i.key_pressed(Key::Enter) || i.key_pressed(Key::Space)) {
            self.pressed = FRAMES;
        }
        if let Some(forward) = cycle {
            stops.retain(|s| s.id.is_some());
            self.cycle(ctx, stops, focused, forward);
            return;
        }
        match focused {
            Some(id) if is_handle(ctx, id, &stops) => {
                let direction = if shift {
                    FocusDirection::Previous
                } else {
                    FocusDirection::Next
                };
                ctx.memory_mut(|m| m.move_focus(direction));
                ctx.request_repaint();
            }
            Some(id) => self.remember(id),
            None if tab || self.back > 0 => {
                let there = |id: &Id| ctx.read_response(*id).is_some();
                if let Some(id) = self.trail.iter().rev().copied().find(there) {
                    ctx.memory_mut(|m| m.request_focus(id));
                }
            }
            None => {}
        }
        if self.back > 0 {
            self.back -= 1;
            ctx.request_repaint();
        }
    }

    /// Tells those who scroll that the keyboard has gone to a widget, see [`keep_in_view`].
    fn moves(&mut self, ctx: &Context, focused: Option<Id>) {
        let clicked = std::mem::replace(
            &mut self.pointed,
            ctx.input(|i| i.pointer.any_pressed() || i.pointer.any_released()),
        );
        let moved = focused.filter(|_| focused != self.last && !clicked);
        ctx.data_mut(|data| match moved {
            Some(id) => drop(data.insert_temp(Id::NULL, Moved(id))),
            None => data.remove::<Moved>(Id::NULL),
        });
    }

    fn remember(&mut self, id: Id) {
        if self.trail.last() != Some(&id) {
            self.trail.retain(|other| *other != id);
            self.trail.push(id);
            if self.trail.len() > REMEMBERED {
                self.trail.remove(0);
            }
        }
    }

    /// From one panel to the next.
    fn cycle(&mut self, ctx: &Context, mut stops: Vec<Stop>, focused: Option<Id>, forward: bool) {
        stops.sort_by(|a, b| {
            let place = |s: &Stop| (s.rect.left(), s.rect.top());
            let (a, b) = (place(a), place(b));
            a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1))
        });
        let at = focused
            .and_then(|id| ctx.read_response(id))
            .map(|r| r.rect.center());
        let now = at.and_then(|at| stops.iter().position(|s| s.rect.contains(at)));
        let count = stops.len();
        let next = match (now, forward) {
            _ if count == 0 => return,
            (None, true) => 0,
            (None, false) => count - 1,
            (Some(n), true) => (n + 1) % count,
            (Some(n), false) => (n + count - 1) % count,
        };
        if let Some(id) = stops[next].id {
            ctx.memory_mut(|m| m.request_focus(id));
            self.remember(id);
            ctx.request_repaint();
        }
    }
}

/// Whether a widget is the edge between two panels or the ground of a row of tabs: they are for the
/// pointer, have no name and show no focus, so Tab passes them by.
fn is_handle(ctx: &Context, id: Id, stops: &[Stop]) -> bool {
    ctx.read_response(id).is_some_and(|r| {
        let (width, height) = (r.rect.width(), r.rect.height());
        let edge = width.min(height) <= 12.0 && width.max(height) >= 90.0;
        // It begins where the tab in front does, and is no tab.
        let ground = stops.iter().any(|s| {
            s.tab.is_some_and(|tab| {
                s.id != Some(id)
                    && r.rect.expand(1.0).contains_rect(tab)
                    && (tab.height() - height).abs() < 2.0
            })
        });
        r.sense.senses_drag() && r.sense.senses_click() && (edge || ground)
    })
}
