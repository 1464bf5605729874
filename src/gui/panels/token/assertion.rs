//! A SAML assertion: how long it is good, and its XML.

use egui::{RichText, Ui};

use super::state::Cx;
use crate::{gui::theme, kit::text::escape_lines, token::saml};

/// Bytes of XML that are drawn.
const SHOWN_XML: usize = 20_000;

/// An assertion as indented XML, a long one cut.
pub fn ui(ui: &mut Ui, cx: &Cx<'_>, saml: &saml::Assertion) {
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
