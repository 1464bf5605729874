//! Inspector of a key: what it is for, where it came from, where it was used, and its public forms.

use egui::{RichText, Ui};
use serde_json::{Value, json};

use crate::{
    app::{analysis::Analysis, session::Selection, view, workspace::KeyEntry},
    gui::{
        context::Cx,
        icons::Icon,
        kept::Kept,
        request::{Dialog, WindowRequest},
        theme::{self, space},
        widgets,
    },
    jose::{Jwk, jwe::names::Manage, pem},
    kit::{
        ids::{KeyId, TokenId},
        text::{escape, shorten},
    },
};

/// Tokens that are listed one by one.
const LISTED: usize = 8;

/// The name of a key, and its thumbprint.
type NamedKey = (String, Option<String>);

/// The tokens that a key verified.
#[derive(Default)]
pub struct Verified(Kept<NamedKey, Vec<(TokenId, String)>>);

/// Draws the section of a key.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_, Verified>, id: KeyId) {
    let Some(key) = cx.model.workspace.key(id).cloned() else {
        ui.label("This key is gone.");
        return;
    };
    let theme = cx.theme;
    widgets::section(ui, "Key", if key.private { "private" } else { "public" });
    ui.add(egui::Label::new(theme::title(escape(&key.name))).wrap());
    let encrypts = Manage::parse(&key.alg).is_some();
    widgets::field(ui, "Algorithm", |ui| ui.label(escape(&key.alg)));
    widgets::field(ui, "Type", |ui| ui.label(escape(&key.description)));
    let purpose = match (encrypts, key.private) {
        (true, true) => "decrypts, and encrypts",
        (true, false) => "encrypts",
        (false, true) => "signs, and verifies",
        (false, false) => "verifies",
    };
    widgets::field(ui, "Use", |ui| ui.label(purpose));
    let private = if cx.model.vault.keys.contains_key(&id) {
        "at hand"
    } else if key.private {
        "locked, or not saved with the workspace"
    } else {
        "none"
    };
    widgets::field(ui, "Private part", |ui| ui.label(private));
    widgets::field(ui, "Origin", |ui| ui.label(escape(&key.origin)));
    let public = match &key.public {
        Some(Value::Object(members)) => Some(Jwk(members.clone())),
        _ => None,
    };
    let thumbprint = public.as_ref().and_then(|jwk| jwk.thumbprint().ok());
    for (name, value) in [
        ("Key ID", public.as_ref().and_then(Jwk::kid)),
        ("Thumbprint", thumbprint.as_deref()),
    ] {
        if let Some(value) = value {
            widgets::field(ui, name, |ui| {
                let value = escape(value);
                ui.add(
                    egui::Label::new(shorten(&value, 120).as_ref())
                        .wrap()
                        .selectable(true),
                )
            });
        }
    }
    if let Some(what) = public.as_ref().and_then(Jwk::malformed) {
        ui.horizontal_top(|ui| {
            Icon::Warning.show(ui, 14.0, theme.high);
            let words = format!("Malformed: {what}. Other programs refuse it.");
            ui.add(egui::Label::new(RichText::new(words).color(theme.high)).wrap());
        });
    }
    ui.add_space(space::XS);
    ui.horizontal_wrapped(|ui| {
        if let Some(public) = &public {
            widgets::menu(ui, "Copy as", "Copy as", |ui| {
                copies(ui, cx, public, thumbprint.as_deref());
            });
        }
        if ui.button("Keys…").clicked() {
            cx.ask(WindowRequest::Open(Dialog::Keys));
        }
    });
    if !encrypts {
        used(ui, cx, &key, thumbprint.as_deref());
    }
    if public.is_none() {
        ui.add(
            egui::Label::new(
                RichText::new("A shared secret has no public part: whoever verifies with it can sign as well.")
                    .color(theme.muted),
            )
            .wrap(),
        );
    }
}

/// The public part in the forms that others ask for.
fn copies(ui: &mut Ui, cx: &mut Cx<'_, Verified>, public: &Jwk, thumbprint: Option<&str>) {
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap_or_default();
    let jwk = Value::Object(public.0.clone());
    let items = [
        ("Public JWK", Some(pretty(&jwk))),
        ("JWK Set", Some(pretty(&json!({ "keys": [jwk] })))),
        ("Public PEM", pem::write(public).ok()),
        ("Thumbprint", thumbprint.map(str::to_owned)),
        (
            "Thumbprint URI",
            // RFC 9278
            thumbprint.map(|print| format!("urn:ietf:params:oauth:jwk-thumbprint:sha-256:{print}")),
        ),
    ];
    for (name, text) in items {
        if let Some(text) = text
            && widgets::menu_item(ui, name, "").clicked()
        {
            cx.ask(WindowRequest::Copy(text, name.into()));
            ui.close();
        }
    }
}

/// The tokens that this key verified.
fn used(ui: &mut Ui, cx: &mut Cx<'_, Verified>, key: &KeyEntry, thumbprint: Option<&str>) {
    let of = (key.name.clone(), thumbprint.map(str::to_owned));
    let verified = &mut cx.state.0;
    let tokens = verified.get(&cx.model.analysis, of, verified_by);
    ui.add_space(space::S);
    widgets::section(ui, "Verified", &tokens.len().to_string());
    if tokens.is_empty() {
        ui.label(RichText::new("no token that is at hand").color(cx.theme.muted));
    }
    let mut asked = None;
    for (id, title) in tokens.iter().take(LISTED) {
        if ui.link(shorten(title, 60).as_ref()).clicked() {
            asked = Some(*id);
        }
    }
    if tokens.len() > LISTED {
        let more = format!("and {} more", tokens.len() - LISTED);
        ui.label(RichText::new(more).color(cx.theme.muted));
    }
    if let Some(id) = asked {
        cx.push(view::Command::Select(Selection::Token(id)));
    }
}

fn verified_by(analysis: &Analysis, (name, thumbprint): &NamedKey) -> Vec<(TokenId, String)> {
    let from = format!("key {name} of the workspace");
    let mut found: Vec<(TokenId, String)> = analysis
        .tokens
        .iter()
        .filter(|(_, view)| {
            let used = view.verdict.key.as_ref();
            view.verdict.signer().is_some()
                && used.is_some_and(|used| {
                    used.from == from || (thumbprint.is_some() && used.thumbprint == *thumbprint)
                })
        })
        .map(|(id, view)| (*id, escape(&view.title).into_owned()))
        .collect();
    found.sort();
    found
}
