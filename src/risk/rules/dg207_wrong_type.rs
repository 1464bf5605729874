//! DG-207: wrong type or unit.

use serde_json::Value;

use crate::risk::{
    Severity,
    facts::shown,
    rule::{Check, Draft, Mark, Rule, Said, Surroundings, UNREADABLE, Wire},
    survey::At,
};

#[cfg(test)]
use crate::risk::cases::{Case, NOW, alone, fires, opaque, silent, unknown};

pub(super) static RULE: Rule = Rule {
    id: "DG-207",
    title: "Wrong type or unit",
    severity: Severity::Medium,
    floor: Severity::Info,
    condition: "a time that is not a number or is not in seconds, `iss`, `sub`, `jti` or `client_id` that is not a string, `aud` that is neither a string nor an array of strings, or `scope` that is not a string",
    why: "Strict receivers refuse it, lenient ones each read something else: of whom, for whom, until when.",
    source: "RFC 7519 §2, §4.1; RFC 8693 §4.2",
    fix: "Write each claim in the type that its specification gives: times in seconds, names as strings, scopes in one string.",
    false_positives: "Vendors that give scopes as a list in `scp`, which is theirs. Spring Authorization Server gives a list in `scope` by default: receivers of its own read it.",
    surroundings: Surroundings::Lab,
    mark: Mark::Holder,
    wire: Wire::Nothing,
    yields_to: &[],
    check: Check::Token(check),
};

/// No time in seconds is as great: it is in milliseconds, or in something still finer.
const NOT_SECONDS: f64 = 1e11;

fn check(at: &At<'_>) -> Said {
    let own = at.own;
    if !own.readable {
        return Said::unknown(UNREADABLE);
    }
    let mut drafts = Vec::new();
    let mut wrong = |claim: &str, value: &Value, expected: &str| {
        let found = match value {
            Value::String(text) => format!("the string {}", shown(text)),
            other => shown(&other.to_string()),
        };
        drafts.push(Draft {
            severity: Severity::Medium,
            claim: claim.into(),
            message: format!(
                "`{claim}` of {} is {found}: not every receiver reads that alike.",
                own.name()
            ),
            found,
            expected: expected.into(),
            uncertain: false,
        });
    };
    for claim in ["exp", "nbf", "iat", "auth_time"] {
        if let Some(value) = own.token.claim(claim)
            && value.as_f64().is_none_or(|n| n.abs() > NOT_SECONDS)
        {
            wrong(claim, value, "a number of seconds since 1970");
        }
    }
    for claim in ["iss", "sub", "jti", "client_id"] {
        if let Some(value) = own.token.claim(claim).filter(|v| !v.is_string()) {
            wrong(claim, value, "a string");
        }
    }
    if let Some(value) = own.token.claim("aud")
        && own.audiences.is_none()
    {
        wrong("aud", value, "a string, or an array of strings");
    }
    if let Some(value) = own.token.claim("scope").filter(|v| !v.is_string()) {
        wrong("scope", value, "one string, scopes apart by spaces");
    }
    Said::from(drafts)
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::json;

    vec![
        fires(
            "numeric sub",
            Severity::Medium,
            alone(json!({ "sub": 4711 })),
        ),
        fires(
            "time in milliseconds",
            Severity::Medium,
            alone(json!({ "exp": (NOW + 240) * 1000 })),
        ),
        fires(
            "time as a string",
            Severity::Medium,
            alone(json!({ "iat": NOW.to_string() })),
        ),
        fires(
            "numeric aud",
            Severity::Medium,
            alone(json!({ "aud": [7] })),
        ),
        fires(
            "scopes as a list",
            Severity::Medium,
            alone(json!({ "scope": ["a", "b"] })),
        ),
        silent("as they should be", alone(json!({}))),
        silent("several audiences", alone(json!({ "aud": ["a", "b"] }))),
        silent(
            "a vendor's list",
            alone(json!({ "scope": null, "scp": ["a"] })),
        ),
        unknown("opaque", opaque()),
    ]
}
