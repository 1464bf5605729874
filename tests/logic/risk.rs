//! For each rule: what fires, what does not, and what cannot be told.
#![allow(clippy::unwrap_used, clippy::panic, clippy::needless_pass_by_value)] // builders of tests

mod hops;
mod time;
mod token;

use std::sync::Arc;

use delegraph::{
    evidence::{Asked, Evidence, Hop},
    jose::b64,
    risk::{self, Confidence, Report, Settings, Severity, rules},
    token::{
        Token,
        decode::decode,
        validate::{KeyOwner, Signature},
    },
};
use serde_json::{Value, json};

use super::fixtures::{
    AS, NOW, act, agent, asked_by, at_jwt, chain, claims, compact, evaluate, hop, merge, settings,
    token_with, user, verdict,
};

/// What is expected of one rule.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Is {
    Fires(Severity),
    Silent,
    Unknown,
}
use Is::{Fires, Silent, Unknown};

fn outcome(report: &Report, rule: &str) -> Is {
    let fired = report.findings.iter().find(|f| f.rule.id == rule);
    let unknown = report.not_evaluable.iter().any(|n| n.rule == rule);
    match (fired, unknown) {
        (Some(f), _) => Fires(f.severity),
        (None, true) => Unknown,
        (None, false) => Silent,
    }
}

/// Checks one rule over cases: name, evidence, expectation. The rule must fire, be silent and be not
/// evaluable at least once each.
fn table(rule: &str, cases: Vec<(&str, Evidence, Is)>) {
    table_at(rule, &settings(), cases);
}

fn table_at(rule: &str, settings: &Settings, cases: Vec<(&str, Evidence, Is)>) {
    assert!(rules::rule(rule).is_some(), "{rule} has no texts");
    let mut seen = [false; 3];
    for (name, evidence, expected) in cases {
        let report = risk::evaluate(&evidence, settings);
        assert_eq!(
            outcome(&report, rule),
            expected,
            "{rule}, {name}: {:#?}",
            report
                .findings
                .iter()
                .map(|f| (f.rule.id, f.severity, &f.message))
                .collect::<Vec<_>>()
        );
        seen[match expected {
            Fires(_) => 0,
            Silent => 1,
            Unknown => 2,
        }] = true;
        for f in report.findings.iter().filter(|f| f.rule.id == rule) {
            assert!(
                !f.message.is_empty() && !f.found.is_empty(),
                "{rule}, {name}"
            );
            assert!(
                !f.expected.is_empty() && !f.claim.is_empty(),
                "{rule}, {name}"
            );
        }
    }
    assert_eq!(seen, [true; 3], "{rule}: fires, silent, not evaluable");
}

/// One token, alone.
fn one(token: Token) -> Evidence {
    chain(vec![(None, token)])
}

fn alone(changes: Value) -> Evidence {
    one(user(changes))
}

fn typed(typ: &str, changes: Value) -> Evidence {
    one(token_with(
        &json!({ "alg": "ES256", "typ": typ, "kid": "k1" }),
        &claims(changes),
    ))
}

fn opaque() -> Token {
    decode("opaque-token-without-structure-0123456789")
}

/// A user's token and an agent's made from it, the exchange seen.
fn pair(parent: Value, child: Value) -> Evidence {
    chain(vec![
        (None, user(parent)),
        (Some("planner"), agent(&["planner"], "accounts:read", child)),
    ])
}

/// Two hops of agents; `actors` of the last, which `by` presented, if that was seen.
fn third(actors: &[&str], by: Option<&str>, changes: Value) -> Evidence {
    let last = if actors.is_empty() {
        let mut all = json!({ "client_id": "researcher", "cnf": { "jkt": "key-of-researcher" } });
        merge(&mut all, changes);
        user(all)
    } else {
        agent(actors, "accounts:read", changes)
    };
    chain(vec![
        (None, user(json!({}))),
        (
            Some("analyst"),
            agent(&["analyst"], "accounts:read", json!({})),
        ),
        (
            Some("planner"),
            agent(&["planner", "analyst"], "accounts:read", json!({})),
        ),
        (by, last),
    ])
}

fn unseen(mut evidence: Evidence) -> Evidence {
    for hop in &mut evidence.hops {
        hop.exchange = None;
    }
    evidence
}

fn with_opaque_parent(mut evidence: Evidence) -> Evidence {
    let last = evidence.hops.len() - 1;
    evidence.hops[last - 1].token = Arc::new(opaque());
    evidence
}

#[test]
fn order_is_the_catalogues_then_the_hops() {
    let evidence = chain(vec![
        (None, user(json!({ "cnf": null, "jti": null }))),
        (
            Some("planner"),
            agent(
                &["planner"],
                "accounts:read mail:read",
                json!({ "cnf": null, "jti": null }),
            ),
        ),
    ]);
    let order: Vec<(&str, usize)> = evaluate(&evidence)
        .findings
        .iter()
        .map(|f| (f.rule.id, f.hop))
        .collect();
    assert_eq!(
        order,
        [
            ("DG-204", 0),
            ("DG-204", 1),
            ("DG-401", 1),
            ("DG-601", 0),
            ("DG-601", 1)
        ]
    );
}

