//! For each rule: what fires, what does not, and what cannot be told.
#![allow(clippy::unwrap_used, clippy::panic, clippy::needless_pass_by_value)] // builders of tests

use std::sync::Arc;

use delegraph::{
    chain::evidence::{Asked, Evidence, Hop},
    jose::b64,
    risk::{self, Confidence, Report, Settings, Severity, registry},
    token::{Token, decode::decode, validate::Signature},
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
    assert!(registry::rule(rule).is_some(), "{rule} has no texts");
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
fn every_rule_has_texts_and_its_place() {
    let ids: Vec<&str> = registry::ALL.iter().map(|r| r.id).collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    assert_eq!(ids, sorted);
    assert_eq!(ids.len(), 35);
    for rule in registry::ALL {
        assert_eq!(registry::rule(rule.id), Some(rule));
        for text in [rule.title, rule.condition, rule.why, rule.source, rule.fix] {
            assert!(!text.is_empty(), "{}", rule.id);
        }
        assert!(
            !rule.title.ends_with('.') && rule.fix.ends_with('.'),
            "{}",
            rule.id
        );
    }
    assert_eq!(registry::rule("DG-999"), None);
}

#[test]
fn dg_101_unsigned() {
    let with = |alg: Value| {
        one(token_with(
            &json!({ "alg": alg, "typ": "at+jwt" }),
            &claims(json!({})),
        ))
    };
    let bare = compact(&at_jwt(), &claims(json!({})));
    let bare = bare.rsplit_once('.').unwrap().0;
    table(
        "DG-101",
        vec![
            ("none", with(json!("none")), Fires(Severity::Critical)),
            ("nOnE", with(json!("nOnE")), Fires(Severity::Critical)),
            (
                "signature empty",
                one(decode(&format!("{bare}."))),
                Fires(Severity::Critical),
            ),
            ("signed", with(json!("ES256")), Silent),
            ("no alg", with(Value::Null), Unknown),
            ("opaque", one(opaque()), Unknown),
        ],
    );
}

#[test]
fn dg_102_hmac() {
    let hs = |changes: Value, typ: &str| {
        one(token_with(
            &json!({ "alg": "HS256", "typ": typ, "kid": "k" }),
            &claims(changes),
        ))
    };
    let mut published = hs(json!({ "aud": AS }), "at+jwt");
    published.asymmetric_issuers.insert(AS.into());
    let no_alg = one(token_with(&json!({ "typ": "at+jwt" }), &claims(json!({}))));
    table(
        "DG-102",
        vec![
            (
                "receiver is another",
                hs(json!({}), "at+jwt"),
                Fires(Severity::High),
            ),
            ("issuer publishes keys", published, Fires(Severity::High)),
            (
                "issuer verifies itself",
                hs(json!({ "aud": AS }), "at+jwt"),
                Silent,
            ),
            (
                "client_secret_jwt",
                hs(
                    json!({ "iss": "app", "sub": "app" }),
                    "client-authentication+jwt",
                ),
                Silent,
            ),
            ("asymmetric", alone(json!({})), Silent),
            ("no aud", hs(json!({ "aud": null }), "at+jwt"), Unknown),
            ("no iss", hs(json!({ "iss": null }), "at+jwt"), Unknown),
            ("no alg", no_alg, Unknown),
        ],
    );
}

#[test]
fn dg_111_typ() {
    let spiffe = json!({ "sub": "spiffe://td.example/agent", "client_id": null });
    table(
        "DG-111",
        vec![
            ("JWT", typed("JWT", json!({})), Fires(Severity::Medium)),
            (
                "absent",
                one(token_with(&json!({ "alg": "ES256" }), &claims(json!({})))),
                Fires(Severity::Medium),
            ),
            (
                "logout token by shape",
                typed(
                    "JWT",
                    json!({ "events": { "http://schemas.openid.net/event/backchannel-logout": {} } }),
                ),
                Fires(Severity::Low),
            ),
            ("at+jwt", alone(json!({})), Silent),
            ("ID token", typed("JWT", json!({ "nonce": "n" })), Silent),
            ("JWT-SVID", typed("JWT", spiffe), Silent),
            ("opaque", one(opaque()), Unknown),
        ],
    );
}

#[test]
fn dg_113_signature() {
    let with = |signature: Option<Signature>| {
        let mut evidence = alone(json!({}));
        evidence.hops[0].verdict = signature.map(verdict);
        evidence
    };
    table(
        "DG-113",
        vec![
            (
                "invalid",
                with(Some(Signature::Invalid)),
                Fires(Severity::Critical),
            ),
            (
                "no key",
                with(Some(Signature::NoKey)),
                Fires(Severity::Medium),
            ),
            ("valid", with(Some(Signature::Valid)), Silent),
            ("unsupported", with(Some(Signature::Unsupported)), Unknown),
            ("not tried", with(None), Unknown),
        ],
    );
}

#[test]
fn dg_114_ambiguous_json() {
    let raw = |payload: &[u8]| {
        one(decode(&format!(
            "{}.{}.{}",
            b64::encode(at_jwt().to_string()),
            b64::encode(payload),
            b64::encode("s")
        )))
    };
    table(
        "DG-114",
        vec![
            (
                "member twice",
                raw(br#"{"sub":"alice","sub":"root"}"#),
                Fires(Severity::High),
            ),
            (
                "bidi",
                alone(json!({ "note": "a\u{202e}b" })),
                Fires(Severity::High),
            ),
            (
                "trailing data",
                raw(br#"{"sub":"alice"} {"sub":"root"}"#),
                Fires(Severity::High),
            ),
            (
                "not UTF-8",
                raw(b"{\"sub\":\"\xff\"}"),
                Fires(Severity::High),
            ),
            ("clean", alone(json!({})), Silent),
            ("not JSON for anybody", raw(b"hello"), Silent),
            ("opaque", one(opaque()), Unknown),
        ],
    );
}

#[test]
fn dg_201_to_204_missing_claims() {
    let svid =
        json!({ "sub": "spiffe://td.example/a", "client_id": null, "iss": null, "jti": null });
    table(
        "DG-201",
        vec![
            (
                "absent",
                alone(json!({ "iss": null })),
                Fires(Severity::High),
            ),
            ("there", alone(json!({})), Silent),
            ("JWT-SVID", typed("JWT", svid.clone()), Silent),
            (
                "transaction token",
                typed("txntoken+jwt", json!({ "iss": null })),
                Silent,
            ),
            (
                "kind unknown",
                typed("wit+jwt", json!({ "iss": null })),
                Unknown,
            ),
        ],
    );
    table(
        "DG-202",
        vec![
            (
                "absent",
                alone(json!({ "sub": null })),
                Fires(Severity::High),
            ),
            ("there", alone(json!({})), Silent),
            (
                "presenter is the issuer",
                typed("JWT", json!({ "sub": null })),
                Silent,
            ),
            ("opaque", one(opaque()), Unknown),
        ],
    );
    table(
        "DG-203",
        vec![
            (
                "bound",
                alone(json!({ "exp": null })),
                Fires(Severity::High),
            ),
            (
                "bearer",
                alone(json!({ "exp": null, "cnf": null })),
                Fires(Severity::Critical),
            ),
            ("there", alone(json!({})), Silent),
            (
                "DPoP proof",
                typed(
                    "dpop+jwt",
                    json!({ "exp": null, "htm": "GET", "htu": "https://a.example" }),
                ),
                Silent,
            ),
            ("not a number", alone(json!({ "exp": "tomorrow" })), Unknown),
        ],
    );
    table(
        "DG-204",
        vec![
            (
                "at+jwt",
                alone(json!({ "jti": null })),
                Fires(Severity::Medium),
            ),
            (
                "logout",
                typed("logout+jwt", json!({ "jti": null })),
                Fires(Severity::Medium),
            ),
            (
                "proof of a workload",
                typed("wpt+jwt", json!({ "jti": null })),
                Fires(Severity::Medium),
            ),
            ("there", alone(json!({})), Silent),
            ("JWT-SVID", typed("JWT", svid), Silent),
            ("opaque", one(opaque()), Unknown),
        ],
    );
}

#[test]
fn dg_211_and_212_malformed_actors() {
    table(
        "DG-211",
        vec![
            (
                "act is a string",
                alone(json!({ "act": "planner" })),
                Fires(Severity::High),
            ),
            (
                "no sub",
                alone(json!({ "act": { "iss": AS } })),
                Fires(Severity::High),
            ),
            (
                "sub is a number",
                alone(json!({ "may_act": { "sub": 7 } })),
                Fires(Severity::High),
            ),
            (
                "inner",
                alone(json!({ "act": { "sub": "b", "act": { "name": "a" } } })),
                Fires(Severity::High),
            ),
            (
                "well formed",
                alone(json!({ "act": act(&["b", "a"]) })),
                Silent,
            ),
            ("opaque", one(opaque()), Unknown),
        ],
    );
    table(
        "DG-212",
        vec![
            (
                "exp",
                alone(json!({ "act": { "sub": "a", "exp": NOW } })),
                Fires(Severity::Low),
            ),
            (
                "cnf inside",
                alone(json!({ "act": { "sub": "b", "act": { "sub": "a", "cnf": {} } } })),
                Fires(Severity::Low),
            ),
            (
                "identity only",
                alone(json!({ "act": act(&["b"]) })),
                Silent,
            ),
            ("opaque", one(opaque()), Unknown),
        ],
    );
}

#[test]
fn dg_301_303_306_target() {
    table(
        "DG-301",
        vec![
            (
                "absent",
                alone(json!({ "aud": null })),
                Fires(Severity::High),
            ),
            ("there", alone(json!({})), Silent),
            ("a number", alone(json!({ "aud": 7 })), Unknown),
        ],
    );
    let userinfo = format!("{AS}/userinfo");
    table(
        "DG-303",
        vec![
            (
                "two",
                alone(json!({ "aud": ["a", "b"] })),
                Fires(Severity::Medium),
            ),
            (
                "four",
                alone(json!({ "aud": ["a", "b", "c", "d"] })),
                Fires(Severity::High),
            ),
            ("one", alone(json!({ "aud": ["a"] })), Silent),
            (
                "API and userinfo",
                alone(json!({ "aud": ["a", userinfo] })),
                Silent,
            ),
            ("absent", alone(json!({ "aud": null })), Unknown),
        ],
    );
    let scope = |s: &str| alone(json!({ "scope": s }));
    table(
        "DG-306",
        vec![
            ("admin", scope("accounts:read admin"), Fires(Severity::High)),
            ("star", scope("*"), Fires(Severity::High)),
            ("write to all", scope("files:write"), Fires(Severity::High)),
            (
                "impersonation",
                scope("impersonation"),
                Fires(Severity::High),
            ),
            ("payments", scope("payments"), Fires(Severity::High)),
            ("plain", scope("accounts:read"), Silent),
            ("absent", alone(json!({ "scope": null })), Unknown),
        ],
    );
}

#[test]
fn dg_401_and_402_scope() {
    let child = |scope: &str| pair(json!({ "aud": AS }), json!({ "scope": scope }));
    table(
        "DG-401",
        vec![
            (
                "one more",
                child("accounts:read mail:read"),
                Fires(Severity::High),
            ),
            (
                "privileged",
                child("accounts:read admin"),
                Fires(Severity::Critical),
            ),
            // One step up for the payment.
            (
                "payment",
                child("payments:initiate"),
                Fires(Severity::Critical),
            ),
            ("narrower", child("accounts:read"), Silent),
            ("case counts", child("Accounts:read"), Fires(Severity::High)),
            (
                "child has none",
                pair(json!({}), json!({ "scope": null })),
                Unknown,
            ),
            (
                "parent has none",
                pair(json!({ "scope": null }), json!({})),
                Unknown,
            ),
        ],
    );
    let mut settings = settings();
    settings.scope_implies = vec![
        ("accounts".into(), "accounts:all".into()),
        ("accounts:all".into(), "accounts:read".into()),
    ];
    let report = risk::evaluate(
        &pair(
            json!({ "scope": "accounts" }),
            json!({ "scope": "accounts:read" }),
        ),
        &settings,
    );
    assert_eq!(
        outcome(&report, "DG-401"),
        Silent,
        "the user's hierarchy allows it"
    );
    table(
        "DG-402",
        vec![
            (
                "child",
                pair(json!({}), json!({ "scope": null })),
                Fires(Severity::Low),
            ),
            (
                "parent",
                pair(json!({ "scope": null }), json!({})),
                Fires(Severity::Low),
            ),
            ("both there", pair(json!({}), json!({})), Silent),
            (
                "opaque parent",
                with_opaque_parent(pair(json!({}), json!({}))),
                Unknown,
            ),
        ],
    );
}

#[test]
fn dg_403_audience() {
    let to = |aud: Value, asked: &[&str]| {
        let mut evidence = pair(json!({ "aud": "a" }), json!({ "aud": aud }));
        evidence.hops[1].exchange = Some(asked_by("planner", asked));
        evidence
    };
    table(
        "DG-403",
        vec![
            (
                "nobody asked",
                to(json!("c"), &["b"]),
                Fires(Severity::High),
            ),
            (
                "more than before",
                to(json!(["a", "b"]), &["b"]),
                Fires(Severity::High),
            ),
            (
                "more, unseen",
                unseen(to(json!(["a", "b"]), &[])),
                Fires(Severity::High),
            ),
            ("asked for", to(json!("b"), &["b"]), Silent),
            ("the same", unseen(to(json!("a"), &[])), Silent),
            ("request not seen", unseen(to(json!("b"), &[])), Unknown),
            (
                "child has none",
                pair(json!({}), json!({ "aud": null })),
                Unknown,
            ),
        ],
    );
}

#[test]
fn dg_404_to_407_actors() {
    let opaque = || {
        with_opaque_parent(third(
            &["researcher", "planner", "analyst"],
            None,
            json!({}),
        ))
    };
    let regular = || {
        third(
            &["researcher", "planner", "analyst"],
            Some("researcher"),
            json!({}),
        )
    };
    table(
        "DG-404",
        vec![
            (
                "none left",
                third(&[], Some("researcher"), json!({})),
                Fires(Severity::High),
            ),
            ("regular", regular(), Silent),
            ("opaque parent", opaque(), Unknown),
        ],
    );
    table(
        "DG-405",
        vec![
            (
                "flattened",
                third(&["researcher"], Some("researcher"), json!({})),
                Fires(Severity::High),
            ),
            (
                "one missing",
                third(&["researcher", "analyst"], Some("researcher"), json!({})),
                Fires(Severity::High),
            ),
            (
                "unseen",
                third(&["researcher", "analyst"], None, json!({})),
                Fires(Severity::High),
            ),
            (
                "reduced by profile",
                third(
                    &["researcher"],
                    Some("researcher"),
                    json!({ "actp": "actor-only" }),
                ),
                Fires(Severity::Info),
            ),
            ("regular", regular(), Silent),
            (
                "malformed",
                third(&["researcher"], None, json!({ "act": "x" })),
                Unknown,
            ),
        ],
    );
    table(
        "DG-406",
        vec![
            (
                "swapped",
                third(
                    &["researcher", "analyst", "planner"],
                    Some("researcher"),
                    json!({}),
                ),
                Fires(Severity::High),
            ),
            (
                "swapped, nobody new",
                third(&["analyst", "planner"], None, json!({})),
                Fires(Severity::High),
            ),
            ("regular", regular(), Silent),
            ("opaque parent", opaque(), Unknown),
        ],
    );
    table(
        "DG-407",
        vec![
            (
                "stranger inside",
                third(
                    &["researcher", "stranger", "analyst"],
                    Some("researcher"),
                    json!({}),
                ),
                Fires(Severity::Critical),
            ),
            (
                "two new, exchange seen",
                third(
                    &["researcher", "stranger", "planner", "analyst"],
                    Some("researcher"),
                    json!({}),
                ),
                Fires(Severity::Critical),
            ),
            ("regular", regular(), Silent),
            (
                "two new, exchange unseen",
                third(
                    &["researcher", "stranger", "planner", "analyst"],
                    None,
                    json!({}),
                ),
                Unknown,
            ),
        ],
    );
}

#[test]
fn dg_408_middleman() {
    let same = |changes: Value| third(&["planner", "analyst"], None, changes);
    table(
        "DG-408",
        vec![
            (
                "another client",
                same(json!({ "client_id": "proxy" })),
                Fires(Severity::Medium),
            ),
            (
                "another key",
                same(json!({ "cnf": { "jkt": "other" } })),
                Fires(Severity::Medium),
            ),
            ("renewed", same(json!({})), Silent),
            (
                "a certificate instead of a thumbprint is not compared",
                same(json!({ "cnf": { "x5t#S256": "hash" } })),
                Silent,
            ),
            (
                "neither known",
                same(json!({ "client_id": null, "cnf": null })),
                Unknown,
            ),
        ],
    );
}

#[test]
fn dg_409_subject() {
    let to = |changes: Value| pair(json!({ "aud": AS }), changes);
    table(
        "DG-409",
        vec![
            (
                "swapped",
                to(json!({ "sub": "bob" })),
                Fires(Severity::Critical),
            ),
            (
                "another issuer",
                to(json!({ "iss": "https://b.example.com" })),
                Fires(Severity::Medium),
            ),
            ("the same", to(json!({})), Silent),
            ("absent", to(json!({ "sub": null })), Unknown),
        ],
    );
    let aauth = chain(vec![
        (None, user(json!({}))),
        (
            None,
            token_with(
                &json!({ "alg": "ES256", "typ": "aa-auth+jwt" }),
                &claims(json!({ "sub": "bob" })),
            ),
        ),
    ]);
    assert_eq!(
        outcome(&evaluate(&aauth), "DG-409"),
        Silent,
        "AAuth has rules of its own"
    );
}

#[test]
fn dg_410_may_act() {
    let by = |may_act: Value| pair(json!({ "may_act": may_act }), json!({}));
    let named = |sub: &str| json!({ "iss": AS, "sub": sub });
    let nobody = {
        let mut evidence = pair(
            json!({ "may_act": named("planner") }),
            json!({ "act": null, "client_id": null }),
        );
        evidence.hops[1].exchange = None;
        evidence
    };
    table(
        "DG-410",
        vec![
            ("another", by(named("reporter")), Fires(Severity::Critical)),
            (
                "another, exchange unseen",
                unseen(by(named("reporter"))),
                Fires(Severity::Critical),
            ),
            (
                "same name elsewhere",
                by(json!({ "iss": "https://b", "sub": "planner" })),
                Fires(Severity::Critical),
            ),
            (
                "without iss",
                by(json!({ "sub": "planner" })),
                Fires(Severity::High),
            ),
            (
                "another without iss",
                by(json!({ "sub": "reporter" })),
                Fires(Severity::Critical),
            ),
            ("the one named", by(named("planner")), Silent),
            ("no may_act", pair(json!({}), json!({})), Silent),
            ("names nobody", by(json!({})), Unknown),
            ("presenter unknown", nobody, Unknown),
        ],
    );
}

#[test]
fn dg_412_and_413_who_acts() {
    let bare = |client: Value, exchange: Option<Asked>| {
        let mut evidence = pair(json!({}), json!({ "act": null, "client_id": client }));
        evidence.hops[1].exchange = exchange;
        evidence
    };
    let client_only = |id: &str| Asked {
        client_id: Some(id.into()),
        ..Asked::default()
    };
    table(
        "DG-412",
        vec![
            (
                "actor token sent",
                bare(json!("planner"), Some(asked_by("planner", &[]))),
                Fires(Severity::High),
            ),
            (
                "client only",
                bare(json!("planner"), Some(client_only("planner"))),
                Fires(Severity::High),
            ),
            (
                "by client_id of the token",
                bare(json!("planner"), None),
                Fires(Severity::High),
            ),
            (
                "the user's own client",
                bare(json!("app"), Some(client_only("app"))),
                Silent,
            ),
            ("delegated", pair(json!({}), json!({})), Silent),
            ("nobody known", bare(Value::Null, None), Unknown),
        ],
    );
    let acting = |by: Option<Asked>| {
        let mut evidence = pair(json!({}), json!({}));
        evidence.hops[1].exchange = by;
        evidence
    };
    let opaque_actor = Asked {
        actor_token_sent: true,
        ..client_only("planner")
    };
    table(
        "DG-413",
        vec![
            (
                "actor token of another",
                acting(Some(asked_by("researcher", &[]))),
                Fires(Severity::Critical),
            ),
            (
                "client is another",
                acting(Some(client_only("researcher"))),
                Fires(Severity::Critical),
            ),
            ("the one sent", pair(json!({}), json!({})), Silent),
            ("the client", acting(Some(client_only("planner"))), Silent),
            ("exchange unseen", acting(None), Unknown),
            ("actor token opaque", acting(Some(opaque_actor)), Unknown),
        ],
    );
}

#[test]
fn dg_415_416_cycles_and_depth() {
    let with = |names: &[&str]| one(agent(names, "accounts:read", json!({})));
    let callback = chain(vec![
        (
            None,
            user(json!({ "sub": "planner", "client_id": "planner" })),
        ),
        (
            Some("planner"),
            agent(&["planner"], "accounts:read", json!({ "sub": "planner" })),
        ),
    ]);
    table(
        "DG-415",
        vec![
            ("twice", with(&["a", "b", "a"]), Fires(Severity::Medium)),
            (
                "three times",
                with(&["a", "b", "a", "a"]),
                Fires(Severity::High),
            ),
            (
                "subject of an earlier hop",
                callback,
                Fires(Severity::Medium),
            ),
            ("once each", with(&["a", "b"]), Silent),
            ("opaque", one(opaque()), Unknown),
        ],
    );
    table(
        "DG-416",
        vec![
            (
                "five",
                with(&["a", "b", "c", "d", "e"]),
                Fires(Severity::Medium),
            ),
            ("four", with(&["a", "b", "c", "d"]), Silent),
            ("opaque", one(opaque()), Unknown),
        ],
    );
}

#[test]
fn dg_419_428_ambiguous_and_unseen() {
    let two = json!({ "act": { "sub": "b", "act": { "iss": "https://b", "sub": "a" } } });
    table(
        "DG-419",
        vec![
            ("two issuers", alone(two), Fires(Severity::Medium)),
            (
                "one issuer",
                alone(json!({ "act": { "sub": "b" } })),
                Silent,
            ),
            (
                "a URI",
                alone(
                    json!({ "act": { "sub": "spiffe://td/b", "act": { "iss": "https://b", "sub": "a" } } }),
                ),
                Silent,
            ),
            ("opaque", one(opaque()), Unknown),
        ],
    );
    // One side without issuer altogether: compared by name, with little confidence.
    let mut evidence = third(&["researcher", "planner", "analyst"], None, json!({}));
    let nameless = json!({
        "iss": null,
        "act": { "sub": "researcher", "act": { "sub": "planner", "act": { "sub": "stranger" } } }
    });
    evidence.hops[3].token = Arc::new(agent(&["researcher"], "accounts:read", nameless));
    let report = evaluate(&evidence);
    assert_eq!(outcome(&report, "DG-419"), Fires(Severity::Medium));
    let spliced = report
        .findings
        .iter()
        .find(|f| f.rule.id == "DG-407")
        .unwrap();
    assert_eq!(spliced.confidence, Confidence::Low);

    table(
        "DG-428",
        vec![
            (
                "alone",
                one(agent(&["b", "a"], "accounts:read", json!({}))),
                Fires(Severity::Info),
            ),
            (
                "a gap",
                third(&["researcher", "x", "planner", "analyst"], None, json!({})),
                Fires(Severity::Info),
            ),
            ("no actors", alone(json!({})), Silent),
            ("opaque", one(opaque()), Unknown),
        ],
    );
}

#[test]
fn dg_501_to_503_time() {
    let ends = |p: Value, c: Value| pair(json!({ "exp": p }), json!({ "exp": c, "iat": NOW }));
    table(
        "DG-501",
        vec![
            (
                "a bit",
                ends(json!(NOW + 240), json!(NOW + 400)),
                Fires(Severity::Medium),
            ),
            (
                "more than twice",
                ends(json!(NOW + 240), json!(NOW + 600)),
                Fires(Severity::High),
            ),
            (
                "within the skew",
                ends(json!(NOW + 240), json!(NOW + 300)),
                Silent,
            ),
            (
                "parent has none",
                ends(Value::Null, json!(NOW + 300)),
                Unknown,
            ),
        ],
    );
    let lives = |s: i64| alone(json!({ "iat": NOW, "exp": NOW + s }));
    table(
        "DG-502",
        vec![
            ("over an hour", lives(3_601), Fires(Severity::Medium)),
            ("over a day", lives(86_401), Fires(Severity::High)),
            ("an hour", lives(3_600), Silent),
            (
                "transaction token",
                typed("txntoken+jwt", json!({ "iat": NOW, "exp": NOW + 301 })),
                Fires(Severity::Medium),
            ),
            (
                "by nbf",
                alone(json!({ "iat": null, "nbf": NOW, "exp": NOW + 4_000 })),
                Fires(Severity::Medium),
            ),
            ("no beginning", alone(json!({ "iat": null })), Unknown),
        ],
    );
    let mut settings = settings();
    settings.task_seconds = Some(100);
    table_at(
        "DG-503",
        &settings,
        vec![
            (
                "expired",
                alone(json!({ "exp": NOW - 60 })),
                Fires(Severity::Info),
            ),
            (
                "too little left",
                alone(json!({ "exp": NOW + 99 })),
                Fires(Severity::Medium),
            ),
            ("enough left", alone(json!({ "exp": NOW + 100 })), Silent),
            ("no exp", alone(json!({ "exp": null })), Unknown),
        ],
    );
}

#[test]
fn dg_601_602_binding() {
    let bearer = |changes: Value| {
        let mut all = json!({ "cnf": null });
        merge(&mut all, changes);
        alone(all)
    };
    table(
        "DG-601",
        vec![
            ("bearer", bearer(json!({})), Fires(Severity::Medium)),
            (
                "payment",
                bearer(json!({ "scope": "payments:initiate" })),
                Fires(Severity::High),
            ),
            (
                "long",
                bearer(json!({ "exp": NOW + 7_200 })),
                Fires(Severity::High),
            ),
            ("bound", alone(json!({})), Silent),
            (
                "transaction token",
                typed("txntoken+jwt", json!({ "cnf": null })),
                Silent,
            ),
            ("opaque", one(opaque()), Unknown),
        ],
    );
    let mut fapi = settings();
    fapi.fapi = true;
    let report = risk::evaluate(&bearer(json!({})), &fapi);
    assert_eq!(outcome(&report, "DG-601"), Fires(Severity::High));
    table(
        "DG-602",
        vec![
            (
                "dropped",
                pair(json!({}), json!({ "cnf": null })),
                Fires(Severity::High),
            ),
            ("kept", pair(json!({}), json!({})), Silent),
            (
                "never bound",
                pair(json!({ "cnf": null }), json!({ "cnf": null })),
                Silent,
            ),
            (
                "opaque parent",
                with_opaque_parent(pair(json!({}), json!({}))),
                Unknown,
            ),
        ],
    );
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
        took.as_millis() < 4_000,
        "{took:?} in a debug build, beside other tests"
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
