//! What a panel is: a name in the registry, something that is drawn, and what it says of a selection.

use std::borrow::Cow;

use egui::Ui;

use super::{context::Cx, pane::Pane, request::PanelRequest};
use crate::app::session::{Selection, View};

/// What is known of a panel without drawing it: its line in the registry.
pub struct Entry {
    /// Its name in the arrangement.
    pub pane: Pane,
    /// Its title.
    pub title: &'static str,
    /// What it is called within a sentence: `findings`, `HTTP log`.
    pub spoken: &'static str,
    /// Where it stands at first.
    pub dock: Dock,
    /// Makes it. The inspector has no panel of its own: it is made of what the others say of a selection.
    pub make: Option<fn() -> Box<dyn Panel>>,
}

impl Entry {
    /// The main view that it is.
    pub fn view(&'static self) -> Option<View> {
        match &self.pane {
            Pane::Main(Cow::Borrowed(name)) => Some(View::new(name)),
            _ => None,
        }
    }
}

/// Where a panel stands at first. The user moves it where they like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dock {
    /// At the left, with a head that closes it.
    Left,
    /// A tab in the middle.
    Main,
    /// A tab below the middle.
    Below,
    /// At the right, with a head that closes it.
    Right,
}

/// A panel. What it keeps between frames is its own: nobody else reads or writes it.
pub trait Panel {
    /// Draws it.
    fn ui(&mut self, ui: &mut Ui, cx: &mut Cx<'_>);

    /// Draws what the inspector shows of `selection`. Returns whether it is of this panel.
    fn inspect(&mut self, _ui: &mut Ui, _cx: &mut Cx<'_>, _selection: &Selection) -> bool {
        false
    }

    /// Draws what stands beside the title in its head.
    fn beside_title(&mut self, _ui: &mut Ui, _cx: &mut Cx<'_>) {}

    /// Draws what can be done from its head, from the right.
    fn head_buttons(&mut self, _ui: &mut Ui, _cx: &mut Cx<'_>) {}

    /// Draws what stands at the end of its row of tabs while another is in front, from the right.
    fn beside_tabs(&mut self, _ui: &mut Ui, _cx: &mut Cx<'_>) {}

    /// Takes what the window or another panel asks; most of it is for others.
    fn take(&mut self, _request: &PanelRequest, _cx: &mut Cx<'_>) {}
}
