//! A sign-in: who signs in, and what is asked for.

use egui::Ui;

use super::{Face, Offer, asked};
use crate::{
    app::Model,
    chain::{Node, Step, kinds::SignIn},
    gui::panels::chain::{fields::choice, form::Form},
};

impl Face for SignIn {
    fn offer() -> Offer {
        Offer {
            text: "Sign-in",
            stem: "sign-in",
            step: |_| {
                Step::SignIn(Self {
                    user: Some("alice".into()),
                    ..Self::default()
                })
            },
        }
    }

    fn who<'a>(&'a self, node: &'a Node) -> &'a str {
        self.user.as_deref().or(node.client_id()).unwrap_or("")
    }

    fn lines(&self, _node: &Node, _model: &Model) -> Vec<String> {
        asked(&self.request)
    }

    fn form(&mut self, ui: &mut Ui, form: &mut Form<'_>) {
        let users: Vec<&str> = form.known.users.iter().map(String::as_str).collect();
        let hint = "chosen in the browser";
        choice(ui, form.fields, "User", &mut self.user, &users, hint);
        form.token_request(ui, &mut self.request);
    }
}
