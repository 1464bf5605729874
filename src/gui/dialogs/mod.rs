//! Dialogs: windows that float, so that nothing behind them is blocked.

/// A dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialog {
    /// Keys of the workspace: generate, import, copy, delete.
    Keys,
    /// Connect an authorization server, and the clients registered there.
    Connect,
    /// Name, version, licences.
    About,
}

use egui::Ui;

use crate::gui::Cx;

/// The dialogs that are open, and what they keep.
#[derive(Default)]
pub struct Dialogs {
    open: Vec<Dialog>,
}

impl Dialogs {
    /// Opens a dialog, or brings it to the front.
    pub fn open(&mut self, dialog: Dialog) {
        self.open.retain(|d| *d != dialog);
        self.open.push(dialog);
    }

    /// Closes the one in front. Returns whether there was one.
    pub fn close_front(&mut self) -> bool {
        self.open.pop().is_some()
    }

    /// Draws them.
    pub fn show(&mut self, ui: &Ui, cx: &mut Cx<'_>) {
        let _ = (ui, cx);
    }
}
