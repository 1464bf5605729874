//! What of the graph is looked at: which tokens count, which kinds are shown, what is folded; laid out.

use std::{collections::BTreeSet, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{
    Graph, Node, NodeKind, Relation,
    fold::{self, By, Folding},
    graph,
    layout::{self, Layout},
};
use crate::{
    evidence::{Evidence, Hop},
    kit::clock::Timestamp,
    risk::{Finding, Report},
    token::claims::numeric_date,
};

/// Which tokens the graph is made of, by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum When {
    /// All of them.
    #[default]
    Any,
    /// Those that are in force at the clock's moment: after `nbf`, before `exp`.
    InForce,
    /// Those that have expired.
    Expired,
    /// Those that are not yet valid.
    NotYet,
}

impl When {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Any, Self::InForce, Self::Expired, Self::NotYet];

    /// On screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Any => "Any time",
            Self::InForce => "In force now",
            Self::Expired => "Expired",
            Self::NotYet => "Not yet valid",
        }
    }

    fn keeps(self, hop: &Hop, now: i64) -> bool {
        let expired = numeric_date(&hop.token, "exp").is_some_and(|exp| exp <= now);
        let early = numeric_date(&hop.token, "nbf").is_some_and(|nbf| nbf > now);
        match self {
            Self::Any => true,
            Self::InForce => !expired && !early,
            Self::Expired => expired,
            Self::NotYet => early,
        }
    }
}

/// How a graph is to be folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Choice {
    /// When it is large, as finely as can be read.
    #[default]
    Automatic,
    /// Whatever its size.
    By(By),
    /// Never.
    Whole,
}

/// What the user wants to see of the graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Authorization servers and what they issued.
    pub issuers: bool,
    /// Keys and who holds them.
    pub keys: bool,
    /// Clients and who uses them. One that holds a token itself is always shown.
    pub clients: bool,
    /// Tokens of this chain only, by [`Hop::chain`].
    pub chain: Option<String>,
    /// Tokens of this time only.
    pub when: When,
    /// How it is folded.
    pub fold: Choice,
    /// Folds that are open, by id.
    pub open: BTreeSet<String>,
    /// Principals that are looked at and so stand outside of their folds, by id.
    pub apart: BTreeSet<String>,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            issuers: true,
            keys: false,
            clients: false,
            chain: None,
            when: When::Any,
            fold: Choice::Automatic,
            open: BTreeSet::new(),
            apart: BTreeSet::new(),
        }
    }
}

impl Seen {
    fn shows(&self, relation: Relation) -> bool {
        match relation {
            Relation::Issued => self.issuers,
            Relation::Holds => self.keys,
            Relation::UsesClient => self.clients,
            Relation::Delegates | Relation::MayAct | Relation::Reaches => true,
        }
    }

    /// Whether only some tokens count.
    pub fn filters(&self) -> bool {
        self.chain.is_some() || self.when != When::Any
    }
}

/// The graph as it is looked at. Made once per change, never in a frame.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Picture {
    /// What was wanted.
    pub seen: Seen,
    /// By what it is folded in effect.
    pub by: Option<By>,
    /// The graph of the tokens that count, before anything was hidden or folded.
    pub whole: Arc<Graph>,
    /// What is drawn.
    pub graph: Arc<Graph>,
    /// Where.
    pub layout: Arc<Layout>,
    /// For each node of the whole graph the one that is drawn for it.
    pub nodes: Vec<Option<usize>>,
    /// For each edge of the whole graph the one that is drawn for it.
    pub edges: Vec<Option<usize>>,
}

impl Picture {
    /// Makes the picture of a graph. What `previous` has laid out is used again when it is the same.
    pub fn of(
        graph: &Arc<Graph>,
        (evidence, report): (&Evidence, &Report),
        now: Timestamp,
        seen: &Seen,
        previous: &Self,
    ) -> Self {
        let whole = if seen.filters() {
            let second = now.as_second();
            let keeps = |n: usize| {
                let hop = &evidence.hops[n];
                let own = seen.chain.is_none() || hop.chain == seen.chain;
                own && seen.when.keeps(hop, second)
            };
            Arc::new(graph::build_of(evidence, report, keeps))
        } else {
            Arc::clone(graph)
        };
        let mut picture = Self::unplaced(whole, seen);
        picture.layout = if picture.graph == previous.graph {
            picture.graph = Arc::clone(&previous.graph);
            Arc::clone(&previous.layout)
        } else {
            Arc::new(layout::layout(&picture.graph))
        };
        picture
    }

    /// As [`Picture::of`], before it is laid out.
    fn unplaced(whole: Arc<Graph>, seen: &Seen) -> Self {
        let (shown, nodes, edges) = shown(&whole, seen);
        let by = match seen.fold {
            Choice::Automatic => fold::automatic(&shown),
            Choice::By(by) => Some(by),
            Choice::Whole => None,
        };
        let folded = fold::fold(
            &shown,
            &Folding {
                by,
                open: seen.open.clone(),
                apart: seen.apart.clone(),
            },
        );
        Self {
            seen: seen.clone(),
            by,
            nodes: nodes
                .into_iter()
                .map(|n| n.map(|n| folded.nodes[n]))
                .collect(),
            edges: edges
                .into_iter()
                .map(|e| e.and_then(|e| folded.edges[e]))
                .collect(),
            graph: Arc::new(folded.graph),
            layout: Arc::default(),
            whole,
        }
    }

