//! DG-406: actors reordered.

use crate::risk::{
    Severity,
    actors::Actors,
    compare::Label,
    rule::{Check, Mark, Rule, Said, Surroundings, Wire},
};

#[cfg(test)]
use crate::risk::cases::{Case, fires, regular_third, silent, third, unknown, with_opaque_parent};

pub(super) static RULE: Rule = Rule {
    id: "DG-406",
    title: "Actors reordered",
    severity: Severity::High,
    floor: Severity::Info,
    condition: "the same actors in another order",
    why: "The history is false: who handed on to whom decides who is to blame.",
    source: "RFC 8693 §4.1",
    fix: "Nest the parent's `act` unchanged.",
    false_positives: "Products that keep actors as a flat list.",
    surroundings: Surroundings::Chain,
    mark: Mark::Arrival,
    wire: Wire::Word("actors reordered"),
    yields_to: &[],
    check: Check::Actors(check),
};

fn check(actors: &Actors<'_>) -> Said {
    if let Err(said) = actors.comparable() {
        return said;
    }
    if actors.found.main.is_none() {
        return Said::unknown("the actors fit no row of the comparison");
    }
    if !actors.found.has(Label::Reordered) {
        return Said::Silent;
    }
    let message = format!(
        "{} tells the actors in another order than {}.",
        actors.child.name(),
        actors.parent.name()
    );
    actors.draft(Severity::High, message).into()
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::json;

    let swapped = third(
        &["researcher", "analyst", "planner"],
        Some("researcher"),
        json!({}),
    );
    let nobody_new = third(&["analyst", "planner"], None, json!({}));
    vec![
        fires("swapped", Severity::High, swapped),
        fires("swapped, nobody new", Severity::High, nobody_new),
        silent("regular", regular_third()),
        unknown("opaque parent", with_opaque_parent(regular_third())),
    ]
}
