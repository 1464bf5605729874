//! The token's text, its parts in three colours: wraps, scrolls, can be edited.

use egui::{Margin, ScrollArea, TextBuffer, TextEdit, Ui};

use super::{
    bound::raw_of,
    state::Cx,
    text::{LARGE, PLAIN},
};
use crate::{
    app::{analysis::TokenView, token},
    gui::{
        sections::token_text::colours,
        theme::{self, RADIUS, Theme},
    },
    kit::{ids::TokenId, text::escape},
};

/// Draws the field.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId, view: &TokenView) {
    let theme = cx.theme;
    let raw = raw_of(cx.model, id, view);
    if raw.len() > PLAIN {
        // Laid out as a whole at every keystroke, beside the claims that are typed below, it would
        // take longer than a frame.
        ui.scope(|ui| large(ui, theme, &raw));
        if raw.len() > LARGE {
            return;
        }
        let open = cx.state.raw_open == Some(id);
        let label = if open {
            "Close the text"
        } else {
            "Edit as text"
        };
        if ui.button(label).clicked() {
            cx.state.raw_open = (!open).then_some(id);
        }
        if !open {
            return;
        }
    }
    let bound = &mut cx.state.raw;
    bound.follow(&raw, |raw| Ok(raw.to_owned()));
    egui::Frame::new()
        .fill(theme.raised)
        .stroke(theme.line())
        .corner_radius(RADIUS)
        .inner_margin(Margin::symmetric(4, 4))
        .show(ui, |ui| {
            ScrollArea::vertical()
                .id_salt("raw")
                .max_height(92.0)
                .show(ui, |ui| {
                    let mut layouter = |ui: &Ui, text: &dyn TextBuffer, width: f32| {
                        let mut job = colours(text.as_str(), Theme::of(ui));
                        job.wrap.max_width = width;
                        job.wrap.break_anywhere = true;
                        ui.ctx().fonts_mut(|f| f.layout_job(job))
                    };
                    let response = ui
                        .add(
                            TextEdit::multiline(&mut bound.text)
                                .id(egui::Id::unique("raw-token"))
                                .font(theme::mono_font())
                                .desired_width(f32::INFINITY)
                                .desired_rows(2)
                                .frame(egui::Frame::new().inner_margin(Margin::symmetric(8, 4)))
                                .layouter(&mut layouter),
                        )
                        .accessible_name("Raw token");
                    if response.changed() {
                        let text = bound.text.clone();
                        bound.awaits(text.clone());
                        cx.commands.push(token::Command::SetRaw(id, text).into());
                    }
                });
        });
}

/// A large token, read-only: only the lines that are visible are laid out.
fn large(ui: &mut Ui, theme: &Theme, raw: &str) {
    const WIDTH: usize = 100;
    ui.label(format!(
        "{} KB. Large tokens are shown by the line; header and claims below can be edited.",
        raw.len() / 1024
    ));
    let height = ui.text_style_height(&egui::TextStyle::Monospace);
    let dots: Vec<usize> = raw.match_indices('.').take(2).map(|(n, _)| n).collect();
    let bytes = raw.as_bytes();
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::vertical()
        .id_salt("raw-large")
        .max_height(160.0)
        .show_rows(ui, height, bytes.len().div_ceil(WIDTH), |ui, range| {
            for n in range {
                let start = n * WIDTH;
                let end = (start + WIDTH).min(bytes.len());
                let line = String::from_utf8_lossy(&bytes[start..end]);
                let part = dots.iter().filter(|d| **d < start).count();
                let colour = [
                    theme.token_header,
                    theme.token_payload,
                    theme.token_signature,
                ][part];
                ui.label(theme::mono(escape(&line).into_owned()).color(colour));
            }
        });
}
