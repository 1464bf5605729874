//! The key binding of an SD-JWT: what it says, whether it holds, and making it anew.

use egui::{Align, Label, Layout, RichText, Ui, vec2};

use super::{
    disclosed::plain_value,
    rows::{self, columns},
    state::Cx,
};
use crate::{
    app::{
        analysis::TokenView,
        presentation::{self, Presentation},
    },
    gui::{
        icons::Icon,
        request::{Dialog, WindowRequest},
        theme::{self, space},
    },
    kit::{
        ids::TokenId,
        json::pointer,
        text::{escape, excerpt},
    },
    token::{craft::Part, guide},
};

/// The key binding: what it says, whether it holds, and making it anew.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId, view: &TokenView) {
    let Some(sd) = &view.token.disclosed else {
        return;
    };
    let bindable = view.token.claim("cnf").is_some();
    if sd.binding.is_none() && !bindable {
        return;
    }
    ui.add_space(space::M);
    ui.spacing_mut().item_spacing.y = space::XS;
    ui.horizontal(|ui| {
        ui.label(theme::section("Key binding", cx.theme));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let remove = egui::Button::new(theme::small("Remove")).small();
            if sd.binding.is_some()
                && ui
                    .add(remove)
                    .accessible_name("Remove the key binding")
                    .on_hover_text("Leaves the key binding JWT out of the presentation")
                    .clicked()
            {
                cx.push(presentation::Command::Present(id, Presentation::Unbind));
            }
        });
    });
    let Some(kb) = &sd.binding else {
        let words = "This presentation is not bound to its holder: whoever has it can present it.";
        ui.add(Label::new(RichText::new(words).color(cx.theme.muted)).wrap());
        return bind(ui, cx, id, view, "", "");
    };
    let (icon, colour, words) = match (&view.binding, sd.hash_fits) {
        (Some(Ok(())), Some(true)) => (
            Icon::Check,
            cx.theme.good,
            "Signed by the key in `cnf`, for this presentation.".to_owned(),
        ),
        (Some(Ok(())), _) => (
            Icon::Warning,
            cx.theme.high,
            "Signed by the key in `cnf`, but for another presentation: `sd_hash` does not fit."
                .to_owned(),
        ),
        (Some(Err(why)), _) => (Icon::Warning, cx.theme.high, format!("{why}.")),
        (None, _) => (
            Icon::Warning,
            cx.theme.high,
            "The key binding cannot be read.".to_owned(),
        ),
    };
    ui.horizontal_top(|ui| {
        icon.show(ui, 14.0, colour);
        let text = theme::prose(&escape(&words), 13.0, cx.theme.text);
        ui.add(Label::new(text).wrap().selectable(true));
    });
    ui.spacing_mut().item_spacing.y = 0.0;
    for (part, members) in [
        (Part::Header, kb.header_map()),
        (Part::Payload, kb.claims_map()),
    ] {
        for (name, inner) in members.iter().take(rows::FEW) {
            columns(
                ui,
                cx,
                |ui, cx| {
                    ui.add_space(2.0);
                    let colour = match part {
                        Part::Header | Part::HeaderOf(_) => cx.theme.token_header,
                        Part::Payload => cx.theme.token_payload,
                    };
                    let text = theme::mono(excerpt(name, 60)).color(colour);
                    ui.add(Label::new(text).wrap()).id
                },
                |ui, cx| plain_value(ui, cx, name, inner),
                |ui, cx| {
                    let meaning = match part {
                        Part::Header | Part::HeaderOf(_) => guide::parameter(name),
                        Part::Payload => guide::member(Part::Payload, &pointer(name)),
                    };
                    if let Some(meaning) = meaning {
                        ui.add_space(1.0);
                        let says = theme::prose(meaning.says, 12.0, cx.theme.muted);
                        ui.add(Label::new(says).wrap())
                            .on_hover_text(meaning.source);
                    }
                },
            );
        }
    }
    let text = |name: &str| kb.claim_text(name).unwrap_or("").to_owned();
    bind(ui, cx, id, view, &text("aud"), &text("nonce"));
}

/// Makes the key binding with the holder's key.
fn bind(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId, view: &TokenView, aud: &str, nonce: &str) {
    ui.add_space(space::S);
    let key = presentation::holders_entry(cx.model, &view.token)
        .filter(|key| cx.model.vault.keys.contains_key(key));
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(space::S, space::XS);
        let Some(key) = key else {
            let words = "The holder's private key is not in the tray: with it the presentation can be bound anew.";
            ui.label(theme::small(words).color(cx.theme.muted));
            if ui.button("Add a key…").clicked() {
                cx.ask(WindowRequest::Open(Dialog::Keys));
            }
            return;
        };
        let (_, audience, fresh) = match &mut cx.state.binding.draft {
            Some(draft) if draft.0 == id => draft,
            draft => draft.insert((id, aud.to_owned(), nonce.to_owned())),
        };
        for (text, name, hint) in [
            (audience, "Audience of the key binding", "audience"),
            (fresh, "Nonce of the key binding", "nonce; none makes one"),
        ] {
            ui.add(
                egui::TextEdit::singleline(text)
                    .hint_text(RichText::new(hint).color(cx.theme.muted))
                    .desired_width(180.0),
            )
            .accessible_name(name);
        }
        let words = if nonce.is_empty() && aud.is_empty() {
            "Bind to the holder's key"
        } else {
            "Bind again"
        };
        if ui.button(words).clicked()
            && let Some((_, audience, nonce)) = &cx.state.binding.draft
        {
            let (audience, nonce) = (audience.clone(), nonce.clone());
            cx.push(presentation::Command::Present(
                id,
                Presentation::Bind {
                    key,
                    audience,
                    nonce,
                },
            ));
        }
    });
}
