//! Rules 1xx to 3xx: one token.

use super::*;

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
    let by = |owner: KeyOwner| {
        let mut evidence = with(Some(Signature::Valid));
        let key = evidence.hops[0]
            .verdict
            .as_mut()
            .and_then(|v| v.key.as_mut());
        key.unwrap().owner = owner;
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
            ("valid, by a key given", by(KeyOwner::Given), Silent),
            (
                "valid, by a key that is not the issuer's",
                by(KeyOwner::Other),
                Fires(Severity::High),
            ),
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
                typed("example+jwt", json!({ "iss": null })),
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
