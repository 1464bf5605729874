//! Inspector of a token, a key, a server.

use egui::Ui;

use crate::{
    gui::Cx,
    kit::ids::{KeyId, ServerId, TokenId},
};

/// What the section keeps between frames.
#[derive(Default)]
pub struct State {
    /// The key chosen for signing.
    pub key: Option<KeyId>,
}

/// Draws the section of a token.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId) {
    if let Some(view) = cx.model.analysis.tokens.get(&id) {
        ui.label(view.title.as_str());
    }
}

/// Draws the section of a key.
pub fn key(ui: &mut Ui, cx: &mut Cx<'_>, id: KeyId) {
    if let Some(key) = cx.model.workspace.key(id) {
        ui.label(key.name.as_str());
    }
}

/// Draws the section of a server.
pub fn server(ui: &mut Ui, cx: &mut Cx<'_>, id: ServerId) {
    if let Some(server) = cx.model.workspace.servers.iter().find(|s| s.id == id) {
        ui.label(server.name.as_str());
    }
}
