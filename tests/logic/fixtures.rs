//! Tokens and chains that tests are made of, and the fixture chains of the risk catalogue.
#![allow(clippy::unwrap_used, clippy::panic, clippy::needless_pass_by_value)] // builders of tests

use std::sync::Arc;

use delegraph::{
    evidence::{
        Evidence, Hop, RequestedExchange,
        sent::{Scheme, Sent},
    },
    jose::b64,
    kit::clock::Timestamp,
    risk::{self, Report, Settings},
    token::{
        Token,
        decode::decode,
        validate::{KeyOwner, KeyUsed, Life, Signature, Verdict},
    },
};
use serde_json::{Map, Value, json};

/// The moment of all tests.
pub const NOW: i64 = 1_800_000_000;
pub const AS: &str = "https://as.example.com";

pub fn settings() -> Settings {
    Settings::at(Timestamp::from_second(NOW).unwrap())
}

/// A compact token with a signature that nobody checks.
pub fn compact(header: &Value, claims: &Value) -> String {
    let part = |v: &Value| b64::encode(v.to_string());
    format!(
        "{}.{}.{}",
        part(header),
        part(claims),
        b64::encode("signature")
    )
}

pub fn token_with(header: &Value, claims: &Value) -> Token {
    decode(&compact(header, claims))
}

/// An access token as RFC 9068 has it.
pub fn at_jwt() -> Value {
    json!({ "alg": "ES256", "typ": "at+jwt", "kid": "k1" })
}

/// Claims with nothing to find: changes are laid over them; `null` removes.
pub fn claims(changes: Value) -> Value {
    let mut all = json!({
        "iss": AS,
        "sub": "alice",
        "aud": "accounts-api",
        "client_id": "app",
        "scope": "accounts:read documents:read",
        "jti": "j1",
        "iat": NOW - 60,
        "exp": NOW + 240,
        "cnf": { "jkt": "key-of-app" },
    });
    lay_over(all.as_object_mut().unwrap(), changes);
    all
}

fn lay_over(all: &mut Map<String, Value>, changes: Value) {
    let Value::Object(changes) = changes else {
        panic!("changes are an object")
    };
    for (name, value) in changes {
        if value.is_null() {
            all.remove(&name);
        } else {
            all.insert(name, value);
        }
    }
}

/// Lays changes over changes: `null` stays, to remove later.
pub fn merge(into: &mut Value, changes: Value) {
    let Value::Object(changes) = changes else {
        panic!("changes are an object")
    };
    for (name, value) in changes {
        into[&name] = value;
    }
}

/// `act` of these actors, current first.
pub fn act(names: &[&str]) -> Value {
    names.iter().rev().fold(Value::Null, |inner, name| {
        let mut entry = json!({ "iss": AS, "sub": name });
        if !inner.is_null() {
            entry["act"] = inner;
        }
        entry
    })
}

pub fn user(changes: Value) -> Token {
    token_with(&at_jwt(), &claims(changes))
}

/// A token of an agent: narrowed, delegated, bound to the agent's key.
pub fn agent(actors: &[&str], scope: &str, changes: Value) -> Token {
    let name = actors[0];
    let mut all = json!({
        "client_id": name,
        "scope": scope,
        "jti": format!("j-{name}-{}", actors.len()),
        "iat": NOW - 30,
        "act": act(actors),
        "cnf": { "jkt": format!("key-of-{name}") },
    });
    merge(&mut all, changes);
    token_with(&at_jwt(), &claims(all))
}

pub fn hop(name: &str, token: Token, parent: Option<usize>) -> Hop {
    Hop {
        token_id: None,
        name: name.into(),
        token: Arc::new(token),
        verdict: Some(verdict(Signature::Valid)),
        parent,
        exchange: None,
        supporting: false,
        chain: Some("test".into()),
        sent: Some(Sent {
            scheme: Some(Scheme::Dpop),
            ..Sent::default()
        }),
    }
}

