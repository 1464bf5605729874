//! Bars under the top bar that say what needs a decision but blocks nothing: unsaved work of an
//! earlier start, locked secrets.

use egui::{Frame, Margin, Panel, Ui};
use zeroize::Zeroizing;

use super::{context::Cx, icons::Icon, widgets};
use crate::{
    app::{file, keys},
    kit::{secret::Secret, text::excerpt},
};

/// What the bars keep between frames.
#[derive(Default)]
pub struct BannersState {
    passphrase: Zeroizing<String>,
    key: Zeroizing<String>,
    later: bool,
}

/// Draws those that apply.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut BannersState) {
    if let Some(left) = &cx.model.recovery {
        let name = excerpt(&left.name, 40);
        bar(ui, cx, "recovery", |ui, cx| {
            ui.label(format!(
                "Delegraph ended before {name} was saved. Its changes were kept."
            ));
            if widgets::primary(ui, None, "Take them back").clicked() {
                cx.push(file::Command::Recover(true));
            }
            if ui.button("Drop them").clicked() {
                cx.push(file::Command::Recover(false));
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
                cx.push(file::Command::Unlock(Secret::new(
                    state.passphrase.as_str(),
                )));
                state.passphrase = Zeroizing::default();
            }
            if ui.button("Later").clicked() {
                state.later = true;
            }
        });
    }
}

/// Encrypted keys wait for their passphrases: the first is asked for.
fn locked_key(ui: &mut Ui, cx: &mut Cx<'_>, state: &mut BannersState) {
    let keys = &cx.model.session.locked_keys;
    let Some((number, locked)) = keys.asked() else {
        state.key = Zeroizing::default();
        return;
    };
    let (last, total) = (number == keys.total, keys.total);
    let name = locked.origin.strip_prefix("file ").unwrap_or(&locked.name);
    let name = excerpt(name, 60);
    let name = if name.is_empty() {
        "The key".into()
    } else {
        format!("The key {name}")
    };
    let tried = cx.model.tries(locked);
    let mut words = match &locked.error {
        _ if tried => format!("{name} is being opened…"),
        None => format!("{name} is encrypted."),
        Some(why) => format!("{name}: {why}."),
    };
    if total > 1 {
        words.push_str(&format!(" {number} of {total}"));
    }
    bar(ui, cx, "locked key", |ui, cx| {
        ui.label(words);
        let field = ui
            .add_enabled(
                !tried,
                egui::TextEdit::singleline(&mut *state.key)
                    .password(true)
                    .hint_text("passphrase")
                    .desired_width(200.0),
            )
            .accessible_name("Passphrase of the key");
        let entered = field.lost_focus() && ui.input(|i| i.key_pressed(egui::Key::Enter));
        let open = ui
            .add_enabled_ui(!tried, |ui| widgets::primary(ui, None, "Open key"))
            .inner;
        if (open.clicked() || entered) && !state.key.is_empty() {
            cx.push(keys::Command::Open(Secret::new(state.key.as_str())));
            state.key = Zeroizing::default();
            if entered {
                field.request_focus(); // for the next
            }
        }
        let words = if last { "Leave it" } else { "Skip it" };
        if ui.button(words).clicked() {
            cx.push(keys::Command::Open(Secret::default()));
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
