//! DG-502: life too long.

use crate::{
    risk::{
        Severity,
        rule::{Check, Draft, Mark, Rule, Said, Surroundings, Wire},
        survey::At,
    },
    token::{Kind, explain::duration},
};

#[cfg(test)]
use crate::risk::cases::{Case, NOW, alone, fires, opaque, silent, typed, unknown};

pub(super) static RULE: Rule = Rule {
    id: "DG-502",
    title: "Life too long",
    severity: Severity::Medium,
    floor: Severity::Info,
    condition: "longer than its kind should live: access 1 h (high from 24 h), ID-JAG and transaction 5 min (15 min), assertion 5 min (1 h)",
    why: "A stolen agent token stays useful, and revocation never reaches it.",
    source: "RFC 9700 §2.2",
    fix: "Shorten it; agents can exchange again.",
    false_positives: "Tokens that are introspected at each use.",
    surroundings: Surroundings::Token,
    mark: Mark::Holder,
    wire: Wire::Nothing,
    yields_to: &[],
    check: Check::Token(check),
};

fn check(at: &At<'_>) -> Said {
    let own = at.own;
    let (medium, high) = match own.kind {
        // Of a grant an hour is what servers take at most, and what their libraries write.
        Kind::AccessToken | Kind::PresumedAccessToken | Kind::JwtGrant => (3_600, 86_400),
        Kind::IdJag | Kind::TxnToken => (300, 900),
        Kind::ClientAssertion => (300, 3_600),
        Kind::Opaque | Kind::Encrypted | Kind::Unknown => {
            return Said::unknown("how long such a token may live is unknown");
        }
        _ => return Said::Silent,
    };
    let Some(life) = own.life() else {
        return Said::unknown("`exp`, or both `iat` and `nbf`, are absent");
    };
    if life <= medium {
        return Said::Silent;
    }
    Draft {
        severity: if life > high {
            Severity::High
        } else {
            Severity::Medium
        },
        claim: "exp".into(),
        found: duration(life),
        expected: format!("at most {}", duration(medium)),
        message: format!(
            "The {} of {} lives {}: stolen, it serves for as long.",
            if own.is_access() {
                Kind::AccessToken.label().to_lowercase()
            } else {
                own.kind.label().to_lowercase()
            },
            own.name(),
            duration(life)
        ),
        uncertain: false,
    }
    .into()
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::json;

    let lives = |seconds: i64| json!({ "iat": NOW, "exp": NOW + seconds });
    let by_nbf = alone(json!({ "iat": null, "nbf": NOW, "exp": NOW + 4_000 }));
    vec![
        fires("over an hour", Severity::Medium, alone(lives(3_601))),
        fires("over a day", Severity::High, alone(lives(86_401))),
        fires(
            "transaction token",
            Severity::Medium,
            typed("txntoken+jwt", lives(301)),
        ),
        fires("by nbf", Severity::Medium, by_nbf),
        silent("an hour", alone(lives(3_600))),
        unknown("no beginning", alone(json!({ "iat": null }))),
        unknown("opaque", opaque()),
    ]
}
