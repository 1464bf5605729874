//! An exchange: which tokens go in, and what is asked for.

use egui::Ui;

use super::{Face, Offer, asked};
use crate::{
    app::Model,
    chain::{Node, Step, kinds::Exchange},
    gui::panels::chain::{
        fields::{token_type_choice, wire, wire_or_none},
        form::Form,
    },
};

impl Face for Exchange {
    fn offer() -> Offer {
        Offer {
            text: "Token exchange",
            stem: "exchange",
            step: |subject| {
                Step::Exchange(Self {
                    subject,
                    ..Self::default()
                })
            },
        }
    }

    fn lines(&self, _node: &Node, _model: &Model) -> Vec<String> {
        let mut lines = asked(&self.request);
        if let Some(kind) = &self.requested_token_type {
            lines.push(format!("wants {}", kind.rsplit(':').next().unwrap_or(kind)));
        }
        lines
    }

    fn form(&mut self, ui: &mut Ui, form: &mut Form<'_>) {
        let from = form.sources;
        let any = "access_token";
        wire(ui, "Subject token", &mut self.subject, from);
        token_type_choice(ui, "Its type", &mut self.subject_token_type, any);
        wire_or_none(ui, "Actor token", &mut self.actor, from);
        if self.actor.is_some() {
            token_type_choice(ui, "Actor's type", &mut self.actor_token_type, any);
        }
        form.token_request(ui, &mut self.request);
        let wanted = &mut self.requested_token_type;
        token_type_choice(ui, "Wanted type", wanted, "the server picks");
    }
}
