//! What the forms of all kinds of nodes are made of: what can be offered, whose key is proved, what a token
//! request asks for.

use egui::Ui;

use super::fields::{FieldsState, Source, choice, list};
use crate::{
    app::Model,
    chain::{Dpop, TokenRequest},
    gui::widgets,
    jose::Alg,
    kit::text::{escape, excerpt, shorten},
    oauth::dpop,
};

/// What is known of a server: for the lists that are offered.
#[derive(Default)]
pub(super) struct Known {
    pub clients: Vec<String>,
    pub audiences: Vec<String>,
    pub scopes: Vec<String>,
    pub users: Vec<String>,
    pub urls: Vec<String>,
}

impl Known {
    /// What is known of a server; without a name, of the practice server.
    pub fn of(model: &Model, server: Option<&str>) -> Self {
        let mut known = Self::default();
        if let Some(name) = server {
            if let Some(entry) = model.workspace.server(name) {
                known.clients = entry.clients.iter().map(|c| c.client_id.clone()).collect();
                let scopes = entry
                    .metadata
                    .as_ref()
                    .and_then(|m| m.document.get("scopes_supported"))
                    .and_then(|s| s.as_array());
                known.scopes = scopes
                    .into_iter()
                    .flatten()
                    .filter_map(|s| s.as_str().map(str::to_owned))
                    .collect();
            }
        } else if let Some(practice) = model.practice() {
            known.clients = practice
                .clients
                .iter()
                .map(|c| c.client_id.clone())
                .collect();
            known.users.clone_from(&practice.users);
            for (name, _, scopes) in &practice.resources {
                known.audiences.push(name.clone());
                known.scopes.extend(scopes.iter().cloned());
            }
            known.scopes.dedup();
            known.urls.clone_from(&known.audiences);
        }
        known
    }
}

/// What the fields of a kind of node may look at and change beside its own settings.
pub(super) struct Form<'a> {
    /// All state.
    pub model: &'a Model,
    /// Texts that are being typed.
    pub fields: &'a mut FieldsState,
    /// What can be offered.
    pub known: &'a Known,
    /// Where the node could take a token from.
    pub sources: &'a [Source],
    /// Whose key the node proves.
    pub dpop: &'a mut Option<Dpop>,
    /// It sends a token and asks for none.
    pub sends: bool,
}

impl Form<'_> {
    /// Whose key the node proves (RFC 9449).
    pub fn dpop(&mut self, ui: &mut Ui) {
        let (model, dpop) = (self.model, &mut *self.dpop);
        let call = self.sends;
        let (unset, none, generated) = if call {
            ("its token's key", "none: as Bearer", "a foreign key")
        } else {
            ("none", "none", "a generated key")
        };
        let keys = model.workspace.keys.iter().filter(|k| {
            k.private && dpop::ALGS.contains(&Alg::parse(&k.alg)) // others make no proofs
        });
        let shown = match &*dpop {
            None => unset.to_owned(),
            Some(Dpop::None) => none.to_owned(),
            Some(Dpop::Generated) => generated.to_owned(),
            Some(Dpop::Key(name)) => {
                let known = model.workspace.keys.iter();
                let mut known = known.filter(|k| k.name == *name || k.id.to_string() == *name);
                match known.next() {
                    Some(key) => escape(&key.name).into_owned(),
                    None => format!("{} (missing)", escape(name)),
                }
            }
        };
        widgets::field(ui, "DPoP", |ui| {
            ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Truncate);
            widgets::menu(ui, "DPoP", shorten(&shown, 32).into_owned(), |ui| {
                let mut choice = |ui: &mut Ui, text: &str, tip: &str, value: Option<Dpop>| {
                    let label = ui.selectable_label(*dpop == value, text);
                    if label.on_hover_text(tip).clicked() {
                        *dpop = value;
                        ui.close();
                    }
                };
                let (unset_tip, generated_tip) = if call {
                    (
                        "A bound token goes with a proof of its key, any other as Bearer",
                        "A key that nothing is bound to, as a thief would have",
                    )
                } else {
                    (
                        "A bearer token is asked for",
                        "Made for the run; all nodes of the client share it",
                    )
                };
                choice(ui, unset, unset_tip, None);
                if call {
                    choice(
                        ui,
                        none,
                        "A bound token goes without a proof",
                        Some(Dpop::None),
                    );
                }
                choice(ui, generated, generated_tip, Some(Dpop::Generated));
                for key in keys {
                    let same = |k: &&crate::app::workspace::KeyEntry| k.name == key.name;
                    let alone = model.workspace.keys.iter().filter(same).count() == 1;
                    // Chain files go by names; where one does not tell, the identifier does.
                    let name = if alone {
                        key.name.clone()
                    } else {
                        key.id.to_string()
                    };
                    let text = excerpt(&key.name, 40);
                    choice(ui, &text, "A key of the workspace", Some(Dpop::Key(name)));
                }
            });
        });
    }

    /// The fields of a token request.
    pub fn token_request(&mut self, ui: &mut Ui, request: &mut TokenRequest) {
        let (fields, known) = (&mut *self.fields, self.known);
        let TokenRequest {
            scope,
            audience,
            resource,
            may_act,
        } = request;
        list(ui, fields, "Audience", audience, &known.audiences);
        list(ui, fields, "Resource", resource, &[]);
        list(ui, fields, "Scope", scope, &known.scopes);
        let offered: Vec<&str> = known.clients.iter().map(String::as_str).collect();
        choice(ui, fields, "may_act", may_act, &offered, "who may act next");
    }
}
