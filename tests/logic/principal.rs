//! The graph of principals, and its layout.
#![allow(clippy::unwrap_used, clippy::panic, clippy::needless_pass_by_value)] // builders of tests

use std::sync::Arc;

use delegraph::{
    evidence::{Evidence, Hop},
    principal::{
        Edge, Graph, Node, NodeKind, Relation, graph,
        layout::{self, Box2, Layout, Point},
    },
    report,
    risk::{self, Severity},
    token::Token,
};
use serde_json::{Value, json};

use super::fixtures::{asked_by, at_jwt, claims, hop, settings, token_with};

const PRACTICE: &str = "http://127.0.0.1:41873";

/// `act` at the practice server.
fn act(names: &[&str]) -> Value {
    names.iter().rev().fold(Value::Null, |inner, name| {
        let mut entry = json!({ "iss": PRACTICE, "sub": name });
        if !inner.is_null() {
            entry["act"] = inner;
        }
        entry
    })
}

fn practice(changes: Value) -> Token {
    let mut all = claims(json!({ "iss": PRACTICE, "cnf": null, "auth_time": 1_799_999_000 }));
    for (name, value) in changes.as_object().unwrap() {
        all[name] = value.clone();
    }
    token_with(&at_jwt(), &all)
}

fn may(name: &str) -> Value {
    json!({ "iss": PRACTICE, "sub": name })
}

/// As the practice server issues it: three exchanges with actor tokens.
pub fn sample(risky: bool) -> Evidence {
    let agents = ["planner", "researcher", "payments-agent"];
    let (scopes, audiences) = (
        [
            "accounts:read documents:read payments:initiate",
            if risky {
                "documents:read"
            } else {
                "documents:read payments:initiate"
            },
            "payments:initiate",
        ],
        ["accounts-api", "documents-api", "payments-api"],
    );
    let mut hops = vec![hop(
        "alice",
        practice(json!({
            "client_id": "workbench", "may_act": may("planner"),
            "scope": "accounts:read documents:read payments:read payments:initiate",
        })),
        None,
    )];
    for n in 0..3 {
        let actors: Vec<&str> = agents[..=n].iter().rev().copied().collect();
        let mut changes = json!({
            "client_id": agents[n], "scope": scopes[n], "aud": audiences[n],
            "act": act(if risky { &actors[..1] } else { &actors }),
            "jti": format!("j{n}"),
        });
        if let Some(next) = agents.get(n + 1) {
            changes["may_act"] = may(if risky && n == 0 { "reporter" } else { next });
        }
        if risky {
            changes["exp"] =
                json!(super::fixtures::NOW + 240 + 300 * (i64::try_from(n).unwrap() + 1));
        }
        let mut own = hop(
            &format!("{} token", agents[n]),
            practice(
                json!({ "sub": agents[n], "client_id": agents[n], "aud": PRACTICE, "scope": "profile" }),
            ),
            None,
        );
        own.supporting = true;
        let parent = if n == 0 { 0 } else { hops.len() - 1 };
        hops.push(own);
        let mut exchanged: Hop = hop(agents[n], practice(changes), Some(parent));
        let mut asked = asked_by(agents[n], &[audiences[n]]);
        let actor = practice(json!({ "sub": agents[n], "client_id": agents[n], "aud": PRACTICE }));
        asked.actor_token = Some(Arc::new(actor));
        exchanged.exchange = Some(asked);
        hops.push(exchanged);
    }
    Evidence {
        hops,
        ..Evidence::default()
    }
}

pub fn drawn(evidence: &Evidence) -> (Graph, Layout) {
    let report = risk::evaluate(evidence, &settings());
    let graph = graph::build(evidence, &report);
    let layout = layout::layout(&graph);
    (graph, layout)
}

/// Where pictures of the tests lie, for people to look at.
fn picture(name: &str, graph: &Graph, layout: &Layout) {
    for (theme, suffix) in [
        (report::graph::Theme::Dark, "dark"),
        (report::graph::Theme::Light, "light"),
    ] {
        let png = report::graph::png_in(graph, layout, theme).unwrap();
        assert!(png.starts_with(b"\x89PNG"));
        let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
        std::fs::write(path.join(format!("{name}-{suffix}.png")), png).unwrap();
    }
}

