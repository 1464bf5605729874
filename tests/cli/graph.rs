//! `graph` in every format.

use serde_json::json;

use crate::harness::{NOW, Place, delegated, members};

fn place() -> Place {
    let place = Place::new();
    place.key("key.jwk", "ES256");
    place.write("token", place.sign("key.jwk", &delegated()));
    place
}

#[test]
fn the_json_graph_names_principals_and_relations() {
    let place = place();
    let document = place.json(0, &["graph", "--at", NOW, "token"]);
    assert_eq!(members(&document), ["nodes", "edges"]);
    let nodes = document["nodes"].as_array().unwrap();
    for label in ["alice", "planner", "researcher", "payments-api"] {
        assert!(
            nodes.iter().any(|n| n["label"] == label),
            "{label}: {document:#}"
        );
    }
    let ids: Vec<_> = nodes.iter().map(|n| &n["id"]).collect();
    for edge in document["edges"].as_array().unwrap() {
        for member in ["from", "to", "relation", "severity", "tokens"] {
            assert!(edge.get(member).is_some(), "{member}");
        }
        assert!(
            ids.contains(&&edge["from"]) && ids.contains(&&edge["to"]),
            "{edge}"
        );
    }
    let file = place.run(&["graph", "--format", "json", "token"]);
    let same: serde_json::Value = serde_json::from_str(&file.out).unwrap();
    assert_eq!(members(&same), ["nodes", "edges"]);
}

#[test]
fn text_formats_show_every_principal() {
    let place = place();
    for (format, start) in [
        ("svg", "<svg"),
        ("dot", "digraph"),
        ("mermaid", ""),
        ("graphml", "<?xml"),
    ] {
        let ran = place.run(&["graph", "--format", format, "token"]);
        assert_eq!(ran.status, 0, "{format}: {}", ran.err);
        assert!(
            ran.out.trim_start().starts_with(start),
            "{format}: {}",
            ran.out
        );
        for label in ["alice", "planner", "researcher", "payments-api"] {
            assert!(ran.out.contains(label), "{format}: {label}");
        }
    }
}

#[test]
fn a_file_gets_the_format_of_its_name() {
    let place = place();
    let ran = place.run(&["graph", "--out", "graph.png", "token"]);
    assert_eq!((ran.status, ran.out.as_str()), (0, ""), "{}", ran.err);
    let bytes = std::fs::read(place.path("graph.png")).unwrap();
    assert!(bytes.starts_with(b"\x89PNG\r\n\x1a\n"));
    assert!(bytes.len() > 2_000, "only {} bytes", bytes.len());

    let document = place.json(0, &["graph", "--out", "graph.svg", "token"]);
    assert_eq!(members(&document), ["nodes", "edges"]);
    assert!(place.read("graph.svg").contains("<svg"));
    let ran = place.run(&["graph", "--out", "missing/graph.svg", "token"]);
    assert_eq!(ran.status, 3, "{}", ran.err);
}

#[test]
fn names_cannot_break_a_picture() {
    let place = place();
    let mut claims = delegated();
    claims["sub"] = "</text><script>alert(1)</script>\"]; \u{202E}x".into();
    claims["act"] = json!({ "sub": "a|b\"c" });
    place.write("token", place.sign("key.jwk", &claims));
    for format in ["svg", "dot", "mermaid", "graphml"] {
        let ran = place.run(&["graph", "--format", format, "token"]);
        assert_eq!(ran.status, 0, "{format}: {}", ran.err);
        // In DOT a quoted string may hold any text; the others end up in a browser.
        let harmless = format == "dot" || !ran.out.contains("<script>");
        assert!(harmless, "{format}: {}", ran.out);
        assert!(!ran.out.contains('\u{202E}'), "{format}");
    }
}

#[test]
fn a_folded_graph_marks_its_folds_and_loses_nobody() {
    let place = place();
    let mut second = delegated();
    second["sub"] = json!("bob");
    place.write("second", place.sign("key.jwk", &second));
    let whole = place.json(0, &["graph", "--at", NOW, "token", "second"]);
    let folded = place.json(
        0,
        &["graph", "--at", NOW, "--fold", "kind", "token", "second"],
    );
    let people: Vec<_> = whole["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|n| n["kind"] == "principal")
        .map(|n| n["id"].clone())
        .collect();
    assert_eq!(people.len(), 2);
    let fold = folded["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|n| n["kind"] == "principal")
        .unwrap();
    assert_eq!(fold["label"], "2 principals");
    assert_eq!(fold["fold"]["members"], json!(people));
    assert_eq!(fold["fold"]["within"], 0);
    let edge = folded["edges"]
        .as_array()
        .unwrap()
        .iter()
        .find(|e| e["from"] == fold["id"] && e["relation"] == "delegates to")
        .unwrap();
    assert_eq!(edge["relations"], 2);
    assert!(
        whole["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .all(|n| n.get("fold").is_none())
    );
    let svg = place.run(&["graph", "--fold", "issuer", "token", "second"]);
    assert!(svg.out.contains("2 principals"), "{}", svg.out);
    assert_eq!(place.run(&["graph", "--fold", "colour", "token"]).status, 2);
}
