//! Keys: generate, import by paste or file, copy, rename, delete.

mod import;

use egui::{Align, Layout, RichText, ScrollArea, TextEdit, Ui};
use zeroize::Zeroizing;

use crate::{
    app::{file, keys, workspace::KeyEntry},
    gui::{context::Cx, icons::Icon, request::WindowRequest, theme, widgets},
    jose::jwe::names::Manage,
    kit::{
        ids::KeyId,
        secret::Secret,
        text::{escape, excerpt},
    },
};

const ALGORITHMS: [(&str, &str); 12] = [
    ("ES256", "EC P-256"),
    ("ES384", "EC P-384"),
    ("ES512", "EC P-521"),
    ("ES256K", "EC secp256k1"),
    ("EdDSA", "Ed25519"),
    ("RS256", "RSA 2048, PKCS#1"),
    ("PS256", "RSA 2048, PSS"),
    ("HS256", "shared secret"),
    ("HS512", "shared secret"),
    ("ECDH-ES+A256KW", "EC P-256, to decrypt with"),
    ("RSA-OAEP-256", "RSA 2048, to decrypt with"),
    ("A256KW", "shared secret, to encrypt and decrypt with"),
];

/// What the dialog keeps between frames.
#[derive(Default)]
pub struct KeysForm {
    name: String,
    alg: usize,
    import: import::ImportForm,
    rename: Option<(KeyId, String)>,
    deleting: Option<KeyId>,
    passphrase: Zeroizing<String>,
}

/// Draws the dialog.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut KeysForm) {
    list(ui, cx, state);
    widgets::rule(ui);
    generate(ui, cx, state);
    widgets::rule(ui);
    import::ui(ui, cx, &mut state.import);
    widgets::rule(ui);
    keeping(ui, cx, state);
}

/// Where secrets are kept when the workspace is saved.
fn keeping(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut KeysForm) {
    let theme = cx.theme;
    ui.label(theme::section("Where they are kept", theme));
    ui.add(
        egui::Label::new(
            RichText::new(
                "Private keys and client secrets go to the system's keychain. Where there is none, they are \
                 sealed into the file with a passphrase; without one they are not saved.",
            )
            .color(theme.muted),
        )
        .wrap(),
    );
    ui.horizontal_wrapped(|ui| {
        let set = cx.model.sealing.passphrase.is_some();
        ui.add(
            TextEdit::singleline(&mut *state.passphrase)
                .password(true)
                .hint_text(
                    RichText::new(if set {
                        "a passphrase is set"
                    } else {
                        "passphrase"
                    })
                    .color(theme.muted),
                )
                .desired_width(220.0),
        )
        .accessible_name("Passphrase that seals secrets");
        let ready = !state.passphrase.is_empty();
        if ui
            .add_enabled(ready, egui::Button::new("Set passphrase"))
            .clicked()
        {
            cx.push(file::Command::SetPassphrase(Secret::new(
                state.passphrase.as_str(),
            )));
            state.passphrase = Zeroizing::default();
        }
        if set && ui.button("Remove it").clicked() {
            cx.push(file::Command::SetPassphrase(Secret::default()));
        }
    });
    let mut clear = cx.model.workspace.practice_keys_in_clear;
    if ui
        .checkbox(
            &mut clear,
            "Keep keys that were generated here in the file in clear (for practice only)",
        )
        .changed()
    {
        cx.push(file::Command::KeepPracticeKeysInClear(clear));
    }
}

fn list(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut KeysForm) {
    let keys = std::sync::Arc::clone(&cx.model.workspace);
    if keys.keys.is_empty() {
        ui.label(
            RichText::new(
                "No key yet. Generate one to sign with, or import one to verify or sign with.",
            )
            .color(cx.theme.muted),
        );
        return;
    }
    ScrollArea::vertical()
        .max_height(240.0)
        .auto_shrink([false, true])
        .show_rows(ui, 34.0, keys.keys.len(), |ui, range| {
            for key in &keys.keys[range] {
                ui.push_id(key.id.0, |ui| entry(ui, cx, state, key));
            }
        });
}

