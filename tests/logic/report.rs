//! Pictures and texts of the graph and of findings.
#![allow(clippy::unwrap_used, clippy::panic, clippy::needless_pass_by_value)] // builders of tests

use delegraph::{
    principal::{Graph, NodeKind, layout::layout},
    report::{finding, graph},
    risk,
};
use serde_json::{Value, json};

use super::{
    fixtures::{AS, agent, chain, hop, settings, user},
    principal::{drawn, sample},
};

/// A chain with names that try to break out of every format.
fn hostile() -> Graph {
    let name = "a\"]; x -> y [b</title><script>&#`|\\ \u{202e}\u{7}]]>--> end";
    let evidence = chain(vec![
        (None, user(json!({ "sub": name, "aud": name }))),
        (
            None,
            agent(
                &["planner"],
                "accounts:read",
                json!({ "sub": name, "act": { "iss": AS, "sub": name } }),
            ),
        ),
    ]);
    drawn(&evidence).0
}

#[test]
fn svg_is_xml_and_tells_severity_in_words() {
    let (g, layout) = drawn(&sample(true));
    let svg = graph::svg(&g, &layout);
    let tree = resvg::usvg::Tree::from_str(&svg, &resvg::usvg::Options::default()).unwrap();
    assert!(tree.size().width() > 600.0 && tree.size().height() > 300.0);
    for word in [
        "critical",
        "not in may_act",
        "payments:initiate added",
        "researcher",
        "SECOND ACTOR",
    ] {
        assert!(svg.contains(word), "{word}");
    }
    let dark = graph::svg_in(&g, &layout, graph::Theme::Dark);
    assert!(dark.contains("#0d1015") && svg.contains("#f3f4f6"));
}

#[test]
fn hostile_names_stay_names() {
    let g = hostile();
    let place = layout(&g);
    let svg = graph::svg(&g, &place);
    resvg::usvg::Tree::from_str(&svg, &resvg::usvg::Options::default()).unwrap();
    assert!(!svg.contains("<script"));
    assert!(graph::png(&g, &place).is_ok());
    let xml = graph::graphml(&g);
    // Any XML reader will do to see that it is well formed.
    let wrapped = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1\" height=\"1\">{}</svg>",
        xml.split_once("?>").unwrap().1
    );
    resvg::usvg::Tree::from_str(&wrapped, &resvg::usvg::Options::default()).unwrap();
    for (format, text) in [
        ("dot", graph::dot(&g)),
        ("mermaid", graph::mermaid(&g)),
        ("graphml", xml),
        ("svg", svg),
    ] {
        assert!(
            !text.contains('\u{202e}') && !text.contains('\u{7}'),
            "{format}"
        );
    }
    for line in graph::dot(&g).lines() {
        // Quotes that are not escaped come in pairs.
        let bare = line.replace("\\\\", "").replace("\\\"", "");
        assert_eq!(bare.matches('"').count() % 2, 0, "{line}");
    }
    for line in graph::mermaid(&g)
        .lines()
        .filter(|l| l.contains("planner") || l.contains("script"))
    {
        assert_eq!(line.matches('"').count(), 2, "{line}");
        let inner = line.split('"').nth(1).unwrap().replace("<br/>", "");
        assert!(!inner.contains(['<', '>', '`', '|', '[', ']']), "{line}");
    }
}

#[test]
fn text_formats() {
    let (g, _) = drawn(&sample(true));
    insta::assert_snapshot!("dot", graph::dot(&g));
    insta::assert_snapshot!("mermaid", graph::mermaid(&g));
    insta::assert_snapshot!("graphml", graph::graphml(&g));
}

#[test]
fn json_is_what_scripts_rely_on() {
    let (g, _) = drawn(&sample(true));
    let json = graph::json(&g);
    let nodes = json["nodes"].as_array().unwrap();
    let edges = json["edges"].as_array().unwrap();
    assert_eq!(nodes.len(), g.nodes.len());
    let ids: Vec<&Value> = nodes.iter().map(|n| &n["id"]).collect();
    for edge in edges {
        assert!(ids.contains(&&edge["from"]) && ids.contains(&&edge["to"]));
        assert!(edge["tokens"].is_array());
    }
    let added = edges
        .iter()
        .find(|e| e["note"] == "payments:initiate added")
        .unwrap();
    assert_eq!(
        (&added["relation"], &added["severity"]),
        (&json!("delegates to"), &json!("high"))
    );
    assert!(
        nodes
            .iter()
            .any(|n| n["kind"] == NodeKind::AuthorizationServer.name())
    );
}

#[test]
fn a_finding_as_markdown() {
    let evidence = sample(true);
    let report = risk::evaluate(&evidence, &settings());
    let finding = report
        .findings
        .iter()
        .find(|f| f.rule.id == "DG-410")
        .unwrap();
    insta::assert_snapshot!("finding", finding::markdown(finding, &evidence));
    let hostile = chain(vec![(
        None,
        user(json!({ "sub": "x`](http://e)<b>", "scope": "admin" })),
    )]);
    let report = risk::evaluate(&hostile, &settings());
    assert_eq!(report.findings[0].rule.id, "DG-306");
    let text = finding::markdown(&report.findings[0], &hostile);
    assert!(
        !text.contains("<b>") && !text.replace("\\]", "").contains("]("),
        "{text}"
    );
}

#[test]
fn lint_json() {
    let mut evidence = chain(vec![(None, user(json!({ "aud": null })))]);
    evidence
        .hops
        .push(hop("second", user(json!({ "exp": "never" })), None));
    let report = risk::evaluate(&evidence, &settings());
    let json = finding::json(&report, &evidence);
    let first = &json["findings"][0];
    assert_eq!(first["rule"], "DG-207");
    for member in [
        "severity",
        "title",
        "hop",
        "claim",
        "found",
        "expected",
        "source",
        "fix",
        "confidence",
    ] {
        assert!(!first[member].is_null(), "{member}");
    }
    let unknown = json["not_evaluable"].as_array().unwrap();
    assert!(
        unknown
            .iter()
            .any(|n| n["rule"] == "DG-203" && n["hop"] == 1 && n["why"].is_string())
    );
    assert_eq!(json["counts"]["high"], 1);
    assert_eq!(json["counts"]["not_evaluable"], unknown.len());
}
