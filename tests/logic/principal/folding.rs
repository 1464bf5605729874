//! Folding loses nothing, and what is looked at comes out of its fold.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use delegraph::{
    app::analysis::{Analysis, picture},
    principal::{
        Graph, NodeKind, Relation,
        fold::{By, Folding, automatic, fold},
        layout,
        picture::{Choice, Picture, Seen, When},
    },
    risk::Severity,
};
use proptest::prelude::*;

use super::{PRACTICE, act, drawing, drawn, hop, practice, sound, tangle};

/// A tangle whose principals belong to a few issuers and domains, some with findings.
fn varied(seed: u64, nodes: usize, edges: usize) -> Graph {
    let mut graph = tangle(seed, nodes, edges, 4);
    for (n, node) in graph.nodes.iter_mut().enumerate() {
        let at = n.wrapping_mul(7) ^ usize::try_from(seed % 13).unwrap();
        node.id = format!("{}-{n}", node.id);
        node.iss = [
            None,
            Some("https://as.one.example"),
            Some("https://two.example"),
        ][at % 3]
            .map(str::to_owned);
        if at % 4 == 0 {
            node.label = format!("https://api-{n}.host{}.example", at % 5);
        }
        node.hops = vec![n, n + 1];
        node.severity = (at % 6 == 0).then(|| Severity::ALL[at % 5]);
    }
    for (n, edge) in graph.edges.iter_mut().enumerate() {
        edge.hops = vec![n];
        edge.findings = if n % 3 == 0 { vec![n] } else { Vec::new() };
    }
    graph
}

fn ids(graph: &Graph) -> BTreeSet<String> {
    let own = |node: &delegraph::principal::Node| match &node.fold {
        Some(fold) => fold.members.clone(),
        None => vec![node.id.clone()],
    };
    graph.nodes.iter().flat_map(own).collect()
}

fn check(graph: &Graph, folding: &Folding) -> Graph {
    let folded = fold(graph, folding);
    let shown = &folded.graph;
    // Every principal stands somewhere, and once.
    assert_eq!(
        ids(shown),
        graph.nodes.iter().map(|n| n.id.clone()).collect()
    );
    let members = |n: &delegraph::principal::Node| n.fold.as_ref().map_or(1, |f| f.members.len());
    assert_eq!(
        shown.nodes.iter().map(members).sum::<usize>(),
        graph.nodes.len()
    );
    assert!(
        shown
            .nodes
            .iter()
            .all(|n| members(n) > 1 || n.fold.is_none())
    );
    let unique: BTreeSet<&String> = shown.nodes.iter().map(|n| &n.id).collect();
    assert_eq!(unique.len(), shown.nodes.len());
    // Every relation is drawn or lies within a fold; its severity, tokens and findings go with it.
    let drawn: usize = shown.edges.iter().map(|e| e.count).sum();
    let within: usize = shown
        .nodes
        .iter()
        .filter_map(|n| n.fold.as_ref())
        .map(|f| f.within)
        .sum();
    assert_eq!(drawn + within, graph.edges.len());
    for (edge, at) in graph.edges.iter().zip(&folded.edges) {
        let (from, to) = (folded.nodes[edge.from], folded.nodes[edge.to]);
        if let Some(at) = at {
            let there = &shown.edges[*at];
            assert_eq!(
                (there.from, there.to, there.relation),
                (from, to, edge.relation)
            );
            assert!(there.severity >= edge.severity);
            assert!(edge.hops.iter().all(|h| there.hops.contains(h)));
            assert!(edge.findings.iter().all(|f| there.findings.contains(f)));
        } else {
            assert_eq!(from, to);
            assert!(shown.nodes[from].severity >= edge.severity);
        }
    }
    for (node, at) in graph.nodes.iter().zip(&folded.nodes) {
        let there = &shown.nodes[*at];
        assert_eq!((there.kind, there.rank), (node.kind, node.rank));
        assert!(there.severity >= node.severity);
        assert!(node.hops.iter().all(|h| there.hops.contains(h)));
    }
    // Nothing is worse than what it is made of.
    let worst = |g: &Graph| {
        let nodes = g.nodes.iter().map(|n| n.severity);
        nodes.chain(g.edges.iter().map(|e| e.severity)).max()
    };
    assert_eq!(worst(shown), worst(graph));
    assert_eq!(folded, fold(graph, folding), "the same each time");
    folded.graph
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn nothing_is_lost(seed in any::<u64>(), nodes in 0_usize..120, edges in 0_usize..240) {
        let graph = varied(seed, nodes, edges);
        let whole = fold(&graph, &Folding::default());
        prop_assert_eq!(&whole.graph, &graph, "unfolded it is the original");
        for by in By::ALL {
            let mut folding = Folding { by: Some(by), ..Folding::default() };
            let closed = check(&graph, &folding);
            // Open one after the other until nothing is folded: then it is the original.
            let mut shown = closed;
            for _ in 0..1_000 {
                let Some(next) = shown.nodes.iter().find(|n| n.fold.is_some()) else { break };
                let (id, before) = (next.id.clone(), shown.nodes.len());
                folding.open.insert(id);
                shown = check(&graph, &folding);
                prop_assert!(shown.nodes.len() > before, "opening shows more");
            }
            prop_assert_eq!(&shown, &graph);
            // Who is looked at stands alone.
            if let Some(node) = graph.nodes.get(nodes / 2) {
                folding.open.clear();
                folding.apart.insert(node.id.clone());
                let shown = check(&graph, &folding);
                prop_assert!(shown.nodes.iter().any(|n| n == node));
            }
        }
    }

    #[test]
    fn a_folded_graph_is_laid_out_soundly(seed in any::<u64>(), nodes in 41_usize..150) {
        let graph = varied(seed, nodes, nodes * 2);
        let by = automatic(&graph);
        prop_assert!(by.is_some());
        let shown = check(&graph, &Folding { by, ..Folding::default() });
        sound(&shown, &layout::layout(&shown));
    }
}

