//! HTTP log.

use egui::{Align, Layout, RichText, Ui};

use super::{
    http, inspector_chain,
    rows::{self, Column, fixed, number, wide},
};
use crate::{
    app::{Command, session::Selection},
    chain::run::Exchanged,
    gui::{
        Ask, Cx,
        icons::Icon,
        theme::{self, space},
        widgets,
    },
    kit::text::escape,
};

/// What the panel keeps between frames.
#[derive(Default)]
pub struct State {
    rows: rows::State,
    tab: Tab,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Tab {
    #[default]
    Request,
    Response,
    Curl,
}

const COLUMNS: [Column; 7] = [
    fixed("Time", 104.0),
    fixed("Method", 64.0),
    wide("Path", 120.0, 1.0),
    wide("Purpose", 140.0, 1.6),
    number("Status", 72.0),
    number("Time taken", 84.0),
    number("Size", 76.0),
];

/// Draws the panel.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    let model = cx.model;
    let log = &model.log;
    let spacing = ui.spacing().item_spacing;
    ui.spacing_mut().item_spacing.y = 0.0;
    head(ui, cx);
    widgets::hairline(ui);
    ui.spacing_mut().item_spacing = spacing;
    if log.is_empty() {
        widgets::empty(
            ui,
            "Requests of chains and servers show here with their answers.",
            |_| {},
        );
        return;
    }
    let selected = match cx.model.session.selection {
        Selection::Log(n) => Some(n),
        _ => None,
    };
    let mut state = std::mem::take(&mut cx.view.log.rows);
    let done = rows::table(
        ui,
        &mut state,
        rows::Table {
            salt: "log",
            columns: &COLUMNS,
            rows: log.len(),
            selected,
            tail: true,
        },
        |n| spoken(&log[n]),
        |cell| {
            let entry = &log[cell.row];
            let theme = cell.theme;
            let answer = entry.response.as_ref();
            match cell.column {
                0 => cell.text(&entry.at.strftime("%H:%M:%S%.3f").to_string(), theme.muted),
                1 => cell.text(entry.request.method.name(), theme.muted),
                2 => cell.mono(&http::path(&entry.request.url), theme.text),
                3 => cell.text(&escape(&entry.purpose), theme.text),
                4 => match answer {
                    Ok(r) => cell.text(&r.status.to_string(), http::status_colour(cx, r.status)),
                    Err(_) => cell.text("no answer", theme.critical),
                },
                5 => cell.text(
                    &answer.map_or_else(|_| String::new(), |r| format!("{} ms", r.millis)),
                    theme.muted,
                ),
                _ => cell.text(
                    &answer.map_or_else(|_| String::new(), |r| http::size(r.body.len())),
                    theme.muted,
                ),
            }
        },
    );
    cx.view.log.rows = state;
    if let Some(n) = done.selected.or(done.opened) {
        cx.push(Command::Select(Selection::Log(n)));
    }
    if done.back {
        cx.push(Command::Select(Selection::None));
    }
}

fn spoken(entry: &Exchanged) -> String {
    let answer = match &entry.response {
        Ok(r) => format!(
            "{}, {} ms, {}",
            r.status,
            r.millis,
            http::size(r.body.len())
        ),
        Err(_) => "no answer".into(),
    };
    format!(
        "{} {}, {}, {answer}",
        entry.request.method.name(),
        http::path(&entry.request.url),
        escape(&entry.purpose)
    )
}

fn head(ui: &mut Ui, cx: &mut Cx<'_>) {
    let chosen = match cx.model.session.selection {
        Selection::Log(n) => cx.model.log.get(n),
        _ => None,
    };
    egui::Frame::new()
        .inner_margin(egui::Margin::symmetric(space::M as i8, 4))
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                let n = cx.model.log.len();
                ui.label(RichText::new(super::graph::counted(n, "request")).color(cx.theme.muted));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    ui.add_enabled_ui(chosen.is_some(), |ui| {
                        if widgets::button(ui, Icon::Copy, "Copy as cURL").clicked()
                            && let Some(entry) = chosen
                        {
                            cx.asks
                                .push(Ask::Copy(entry.request.curl(), "cURL command".into()));
                        }
                    });
                });
            });
        });
}

/// Inspector of an entry of the log: request and response.
pub fn inspector(ui: &mut Ui, cx: &mut Cx<'_>, index: usize) {
    let Some(entry) = cx.model.log.get(index) else {
        widgets::empty(ui, "This request is no longer in the log.", |_| {});
        return;
    };
    widgets::section(
        ui,
        "Request",
        &entry.at.strftime("%H:%M:%S%.3f").to_string(),
    );
    ui.add_space(space::XS);
    ui.add(egui::Label::new(theme::title(escape(&entry.purpose))).wrap());
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        for (tab, text) in [
            (Tab::Request, "Request"),
            (Tab::Response, "Response"),
            (Tab::Curl, "cURL"),
        ] {
            if ui.selectable_label(cx.view.log.tab == tab, text).clicked() {
                cx.view.log.tab = tab;
            }
        }
    });
    widgets::rule(ui);
    match cx.view.log.tab {
        Tab::Request => http::request(ui, cx, entry),
        Tab::Response => http::response(ui, cx, entry),
        Tab::Curl => inspector_chain::curl(ui, cx, &entry.request.curl()),
    }
}
