//! Inspector of an authorization server.

use egui::Ui;

use crate::{
    app::servers,
    gui::{
        context::Cx,
        icons::Icon,
        request::{Dialog, WindowRequest},
        sections,
        theme::{self, space},
        widgets,
    },
    kit::{ids::ServerId, text::escape},
};

/// Draws the section of a server.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>, id: ServerId) {
    let Some(server) = cx
        .model
        .workspace
        .servers
        .iter()
        .find(|s| s.id == id)
        .cloned()
    else {
        ui.label("This server is gone.");
        return;
    };
    let state = match &server.metadata {
        Some(_) => "connected",
        None => "not reached",
    };
    widgets::section(ui, "Authorization server", state);
    ui.add(egui::Label::new(theme::title(escape(&server.name))).wrap());
    sections::server::metadata(ui, cx, &server);
    ui.add_space(space::S);
    ui.horizontal_wrapped(|ui| {
        if ui.button("Clients…").clicked() {
            cx.ask(WindowRequest::Open(Dialog::Connect));
        }
        if widgets::button(ui, Icon::Reset, "Fetch again").clicked() {
            cx.push(servers::Command::Refresh(id));
        }
    });
}
