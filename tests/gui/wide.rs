//! One token with far more of something than anybody means: every view draws it as quickly as any.
#![allow(clippy::disallowed_methods)] // measures from outside

use std::time::{Duration, Instant};

use delegraph::{
    app::{
        Command,
        session::{Selection, View},
    },
    gui::shell::App,
    jose::b64,
};
use egui_kittest::{Harness, kittest::Queryable as _};
use serde_json::{Value, json};

use crate::rig::{settle, window};

fn compact(header: &Value, claims: &Value) -> String {
    let encode = |v: &Value| b64::encode(v.to_string());
    format!("{}.{}.{}", encode(header), encode(claims), "A".repeat(86))
}

fn with(name: &str, value: Value) -> String {
    let mut claims = json!({
        "iss": "https://as.example", "sub": "alice", "exp": 1_800_000_000, "client_id": "agent",
    });
    claims[name] = value;
    compact(&json!({"alg": "ES256", "typ": "at+jwt"}), &claims)
}

fn disclosures(count: usize) -> String {
    let all: Vec<String> = (0..count)
        .map(|n| b64::encode(json!([format!("salt-{n}"), format!("claim_{n}"), n]).to_string()))
        .collect();
    let digests: Vec<String> = all
        .iter()
        .map(|d| b64::encode(delegraph::jose::crypto::sha256(d.as_bytes())))
        .collect();
    let token = compact(
        &json!({"alg": "ES256", "typ": "dc+sd-jwt"}),
        &json!({"iss": "https://as.example", "vct": "card", "_sd": digests, "_sd_alg": "sha-256"}),
    );
    format!("{token}~{}~", all.join("~"))
}

fn wide() -> Vec<(&'static str, String)> {
    let text = |n: usize| Value::from(format!("entry {n}"));
    let detail = |n: usize| json!({"type": "payment_initiation", "instructedAmount": {"amount": n.to_string(), "currency": "EUR"}});
    let mut actor = json!({"sub": "agent-0"});
    for n in 1..60 {
        actor = json!({"sub": format!("agent-{n}"), "act": actor});
    }
    vec![
        ("aud", with("aud", (0..10_000).map(text).collect())),
        (
            "scope",
            with(
                "scope",
                (0..10_000)
                    .map(|n| format!("s{n} "))
                    .collect::<String>()
                    .into(),
            ),
        ),
        (
            "details",
            with("authorization_details", (0..2_000).map(detail).collect()),
        ),
        ("act", with("act", actor)),
        (
            "crit",
            compact(
                &json!({"alg": "ES256", "crit": (0..10_000).map(text).collect::<Value>()}),
                &json!({"sub": "alice"}),
            ),
        ),
        ("disclosures", disclosures(5_000)),
        ("members", {
            let all: serde_json::Map<String, Value> = (0..20_000)
                .map(|n| (format!("claim_{n}"), n.into()))
                .collect();
            compact(&json!({"alg": "ES256"}), &Value::Object(all))
        }),
    ]
}

#[test]
fn every_view_draws_a_wide_token_in_time() {
    for (what, text) in wide() {
        let mut harness = window(true, [1280.0, 800.0], vec![Command::Paste(text)]);
        let id = harness.state().model().session.token.expect(what);
        assert_eq!(harness.state().model().analysis.tokens.len(), 1, "{what}");
        for view in [View::Token, View::Graph, View::Compare, View::Forge] {
            harness.state_mut().push(Command::Show(view));
            settle(&mut harness);
            quick(&mut harness, &format!("{what}, {view:?}"));
        }
        // The inspector with the claim, and the text as JSON.
        for claim in [
            "/aud",
            "/scope",
            "/authorization_details",
            "/act",
            "header/crit",
            "/_sd",
        ] {
            let selection = Selection::Claim(id, claim.into());
            harness.state_mut().push(Command::Select(selection));
            settle(&mut harness);
            quick(&mut harness, &format!("{what}, {claim}"));
        }
        harness.state_mut().push(Command::Show(View::Token));
        settle(&mut harness);
        harness.get_by_label("JSON").click();
        settle(&mut harness);
        quick(&mut harness, &format!("{what}, JSON"));
    }
}

/// A frame in which nothing has changed takes what an ordinary token takes, in a debug build beside
/// other tests; drawing every entry would take seconds.
fn quick(harness: &mut Harness<'_, App>, what: &str) {
    let mut best = Duration::MAX;
    for _ in 0..8 {
        let began = Instant::now();
        harness.step();
        best = best.min(began.elapsed());
    }
    assert!(best < Duration::from_millis(150), "{what}: {best:?}");
    println!("{what}: {best:?}");
}

#[test]
fn of_very_many_audiences_the_first_are_drawn_and_the_others_counted() {
    let all: Value = (0..250)
        .map(|n| Value::from(format!("api-{n:03}")))
        .collect();
    let mut harness = window(
        true,
        [1280.0, 800.0],
        vec![Command::Paste(with("aud", all))],
    );
    harness.get_by_label("and 226 more");
    let graph = &harness.state().model().analysis.graph;
    let labels: Vec<&str> = graph.nodes.iter().map(|n| n.label.as_str()).collect();
    assert!(labels.contains(&"api-099") && !labels.contains(&"api-100"));
    assert!(labels.contains(&"150 more audiences"), "{labels:?}");
    harness.step();
}