#[test]
fn small_graphs_are_not_folded_and_large_ones_as_finely_as_can_be_read() {
    use NodeKind::{Agent, Person};
    let many = |people: usize, issuers: usize| {
        let names: Vec<String> = (0..people).map(|n| format!("person-{n}")).collect();
        let mut nodes: Vec<_> = names.iter().map(|n| (n.as_str(), Person, 0)).collect();
        nodes.push(("planner", Agent, 1));
        let edges: Vec<_> = (0..people)
            .map(|n| (n, people, Relation::Delegates))
            .collect();
        let mut graph = drawing(&nodes, &edges);
        for (n, node) in graph.nodes.iter_mut().enumerate() {
            node.iss = Some(format!("https://as{}.example", n % issuers));
        }
        graph
    };
    assert_eq!(automatic(&many(39, 3)), None);
    assert_eq!(automatic(&many(40, 3)), Some(By::Issuer));
    assert_eq!(automatic(&many(400, 80)), Some(By::Kind));
    let folded = check(
        &many(400, 3),
        &Folding {
            by: Some(By::Issuer),
            ..Folding::default()
        },
    );
    assert_eq!(folded.nodes.len(), 4, "three folds and the planner");
    assert_eq!(folded.nodes[0].label, "134 people");
    assert_eq!(folded.nodes[0].detail, "as0.example");
    let edge = &folded.edges[0];
    assert_eq!((edge.count, edge.note.as_deref()), (134, Some("134×")));
}

#[test]
fn only_the_wanted_tokens_make_the_graph() {
    let now = super::super::fixtures::NOW;
    let mut early = hop(
        "a",
        practice(serde_json::json!({ "exp": now - 500, "sub": "bob" })),
        None,
    );
    early.chain = Some("batch 1".into());
    let acting = practice(serde_json::json!({ "act": act(&["planner"]), "exp": now + 600 }));
    let late = hop("b", acting, None);
    let evidence = delegraph::evidence::Evidence {
        hops: vec![early, late],
        ..Default::default()
    };
    let (graph, _) = drawn(&evidence);
    let analysis = Analysis {
        now: jiff::Timestamp::from_second(now).unwrap(),
        graph: Arc::new(graph),
        evidence: Arc::new(evidence),
        ..Analysis::default()
    };
    let labels = |seen: &Seen| -> BTreeSet<String> {
        let picture = picture(&analysis, &Picture::default(), seen);
        picture
            .graph
            .nodes
            .iter()
            .map(|n| n.label.clone())
            .collect()
    };
    let has = |seen: &Seen, name: &str| labels(seen).contains(name);
    let mut seen = Seen::default();
    assert!(has(&seen, "bob") && has(&seen, "planner") && has(&seen, PRACTICE));
    seen.when = When::InForce;
    assert!(!has(&seen, "bob") && has(&seen, "planner"));
    seen.when = When::Expired;
    assert!(has(&seen, "bob") && !has(&seen, "planner"));
    seen.when = When::NotYet;
    assert!(labels(&seen).is_empty());
    seen.when = When::Any;
    seen.chain = Some("batch 1".into());
    assert!(has(&seen, "bob") && !has(&seen, "planner"));
    seen.chain = None;
    seen.issuers = false;
    assert!(!has(&seen, PRACTICE));
}

#[test]
fn a_picture_says_where_everything_has_gone() {
    let graph = Arc::new(varied(3, 90, 200));
    let analysis = Analysis {
        graph: Arc::clone(&graph),
        ..Analysis::default()
    };
    let seen = Seen {
        keys: true,
        clients: true,
        fold: Choice::By(By::Kind),
        ..Seen::default()
    };
    let picture = picture(&analysis, &Picture::default(), &seen);
    assert!(picture.nodes.iter().all(Option::is_some));
    assert!((0..graph.edges.len()).all(|e| picture.shows(e)));
    let mut sizes: BTreeMap<usize, usize> = BTreeMap::new();
    for at in picture.nodes.iter().flatten() {
        *sizes.entry(*at).or_default() += 1;
    }
    for (n, node) in picture.graph.nodes.iter().enumerate() {
        let members = node.fold.as_ref().map_or(1, |f| f.members.len());
        assert_eq!(sizes[&n], members, "{}", node.label);
        if node.fold.is_some() {
            assert_eq!(picture.members_of(&node.id).len(), members);
        }
    }
}
