//! What an SD-JWT discloses, each claim at its place, and how the presentation is bound.

use egui::{Align, Layout, RichText, Ui};

use crate::{
    app::analysis::TokenView,
    gui::{
        Cx,
        icons::Icon,
        theme::{self, space},
    },
    kit::text::{escape, escape_lines, shorten},
    token::{saml, sd_jwt},
};

/// Bytes of XML that are drawn.
const SHOWN_XML: usize = 20_000;

/// Rows that are drawn; a token of more says how many there are.
const SHOWN: usize = 60;

/// An assertion as indented XML, a long one cut.
fn assertion(ui: &mut Ui, cx: &Cx<'_>, saml: &saml::Assertion) {
    let end = |at: Option<crate::kit::clock::Timestamp>| {
        at.map_or_else(|| "not said".to_owned(), |t| t.to_string())
    };
    ui.label(theme::section("Assertion", cx.theme));
    ui.label(
        RichText::new(format!(
            "Good from {} until {}; {}.",
            end(saml.not_before),
            end(saml.not_on_or_after),
            if saml.signed {
                "signed, not verified here"
            } else {
                "not signed"
            }
        ))
        .color(cx.theme.muted),
    );
    let mut text = escape_lines(&saml.indented).into_owned();
    if text.len() > SHOWN_XML {
        let mut at = SHOWN_XML;
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        text.truncate(at);
        text.push_str("\n…");
    }
    ui.add(egui::Label::new(theme::mono(text)).wrap().selectable(true));
}

/// Draws the section; nothing when the token is no SD-JWT.
pub fn ui(ui: &mut Ui, cx: &Cx<'_>, view: &TokenView) {
    if let Some(saml) = &view.token.saml {
        assertion(ui, cx, saml);
    }
    let Some(sd) = &view.token.disclosed else {
        return;
    };
    let theme = cx.theme;
    let hidden = match sd.hidden {
        0 => "nothing hidden".to_owned(),
        1 => "1 hidden or decoy".to_owned(),
        n => format!("{n} hidden or decoys"),
    };
    ui.horizontal(|ui| {
        ui.label(theme::section("Disclosed by the holder", theme));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let words = format!("{} disclosed, {hidden}", sd.disclosures.len());
            ui.label(theme::small(words).color(theme.muted));
        });
    });
    ui.vertical(|ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        for one in sd.disclosures.iter().take(SHOWN) {
            ui.horizontal_top(|ui| {
                let (icon, colour, place) = match &one.pointer {
                    Some(pointer) => (
                        Icon::Check,
                        theme.good,
                        pointer.trim_start_matches('/').replace('/', " › "),
                    ),
                    None => (
                        Icon::Warning,
                        theme.high,
                        format!(
                            "{} (no hash asks for it)",
                            one.name.as_deref().unwrap_or("element")
                        ),
                    ),
                };
                icon.show(ui, 12.0, colour);
                let place = shorten(&escape(&place), 60).into_owned();
                ui.label(theme::mono(place).color(theme.token_payload));
                let value = one
                    .value
                    .as_str()
                    .map_or_else(|| one.value.to_string(), str::to_owned);
                ui.add(
                    egui::Label::new(theme::mono(shorten(&escape(&value), 200)))
                        .wrap()
                        .selectable(true),
                )
                .on_hover_text(format!("hash {}", one.digest));
            });
        }
        if sd.disclosures.len() > SHOWN {
            let more = format!("and {} more", sd.disclosures.len() - SHOWN);
            ui.label(RichText::new(more).color(theme.muted));
        }
        if sd.binding.is_some() {
            let (icon, colour, words) = match (sd_jwt::binding(&view.token), sd.hash_fits) {
                (Some(Ok(())), Some(true)) => (
                    Icon::Check,
                    theme.good,
                    "The key binding is signed by the key in `cnf`, for this presentation.".into(),
                ),
                (Some(Ok(())), _) => (
                    Icon::Warning,
                    theme.high,
                    "The key binding is signed by the key in `cnf`, but for another presentation."
                        .into(),
                ),
                (Some(Err(why)), _) => (Icon::Warning, theme.high, why),
                (None, _) => (
                    Icon::Warning,
                    theme.high,
                    "The key binding cannot be read.".into(),
                ),
            };
            ui.horizontal_top(|ui| {
                icon.show(ui, 12.0, colour);
                ui.add(egui::Label::new(escape(&words)).wrap().selectable(true));
            });
        }
    });
}