fn in_words(graph: &Graph) -> String {
    let mut out = String::new();
    for node in &graph.nodes {
        out.push_str(&format!(
            "{} [{}] {} rank {} {}\n",
            node.label,
            node.kind.name(),
            node.detail,
            node.rank,
            node.severity.map_or("-", Severity::name)
        ));
    }
    for edge in &graph.edges {
        out.push_str(&format!(
            "{} {} {} {:?} {} {}\n",
            graph.nodes[edge.from].label,
            edge.relation.name(),
            graph.nodes[edge.to].label,
            edge.hops,
            edge.severity.map_or("-", Severity::name),
            edge.note.as_deref().unwrap_or("")
        ));
    }
    out
}

#[test]
fn the_sample_chain() {
    let (graph, layout) = drawn(&sample(false));
    picture("sample", &graph, &layout);
    insta::assert_snapshot!("sample", in_words(&graph));
}

#[test]
fn the_risky_chain() {
    let (graph, layout) = drawn(&sample(true));
    picture("risky", &graph, &layout);
    insta::assert_snapshot!("risky", in_words(&graph));
}

/// A graph straight from a list: names with kind letters, relations with letters.
fn drawing(nodes: &[(&str, NodeKind, usize)], edges: &[(usize, usize, Relation)]) -> Graph {
    Graph {
        nodes: nodes
            .iter()
            .map(|(name, kind, rank)| Node {
                id: format!("{}||{name}", kind.name()),
                kind: *kind,
                label: (*name).into(),
                detail: kind.name().into(),
                iss: None,
                severity: None,
                hops: Vec::new(),
                standings: Vec::new(),
                rank: *rank,
                fold: None,
            })
            .collect(),
        edges: edges
            .iter()
            .map(|(from, to, relation)| Edge {
                from: *from,
                to: *to,
                relation: *relation,
                severity: None,
                hops: Vec::new(),
                note: None,
                findings: Vec::new(),
                count: 1,
            })
            .collect(),
    }
}

/// Several people, each with branching agents, shared audiences, two issuers, keys.
fn forty() -> Graph {
    use NodeKind::{Agent, Audience, AuthorizationServer, Key, Person};
    use Relation::{Delegates, Holds, Issued, MayAct, Reaches};
    let names: Vec<String> = (0..40).map(|n| format!("worker-{n}")).collect();
    let mut nodes: Vec<(&str, NodeKind, usize)> = Vec::new();
    let mut edges = Vec::new();
    let audiences = [
        "crm-api",
        "mail-api",
        "https://files.example.com/v2",
        "search-api",
        "payments-api",
        "ledger",
    ];
    for aud in audiences {
        nodes.push((aud, Audience, 4));
    }
    nodes.push(("https://as.example.com", AuthorizationServer, 0));
    nodes.push(("https://login.partner.example", AuthorizationServer, 0));
    for (p, person) in ["alice", "bob", "carol", "dan", "erin"]
        .into_iter()
        .enumerate()
    {
        let root = nodes.len();
        nodes.push((person, Person, 0));
        edges.push((6, root, Issued));
        let planner = nodes.len();
        nodes.push((&names[p * 5], Agent, 1));
        edges.push((root, planner, Delegates));
        edges.push((6 + p % 2, planner, Issued));
        for b in 0..(2 + p % 2) {
            let worker = nodes.len();
            nodes.push((&names[p * 5 + 1 + b], Agent, 2));
            edges.push((planner, worker, Delegates));
            edges.push((worker, (p + b) % 6, Reaches));
            edges.push((6, worker, Issued));
            if b == 1 {
                edges.push((root, worker, MayAct));
                let key = nodes.len();
                nodes.push(("0ZcO\u{2026}u4I", Key, 2));
                edges.push((worker, key, Holds));
            }
        }
        edges.push((planner, (p + 3) % 6, Reaches));
    }
    let mut graph = drawing(&nodes, &edges);
    graph.nodes[9].severity = Some(Severity::High);
    graph.edges[3].severity = Some(Severity::Critical);
    graph.edges[3].note = Some("files:write added".into());
    graph
}

