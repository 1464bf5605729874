//! Weak secrets: words that are tried as the secret of the token in front.

use std::sync::Arc;

use egui::{Margin, ProgressBar, RichText, ScrollArea, Ui};

use super::{
    look::{is_compact, wrapped},
    state::{Cx, Mode},
};
use crate::{
    app::{
        analysis::TokenView,
        forge::{self, Crack, Secret},
        jobs, keys,
    },
    attack::secrets::words,
    gui::{
        icons::Icon,
        keyboard_focus,
        request::WindowRequest,
        theme::{self, space},
        widgets,
    },
    jose::{Alg, Family as AlgFamily},
    kit::{ids::TokenId, secret, text::escape},
};

/// Draws the search.
pub(super) fn ui(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId, view: &TokenView) {
    ScrollArea::vertical()
        .id_salt("secrets")
        .auto_shrink(false)
        .show(ui, |ui| {
            egui::Frame::new()
                .inner_margin(Margin::symmetric(20, 14))
                .show(ui, |ui| {
                    ui.set_width(ui.available_width().min(640.0));
                    ui.spacing_mut().item_spacing.y = space::S;
                    content(ui, cx, id, view);
                });
            keyboard_focus::keep_in_view(ui);
        });
}

fn content(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId, view: &TokenView) {
    ui.label(theme::heading("Weak secrets"));
    let alg = Alg::parse(view.token.header_text("alg").unwrap_or_default());
    if alg.family() != AlgFamily::Hmac || !is_compact(view) {
        wrapped(
            ui,
            format!(
                "Only tokens of HS256, HS384 and HS512 have a shared secret that could be guessed. The header of this one says {}.",
                match alg.name() {
                    "" => "nothing".into(),
                    name => escape(name),
                }
            ),
        );
        return;
    }
    wrapped(
        ui,
        RichText::new(format!(
            "Tries {} words that tutorials and defaults are full of, the public keys at hand, and a word list of yours; each word as it stands, with a line break, and decoded from base64 and hex. Nothing is sent.",
            words().count()
        ))
        .color(cx.theme.muted),
    );
    let crack = cx.model.forge.crack.clone();
    let this = crack.filter(|c| c.raw == view.token.raw);
    if let Some(job) = this.as_ref().and_then(|c| c.job) {
        progress(ui, cx, this.as_ref(), job);
        return;
    }
    list(ui, cx);
    ui.horizontal(|ui| {
        if widgets::primary(ui, Some(Icon::Search), "Try weak secrets").clicked() {
            cx.state.revealed = false;
            let keys = forge::keys(cx.model, id);
            let words = cx.state.words.clone();
            cx.push(forge::Command::Crack {
                token: Arc::clone(&view.token.raw),
                list: words,
                keys,
            });
        }
    });
    if let Some(crack) = this {
        result(ui, cx, &crack, alg.name());
    }
}

fn list(ui: &mut Ui, cx: &mut Cx<'_>) {
    ui.horizontal(|ui| {
        if widgets::button(ui, Icon::Folder, "Choose a word list").clicked() {
            cx.ask(WindowRequest::ChooseWords);
        }
        let words = cx.state.words.clone();
        match words {
            Some(path) => {
                if widgets::icon_button(ui, Icon::Cross, "Leave out the word list").clicked() {
                    cx.state.words = None;
                }
                let name = escape(&path.display().to_string()).into_owned();
                ui.add(egui::Label::new(theme::mono(name)).truncate());
            }
            None => {
                ui.label(theme::small("none chosen").color(cx.theme.muted));
            }
        }
    });
}

fn progress(ui: &mut Ui, cx: &mut Cx<'_>, crack: Option<&Crack>, job: crate::kit::ids::JobId) {
    let (tried, rate, done) = crack.map_or((0, 0, 0), |c| (c.tried, c.rate, c.done));
    ui.horizontal(|ui| {
        if widgets::button(ui, Icon::Stop, "Cancel").clicked() {
            cx.push(jobs::Command::Cancel(job));
        }
        ui.add(
            ProgressBar::new(done as f32 / 1000.0)
                .text(pace(tried, rate, done))
                .desired_width(ui.available_width()),
        );
    });
}

