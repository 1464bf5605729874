//! The inspector: whatever is selected, in detail.

mod summary;

use egui::{ScrollArea, Ui};

use super::{chain, findings, graph, log, token, tray};
use crate::{
    app::session::Selection,
    gui::{Cx, keyboard_focus, theme::space},
};

/// What the inspector keeps between frames.
#[derive(Default)]
pub struct State {
    /// The section of a token.
    pub token: token::inspect::State,
    /// The states of the token that is shown.
    pub history: token::history::State,
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
            keyboard_focus::keep_in_view(ui);
        });
}

fn body(ui: &mut Ui, cx: &mut Cx<'_>) {
    match cx.model.session.selection.clone() {
        Selection::Token(id) => token::inspect::ui(ui, cx, id),
        Selection::Claim(id, pointer) => token::claim::ui(ui, cx, id, &pointer),
        Selection::ChainNode(chain, node) => chain::inspect::ui(ui, cx, chain, &node),
        Selection::Principal(id) => graph::inspect::principal(ui, cx, &id),
        Selection::Relation(from, to, name) => {
            graph::inspect::relation(ui, cx, &from, &to, name);
        }
        Selection::Finding(index) => findings::inspect::ui(ui, cx, index),
        Selection::Log(index) => log::inspector(ui, cx, index),
        Selection::Key(id) => tray::key::ui(ui, cx, id),
        Selection::Server(id) => token::inspect::server(ui, cx, id),
        Selection::None => summary::ui(ui, cx),
    }
}