#[test]
fn forty_principals() {
    let graph = forty();
    let layout = layout::layout(&graph);
    picture("forty", &graph, &layout);
    sound(&graph, &layout);
}

#[test]
fn long_names_and_circles() {
    use NodeKind::{Agent, Audience, AuthorizationServer, Client, Key, Person, Service};
    use Relation::{Delegates, Holds, Issued, MayAct, Reaches, UsesClient};
    let graph = drawing(
        &[
            (
                "alice.with.a.very.long.name@department.of.long.names.example.com",
                Person,
                0,
            ),
            (
                "https://planner.agents.example.com/instances/7f3c1a52-0001",
                Agent,
                1,
            ),
            (
                "spiffe://production.example.com/ns/agents/sa/researcher",
                Service,
                2,
            ),
            ("b", Agent, 3),
            (
                "https://api.example.com/v1/organisations/42/documents",
                Audience,
                4,
            ),
            ("x", Audience, 4),
            (
                "https://login.example.com/realms/a-realm-with-a-long-name",
                AuthorizationServer,
                0,
            ),
            ("0ZcO…u4I", Key, 2),
            ("web-app", Client, 0),
        ],
        &[
            (0, 1, Delegates),
            (1, 2, Delegates),
            (2, 3, Delegates),
            (3, 1, Delegates),
            (3, 4, Reaches),
            (3, 5, Reaches),
            (1, 5, Reaches),
            (6, 0, Issued),
            (6, 1, Issued),
            (6, 2, Issued),
            (6, 3, Issued),
            (2, 7, Holds),
            (0, 8, UsesClient),
            (0, 3, MayAct),
            (2, 6, Reaches),
        ],
    );
    let layout = layout::layout(&graph);
    picture("long", &graph, &layout);
    sound(&graph, &layout);
}

fn edges_of(b: &Box2) -> (f32, f32, f32, f32) {
    (
        b.centre.x - b.width / 2.0,
        b.centre.y - b.height / 2.0,
        b.centre.x + b.width / 2.0,
        b.centre.y + b.height / 2.0,
    )
}

fn inside(b: &Box2, at: Point) -> bool {
    let (left, top, right, bottom) = edges_of(b);
    at.x > left && at.x < right && at.y > top && at.y < bottom
}

/// What every layout must keep.
fn sound(graph: &Graph, layout: &Layout) {
    assert_eq!(layout.nodes.len(), graph.nodes.len());
    assert_eq!(layout.edges.len(), graph.edges.len());
    for (n, a) in layout.nodes.iter().enumerate() {
        let (al, at, ar, ab) = edges_of(a);
        assert!([al, at, ar, ab].iter().all(|v| v.is_finite()));
        for (m, b) in layout.nodes.iter().enumerate().skip(n + 1) {
            let (bl, bt, br, bb) = edges_of(b);
            let apart = ar <= bl || br <= al || ab <= bt || bb <= at;
            assert!(
                apart,
                "{:?} and {:?} overlap: {a:?}, {b:?}",
                graph.nodes[n], graph.nodes[m]
            );
        }
    }
    let (low, high) = layout.bounds;
    for (e, path) in layout.edges.iter().enumerate() {
        assert_eq!(path.points.len() % 3, 1, "whole cubics");
        assert!(
            path.points
                .iter()
                .all(|p| p.x.is_finite() && p.y.is_finite())
        );
        for (n, b) in layout.nodes.iter().enumerate() {
            assert!(
                !inside(b, path.label),
                "label of {e} in {}",
                graph.nodes[n].label
            );
        }
        assert!(path.label.x >= low.x && path.label.x <= high.x);
        assert!(path.label.y >= low.y && path.label.y <= high.y);
    }
}

