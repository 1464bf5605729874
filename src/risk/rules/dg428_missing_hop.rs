//! DG-428: missing hop evidence.

use crate::risk::{
    Severity,
    actors::Actors,
    compare::Label,
    facts::actors,
    rule::{Check, Draft, Mark, Rule, Said, Surroundings, UNREADABLE, Wire},
    survey::At,
};

#[cfg(test)]
use crate::risk::cases::{Case, agent, alone, fires, one, opaque, silent, third, unknown};

pub(super) static RULE: Rule = Rule {
    id: "DG-428",
    title: "Missing hop evidence",
    severity: Severity::Info,
    floor: Severity::Info,
    condition: "the actors imply hops for which no token is loaded",
    why: "The graph has a hole: what happened in between is hearsay.",
    source: "policy",
    fix: "Load the tokens of the hops in between.",
    false_positives: "A token that is loaded alone.",
    surroundings: Surroundings::Chain,
    mark: Mark::Arrival,
    wire: Wire::Nothing,
    yields_to: &[],
    check: Check::Hop(check),
};

fn check(at: &At<'_>) -> Said {
    if at.own.hop.parent.is_none() {
        return parent_not_loaded(at);
    }
    // What cannot be compared is for the rules that compare to say.
    let Some(pair) = at.pair() else {
        return Said::Silent;
    };
    at.actors(&pair).map_or(Said::Silent, hops_between)
}

fn hops_between(actors_of: &Actors<'_>) -> Said {
    if actors_of.comparable().is_err() || actors_of.found.main != Some(Label::UnseenHops) {
        return Said::Silent;
    }
    let between = actors_of.found.strangers.get(1..).unwrap_or_default();
    let message = format!(
        "{} acted between {} and {}, and no token shows how.",
        actors(between),
        actors_of.parent.name(),
        actors_of.child.name()
    );
    actors_of.draft(Severity::Info, message).into()
}

fn parent_not_loaded(at: &At<'_>) -> Said {
    let own = at.own;
    if !own.readable {
        return Said::unknown(UNREADABLE);
    }
    if own.actors.is_empty() {
        return Said::Silent;
    }
    let chain = actors(&own.chain());
    Draft {
        severity: Severity::Info,
        claim: "act".into(),
        expected: "a token for each hop".into(),
        message: format!(
            "{chain} acted on the way to {}, and no token shows how.",
            own.name()
        ),
        found: chain,
        uncertain: false,
    }
    .into()
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::json;

    let gap = third(&["researcher", "x", "planner", "analyst"], None, json!({}));
    vec![
        fires("alone", Severity::Info, one(agent(&["b", "a"], json!({})))),
        fires("a gap", Severity::Info, gap),
        silent("no actors", alone(json!({}))),
        unknown("opaque", opaque()),
    ]
}
