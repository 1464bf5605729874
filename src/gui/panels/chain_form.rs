//! The form of a chain's node. What is typed is taken over when the field is left, so that an edit is
//! one step of undo.

use std::collections::HashMap;

use egui::{Key, RichText, Ui};

use super::{chain_scene::spoken_title, inspector_chain::sources};
use crate::{
    app::{Command, practice},
    chain::{Ask, Chain, Dpop, Node, Step},
    gui::{
        Cx,
        theme::space,
        widgets::{
            self,
            chips::{self, Edit},
        },
    },
    jose::Alg,
    kit::{
        ids::{ChainId, TokenId},
        text::{escape, shorten},
    },
    oauth::{dpop, token_type},
};

/// Texts that are being typed.
#[derive(Default)]
pub struct State {
    drafts: HashMap<&'static str, String>,
    chips: HashMap<&'static str, Option<String>>,
}

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
    let mut state = std::mem::take(&mut cx.view.chain_inspector.form);
    text(
        ui,
        &mut state,
        "Title",
        &mut changed.title,
        node_default_title(node),
    );
    if !matches!(node.step, Step::Paste { .. } | Step::Call { .. }) {
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
        Step::SignIn { user, ask } => {
            let offered: Vec<&str> = known.users.iter().map(String::as_str).collect();
            choice(
                ui,
                &mut state,
                "User",
                user,
                &offered,
                "chosen in the browser",
            );
            asks(ui, &mut state, ask, &known);
        }
        Step::ClientCredentials { ask } => asks(ui, &mut state, ask, &known),
        Step::Paste { token } => pasted(ui, cx, &mut state, token),
        Step::Exchange {
            subject,
            subject_token_type,
            actor,
            actor_token_type,
            requested_token_type,
            ask,
        } => {
            let from = sources(chain, node);
            wire(ui, "Subject token", subject, &from);
            token_type_choice(ui, "Its type", subject_token_type, "access_token");
            wire_or_none(ui, "Actor token", actor, &from);
            if actor.is_some() {
                token_type_choice(ui, "Actor's type", actor_token_type, "access_token");
            }
            asks(ui, &mut state, ask, &known);
            token_type_choice(ui, "Wanted type", requested_token_type, "the server picks");
        }
        Step::Call { token, url, method } => {
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
    cx.view.chain_inspector.form = state;
    if changed != *node {
        cx.push(Command::SetNode(id, node.id.clone(), Box::new(changed)));
    }
}

fn node_default_title(node: &Node) -> &'static str {
    match node.step {
        Step::SignIn { .. } => "Sign in",
        Step::ClientCredentials { .. } => "Credentials",
        Step::Paste { .. } => "Pasted token",
        Step::Exchange { .. } => "Exchange",
        Step::Call { .. } => "Call",
    }
}

/// A field whose text is taken over when it is left.
fn draft(
    ui: &mut Ui,
    state: &mut State,
    name: &'static str,
    value: &str,
    hint: &str,
) -> Option<String> {
    let text = state.drafts.entry(name).or_insert_with(|| value.to_owned());
    let response = widgets::text_field(ui, name, hint, text, false);
    let entered = response.has_focus() && ui.input(|i| i.key_pressed(Key::Enter));
    if response.lost_focus() || entered {
        let text = state.drafts.remove(name).unwrap_or_default();
        return (text != value).then_some(text);
    }
    if !response.has_focus() {
        state.drafts.remove(name); // what it shows follows the document
    }
    None
}

fn text(
    ui: &mut Ui,
    state: &mut State,
    name: &'static str,
    value: &mut Option<String>,
    hint: &str,
) {
    widgets::field(ui, name, |ui| {
        if let Some(text) = draft(ui, state, name, value.as_deref().unwrap_or(""), hint) {
            *value = Some(text.trim().to_owned()).filter(|t| !t.is_empty());
        }
    });
}

/// A text with a list of what is known beside it.
fn choice(
    ui: &mut Ui,
    state: &mut State,
    name: &'static str,
    value: &mut Option<String>,
    offered: &[&str],
    hint: &str,
) {
    widgets::field(ui, name, |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let room = ui.available_width() - if offered.is_empty() { 0.0 } else { 46.0 };
            ui.scope(|ui| {
                ui.set_max_width(room.max(40.0));
                if let Some(text) = draft(ui, state, name, value.as_deref().unwrap_or(""), hint) {
                    *value = Some(text.trim().to_owned()).filter(|t| !t.is_empty());
                }
            });
            if !offered.is_empty() {
                widgets::menu(ui, &format!("Known values of {name}"), "", |ui| {
                    for item in offered {
                        let on = value.as_deref() == Some(*item);
                        if ui
                            .selectable_label(on, shorten(&escape(item), 48).into_owned())
                            .clicked()
                        {
                            *value = Some((*item).to_owned());
                            state.drafts.remove(name);
                            ui.close();
                        }
                    }
                    if value.is_some()
                        && ui
                            .selectable_label(false, RichText::new("none").weak())
                            .clicked()
                    {
                        *value = None;
                        state.drafts.remove(name);
                        ui.close();
                    }
                });
            }
        });
    });
}