/// A graph from numbers: any kinds, ranks and relations, self-loops and doubles included.
fn tangle(seed: u64, nodes: usize, edges: usize, ranks: usize) -> Graph {
    let mut state = seed | 1;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below.max(1) as u64).unwrap()
    };
    let relations = [
        Relation::Delegates,
        Relation::MayAct,
        Relation::Issued,
        Relation::Reaches,
        Relation::Holds,
        Relation::UsesClient,
    ];
    let names: Vec<String> = (0..nodes).map(|n| "n".repeat(1 + n % 40)).collect();
    let nodes: Vec<(&str, NodeKind, usize)> = names
        .iter()
        .map(|name| (name.as_str(), NodeKind::ALL[next(7)], next(ranks)))
        .collect();
    let edges: Vec<(usize, usize, Relation)> = (0..edges)
        .filter(|_| !nodes.is_empty())
        .map(|_| (next(nodes.len()), next(nodes.len()), relations[next(6)]))
        .collect();
    let mut graph = drawing(&nodes, &edges);
    for (n, edge) in graph.edges.iter_mut().enumerate() {
        if n % 5 == 0 {
            edge.note = Some("a note on the wire".into());
            edge.severity = Some(Severity::ALL[n % 4]);
        }
    }
    graph
}

#[test]
fn nothing_and_one() {
    let nothing = layout::layout(&Graph::default());
    assert_eq!(nothing, Layout::default());
    assert!(
        report::graph::png(&Graph::default(), &nothing)
            .unwrap()
            .starts_with(b"\x89PNG")
    );
    let one = drawing(
        &[("alice", NodeKind::Person, 0)],
        &[(0, 0, Relation::Delegates)],
    );
    let layout = layout::layout(&one);
    assert_eq!(layout.columns.len(), 1);
    assert_eq!(layout.columns[0].title, "Subject");
    sound(&one, &layout);
}

#[test]
fn any_graph_is_laid_out_soundly_and_the_same_each_time() {
    use proptest::prelude::*;
    proptest!(ProptestConfig::with_cases(96), |(seed in any::<u64>(), nodes in 0_usize..60, edges in 0_usize..120, ranks in 1_usize..6)| {
        let graph = tangle(seed, nodes, edges, ranks);
        let layout = layout::layout(&graph);
        sound(&graph, &layout);
        prop_assert_eq!(layout, layout::layout(&graph));
    });
}

#[test]
fn a_thousand_nodes_are_quick() {
    let graph = tangle(7, 1_000, 2_000, 12);
    let begin = tokio::time::Instant::now();
    let layout = layout::layout(&graph);
    let took = begin.elapsed();
    println!("layout of 1,000 nodes and 2,000 edges: {took:?}");
    sound(&graph, &layout);
    assert!(
        took.as_secs() < 60,
        "{took:?}: no work that grows with the square"
    );
}

#[test]
fn the_main_line_is_straight() {
    let (graph, layout) = drawn(&sample(false));
    let mut line = Vec::new();
    for (e, edge) in graph.edges.iter().enumerate() {
        if edge.relation == Relation::Delegates {
            line.push(layout.nodes[edge.from].centre.y);
            line.push(layout.nodes[edge.to].centre.y);
            let points = &layout.edges[e].points;
            assert!(
                points.iter().all(|p| (p.y - points[0].y).abs() < 0.5),
                "{points:?}"
            );
        }
    }
    assert_eq!(line.len(), 6);
    assert!(line.iter().all(|y| (y - line[0]).abs() < 0.5), "{line:?}");
    let titles: Vec<&str> = layout.columns.iter().map(|c| c.title.as_str()).collect();
    assert_eq!(
        titles,
        [
            "Subject",
            "First actor",
            "Second actor",
            "Current actor",
            "Audience"
        ]
    );
}

