//! Inspector of a principal or a relation of the graph.

use egui::Ui;

use crate::gui::Cx;

/// Draws the section of a principal.
pub fn principal(ui: &mut Ui, cx: &mut Cx<'_>, id: &str) {
    if let Some(node) = cx.model.analysis.graph.nodes.iter().find(|n| n.id == id) {
        ui.label(node.label.as_str());
    }
}

/// Draws the section of a relation.
pub fn relation(ui: &mut Ui, cx: &mut Cx<'_>, from: &str, to: &str, name: &str) {
    let _ = cx;
    ui.label(format!("{from} {name} {to}"));
}
