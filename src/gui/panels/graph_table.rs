//! The table twin of the graph: one row per relation, worst first. For the keyboard, the screen reader,
//! and graphs too large to look at.

use egui::Ui;

use super::{
    graph::{Lit, Scene, capital, shows_edge, shows_node},
    rows::{self, Column, fixed, number, wide},
};
use crate::{
    app::{Command, session::Selection},
    gui::{Ask, Cx, icons},
};

const COLUMNS: [Column; 6] = [
    fixed("", 26.0),
    wide("From", 130.0, 1.0),
    fixed("Relation", 104.0),
    wide("To", 130.0, 1.0),
    wide("Risk", 150.0, 1.4),
    number("Tokens", 64.0),
];

/// A row: a relation, or a principal that has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Row {
    Edge(usize),
    Alone(usize),
}

fn rows_of(cx: &Cx<'_>, scene: &Scene, lit: &Lit) -> Vec<Row> {
    let graph = &scene.graph;
    let filtered = lit.on
        && (cx.model.session.at_least.is_some() || !cx.model.session.filter.trim().is_empty());
    let state = &cx.view.graph;
    let mut edges: Vec<usize> = (0..graph.edges.len())
        .filter(|e| shows_edge(state, graph, &graph.edges[*e]))
        .filter(|e| !filtered || !lit.dims_edge(*e))
        .collect();
    edges.sort_by_key(|e| (std::cmp::Reverse(graph.edges[*e].severity), *e));
    let mut linked = vec![false; graph.nodes.len()];
    for &e in &edges {
        linked[graph.edges[e].from] = true;
        linked[graph.edges[e].to] = true;
    }
    let alone = (0..graph.nodes.len()).filter(|n| {
        !linked[*n] && shows_node(state, graph.nodes[*n].kind) && !(filtered && lit.dims_node(*n))
    });
    edges
        .iter()
        .map(|e| Row::Edge(*e))
        .chain(alone.map(Row::Alone))
        .collect()
}

fn selection_of(scene: &Scene, row: Row) -> Selection {
    let graph = &scene.graph;
    match row {
        Row::Edge(e) => {
            let edge = &graph.edges[e];
            Selection::Relation(
                graph.nodes[edge.from].id.clone(),
                graph.nodes[edge.to].id.clone(),
                edge.relation.name(),
            )
        }
        Row::Alone(n) => Selection::Principal(graph.nodes[n].id.clone()),
    }
}

/// Draws the table.
pub(super) fn ui(ui: &mut Ui, cx: &mut Cx<'_>, scene: &Scene, lit: &Lit) {
    let list = rows_of(cx, scene, lit);
    let selected = list
        .iter()
        .position(|row| selection_of(scene, *row) == cx.model.session.selection);
    if list.is_empty() {
        crate::gui::widgets::empty(ui, "No relation matches the filters.", |_| {});
        return;
    }
    let graph = &scene.graph;
    let mut state = std::mem::take(&mut cx.view.graph.rows);
    let done = rows::table(
        ui,
        &mut state,
        rows::Table {
            salt: "graph table",
            columns: &COLUMNS,
            rows: list.len(),
            selected,
        },
        |n| match list[n] {
            Row::Edge(e) => scene.edge_names[e].clone(),
            Row::Alone(n) => scene.node_names[n].clone(),
        },
        |cell| {
            let theme = cell.theme;
            match list[cell.row] {
                Row::Edge(e) => {
                    let edge = &graph.edges[e];
                    match cell.column {
                        0 => {
                            if let Some(severity) = edge.severity {
                                let at = egui::Rect::from_center_size(
                                    cell.rect.center(),
                                    egui::Vec2::splat(11.0),
                                );
                                icons::severity(cell.painter, at, severity, theme);
                            }
                        }
                        1 => cell.strong(&graph.nodes[edge.from].label, theme.text),
                        2 => cell.text(edge.relation.name(), theme.muted),
                        3 => cell.strong(&graph.nodes[edge.to].label, theme.text),
                        4 => {
                            let words = match (edge.severity, &edge.note) {
                                (Some(s), Some(note)) => format!("{} · {note}", capital(s.name())),
                                (Some(s), None) => capital(s.name()),
                                (None, Some(note)) => note.clone(),
                                (None, None) => "no findings".into(),
                            };
                            let colour = edge.severity.map_or(theme.muted, |s| theme.severity(s));
                            cell.text(&words, colour);
                        }
                        _ => cell.text(&edge.hops.len().to_string(), theme.muted),
                    }
                }
                Row::Alone(n) => {
                    let node = &graph.nodes[n];
                    match cell.column {
                        0 => {
                            if let Some(severity) = node.severity {
                                let at = egui::Rect::from_center_size(
                                    cell.rect.center(),
                                    egui::Vec2::splat(11.0),
                                );
                                icons::severity(cell.painter, at, severity, theme);
                            }
                        }
                        1 => cell.strong(&node.label, theme.text),
                        2 => cell.text(node.kind.name(), theme.muted),
                        3 => cell.text("no relation", theme.muted),
                        4 => cell.text(&node.detail, theme.muted),
                        _ => cell.text(&node.hops.len().to_string(), theme.muted),
                    }
                }
            }
        },
    );
    cx.view.graph.rows = state;
    if let Some(n) = done.selected {
        cx.push(Command::Select(selection_of(scene, list[n])));
    }
    if let Some(n) = done.opened {
        let hops = match list[n] {
            Row::Edge(e) => &graph.edges[e].hops,
            Row::Alone(n) => &graph.nodes[n].hops,
        };
        let token = hops
            .last()
            .and_then(|h| cx.model.analysis.evidence.hops.get(*h))
            .and_then(|h| h.token_id);
        if let Some(token) = token {
            cx.ask(Ask::ShowToken(token));
        }
    }
    if done.back {
        cx.push(Command::Select(Selection::None));
    }
}
