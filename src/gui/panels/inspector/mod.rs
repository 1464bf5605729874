//! The inspector: whatever is selected, in detail, as the panel that it is of shows it.

mod key;
mod server;
mod summary;

use egui::{ScrollArea, Ui};

use crate::{
    app::session::Selection,
    gui::{
        context::Cx,
        keyboard_focus,
        pane::Pane,
        panel::{Dock, Entry},
        theme::space,
    },
};

/// Its line in the registry.
pub static ENTRY: Entry = Entry {
    pane: Pane::side("Inspector"),
    title: "Inspector",
    spoken: "inspector",
    dock: Dock::Right,
    make: None,
};

/// Draws the inspector around what `body` says of the selection.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>, body: impl FnOnce(&mut Ui, &mut Cx<'_>)) {
    ScrollArea::vertical()
        .auto_shrink(false)
        .id_salt("inspector")
        .show(ui, |ui| {
            egui::Frame::new()
                .inner_margin(egui::Margin::symmetric(space::M as i8, space::S as i8))
                .show(ui, |ui| {
                    ui.set_width(ui.available_width());
                    body(ui, cx);
                });
            keyboard_focus::keep_in_view(ui);
        });
}

/// What the inspector keeps between frames of what is of no panel.
#[derive(Default)]
pub struct Inspector {
    key: key::Verified,
    summary: summary::Summed,
}

/// Draws what is of no panel: a key, a server, and what there is to see where nothing is selected. Returns
/// whether it was one of these.
pub fn of_no_panel(
    ui: &mut Ui,
    cx: &mut Cx<'_>,
    own: &mut Inspector,
    selection: &Selection,
) -> bool {
    match selection {
        Selection::Key(id) => key::ui(ui, &mut cx.with(&mut own.key), *id),
        Selection::Server(id) => server::ui(ui, cx, *id),
        Selection::None => summary::ui(ui, &mut cx.with(&mut own.summary)),
        _ => return false,
    }
    true
}
