//! DG-117: private key exposed.

use serde_json::Value;

use crate::risk::{
    Severity,
    facts::listed,
    rule::{Check, Draft, Mark, Rule, Said, Surroundings, Wire},
    survey::At,
};

#[cfg(test)]
use crate::risk::cases::{Case, alone, claims, fires, one, opaque, silent, token, unknown};

pub(super) static RULE: Rule = Rule {
    id: "DG-117",
    title: "Private key exposed",
    severity: Severity::Critical,
    floor: Severity::High,
    condition: "private or secret members of a key (`d`, `p`, `q`, `k` ...) in `jwk` of the header or in `cnf.jwk`",
    why: "Whoever sees the token has the key of its holder, and with it every token that is bound to it.",
    source: "RFC 9449 §4.2; RFC 7800 §3.2; RFC 7515 §4.1.3",
    fix: "Throw the key away and make a new one; put only the public members there.",
    false_positives: "Test vectors.",
    surroundings: Surroundings::Lab,
    mark: Mark::Holder,
    wire: Wire::Nothing,
    yields_to: &[],
    check: Check::Token(check),
};

/// Members that only the owner of a key may know (RFC 7518 §6).
const SECRET: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

fn check(at: &At<'_>) -> Said {
    let own = at.own;
    if own.token.header.is_none() {
        return Said::unknown("the header cannot be read");
    }
    let confirmed = own.token.claim("cnf").and_then(|cnf| cnf.get("jwk"));
    let places = [
        ("header.jwk", own.token.header_map().get("jwk")),
        ("cnf.jwk", confirmed),
    ];
    let drafts = places.into_iter().filter_map(|(claim, jwk)| {
        let members = jwk.and_then(Value::as_object)?;
        let exposed: Vec<&str> = SECRET
            .into_iter()
            .filter(|name| members.contains_key(*name))
            .collect();
        (!exposed.is_empty()).then(|| Draft {
            severity: Severity::Critical,
            claim: claim.into(),
            found: listed(exposed.iter().copied()),
            expected: "only the public members of the key".into(),
            message: format!(
                "{} carries the private key itself: whoever sees it can sign as its holder.",
                own.the_token()
            ),
            uncertain: false,
        })
    });
    let drafts: Vec<Draft> = drafts.collect();
    Said::from(drafts)
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::json;

    let private = json!({ "kty": "OKP", "crv": "Ed25519", "x": "AA", "d": "AA" });
    let public = json!({ "kty": "OKP", "crv": "Ed25519", "x": "AA" });
    let header = |jwk: &serde_json::Value| {
        one(token(
            json!({ "alg": "EdDSA", "typ": "dpop+jwt", "jwk": jwk }),
            claims(json!({})),
        ))
    };
    let cnf = |jwk: &serde_json::Value| alone(json!({ "cnf": { "jwk": jwk } }));
    let secret = json!({ "kty": "oct", "k": "AA" });
    vec![
        fires("proof", Severity::Critical, header(&private)),
        fires("binding", Severity::Critical, cnf(&private)),
        fires("secret", Severity::Critical, cnf(&secret)),
        silent("public in a proof", header(&public)),
        silent("public binding", cnf(&public)),
        unknown("opaque", opaque()),
    ]
}
