//! Inspector of a claim: what it means, who sets and checks it, its values along the chain.

use egui::Ui;

use crate::{gui::Cx, kit::ids::TokenId};

/// Draws the section. `pointer` is a JSON Pointer into the claims.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>, token: TokenId, pointer: &str) {
    let _ = (cx, token);
    ui.label(crate::kit::text::escape(pointer));
}
