//! Inspector of a node of a chain: form, request, response, cURL.

use egui::Ui;

use crate::{gui::Cx, kit::ids::ChainId};

/// Draws the section.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>, chain: ChainId, node: &str) {
    let _ = (cx, chain);
    ui.label(crate::kit::text::escape(node));
}
