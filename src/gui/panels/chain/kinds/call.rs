//! A call: which token is sent where.

use egui::Ui;

use super::{Face, Offer};
use crate::{
    app::Model,
    chain::{Node, Step, kinds::Call},
    gui::{
        panels::chain::{
            fields::{long_choice, method_choice, wire},
            form::Form,
        },
        theme::{self, Theme},
    },
    kit::text::escape,
};

/// Where a name of the practice server leads, whole.
fn resolved(ui: &mut Ui, model: &Model, url: &str) {
    let known = model.practice().and_then(|practice| {
        let mut resources = practice.resources.iter();
        resources.find(|(name, ..)| name == url)
    });
    let shown = match known {
        Some((_, at, _)) => at.as_str(),
        None if url.contains("://") => url,
        None => return,
    };
    let words = theme::small(escape(shown)).color(Theme::of(ui).muted);
    ui.add(egui::Label::new(words).wrap());
}

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
        long_choice(ui, form.fields, "URL", &mut target, &urls, hint);
        resolved(ui, form.model, &self.url);
        self.url = target.unwrap_or_default();
        method_choice(ui, &mut self.method);
        form.dpop(ui);
    }
}
