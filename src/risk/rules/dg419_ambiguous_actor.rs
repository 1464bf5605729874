//! DG-419: ambiguous actor.

use std::collections::HashSet;

use crate::risk::{
    Severity,
    facts::listed,
    rule::{Check, Draft, Mark, Rule, Said, Surroundings, UNREADABLE, Wire},
    survey::At,
};

#[cfg(test)]
use crate::risk::cases::{Case, alone, fires, opaque, silent, third, unknown};

pub(super) static RULE: Rule = Rule {
    id: "DG-419",
    title: "Ambiguous actor",
    severity: Severity::Medium,
    floor: Severity::Info,
    condition: "an actor without `iss` in a chain with more than one issuer",
    why: "Names collide: the planner of one issuer is not the planner of another.",
    source: "RFC 8693 §4.1",
    fix: "Name actors by `iss` and `sub`.",
    false_positives: "Names that are URIs (`spiffe://`, `https://`).",
    surroundings: Surroundings::Chain,
    mark: Mark::Arrival,
    wire: Wire::Nothing,
    yields_to: &[],
    check: Check::Hop(check),
};

/// An actor of one side only that has no issuer at all fires too: the comparison was by name.
fn check(at: &At<'_>) -> Said {
    let own = at.own;
    if !own.readable {
        return Said::unknown(UNREADABLE);
    }
    let nameless: Vec<&str> = own
        .actors
        .iter()
        .filter(|a| !a.has_iss && !a.pid.sub.is_empty() && !a.pid.sub.contains("://"))
        .map(|a| a.pid.sub.as_str())
        .collect();
    if nameless.is_empty() {
        return Said::Silent;
    }
    let parent = at.parent();
    let mut issuers: HashSet<&str> = HashSet::new();
    for side in parent.into_iter().chain([own]) {
        issuers.extend(side.iss);
        issuers.extend(side.earlier.iter().filter_map(|p| p.iss.as_deref()));
        issuers.extend(side.actors.iter().filter_map(|a| a.pid.iss.as_deref()));
    }
    let one_sided =
        parent.is_some_and(|p| !p.actors.is_empty() && p.iss.is_some() != own.iss.is_some());
    if issuers.len() < 2 && !one_sided {
        return Said::Silent;
    }
    let mut issuers: Vec<&str> = issuers.into_iter().collect();
    issuers.sort_unstable();
    let nameless = listed(nameless);
    Draft {
        severity: Severity::Medium,
        claim: "act.iss".into(),
        found: format!("{nameless} without `iss`"),
        expected: format!("`iss`: one of {}", listed(issuers.iter().copied())),
        message: format!(
            "{nameless} is named without issuer in {}, in a chain of {} issuers: which one is meant is open.",
            own.name(),
            issuers.len().max(2)
        ),
        uncertain: one_sided,
    }
    .into()
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::{Value, json};

    let inner = json!({ "iss": "https://b", "sub": "a" });
    let after = |name: &str| alone(json!({ "act": { "sub": name, "act": inner } }));
    let one_issuer = alone(json!({ "act": { "sub": "b" } }));
    let nameless = json!({ "iss": Value::Null, "act": { "sub": "researcher" } });
    vec![
        fires("two issuers", Severity::Medium, after("b")),
        fires(
            "one side without any",
            Severity::Medium,
            third(&["researcher"], None, nameless),
        ),
        silent("one issuer", one_issuer),
        silent("a URI", after("spiffe://td/b")),
        unknown("opaque", opaque()),
    ]
}
