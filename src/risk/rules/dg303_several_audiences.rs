//! DG-303: several audiences.

use crate::risk::{
    Severity,
    facts::{Addressed, listed},
    rule::{Check, Draft, Mark, Rule, Said, Surroundings, UNREADABLE, Wire},
    survey::At,
};

#[cfg(test)]
use crate::risk::cases::{AS, Case, alone, fires, opaque, silent, unknown};

pub(super) static RULE: Rule = Rule {
    id: "DG-303",
    title: "Several audiences",
    severity: Severity::Medium,
    floor: Severity::Info,
    condition: "`aud` names more than one receiver; more than three: high",
    why: "Each receiver can replay the token to the others.",
    source: "RFC 9700 §2.3; JWT-SVID §7.2",
    fix: "Issue one token for each receiver.",
    false_positives: "An API together with the userinfo endpoint of an OpenID provider.",
    surroundings: Surroundings::Token,
    mark: Mark::Reach,
    wire: Wire::Nothing,
    yields_to: &[],
    check: Check::Token(check),
};

fn check(at: &At<'_>) -> Said {
    let own = at.own;
    if !own.readable {
        return Said::unknown(UNREADABLE);
    }
    if own.addressed() != Addressed::Yes {
        return Said::Silent;
    }
    let Some(aud) = &own.audiences else {
        return Said::unknown("`aud` is absent, or neither a string nor strings");
    };
    // The userinfo endpoint of the issuer, beside the API, is how OpenID providers do it.
    let userinfo = own
        .iss
        .map(|iss| format!("{}/userinfo", iss.trim_end_matches('/')));
    let receivers: Vec<&str> = aud
        .iter()
        .map(String::as_str)
        .filter(|a| userinfo.as_deref() != Some(*a))
        .collect();
    if receivers.len() < 2 {
        return Said::Silent;
    }
    Draft {
        severity: if receivers.len() > 3 {
            Severity::High
        } else {
            Severity::Medium
        },
        claim: "aud".into(),
        found: listed(receivers.iter().copied()),
        expected: "one receiver".into(),
        message: format!(
            "{} receivers take the token of {}: each of them can replay it to the others.",
            receivers.len(),
            own.name()
        ),
        uncertain: false,
    }
    .into()
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::{Value, json};

    let to = |aud: Value| alone(json!({ "aud": aud }));
    vec![
        fires("two", Severity::Medium, to(json!(["a", "b"]))),
        fires("four", Severity::High, to(json!(["a", "b", "c", "d"]))),
        silent("one", to(json!(["a"]))),
        silent(
            "API and userinfo",
            to(json!(["a", format!("{AS}/userinfo")])),
        ),
        unknown("absent", to(Value::Null)),
        unknown("opaque", opaque()),
    ]
}
