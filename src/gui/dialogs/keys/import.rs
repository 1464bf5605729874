//! Import of a key, a shared secret or a password.

use egui::{RichText, ScrollArea, TextEdit, Ui};
use zeroize::Zeroizing;

use crate::{
    app::keys,
    gui::{
        context::Cx,
        icons::Icon,
        request::WindowRequest,
        theme::{self, RADIUS, space},
        widgets,
    },
    jose::{
        KeyError, pem,
        secret::{self, Encoding},
    },
    kit::{secret::Secret, text::escape},
};

/// What is imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum What {
    #[default]
    Key,
    Secret,
    Password,
}

/// What the section keeps between frames.
#[derive(Default)]
pub(super) struct ImportForm {
    what: What,
    name: String,
    text: Zeroizing<String>,
    encoding: Encoding,
    alg: Option<&'static str>,
    error: Option<String>,
}

/// Draws the section.
pub(super) fn ui(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut ImportForm) {
    let theme = cx.theme;
    ui.horizontal(|ui| {
        ui.label(theme::section("Import", theme));
        ui.add_space(space::S);
        for (what, words) in [
            (What::Key, "PEM, DER, JWK or JWKS"),
            (What::Secret, "Shared secret"),
            (What::Password, "Password"),
        ] {
            if ui
                .add(egui::Button::selectable(state.what == what, words))
                .clicked()
                && state.what != what
            {
                state.what = what;
                state.error = None;
                state.alg = None;
            }
        }
    });
    match state.what {
        What::Key => key_text(ui, cx, state),
        What::Secret => shared(ui, cx, state),
        What::Password => password(ui, cx, state),
    }
    ui.horizontal(|ui| {
        ui.add(
            TextEdit::singleline(&mut state.name)
                .hint_text(RichText::new("name, or none").color(theme.muted))
                .desired_width(180.0),
        )
        .accessible_name("Name of the imported key");
        let ready =
            !state.text.trim().is_empty() && (state.what == What::Key || state.alg.is_some());
        let clicked = ui
            .add_enabled_ui(ready, |ui| ui.button("Import"))
            .inner
            .clicked();
        if clicked {
            take_over(cx, state);
        }
        if state.what == What::Key {
            if widgets::button(ui, Icon::Folder, "From a file…").clicked() {
                cx.ask(WindowRequest::ChooseKey);
            }
            ui.label(
                theme::small("A public key verifies; a private one signs as well.")
                    .color(theme.muted),
            );
        }
    });
    if let Some(why) = &state.error {
        ui.add(egui::Label::new(RichText::new(escape(why)).color(theme.critical)).wrap());
    }
}

fn frame(theme: &theme::Theme) -> egui::Frame {
    egui::Frame::new()
        .fill(theme.control)
        .corner_radius(RADIUS)
        .inner_margin(egui::Margin::symmetric(8, 6))
}

fn key_text(ui: &mut Ui, cx: &Cx<'_>, state: &mut ImportForm) {
    let hint = "-----BEGIN PRIVATE KEY-----, or {\"kty\": …}";
    ScrollArea::vertical()
        .id_salt("import")
        .max_height(120.0)
        .show(ui, |ui| {
            ui.add(
                TextEdit::multiline(&mut *state.text)
                    .font(theme::mono_font())
                    .frame(frame(cx.theme))
                    .desired_rows(4)
                    .hint_text(RichText::new(hint).color(cx.theme.muted))
                    .desired_width(f32::INFINITY),
            )
            .accessible_name("Key as PEM or JWK");
        });
}

fn hidden_field(ui: &mut Ui, cx: &Cx<'_>, state: &mut ImportForm, name: &str, hint: &str) {
    ui.add(
        TextEdit::singleline(&mut *state.text)
            .password(true)
            .frame(frame(cx.theme))
            .hint_text(RichText::new(hint).color(cx.theme.muted))
            .desired_width(f32::INFINITY),
    )
    .accessible_name(name);
}