#[test]
fn a_lab_lowers_and_payments_raise() {
    let local = "http://127.0.0.1:4000";
    let at = |iss: &str, scope: &str| {
        let act = json!({ "iss": iss, "sub": "planner" });
        let may_act = json!({ "iss": iss, "sub": "reporter" });
        let mut evidence = pair(
            json!({ "iss": iss, "may_act": may_act, "scope": scope }),
            json!({ "iss": iss, "act": act, "scope": scope }),
        );
        evidence.hops[1].exchange = None;
        outcome(&evaluate(&evidence), "DG-410")
    };
    assert_eq!(at(AS, "accounts:read"), Fires(Severity::Critical));
    assert_eq!(at(local, "accounts:read"), Fires(Severity::High));
    assert_eq!(at(local, "payments:initiate"), Fires(Severity::Critical));
    let mut broken = alone(json!({ "iss": local }));
    broken.hops[0].verdict = Some(verdict(Signature::NoKey));
    assert_eq!(outcome(&evaluate(&broken), "DG-113"), Fires(Severity::Low));
}

#[test]
fn supporting_tokens_get_no_rules_of_the_chain() {
    let mut evidence = chain(vec![(None, user(json!({})))]);
    let own = user(
        json!({ "sub": "planner", "client_id": "planner", "act": act(&["x", "y"]), "jti": null }),
    );
    let mut actor = hop("actor token", own, Some(0));
    actor.supporting = true;
    evidence.hops.push(actor);
    let report = evaluate(&evidence);
    let found: Vec<&str> = report.findings.iter().map(|f| f.rule.id).collect();
    assert_eq!(found, ["DG-204"]);
    assert!(
        report.not_evaluable.is_empty(),
        "{:?}",
        report.not_evaluable
    );
}

#[test]
fn unverified_caps_confidence_not_severity() {
    let mut evidence = pair(json!({}), json!({ "scope": "mail:read" }));
    let of = |evidence: &Evidence| {
        let report = evaluate(evidence);
        let f = report
            .findings
            .iter()
            .find(|f| f.rule.id == "DG-401")
            .unwrap();
        (f.severity, f.confidence)
    };
    assert_eq!(of(&evidence), (Severity::High, Confidence::Verified));
    evidence.hops[0].verdict = None;
    assert_eq!(of(&evidence), (Severity::High, Confidence::Decoded));
}

#[test]
fn a_thousand_tokens_are_quick() {
    let names: Vec<String> = (0..1_000).map(|n| format!("agent-{n}")).collect();
    let mut hops: Vec<Hop> = vec![hop("hop 0", user(json!({})), None)];
    for n in 1..1_000 {
        let from = n.min(40);
        let actors: Vec<&str> = names[n - from..n]
            .iter()
            .rev()
            .map(String::as_str)
            .collect();
        let token = agent(&actors, "accounts:read", json!({}));
        hops.push(hop(&format!("hop {n}"), token, Some(n - 1)));
    }
    let evidence = Evidence {
        hops,
        ..Evidence::default()
    };
    let begin = tokio::time::Instant::now();
    let report = evaluate(&evidence);
    let took = begin.elapsed();
    println!("rules over 1,000 tokens: {took:?}");
    assert!(
        report.findings.len() > 900,
        "all beyond the fourth are too deep"
    );
    assert!(
        took.as_secs() < 60,
        "{took:?}: no work that grows with the square"
    );
}

#[test]
fn nothing_that_a_token_says_makes_it_fall_over() {
    use proptest::prelude::*;
    let value = prop_oneof![
        Just(Value::Null),
        Just(json!(true)),
        any::<i64>().prop_map(|n| json!(n)),
        Just(json!(1e300)),
        ".{0,12}".prop_map(Value::from),
        Just(json!([])),
        Just(json!(["a", 1])),
        Just(json!({})),
        Just(json!({ "sub": "x", "act": { "sub": 1, "act": [] } })),
        Just(json!({ "jkt": "k" })),
    ];
    let names = [
        "iss",
        "sub",
        "aud",
        "exp",
        "iat",
        "nbf",
        "scope",
        "act",
        "may_act",
        "cnf",
        "client_id",
        "jti",
    ];
    let claim = (0..names.len(), value).prop_map(move |(n, v)| (names[n], v));
    let token = proptest::collection::vec(claim, 0..8);
    let tokens = proptest::collection::vec(token, 1..5);
    proptest!(ProptestConfig::with_cases(64), |(tokens in tokens)| {
        let evidence = Evidence::chain_of(tokens.into_iter().map(|changes| {
            let mut all = claims(json!({}));
            for (name, value) in changes {
                all[name] = value;
            }
            token_with(&at_jwt(), &all)
        }));
        let report = evaluate(&evidence);
        let graph = delegraph::principal::graph::build(&evidence, &report);
        let layout = delegraph::principal::layout::layout(&graph);
        prop_assert_eq!(layout.nodes.len(), graph.nodes.len());
        let svg = delegraph::report::graph::svg(&graph, &layout);
        prop_assert!(svg.ends_with("</svg>\n"));
    });
}
