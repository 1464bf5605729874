//! Rules 4xx: from hop to hop.

use super::*;

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
