//! Bars under the top bar that say what needs a decision but blocks nothing: unsaved work of an
//! earlier start, locked secrets.

use egui::{Frame, Margin, Panel, Ui};
use zeroize::Zeroizing;

use super::{Cx, icons::Icon, widgets};
use crate::{app::Command, kit::secret::Secret};

/// What the bars keep between frames.
#[derive(Default)]
pub struct State {
    passphrase: Zeroizing<String>,
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
