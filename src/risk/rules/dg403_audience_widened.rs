//! DG-403: audience widened.

use std::collections::BTreeSet;

use crate::risk::{
    Severity,
    facts::listed,
    rule::{Check, Draft, Mark, Rule, Said, Surroundings, Wire},
    survey::Pair,
};

#[cfg(test)]
use crate::risk::cases::{Case, asked_by, exchanged, fires, pair as hops, silent, unknown};

pub(super) static RULE: Rule = Rule {
    id: "DG-403",
    title: "Audience widened",
    severity: Severity::High,
    floor: Severity::Info,
    condition: "the child has a target that was neither requested nor in the parent, or more targets than the parent and not all of them requested; medium when none was requested, so that the server chose",
    why: "The agent reaches places that nobody asked for.",
    source: "RFC 8693 §2.1.1",
    fix: "Restrict `aud` to what was requested.",
    false_positives: "A change of audience to the next hop is normal and no finding.",
    surroundings: Surroundings::Chain,
    mark: Mark::Target,
    wire: Wire::Word("not requested"),
    yields_to: &[],
    check: Check::Pair(check),
};

/// A mere change of audience is what exchanges are for.
fn check(pair: &Pair<'_>) -> Said {
    let (parent, child) = (pair.parent, pair.child);
    let Some(after) = &child.audiences else {
        return Said::unknown(format!("{} has no `aud`", child.name()));
    };
    let before = parent.audiences.as_ref();
    let requested = child.asked().and_then(|asked| asked.targets.as_ref());
    let all_requested = requested.is_some_and(|targets| after.is_subset(targets));
    let more = !all_requested && before.is_some_and(|before| after.len() > before.len());
    // Without a target in the request it is for the server to say where the token goes (RFC 8707 §2).
    let servers_choice = child.asked().is_some() && requested.is_none_or(BTreeSet::is_empty);
    let strange: Vec<&str> = after
        .iter()
        .map(String::as_str)
        .filter(|a| before.is_none_or(|before| !before.contains(*a)))
        .collect();
    let unasked: Option<Vec<&str>> = child.asked().map(|asked| {
        strange
            .iter()
            .copied()
            .filter(|a| asked.targets.as_ref().is_none_or(|t| !t.contains(*a)))
            .collect()
    });
    let unasked = match unasked {
        Some(unasked) => unasked,
        None if strange.is_empty() || more => Vec::new(),
        None => {
            return Said::unknown("the exchange was not seen: what was requested is unknown");
        }
    };
    if unasked.is_empty() && !more {
        return if before.is_none() {
            Said::unknown(format!("{} has no `aud` to compare with", parent.name()))
        } else {
            Said::Silent
        };
    }
    let (found, expected, message) = if unasked.is_empty() {
        let counts = (before.map_or(0, BTreeSet::len), after.len());
        (
            listed(after.iter().map(String::as_str)),
            format!("at most {} receivers", counts.0),
            format!(
                "{} is for {} receivers, {} was for {}.",
                child.name(),
                counts.1,
                parent.name(),
                counts.0
            ),
        )
    } else {
        let unasked = listed(unasked);
        let message = format!(
            "{} reaches {unasked}, which nobody asked for and {} does not name.",
            child.name(),
            parent.name()
        );
        let expected = match requested.filter(|targets| !targets.is_empty()) {
            Some(targets) => listed(targets.iter().map(String::as_str)),
            None => "no other target than the parent's, for none was requested".into(),
        };
        (unasked, expected, message)
    };
    Draft {
        severity: if servers_choice {
            Severity::Medium
        } else {
            Severity::High
        },
        claim: "aud".into(),
        found,
        expected,
        message,
        uncertain: false,
    }
    .into()
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::{Value, json};

    use crate::evidence::RequestedExchange;

    let to = |aud: Value, asked: &str| {
        let exchange = RequestedExchange {
            targets: Some([asked.to_owned()].into()),
            ..asked_by("planner")
        };
        exchanged(
            hops(json!({ "aud": "a" }), json!({ "aud": aud })),
            Some(exchange),
        )
    };
    let unseen = |aud: Value| exchanged(to(aud, ""), None);
    vec![
        fires("nobody asked", Severity::High, to(json!("c"), "b")),
        fires(
            "more than before",
            Severity::High,
            to(json!(["a", "b"]), "b"),
        ),
        fires("more, unseen", Severity::High, unseen(json!(["a", "b"]))),
        fires(
            "none was asked for",
            Severity::Medium,
            exchanged(to(json!(["b", "c"]), ""), Some(asked_by("planner"))),
        ),
        silent("all asked for", {
            let exchange = RequestedExchange {
                targets: Some(["b".to_owned(), "c".to_owned()].into()),
                ..asked_by("planner")
            };
            exchanged(to(json!(["b", "c"]), ""), Some(exchange))
        }),
        silent("asked for", to(json!("b"), "b")),
        silent("the same", unseen(json!("a"))),
        unknown("request not seen", unseen(json!("b"))),
        unknown("child has none", unseen(Value::Null)),
    ]
}