pub fn verdict(signature: Signature) -> Verdict {
    Verdict {
        signature,
        reason: "set by hand".into(),
        key: (signature == Signature::Valid).then(|| KeyUsed {
            kid: None,
            thumbprint: None,
            from: "JWKS of the issuer".into(),
            owner: KeyOwner::Issuer,
        }),
        key_problems: Vec::new(),
        remarks: Vec::new(),
        signatures: Vec::new(),
        claims_problems: Vec::new(),
        presentation_problems: Vec::new(),
        life: Life::Valid,
    }
}

/// An exchange with the actor's own token.
pub fn asked_by(agent: &str, targets: &[&str]) -> RequestedExchange {
    let own = json!({ "sub": agent, "client_id": agent, "aud": AS, "scope": null, "cnf": null });
    RequestedExchange {
        client_id: Some(agent.into()),
        actor_token: Some(Arc::new(user(own))),
        actor_token_sent: true,
        scope: None,
        targets: Some(targets.iter().map(|t| (*t).to_owned()).collect()),
    }
}

/// A chain: each hop made from the one before, by the agent named, for the audience in its token.
pub fn chain(hops: Vec<(Option<&str>, Token)>) -> Evidence {
    let hops = hops
        .into_iter()
        .enumerate()
        .map(|(n, (by, token))| {
            let aud: Vec<String> = delegraph::token::claims::audiences(&token)
                .unwrap_or_default()
                .into_iter()
                .collect();
            let aud: Vec<&str> = aud.iter().map(String::as_str).collect();
            let mut hop = hop(&format!("hop {n}"), token, n.checked_sub(1));
            hop.exchange = by.map(|by| asked_by(by, &aud));
            hop
        })
        .collect();
    Evidence {
        hops,
        ..Evidence::default()
    }
}

pub fn evaluate(evidence: &Evidence) -> Report {
    risk::evaluate(evidence, &settings())
}

/// Rules that fired, each once.
pub fn rules(report: &Report) -> Vec<&'static str> {
    let mut ids: Vec<&str> = report.findings.iter().map(|f| f.rule.id).collect();
    ids.dedup();
    ids
}

fn sound_user() -> Token {
    user(json!({ "aud": AS }))
}

fn expect(evidence: &Evidence, expected: &[&str]) -> Report {
    let report = evaluate(evidence);
    let found: Vec<String> = report
        .findings
        .iter()
        .map(|f| {
            format!(
                "{} {} {}: {}",
                f.hop,
                f.rule.id,
                f.severity.name(),
                f.message
            )
        })
        .collect();
    assert_eq!(rules(&report), expected, "{found:#?}");
    report
}

mod catalogue {
    use delegraph::{jose::Jwk, risk::Severity};

    use super::*;

    fn tool(scope: &str, changes: Value) -> Token {
        let mut all = json!({ "aud": "documents-api", "iat": NOW - 10 });
        merge(&mut all, changes);
        agent(&["tool", "agent"], scope, all)
    }

    fn first(changes: Value) -> Token {
        agent(&["agent"], "accounts:read documents:read", changes)
    }

    fn three(last: Token) -> Evidence {
        chain(vec![
            (None, sound_user()),
            (Some("agent"), first(json!({}))),
            (Some("tool"), last),
        ])
    }

    #[test]
    fn chain_1_all_narrowed_gives_nothing() {
        let report = expect(&three(tool("documents:read", json!({}))), &[]);
        assert_eq!(report.not_evaluable, []);
    }

    #[test]
    fn chain_2_extra_scope() {
        let report = expect(
            &three(tool("documents:read mail:read", json!({}))),
            &["DG-401"],
        );
        let finding = &report.findings[0];
        assert_eq!(finding.severity, Severity::High);
        assert_eq!(finding.found, "mail:read");
        assert_eq!((finding.hop, finding.parent), (2, Some(1)));
        assert_eq!(finding.path, ["alice", "agent", "tool", "documents-api"]);
        assert_eq!(finding.confidence, risk::Confidence::Verified);
    }