/// How far it has come, and how long it still takes.
fn pace(tried: u64, rate: u64, done: u32) -> String {
    let mut words = format!("{} words, {} a second", grouped(tried), grouped(rate));
    if rate > 0 && (5..1000).contains(&done) {
        let left = tried.saturating_mul(u64::from(1000 - done)) / u64::from(done) / rate;
        words.push_str(&match left {
            0..60 => format!(", {left} s left"),
            60..3600 => format!(", {} min left", left / 60),
            _ => format!(", {} h left", left / 3600),
        });
    }
    words
}

/// `1,234,567`.
fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn result(ui: &mut Ui, cx: &mut Cx<'_>, crack: &Crack, alg: &str) {
    match &crack.result {
        None => {}
        Some(Err(why)) => {
            widgets::banner(cx.theme.warn_surface).show(ui, |ui| {
                ui.set_width(ui.available_width());
                wrapped(ui, RichText::new(escape(why)).color(cx.theme.high));
            });
        }
        Some(Ok(None)) => {
            ui.horizontal_wrapped(|ui| {
                Icon::Check.show(ui, 14.0, cx.theme.good);
                let tried = grouped(crack.tried);
                ui.label(format!("None of {tried} words is the secret."));
            });
        }
        Some(Ok(Some(found))) => {
            widgets::banner(cx.theme.removed_surface).show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.label(theme::strong("The secret is weak").color(cx.theme.critical));
                match found {
                    Secret::PublicKey(key, form) => wrapped(
                        ui,
                        format!(
                            "It is the public key {} as {form}: anyone can write any token (RFC 8725 §2.1).",
                            escape(key)
                        ),
                    ),
                    Secret::Word(word) => {
                        let forged = cx.model.forge.forged.as_ref();
                        let at_hand = forged.is_some_and(|forged| {
                            forged.basis.raw == crack.raw && forged.with.signing.is_some()
                        });
                        wrapped(
                            ui,
                            format!(
                                "Found after {} words, {}: anyone who guesses it can write any token (RFC 8725 §3.5).",
                                grouped(crack.tried),
                                word.how
                            ),
                        );
                        let shown = if cx.state.revealed {
                            escape(&word.word).into_owned()
                        } else {
                            "••••••••".into()
                        };
                        ui.label(theme::mono(shown));
                        ui.horizontal_wrapped(|ui| {
                            let words = if cx.state.revealed { "Hide" } else { "Show the secret" };
                            if widgets::button(ui, Icon::Search, words).clicked() {
                                cx.state.revealed = !cx.state.revealed;
                            }
                            if widgets::button(ui, Icon::Copy, "Copy the secret").clicked() {
                                cx.ask(WindowRequest::CopySecret(
                                    secret::Secret::new(word.word.as_str()),
                                    "Secret".into(),
                                ));
                            }
                            if at_hand {
                                if widgets::button(ui, Icon::Play, "Forge with it").clicked() {
                                    cx.state.mode = Mode::Forgeries;
                                }
                            } else if widgets::button(ui, Icon::Key, "Add as a key").clicked() {
                                let jwk = word.key(alg);
                                cx.push(keys::Command::Import {
                                    text: secret::Secret::new(
                                        serde_json::Value::Object(jwk.0).to_string(),
                                    ),
                                    name: "guessed secret".into(),
                                });
                            }
                        });
                        if at_hand {
                            let words = "It is a key in the tray: what is forged of this token is signed with it.";
                            ui.label(theme::small(words).color(cx.theme.muted));
                        }
                    }
                }
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_what_is_left_is_told() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(
            pace(500_000, 100_000, 100),
            "500,000 words, 100,000 a second, 45 s left"
        );
        assert_eq!(
            pace(500_000, 1000, 100),
            "500,000 words, 1,000 a second, 1 h left"
        );
        assert_eq!(pace(10, 0, 0), "10 words, 0 a second");
    }
}
