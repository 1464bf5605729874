//! DG-415: delegation cycle.

use std::collections::HashMap;

use crate::{
    risk::{
        Severity,
        facts::{actors, shown},
        rule::{Check, Draft, Mark, Rule, Said, Surroundings, UNREADABLE, Wire},
        survey::At,
    },
    token::claims::Pid,
};

#[cfg(test)]
use crate::risk::cases::{Case, agent, chain, fires, one, opaque, silent, unknown, user};

pub(super) static RULE: Rule = Rule {
    id: "DG-415",
    title: "Delegation cycle",
    severity: Severity::Medium,
    floor: Severity::Info,
    condition: "an actor occurs twice, or the current actor is the subject of an earlier hop; more than two times: high",
    why: "Loops burn money and launder rights.",
    source: "policy",
    fix: "Check for loops before an exchange.",
    false_positives: "Callbacks: A to B and back to A.",
    surroundings: Surroundings::Chain,
    mark: Mark::Arrival,
    wire: Wire::Word("cycle"),
    yields_to: &[],
    check: Check::Hop(check),
};

fn check(at: &At<'_>) -> Said {
    let own = at.own;
    if !own.readable {
        return Said::unknown(UNREADABLE);
    }
    let mut counts: HashMap<&Pid, usize> = HashMap::new();
    for actor in own.actors.iter().filter(|a| !a.pid.sub.is_empty()) {
        *counts.entry(&actor.pid).or_default() += 1;
    }
    // In the order of the chain, so that the message is the same each time.
    let most = own
        .actors
        .iter()
        .map(|a| (counts.get(&a.pid).copied().unwrap_or(0), &a.pid.sub))
        .rev()
        .max_by_key(|(n, _)| *n);
    let first = own.actors.first().map(|a| &a.pid);
    let returned = first.filter(|pid| own.earlier.contains(pid));
    let (severity, message) = match (most, returned) {
        (Some((n, sub)), _) if n > 1 => (
            if n > 2 {
                Severity::High
            } else {
                Severity::Medium
            },
            format!(
                "{} acts {} in {}: authority runs in a circle.",
                shown(sub),
                if n == 2 {
                    "twice".into()
                } else {
                    format!("{n} times")
                },
                own.name()
            ),
        ),
        (_, Some(pid)) => (
            Severity::Medium,
            format!(
                "{} acts in {}, and was the subject of an earlier hop: authority runs in a circle.",
                shown(&pid.sub),
                own.name()
            ),
        ),
        _ => return Said::Silent,
    };
    Draft {
        severity,
        claim: "act".into(),
        found: actors(&own.chain()),
        expected: "each actor once".into(),
        message,
        uncertain: false,
    }
    .into()
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::json;

    let with = |names: &[&str]| one(agent(names, json!({})));
    let itself = json!({ "sub": "planner", "client_id": "planner" });
    let callback = chain([
        (None, user(itself)),
        (
            Some("planner"),
            agent(&["planner"], json!({ "sub": "planner" })),
        ),
    ]);
    vec![
        fires("twice", Severity::Medium, with(&["a", "b", "a"])),
        fires("three times", Severity::High, with(&["a", "b", "a", "a"])),
        fires("subject of an earlier hop", Severity::Medium, callback),
        silent("once each", with(&["a", "b"])),
        unknown("opaque", opaque()),
    ]
}
