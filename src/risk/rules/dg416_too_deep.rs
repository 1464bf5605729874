//! DG-416: too deep.

use crate::risk::{
    Severity,
    rule::{Check, Draft, Mark, Rule, Said, Surroundings, UNREADABLE, Wire},
    survey::At,
};

#[cfg(test)]
use crate::risk::cases::{Case, agent, fires, one, opaque, silent, unknown};

pub(super) static RULE: Rule = Rule {
    id: "DG-416",
    title: "Too deep",
    severity: Severity::Medium,
    floor: Severity::Info,
    condition: "more actors than the limit",
    why: "Nobody audits a chain that long.",
    source: "policy",
    fix: "Limit the depth at the token endpoint.",
    false_positives: "Pipelines that are planned so.",
    surroundings: Surroundings::Chain,
    mark: Mark::Arrival,
    wire: Wire::Nothing,
    yields_to: &[],
    check: Check::Hop(check),
};

fn check(at: &At<'_>) -> Said {
    let own = at.own;
    if !own.readable {
        return Said::unknown(UNREADABLE);
    }
    let (depth, limit) = (own.actors.len(), at.settings.max_depth);
    if depth <= limit {
        return Said::Silent;
    }
    Draft {
        severity: Severity::Medium,
        claim: "act".into(),
        found: format!("{depth} actors"),
        expected: format!("at most {limit}"),
        message: format!("{} has passed through {depth} actors.", own.name()),
        uncertain: false,
    }
    .into()
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    let with = |names: &[&str]| one(agent(names, serde_json::json!({})));
    vec![
        fires("five", Severity::Medium, with(&["a", "b", "c", "d", "e"])),
        silent("five, where six may", with(&["a", "b", "c", "d", "e"])).under(|s| s.max_depth = 6),
        silent("four", with(&["a", "b", "c", "d"])),
        unknown("opaque", opaque()),
    ]
}
