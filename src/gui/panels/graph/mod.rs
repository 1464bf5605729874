//! Principal graph: toolbar, what is lit, and the choice between the canvas and its table twin.

mod bar;
mod canvas;
mod export;
mod folds;
mod highlight;
pub mod inspect;
mod node;
mod scene;
mod table;
mod wires;

use std::sync::Arc;

use egui::Ui;

use crate::{
    app::Command,
    gui::{
        Cx,
        canvas::Canvas,
        icons::Icon,
        widgets::{self, rows},
    },
    principal::picture::When,
    risk::Severity,
};
use highlight::highlighted;
use scene::Scene;

/// What the graph keeps between frames.
#[derive(Default)]
pub struct State {
    /// Camera and keyboard of the canvas.
    pub canvas: Canvas,
    /// The table twin is shown.
    pub table: bool,
    /// Rows of the table twin.
    pub rows: rows::State,
    /// Text of the search field.
    pub search: String,
    /// A finding that is pointed at elsewhere: its path lights up.
    pub hinted: Option<usize>,
    /// Whom the keyboard goes to in the next picture, by id: what a fold held, or the fold that took
    /// it in again.
    follow: Vec<String>,
    /// The scene is new in this frame.
    fresh: bool,
    scene: Option<Arc<Scene>>,
    exports: export::Exports,
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
    cx.view.graph.fresh = !fresh;
    if !fresh {
        cx.view.graph.scene = Some(Arc::new(Scene::of(cx.model)));
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    bar::ui(ui, cx);
    export::poll(cx);
    let Some(scene) = cx.view.graph.scene.clone() else {
        return;
    };
    if scene.graph.nodes.is_empty() && cx.model.session.seen.filters() {
        widgets::empty(ui, "No token is of this chain and this time.", |ui| {
            if ui.button("Show all tokens").clicked() {
                cx.push(Command::SeeTokens(None, When::Any));
            }
        });
        return;
    }
    let lit = highlighted(&cx.view.graph, cx.model, &scene);
    if cx.view.graph.table {
        table::ui(ui, cx, &scene, &lit);
    } else {
        canvas::ui(ui, cx, &scene, &lit.drawn(&scene.picture));
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

/// Chooses the least severity that is shown.
pub(in crate::gui) fn severity_menu(ui: &mut Ui, cx: &mut Cx<'_>) {
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
pub(in crate::gui) fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

pub(in crate::gui) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}
