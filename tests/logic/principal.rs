//! The graph of principals, and its layout.

use std::sync::Arc;

use delegraph::{
    chain::evidence::{Evidence, Hop},
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
    let mut all = claims(json!({ "iss": PRACTICE, "cnf": null }));
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
            if risky { "documents:read" } else { "documents:read payments:initiate" },
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
            changes["exp"] = json!(super::fixtures::NOW + 240 + 300 * (n as i64 + 1));
        }
        let mut own = hop(
            &format!("{} token", agents[n]),
            practice(json!({ "sub": agents[n], "client_id": agents[n], "aud": PRACTICE, "scope": "profile" })),
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
