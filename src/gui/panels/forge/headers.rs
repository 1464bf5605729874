//! Headers of a target: names, and values that are secrets unless the user says otherwise.

use egui::Ui;
use zeroize::Zeroizing;

use super::state::{Cx, keep};
use crate::{
    app::{forge::target, target::TargetEntry},
    gui::{icons::Icon, widgets},
    kit::{ids::TargetId, secret::Secret},
};

/// Headers that every request has. Their values are secrets unless the user says otherwise.
pub(super) fn ui(ui: &mut Ui, cx: &mut Cx<'_>, entry: &TargetEntry) {
    for (n, header) in entry.headers.iter().enumerate() {
        let mut changed = entry.clone();
        let mut gone = false;
        ui.push_id(header.id.0, |ui| {
            ui.horizontal(|ui| {
                let room = ui.available_width();
                ui.scope(|ui| {
                    ui.set_width(room * 0.34);
                    widgets::text_field(
                        ui,
                        "Name of a header",
                        "X-Api-Key",
                        &mut changed.headers[n].name,
                        false,
                    );
                });
                ui.scope(|ui| {
                    ui.set_width(room * 0.66 - 66.0);
                    value(ui, cx, entry, &mut changed, n);
                });
                let (icon, words) = if header.value.is_none() {
                    (
                        Icon::Lock,
                        "Secret: kept in the keychain, or sealed. Keep it in the file in clear",
                    )
                } else {
                    (Icon::Unlock, "In the file in clear. Make it a secret")
                };
                if widgets::sized_icon_button(ui, icon, words, 22.0).clicked() {
                    toggle(cx, &mut changed, n);
                }
                gone = widgets::sized_icon_button(ui, Icon::Cross, "Remove this header", 22.0)
                    .clicked();
            });
        });
        if gone {
            changed.headers.remove(n);
        }
        keep(cx, entry, changed, "headers");
    }
    if entry.id != TargetId(0) && widgets::button(ui, Icon::Plus, "Add a header").clicked() {
        cx.push(target::Command::AddHeader(entry.id));
    }
}

fn value(ui: &mut Ui, cx: &mut Cx<'_>, entry: &TargetEntry, changed: &mut TargetEntry, n: usize) {
    let id = entry.headers[n].id;
    if let Some(text) = &mut changed.headers[n].value {
        widgets::text_field(ui, "Value of the header", "value", text, false);
    } else {
        let known = cx.model.vault.headers.get(&id);
        let mut text = Zeroizing::new(known.map_or("", Secret::expose).to_owned());
        let hint = if cx.model.sealing.sealed.is_some() {
            "locked"
        } else {
            "secret value"
        };
        if widgets::text_field(ui, "Value of the header", hint, &mut text, true).changed() {
            cx.push(target::Command::SetHeaderSecret(
                id,
                Secret::new(text.as_str()),
            ));
        }
    }
}

/// From secret to clear and back.
fn toggle(cx: &mut Cx<'_>, changed: &mut TargetEntry, n: usize) {
    let header = &mut changed.headers[n];
    if let Some(text) = header.value.take() {
        cx.push(target::Command::SetHeaderSecret(
            header.id,
            Secret::new(text),
        ));
    } else {
        let known = cx.model.vault.headers.get(&header.id);
        header.value = Some(known.map_or("", Secret::expose).to_owned());
    }
}
