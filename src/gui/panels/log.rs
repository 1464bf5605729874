//! HTTP log.

use egui::Ui;

use crate::gui::{Cx, widgets};

/// What the panel keeps between frames.
#[derive(Default)]
pub struct State;

/// Draws the panel.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let _ = &cx.view.log;
    widgets::empty(ui, "HTTP log", |_| {});
}

/// Inspector of an entry of the log: request and response.
pub fn inspector(ui: &mut Ui, cx: &mut Cx<'_>, index: usize) {
    if let Some(entry) = cx.model.log.get(index) {
        ui.label(entry.purpose.as_str());
    }
}
