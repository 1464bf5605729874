//! The graph as it is drawn: places, words and the names that a screen reader says.

use std::sync::Arc;

use egui::{Pos2, Rect, pos2, vec2};

use super::graph::counted;
use crate::{
    app::Model,
    gui::canvas::Curve,
    principal::{
        Edge, Graph,
        layout::{Layout, Words},
    },
    risk::{Report, Severity},
};

/// The graph as it is drawn: made once per analysis.
pub(super) struct Scene {
    layout: Arc<Layout>,
    pub report: Arc<Report>,
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
    pub fn of(model: &Model) -> Self {
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

    pub fn is_of(&self, model: &Model) -> bool {
        Arc::ptr_eq(&self.layout, &model.analysis.layout)
            && Arc::ptr_eq(&self.graph, &model.analysis.graph)
            && Arc::ptr_eq(&self.report, &model.analysis.report)
    }
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

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::principal::{Node, NodeKind, Relation};

    /// Alice, her planner with a finding, and the server that issued.
    pub fn sketch() -> Graph {
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
        let graph = sketch();
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
}
