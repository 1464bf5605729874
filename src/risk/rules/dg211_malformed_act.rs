//! DG-211: malformed `act` or `may_act`.

use crate::risk::{
    Severity,
    actors::{each_party, flaw},
    rule::{Check, Draft, Mark, Rule, Said, Surroundings, UNREADABLE, Wire},
    survey::At,
};

#[cfg(test)]
use crate::risk::cases::{AS, Case, act, alone, fires, opaque, silent, unknown};

pub(super) static RULE: Rule = Rule {
    id: "DG-211",
    title: "Malformed act or may_act",
    severity: Severity::High,
    floor: Severity::Info,
    condition: "`act` or `may_act` is not an object, or has no `sub`, or a `sub` that is not a string",
    why: "The actor is invisible, or each reader makes up its own.",
    source: "RFC 8693 §4.1, §4.4",
    fix: "Have the issuer name each actor by `iss` and `sub`.",
    false_positives: "Actors named by `iss` alone, by agreement.",
    surroundings: Surroundings::Token,
    mark: Mark::Holder,
    wire: Wire::Nothing,
    yields_to: &[],
    check: Check::Token(check),
};

fn check(at: &At<'_>) -> Said {
    let own = at.own;
    if !own.readable {
        return Said::unknown(UNREADABLE);
    }
    let mut first: Option<(String, String)> = None;
    each_party(own, |path, party| {
        if first.is_none()
            && let Some(flaw) = flaw(party)
        {
            first = Some((path.to_owned(), flaw));
        }
    });
    let Some((claim, found)) = first else {
        return Said::Silent;
    };
    Draft {
        severity: Severity::High,
        message: format!(
            "`{claim}` of {} is malformed ({found}): who acts for {} cannot be told.",
            own.name(),
            own.who()
        ),
        claim,
        found,
        expected: "an object with `sub`, a string, and `iss`".into(),
        uncertain: false,
    }
    .into()
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::json;

    let inner = json!({ "act": { "sub": "b", "act": { "name": "a" } } });
    vec![
        fires(
            "act is a string",
            Severity::High,
            alone(json!({ "act": "planner" })),
        ),
        fires(
            "no sub",
            Severity::High,
            alone(json!({ "act": { "iss": AS } })),
        ),
        fires(
            "sub is a number",
            Severity::High,
            alone(json!({ "may_act": { "sub": 7 } })),
        ),
        fires("inner", Severity::High, alone(inner)),
        silent("well formed", alone(json!({ "act": act(&["b", "a"]) }))),
        unknown("opaque", opaque()),
    ]
}
