//! DG-405: actors truncated.

use crate::risk::{
    Severity,
    actors::Actors,
    compare::Label,
    facts::{self, listed},
    rule::{Check, Mark, Rule, Said, Surroundings, Wire},
};

#[cfg(test)]
use crate::risk::cases::{Case, fires, regular_third, silent, third, unknown};

pub(super) static RULE: Rule = Rule {
    id: "DG-405",
    title: "Actors truncated",
    severity: Severity::High,
    floor: Severity::Info,
    condition: "the child's actors, without the new one, are only a part of the parent's",
    why: "Earlier hops are hidden from every later audit.",
    source: "RFC 8693 §4.1",
    fix: "Nest the parent's `act` unchanged.",
    false_positives: "A profile of reduced disclosure (`actp`), which makes it a note.",
    surroundings: Surroundings::Chain,
    mark: Mark::Arrival,
    wire: Wire::Word("actors missing"),
    yields_to: &[],
    check: Check::Actors(check),
};

fn check(actors: &Actors<'_>) -> Said {
    if let Err(said) = actors.comparable() {
        return said;
    }
    match actors.found.main {
        Some(Label::Truncated) => {}
        Some(_) => return Said::Silent,
        None => return Said::unknown("the actors fit no row of the comparison"),
    }
    let (parent, child) = (actors.parent, actors.child);
    let missing: Vec<&str> = actors
        .before
        .iter()
        .filter(|a| !actors.after.contains(a))
        .map(|a| a.sub.as_str())
        .collect();
    let missing = if missing.is_empty() {
        facts::actors(&actors.before)
    } else {
        listed(missing)
    };
    let reduced = [parent, child]
        .iter()
        .any(|f| matches!(f.token.claim_text("actp"), Some("subset" | "actor-only")));
    let severity = if reduced {
        Severity::Info
    } else {
        Severity::High
    };
    let message = format!(
        "{missing} acted before, and {} no longer says so.",
        child.name()
    );
    actors.draft(severity, message).into()
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::json;

    let by = |actors: &[&str]| third(actors, Some("researcher"), json!({}));
    let reduced = third(
        &["researcher"],
        Some("researcher"),
        json!({ "actp": "actor-only" }),
    );
    let unseen = third(&["researcher", "analyst"], None, json!({}));
    let malformed = third(&["researcher"], None, json!({ "act": "x" }));
    vec![
        fires("flattened", Severity::High, by(&["researcher"])),
        fires(
            "one missing",
            Severity::High,
            by(&["researcher", "analyst"]),
        ),
        fires("unseen", Severity::High, unseen),
        fires("reduced by profile", Severity::Info, reduced),
        silent("regular", regular_third()),
        unknown("malformed", malformed),
    ]
}
