//! DG-604: actor new, key old.

use crate::risk::{
    Severity,
    actors::holder,
    facts::shown,
    rule::{Check, Draft, Mark, Rule, Said, Surroundings, Wire},
    survey::Pair,
};

#[cfg(test)]
use crate::risk::cases::{Case, fires, pair as hops, silent, unknown, with_opaque_parent};

pub(super) static RULE: Rule = Rule {
    id: "DG-604",
    title: "Actor new, key old",
    severity: Severity::High,
    floor: Severity::Info,
    condition: "another party acts now, and the token is bound to the key of the one before",
    why: "Two agents share a key: neither can be shut out alone, and nobody knows which of them it was.",
    source: "RFC 9449 §4; RFC 8693 §4.1",
    fix: "Give each agent a key of its own, and bind each token to the key of the one who acts.",
    false_positives: "A proxy that makes the proofs for both.",
    surroundings: Surroundings::Chain,
    mark: Mark::Arrival,
    wire: Wire::Word("key shared"),
    yields_to: &[],
    check: Check::Pair(check),
};

fn check(pair: &Pair<'_>) -> Said {
    let (parent, child) = (pair.parent, pair.child);
    let Some(key) = child.key.as_deref().filter(|_| child.key == parent.key) else {
        return Said::Silent;
    };
    let (Some(before), Some(now)) = (holder(parent), holder(child)) else {
        return Said::Silent;
    };
    if child.actors.is_empty() || before == now {
        return Said::Silent;
    }
    Draft {
        severity: Severity::High,
        claim: "cnf".into(),
        found: shown(key),
        expected: format!("a key of {}", shown(now)),
        message: format!(
            "{} is held by {} and bound to the key of {}: two parties share a key.",
            child.name(),
            shown(now),
            shown(before)
        ),
        uncertain: false,
    }
    .into()
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::json;

    let key = |key: &str| json!({ "cnf": { "jkt": key } });
    let bearer = || json!({ "cnf": null });
    let planners = json!({ "client_id": "planner", "cnf": { "jkt": "one" } });
    vec![
        fires(
            "the agent has the client's key",
            Severity::High,
            hops(key("one"), key("one")),
        ),
        silent("a key of its own", hops(key("one"), key("two"))),
        silent(
            "it was issued to the same party",
            hops(planners, key("one")),
        ),
        silent("bearer tokens", hops(bearer(), bearer())),
        unknown(
            "opaque parent",
            with_opaque_parent(hops(json!({}), json!({}))),
        ),
    ]
}
