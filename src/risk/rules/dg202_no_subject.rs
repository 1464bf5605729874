//! DG-202: no subject.

use crate::{
    risk::{
        Severity,
        due::where_due,
        facts::Facts,
        rule::{Check, Draft, Mark, Rule, Said, Surroundings, Wire},
        survey::At,
    },
    token::Kind,
};

#[cfg(test)]
use crate::risk::cases::{Case, alone, fires, opaque, silent, typed, unknown};

pub(super) static RULE: Rule = Rule {
    id: "DG-202",
    title: "No subject",
    severity: Severity::High,
    floor: Severity::Info,
    condition: "`sub` is absent",
    why: "For whom an agent acts is unknown.",
    source: "RFC 9068 §2.2",
    fix: "Add `sub`.",
    false_positives: "RFC 7800, where the presenter is the issuer; request objects.",
    surroundings: Surroundings::Token,
    mark: Mark::Holder,
    wire: Wire::Nothing,
    yields_to: &[],
    check: Check::Token(check),
};

fn check(at: &At<'_>) -> Said {
    let own = at.own;
    let due = |kind| match kind {
        Kind::AccessToken
        | Kind::IdToken
        | Kind::RefreshToken
        | Kind::IdJag
        | Kind::ClientAssertion
        | Kind::JwtSvid
        | Kind::TxnToken => true,
        // A bound token without type may name its presenter by `iss` (RFC 7800 §3).
        Kind::PresumedAccessToken => own.token.claim("cnf").is_none() || own.iss.is_none(),
        _ => false,
    };
    where_due(own, due, || judge(own))
}

fn judge(own: &Facts<'_>) -> Said {
    if own.token.claim("sub").is_some() {
        return Said::Silent;
    }
    Draft {
        severity: Severity::High,
        claim: "sub".into(),
        found: "absent".into(),
        expected: "the principal whose authority it carries".into(),
        message: format!("{} does not say for whom it acts.", own.the_token()),
        uncertain: false,
    }
    .into()
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::json;

    let nobody = json!({ "sub": null });
    vec![
        fires("absent", Severity::High, alone(nobody.clone())),
        silent("there", alone(json!({}))),
        silent("presenter is the issuer", typed("JWT", nobody.clone())),
        unknown("kind unknown", typed("example+jwt", nobody)),
        unknown("opaque", opaque()),
    ]
}
