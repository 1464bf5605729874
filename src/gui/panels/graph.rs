//! Principal graph: toolbar, what is lit, and the choice between the canvas and its table twin.

use std::sync::Arc;

use egui::{Align, Layout as UiLayout, Ui};

use super::{graph_canvas, graph_export, graph_lit::lit, graph_scene::Scene, graph_table, rows};
use crate::{
    app::Command,
    gui::{
        Cx,
        canvas::Canvas,
        icons::Icon,
        theme::{self, space},
        widgets,
    },
    risk::Severity,
};

/// What the graph keeps between frames.
pub struct State {
    /// Camera and keyboard of the canvas.
    pub canvas: Canvas,
    /// Authorization servers and what they issued.
    pub issuers: bool,
    /// Keys and who holds them.
    pub keys: bool,
    /// Clients and who uses them.
    pub clients: bool,
    /// The table twin is shown.
    pub table: bool,
    /// Rows of the table twin.
    pub rows: rows::State,
    /// Text of the search field.
    pub search: String,
    /// A finding that is pointed at elsewhere: its path lights up.
    pub hinted: Option<usize>,
    pub(super) scene: Option<Arc<Scene>>,
    pub(super) exports: graph_export::Exports,
}

impl Default for State {
    fn default() -> Self {
        Self {
            canvas: Canvas::default(),
            issuers: true,
            keys: false,
            clients: false,
            table: false,
            rows: rows::State::default(),
            search: String::new(),
            hinted: None,
            scene: None,
            exports: graph_export::Exports::default(),
        }
    }
}

/// Draws the graph.
pub fn ui(ui: &mut Ui, cx: &mut Cx<'_>) {
    if cx.model.analysis.graph.nodes.is_empty() {
        empty(ui, cx);
        return;
    }
    let fresh = cx
        .view
        .graph
        .scene
        .as_ref()
        .is_some_and(|s| s.is_of(cx.model));
    if !fresh {
        cx.view.graph.scene = Some(Arc::new(Scene::of(cx.model)));
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    toolbar(ui, cx);
    graph_export::poll(cx);
    let Some(scene) = cx.view.graph.scene.clone() else {
        return;
    };
    let lit = lit(&cx.view.graph, cx.model, &scene);
    if cx.view.graph.table {
        graph_table::ui(ui, cx, &scene, &lit);
    } else {
        graph_canvas::ui(ui, cx, &scene, &lit);
    }
}

fn empty(ui: &mut Ui, cx: &mut Cx<'_>) {
    let busy = !cx.model.running.is_empty();
    let line = if busy {
        "The chain is running; who acts for whom shows here when it is done."
    } else {
        "Who acts for whom, drawn from tokens. Paste some, or run the sample chain."
    };
    widgets::empty(ui, line, |ui| {
        if !busy && widgets::primary(ui, Some(Icon::Play), "Run the sample chain").clicked() {
            super::chain::run_sample(cx, "sample");
        }
    });
}

fn toolbar(ui: &mut Ui, cx: &mut Cx<'_>) {
    egui::Frame::new()
        .inner_margin(egui::Margin::symmetric(space::M as i8, space::S as i8))
        .show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = space::S;
            ui.horizontal(|ui| {
                show_menu(ui, cx);
                severity_menu(ui, cx);
                search(ui, cx);
                ui.with_layout(UiLayout::right_to_left(Align::Center), |ui| {
                    graph_export::menu(ui, cx);
                    let table = cx.view.graph.table;
                    ui.spacing_mut().item_spacing.x = 2.0;
                    if ui.selectable_label(table, "Table").clicked() {
                        cx.view.graph.table = true;
                    }
                    if ui.selectable_label(!table, "Graph").clicked() {
                        cx.view.graph.table = false;
                    }
                });
            });
        });
    widgets::hairline(ui);
}

fn show_menu(ui: &mut Ui, cx: &mut Cx<'_>) {
    let state = &mut cx.view.graph;
    let more: Vec<&str> = [
        (state.issuers, "issuers"),
        (state.keys, "keys"),
        (state.clients, "clients"),
    ]
    .into_iter()
    .filter_map(|(on, name)| on.then_some(name))
    .collect();
    let text = if more.is_empty() {
        "Delegation".to_owned()
    } else {
        format!("Delegation + {}", more.join(", "))
    };
    widgets::menu(ui, "What to show", text, |ui| {
        widgets::tick(ui, &mut state.issuers, "Issuers and what they issued");
        widgets::tick(ui, &mut state.keys, "Keys and who holds them");
        widgets::tick(ui, &mut state.clients, "Clients and who uses them");
    });
}

/// Chooses the least severity that is shown.
pub(super) fn severity_menu(ui: &mut Ui, cx: &mut Cx<'_>) {
    let now = cx.model.session.at_least;
    let text = now.map_or("Any severity".to_owned(), |s| match s {
        Severity::Critical => "Critical only".to_owned(),
        s => format!("{} and worse", capital(s.name())),
    });
    widgets::menu(ui, "Severity filter", text, |ui| {
        if ui.selectable_label(now.is_none(), "Any severity").clicked() {
            cx.push(Command::FilterSeverity(None));
            ui.close();
        }
        for severity in Severity::ALL {
            ui.horizontal(|ui| {
                crate::gui::icons::severity_icon(ui, severity, 10.0);
                let text = match severity {
                    Severity::Critical => "Critical only".to_owned(),
                    s => format!("{} and worse", capital(s.name())),
                };
                if ui.selectable_label(now == Some(severity), text).clicked() {
                    cx.push(Command::FilterSeverity(Some(severity)));
                    ui.close();
                }
            });
        }
    });
}

/// `3 tokens`, `1 token`.
pub(super) fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

fn search(ui: &mut Ui, cx: &mut Cx<'_>) {
    let find = std::mem::take(&mut cx.view.find);
    let state = &mut cx.view.graph;
    let field = egui::TextEdit::singleline(&mut state.search)
        .hint_text(egui::RichText::new("Find a principal").color(cx.theme.muted))
        .margin(egui::Margin::symmetric(8, 5))
        .desired_width(160.0);
    let response = ui.add(field).accessible_name("Find a principal");
    if find {
        response.request_focus();
    }
    if !response.has_focus() && state.search != cx.model.session.filter && !response.changed() {
        state.search.clone_from(&cx.model.session.filter);
    }
    if response.changed() {
        let text = state.search.clone();
        cx.push(Command::Filter(text));
    }
}

/// Caption text on the canvas: 11 points at natural size.
pub(super) fn caption(zoom: f32) -> egui::FontId {
    crate::gui::canvas::paint::font(11.0, zoom, egui::FontFamily::Proportional)
}
/// Names on the canvas: 13 points at natural size.
pub(super) fn name_font(zoom: f32) -> egui::FontId {
    crate::gui::canvas::paint::font(13.0, zoom, theme::medium())
}
