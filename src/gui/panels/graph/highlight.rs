//! What of the graph is shown, and what of it stands out.

use std::collections::HashSet;

use super::scene::Scene;
use crate::{
    app::{Model, session::Selection},
    principal::{Graph, Node, Relation, picture::Picture},
    risk::Severity,
    token::Kind,
};

/// What stands out: all else steps back. Nothing in it: nothing steps back.
#[derive(Debug, Default, Clone)]
pub(super) struct Highlight {
    pub nodes: HashSet<usize>,
    pub edges: HashSet<usize>,
    pub on: bool,
    /// Lit in the colour of a finding; else in the accent.
    pub severity: Option<Severity>,
}

impl Highlight {
    /// Whether a node steps back.
    pub fn dims_node(&self, n: usize) -> bool {
        self.on && !self.nodes.contains(&n)
    }
    /// Whether a wire steps back.
    pub fn dims_edge(&self, n: usize) -> bool {
        self.on && !self.edges.contains(&n)
    }
    /// What is lit of what is drawn: a fold is when one of its members is.
    pub fn drawn(&self, picture: &Picture) -> Self {
        let at = |all: &[Option<usize>], n: &usize| all.get(*n).copied().flatten();
        let nodes = self.nodes.iter();
        let edges = self.edges.iter();
        Self {
            nodes: nodes.filter_map(|n| at(&picture.nodes, n)).collect(),
            edges: edges.filter_map(|e| at(&picture.edges, e)).collect(),
            ..*self
        }
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

/// What of the whole graph stands out by the selection, by a finding that is `hinted` at, by the filters.
pub(super) fn highlighted(hinted: Option<usize>, model: &Model, scene: &Scene) -> Highlight {
    let graph = &scene.picture.whole;
    let mut lit = Highlight::default();
    let session = &model.session;
    let finding = hinted.or(match session.selection {
        Selection::Finding(n) => Some(n),
        _ => None,
    });
    if let Some(n) = finding {
        let Some(finding) = scene.report.findings.get(n) else {
            return lit;
        };
        lit.severity = Some(finding.severity);
        lit.edges = (0..graph.edges.len())
            .filter(|e| graph.edges[*e].findings.contains(&n))
            .collect();
        lit.nodes = scene.picture.path_of(finding, n).into_iter().collect();
        lit.on = !lit.nodes.is_empty();
        return lit;
    }
    if let Selection::Token(id) | Selection::Claim(id, _) = &session.selection
        && let Some(view) = model.analysis.tokens.get(id)
    {
        // A proof names a key alone: what it goes with is shown, else whoever holds tokens of that key.
        let proved = view.proves.and_then(|id| model.analysis.tokens.get(&id));
        let hop = proved.map_or(view.hop, |token| token.hop);
        lit.nodes = scene.picture.named_by(hop).into_iter().collect();
        let proof = view.token.kind == Kind::DpopProof && proved.is_none();
        lit.edges = (0..graph.edges.len())
            .filter(|e| {
                let edge = &graph.edges[*e];
                let held = proof && edge.relation == Relation::Holds;
                edge.hops.contains(&hop) || held && lit.nodes.contains(&edge.to)
            })
            .collect();
        lit.light_ends(graph);
        // Where nothing of it is drawn, all else would step back for nothing.
        let drawn = |n: &usize| scene.picture.nodes.get(*n).copied().flatten().is_some();
        lit.on = lit.nodes.iter().any(drawn);
        if lit.on {
            return lit;
        }
        lit = Highlight::default();
    }
    let words = session.filter.trim().to_lowercase();
    if session.at_least.is_some() || !words.is_empty() {
        lit.on = true;
        let named: Vec<bool> = graph.nodes.iter().map(|n| is_named(n, &words)).collect();
        let bad = |s: Option<Severity>| {
            session
                .at_least
                .is_none_or(|least| s.is_some_and(|s| s >= least))
        };
        lit.nodes = (0..graph.nodes.len())
            .filter(|n| named[*n] && bad(graph.nodes[*n].severity))
            .collect();
        lit.edges = (0..graph.edges.len())
            .filter(|e| {
                let edge = &graph.edges[*e];
                bad(edge.severity) && (named[edge.from] || named[edge.to])
            })
            .collect();
        if session.at_least.is_some() {
            lit.light_ends(graph);
        }
    }
    lit
}

/// Whether a principal is meant by the words of the search field, in small letters.
pub(super) fn is_named(node: &Node, words: &str) -> bool {
    words.is_empty()
        || node.label.to_lowercase().contains(words)
        || node.detail.to_lowercase().contains(words)
        || node.kind.name().contains(words)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{super::scene::tests::sketch, *};
    use crate::{
        app::analysis::{Analysis, picture},
        principal::picture::Seen,
    };

    #[test]
    fn a_severity_filter_lights_the_bad_edge_and_its_ends() {
        let mut model = Model::default();
        let graph = Arc::new(sketch());
        let analysis = Analysis {
            graph,
            ..Analysis::default()
        };
        let seen = Seen::default();
        model.picture = Arc::new(picture(&analysis, &Picture::default(), &seen));
        model.analysis = Arc::new(analysis);
        model.session.at_least = Some(Severity::High);
        let scene = Scene::of(&model);
        let lit = highlighted(None, &model, &scene);
        assert_eq!(lit.edges, HashSet::from([0]));
        assert_eq!(lit.nodes, HashSet::from([0, 1]));
        assert!(lit.dims_node(2) && lit.dims_edge(1));
        model.session.at_least = None;
        assert!(!super::highlighted(None, &model, &scene).on);
    }

    #[test]
    fn a_proof_lights_the_token_that_it_goes_with_or_the_holders_of_its_key() {
        use serde_json::json;

        use crate::{
            app::{
                analysis::{Input, analyse},
                token, update,
            },
            jose::{Alg, crypto},
            kit::{Env, clock::Clock},
            oauth::dpop::{About, Draft},
            token::craft,
        };
        let env = Env::system(Clock::System);
        let key = crypto::generate(&Alg::Es256, None).unwrap();
        let jkt = key.thumbprint().unwrap();
        let url = url::Url::parse("https://api.example/").unwrap();
        let mint = |claims: serde_json::Value| {
            craft::mint(&json!({ "typ": "at+jwt" }), &claims, &key, &Alg::Es256).unwrap()
        };
        let claims = json!({ "iss": "https://as", "sub": "alice", "aud": "api", "exp": 1 });
        let mut bound = claims.clone();
        bound["cnf"] = json!({ "jkt": jkt });
        bound["act"] = json!({ "sub": "planner" });
        let bound = mint(bound);
        let other = mint(json!({ "iss": "https://as", "sub": "bob", "aud": "other" }));
        let proof = |token: &str| {
            let about = About {
                method: "GET",
                url: &url,
                token: Some(token),
                nonce: None,
            };
            Draft::new(&key, &about, &env).unwrap().sign().unwrap()
        };
        let mut model = Model::default();
        for text in [&bound, &other, &proof(&bound), &proof("elsewhere")] {
            update(&mut model, token::Command::Paste(text.clone()), &env);
        }
        let analysis = Arc::new(analyse(&Input::of(&model, env.now), &Analysis::default()));
        model.picture = Arc::clone(&analysis.picture);
        model.analysis = analysis;
        let ids: Vec<_> = model.workspace.tokens.iter().map(|t| t.id).collect();
        let proves = |n: usize| model.analysis.tokens[&ids[n]].proves;
        assert_eq!((proves(2), proves(3)), (Some(ids[0]), None));
        let mut labels = |id| {
            model.session.selection = Selection::Token(id);
            let scene = Scene::of(&model);
            let lit = highlighted(None, &model, &scene);
            assert!(lit.on);
            let drawn = lit.drawn(&scene.picture);
            assert!(!drawn.nodes.is_empty(), "all would step back for nothing");
            let whole = &scene.picture.whole.nodes;
            let mut labels: Vec<String> =
                lit.nodes.iter().map(|n| whole[*n].label.clone()).collect();
            labels.sort();
            labels
        };
        assert_eq!(labels(ids[2]), labels(ids[0]));
        let holder = labels(ids[3]);
        assert!(holder.contains(&"planner".to_owned()), "{holder:?}");
        assert!(!holder.contains(&"bob".to_owned()), "{holder:?}");
    }
}