fn server(ui: &mut Ui, cx: &Cx<'_>, chain: &Chain, node: &mut Node) {
    widgets::field(ui, "Server", |ui| {
        let practice = practice::title(&chain.faults.iter().cloned().collect());
        let shown = node.server.as_deref().unwrap_or(&practice);
        widgets::menu(
            ui,
            "Server",
            shorten(&escape(shown), 28).into_owned(),
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
    });
}

/// Whose key the node proves (RFC 9449).
fn dpop(ui: &mut Ui, cx: &Cx<'_>, node: &mut Node) {
    let call = matches!(node.step, Step::Call { .. });
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

fn node_words(node: &Node) -> String {
    format!(
        "{} ({})",
        spoken_title(node),
        shorten(&escape(&node.id), 24)
    )
}

fn wire(ui: &mut Ui, name: &'static str, value: &mut String, from: &[&Node]) {
    widgets::field(ui, name, |ui| {
        let shown = from.iter().find(|n| n.id == *value).map_or_else(
            || {
                if value.is_empty() {
                    "choose".into()
                } else {
                    format!("{} (missing)", escape(value))
                }
            },
            |n| node_words(n),
        );
        ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Truncate);
        widgets::menu(ui, name, shown, |ui| {
            for node in from {
                if ui
                    .selectable_label(node.id == *value, node_words(node))
                    .clicked()
                {
                    value.clone_from(&node.id);
                    ui.close();
                }
            }
        });
    });
}

fn wire_or_none(ui: &mut Ui, name: &'static str, value: &mut Option<String>, from: &[&Node]) {
    widgets::field(ui, name, |ui| {
        let shown = value.as_ref().map_or_else(
            || "none: impersonation".to_owned(),
            |v| {
                from.iter()
                    .find(|n| n.id == *v)
                    .map_or_else(|| format!("{} (missing)", escape(v)), |n| node_words(n))
            },
        );
        ui.style_mut().wrap_mode = Some(egui::TextWrapMode::Truncate);
        widgets::menu(ui, name, shown, |ui| {
            if ui
                .selectable_label(value.is_none(), "none: impersonation")
                .clicked()
            {
                *value = None;
                ui.close();
            }
            for node in from {
                if ui
                    .selectable_label(value.as_deref() == Some(&node.id), node_words(node))
                    .clicked()
                {
                    *value = Some(node.id.clone());
                    ui.close();
                }
            }
        });
    });
}

fn token_type_choice(ui: &mut Ui, name: &'static str, value: &mut Option<String>, none: &str) {
    widgets::field(ui, name, |ui| {
        let shown = value.as_deref().map_or(none, |v| {
            token_type::ALL
                .iter()
                .find(|(w, uri)| *w == v || *uri == v)
                .map_or(v, |(w, _)| w)
        });
        widgets::menu(ui, name, shorten(&escape(shown), 30).into_owned(), |ui| {
            if ui.selectable_label(value.is_none(), none).clicked() {
                *value = None;
                ui.close();
            }
            for (word, uri) in token_type::ALL {
                let on = value.as_deref().is_some_and(|v| v == word || v == uri);
                if ui.selectable_label(on, word).on_hover_text(uri).clicked() {
                    *value = Some(word.to_owned());
                    ui.close();
                }
            }
        });
    });
}

fn method_choice(ui: &mut Ui, method: &mut Option<String>) {
    widgets::field(ui, "Method", |ui| {
        let shown = method.clone().unwrap_or_else(|| "GET".into());
        widgets::menu(ui, "Method", escape(&shown).into_owned(), |ui| {
            for name in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
                if ui.selectable_label(shown == name, name).clicked() {
                    *method = (name != "GET").then(|| name.to_owned());
                    ui.close();
                }
            }
        });
    });
}

fn asks(ui: &mut Ui, state: &mut State, ask: &mut Ask, known: &Known) {
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

/// A set of values as chips, with what is known to choose from.
fn list(
    ui: &mut Ui,
    state: &mut State,
    name: &'static str,
    values: &mut Vec<String>,
    offered: &[String],
) {
    let more: Vec<&String> = offered.iter().filter(|o| !values.contains(o)).collect();
    let mut add = None;
    widgets::field(ui, name, |ui| {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let room = ui.available_width() - if more.is_empty() { 0.0 } else { 46.0 };
            ui.vertical(|ui| {
                ui.set_max_width(room.max(40.0));
                ui.set_min_width(room.max(40.0));
                chosen(ui, state, name, values);
            });
            if !more.is_empty() {
                widgets::menu(ui, &format!("Known values of {name}"), "", |ui| {
                    for item in &more {
                        if ui
                            .selectable_label(false, escape(item).into_owned())
                            .clicked()
                        {
                            add = Some((*item).clone());
                            ui.close();
                        }
                    }
                });
            }
        });
    });
    values.extend(add);
    ui.add_space(space::XS / 2.0);
}

fn chosen(ui: &mut Ui, state: &mut State, name: &'static str, values: &mut Vec<String>) {
    let draft = state.chips.entry(name).or_default();
    match chips::editor(ui, name, values, None, draft, &[]) {
        Some(Edit::Add(value)) => {
            for part in value.split_whitespace() {
                if !values.iter().any(|v| v == part) {
                    values.push(part.to_owned());
                }
            }
        }
        Some(Edit::Remove(n)) if n < values.len() => {
            values.remove(n);
        }
        Some(Edit::Remove(_)) | None => {}
    }
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