/// A secret: how it is written, and what it is for.
fn shared(ui: &mut Ui, cx: &Cx<'_>, state: &mut ImportForm) {
    let theme = cx.theme;
    let hint = "as it was handed out";
    hidden_field(ui, cx, state, "Shared secret as a key", hint);
    widgets::field(ui, "Written as", |ui| {
        ui.horizontal_wrapped(|ui| {
            for encoding in Encoding::ALL {
                let on = state.encoding == encoding;
                if ui
                    .add(egui::Button::selectable(on, encoding.label()))
                    .clicked()
                {
                    state.encoding = encoding;
                }
            }
        });
    });
    if state.text.is_empty() {
        state.alg = None;
        return;
    }
    let bytes = match state.encoding.read(&state.text) {
        Ok(bytes) => bytes.len(),
        Err(why) => {
            state.alg = None;
            note(
                ui,
                &theme::small(escape(&format!("{why}."))).color(theme.critical),
            );
            return;
        }
    };
    let fits = secret::algorithms(bytes);
    let alg = state
        .alg
        .filter(|alg| fits.contains(alg))
        .unwrap_or("HS256");
    state.alg = Some(alg);
    choose(ui, state, alg, &fits);
    let length = if bytes == 1 {
        "1 byte".to_owned()
    } else {
        format!("{bytes} bytes")
    };
    let words = match (
        secret::weakness(bytes, alg),
        Encoding::suspected(&state.text).filter(|_| state.encoding == Encoding::Text),
    ) {
        (_, Some(other)) => format!(
            "{length} as text; it looks like {}, which is other bytes.",
            other.label().to_lowercase()
        ),
        (Some(why), None) => format!("{length}. {why}."),
        (None, None) => format!("{length}."),
    };
    note(ui, &theme::small(words).color(theme.muted));
}

/// A password: the key is derived from it for each token.
fn password(ui: &mut Ui, cx: &Cx<'_>, state: &mut ImportForm) {
    hidden_field(ui, cx, state, "Password as a key", "as it was agreed");
    let fits: Vec<&'static str> = secret::password_algorithms().collect();
    state.encoding = Encoding::Text;
    let Some(alg) = state.alg.or_else(|| fits.first().copied()) else {
        return;
    };
    state.alg = Some(alg);
    choose(ui, state, alg, &fits);
    let words = "Encrypts and decrypts: each token carries its own salt, from which the key is derived (RFC 7518 §4.8).";
    note(ui, &theme::small(words).color(cx.theme.muted));
}

fn note(ui: &mut Ui, text: &RichText) {
    ui.add(egui::Label::new(text.clone()).wrap());
}

fn choose(ui: &mut Ui, state: &mut ImportForm, alg: &str, fits: &[&'static str]) {
    widgets::field(ui, "Algorithm", |ui| {
        ui.horizontal_wrapped(|ui| {
            for one in fits {
                if ui
                    .add(egui::Button::selectable(alg == *one, *one))
                    .clicked()
                {
                    state.alg = Some(one);
                }
            }
        });
    });
}

fn take_over(cx: &mut Cx<'_>, state: &mut ImportForm) {
    let name = state.name.trim().to_owned();
    if state.what == What::Key {
        // Read once on the click, so that an error stands beside the text and the text is not lost.
        match pem::read(&state.text) {
            // Its passphrase is asked for when it is imported.
            Ok(_) | Err(KeyError::Locked(_)) => cx.push(keys::Command::Import {
                text: Secret::new(state.text.as_str()),
                name,
            }),
            Err(why) => {
                state.error = Some(why.to_string());
                return;
            }
        }
    } else if let Some(alg) = state.alg {
        cx.push(keys::Command::ImportSecret {
            secret: Secret::new(state.text.as_str()),
            encoding: state.encoding,
            alg: alg.into(),
            name,
        });
    }
    *state = ImportForm {
        what: state.what,
        ..ImportForm::default()
    };
}
