//! DG-607: proof not for this token.

use std::collections::HashMap;

use crate::{
    evidence::sent::tokens_of_proofs,
    oauth::dpop::ath,
    risk::{
        Severity,
        facts::shown,
        rule::{Check, Draft, Mark, Rule, Said, Surroundings, Wire},
        survey::At,
    },
    token::Kind,
};

#[cfg(test)]
use crate::risk::cases::{Case, alone, fires, key, one, proof, request, silent, unknown, user};

pub(super) static RULE: Rule = Rule {
    id: "DG-607",
    title: "Proof not for this token",
    severity: Severity::Critical,
    floor: Severity::Info,
    condition: "`ath` of a DPoP proof is absent, or is not the hash of the access token that it was sent with",
    why: "A proof that names no token, or another one, serves whoever gets hold of it with any token of the same key.",
    source: "RFC 9449 §4.3 check 12, §7.1",
    fix: "Put the SHA-256 of exactly the token that is sent, in base64url, into `ath`; have the receiver compare it.",
    false_positives: "A proof for the token endpoint, where no access token is sent.",
    surroundings: Surroundings::Token,
    mark: Mark::Holder,
    wire: Wire::Nothing,
    yields_to: &[],
    check: Check::Survey(|survey| {
        let tokens = tokens_of_proofs(survey.evidence);
        Box::new(move |at| check(at, &tokens))
    }),
};

fn check(at: &At<'_>, tokens: &HashMap<usize, usize>) -> Said {
    let own = at.own;
    if own.kind != Kind::DpopProof {
        return Said::Silent;
    }
    let found = own.token.claim_text("ath");
    let token = tokens.get(&at.hop).and_then(|t| at.survey.facts.get(*t));
    let Some(token) = token else {
        let request_seen = own.hop.sent.as_ref().is_some_and(|s| s.request.is_some());
        return match found {
            Some(_) => Said::unknown("the token that it was made for is not among these"),
            None if request_seen => Said::Silent, // no access token went along
            None => Said::unknown("whether an access token went along is unknown"),
        };
    };
    let wanted = ath(&token.token.raw);
    if found == Some(wanted.as_str()) {
        return Said::Silent;
    }
    let found = found.map_or_else(|| "absent".into(), shown);
    Draft {
        severity: Severity::Critical,
        claim: "ath".into(),
        message: format!(
            "The proof {} was sent with {}, and its `ath` ({found}) does not name that token.",
            own.name(),
            token.name()
        ),
        found,
        expected: format!("{wanted}, the SHA-256 of the token in base64url"),
        uncertain: false,
    }
    .into()
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::{Value, json};

    use crate::evidence::sent::Scheme;

    let token = || user(json!({}));
    let made_for = |ath: Value| proof(&key(), json!({}), json!({ "ath": ath }));
    let with = |ath: Value| request(token(), Scheme::Dpop, [made_for(ath)]);
    let of = |raw: &str| json!(ath(raw));
    let right = || of(&token().raw);
    let mut at_token_endpoint = with(Value::Null);
    at_token_endpoint.hops.remove(0);
    if let Some(sent) = &mut at_token_endpoint.hops[0].sent {
        sent.with = None;
    }
    vec![
        fires("of another token", Severity::Critical, with(of("other"))),
        fires("absent", Severity::Critical, with(Value::Null)),
        silent("of the token", with(right())),
        silent("at the token endpoint", at_token_endpoint),
        silent("no proof", alone(json!({}))),
        unknown("the token is not there", one(made_for(right()))),
        unknown("the request is unknown", one(made_for(Value::Null))),
    ]
}
