//! DG-110: crit violated.

use crate::{
    risk::{
        Severity,
        facts::{listed, sentence},
        rule::{Check, Draft, Mark, Rule, Said, Surroundings, Wire},
        survey::At,
    },
    token::validate::{Criticality, criticality},
};

#[cfg(test)]
use crate::risk::cases::{Case, alone, claims, fires, one, opaque, silent, token, unknown};

pub(super) static RULE: Rule = Rule {
    id: "DG-110",
    title: "Critical header violated",
    severity: Severity::High,
    floor: Severity::Low,
    condition: "`crit` is empty or no list, names a registered header, one that is absent, or one twice (high); names an extension that no registered profile has (low)",
    why: "Every receiver must refuse it: one that does not ignores what the issuer calls critical.",
    source: "RFC 7515 §4.1.11; RFC 7797 §6",
    fix: "Name in `crit` extensions that are there and that every receiver understands; refuse the token else.",
    false_positives: "An extension that issuer and receivers have agreed on.",
    surroundings: Surroundings::Lab,
    mark: Mark::Holder,
    wire: Wire::Nothing,
    yields_to: &[],
    check: Check::Token(check),
};

/// Extensions that profiles demand to be understood: UK Open Banking, `JAdES`, SHAKEN.
const OF_PROFILES: [&str; 12] = [
    "b64",
    "http://openbanking.org.uk/iat",
    "http://openbanking.org.uk/iss",
    "http://openbanking.org.uk/tan",
    "sigT",
    "sigD",
    "sigPl",
    "sigPId",
    "srCms",
    "srAts",
    "adoTst",
    "ppt",
];

fn check(at: &At<'_>) -> Said {
    let own = at.own;
    if !own.is_jws() || own.token.header.is_none() {
        return Said::unknown("the header cannot be read");
    }
    let draft = |severity, found: String, message: String| Draft {
        severity,
        claim: "header.crit".into(),
        found,
        expected: "names of extensions that are there and that every receiver understands".into(),
        message,
        uncertain: severity == Severity::Low,
    };
    match criticality(own.token) {
        Criticality::None => Said::Silent,
        Criticality::Violated(reason) => draft(
            Severity::High,
            reason.clone(),
            format!("{} must be refused: {}", own.name(), sentence(&reason)),
        )
        .into(),
        Criticality::Names(names) => {
            let strange: Vec<&str> = names
                .iter()
                .map(String::as_str)
                .filter(|name| !OF_PROFILES.contains(name))
                .collect();
            if strange.is_empty() {
                return Said::Silent;
            }
            let shown = listed(strange.iter().copied());
            draft(
                Severity::Low,
                shown.clone(),
                format!(
                    "{} demands in `crit` that {shown} is understood: a receiver that does not know it must refuse it.",
                    own.name()
                ),
            )
            .into()
        }
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::{Value, json};

    let with = |crit: Value| {
        one(token(
            json!({ "alg": "ES256", "typ": "at+jwt", "crit": crit, "b64": true, "x": 1,
                "http://openbanking.org.uk/iat": 1 }),
            claims(json!({})),
        ))
    };
    vec![
        fires("empty", Severity::High, with(json!([]))),
        fires("no list", Severity::High, with(json!("x"))),
        fires("no names", Severity::High, with(json!([1]))),
        fires("registered", Severity::High, with(json!(["alg"]))),
        fires("absent", Severity::High, with(json!(["y"]))),
        fires("twice", Severity::High, with(json!(["x", "x"]))),
        fires("unknown", Severity::Low, with(json!(["x"]))),
        silent(
            "of a profile",
            with(json!(["http://openbanking.org.uk/iat"])),
        ),
        silent("b64", with(json!(["b64"]))),
        silent("none", alone(json!({}))),
        unknown("opaque", opaque()),
    ]
}
