//! What holds for all rules: order, severity in context, confidence, speed. What each of them says is in
//! the cases of its file.
#![allow(clippy::unwrap_used, clippy::panic, clippy::needless_pass_by_value)] // builders of tests

use delegraph::{
    evidence::{Evidence, Hop},
    risk::{self, Confidence, Report, Severity},
    token::{Token, validate::Signature},
};
use serde_json::{Value, json};

use super::fixtures::{
    AS, act, agent, at_jwt, chain, claims, evaluate, hop, settings, token_with, user, verdict,
};

/// The severity of a rule's first finding.
fn severity(report: &Report, rule: &str) -> Option<Severity> {
    let fired = report.findings.iter().find(|f| f.rule.id == rule);
    fired.map(|f| f.severity)
}

/// One token, alone.
fn one(token: Token) -> Evidence {
    chain(vec![(None, token)])
}

fn alone(changes: Value) -> Evidence {
    one(user(changes))
}

/// A user's token and an agent's made from it, the exchange seen.
fn pair(parent: Value, child: Value) -> Evidence {
    chain(vec![
        (None, user(parent)),
        (Some("planner"), agent(&["planner"], "accounts:read", child)),
    ])
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
        severity(&evaluate(&evidence), "DG-410")
    };
    assert_eq!(at(AS, "accounts:read"), Some(Severity::Critical));
    assert_eq!(at(local, "accounts:read"), Some(Severity::High));
    assert_eq!(at(local, "payments:initiate"), Some(Severity::Critical));
    let mut broken = alone(json!({ "iss": local }));
    broken.hops[0].verdict = Some(verdict(Signature::NoKey));
    assert_eq!(severity(&evaluate(&broken), "DG-113"), Some(Severity::Low));
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

/// One side without issuer altogether is compared by name.
#[test]
fn names_without_issuer_are_compared_with_little_confidence() {
    let nameless = json!({
        "iss": null,
        "act": { "sub": "researcher", "act": { "sub": "planner", "act": { "sub": "stranger" } } }
    });
    let token = |actors: &[&str], changes| agent(actors, "accounts:read", changes);
    let evidence = chain(vec![
        (None, token(&["planner", "analyst"], json!({}))),
        (None, token(&["researcher"], nameless)),
    ]);
    let report = evaluate(&evidence);
    let spliced = report
        .findings
        .iter()
        .find(|f| f.rule.id == "DG-407")
        .unwrap();
    assert_eq!(spliced.confidence, Confidence::Low);
}

#[test]
fn a_token_on_its_own_is_not_called_the_token_of_its_kind() {
    let message = |name: Option<&str>| {
        let mut evidence = alone(json!({ "iss": null }));
        let label = evidence.hops[0].token.kind.label();
        evidence.hops[0].name = name.unwrap_or(label).into();
        let report = risk::evaluate(&evidence, &settings());
        let found = report.findings.iter().find(|f| f.rule.id == "DG-201");
        found.unwrap().message.clone()
    };
    let alone = message(None);
    assert!(alone.starts_with("This token names no issuer"), "{alone}");
    let named = message(Some("planner"));
    assert!(
        named.starts_with("The token of planner names no issuer"),
        "{named}"
    );
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