    #[test]
    fn chain_3_outlives_its_parent() {
        let subject = user(json!({ "aud": AS, "exp": NOW + 50, "iat": NOW - 60 }));
        let child = agent(
            &["agent"],
            "accounts:read",
            json!({ "iat": NOW, "exp": NOW + 50 + 3_550 }),
        );
        let report = expect(
            &chain(vec![(None, subject), (Some("agent"), child)]),
            &["DG-501"],
        );
        assert_eq!(report.findings[0].severity, Severity::High);
        assert!(report.findings[0].found.contains("59 min 10 s"));
    }

    #[test]
    fn chain_4_no_actor_token() {
        let no_actor = |client: &str| {
            let mut asked = asked_by(client, &["accounts-api"]);
            asked.actor_token = None;
            asked.actor_token_sent = false;
            Some(asked)
        };
        let bare = |client: &str| agent(&[client], "accounts:read", json!({ "act": null }));
        let mut impersonation = chain(vec![(None, sound_user()), (None, bare("agent"))]);
        impersonation.hops[1].exchange = no_actor("agent");
        expect(&impersonation, &["DG-412"]);

        let mut dropped = chain(vec![
            (None, sound_user()),
            (Some("agent"), first(json!({}))),
            (None, bare("tool")),
        ]);
        dropped.hops[2].exchange = no_actor("tool");
        expect(&dropped, &["DG-404"]);
    }

    #[test]
    fn chain_5_actor_joined_from_another_task() {
        let spliced = agent(
            &["stranger", "agent"],
            "accounts:read",
            json!({ "iat": NOW - 10 }),
        );
        let report = expect(
            &chain(vec![
                (None, sound_user()),
                (Some("agent"), first(json!({}))),
                (Some("tool"), spliced),
            ]),
            &["DG-407", "DG-413"],
        );
        assert!(
            report
                .findings
                .iter()
                .all(|f| f.severity == Severity::Critical)
        );
    }

    #[test]
    fn chain_6_a_b_a_b() {
        let mut hops = vec![(None, sound_user())];
        let mut actors: Vec<&str> = Vec::new();
        for name in ["a", "b", "a", "b"] {
            actors.insert(0, name);
            let bound = json!({ "cnf": { "jkt": format!("key-of-{name}") } });
            hops.push((Some(name), agent(&actors, "accounts:read", bound)));
        }
        let report = expect(&chain(hops), &["DG-415"]);
        assert_eq!(
            report.findings.iter().map(|f| f.hop).collect::<Vec<_>>(),
            [3, 4]
        );
        assert!(
            report
                .findings
                .iter()
                .all(|f| f.severity == Severity::Medium)
        );
    }

    #[test]
    fn chain_7_may_act_without_issuer_is_of_the_tokens_own() {
        // RFC 8693 §4.4 names no issuer of its own: it is that of the token, on both sides.
        let allowing = |may_act: Value| user(json!({ "aud": AS, "may_act": may_act }));
        let exchanged = |may_act: Value| {
            chain(vec![
                (None, allowing(may_act)),
                (Some("agent"), first(json!({}))),
            ])
        };
        expect(&exchanged(json!({ "sub": "agent" })), &[]);
        expect(&exchanged(json!({ "iss": AS, "sub": "agent" })), &[]);
        let report = expect(
            &exchanged(json!({ "iss": "https://other", "sub": "agent" })),
            &["DG-410"],
        );
        assert_eq!(report.findings[0].severity, Severity::Critical);
    }

