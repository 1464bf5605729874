//! DG-404: actors dropped.

use crate::risk::{
    Severity,
    actors::{Actors, Situation, may_lack_act},
    facts,
    rule::{Check, Draft, Mark, Rule, Said, Surroundings, Wire},
};

#[cfg(test)]
use crate::risk::cases::{Case, fires, regular_third, silent, third, unknown, with_opaque_parent};

pub(super) static RULE: Rule = Rule {
    id: "DG-404",
    title: "Actors dropped",
    severity: Severity::High,
    floor: Severity::Info,
    condition: "the parent has actors, the child has none",
    why: "The trail ends, and with it every check on who acts.",
    source: "RFC 8693 §4.1",
    fix: "Keep the parent's `act` inside the new one.",
    false_positives: "Servers that know no `act`; ID and refresh tokens; data minimisation across domains.",
    surroundings: Surroundings::Chain,
    mark: Mark::Arrival,
    wire: Wire::Word("actors dropped"),
    yields_to: &[],
    check: Check::Actors(check),
};

fn check(actors: &Actors<'_>) -> Said {
    let (parent, child) = (actors.parent, actors.child);
    if actors.situation != Situation::Dropped
        || child.aauth
        || parent.aauth
        || may_lack_act(child.kind)
    {
        return Said::Silent;
    }
    let message = format!(
        "{} acted before {}, which names nobody: it looks as if {} had done it.",
        facts::actors(&actors.before),
        child.name(),
        child.who()
    );
    Draft {
        found: "absent".into(),
        uncertain: false,
        ..actors.draft(Severity::High, message)
    }
    .into()
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::json;

    let nobody = || third(&[], Some("researcher"), json!({}));
    vec![
        fires("none left", Severity::High, nobody()),
        silent("regular", regular_third()),
        unknown("opaque parent", with_opaque_parent(regular_third())),
        unknown("malformed", third(&[], None, json!({ "act": "x" }))),
    ]
}
