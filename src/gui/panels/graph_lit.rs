//! What of the graph is shown, and what of it stands out.

use std::collections::HashSet;

use super::{graph::State, graph_scene::Scene};
use crate::{
    app::{Model, session::Selection},
    principal::{Edge, Graph, NodeKind, Relation},
    risk::Severity,
};

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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{super::graph_scene::tests::sketch, *};

    #[test]
    fn hidden_kinds_hide_their_wires() {
        let graph = sketch();
        let mut state = State::default();
        assert!(shows_edge(&state, &graph, &graph.edges[1]));
        state.issuers = false;
        assert!(!shows_edge(&state, &graph, &graph.edges[1]));
        assert!(shows_edge(&state, &graph, &graph.edges[0]));
    }

    #[test]
    fn a_severity_filter_lights_the_bad_edge_and_its_ends() {
        let mut model = Model::default();
        let graph = Arc::new(sketch());
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
