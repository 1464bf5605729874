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
    false_positives: "An API together with the issuer itself, its userinfo endpoint or, at Keycloak, the services of the realm: these are not counted.",
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
    let receivers: Vec<&str> = aud
        .iter()
        .map(String::as_str)
        .filter(|a| !is_issuers_own(a, own.iss))
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

/// The clients that Keycloak makes for the services of each realm; roles of them put them into `aud`.
const REALM_SERVICES: [&str; 3] = ["account", "broker", "realm-management"];

/// Whether an audience is the issuer itself, an endpoint below it (OpenID providers name their userinfo
/// endpoint beside the API), or one of its services: who could have issued the token need not replay it.
fn is_issuers_own(audience: &str, iss: Option<&str>) -> bool {
    let Some(iss) = iss.map(|iss| iss.trim_end_matches('/')) else {
        return false;
    };
    let below = audience.strip_prefix(iss);
    below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        || (iss.contains("/realms/") && REALM_SERVICES.contains(&audience))
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
        silent("API and issuer", to(json!(["a", AS]))),
        fires(
            "what only begins like the issuer, and is another's",
            Severity::High,
            to(json!(["a", format!("{AS}.evil.example")])),
        ),
        fires(
            "two APIs and two services of the realm",
            Severity::Medium,
            alone(json!({
                "iss": "https://sso.example/realms/lab",
                "aud": ["a", "b", "account", "realm-management"],
            })),
        ),
        fires(
            "names of such services elsewhere",
            Severity::High,
            to(json!(["a", "b", "account", "realm-management"])),
        ),
        unknown("absent", to(Value::Null)),
        unknown("opaque", opaque()),
    ]
}