    #[test]
    fn chain_9_grant_with_a_mapped_subject() {
        let other = "https://as.other.com";
        let grant = token_with(
            &json!({ "alg": "ES256", "typ": "oauth-id-jag+jwt", "kid": "k1" }),
            &claims(json!({ "aud": other, "cnf": null, "scope": "files:read" })),
        );
        let access = token_with(
            &at_jwt(),
            &claims(json!({
                "iss": other, "sub": "u-17", "aud": "https://files.other.com",
                "scope": "files:read", "exp": NOW + 3_000,
            })),
        );
        let mut evidence = chain(vec![(None, grant), (None, access)]);
        let mut asked = asked_by("app", &["https://files.other.com"]);
        asked.actor_token = None;
        asked.actor_token_sent = false;
        evidence.hops[1].exchange = Some(asked);
        let mut settings = settings();
        settings.links = vec![((AS.into(), "alice".into()), (other.into(), "u-17".into()))];
        let report = risk::evaluate(&evidence, &settings);
        assert_eq!(rules(&report), ["DG-409"]);
        assert_eq!(report.findings[0].severity, Severity::Info);
        // Without the declared link as well: whom a grant's subject is, its server says.
        let report = evaluate(&evidence);
        assert_eq!(rules(&report), ["DG-409"]);
        assert_eq!(report.findings[0].severity, Severity::Info);
    }

    #[test]
    fn chain_10_bound_parent_bearer_child() {
        expect(
            &three(tool("documents:read", json!({ "cnf": null }))),
            &["DG-602"],
        );
    }

    #[test]
    fn chain_13_hmac_with_the_public_key() {
        use delegraph::jose::{Alg, crypto, jws::Compact, pem};
        let key = crypto::generate(&Alg::Rs256, Some("r1")).unwrap();
        let public = key.public().unwrap();
        let secrets: Vec<Vec<u8>> = vec![
            pem::write(&public).unwrap().into_bytes(),
            pem::write(&public).unwrap().trim_end().as_bytes().to_vec(),
            Value::Object(public.0.clone()).to_string().into_bytes(),
        ];
        for secret in secrets {
            let mut oct = Map::new();
            oct.insert("kty".into(), "oct".into());
            oct.insert("k".into(), b64::encode(&secret).into());
            let header = json!({ "alg": "HS256", "typ": "at+jwt", "kid": "r1" });
            let unsigned = compact(&header, &claims(json!({})));
            let input = Compact::split(&unsigned).unwrap().signing_input();
            let signature = crypto::sign(&Jwk(oct), &Alg::Hs256, input.as_bytes()).unwrap();
            let forged = format!("{input}.{}", b64::encode(signature));
            let mut evidence = chain(vec![(None, decode(&forged))]);
            evidence.public_keys = vec![(AS.into(), public.clone())];
            evidence.hops[0].verdict = None;
            let report = expect(&evidence, &["DG-102"]);
            assert_eq!(report.findings[0].severity, Severity::Critical);
        }
    }
}

/// The examples of RFC 8693 itself.
mod rfc_8693 {
    use super::*;

    const ORIGINAL: &str = "https://original-issuer.example.net";

    fn header() -> Value {
        json!({ "alg": "ES256", "kid": "16" })
    }

    fn at(seconds: i64) -> Settings {
        Settings::at(Timestamp::from_second(seconds).unwrap())
    }

    fn exchanged(subject: &Value, actor: Option<&Value>, issued: &Value, target: &str) -> Evidence {
        let mut evidence = Evidence::chain_of([
            token_with(&header(), subject),
            token_with(&header(), issued),
        ]);
        evidence.hops[1].exchange = Some(RequestedExchange {
            client_id: None,
            actor_token: actor.map(|a| Arc::new(token_with(&header(), a))),
            actor_token_sent: actor.is_some(),
            scope: None,
            targets: Some(std::iter::once(target.to_owned()).collect()),
        });
        evidence
    }

    fn of_the_hop(report: &Report) -> Vec<(&'static str, &'static str)> {
        report
            .findings
            .iter()
            .filter(|f| f.parent.is_some())
            .map(|f| (f.rule.id, f.severity.name()))
            .collect()
    }

