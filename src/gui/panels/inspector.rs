//! The inspector: whatever is selected, in detail.

use egui::{ScrollArea, Ui};

use super::{
    inspector_chain, inspector_claim, inspector_finding, inspector_history, inspector_key,
    inspector_principal, inspector_summary, inspector_token,
};
use crate::{
    app::session::Selection,
    gui::{Cx, focus, theme::space},
};

/// What the inspector keeps between frames.
#[derive(Default)]
pub struct State {
    /// The section of a token.
    pub token: inspector_token::State,
    /// The states of the token that is shown.
    pub history: inspector_history::State,
}

/// Draws the inspector.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    ScrollArea::vertical()
        .auto_shrink(false)
        .id_salt("inspector")
        .show(ui, |ui| {
            egui::Frame::new()
                .inner_margin(egui::Margin::symmetric(space::M as i8, space::S as i8))
                .show(ui, |ui| {
                    ui.set_width(ui.available_width());
                    body(ui, cx);
                });
            focus::keep_in_view(ui);
        });
}

fn body(ui: &mut Ui, cx: &mut Cx<'_>) {
    match cx.model.session.selection.clone() {
        Selection::Token(id) => inspector_token::ui(ui, cx, id),
        Selection::Claim(id, pointer) => inspector_claim::ui(ui, cx, id, &pointer),
        Selection::ChainNode(chain, node) => inspector_chain::ui(ui, cx, chain, &node),
        Selection::Principal(id) => inspector_principal::principal(ui, cx, &id),
        Selection::Relation(from, to, name) => {
            inspector_principal::relation(ui, cx, &from, &to, name);
        }
        Selection::Finding(index) => inspector_finding::ui(ui, cx, index),
        Selection::Log(index) => super::log::inspector(ui, cx, index),
        Selection::Key(id) => inspector_key::ui(ui, cx, id),
        Selection::Server(id) => inspector_token::server(ui, cx, id),
        Selection::None => inspector_summary::ui(ui, cx),
    }
}
