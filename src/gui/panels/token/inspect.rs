//! Inspector of a token, a key, a server; and what can be copied of a token and done with a key.

use egui::{RichText, Ui};

use super::state::Cx;
use crate::{
    app::{
        analysis::TokenView,
        keys, practice,
        session::Selection,
        signatures::{self, SignatureEdit},
        token, view,
        workspace::KeyEntry,
    },
    gui::{
        icons::Icon,
        request::{Dialog, WindowRequest},
        sections::{self, tokens::copy_items},
        theme::{self, space},
        widgets::{
            self,
            chips::{Mark, chip},
            life::Life,
            state::TokenState,
        },
    },
    jose::jwe::names::Manage,
    kit::{
        ids::{KeyId, TokenId},
        text::{escape, escape_lines, excerpt, shorten},
    },
    token::{Form, Kind, validate::KeyOwner},
};

/// Audiences that are drawn one by one.
const AUDIENCES: usize = 24;

/// Keys that can sign, in the order of the workspace.
pub(super) fn signing_keys<'a>(cx: &Cx<'a>) -> Vec<&'a KeyEntry> {
    cx.model
        .workspace
        .keys
        .iter()
        .filter(|k| k.private && Manage::parse(&k.alg).is_none())
        .collect()
}

/// Signs with a key that was asked for by `Generate and sign`, once it is there.
fn follow_generated(cx: &mut Cx<'_>) {
    let Some((token, known)) = cx.state.signing.pending.take() else {
        return;
    };
    let fresh = signing_keys(cx)
        .into_iter()
        .map(|k| k.id)
        .find(|id| !known.contains(id));
    match fresh {
        Some(key) => {
            cx.state.signing.key = Some(key);
            cx.push(token::Command::Sign(token, key));
        }
        None => cx.state.signing.pending = Some((token, known)),
    }
}

/// The key that signing would use: the one chosen, else the first.
fn chosen<'a>(cx: &Cx<'a>) -> Option<&'a KeyEntry> {
    let keys = signing_keys(cx);
    keys.iter()
        .find(|k| Some(k.id) == cx.state.signing.key)
        .or_else(|| keys.first())
        .copied()
}

/// Signs; of several signatures the one that is shown is made anew.
fn sign_with(cx: &mut Cx<'_>, id: TokenId, view: &TokenView, key: KeyId) {
    if view.token.headers.len() > 1 {
        let n = cx.state.shown_signature(view);
        cx.push(signatures::Command::Edit(id, SignatureEdit::Sign(n, key)));
    } else {
        cx.push(token::Command::Sign(id, key));
    }
}

/// The key that signing would use.
pub(super) fn chosen_key(cx: &Cx<'_>) -> Option<KeyId> {
    chosen(cx).map(|key| key.id)
}

/// Makes a key of `alg` and signs with it once it is there.
pub fn generate_and_sign(cx: &mut Cx<'_>, token: TokenId, alg: &str) {
    let known = cx.model.workspace.keys.iter().map(|k| k.id).collect();
    cx.state.signing.pending = Some((token, known));
    cx.push(keys::Command::Generate {
        alg: alg.into(),
        name: format!("lab-{}", alg.to_lowercase()),
    });
}

/// The button that signs, with a menu of keys.
pub fn sign_menu(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId, view: &TokenView) {
    follow_generated(cx);
    let key = chosen(cx).map(|k| (k.id, k.name.clone(), k.alg.clone()));
    let words = if view.token.signature_present {
        "Sign again"
    } else {
        "Sign"
    };
    if let Some((key, name, alg)) = key {
        let button = widgets::primary(ui, None, words).on_hover_text(format!(
            "With {} ({alg}). Choose another key in the inspector.",
            escape(&name)
        ));
        if button.clicked() {
            sign_with(cx, id, view, key);
        }
    } else {
        let button = widgets::primary(ui, None, words)
            .on_hover_text("Generates an ES256 key and signs with it");
        if button.clicked() {
            generate_and_sign(cx, id, "ES256");
        }
    }
}

