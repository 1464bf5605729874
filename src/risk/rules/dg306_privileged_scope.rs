//! DG-306: privileged scope.

use crate::{
    risk::{
        Severity,
        facts::{is_privileged, listed, shown},
        rule::{Check, Draft, Mark, Rule, Said, Surroundings, UNREADABLE, Wire},
        survey::At,
    },
    token::Kind,
};

#[cfg(test)]
use crate::risk::cases::{Case, alone, fires, opaque, silent, unknown};

pub(super) static RULE: Rule = Rule {
    id: "DG-306",
    title: "Privileged scope",
    severity: Severity::High,
    floor: Severity::Info,
    condition: "a scope is on the list of privileged ones (`admin`, `*`, `*:write`, `root`, `manage`, `impersonat*`, `offline_access`, `payments`)",
    why: "One prompt injection gets all of it.",
    source: "RFC 9700 §2.3",
    fix: "Ask for narrower scopes, or for `authorization_details` with limits.",
    false_positives: "Agents for administration, with approval.",
    surroundings: Surroundings::Lab,
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
    let due = matches!(
        own.kind,
        Kind::AccessToken
            | Kind::PresumedAccessToken
            | Kind::RefreshToken
            | Kind::TxnToken
            | Kind::IdJag
            | Kind::JwtGrant
            | Kind::Unknown
    );
    if !due {
        return Said::Silent;
    }
    let Some(scopes) = &own.scopes else {
        return Said::unknown("`scope` is absent");
    };
    let found: Vec<&str> = scopes
        .iter()
        .map(String::as_str)
        .filter(|s| is_privileged(s, at.settings))
        .collect();
    if found.is_empty() {
        return Said::Silent;
    }
    let found = listed(found);
    Draft {
        severity: Severity::High,
        claim: "scope".into(),
        expected: "scopes for this task only".into(),
        message: format!(
            "{} holds {found} for {}: whoever steers it by a prompt has all of that.",
            own.actors
                .first()
                .map_or_else(|| own.name(), |a| shown(&a.pid.sub)),
            own.who()
        ),
        found,
        uncertain: false,
    }
    .into()
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::json;

    let scope = |s: &str| alone(json!({ "scope": s }));
    vec![
        fires("admin", Severity::High, scope("accounts:read admin")),
        fires("star", Severity::High, scope("*")),
        fires("write to all", Severity::High, scope("files:write")),
        fires("impersonation", Severity::High, scope("impersonation")),
        fires("payments", Severity::High, scope("payments")),
        silent("plain", scope("accounts:read")),
        unknown("absent", alone(json!({ "scope": null }))),
        unknown("opaque", opaque()),
    ]
}