fn entry(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut KeysForm, key: &KeyEntry) {
    let theme = cx.theme;
    ui.horizontal(|ui| {
        ui.set_height(34.0);
        Icon::Key.show(
            ui,
            16.0,
            if key.private {
                theme.accent
            } else {
                theme.muted
            },
        );
        if let Some((id, draft)) = state.rename.as_mut().filter(|(id, _)| *id == key.id) {
            let id = *id;
            let field = ui
                .add(TextEdit::singleline(draft).desired_width(160.0))
                .accessible_name("Name of the key");
            if field.lost_focus() {
                if ui.input(|i| i.key_pressed(egui::Key::Enter)) && !draft.trim().is_empty() {
                    cx.push(keys::Command::Rename(id, draft.trim().to_owned()));
                }
                state.rename = None;
            } else if !field.has_focus() {
                field.request_focus();
            }
        } else {
            let name = ui.add(
                egui::Label::new(theme::strong(excerpt(&key.name, 28))).sense(egui::Sense::click()),
            );
            if name
                .on_hover_text("Double click to rename")
                .double_clicked()
            {
                state.rename = Some((key.id, key.name.clone()));
            }
        }
        let kind = match (Manage::parse(&key.alg).is_some(), key.private) {
            (true, true) => "decrypts",
            (true, false) => "encrypts",
            (false, true) => "signs",
            (false, false) => "verifies",
        };
        ui.label(
            theme::small(format!(
                "{} · {} · {kind} · {}",
                escape(&key.alg),
                escape(&key.description),
                escape(&key.origin)
            ))
            .color(theme.muted),
        );
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let name = escape(&key.name).into_owned();
            if state.deleting == Some(key.id) {
                if ui.button("Keep").clicked() {
                    state.deleting = None;
                }
                let text = RichText::new("Delete for good").color(theme.critical);
                if ui
                    .button(text)
                    .accessible_name(format!("Delete key {name} for good"))
                    .clicked()
                {
                    cx.push(keys::Command::Delete(key.id));
                    state.deleting = None;
                }
                return;
            }
            if widgets::icon_button(ui, Icon::Trash, &format!("Delete key {name}")).clicked() {
                state.deleting = Some(key.id);
            }
            if widgets::icon_button(ui, Icon::Pen, &format!("Rename key {name}")).clicked() {
                state.rename = Some((key.id, key.name.clone()));
            }
            if key.private
                && let Some(jwk) = cx.model.vault.keys.get(&key.id)
                && widgets::icon_button(ui, Icon::Lock, &format!("Copy private key {name}"))
                    .clicked()
            {
                let text = serde_json::Value::Object(jwk.0.clone()).to_string();
                cx.ask(WindowRequest::CopySecret(
                    Secret::new(text),
                    "Private key".into(),
                ));
            }
            if let Some(public) = &key.public
                && widgets::icon_button(ui, Icon::Copy, &format!("Copy public key {name}"))
                    .clicked()
            {
                let text = serde_json::to_string_pretty(public).unwrap_or_default();
                cx.ask(WindowRequest::Copy(text, "Public key as JWK".into()));
            }
        });
    });
}

fn generate(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut KeysForm) {
    ui.label(theme::section("Generate", cx.theme));
    ui.horizontal_wrapped(|ui| {
        for (n, (alg, what)) in ALGORITHMS.iter().enumerate() {
            if ui
                .add(egui::Button::selectable(state.alg == n, *alg))
                .on_hover_text(*what)
                .clicked()
            {
                state.alg = n;
            }
        }
    });
    let (alg, what) = ALGORITHMS[state.alg.min(ALGORITHMS.len() - 1)];
    ui.horizontal(|ui| {
        ui.add(
            TextEdit::singleline(&mut state.name)
                .hint_text(
                    RichText::new(format!("name, such as lab-{}", alg.to_lowercase()))
                        .color(cx.theme.muted),
                )
                .desired_width(240.0),
        )
        .accessible_name("Name of the new key");
        if widgets::primary(ui, Some(Icon::Plus), &format!("Generate {alg}")).clicked() {
            cx.push(keys::Command::Generate {
                alg: alg.into(),
                name: name_or(&state.name, alg),
            });
            state.name.clear();
        }
        ui.label(theme::small(what).color(cx.theme.muted));
    });
}

fn name_or(name: &str, alg: &str) -> String {
    match name.trim() {
        "" => format!("lab-{}", alg.to_lowercase()),
        name => name.to_owned(),
    }
}
