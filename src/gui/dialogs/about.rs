//! Name, version, licences.

use egui::{RichText, Ui};

use crate::gui::{
    context::Cx,
    icons::Icon,
    theme::{self, space},
};

/// Draws the dialog.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let theme = cx.theme;
    ui.horizontal(|ui| {
        Icon::Logo.show(ui, 36.0, theme.accent);
        ui.add_space(space::S);
        ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.label(theme::heading("Delegraph"));
            ui.label(
                RichText::new(concat!("version ", env!("CARGO_PKG_VERSION"))).color(theme.muted),
            );
        });
    });
    ui.add_space(space::S);
    ui.add(
        egui::Label::new(
            "A workbench for the tokens that software agents act with: read them, verify them, edit them, \
             exchange them hop by hop, and see who acts for whom.",
        )
        .wrap(),
    );
    ui.add_space(space::S);
    for (what, licence) in [
        ("Delegraph", "MIT or Apache-2.0"),
        ("Inter, JetBrains Mono", "SIL Open Font License 1.1"),
    ] {
        ui.horizontal(|ui| {
            ui.label(theme::small(what).color(theme.text));
            ui.label(theme::small(licence).color(theme.muted));
        });
    }
    ui.add_space(space::XS);
    ui.add(
        egui::Label::new(
            theme::small("Use it on systems that you own or may test. Nothing leaves this machine unless you send it.")
                .color(theme.muted),
        )
        .wrap(),
    );
}
