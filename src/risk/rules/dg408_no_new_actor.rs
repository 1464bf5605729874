//! DG-408: hop without a new actor.

use crate::risk::{
    Severity,
    actors::{Actors, Situation},
    compare::Label,
    facts::{self, shown},
    rule::{Check, Draft, Mark, Rule, Said, Surroundings, Wire},
};

#[cfg(test)]
use crate::risk::cases::{Case, fires, pair as hops, silent, third, unknown};

pub(super) static RULE: Rule = Rule {
    id: "DG-408",
    title: "Hop without a new actor",
    severity: Severity::Medium,
    floor: Severity::Info,
    condition: "client or key of the holder changed, yet the actors are the same",
    why: "An invisible middleman.",
    source: "RFC 8693 §1.1",
    fix: "Send an actor token at each hop.",
    false_positives: "The same agent under a new client registration.",
    surroundings: Surroundings::Chain,
    mark: Mark::Arrival,
    wire: Wire::Word("holder not named"),
    yields_to: &[&super::dg412_impersonation::RULE],
    check: Check::Actors(check),
};

fn check(actors: &Actors<'_>) -> Said {
    let comparable = matches!(actors.situation, Situation::Nobody | Situation::Comparable);
    if !comparable || actors.found.main != Some(Label::Continuation) {
        return Said::Silent;
    }
    let (parent, child) = (actors.parent, actors.child);
    let clients = parent.client.zip(child.client);
    let keys = parent.key.as_deref().zip(child.key.as_deref());
    // Thumbprints of one kind only are compared.
    let kind = |key: &str| {
        key.split_once(':')
            .map_or_else(String::new, |(k, _)| k.to_owned())
    };
    let keys = keys.filter(|(a, b)| kind(a) == kind(b));
    let (claim, before, after) = match (clients, keys) {
        (Some((a, b)), _) if a != b => ("client_id", a, b),
        (_, Some((a, b))) if a != b => ("cnf", a, b),
        (None, None) => {
            return Said::unknown("`client_id` and key are not known on both sides");
        }
        _ => return Said::Silent,
    };
    Draft {
        severity: Severity::Medium,
        claim: claim.into(),
        found: shown(after),
        expected: shown(before),
        message: format!(
            "{} went from {} to {}, yet names the same actors ({}): the new holder is invisible.",
            child.name(),
            shown(before),
            shown(after),
            facts::actors(&actors.after)
        ),
        uncertain: actors.found.by_name,
    }
    .into()
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::{Value, json};

    let same = |changes: Value| third(&["planner", "analyst"], None, changes);
    let certificate = same(json!({ "cnf": { "x5t#S256": "hash" } }));
    let nobody = hops(json!({}), json!({ "act": null }));
    vec![
        fires(
            "another client",
            Severity::Medium,
            same(json!({ "client_id": "proxy" })),
        ),
        fires(
            "another key",
            Severity::Medium,
            same(json!({ "cnf": { "jkt": "other" } })),
        ),
        silent("renewed", same(json!({}))),
        silent(
            "a certificate is not compared with a thumbprint",
            certificate,
        ),
        silent("impersonation says it better", nobody),
        unknown(
            "neither known",
            same(json!({ "client_id": null, "cnf": null })),
        ),
    ]
}