/// Draws the section of a token.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId) {
    let analysis = std::sync::Arc::clone(&cx.model.analysis);
    let Some(view) = analysis.tokens.get(&id) else {
        ui.label("This token is gone.");
        return;
    };
    let theme = cx.theme;
    let now = cx.seconds();
    let state = TokenState::of(view, now);
    widgets::section(ui, "Token", view.token.form.name());
    ui.add(egui::Label::new(theme::title(escape(&view.title))).wrap());
    ui.add(
        egui::Label::new(view.principal.sentence())
            .wrap()
            .selectable(true),
    );
    widgets::field(ui, "State", |ui| {
        ui.horizontal(|ui| {
            let (rect, _) = ui.allocate_exact_size(egui::vec2(14.0, 14.0), egui::Sense::hover());
            state.paint(ui.painter(), rect, theme);
            ui.label(RichText::new(state.words()).color(state.colour(theme)));
        });
    });
    let life = Life {
        from: view.iat,
        until: view.exp,
        now,
    };
    if view.token.claims.is_some() {
        widgets::field(ui, "Life", |ui| ui.label(life.words()));
    }
    if view.token.claims.is_some() {
        cx.tick(ui.ctx(), life.words_change());
    }
    let text = |ui: &mut Ui, name: &str, value: Option<&str>| {
        if let Some(value) = value {
            widgets::field(ui, name, |ui| {
                ui.add(
                    egui::Label::new(shorten(value, 160).as_ref())
                        .wrap()
                        .selectable(true),
                )
            });
        }
    };
    text(ui, "Issuer", view.principal.issuer.as_deref());
    let issuer = view.principal.issuer.as_deref();
    let named = issuer.and_then(|iss| practice::named_by(cx.model, iss));
    sections::http::practice_name(ui, cx, named);
    text(ui, "Client", view.principal.client.as_deref());
    if !view.principal.audience.is_empty() {
        widgets::field(ui, "Audience", |ui| {
            ui.horizontal_wrapped(|ui| {
                let all = &view.principal.audience;
                for audience in all.iter().take(AUDIENCES) {
                    chip(ui, audience, Mark::Kept);
                }
                if all.len() > AUDIENCES {
                    let more = format!("and {} more", all.len() - AUDIENCES);
                    ui.label(theme::small(more).color(cx.theme.muted));
                }
            });
        });
    }
    if let Some(entry) = cx.model.workspace.token(id) {
        text(ui, "Origin", Some(&escape(&entry.origin)));
        if entry.again > 0 {
            let words = format!("{} times in all", u64::from(entry.again) + 1);
            let mut places = entry.places.join("\n");
            let more = entry.again as usize - entry.places.len().min(entry.again as usize);
            if more > 0 {
                places.push_str(&format!("\nand {more} more"));
            }
            widgets::field(ui, "Found", |ui| ui.label(words)).on_hover_text(escape_lines(&places));
        }
    }
    if let Some(key) = &view.verdict.key {
        let label = match view.verdict.signer() {
            Some(_) => "Verified by",
            None => "Checked with",
        };
        text(ui, label, Some(&escape(&key.from)));
        if let Some(owner) = view.verdict.signer() {
            text(ui, "Key is", Some(whose(owner)));
        }
        text(ui, "Thumbprint", key.thumbprint.as_deref());
    }
    goes_with(ui, cx, view);
    ui.add_space(space::XS);
    ui.horizontal_wrapped(|ui| {
        if widgets::button(ui, Icon::Pen, "Show").clicked() {
            cx.ask(WindowRequest::ShowToken(id));
        }
        widgets::menu(ui, "Copy as", "Copy as", |ui| copy_items(ui, cx, view));
        if ui.button("Duplicate").clicked() {
            cx.push(token::Command::Duplicate(id));
        }
        super::encrypted::menu(ui, cx, id);
    });
    findings(ui, cx, view);
    super::history::ui(ui, cx, id);
    if view.token.form != Form::Jwe {
        widgets::rule(ui);
        sign(ui, cx, id, view);
    }
    super::field_guide::ui(ui, cx, id, view);
}

