//! DG-602: key binding dropped.

use crate::risk::{
    Severity,
    facts::shown,
    rule::{Check, Draft, Mark, Rule, Said, Surroundings, Wire},
    survey::Pair,
};

#[cfg(test)]
use crate::risk::cases::{Case, fires, pair as hops, silent, unknown, with_opaque_parent};

pub(super) static RULE: Rule = Rule {
    id: "DG-602",
    title: "Key binding dropped",
    severity: Severity::High,
    floor: Severity::Info,
    condition: "the parent is bound to a key, the child to none",
    why: "The hop is a downgrade: what only one agent could use, now anybody can.",
    source: "RFC 9700 §2.2",
    fix: "Bind the new token to the key of its new holder.",
    false_positives: "A target that knows no proof of possession.",
    surroundings: Surroundings::Chain,
    mark: Mark::Arrival,
    wire: Wire::Word("key binding dropped"),
    yields_to: &[],
    check: Check::Pair(check),
};

fn check(pair: &Pair<'_>) -> Said {
    let (parent, child) = (pair.parent, pair.child);
    let Some(key) = parent.key.as_deref().filter(|_| child.key.is_none()) else {
        return Said::Silent;
    };
    Draft {
        severity: Severity::High,
        claim: "cnf".into(),
        found: "absent".into(),
        expected: format!("a key of the new holder; the parent had {}", shown(key)),
        message: format!(
            "{} was bound to a key, {} is not: what only its holder could use, now anybody can.",
            parent.name(),
            child.name()
        ),
        uncertain: false,
    }
    .into()
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::json;

    let bearer = || json!({ "cnf": null });
    vec![
        fires("dropped", Severity::High, hops(json!({}), bearer())),
        silent("kept", hops(json!({}), json!({}))),
        silent("never bound", hops(bearer(), bearer())),
        unknown(
            "opaque parent",
            with_opaque_parent(hops(json!({}), json!({}))),
        ),
    ]
}
