//! DG-413: actor identity mismatch.

use crate::risk::{
    Severity,
    actors::Actors,
    compare::Label,
    facts::shown,
    rule::{Check, Draft, Mark, Rule, Said, Surroundings, Wire},
};

#[cfg(test)]
use crate::risk::cases::{
    Case, asked_as, asked_by, exchanged, fires, pair as hops, silent, unknown,
};

pub(super) static RULE: Rule = Rule {
    id: "DG-413",
    title: "Actor identity mismatch",
    severity: Severity::Critical,
    floor: Severity::Info,
    condition: "the child's current actor is not the subject of the actor token (or the authenticated client)",
    why: "`act` is forged: somebody else is to blame for what this agent does.",
    source: "RFC 8693 §4.1, appendix A.2",
    fix: "Have the server bind the actor to the one that authenticated.",
    false_positives: "Names that are mapped between systems.",
    surroundings: Surroundings::Chain,
    mark: Mark::Arrival,
    wire: Wire::Word("actor not the presenter"),
    yields_to: &[],
    check: Check::Actors(check),
};

fn check(actors: &Actors<'_>) -> Said {
    if let Err(said) = actors.comparable() {
        return said;
    }
    if actors.found.main == Some(Label::Continuation) {
        return Said::Silent;
    }
    let (Some(x), Some(first)) = (&actors.presenter, actors.after.first()) else {
        return Said::unknown("the exchange was not seen: who presented it is unknown");
    };
    let same = if actors.found.by_name {
        x.sub == first.sub
    } else {
        x == first
    };
    if same {
        return Said::Silent;
    }
    Draft {
        severity: Severity::Critical,
        claim: "act.sub".into(),
        found: shown(&first.sub),
        expected: shown(&x.sub),
        message: format!(
            "{} presented the exchange, yet {} names {} as the one who acts.",
            shown(&x.sub),
            actors.child.name(),
            shown(&first.sub)
        ),
        uncertain: actors.found.by_name,
    }
    .into()
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::json;

    use crate::evidence::RequestedExchange;

    let by = |exchange: Option<RequestedExchange>| exchanged(hops(json!({}), json!({})), exchange);
    let opaque_actor = RequestedExchange {
        actor_token_sent: true,
        ..asked_as("planner")
    };
    vec![
        fires(
            "actor token of another",
            Severity::Critical,
            by(Some(asked_by("researcher"))),
        ),
        fires(
            "client is another",
            Severity::Critical,
            by(Some(asked_as("researcher"))),
        ),
        silent("the one sent", by(Some(asked_by("planner")))),
        silent("the client", by(Some(asked_as("planner")))),
        unknown("exchange unseen", by(None)),
        unknown("actor token opaque", by(Some(opaque_actor))),
    ]
}
