//! The graph as it is drawn: places, words and the names that a screen reader says.

use std::{collections::HashMap, fmt::Write as _, sync::Arc};

use egui::{Pos2, Rect, pos2, vec2};

use crate::{
    app::Model,
    gui::{canvas::Curve, sections::severity::counted},
    principal::{Edge, Graph, Node, Relation, layout::Words, picture::Picture},
    risk::{Report, Severity},
};

/// The graph as it is drawn: made once per picture.
pub(super) struct Scene {
    /// What it was made from.
    pub picture: Arc<Picture>,
    pub report: Arc<Report>,
    /// What is drawn.
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
    /// Rows of the table.
    pub rows: Vec<Row>,
    /// For the arrow keys.
    pub links: Vec<(usize, usize)>,
    /// How many findings name a principal, by label.
    about: HashMap<String, usize>,
}

impl Scene {
    pub fn of(model: &Model) -> Self {
        let picture = Arc::clone(&model.picture);
        let (graph, layout) = (Arc::clone(&picture.graph), Arc::clone(&picture.layout));
        let report = Arc::clone(&model.analysis.report);
        let rects: Vec<Rect> = (0..graph.nodes.len())
            .map(|n| {
                let b = layout.nodes.get(n).copied().unwrap_or_default();
                Rect::from_center_size(
                    pos2(b.centre.x, b.centre.y),
                    vec2(b.width.max(1.0), b.height.max(1.0)),
                )
            })
            .collect();
        let curves = (0..graph.edges.len())
            .map(|n| {
                let path = layout.edges.get(n);
                let points: Vec<Pos2> = path.map_or_else(Vec::new, |path| {
                    path.points.iter().map(|p| pos2(p.x, p.y)).collect()
                });
                Curve::new(&points)
            })
            .collect();
        let labels = (0..graph.edges.len())
            .map(|n| {
                let path = layout.edges.get(n);
                path.map_or(Pos2::ZERO, |p| pos2(p.label.x, p.label.y))
            })
            .collect();
        let about = about(&report);
        Self {
            rows: rows(&picture),
            words: graph.nodes.iter().map(Words::of).collect(),
            curves,
            labels,
            node_names: graph.nodes.iter().map(|n| node_name(n, &about)).collect(),
            edge_names: graph.edges.iter().map(|e| edge_name(&graph, e)).collect(),
            order: crate::gui::canvas::walk::reading_order(&rects),
            links: graph.edges.iter().map(|e| (e.from, e.to)).collect(),
            rects,
            about,
            report,
            graph,
            picture,
        }
    }

    pub fn is_of(&self, model: &Model) -> bool {
        Arc::ptr_eq(&self.picture, &model.picture)
            && Arc::ptr_eq(&self.report, &model.analysis.report)
    }

    /// A principal of the whole graph for the screen reader.
    pub fn name_of(&self, n: usize) -> String {
        node_name(&self.picture.whole.nodes[n], &self.about)
    }

    /// A relation of the whole graph for the screen reader.
    pub fn name_of_edge(&self, e: usize) -> String {
        edge_name(&self.picture.whole, &self.picture.whole.edges[e])
    }
}

/// A row of the table: a relation, or a principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Row {
    Edge(usize),
    Node(usize),
}

/// What is shown of the whole graph, worst first.
fn rows(picture: &Picture) -> Vec<Row> {
    let graph = &picture.whole;
    let nodes = (0..graph.nodes.len()).filter(|n| picture.nodes[*n].is_some());
    let edges = (0..graph.edges.len()).filter(|e| picture.shows(*e));
    let mut rows: Vec<Row> = nodes.map(Row::Node).chain(edges.map(Row::Edge)).collect();
    rows.sort_by_key(|row| {
        std::cmp::Reverse(match row {
            Row::Node(n) => graph.nodes[*n].severity,
            Row::Edge(e) => graph.edges[*e].severity,
        })
    });
    rows
}

/// How many findings name a principal, by its label.
fn about(report: &Report) -> HashMap<String, usize> {
    let mut about: HashMap<String, usize> = HashMap::new();
    for finding in &report.findings {
        for (n, label) in finding.path.iter().enumerate() {
            if !finding.path[..n].contains(label) {
                *about.entry(label.clone()).or_default() += 1;
            }
        }
    }
    about
}

fn findings_words(n: usize, worst: Option<Severity>) -> String {
    match (n, worst) {
        (0, None) => "no findings".into(),
        (0, Some(worst)) => format!("findings up to {}", worst.name()),
        (n, Some(worst)) => format!("{}, worst {}", counted(n, "finding"), worst.name()),
        (n, None) => counted(n, "finding"),
    }
}

fn node_name(node: &Node, about: &HashMap<String, usize>) -> String {
    let mut parts = vec![node.label.clone()];
    if let Some(fold) = &node.fold {
        parts.push("folded".to_owned());
        parts.push(node.detail.clone());
        if fold.within > 0 {
            parts.push(format!("{} within", counted(fold.within, "relation")));
        }
    } else {
        parts.push(node.kind.name().to_owned());
        if !node.detail.is_empty() && node.detail != node.kind.name() {
            parts.push(node.detail.clone());
        }
    }
    parts.push(counted(node.hops.len(), "token"));
    let about = about.get(&node.label).copied().unwrap_or(0);
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
        match edge.relation {
            Relation::Issued => "issues tokens to",
            other => other.name(),
        },
        label(edge.to),
        counted(edge.hops.len(), "token"),
        findings_words(edge.findings.len(), edge.severity)
    );
    if edge.count > 1 {
        let _ = write!(name, ", {} relations", edge.count);
    } else if let Some(note) = &edge.note {
        name.push_str(", ");
        name.push_str(note);
    }
    name
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::principal::NodeKind;

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
            standings: Vec::new(),
            rank: 0,
            fold: None,
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
                    count: 1,
                },
                Edge {
                    from: 2,
                    to: 1,
                    relation: Relation::Issued,
                    severity: None,
                    hops: vec![1],
                    note: None,
                    findings: vec![],
                    count: 1,
                },
            ],
        }
    }

    #[test]
    fn names_say_what_the_picture_shows() {
        let graph = sketch();
        assert_eq!(
            node_name(&graph.nodes[0], &HashMap::new()),
            "alice, person, current actor, 2 tokens, no findings"
        );
        assert_eq!(
            edge_name(&graph, &graph.edges[0]),
            "alice delegates to planner, 1 token, 1 finding, worst high, payments:initiate added"
        );
    }
}