/// Of a proof of possession: the token that it goes with.
fn goes_with(ui: &mut Ui, cx: &mut Cx<'_>, view: &TokenView) {
    if view.token.kind != Kind::DpopProof || view.token.claim_text("ath").is_none() {
        return;
    }
    let analysis = std::sync::Arc::clone(&cx.model.analysis);
    let token = view
        .proves
        .and_then(|id| Some((id, analysis.tokens.get(&id)?)));
    widgets::field(ui, "Goes with", |ui| {
        let Some((id, token)) = token else {
            let words = "a token that is not here: none has the hash that ath says";
            ui.add(egui::Label::new(RichText::new(words).color(cx.theme.muted)).wrap());
            return;
        };
        let words = match token.token.claim_text("sub") {
            Some(sub) => format!("{} · {}", token.title, excerpt(sub, 40)),
            None => token.title.clone(),
        };
        let link = ui.link(words);
        if link
            .on_hover_text("ath of the proof is the hash of this token")
            .clicked()
        {
            cx.push(view::Command::Select(Selection::Token(id)));
        }
    });
}

/// Whose a key is, in words.
fn whose(owner: KeyOwner) -> &'static str {
    match owner {
        KeyOwner::Issuer => "published by the issuer",
        KeyOwner::Given => "one you gave: what the issuer publishes is not known",
        KeyOwner::Other => "one you gave, none of those that the issuer publishes",
        KeyOwner::Brought => "brought by the proof: its sender has it, whoever that is",
    }
}

/// The findings of a token, worst first.
fn findings(ui: &mut Ui, cx: &mut Cx<'_>, view: &TokenView) {
    let analysis = std::sync::Arc::clone(&cx.model.analysis);
    let mut found: Vec<_> = analysis
        .report
        .findings
        .iter()
        .enumerate()
        .filter(|(_, f)| f.hop == view.hop)
        .collect();
    if found.is_empty() {
        return;
    }
    found.sort_by_key(|(_, f)| std::cmp::Reverse(f.severity));
    widgets::rule(ui);
    widgets::section(ui, "Findings", &found.len().to_string());
    for (n, finding) in found.into_iter().take(12) {
        ui.horizontal_top(|ui| {
            ui.vertical(|ui| {
                ui.add_space(3.0);
                crate::gui::icons::severity_icon(ui, finding.severity, 11.0);
            });
            if ui
                .add(
                    egui::Label::new(finding.title)
                        .wrap()
                        .sense(egui::Sense::click()),
                )
                .on_hover_cursor(egui::CursorIcon::PointingHand)
                .on_hover_text(finding.message.as_str())
                .clicked()
            {
                cx.push(view::Command::Select(Selection::Finding(n)));
            }
        });
    }
}

/// Sign with a chosen key.
pub fn sign(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId, view: &TokenView) {
    follow_generated(cx);
    widgets::section(
        ui,
        if view.token.signature_present {
            "Sign again"
        } else {
            "Sign"
        },
        "",
    );
    let keys: Vec<_> = signing_keys(cx)
        .into_iter()
        .map(|k| (k.id, k.name.clone(), k.alg.clone()))
        .collect();
    if let Some((key, name, alg)) = chosen(cx).map(|k| (k.id, k.name.clone(), k.alg.clone())) {
        widgets::field(ui, "Key", |ui| {
            egui::ComboBox::from_id_salt("signing-key")
                .selected_text(excerpt(&name, 24))
                .width(ui.available_width() - 8.0)
                .show_ui(ui, |ui| {
                    for (other, name, alg) in &keys {
                        let label = format!("{} ({alg})", excerpt(name, 30));
                        if ui.selectable_label(*other == key, label).clicked() {
                            cx.state.signing.key = Some(*other);
                        }
                    }
                });
        });
        widgets::field(ui, "Algorithm", |ui| ui.label(alg.as_str()));
        ui.horizontal_wrapped(|ui| {
            if widgets::primary(ui, None, "Sign")
                .accessible_name("Sign with this key")
                .clicked()
            {
                sign_with(cx, id, view, key);
            }
            if ui.button("Keys…").clicked() {
                cx.ask(WindowRequest::Open(Dialog::Keys));
            }
        });
    } else {
        ui.add(
            egui::Label::new(
                RichText::new("No key that can sign. Generate one; it stays on this machine.")
                    .color(cx.theme.muted),
            )
            .wrap(),
        );
        ui.horizontal_wrapped(|ui| {
            if widgets::primary(ui, None, "Generate ES256 and sign").clicked() {
                generate_and_sign(cx, id, "ES256");
            }
            if ui.button("Keys…").clicked() {
                cx.ask(WindowRequest::Open(Dialog::Keys));
            }
        });
    }
}
