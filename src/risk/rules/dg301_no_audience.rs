//! DG-301: no audience.

use crate::risk::{
    Severity,
    facts::Addressed,
    rule::{Check, Draft, Mark, Rule, Said, Surroundings, UNREADABLE, Wire},
    survey::At,
};

#[cfg(test)]
use crate::risk::cases::{Case, alone, fires, opaque, silent, typed, unknown};

pub(super) static RULE: Rule = Rule {
    id: "DG-301",
    title: "No audience",
    severity: Severity::High,
    floor: Severity::Info,
    condition: "`aud` is absent; medium where `sub` is absent too and a session (`sid`) stands in its place",
    why: "The token is usable anywhere its issuer is trusted.",
    source: "RFC 9068 §2.2; RFC 8725 §3.9",
    fix: "Ask with `resource` or `audience`, and have the server restrict the token to it.",
    false_positives: "Workload identity tokens, which must not have it; a domain with one resource server; lightweight tokens that say it at introspection.",
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
    match own.addressed() {
        Addressed::Yes if own.audiences.is_none() => {}
        Addressed::Unknown => return Said::unknown("what the token is for is unknown"),
        _ => return Said::Silent,
    }
    if own.token.claim("aud").is_some() {
        return Said::unknown("`aud` is absent, or neither a string nor strings");
    }
    Draft {
        severity: if own.is_by_session() {
            Severity::Medium
        } else {
            Severity::High
        },
        claim: "aud".into(),
        found: "absent".into(),
        expected: "the one receiver that the token is for".into(),
        message: format!(
            "{} about {} is for nobody in particular: every API that trusts its \
             issuer takes it.",
            own.the_token(),
            own.who()
        ),
        uncertain: false,
    }
    .into()
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::json;

    vec![
        fires("absent", Severity::High, alone(json!({ "aud": null }))),
        fires(
            "a session that its reader asks the issuer about",
            Severity::Medium,
            alone(
                json!({ "sub": null, "aud": null, "azp": "cli", "client_id": null, "sid": "s1" }),
            ),
        ),
        silent("there", alone(json!({}))),
        unknown("a number", alone(json!({ "aud": 7 }))),
        unknown("kind unknown", typed("example+jwt", json!({}))),
        unknown("opaque", opaque()),
    ]
}
