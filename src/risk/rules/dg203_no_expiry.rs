//! DG-203: no expiry.

use crate::risk::{
    Severity,
    due::where_due,
    facts::Facts,
    rule::{Check, Draft, Mark, Rule, Said, Surroundings, Wire},
    shared_claims::{Shared, is_due},
    survey::At,
};

#[cfg(test)]
use crate::risk::cases::{Case, alone, fires, opaque, silent, typed, unknown};

pub(super) static RULE: Rule = Rule {
    id: "DG-203",
    title: "No expiry",
    severity: Severity::Critical,
    floor: Severity::Info,
    condition: "`exp` is absent; critical for a bearer token, else high",
    why: "Agents store tokens: in queues, logs, memories and prompts.",
    source: "RFC 9068 §2.2; RFC 7523 §3",
    fix: "Add `exp`, minutes ahead.",
    false_positives: "DPoP proofs; introspection responses.",
    surroundings: Surroundings::Token,
    mark: Mark::Holder,
    wire: Wire::Nothing,
    yields_to: &[],
    check: Check::Token(check),
};

fn check(at: &At<'_>) -> Said {
    let own = at.own;
    let due = |kind| is_due(Shared::Exp, kind) == Some(true);
    where_due(own, due, || judge(own))
}

fn judge(own: &Facts<'_>) -> Said {
    if own.exp.is_some() {
        return Said::Silent;
    }
    if own.token.claim("exp").is_some() {
        return Said::unknown("`exp` is no date");
    }
    let bearer = own.key.is_none();
    Draft {
        severity: if bearer {
            Severity::Critical
        } else {
            Severity::High
        },
        claim: "exp".into(),
        found: "absent".into(),
        expected: "an end, minutes ahead".into(),
        message: format!(
            "The {}token of {} about {} never ends.",
            if bearer { "bearer " } else { "" },
            own.name(),
            own.who()
        ),
        uncertain: false,
    }
    .into()
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::json;

    let proof = json!({ "exp": null, "htm": "GET", "htu": "https://a.example" });
    vec![
        fires("bound", Severity::High, alone(json!({ "exp": null }))),
        fires(
            "bearer",
            Severity::Critical,
            alone(json!({ "exp": null, "cnf": null })),
        ),
        silent("there", alone(json!({}))),
        silent("DPoP proof", typed("dpop+jwt", proof)),
        unknown("not a number", alone(json!({ "exp": "tomorrow" }))),
        unknown("kind unknown", typed("example+jwt", json!({ "exp": null }))),
        unknown("opaque", opaque()),
    ]
}
