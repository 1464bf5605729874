//! The token panel.

use egui::Ui;

use crate::gui::{Cx, widgets};

/// What the panel keeps between frames.
#[derive(Default)]
pub struct State;

/// Draws the panel.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let _ = &cx.view.token;
    widgets::empty(ui, "No token yet. Paste one with Ctrl+V.", |_| {});
}
