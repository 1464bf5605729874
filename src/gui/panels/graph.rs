//! Principal graph: toolbar, what is lit, and the choice between the canvas and its table twin.

use std::{collections::HashSet, sync::Arc};

use egui::{Align, Layout as UiLayout, Pos2, Rect, Ui, pos2, vec2};

use super::{graph_canvas, graph_export, graph_table, rows};
use crate::{
    app::{Command, Model, session::Selection},
    gui::{
        Cx,
        canvas::{Canvas, Curve},
        icons::Icon,
        theme::{self, space},
        widgets,
    },
    principal::{
        Edge, Graph, NodeKind, Relation,
        layout::{Layout, Words},
    },
    risk::{Report, Severity},
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

/// The graph as it is drawn: made once per analysis.
pub(super) struct Scene {
    layout: Arc<Layout>,
    report: Arc<Report>,
    pub graph: Arc<Graph>,
    /// Places of the nodes on the plane.
    pub rects: Vec<Rect>,
    /// What stands in the nodes.
    pub words: Vec<Words>,
    /// Wires on the plane.
    pub curves: Vec<Curve>,
    /// Places of the wires' words.
    pub labels: Vec<Pos2>,
    /// Names of the nodes for the screen reader.
    pub node_names: Vec<String>,
    /// Names of the wires for the screen reader.
    pub edge_names: Vec<String>,
    /// Order of Tab.
    pub order: Vec<usize>,
    /// For the arrow keys.
    pub links: Vec<(usize, usize)>,
}

impl Scene {
    fn of(model: &Model) -> Self {
        let analysis = &model.analysis;
        let (graph, layout) = (&analysis.graph, &analysis.layout);
        let rects: Vec<Rect> = (0..graph.nodes.len())
            .map(|n| {
                let b = layout.nodes.get(n).copied().unwrap_or_default();
                Rect::from_center_size(
                    pos2(b.centre.x, b.centre.y),
                    vec2(b.width.max(1.0), b.height.max(1.0)),
                )
            })
            .collect();
        let points = |n: usize| -> Vec<Pos2> {
            layout.edges.get(n).map_or_else(Vec::new, |path| {
                path.points.iter().map(|p| pos2(p.x, p.y)).collect()
            })
        };
        let edges = 0..graph.edges.len();
        Self {
            layout: Arc::clone(layout),
            report: Arc::clone(&analysis.report),
            graph: Arc::clone(graph),
            words: graph.nodes.iter().map(Words::of).collect(),
            curves: edges.clone().map(|n| Curve::new(&points(n))).collect(),
            labels: edges
                .clone()
                .map(|n| {
                    layout
                        .edges
                        .get(n)
                        .map_or(Pos2::ZERO, |p| pos2(p.label.x, p.label.y))
                })
                .collect(),
            node_names: (0..graph.nodes.len())
                .map(|n| node_name(graph, &analysis.report, n))
                .collect(),
            edge_names: graph.edges.iter().map(|e| edge_name(graph, e)).collect(),
            order: crate::gui::canvas::walk::reading_order(&rects),
            links: graph.edges.iter().map(|e| (e.from, e.to)).collect(),
            rects,
        }
    }

    fn is_of(&self, model: &Model) -> bool {
        Arc::ptr_eq(&self.layout, &model.analysis.layout)
            && Arc::ptr_eq(&self.graph, &model.analysis.graph)
            && Arc::ptr_eq(&self.report, &model.analysis.report)
    }
}

/// `3 tokens`, `1 token`.
pub(super) fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

fn findings_words(n: usize, worst: Option<Severity>) -> String {
    match (n, worst) {
        (0, None) => "no findings".into(),
        (0, Some(worst)) => format!("findings up to {}", worst.name()),
        (n, Some(worst)) => format!("{}, worst {}", counted(n, "finding"), worst.name()),
        (n, None) => counted(n, "finding"),
    }
}

fn node_name(graph: &Graph, report: &Report, n: usize) -> String {
    let node = &graph.nodes[n];
    let about = report
        .findings
        .iter()
        .filter(|f| f.path.contains(&node.label))
        .count();
    let mut parts = vec![node.label.clone(), node.kind.name().to_owned()];
    if !node.detail.is_empty() && node.detail != node.kind.name() {
        parts.push(node.detail.clone());
    }
    parts.push(counted(node.hops.len(), "token"));
    parts.push(findings_words(
        if node.severity.is_some() { about } else { 0 },
        node.severity,
    ));
    parts.join(", ")
}

fn edge_name(graph: &Graph, edge: &Edge) -> String {
    let label = |n: usize| graph.nodes.get(n).map_or("", |n| n.label.as_str());
    let mut name = format!(
        "{} {} {}, {}, {}",
        label(edge.from),
        edge.relation.name(),
        label(edge.to),
        counted(edge.hops.len(), "token"),
        findings_words(edge.findings.len(), edge.severity)
    );
    if let Some(note) = &edge.note {
        name.push_str(", ");
        name.push_str(note);
    }
    name
}

/// Whether a node is shown at all.
pub(super) fn shows_node(state: &State, kind: NodeKind) -> bool {
    match kind {
        NodeKind::AuthorizationServer => state.issuers,
        NodeKind::Key => state.keys,
        NodeKind::Client => state.clients,
        _ => true,
    }
}

/// Whether a wire is shown at all.
pub(super) fn shows_edge(state: &State, graph: &Graph, edge: &Edge) -> bool {
    let kind = |n: usize| {
        graph
            .nodes
            .get(n)
            .is_some_and(|n| shows_node(state, n.kind))
    };
    let relation = match edge.relation {
        Relation::Issued => state.issuers,
        Relation::Holds => state.keys,
        Relation::UsesClient => state.clients,
        Relation::Delegates | Relation::MayAct | Relation::Reaches => true,
    };
    relation && kind(edge.from) && kind(edge.to)
}

/// What stands out: all else steps back. Nothing in it: nothing steps back.
#[derive(Debug, Default, Clone)]
pub(super) struct Lit {
    pub nodes: HashSet<usize>,
    pub edges: HashSet<usize>,
    pub on: bool,
    /// Lit in the colour of a finding; else in the accent.
    pub severity: Option<Severity>,
}

impl Lit {
    /// Whether a node steps back.
    pub fn dims_node(&self, n: usize) -> bool {
        self.on && !self.nodes.contains(&n)
    }
    /// Whether a wire steps back.
    pub fn dims_edge(&self, n: usize) -> bool {
        self.on && !self.edges.contains(&n)
    }
    fn light_ends(&mut self, graph: &Graph) {
        for &e in &self.edges {
            if let Some(edge) = graph.edges.get(e) {
                self.nodes.insert(edge.from);
                self.nodes.insert(edge.to);
            }
        }
    }
}

/// What is lit by the selection, by a finding that is pointed at, by the filters.
pub(super) fn lit(state: &State, model: &Model, scene: &Scene) -> Lit {
    let graph = &scene.graph;
    let mut lit = Lit::default();
    let session = &model.session;
    let finding = state.hinted.or(match session.selection {
        Selection::Finding(n) => Some(n),
        _ => None,
    });
    if let Some(n) = finding {
        let Some(finding) = scene.report.findings.get(n) else {
            return lit;
        };
        lit.on = true;
        lit.severity = Some(finding.severity);
        lit.edges = (0..graph.edges.len())
            .filter(|e| graph.edges[*e].findings.contains(&n))
            .collect();
        lit.light_ends(graph);
        let hop = |n: &usize| *n == finding.hop || Some(*n) == finding.parent;
        lit.nodes.extend((0..graph.nodes.len()).filter(|i| {
            let node = &graph.nodes[*i];
            finding.path.contains(&node.label) && node.hops.iter().any(hop)
        }));
        lit.on = !lit.nodes.is_empty();
        return lit;
    }
    match &session.selection {
        Selection::Token(id) | Selection::Claim(id, _) => {
            if let Some(view) = model.analysis.tokens.get(id) {
                lit.edges = (0..graph.edges.len())
                    .filter(|e| graph.edges[*e].hops.contains(&view.hop))
                    .collect();
                lit.nodes = (0..graph.nodes.len())
                    .filter(|n| graph.nodes[*n].hops.contains(&view.hop))
                    .collect();
                lit.light_ends(graph);
                lit.on = !lit.nodes.is_empty();
            }
        }
        _ => {}
    }
    if lit.on {
        return lit;
    }
    let words = session.filter.trim().to_lowercase();
    if session.at_least.is_some() || !words.is_empty() {
        lit.on = true;
        let named = |n: &crate::principal::Node| {
            words.is_empty()
                || n.label.to_lowercase().contains(&words)
                || n.detail.to_lowercase().contains(&words)
                || n.kind.name().contains(&words)
        };
        let bad = |s: Option<Severity>| {
            session
                .at_least
                .is_none_or(|least| s.is_some_and(|s| s >= least))
        };
        lit.nodes = (0..graph.nodes.len())
            .filter(|n| named(&graph.nodes[*n]) && bad(graph.nodes[*n].severity))
            .collect();
        lit.edges = (0..graph.edges.len())
            .filter(|e| {
                let edge = &graph.edges[*e];
                bad(edge.severity)
                    && (named(&graph.nodes[edge.from]) || named(&graph.nodes[edge.to]))
            })
            .collect();
        if session.at_least.is_some() {
            lit.light_ends(graph);
        }
    }
    lit
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::principal::Node;

    fn graph() -> Graph {
        let node = |kind, label: &str, severity| Node {
            id: format!("{label}-id"),
            kind,
            label: label.into(),
            detail: "current actor".into(),
            iss: None,
            severity,
            hops: vec![0, 1],
            rank: 0,
        };
        Graph {
            nodes: vec![
                node(NodeKind::Person, "alice", None),
                node(NodeKind::Agent, "planner", Some(Severity::High)),
                node(NodeKind::AuthorizationServer, "as", None),
            ],
            edges: vec![
                Edge {
                    from: 0,
                    to: 1,
                    relation: Relation::Delegates,
                    severity: Some(Severity::High),
                    hops: vec![1],
                    note: Some("payments:initiate added".into()),
                    findings: vec![0],
                },
                Edge {
                    from: 2,
                    to: 1,
                    relation: Relation::Issued,
                    severity: None,
                    hops: vec![1],
                    note: None,
                    findings: vec![],
                },
            ],
        }
    }

    #[test]
    fn names_say_what_the_picture_shows() {
        let graph = graph();
        let report = Report::default();
        assert_eq!(
            node_name(&graph, &report, 0),
            "alice, person, current actor, 2 tokens, no findings"
        );
        assert_eq!(
            edge_name(&graph, &graph.edges[0]),
            "alice delegates to planner, 1 token, 1 finding, worst high, payments:initiate added"
        );
    }

    #[test]
    fn hidden_kinds_hide_their_wires() {
        let graph = graph();
        let mut state = State::default();
        assert!(shows_edge(&state, &graph, &graph.edges[1]));
        state.issuers = false;
        assert!(!shows_edge(&state, &graph, &graph.edges[1]));
        assert!(shows_edge(&state, &graph, &graph.edges[0]));
    }

    #[test]
    fn a_severity_filter_lights_the_bad_edge_and_its_ends() {
        let mut model = Model::default();
        let graph = Arc::new(graph());
        model.analysis = Arc::new(crate::app::analysis::Analysis {
            graph,
            ..Default::default()
        });
        model.session.at_least = Some(Severity::High);
        let scene = Scene::of(&model);
        let lit = lit(&State::default(), &model, &scene);
        assert_eq!(lit.edges, HashSet::from([0]));
        assert_eq!(lit.nodes, HashSet::from([0, 1]));
        assert!(lit.dims_node(2) && lit.dims_edge(1));
        model.session.at_least = None;
        assert!(!super::lit(&State::default(), &model, &scene).on);
    }
}
