//! Principal graph: toolbar, what stands out, and the choice between the canvas and its table twin.

mod bar;
mod canvas;
mod export;
mod folds;
mod highlight;
pub mod inspect;
mod node;
mod powers;
mod scene;
mod sheet;
mod state;
mod table;
mod wires;

use std::sync::Arc;

use egui::Ui;

use crate::{
    app::{
        graph, runs,
        session::{Selection, View},
    },
    gui::{
        context,
        icons::Icon,
        pane::Pane,
        panel::{Dock, Entry, Panel},
        widgets,
    },
    principal::picture::When,
};
use highlight::highlighted;
use scene::Scene;
use state::{Cx, GraphPanel};

/// Its line in the registry.
pub static ENTRY: Entry = Entry {
    pane: Pane::main(View::GRAPH),
    title: "Graph",
    spoken: "graph",
    dock: Dock::Main,
    make: Some(|| Box::<GraphPanel>::default()),
};

impl Panel for GraphPanel {
    fn ui(&mut self, ui: &mut Ui, cx: &mut context::Cx<'_>) {
        draw(ui, &mut cx.with(self));
    }

    fn inspect(&mut self, ui: &mut Ui, cx: &mut context::Cx<'_>, selection: &Selection) -> bool {
        let mut cx = cx.with(self);
        match selection {
            Selection::Principal(id) => inspect::principal(ui, &mut cx, id),
            Selection::Relation(from, to, name) => {
                inspect::relation(ui, &mut cx, from, to, name);
            }
            _ => return false,
        }
        true
    }
}

fn draw(ui: &mut Ui, cx: &mut Cx<'_>) {
    if cx.model.analysis.graph.nodes.is_empty() {
        empty(ui, cx);
        return;
    }
    let fresh = cx.state.scene.as_ref().is_some_and(|s| s.is_of(cx.model));
    cx.state.fresh = !fresh;
    if !fresh {
        cx.state.scene = Some(Arc::new(Scene::of(cx.model)));
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    bar::ui(ui, cx);
    export::poll(cx);
    let Some(scene) = cx.state.scene.clone() else {
        return;
    };
    if scene.graph.nodes.is_empty() && cx.model.session.seen.filters() {
        widgets::empty(ui, "No token is of this chain and this time.", |ui| {
            if ui.button("Show all tokens").clicked() {
                cx.push(graph::Command::SeeTokens {
                    chain: None,
                    when: When::Any,
                });
            }
        });
        return;
    }
    let lit = highlighted(cx.window.hinted, cx.model, &scene);
    if cx.state.table {
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
            cx.push(runs::Command::Sample("sample".to_owned()));
        }
    });
}
