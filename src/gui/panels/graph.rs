//! Principal graph.

use egui::Ui;

use crate::gui::{Cx, widgets};

/// What the panel keeps between frames.
#[derive(Default)]
pub struct State;

/// Draws the panel.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let _ = &cx.view.graph;
    widgets::empty(ui, "Principal graph", |_| {});
}
