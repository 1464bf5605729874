//! Rules 5xx and 6xx: time and binding.

use super::*;

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
    let agents = |key: &str| json!({ "cnf": { "jkt": key } });
    table(
        "DG-604",
        vec![
            (
                "the agent has the client's key",
                pair(agents("one"), agents("one")),
                Fires(Severity::High),
            ),
            (
                "a key of its own",
                pair(agents("one"), agents("two")),
                Silent,
            ),
            (
                "it was issued to the same party",
                pair(
                    json!({ "client_id": "planner", "cnf": { "jkt": "one" } }),
                    agents("one"),
                ),
                Silent,
            ),
            (
                "bearer tokens",
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
    let two = |first: Value, second: Value| chain(vec![(None, user(first)), (None, user(second))]);
    table(
        "DG-605",
        vec![
            (
                "two clients, one key",
                two(
                    json!({ "client_id": "one", "cnf": { "jkt": "k" } }),
                    json!({ "client_id": "two", "cnf": { "jkt": "k" } }),
                ),
                Fires(Severity::High),
            ),
            (
                "one client, one key",
                two(
                    json!({ "client_id": "one", "cnf": { "jkt": "k" } }),
                    json!({ "client_id": "one", "cnf": { "jkt": "k" }, "jti": "other" }),
                ),
                Silent,
            ),
            (
                "DG-604 says it better",
                pair(agents("one"), agents("one")),
                Silent,
            ),
            ("opaque", one(opaque()), Unknown),
        ],
    );
}
