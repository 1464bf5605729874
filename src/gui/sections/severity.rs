//! The menu of severities, and small words about counts.

use egui::Ui;

use crate::{
    app::view,
    gui::{context::Cx, icons, widgets},
    kit::text::capital,
    risk::Severity,
};

/// Chooses the least severity that is shown.
pub fn severity_menu<S>(ui: &mut Ui, cx: &mut Cx<'_, S>) {
    let now = cx.model.session.at_least;
    let text = now.map_or("Any severity".to_owned(), |s| match s {
        Severity::Critical => "Critical only".to_owned(),
        s => format!("{} and worse", capital(s.name())),
    });
    widgets::menu(ui, "Severity filter", text, |ui| {
        if ui.selectable_label(now.is_none(), "Any severity").clicked() {
            cx.push(view::Command::FilterSeverity(None));
            ui.close();
        }
        for severity in Severity::ALL {
            ui.horizontal(|ui| {
                icons::severity_icon(ui, severity, 10.0);
                let text = match severity {
                    Severity::Critical => "Critical only".to_owned(),
                    s => format!("{} and worse", capital(s.name())),
                };
                if ui.selectable_label(now == Some(severity), text).clicked() {
                    cx.push(view::Command::FilterSeverity(Some(severity)));
                    ui.close();
                }
            });
        }
    });
}

/// `3 tokens`, `1 token`.
pub fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}
