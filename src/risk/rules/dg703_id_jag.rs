//! DG-703: ID-JAG defective.

use serde_json::Value;

use crate::{
    risk::{
        Severity,
        facts::{listed, shown},
        rule::{Check, Draft, Mark, Rule, Said, Surroundings, UNREADABLE, Wire},
        survey::At,
    },
    token::Kind,
};

#[cfg(test)]
use crate::risk::cases::{AS, Case, alone, fires, one, silent, token, typed, unknown};

pub(super) static RULE: Rule = Rule {
    id: "DG-703",
    title: "ID-JAG defective",
    severity: Severity::High,
    floor: Severity::Info,
    condition: "an identity assertion authorization grant without `iss`, `sub`, `aud`, `client_id`, `jti`, `exp` or `iat`, or with an `aud` that is not exactly one server, another than its issuer",
    why: "Consent for one client at one server is redeemed by another client, or elsewhere.",
    source: "draft-ietf-oauth-identity-assertion-authz-grant §3",
    fix: "Name the client that may redeem it and the one server that it is for; let that server compare both.",
    false_positives: "Older drafts.",
    surroundings: Surroundings::Lab,
    mark: Mark::Holder,
    wire: Wire::Nothing,
    yields_to: &[],
    check: Check::Token(check),
};

/// What the draft requires.
const REQUIRED: [&str; 7] = ["iss", "sub", "aud", "client_id", "jti", "exp", "iat"];

fn check(at: &At<'_>) -> Said {
    let own = at.own;
    if own.kind != Kind::IdJag {
        return Said::Silent;
    }
    if !own.readable {
        return Said::unknown(UNREADABLE);
    }
    let draft = |claim: &str, found: String, expected: &str, message: String| Draft {
        severity: Severity::High,
        claim: claim.into(),
        found,
        expected: expected.into(),
        message,
        uncertain: false,
    };
    let mut drafts = Vec::new();
    let missing: Vec<&str> = REQUIRED
        .into_iter()
        .filter(|name| own.token.claim(name).is_none_or(Value::is_null))
        .collect();
    if let Some(first) = missing.first() {
        drafts.push(draft(
            first,
            format!("absent: {}", listed(missing.iter().copied())),
            "all claims that the grant requires",
            format!(
                "{} is an ID-JAG without {}: who may redeem it, and where, is not settled.",
                own.name(),
                listed(missing.iter().copied())
            ),
        ));
    }
    let named: Vec<&str> = own.audiences.iter().flatten().map(String::as_str).collect();
    let there = own.token.claim("aud").is_some_and(|aud| !aud.is_null());
    let wrong = match named[..] {
        _ if !there => None, // told above
        [] | [""] => Some((
            "nobody".to_owned(),
            "for no server: it says of none that it may redeem it".to_owned(),
        )),
        [one] if own.iss == Some(one) => Some((
            format!("{}, its issuer", shown(one)),
            "for the server that issued it: it is meant to be redeemed at another".to_owned(),
        )),
        [_] => None,
        _ => Some((
            format!("{} servers", named.len()),
            format!(
                "for {} servers: each of them can redeem it at the others",
                named.len()
            ),
        )),
    };
    if let Some((found, why)) = wrong {
        drafts.push(draft(
            "aud",
            found,
            "exactly one authorization server, which is not its issuer",
            format!("{} is an ID-JAG {why}.", own.name()),
        ));
    }
    Said::from(drafts)
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::json;

    const TYP: &str = "oauth-id-jag+jwt";
    let mut unreadable = token(json!({ "alg": "ES256", "typ": TYP }), json!({}));
    unreadable.claims = None;
    vec![
        fires(
            "no client",
            Severity::High,
            typed(TYP, json!({ "client_id": null })),
        ),
        fires(
            "two servers",
            Severity::High,
            typed(TYP, json!({ "aud": ["https://a", "https://b"] })),
        ),
        fires(
            "no server",
            Severity::High,
            typed(TYP, json!({ "aud": [] })),
        ),
        fires(
            "its own issuer",
            Severity::High,
            typed(TYP, json!({ "aud": AS })),
        ),
        fires(
            "its own issuer, in a list",
            Severity::High,
            typed(TYP, json!({ "aud": [AS] })),
        ),
        silent(
            "one server, in a list",
            typed(TYP, json!({ "aud": ["https://other.example"] })),
        ),
        silent("whole", typed(TYP, json!({}))),
        silent("an access token", alone(json!({ "client_id": null }))),
        unknown("claims out of reach", one(unreadable)),
    ]
}
