//! Keys that a token names or carries: `cnf`, and `jwk` of the header.

use egui::Ui;
use serde_json::{Value, json};

use super::json::behind_button;
use crate::gui::panels::token::state::{Cx, MemberPlace, New};
use crate::{
    gui::{
        icons::Icon,
        sections::token_text::plain,
        theme,
        widgets::{
            self,
            chips::{Mark, chip},
        },
    },
    jose::Jwk,
    kit::text::{escape, excerpt, shorten},
};

/// The keys of the workspace with a public part, and a menu to choose one of them.
pub(super) fn choose_key(ui: &mut Ui, cx: &Cx<'_>, name: &str, words: &str) -> Option<Jwk> {
    let mut chosen = None;
    widgets::menu(ui, name, words, |ui| {
        let mut any = false;
        for key in &cx.model.workspace.keys {
            let Some(Value::Object(members)) = &key.public else {
                continue;
            };
            any = true;
            let label = format!("{} ({})", excerpt(&key.name, 40), escape(&key.alg));
            if widgets::menu_item(ui, &label, "").clicked() {
                chosen = Some(Jwk(members.clone()));
                ui.close();
            }
        }
        if !any {
            ui.label("No key yet. Generate one in the keys dialog.");
        }
    });
    chosen
}

/// The name of the key of the workspace that has this thumbprint.
pub(super) fn key_named(cx: &Cx<'_>, thumbprint: &str) -> Option<String> {
    let keys = &cx.model.workspace.keys;
    let found = keys.iter().find(|key| {
        matches!(&key.public, Some(Value::Object(members))
            if Jwk(members.clone()).thumbprint().is_ok_and(|t| t == thumbprint))
    })?;
    Some(excerpt(&found.name, 40))
}

/// `cnf`: which key the holder must prove; bound by picking a key.
pub(super) fn confirmation(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    place: &MemberPlace,
    value: &Value,
) -> Option<New> {
    let mut new = None;
    ui.horizontal_wrapped(|ui| {
        for (name, inner) in value.as_object().into_iter().flatten() {
            // A key is told by what it is; its coordinates say nothing to people.
            let key = inner.as_object().map(|members| Jwk(members.clone()));
            let what = match key.as_ref().filter(|_| name == "jwk") {
                Some(key) => {
                    let print = key.thumbprint().unwrap_or_default();
                    format!("{} {}", key.describe(), shorten(&print, 14))
                }
                None => shorten(&plain(inner), 28).into_owned(),
            };
            chip(ui, &format!("{name} {what}"), Mark::Kept);
            if let Some(name) = key.and_then(|key| key_named(cx, &key.thumbprint().ok()?)) {
                ui.label(theme::small(format!("key {name}")).color(cx.theme.muted));
            }
        }
        if let Some(jkt) = value.get("jkt").and_then(Value::as_str)
            && let Some(name) = key_named(cx, jkt)
        {
            ui.label(theme::small(format!("key {name}")).color(cx.theme.muted));
        }
        if let Some(key) = choose_key(ui, cx, "Bind to a key", "bind to a key…")
            && let Ok(thumbprint) = key.thumbprint()
        {
            new = Some(Some(json!({ "jkt": thumbprint })));
        }
        if widgets::sized_icon_button(ui, Icon::Trash, "Remove cnf: make it a bearer token", 20.0)
            .clicked()
        {
            new = Some(None);
        }
    });
    new.or_else(|| behind_button(ui, cx, place, value))
}

/// `jwk` of the header: the key that a proof carries.
pub(super) fn public_key(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    place: &MemberPlace,
    value: &Value,
) -> Option<New> {
    let mut new = None;
    ui.horizontal_wrapped(|ui| {
        let key = value.as_object().map(|members| Jwk(members.clone()));
        let thumbprint = key.as_ref().and_then(|k| k.thumbprint().ok());
        let words = match thumbprint.as_deref().map(|t| (t, key_named(cx, t))) {
            Some((_, Some(name))) => format!("key {name}"),
            Some((thumbprint, None)) => format!("thumbprint {}", shorten(thumbprint, 20)),
            None => "no key".into(),
        };
        ui.label(theme::small(words).color(cx.theme.muted));
        if let Some(key) = choose_key(ui, cx, "Choose the key", "choose…") {
            let public = key.public().unwrap_or(key);
            new = Some(Some(Value::Object(public.0)));
        }
    });
    new.or_else(|| behind_button(ui, cx, place, value))
}
