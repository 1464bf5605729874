//! DG-212: validity claims inside act.

use crate::risk::{
    Severity,
    actors::each_party,
    rule::{Check, Draft, Mark, Rule, Said, Surroundings, UNREADABLE, Wire},
    survey::At,
};

#[cfg(test)]
use crate::risk::cases::{Case, NOW, act, alone, fires, opaque, silent, unknown};

pub(super) static RULE: Rule = Rule {
    id: "DG-212",
    title: "Validity claims inside act",
    severity: Severity::Low,
    floor: Severity::Info,
    condition: "`exp`, `nbf`, `aud` or `cnf` inside `act` or `may_act`",
    why: "They mean nothing there, yet a reader may enforce or trust them.",
    source: "RFC 8693 §4.1, §4.4",
    fix: "Leave identity claims only.",
    false_positives: "Extra information by agreement.",
    surroundings: Surroundings::Token,
    mark: Mark::Holder,
    wire: Wire::Nothing,
    yields_to: &[],
    check: Check::Token(check),
};

fn check(at: &At<'_>) -> Said {
    let own = at.own;
    if !own.readable {
        return Said::unknown(UNREADABLE);
    }
    let mut validity: Vec<String> = Vec::new();
    each_party(own, |path, party| {
        validity.extend(
            ["exp", "nbf", "aud", "cnf"]
                .iter()
                .filter(|name| party.get(**name).is_some())
                .map(|name| format!("{path}.{name}")),
        );
    });
    let Some(first) = validity.first() else {
        return Said::Silent;
    };
    let all = validity.join(", ");
    Draft {
        severity: Severity::Low,
        claim: first.clone(),
        expected: "identity claims only".into(),
        message: format!(
            "{} has {all} inside the actor: such claims mean nothing there, and a reader may \
             trust them.",
            own.name()
        ),
        found: all,
        uncertain: false,
    }
    .into()
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::json;

    let inner = json!({ "act": { "sub": "b", "act": { "sub": "a", "cnf": {} } } });
    vec![
        fires(
            "exp",
            Severity::Low,
            alone(json!({ "act": { "sub": "a", "exp": NOW } })),
        ),
        fires("cnf inside", Severity::Low, alone(inner)),
        silent("identity only", alone(json!({ "act": act(&["b"]) }))),
        unknown("opaque", opaque()),
    ]
}
