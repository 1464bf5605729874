//! The signatures of a JWS in JSON form: which one is shown and edited, and one more or less.

use egui::{Align, Layout, Role, Sense, Ui, WidgetInfo, vec2};
use serde_json::Value;

use super::{inspect, state::Cx};
use crate::{
    app::{
        analysis::TokenView,
        signatures::{self, SignatureEdit},
    },
    gui::{
        icons::Icon,
        theme::{self, space},
        widgets,
    },
    kit::{
        ids::TokenId,
        text::{escape, excerpt},
    },
    token::{Form, craft::Part, validate::Signature},
};

/// The header that is shown: of the signature that is chosen.
pub fn part(cx: &Cx<'_>, view: &TokenView) -> Part {
    Part::header(cx.state.shown_signature(view))
}

/// Says which header stands as text or bytes, where there are two.
pub fn protected_only(ui: &mut Ui, cx: &Cx<'_>, view: &TokenView) {
    if matches!(view.token.form, Form::General | Form::Flattened) {
        let words =
            "The protected header alone; what stands unprotected beside it is edited in Rows.";
        ui.label(theme::small(words).color(cx.theme.muted));
    }
}

/// Draws the list; nothing for a token that can have one signature only.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId, view: &TokenView) {
    if !matches!(view.token.form, Form::General | Form::Flattened) {
        return;
    }
    ui.add_space(space::M);
    ui.spacing_mut().item_spacing.y = space::XS;
    let count = view.token.headers.len();
    ui.horizontal(|ui| {
        let words = if count == 1 || view.token.form == Form::Flattened {
            "Signature".to_owned()
        } else {
            format!("Signatures ({count})")
        };
        ui.label(theme::section(&words, cx.theme));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            add(ui, cx, id);
            if count > 1
                && let Some(key) = inspect::chosen_key(cx)
                && ui
                    .button("Sign all again")
                    .on_hover_text(
                        "Each with the key of the tray that its header names, else with one for its algorithm",
                    )
                    .clicked()
            {
                cx.push(signatures::Command::Edit(id, SignatureEdit::SignAll(key)));
            }
        });
    });
    let chosen = cx.state.shown_signature(view);
    for n in 0..count {
        row(ui, cx, id, view, n, n == chosen);
    }
}

fn row(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId, view: &TokenView, n: usize, on: bool) {
    let theme = cx.theme;
    let header = view.token.headers.get(n).and_then(Option::as_ref);
    let text = |name: &str| {
        let value = header
            .and_then(|h| h.value.get(name))
            .and_then(Value::as_str);
        value.map(|v| excerpt(v, 40))
    };
    let mut words = format!(
        "{}  {}",
        n + 1,
        text("alg").unwrap_or_else(|| "no alg".into())
    );
    if let Some(kid) = text("kid") {
        words.push_str(&format!("  {kid}"));
    }
    let verdict = view.verdict.signatures.get(n).filter(|_| !view.edited);
    ui.horizontal(|ui| {
        let (icon, colour, state) = match verdict.map(|v| v.signature) {
            Some(Signature::Valid) => (Some(Icon::Check), theme.good, "valid"),
            Some(Signature::Invalid) => (Some(Icon::Cross), theme.critical, "failed"),
            Some(Signature::None) => (Some(Icon::Warning), theme.high, "unsigned"),
            Some(Signature::NoKey) => (None, theme.muted, "no key"),
            Some(Signature::Unsupported) => (None, theme.muted, "not supported"),
            Some(Signature::Cut) => (None, theme.muted, "cut"),
            None => (None, theme.muted, "edited"),
        };
        if let Some(icon) = icon {
            icon.show(ui, 14.0, colour);
        } else {
            ui.allocate_exact_size(vec2(14.0, 14.0), Sense::hover());
        }
        let label = ui.add(egui::Button::selectable(on, theme::mono(words.as_str())));
        let spoken = format!("Signature {}, {state}", n + 1);
        label.widget_info(|| WidgetInfo::selected(Role::Button, true, on, &spoken));
        if label.on_hover_text("Shows and edits its header").clicked() {
            cx.state.choose_signature(n);
        }
        ui.label(theme::small(state).color(colour));
        if let Some(reason) = verdict.map(|v| v.reason.as_str()).filter(|_| !on) {
            let reason = theme::prose(&escape(reason), 11.0, theme.muted);
            ui.add(egui::Label::new(reason).truncate());
        }
        if on {
            if let Some(key) = inspect::chosen_key(cx) {
                let sign = egui::Button::new(theme::small("Sign this one again")).small();
                if ui.add(sign).clicked() {
                    cx.push(signatures::Command::Edit(id, SignatureEdit::Sign(n, key)));
                }
            }
            let several = view.token.headers.len() > 1;
            if several
                && widgets::sized_icon_button(
                    ui,
                    Icon::Trash,
                    &format!("Remove signature {}", n + 1),
                    20.0,
                )
                .clicked()
            {
                cx.push(signatures::Command::Edit(id, SignatureEdit::Remove(n)));
            }
        }
    });
}

/// Adds a signature by a key of the tray.
fn add(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId) {
    let keys: Vec<_> = inspect::signing_keys(cx)
        .into_iter()
        .map(|k| (k.id, k.name.clone(), k.alg.clone()))
        .collect();
    widgets::menu(ui, "Add a signature", "Add a signature", |ui| {
        for (key, name, alg) in &keys {
            let label = format!("by {} ({})", excerpt(name, 40), escape(alg));
            if widgets::menu_item(ui, &label, "").clicked() {
                cx.push(signatures::Command::Edit(id, SignatureEdit::Add(*key)));
                ui.close();
            }
        }
        if keys.is_empty() {
            ui.label("No key that can sign. Generate one in the keys dialog.");
        }
    });
}
