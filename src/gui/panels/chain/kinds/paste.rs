//! A token that the user has: one of the tray, or its text.

use egui::Ui;

use super::{Face, Offer};
use crate::{
    app::Model,
    chain::{Node, Step, kinds::Paste},
    gui::{
        panels::chain::{fields::draft, form::Form},
        widgets,
    },
    kit::{ids::TokenId, text::shorten},
};

impl Face for Paste {
    fn offer() -> Offer {
        Offer {
            text: "Pasted token",
            stem: "pasted",
            step: |_| Step::Paste(Self::default()),
        }
    }

    fn who<'a>(&'a self, _node: &'a Node) -> &'a str {
        ""
    }

    fn lines(&self, _node: &Node, model: &Model) -> Vec<String> {
        vec![match self.token.strip_prefix("tray:") {
            Some(id) => id
                .parse()
                .ok()
                .and_then(|id| model.analysis.tokens.get(&id))
                .map_or_else(
                    || format!("token {id} of the tray"),
                    |t| t.principal.short(),
                ),
            None if self.token.trim().is_empty() => "no token yet".into(),
            None => shorten(self.token.trim(), 28).into_owned(),
        }]
    }

    fn form(&mut self, ui: &mut Ui, form: &mut Form<'_>) {
        let Form { model, fields, .. } = form;
        let token = &mut self.token;
        widgets::field(ui, "From the tray", |ui| {
            let shown = token
                .strip_prefix("tray:")
                .and_then(|id| id.parse::<TokenId>().ok())
                .and_then(|id| model.analysis.tokens.get(&id))
                .map_or_else(|| "choose".to_owned(), |t| t.principal.short());
            let shown = shorten(&shown, 30).into_owned();
            widgets::menu(ui, "Token of the tray", shown, |ui| {
                for id in model.analysis.tray.iter().flat_map(|group| &group.tokens) {
                    let Some(view) = model.analysis.tokens.get(id) else {
                        continue;
                    };
                    let text = format!("{} · {}", view.title, view.principal.short());
                    let on = *token == format!("tray:{id}");
                    let label = ui.selectable_label(on, shorten(&text, 60).into_owned());
                    if label.clicked() {
                        *token = format!("tray:{id}");
                        fields.drafts.remove("Token");
                        ui.close();
                    }
                }
            });
        });
        widgets::field(ui, "Or its text", |ui| {
            let value = if token.starts_with("tray:") {
                ""
            } else {
                token.as_str()
            };
            if let Some(text) = draft(ui, fields, "Token", value, "eyJ…") {
                text.trim().clone_into(token);
            }
        });
    }
}
