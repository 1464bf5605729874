//! A call: which token is sent where.

use egui::Ui;

use super::{Face, Offer};
use crate::{
    app::Model,
    chain::{Node, Step, kinds::Call},
    gui::panels::chain::{
        fields::{choice, method_choice, wire},
        form::Form,
    },
};

impl Face for Call {
    fn offer() -> Offer {
        Offer {
            text: "API call",
            stem: "call",
            step: |token| {
                Step::Call(Self {
                    token,
                    url: "payments-api".into(),
                    method: None,
                })
            },
        }
    }

    fn lines(&self, _node: &Node, _model: &Model) -> Vec<String> {
        let method = self.method.as_deref().unwrap_or("GET");
        vec![format!("{method} {}", self.url)]
    }

    fn form(&mut self, ui: &mut Ui, form: &mut Form<'_>) {
        wire(ui, "Token", &mut self.token, form.sources);
        let mut target = Some(self.url.clone());
        let urls: Vec<&str> = form.known.urls.iter().map(String::as_str).collect();
        let hint = "https://api.example/orders";
        choice(ui, form.fields, "URL", &mut target, &urls, hint);
        self.url = target.unwrap_or_default();
        method_choice(ui, &mut self.method);
        form.dpop(ui);
    }
}