    #[test]
    fn appendix_a_1_impersonation() {
        let subject = json!({
            "aud": "https://as.example.com", "iss": ORIGINAL, "exp": 1_441_910_600,
            "nbf": 1_441_909_000, "sub": "bdc@example.net", "scope": "orders profile history",
        });
        let issued = json!({
            "aud": "urn:example:cooperation-context", "iss": "https://as.example.com",
            "exp": 1_441_913_610, "sub": "bdc@example.net", "scope": "orders profile history",
        });
        let evidence = exchanged(&subject, None, &issued, "urn:example:cooperation-context");
        let report = risk::evaluate(&evidence, &at(1_441_910_000));
        // It lives longer, which RFC 8693 allows; the subject crosses issuers; both examples are bearer
        // tokens without type.
        assert_eq!(
            of_the_hop(&report),
            [("DG-409", "medium"), ("DG-501", "high")]
        );
        assert!(rules(&report).contains(&"DG-111"));
        assert!(rules(&report).contains(&"DG-601"));
        // No client is shown, so that the holder is unknown: not evaluable, and no pass.
        assert!(report.not_evaluable.iter().any(|n| n.rule == "DG-412"));
    }

    #[test]
    fn appendix_a_2_delegation() {
        let subject = json!({
            "aud": "https://as.example.com", "iss": ORIGINAL, "exp": 1_441_910_060,
            "scope": "status feed", "sub": "user@example.net",
            "may_act": { "sub": "admin@example.net" },
        });
        let actor = json!({
            "aud": "https://as.example.com", "iss": ORIGINAL, "exp": 1_441_910_060,
            "sub": "admin@example.net",
        });
        let issued = json!({
            "aud": "urn:example:cooperation-context", "iss": "https://as.example.com",
            "exp": 1_441_913_610, "scope": "status feed", "sub": "user@example.net",
            "act": { "sub": "admin@example.net" },
        });
        let evidence = exchanged(
            &subject,
            Some(&actor),
            &issued,
            "urn:example:cooperation-context",
        );
        let report = risk::evaluate(&evidence, &at(1_441_910_000));
        assert_eq!(
            of_the_hop(&report),
            [
                ("DG-409", "medium"),
                ("DG-419", "medium"),
                ("DG-501", "high"),
            ]
        );
        // The actor that was sent is the one that is named, only without the issuer of its name.
        assert!(report.not_evaluable.iter().all(|n| n.rule != "DG-413"));
        // With the map declared, the actor is the one that was sent.
        let mut mapped = at(1_441_910_000);
        mapped.links = ["user@example.net", "admin@example.net"]
            .map(|sub| {
                (
                    (ORIGINAL.to_owned(), sub.to_owned()),
                    ("https://as.example.com".to_owned(), sub.to_owned()),
                )
            })
            .to_vec();
        let report = risk::evaluate(&evidence, &mapped);
        assert!(!report.not_evaluable.iter().any(|n| n.rule == "DG-413"));
        assert!(!rules(&report).contains(&"DG-413"));
    }

    #[test]
    fn section_4_1_nested_actors_alone() {
        let token = json!({
            "aud": "https://service26.example.com", "iss": "https://issuer.example.com",
            "exp": 1_443_904_100, "nbf": 1_443_904_000, "sub": "user@example.com",
            "act": {
                "sub": "https://service16.example.com",
                "act": { "sub": "https://service77.example.com" },
            },
        });
        let evidence = Evidence::chain_of([token_with(&header(), &token)]);
        let report = risk::evaluate(&evidence, &at(1_443_904_050));
        let chain: Vec<&str> = rules(&report)
            .into_iter()
            .filter(|id| id.starts_with("DG-4"))
            .collect();
        assert_eq!(chain, ["DG-428"]);
    }
}
