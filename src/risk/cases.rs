//! Cases of rules: small tokens and chains under a fixed clock, and the test that holds every rule to
//! its own.
#![allow(clippy::needless_pass_by_value)] // builders are called with literals

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{Settings, Severity, evaluate, rule::Rule, rules};
use crate::{
    evidence::{
        Evidence, Hop, RequestedExchange,
        sent::{RequestLine, Scheme, Sent},
    },
    jose::{Alg, Jwk, b64, crypto},
    kit::clock::Timestamp,
    token::{
        Token,
        claims::audiences,
        craft::mint,
        decode::decode,
        validate::{KeyOwner, KeyUsed, Life, Signature, Verdict},
    },
};

/// The moment of all cases.
pub(super) const NOW: i64 = 1_800_000_000;

/// Who issues the tokens of cases.
pub(super) const AS: &str = "https://as.example.com";

/// A case of a rule: some tokens, and what the rule says of them.
pub(super) struct Case {
    name: &'static str,
    evidence: Evidence,
    settings: Settings,
    expected: Expected,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Expected {
    Fires(Severity),
    Silent,
    Unknown,
    /// No case: an operand is never missing, for the reason that is the case's name.
    AlwaysEvaluable,
}

/// The rule fires, and its worst finding is of this severity.
pub(super) fn fires(name: &'static str, severity: Severity, evidence: Evidence) -> Case {
    case(name, evidence, Expected::Fires(severity))
}

/// There is nothing to find.
pub(super) fn silent(name: &'static str, evidence: Evidence) -> Case {
    case(name, evidence, Expected::Silent)
}

/// The rule is not evaluable.
pub(super) fn unknown(name: &'static str, evidence: Evidence) -> Case {
    case(name, evidence, Expected::Unknown)
}

/// Stands for the third kind of case where a rule has none, and says why it always has its operands.
pub(super) fn always_evaluable(reason: &'static str) -> Case {
    case(reason, Evidence::default(), Expected::AlwaysEvaluable)
}

fn case(name: &'static str, evidence: Evidence, expected: Expected) -> Case {
    Case {
        name,
        evidence,
        settings: Settings::at(Timestamp::from_second(NOW).unwrap()),
        expected,
    }
}

impl Case {
    /// The case under other settings.
    pub fn under(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        self
    }
}

/// Claims with nothing to find: changes are laid over them; `null` removes.
pub(super) fn claims(changes: Value) -> Value {
    let plain = json!({
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
    laid_over(plain, changes)
}

/// Changes laid over members; `null` removes.
fn laid_over(plain: Value, changes: Value) -> Value {
    let mut all = Map::new();
    for (name, value) in members(plain).into_iter().chain(members(changes)) {
        if value.is_null() {
            all.remove(&name);
        } else {
            all.insert(name, value);
        }
    }
    Value::Object(all)
}

fn members(value: Value) -> Map<String, Value> {
    let Value::Object(members) = value else {
        panic!("changes are an object")
    };
    members
}

/// The header of an access token, as RFC 9068 has it.
pub(super) fn at_jwt() -> Value {
    json!({ "alg": "ES256", "typ": "at+jwt", "kid": "k1" })
}

/// A compact token with a signature that nobody checks.
pub(super) fn compact(header: Value, payload: impl AsRef<[u8]>) -> String {
    format!(
        "{}.{}.{}",
        b64::encode(header.to_string()),
        b64::encode(payload),
        b64::encode("signature")
    )
}

/// A token of this header and these claims, the latter in full.
pub(super) fn token(header: Value, claims: Value) -> Token {
    decode(&compact(header, claims.to_string()))
}

/// The access token of a user.
pub(super) fn user(changes: Value) -> Token {
    token(at_jwt(), claims(changes))
}

/// `act` of these actors, current first.
pub(super) fn act(names: &[&str]) -> Value {
    names.iter().rev().fold(Value::Null, |inner, name| {
        let mut entry = json!({ "iss": AS, "sub": name });
        if !inner.is_null() {
            entry["act"] = inner;
        }
        entry
    })
}

/// The token of an agent, current actor first: narrowed, delegated, bound to the agent's key.
pub(super) fn agent(actors: &[&str], changes: Value) -> Token {
    let name = actors[0];
    let mut all = members(json!({
        "client_id": name,
        "scope": "accounts:read",
        "jti": format!("j-{name}-{}", actors.len()),
        "iat": NOW - 30,
        "act": act(actors),
        "cnf": { "jkt": format!("key-of-{name}") },
    }));
    all.extend(members(changes));
    user(Value::Object(all))
}

/// A token of which nothing can be read.
pub(super) fn opaque() -> Evidence {
    one(decode("opaque-token-without-structure-0123456789"))
}

/// One token, alone.
pub(super) fn one(token: Token) -> Evidence {
    chain([(None, token)])
}

/// A user's access token with these changes, alone.
pub(super) fn alone(changes: Value) -> Evidence {
    one(user(changes))
}

/// A token of another type with these changes to its claims, alone.
pub(super) fn typed(typ: &str, changes: Value) -> Evidence {
    one(token(
        json!({ "alg": "ES256", "typ": typ, "kid": "k1" }),
        claims(changes),
    ))
}

/// A chain: each hop made from the one before, and by whom, if the exchange was seen; it asked for the
/// audience in the token.
pub(super) fn chain<'a>(hops: impl IntoIterator<Item = (Option<&'a str>, Token)>) -> Evidence {
    let hops = hops.into_iter().enumerate().map(|(n, (by, token))| Hop {
        token_id: None,
        name: format!("hop {n}"),
        exchange: by.map(|by| RequestedExchange {
            targets: Some(audiences(&token).unwrap_or_default()),
            ..asked_by(by)
        }),
        token: Arc::new(token),
        verdict: Some(verdict(Signature::Valid)),
        parent: n.checked_sub(1),
        supporting: false,
        chain: Some("case".into()),
        sent: None,
    });
    Evidence {
        hops: hops.collect(),
        ..Evidence::default()
    }
}

/// A user's token and one that the planner got for it, the exchange seen.
pub(super) fn pair(parent: Value, child: Value) -> Evidence {
    chain([
        (None, user(parent)),
        (Some("planner"), agent(&["planner"], child)),
    ])
}

/// The analyst's and the planner's hop, then one with these actors that `by` presented, if that was seen.
pub(super) fn third(actors: &[&str], by: Option<&str>, changes: Value) -> Evidence {
    let last = if actors.is_empty() {
        let mut all =
            members(json!({ "client_id": "researcher", "cnf": { "jkt": "key-of-researcher" } }));
        all.extend(members(changes));
        user(Value::Object(all))
    } else {
        agent(actors, changes)
    };
    chain([
        (None, user(json!({}))),
        (Some("analyst"), agent(&["analyst"], json!({}))),
        (Some("planner"), agent(&["planner", "analyst"], json!({}))),
        (by, last),
    ])
}

/// The third hop as it should be.
pub(super) fn regular_third() -> Evidence {
    third(
        &["researcher", "planner", "analyst"],
        Some("researcher"),
        json!({}),
    )
}

/// The same, the last hop's exchange being this one.
pub(super) fn exchanged(mut evidence: Evidence, exchange: Option<RequestedExchange>) -> Evidence {
    if let Some(last) = evidence.hops.last_mut() {
        last.exchange = exchange;
    }
    evidence
}

/// The same, the parent of the last hop being a token of which nothing can be read.
pub(super) fn with_opaque_parent(mut evidence: Evidence) -> Evidence {
    let parent = evidence.hops.last().and_then(|hop| hop.parent).unwrap();
    evidence.hops[parent].token = Arc::clone(&opaque().hops[0].token);
    evidence
}

/// The address of the API that requests of cases go to.
pub(super) const API: &str = "https://api.example.com/accounts";

/// A proof by `key` for a `GET` of [`API`], with these changes to its header and its claims.
pub(super) fn proof(key: &Jwk, header: Value, claims: Value) -> Token {
    let plain_header = json!({ "typ": "dpop+jwt", "jwk": key.public().unwrap().0 });
    let plain = json!({ "jti": "p1", "htm": "GET", "htu": API, "iat": NOW - 5 });
    let (header, claims) = (laid_over(plain_header, header), laid_over(plain, claims));
    decode(&mint(&header, &claims, key, &Alg::Es256).unwrap())
}

/// A key of a holder.
pub(super) fn key() -> Jwk {
    crypto::generate(&Alg::Es256, None).unwrap()
}

/// A `GET` of [`API`] with a token by this scheme and proofs beside it.
pub(super) fn request<const N: usize>(
    token: Token,
    scheme: Scheme,
    proofs: [Token; N],
) -> Evidence {
    let mut evidence = chain([token].into_iter().chain(proofs).map(|token| (None, token)));
    for (n, hop) in evidence.hops.iter_mut().enumerate() {
        hop.parent = None;
        hop.sent = Some(Sent {
            scheme: (n == 0).then_some(scheme),
            with: (n > 0).then_some(0),
            also_bearer: false,
            proofs: usize::from(n > 0),
            request: Some(RequestLine {
                method: "GET".into(),
                url: API.strip_prefix("https:").map(str::to_owned),
            }),
        });
    }
    evidence
}

/// An exchange with the actor's own token, for no target in particular.
pub(super) fn asked_by(agent: &str) -> RequestedExchange {
    let own = json!({ "sub": agent, "client_id": agent, "aud": AS, "scope": null, "cnf": null });
    RequestedExchange {
        actor_token: Some(Arc::new(user(own))),
        actor_token_sent: true,
        targets: Some([].into()),
        ..asked_as(agent)
    }
}

/// An exchange without actor token, by this client.
pub(super) fn asked_as(client: &str) -> RequestedExchange {
    RequestedExchange {
        client_id: Some(client.into()),
        ..RequestedExchange::default()
    }
}

/// A verdict with this signature, by a key of the issuer where it is valid.
pub(super) fn verdict(signature: Signature) -> Verdict {
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

/// What is wrong with a rule, going by its cases; nothing when it does what they say, and they show it
/// fire, be silent, and lack an operand.
fn flaws(rule: &Rule, cases: &[Case]) -> Vec<String> {
    let mut wrong = Vec::new();
    for case in cases {
        if case.expected == Expected::AlwaysEvaluable {
            continue;
        }
        let report = evaluate(&case.evidence, &case.settings);
        let found: Vec<_> = report.findings.iter().filter(|f| f.rule == rule).collect();
        let missing = report.not_evaluable.iter().any(|n| n.rule == rule.id);
        let said = match found.iter().map(|f| f.severity).max() {
            Some(worst) => Expected::Fires(worst),
            None if missing => Expected::Unknown,
            None => Expected::Silent,
        };
        let name = case.name;
        if said != case.expected {
            let expected = case.expected;
            wrong.push(format!("{name}: {said:?} instead of {expected:?}"));
        }
        for f in found {
            for (what, text) in [
                ("claim", &f.claim),
                ("found", &f.found),
                ("expected", &f.expected),
                ("message", &f.message),
            ] {
                if text.is_empty() {
                    wrong.push(format!("{name}: a finding without `{what}`"));
                }
            }
        }
    }
    let some = |is: fn(Expected) -> bool| cases.iter().any(|case| is(case.expected));
    for (what, there) in [
        ("fires", some(|e| matches!(e, Expected::Fires(_)))),
        ("is silent", some(|e| e == Expected::Silent)),
    ] {
        if !there {
            wrong.push(format!("no case in which it {what}"));
        }
    }
    let unknown = some(|e| e == Expected::Unknown);
    if unknown == some(|e| e == Expected::AlwaysEvaluable) {
        wrong.push(
            "a case in which it is not evaluable, or else the reason why it always is".into(),
        );
    }
    wrong
}

#[test]
fn every_rule_does_what_its_cases_say() {
    let mut wrong = Vec::new();
    for (rule, cases) in rules::cases() {
        let flaws = flaws(rule, &cases);
        wrong.extend(flaws.iter().map(|flaw| format!("{rule:?}, {flaw}")));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn a_rule_without_all_kinds_of_cases_is_noticed() {
    let (rule, _) = rules::cases().remove(0);
    let silent = || silent("plain", alone(json!({})));
    let fires = || {
        fires(
            "no signature",
            Severity::Critical,
            typed("at+jwt", json!({})),
        )
    };
    let flaws = |cases: &[Case]| flaws(rule, cases).join("; ");
    assert!(flaws(&[silent()]).contains("no case in which it fires"));
    assert!(flaws(&[fires()]).contains("no case in which it is silent"));
    assert!(flaws(&[fires()]).contains("no signature: Silent instead of Fires(Critical)"));
    let reason = "the reason why it always is";
    assert!(flaws(&[silent()]).contains(reason));
    let both = [
        always_evaluable("it needs nothing"),
        unknown("opaque", opaque()),
    ];
    assert!(flaws(&both).contains(reason), "it cannot be both");
    let always = [always_evaluable("it needs nothing"), silent()];
    assert!(!flaws(&always).contains(reason));
}

#[test]
fn every_rule_has_texts_and_its_place() {
    for pair in rules::ALL.windows(2) {
        assert!(
            pair[0].id < pair[1].id,
            "{:?} before {:?}",
            pair[0],
            pair[1]
        );
    }
    for rule in rules::ALL {
        assert_eq!(rules::rule(rule.id), Some(*rule));
        for text in [
            rule.title,
            rule.condition,
            rule.why,
            rule.source,
            rule.fix,
            rule.false_positives,
        ] {
            assert!(!text.is_empty(), "{rule:?}");
        }
        assert!(!rule.title.ends_with('.'), "{rule:?}");
        assert!(rule.fix.ends_with('.'), "{rule:?}");
    }
    assert_eq!(rules::rule("DG-999"), None);
}
