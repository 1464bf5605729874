//! Where a token comes from, how it was edited, and the way back to each of its states.

use std::sync::Arc;

use egui::{RichText, Ui};

use super::state::{Cx, HistoryState};
use crate::{
    app::{past, token, view},
    gui::{
        request::WindowRequest,
        theme::{self, space},
        widgets,
    },
    kit::{
        ids::TokenId,
        text::{escape, excerpt, shorten},
    },
};

/// States that are listed; the first one always is.
const MOST: usize = 12;

/// Draws the section; nothing for a token that was never edited and comes from nowhere here.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId) {
    let workspace = &cx.model.workspace;
    let known = cx
        .state
        .history
        .of
        .as_ref()
        .is_some_and(|(of, seen)| *of == id && Arc::ptr_eq(seen, workspace));
    if !known {
        cx.state.history = HistoryState {
            of: Some((id, Arc::clone(workspace))),
            states: past::states(cx.model, id),
        };
    }
    let original = workspace.token(id).and_then(|entry| entry.copy_of);
    let states = std::mem::take(&mut cx.state.history.states);
    if states.len() > 1 || original.is_some() {
        widgets::rule(ui);
        widgets::section(ui, "History", &states.len().to_string());
        if let Some(original) = original {
            derived(ui, cx, original);
        }
        list(ui, cx, id, &states);
    }
    cx.state.history.states = states;
}

/// The token that this one is a copy of.
fn derived(ui: &mut Ui, cx: &mut Cx<'_>, original: TokenId) {
    let analysis = Arc::clone(&cx.model.analysis);
    let Some(view) = analysis.tokens.get(&original) else {
        return;
    };
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new("Derived from").color(cx.theme.muted));
        let name = format!("{}, {}", view.title, view.principal.short());
        if ui.link(excerpt(&name, 60).as_str()).clicked() {
            cx.ask(WindowRequest::ShowToken(original));
        }
        if ui
            .add(egui::Button::new("Compare").small())
            .accessible_name("Compare with what it is derived from")
            .clicked()
        {
            let now = cx.model.session.token;
            let ids = [Some(original), now].into_iter().flatten().collect();
            cx.push(view::Command::Compare(ids));
            cx.push(view::Command::Show(crate::app::session::View::COMPARE));
        }
    });
}

fn list(ui: &mut Ui, cx: &mut Cx<'_>, id: TokenId, states: &[past::TokenVersion]) {
    let hidden = states.len().saturating_sub(MOST);
    for (n, state) in states.iter().enumerate().rev() {
        if n > 0 && n <= hidden {
            continue;
        }
        ui.horizontal(|ui| {
            let words = if state.now {
                "now"
            } else if state.is_edited() {
                "unsigned"
            } else {
                ""
            };
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                if state.now {
                    ui.label(theme::small(words).color(cx.theme.muted));
                } else if ui
                    .add(egui::Button::new("Go back").small())
                    .accessible_name(format!("Back to state {}: {}", n + 1, escape(&state.label)))
                    .clicked()
                {
                    let (raw, sealed) = (Arc::clone(&state.raw), Arc::clone(&state.sealed));
                    cx.push(token::Command::Restore {
                        token: id,
                        raw,
                        sealed,
                    });
                } else if !words.is_empty() {
                    ui.label(theme::small(words).color(cx.theme.muted));
                }
                ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                    let label = escape(&state.label);
                    ui.add(egui::Label::new(shorten(&label, 80).as_ref()).truncate());
                });
            });
        });
        if n == hidden + 1 && hidden > 0 {
            let words = format!("{hidden} states between");
            ui.label(theme::small(words).color(cx.theme.muted));
        }
    }
    ui.add_space(space::XS);
}
