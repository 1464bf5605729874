//! The table twin of the graph: a row for each principal and each relation, worst first. For the keyboard, the screen reader,
//! and graphs too large to look at.

use egui::Ui;

use super::{
    highlight::Highlight,
    scene::{Row, Scene},
    state::Cx,
};
use crate::{
    app::{session::Selection, view},
    gui::{
        icons,
        request::WindowRequest,
        widgets::rows::{self, Column, fixed, number, wide},
    },
    kit::text::capital,
};

const COLUMNS: [Column; 6] = [
    fixed("", 26.0),
    wide("Principal", 130.0, 1.0),
    fixed("Relation", 104.0),
    wide("To", 130.0, 1.0),
    wide("Risk", 150.0, 1.4),
    number("Tokens", 64.0),
];

/// Principals and relations of the whole graph, folded or not: a list needs no folds.
fn rows_of(cx: &Cx<'_>, scene: &Scene, lit: &Highlight) -> Vec<Row> {
    let session = &cx.model.session;
    let filtered = lit.on && (session.at_least.is_some() || !session.filter.trim().is_empty());
    let rows = scene.rows.iter().copied();
    if !filtered {
        return rows.collect();
    }
    rows.filter(|row| match row {
        Row::Node(n) => !lit.dims_node(*n),
        Row::Edge(e) => !lit.dims_edge(*e),
    })
    .collect()
}

/// Whether a row is what is selected.
fn is_selected(scene: &Scene, row: Row, selection: &Selection) -> bool {
    let graph = &scene.picture.whole;
    match (row, selection) {
        (Row::Node(n), Selection::Principal(id)) => graph.nodes[n].id == *id,
        (Row::Edge(e), Selection::Relation(from, to, name)) => {
            let edge = &graph.edges[e];
            edge.relation.name() == *name
                && graph.nodes[edge.from].id == *from
                && graph.nodes[edge.to].id == *to
        }
        _ => false,
    }
}

/// What a principal is here, and the fold that it stands in.
fn detail(scene: &Scene, n: usize) -> String {
    let picture = &scene.picture;
    let node = &picture.whole.nodes[n];
    let drawn = picture.nodes[n].map(|at| &picture.graph.nodes[at]);
    match drawn.filter(|drawn| drawn.fold.is_some()) {
        Some(fold) => format!("{} · in {}", node.detail, fold.label),
        None => node.detail.clone(),
    }
}

fn selection_of(scene: &Scene, row: Row) -> Selection {
    let graph = &scene.picture.whole;
    match row {
        Row::Edge(e) => {
            let edge = &graph.edges[e];
            Selection::Relation(
                graph.nodes[edge.from].id.clone(),
                graph.nodes[edge.to].id.clone(),
                edge.relation.name(),
            )
        }
        Row::Node(n) => Selection::Principal(graph.nodes[n].id.clone()),
    }
}

/// Draws the table.
pub(super) fn ui(ui: &mut Ui, cx: &mut Cx<'_>, scene: &Scene, lit: &Highlight) {
    let list = rows_of(cx, scene, lit);
    let selection = &cx.model.session.selection;
    let selected = list
        .iter()
        .position(|row| is_selected(scene, *row, selection));
    if list.is_empty() {
        crate::gui::widgets::empty(ui, "No relation matches the filters.", |_| {});
        return;
    }
    let graph = &scene.picture.whole;
    let mut state = std::mem::take(&mut cx.state.rows);
    let done = rows::table(
        ui,
        &mut state,
        rows::Table {
            salt: "graph table",
            columns: &COLUMNS,
            rows: list.len(),
            selected,
            tail: false,
            height: rows::ROW,
        },
        |n| match list[n] {
            Row::Edge(e) => scene.name_of_edge(e),
            Row::Node(n) => format!("{}, {}", scene.name_of(n), detail(scene, n)),
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
                Row::Node(n) => {
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
                        3 => cell.text(&detail(scene, n), theme.muted),
                        4 => {
                            let words = node
                                .severity
                                .map_or_else(|| "no findings".into(), |s| capital(s.name()));
                            let colour = node.severity.map_or(theme.muted, |s| theme.severity(s));
                            cell.text(&words, colour);
                        }
                        _ => cell.text(&node.hops.len().to_string(), theme.muted),
                    }
                }
            }
        },
    );
    cx.state.rows = state;
    if let Some(n) = done.selected {
        cx.push(view::Command::Select(selection_of(scene, list[n])));
    }
    if let Some(n) = done.opened {
        let hops = match list[n] {
            Row::Edge(e) => &graph.edges[e].hops,
            Row::Node(n) => &graph.nodes[n].hops,
        };
        let token = hops
            .last()
            .and_then(|h| cx.model.analysis.evidence.hops.get(*h))
            .and_then(|h| h.token_id);
        if let Some(token) = token {
            cx.ask(WindowRequest::ShowToken(token));
        }
    }
    if done.back {
        cx.push(view::Command::Select(Selection::None));
    }
}
