//! DG-407: actors spliced.

use crate::risk::{
    Severity,
    actors::Actors,
    compare::Label,
    facts::{listed, shown},
    rule::{Check, Mark, Rule, Said, Surroundings, Wire},
};

#[cfg(test)]
use crate::risk::cases::{
    Case, agent, asked_by, exchanged, fires, regular_third, silent, third, unknown,
};

pub(super) static RULE: Rule = Rule {
    id: "DG-407",
    title: "Actors spliced",
    severity: Severity::Critical,
    floor: Severity::Info,
    condition: "the child names an actor that is neither in the parent nor the presenter",
    why: "A signed history that never happened.",
    source: "RFC 8693 §4.1 (delegation chain splicing)",
    fix: "Have the server take prior actors from the subject token and from nowhere else.",
    false_positives: "Tasks that were merged on purpose.",
    surroundings: Surroundings::Chain,
    mark: Mark::Arrival,
    wire: Wire::Word("actors spliced"),
    yields_to: &[],
    check: Check::Actors(check),
};

fn check(actors: &Actors<'_>) -> Said {
    if let Err(said) = actors.comparable() {
        return said;
    }
    let (found, presenter) = (&actors.found, actors.presenter.as_ref());
    if !found.has(Label::Spliced) {
        return Said::Silent;
    }
    if found.main == Some(Label::UnseenHops) && presenter.is_none() {
        return Said::unknown("hops in between are not loaded: whether they took place is unknown");
    }
    let strangers = actors
        .after
        .iter()
        .filter(|a| found.strangers.contains(a) && Some(*a) != presenter)
        .map(|a| a.sub.as_str());
    let strangers = listed(strangers);
    let (child, parent) = (actors.child.name(), actors.parent.name());
    let message = match presenter {
        Some(x) => format!(
            "{child} names {strangers} among those who act. {} presented this exchange, and {parent} \
             names nobody of that name: a history that never happened.",
            shown(&x.sub)
        ),
        None => format!(
            "{child} names {strangers} as having acted before, and {parent} names nobody of that name: \
             a history that never happened."
        ),
    };
    actors.draft(Severity::Critical, message).into()
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use std::sync::Arc;

    use serde_json::json;

    let inside = third(
        &["researcher", "stranger", "analyst"],
        Some("researcher"),
        json!({}),
    );
    let two_new = |by: Option<&str>| {
        third(
            &["researcher", "stranger", "planner", "analyst"],
            by,
            json!({}),
        )
    };
    vec![
        fires("stranger inside", Severity::Critical, inside),
        fires(
            "two new, exchange seen",
            Severity::Critical,
            two_new(Some("researcher")),
        ),
        silent("the actor token's own actors", {
            let mut evidence = third(&["researcher", "helper"], None, json!({}));
            evidence.hops.drain(1..3);
            evidence.hops[1].parent = Some(0);
            let mut asked = asked_by("researcher");
            asked.actor_token = Some(Arc::new(agent(
                &["helper"],
                json!({ "sub": "researcher", "client_id": "researcher" }),
            )));
            exchanged(evidence, Some(asked))
        }),
        silent("regular", regular_third()),
        unknown("two new, exchange unseen", two_new(None)),
    ]
}
