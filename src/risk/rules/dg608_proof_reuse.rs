//! DG-608: proof used again.

use std::collections::HashMap;

use url::Url;

use crate::{
    oauth::dpop::normalised,
    risk::{
        Severity,
        facts::{Facts, shown},
        rule::{Check, Draft, Mark, Rule, Said, Surroundings, UNREADABLE, Wire},
        survey::{At, Survey},
    },
    token::{Kind, explain::duration},
};

#[cfg(test)]
use crate::risk::cases::{
    Case, NOW, alone, fires, key, one, proof, request, silent, unknown, user,
};

/// Seconds after which a proof must have been sent before.
const OLD: i64 = 300;

pub(super) static RULE: Rule = Rule {
    id: "DG-608",
    title: "Proof used again",
    severity: Severity::High,
    floor: Severity::Info,
    condition: "the same `jti` in two proofs (DPoP or workload proof) for one address, or one proof in two requests",
    why: "Whoever recorded one request of an agent can send it again.",
    source: "RFC 9449 §11.1",
    fix: "Make a proof for each request; have the receiver remember each `jti` for as long as it takes proofs.",
    false_positives: "A client that tries again with the same proof.",
    surroundings: Surroundings::Token,
    mark: Mark::Holder,
    wire: Wire::Nothing,
    yields_to: &[],
    check: Check::Survey(|survey| {
        let earlier = earlier(survey);
        Box::new(move |at| check(at, &earlier))
    }),
};

/// For each proof the first one with its `jti` for the same address. The same text twice counts where
/// it was seen in two requests: else it may be one that was written down twice.
fn earlier<'s>(survey: &'s Survey<'s>) -> HashMap<usize, &'s Facts<'s>> {
    let mut first: HashMap<(&str, String), &Facts<'_>> = HashMap::new();
    let mut earlier = HashMap::new();
    for (hop, own) in survey.facts.iter().enumerate().filter(|(_, f)| is_proof(f)) {
        let Some(jti) = own.token.claim_text("jti") else {
            continue;
        };
        let at = *first.entry((jti, address(own))).or_insert(own);
        let seen = |facts: &Facts<'_>| facts.hop.sent.is_some();
        if !std::ptr::eq(at, own) && (at.token.raw != own.token.raw || (seen(at) && seen(own))) {
            earlier.insert(hop, at);
        }
    }
    earlier
}

fn is_proof(facts: &Facts<'_>) -> bool {
    matches!(facts.kind, Kind::DpopProof | Kind::Wpt)
}

fn address(facts: &Facts<'_>) -> String {
    let said = facts.token.claim_text("htu");
    let said = said
        .or_else(|| facts.token.claim_text("aud"))
        .unwrap_or_default();
    Url::parse(said).map_or_else(|_| said.to_owned(), |url| normalised(&url))
}

fn check(at: &At<'_>, earlier: &HashMap<usize, &Facts<'_>>) -> Said {
    let own = at.own;
    if !is_proof(own) {
        return Said::Silent;
    }
    if !own.readable {
        return Said::unknown(UNREADABLE);
    }
    let Some(jti) = own.token.claim_text("jti") else {
        return Said::unknown("there is no `jti` by which it could be known again");
    };
    if let Some(first) = earlier.get(&at.hop) {
        return Draft {
            severity: Severity::High,
            claim: "jti".into(),
            found: shown(jti),
            expected: "an identifier of this one proof".into(),
            message: format!(
                "{} has the `jti` of {}, for the same address: one of the two is a replay.",
                own.name(),
                first.name()
            ),
            uncertain: false,
        }
        .into();
    }
    // Proofs of workloads have an end instead.
    let Some(iat) = own.iat.or(own.exp) else {
        return Said::unknown("there is no `iat` by which its age could be told");
    };
    let age = at.settings.now.as_second().saturating_sub(iat);
    if age > OLD {
        return Said::unknown(format!(
            "it is {} old by now, and when it was sent is unknown",
            duration(age)
        ));
    }
    Said::Silent
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::{Value, json};

    use crate::{evidence::sent::Scheme, token::Token};

    let holder = key();
    let made = |claims: Value| proof(&holder, json!({}), claims);
    let with = |proofs: [Token; 2]| request(user(json!({})), Scheme::Dpop, proofs);
    let copied = {
        let one = made(json!({}));
        with([one.clone(), one])
    };
    let mut written_twice = copied.clone();
    for hop in &mut written_twice.hops {
        hop.sent = None;
    }
    let elsewhere = json!({ "htu": "https://api.example.com/payments" });
    let old = json!({ "iat": NOW - 3_600 });
    vec![
        fires(
            "one jti in two proofs",
            Severity::High,
            with([made(json!({})), made(json!({ "iat": NOW }))]),
        ),
        fires("one proof in two requests", Severity::High, copied),
        silent("one proof written down twice", written_twice),
        silent(
            "another jti",
            with([made(json!({})), made(json!({ "jti": "p2" }))]),
        ),
        silent("another address", with([made(json!({})), made(elsewhere)])),
        silent("no proof", alone(json!({}))),
        unknown("no jti", one(made(json!({ "jti": null })))),
        unknown("old by now", one(made(old))),
    ]
}