    /// The principals that a finding is about, in the whole graph: its path, and the ends of the relations
    /// that it is on.
    pub fn path_of(&self, finding: &Finding, n: usize) -> BTreeSet<usize> {
        let whole = &self.whole;
        let hop = |at: &usize| *at == finding.hop || Some(*at) == finding.parent;
        let named = (0..whole.nodes.len()).filter(|i| {
            let node = &whole.nodes[*i];
            finding.path.contains(&node.label) && node.hops.iter().any(hop)
        });
        let on = whole.edges.iter().filter(|e| e.findings.contains(&n));
        named.chain(on.flat_map(|e| [e.from, e.to])).collect()
    }

    /// The principals that a hop's token names, in the whole graph.
    pub fn named_by(&self, hop: usize) -> BTreeSet<usize> {
        let named = |n: &usize| self.whole.nodes[*n].hops.contains(&hop);
        (0..self.whole.nodes.len()).filter(named).collect()
    }

    /// Ids of those that stand in a fold.
    pub fn folded(&self, nodes: impl IntoIterator<Item = usize>) -> BTreeSet<String> {
        let in_fold = |n: &usize| {
            let drawn = self.nodes.get(*n).copied().flatten();
            drawn.is_some_and(|at| self.graph.nodes[at].fold.is_some())
        };
        nodes
            .into_iter()
            .filter(in_fold)
            .map(|n| self.whole.nodes[n].id.clone())
            .collect()
    }

    /// A node that is drawn, or one of the whole graph, by id.
    pub fn node(&self, id: &str) -> Option<&Node> {
        let by_id = |graph: &'_ Graph| graph.nodes.iter().position(|n| n.id == id);
        match by_id(&self.graph) {
            Some(at) => self.graph.nodes.get(at),
            None => self.whole.nodes.get(by_id(&self.whole)?),
        }
    }

    /// The principals of a fold, open or not, by its id.
    pub fn members_of(&self, id: &str) -> Vec<&Node> {
        let Some(by) = self.by.filter(|_| fold::is_fold(id)) else {
            return Vec::new();
        };
        let all = self.whole.nodes.iter().zip(&self.nodes);
        all.filter(|(_, drawn)| drawn.is_some())
            .map(|(node, _)| node)
            .filter(|n| fold::ids(n, by).iter().any(|own| own == id))
            .collect()
    }

    /// Whether a relation of the whole graph is shown, be it within a fold.
    pub fn shows(&self, e: usize) -> bool {
        self.edges.get(e).is_some_and(Option::is_some) || {
            let edge = &self.whole.edges[e];
            let (from, to) = (self.nodes[edge.from], self.nodes[edge.to]);
            from == to && from.is_some() && self.seen.shows(edge.relation)
        }
    }

    /// Ids of all folds that a principal can stand in, the outermost first.
    pub fn folds_of(&self, node: &Node) -> Vec<String> {
        self.by.map_or_else(Vec::new, |by| fold::ids(node, by))
    }

    /// The open fold that a principal came out of.
    pub fn open_fold_of(&self, node: &Node) -> Option<String> {
        let folding = Folding {
            by: self.by,
            open: self.seen.open.clone(),
            apart: BTreeSet::new(),
        };
        fold::open_fold_of(node, &folding)
    }
}

/// The graph without the kinds that are not shown, and for each node and edge where it has gone.
fn shown(graph: &Graph, seen: &Seen) -> (Graph, Vec<Option<usize>>, Vec<Option<usize>>) {
    // A client that holds a token is a party, not a means.
    let mut party = vec![false; graph.nodes.len()];
    for edge in &graph.edges {
        if edge.relation != Relation::UsesClient {
            party[edge.from] = true;
            party[edge.to] = true;
        }
    }
    let mut nodes = Vec::with_capacity(graph.nodes.len());
    let mut edges = Vec::with_capacity(graph.edges.len());
    let mut out = Graph::default();
    for (n, node) in graph.nodes.iter().enumerate() {
        let shows = match node.kind {
            NodeKind::AuthorizationServer => seen.issuers,
            NodeKind::Key => seen.keys,
            NodeKind::Client => seen.clients || party[n],
            _ => true,
        };
        nodes.push(shows.then_some(out.nodes.len()));
        if shows {
            out.nodes.push(node.clone());
        }
    }
    for edge in &graph.edges {
        let ends = (nodes[edge.from], nodes[edge.to]);
        let (Some(from), Some(to), true) = (ends.0, ends.1, seen.shows(edge.relation)) else {
            edges.push(None);
            continue;
        };
        edges.push(Some(out.edges.len()));
        out.edges.push(super::Edge {
            from,
            to,
            ..edge.clone()
        });
    }
    (out, nodes, edges)
}
