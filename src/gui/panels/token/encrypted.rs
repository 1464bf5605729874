//! An encrypted token: what its header says, and how it is opened.

use egui::{RichText, TextEdit, Ui};
use serde_json::Value;

use super::state::Cx;
use crate::{
    app::{analysis::TokenView, encryption, keys, workspace::KeyEntry},
    gui::{
        icons::Icon,
        request::{Dialog, WindowRequest},
        theme::{self, space},
        widgets,
    },
    jose::{
        Jwk,
        jwe::{
            self,
            names::{Enc, Manage},
        },
        jwk::Task,
    },
    kit::{ids::TokenId, secret::Secret, text::escape},
};

/// Encrypts to a key that was asked for by `Generate … and encrypt`, once it is there.
pub fn follow_generated(cx: &mut Cx<'_>) {
    let Some((token, known)) = cx.state.encrypted.pending.take() else {
        return;
    };
    let fresh = cx
        .model
        .workspace
        .keys
        .iter()
        .find(|key| !known.contains(&key.id) && Manage::parse(&key.alg).is_some());
    match fresh.map(|key| key.id) {
        Some(key) => cx.push(encryption::Command::Encrypt {
            token,
            key,
            enc: "A256GCM".into(),
        }),
        None => cx.state.encrypted.pending = Some((token, known)),
    }
}

/// Draws the card.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId, view: &TokenView) {
    let theme = cx.theme;
    let header = view.token.header_map();
    let text = |name: &str| header.get(name).and_then(Value::as_str).unwrap_or("?");
    let (alg, enc) = (text("alg"), text("enc"));
    let known = Manage::parse(alg).zip(Enc::parse(enc));
    widgets::banner(theme.raised).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            Icon::Lock.show(ui, 16.0, theme.muted);
            ui.label(theme::strong("Encrypted"));
            let words = match text("kid") {
                "?" => format!("{}, {}", escape(alg), escape(enc)),
                kid => format!("{}, {} for key {}", escape(alg), escape(enc), escape(kid)),
            };
            ui.label(RichText::new(words).color(theme.text));
        });
        ui.add_space(space::XS);
        let Some((alg, enc)) = known else {
            ui.label("This encryption is not supported here: the token cannot be opened.");
            return;
        };
        let keys = fitting(cx, alg, enc);
        ui.horizontal_wrapped(|ui| {
            let with_password = matches!(alg, Manage::Pbes2(..));
            if with_password {
                let field = ui
                    .add(
                        TextEdit::singleline(&mut *cx.state.encrypted.password)
                            .password(true)
                            .hint_text(RichText::new("password").color(theme.muted))
                            .desired_width(220.0),
                    )
                    .accessible_name("Password of the token");
                let entered = field.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
                let ready = !cx.state.encrypted.password.is_empty();
                let clicked = ui
                    .add_enabled_ui(ready, |ui| widgets::primary(ui, None, "Decrypt"))
                    .inner
                    .clicked();
                if ready && (clicked || entered) {
                    let password = std::mem::take(&mut cx.state.encrypted.password);
                    cx.push(encryption::Command::Decrypt(id, Some(Secret::new(password.as_str()))));
                }
            } else if keys.is_empty() {
                ui.label(
                    RichText::new("No key of the tray fits it: import the recipient's private key.")
                        .color(theme.muted),
                );
                if ui.button("Add a key…").clicked() {
                    cx.ask(WindowRequest::Open(Dialog::Keys));
                }
            } else {
                if widgets::primary(ui, None, "Decrypt").clicked() {
                    cx.push(encryption::Command::Decrypt(id, None));
                }
                let words = match keys.as_slice() {
                    [one] => format!("with {one}"),
                    many => format!("with one of {} keys that fit", many.len()),
                };
                ui.label(RichText::new(words).color(theme.muted));
            }
        });
        ui.label(
            theme::small("What is inside becomes a token of its own in the tray. Decryption alone does not tell who made it.")
                .color(theme.muted),
        );
    });
}

/// Names of the private keys that fit.
fn fitting(cx: &Cx<'_>, alg: Manage, enc: Enc) -> Vec<String> {
    let fits = |jwk: &Jwk| jwe::fits(jwk, alg, enc, Task::Decrypt).is_ok();
    cx.model
        .workspace
        .keys
        .iter()
        .filter(|key| cx.model.vault.keys.get(&key.id).is_some_and(fits))
        .map(|key| escape(&key.name).into_owned())
        .collect()
}

/// Content encryptions that are offered for a key. A key that is used directly fits by its length.
fn contents(cx: &Cx<'_>, key: &KeyEntry) -> Vec<&'static str> {
    let Some(secret) = cx
        .model
        .vault
        .keys
        .get(&key.id)
        .filter(|_| key.alg == "dir")
    else {
        return vec!["A256GCM", "A128CBC-HS256"];
    };
    Enc::all()
        .filter(|enc| jwe::fits(secret, Manage::Dir, *enc, Task::Encrypt).is_ok())
        .map(Enc::name)
        .collect()
}

/// The menu that encrypts a token to a key of the tray.
pub fn menu(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId) {
    let keys: Vec<KeyEntry> = cx
        .model
        .workspace
        .keys
        .iter()
        .filter(|key| Manage::parse(&key.alg).is_some())
        .cloned()
        .collect();
    widgets::menu(ui, "Encrypt to", "Encrypt to", |ui| {
        for key in &keys {
            for enc in contents(cx, key) {
                let label = format!("{} · {} · {enc}", escape(&key.name), escape(&key.alg));
                if widgets::menu_item(ui, &label, "").clicked() {
                    cx.push(encryption::Command::Encrypt {
                        token: id,
                        key: key.id,
                        enc: enc.to_owned(),
                    });
                    ui.close();
                }
            }
        }
        for alg in ["ECDH-ES+A256KW", "RSA-OAEP-256", "A256KW"] {
            let label = format!("Generate a key for {alg} and encrypt");
            if widgets::menu_item(ui, &label, "").clicked() {
                let known = cx.model.workspace.keys.iter().map(|k| k.id).collect();
                cx.state.encrypted.pending = Some((id, known));
                cx.push(keys::Command::Generate {
                    alg: alg.into(),
                    name: format!("lab-{}", alg.to_lowercase()),
                });
                ui.close();
            }
        }
    });
}
