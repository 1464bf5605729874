//! The form of an exchange: who asks where, for what, and in whose name.

use egui::Ui;

use super::{
    look::{caption, wrapped},
    state::{Cx, keep},
};
use crate::{
    app::{
        forge::{self, target},
        practice,
        target::TargetEntry,
    },
    gui::{
        icons::Icon,
        keyboard_focus,
        theme::{self, space},
        widgets,
    },
    kit::{
        ids::{TargetId, TokenId},
        text::{escape, excerpt, shorten},
    },
    oauth::token_type,
};

/// Tokens that the menu of actor tokens offers.
const OFFERED: usize = 40;

pub(super) fn ui(ui: &mut Ui, cx: &mut Cx<'_>, entry: &TargetEntry) {
    client(ui, cx, entry);
    let mut changed = entry.clone();
    let asked = &mut changed.exchange;
    for (name, label, hint, text) in [
        (
            "Audience",
            "Audience to ask for",
            "such as accounts-api",
            &mut asked.audience,
        ),
        (
            "Scope",
            "Scope to ask for",
            "as the subject token's",
            &mut asked.scope,
        ),
        (
            "Resource",
            "Resource to ask for",
            "optional address",
            &mut asked.resource,
        ),
    ] {
        widgets::input(ui, name, |ui| {
            widgets::text_field(ui, label, hint, text, false)
        });
    }
    widgets::input(ui, "Token type", |ui| {
        let wanted = asked.requested_token_type.clone();
        let shown = if wanted.is_empty() {
            "the server's choice".to_owned()
        } else {
            excerpt(&wanted, 40)
        };
        widgets::menu(ui, "Kind of token to ask for", shown, |ui| {
            let none = [("", "the server's choice")];
            let words = token_type::ALL.iter().map(|(word, _)| (*word, *word));
            for (word, shown) in none.into_iter().chain(words) {
                if ui.selectable_label(wanted == word, shown).clicked() {
                    word.clone_into(&mut asked.requested_token_type);
                    ui.close();
                }
            }
        });
    });
    keep(cx, entry, changed, "exchange");
    actor(ui, cx, entry);
}

/// Which server, and which client asks there.
fn client(ui: &mut Ui, cx: &mut Cx<'_>, entry: &TargetEntry) {
    let asked = &entry.exchange;
    let model = cx.model;
    let mut servers: Vec<(Option<String>, String)> = vec![(None, practice::title(&entry.faults))];
    for server in &model.workspace.servers {
        servers.push((Some(server.name.clone()), escape(&server.name).into_owned()));
    }
    let mut changed = entry.clone();
    widgets::input(ui, "Server", |ui| {
        let shown = match &asked.server {
            Some(name) => excerpt(name, 40),
            None => shorten(&practice::title(&entry.faults), 40).into_owned(),
        };
        widgets::menu(ui, "Server that exchanges", shown, |ui| {
            for (server, words) in &servers {
                if ui
                    .selectable_label(*server == asked.server, words.as_str())
                    .clicked()
                {
                    changed.exchange.server.clone_from(server);
                    let clients = forge::clients(model, server.as_deref(), &entry.faults);
                    changed.exchange.client = clients.into_iter().next().unwrap_or_default();
                    ui.close();
                }
            }
        });
    });
    let clients = forge::clients(model, asked.server.as_deref(), &entry.faults);
    if clients.is_empty() {
        wrapped(
            ui,
            theme::small("No client can ask there: start the practice server, or connect a server and add a client.")
                .color(cx.theme.muted),
        );
    } else {
        widgets::input(ui, "Client", |ui| {
            let shown = if asked.client.is_empty() {
                "Choose".to_owned()
            } else {
                excerpt(&asked.client, 40)
            };
            widgets::menu(ui, "Client that asks", shown, |ui| {
                for client in &clients {
                    let on = *client == asked.client;
                    if ui.selectable_label(on, escape(client).as_ref()).clicked() {
                        changed.exchange.client.clone_from(client);
                        ui.close();
                    }
                }
            });
        });
    }
    keep(cx, entry, changed, "client");
}

/// The actor token: of the tray, of a run, or pasted.
fn actor(ui: &mut Ui, cx: &mut Cx<'_>, entry: &TargetEntry) {
    ui.add_space(space::XS);
    ui.horizontal(|ui| {
        caption(ui, "Actor token", cx);
        ui.label(theme::small("optional").color(cx.theme.muted));
    });
    let named = |id: TokenId| {
        let view = cx.model.analysis.tokens.get(&id)?;
        let words = match view.principal.subject {
            Some(_) => format!("{} · {}", view.title, view.principal.short()),
            None => view.title.clone(),
        };
        let mut words = shorten(&words, 52).into_owned();
        if view.exp.is_some_and(|exp| exp <= cx.seconds()) {
            words.push_str(" · expired");
        }
        Some(words)
    };
    let shown = match entry.exchange.actor {
        None => "none: the client acts in its own name".to_owned(),
        Some(id) => named(id).unwrap_or_else(|| "not there any more".to_owned()),
    };
    let mut changed = entry.clone();
    widgets::menu(ui, "Actor token", shown, |ui| {
        ui.set_max_width(420.0);
        let none = entry.exchange.actor.is_none();
        if ui.selectable_label(none, "none").clicked() {
            changed.exchange.actor = None;
            ui.close();
        }
        let ids = forge::actors(cx.model, entry, cx.seconds());
        egui::ScrollArea::vertical()
            .max_height(280.0)
            .show(ui, |ui| {
                for id in ids.iter().take(OFFERED) {
                    let Some(words) = named(*id) else { continue };
                    let on = entry.exchange.actor == Some(*id);
                    if ui.selectable_label(on, words).clicked() {
                        changed.exchange.actor = Some(*id);
                        ui.close();
                    }
                }
                keyboard_focus::keep_in_view(ui);
                if ids.len() > OFFERED {
                    let words = format!("{OFFERED} of {}", ids.len());
                    ui.label(theme::small(words).color(cx.theme.muted));
                }
            });
    });
    keep(cx, entry, changed, "actor");
    if entry.id != TargetId(0) {
        let pasted = &mut cx.state.fire.pasted;
        let field = widgets::text_field(
            ui,
            "Paste an actor token",
            "or paste one here",
            pasted,
            false,
        );
        if field.changed() && pasted.len() > 20 {
            let text = std::mem::take(pasted);
            cx.push(target::Command::PasteActor(entry.id, text));
        }
    }
    if entry.exchange.actor.is_some()
        && widgets::button(ui, Icon::Cross, "No actor token").clicked()
    {
        let mut changed = entry.clone();
        changed.exchange.actor = None;
        keep(cx, entry, changed, "actor");
    }
}
