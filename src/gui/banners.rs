//! Bars under the top bar that say what needs a decision but blocks nothing: unsaved work of an
//! earlier start, locked secrets.

use egui::{Frame, Margin, Panel, Ui};
use zeroize::Zeroizing;

use super::{Cx, icons::Icon, widgets};
use crate::{
    app::Command,
    kit::{secret::Secret, text::escape},
};

/// What the bars keep between frames.
#[derive(Default)]
pub struct State {
    passphrase: Zeroizing<String>,
    key: Zeroizing<String>,
    later: bool,
}

/// Draws those that apply.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State) {
    if cx.model.recovery.is_some() {
        bar(ui, cx, "recovery", |ui, cx| {
            ui.label("Delegraph ended before the last workspace was saved. Its changes were kept.");
            if widgets::primary(ui, None, "Take them back").clicked() {
                cx.push(Command::Recover(true));
            }
            if ui.button("Drop them").clicked() {
                cx.push(Command::Recover(false));
            }
        });
    }
    locked_key(ui, cx, state);
    if cx.model.sealing.sealed.is_none() {
        state.later = false;
    } else if !state.later {
        bar(ui, cx, "locked", |ui, cx| {
            ui.label("The secrets of this workspace are locked.");
            let field = ui
                .add(
                    egui::TextEdit::singleline(&mut *state.passphrase)
                        .password(true)
                        .hint_text("passphrase")
                        .desired_width(200.0),
                )
                .accessible_name("Passphrase");
            let entered = field.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
            if (widgets::primary(ui, None, "Unlock").clicked() || entered)
                && !state.passphrase.is_empty()
            {
                cx.push(Command::Unlock(Secret::new(state.passphrase.as_str())));
                state.passphrase = Zeroizing::default();
            }
            if ui.button("Later").clicked() {
                state.later = true;
            }
        });
    }
}

/// An encrypted key waits for its passphrase.
fn locked_key(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut State) {
    let Some(locked) = &cx.model.session.locked_key else {
        return;
    };
    let words = match &locked.error {
        None => format!("The key {} is encrypted.", escape(&locked.name)),
        Some(why) => format!("The key {}: {why}.", escape(&locked.name)),
    };
    bar(ui, cx, "locked key", |ui, cx| {
        ui.label(words);
        let field = ui
            .add(
                egui::TextEdit::singleline(&mut *state.key)
                    .password(true)
                    .hint_text("passphrase")
                    .desired_width(200.0),
            )
            .accessible_name("Passphrase of the key");
        let entered = field.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
        if (widgets::primary(ui, None, "Open key").clicked() || entered) && !state.key.is_empty() {
            cx.push(Command::OpenKey(Secret::new(state.key.as_str())));
            state.key = Zeroizing::default();
        }
        if ui.button("Leave it").clicked() {
            cx.push(Command::OpenKey(Secret::default()));
            state.key = Zeroizing::default();
        }
    });
}

fn bar(ui: &mut Ui, cx: &mut Cx<'_>, id: &str, add: impl FnOnce(&mut Ui, &mut Cx<'_>)) {
    Panel::top(id.to_owned())
        .frame(
            Frame::new()
                .fill(cx.theme.warn_surface)
                .inner_margin(Margin::symmetric(12, 8)),
        )
        .show(ui, |ui| {
            ui.horizontal_wrapped(|ui| {
                Icon::Warning.show(ui, 16.0, cx.theme.high);
                add(ui, cx);
            });
        });
}
