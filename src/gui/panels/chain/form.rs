//! The form of a chain's node. What is typed is taken over when the field is left, so that an edit is
//! one step of undo.

use egui::Ui;

use super::{
    fields::{
        State, choice, draft, list, method_choice, text, token_type_choice, wire, wire_or_none,
    },
    inspect::sources,
    state::Cx,
};
use crate::{
    app::{chains, practice},
    chain::{
        Chain, Dpop, Node, Step, TokenRequest,
        kinds::{Call, ClientCredentials, Exchange, Paste, SignIn},
    },
    gui::widgets,
    jose::Alg,
    kit::{
        ids::{ChainId, TokenId},
        text::{escape, shorten},
    },
    oauth::dpop,
    practice::Faults,
};

/// What is known of a server: for the lists that are offered.
#[derive(Default)]
struct Known {
    clients: Vec<String>,
    audiences: Vec<String>,
    scopes: Vec<String>,
    users: Vec<String>,
    urls: Vec<String>,
}

fn known(cx: &Cx<'_>, server: Option<&str>) -> Known {
    let mut known = Known::default();
    if let Some(name) = server {
        if let Some(entry) = cx.model.workspace.server(name) {
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
    } else if let Some(practice) = cx.model.practice() {
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

/// Draws the form; a change becomes one command.
pub(super) fn ui(ui: &mut Ui, cx: &mut Cx<'_>, id: ChainId, chain: &Chain, node: &Node) {
    let known = known(cx, node.server.as_deref());
    let mut changed = node.clone();
    let mut state = std::mem::take(&mut cx.state.inspect.form);
    text(
        ui,
        &mut state,
        "Title",
        &mut changed.title,
        node.default_title(),
    );
    if node.asks_server() {
        server(ui, cx, chain, &mut changed);
        let offered: Vec<&str> = known.clients.iter().map(String::as_str).collect();
        choice(
            ui,
            &mut state,
            "Client",
            &mut changed.client,
            &offered,
            "workbench for a sign-in",
        );
        dpop(ui, cx, &mut changed);
    }
    match &mut changed.step {
        Step::SignIn(SignIn { user, request }) => {
            let offered: Vec<&str> = known.users.iter().map(String::as_str).collect();
            choice(
                ui,
                &mut state,
                "User",
                user,
                &offered,
                "chosen in the browser",
            );
            asks(ui, &mut state, request, &known);
        }
        Step::ClientCredentials(ClientCredentials { request }) => {
            asks(ui, &mut state, request, &known);
        }
        Step::Paste(Paste { token }) => pasted(ui, cx, &mut state, token),
        Step::Exchange(Exchange {
            subject,
            subject_token_type,
            actor,
            actor_token_type,
            requested_token_type,
            request,
        }) => {
            let from = sources(chain, node);
            wire(ui, "Subject token", subject, &from);
            token_type_choice(ui, "Its type", subject_token_type, "access_token");
            wire_or_none(ui, "Actor token", actor, &from);
            if actor.is_some() {
                token_type_choice(ui, "Actor's type", actor_token_type, "access_token");
            }
            asks(ui, &mut state, request, &known);
            token_type_choice(ui, "Wanted type", requested_token_type, "the server picks");
        }
        Step::Call(Call { token, url, method }) => {
            let from = sources(chain, node);
            wire(ui, "Token", token, &from);
            let mut target = Some(url.clone());
            let offered: Vec<&str> = known.urls.iter().map(String::as_str).collect();
            choice(
                ui,
                &mut state,
                "URL",
                &mut target,
                &offered,
                "https://api.example/orders",
            );
            *url = target.unwrap_or_default();
            method_choice(ui, method);
            dpop(ui, cx, &mut changed);
        }
    }
    cx.state.inspect.form = state;
    if changed != *node {
        cx.push(chains::Command::SetNode {
            chain: id,
            id: node.id.clone(),
            node: Box::new(changed),
        });
    }
}

fn server(ui: &mut Ui, cx: &Cx<'_>, chain: &Chain, node: &mut Node) {
    widgets::field(ui, "Server", |ui| {
        let practice = practice::brief(&Faults::named(&chain.faults));
        let shown = node.server.as_deref().unwrap_or(&practice);
        let menu = widgets::menu(
            ui,
            "Server",
            shorten(&escape(shown), 60).into_owned(),
            |ui| {
                if ui
                    .selectable_label(node.server.is_none(), practice.as_str())
                    .clicked()
                {
                    node.server = None;
                    ui.close();
                }
                for entry in &cx.model.workspace.servers {
                    let on = node.server.as_deref() == Some(entry.name.as_str());
                    if ui
                        .selectable_label(on, escape(&entry.name).into_owned())
                        .clicked()
                    {
                        node.server = Some(entry.name.clone());
                        ui.close();
                    }
                }
            },
        );
        if node.server.is_none() && !chain.faults.is_empty() {
            menu.on_hover_text(escape(&chain.faults.join(", ")).into_owned());
        }
    });
}

/// Whose key the node proves (RFC 9449).
fn dpop(ui: &mut Ui, cx: &Cx<'_>, node: &mut Node) {
    let call = !node.gives_token();
    let (unset, none, generated) = if call {
        ("its token's key", "none: as Bearer", "a foreign key")
    } else {
        ("none", "none", "a generated key")
    };
    let keys = cx.model.workspace.keys.iter().filter(|k| {
        k.private && dpop::ALGS.contains(&Alg::parse(&k.alg)) // others make no proofs
    });
    let shown = match &node.dpop {
        None => unset.to_owned(),
        Some(Dpop::None) => none.to_owned(),
        Some(Dpop::Generated) => generated.to_owned(),
        Some(Dpop::Key(name)) => {
            let known = cx.model.workspace.keys.iter();
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
                let label = ui.selectable_label(node.dpop == value, text);
                if label.on_hover_text(tip).clicked() {
                    node.dpop = value;
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
                let alone = cx.model.workspace.keys.iter().filter(same).count() == 1;
                // Chain files go by names; where one does not tell, the identifier does.
                let name = if alone {
                    key.name.clone()
                } else {
                    key.id.to_string()
                };
                let text = shorten(&escape(&key.name), 40).into_owned();
                choice(ui, &text, "A key of the workspace", Some(Dpop::Key(name)));
            }
        });
    });
}

fn asks(ui: &mut Ui, state: &mut State, ask: &mut TokenRequest, known: &Known) {
    list(ui, state, "Audience", &mut ask.audience, &known.audiences);
    list(ui, state, "Resource", &mut ask.resource, &[]);
    list(ui, state, "Scope", &mut ask.scope, &known.scopes);
    let offered: Vec<&str> = known.clients.iter().map(String::as_str).collect();
    choice(
        ui,
        state,
        "may_act",
        &mut ask.may_act,
        &offered,
        "who may act next",
    );
}

fn pasted(ui: &mut Ui, cx: &Cx<'_>, state: &mut State, token: &mut String) {
    widgets::field(ui, "From the tray", |ui| {
        let shown = token
            .strip_prefix("tray:")
            .and_then(|id| id.parse::<TokenId>().ok())
            .and_then(|id| cx.model.analysis.tokens.get(&id))
            .map_or_else(|| "choose".to_owned(), |t| t.principal.short());
        widgets::menu(
            ui,
            "Token of the tray",
            shorten(&shown, 30).into_owned(),
            |ui| {
                for group in &cx.model.analysis.tray {
                    for id in &group.tokens {
                        let Some(view) = cx.model.analysis.tokens.get(id) else {
                            continue;
                        };
                        let text = format!("{} · {}", view.title, view.principal.short());
                        if ui
                            .selectable_label(
                                *token == format!("tray:{id}"),
                                shorten(&text, 60).into_owned(),
                            )
                            .clicked()
                        {
                            *token = format!("tray:{id}");
                            state.drafts.remove("Token");
                            ui.close();
                        }
                    }
                }
            },
        );
    });
    widgets::field(ui, "Or its text", |ui| {
        let value = if token.starts_with("tray:") {
            ""
        } else {
            token.as_str()
        };
        if let Some(text) = draft(ui, state, "Token", value, "eyJ…") {
            text.trim().clone_into(token);
        }
    });
}
