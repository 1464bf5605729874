//! The menu of what can be run at a practice server.

use egui::Ui;

use crate::{
    app::{chains::at_practice_offers, practice, runs},
    gui::{context::Cx, widgets},
    kit::text::shorten,
    practice::Faults,
};

/// A menu of what can be run at a practice server: samples, and the chains that are open.
pub fn run_here<S>(ui: &mut Ui, cx: &mut Cx<'_, S>, faults: &Faults) {
    let name = format!("Run a chain at {}", practice::title(faults));
    widgets::menu(ui, &name, "Run a chain", |ui| {
        for (what, title) in at_practice_offers(cx.model) {
            let words = shorten(&title, 48);
            if widgets::menu_item(ui, &words, "").clicked() {
                cx.push(runs::Command::AtPractice(what, faults.clone()));
                ui.close();
            }
        }
    });
}
