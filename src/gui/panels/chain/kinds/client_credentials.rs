//! The client's own token: how the client authenticates, and what is asked for.

use egui::Ui;

use super::{Face, Offer, asked};
use crate::{
    app::Model,
    chain::{Node, Step, kinds::ClientCredentials},
    gui::panels::chain::form::Form,
};

impl Face for ClientCredentials {
    fn offer() -> Offer {
        Offer {
            text: "Client credentials",
            stem: "credentials",
            step: |_| Step::ClientCredentials(Self::default()),
        }
    }

    fn lines(&self, node: &Node, model: &Model) -> Vec<String> {
        let method = node
            .client_id()
            .and_then(|client| method_of(model, node.server.as_deref(), client));
        let mut lines = vec![method.unwrap_or("client credentials").to_owned()];
        lines.extend(asked(&self.request));
        lines
    }

    fn form(&mut self, ui: &mut Ui, form: &mut Form<'_>) {
        form.token_request(ui, &mut self.request);
    }

    /// It mostly serves as an actor token.
    fn is_gone_on_with(&self) -> bool {
        false
    }
}

fn method_of(model: &Model, server: Option<&str>, client: &str) -> Option<&'static str> {
    match server {
        None => model
            .practice()
            .and_then(|p| p.clients.iter().find(|c| c.client_id == client))
            .map(|c| c.method.name()),
        Some(server) => model
            .workspace
            .server(server)
            .and_then(|s| s.clients.iter().find(|c| c.client_id == client))
            .map(|c| c.method.name()),
    }
}