#[test]
fn no_wire_of_the_samples_runs_through_a_node() {
    for evidence in [sample(false), sample(true)] {
        let (graph, layout) = drawn(&evidence);
        for (e, edge) in graph.edges.iter().enumerate() {
            for n in 1..60 {
                let at = layout.edges[e].along(n as f32 / 60.0);
                for (b, place) in layout.nodes.iter().enumerate() {
                    assert!(
                        b == edge.from || b == edge.to || !inside(place, at),
                        "{} {} {} runs through {}",
                        graph.nodes[edge.from].label,
                        edge.relation.name(),
                        graph.nodes[edge.to].label,
                        graph.nodes[b].label
                    );
                }
            }
        }
    }
}

#[test]
fn an_audience_that_is_the_issuer_is_the_issuer() {
    let token = practice(json!({ "aud": PRACTICE }));
    let evidence = Evidence {
        hops: vec![hop("alice", token, None)],
        ..Evidence::default()
    };
    let (graph, _) = drawn(&evidence);
    assert!(graph.nodes.iter().all(|n| n.kind != NodeKind::Audience));
    let server = graph
        .nodes
        .iter()
        .position(|n| n.kind == NodeKind::AuthorizationServer)
        .unwrap();
    assert!(
        graph
            .edges
            .iter()
            .any(|e| e.relation == Relation::Reaches && e.to == server)
    );
}

#[test]
fn an_agent_that_is_addressed_is_one_node() {
    let asked =
        practice(json!({ "act": act(&["planner"]), "aud": "researcher", "client_id": "planner" }));
    let next =
        practice(json!({ "act": act(&["researcher", "planner"]), "client_id": "researcher" }));
    let evidence = Evidence {
        hops: vec![hop("a", asked, None), hop("b", next, Some(0))],
        ..Evidence::default()
    };
    let (graph, layout) = drawn(&evidence);
    let named = graph
        .nodes
        .iter()
        .filter(|n| n.label == "researcher")
        .count();
    assert_eq!(named, 1);
    let node = graph
        .nodes
        .iter()
        .find(|n| n.label == "researcher")
        .unwrap();
    assert_eq!(
        (node.kind, node.detail.as_str()),
        (NodeKind::Agent, "current actor · audience")
    );
    sound(&graph, &layout);
}

#[test]
fn names_of_two_issuers_are_two_principals() {
    let evidence = Evidence {
        hops: vec![
            hop("a", practice(json!({ "client_id": "app" })), None),
            hop(
                "b",
                practice(json!({ "iss": "https://b.example", "client_id": "app" })),
                None,
            ),
        ],
        ..Evidence::default()
    };
    let (graph, _) = drawn(&evidence);
    let people = graph
        .nodes
        .iter()
        .filter(|n| n.kind == NodeKind::Person)
        .count();
    assert_eq!(people, 2);
    let mut ids: Vec<&str> = graph.nodes.iter().map(|n| n.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), graph.nodes.len());
}

#[test]
fn keys_and_workloads() {
    let bound = practice(json!({
        "sub": "spiffe://example.org/agent", "client_id": null, "cnf": { "jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" },
    }));
    let evidence = Evidence {
        hops: vec![hop("a", bound, None)],
        ..Evidence::default()
    };
    let (graph, _) = drawn(&evidence);
    let kinds: Vec<(NodeKind, &str)> = graph
        .nodes
        .iter()
        .map(|n| (n.kind, n.label.as_str()))
        .collect();
    assert!(
        kinds.contains(&(NodeKind::Service, "spiffe://example.org/agent")),
        "{kinds:?}"
    );
    assert!(
        kinds.contains(&(NodeKind::Key, "0ZcOCO…guA4I")),
        "{kinds:?}"
    );
}

#[test]
fn hidden_characters_in_names_are_shown() {
    let evidence = Evidence {
        hops: vec![hop("a", practice(json!({ "sub": "ali\u{202e}ce" })), None)],
        ..Evidence::default()
    };
    let (graph, _) = drawn(&evidence);
    assert!(graph.nodes.iter().any(|n| n.label == "ali\\u{202e}ce"));
}

mod folding;
mod kinds;
