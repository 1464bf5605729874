//! DG-202: no subject.

use crate::{
    risk::{
        Severity,
        due::where_due,
        facts::{Facts, shown},
        rule::{Check, Draft, Mark, Rule, Said, Surroundings, Wire},
        shared_claims::{Shared, is_due},
        survey::At,
    },
    token::{Kind, naming},
};

#[cfg(test)]
use crate::risk::cases::{Case, alone, fires, opaque, silent, typed, unknown};

pub(super) static RULE: Rule = Rule {
    id: "DG-202",
    title: "No subject",
    severity: Severity::High,
    floor: Severity::Info,
    condition: "`sub` is absent or empty; low where the token is a client's own and names the client, medium where it names a session (`sid`) that its issuer knows",
    why: "For whom an agent acts is unknown.",
    source: "RFC 9068 §2.2",
    fix: "Add `sub`.",
    false_positives: "RFC 7800, where the presenter is the issuer; request objects; lightweight tokens that say the rest at introspection.",
    surroundings: Surroundings::Token,
    mark: Mark::Holder,
    wire: Wire::Nothing,
    yields_to: &[],
    check: Check::Token(check),
};

fn check(at: &At<'_>) -> Said {
    let own = at.own;
    // A bound token without type may name its presenter by `iss` (RFC 7800 §3).
    let by_presenter = own.token.claim("cnf").is_some() && own.iss.is_some();
    let due = |kind| {
        is_due(Shared::Sub, kind) == Some(true)
            && !(kind == Kind::PresumedAccessToken && by_presenter)
    };
    where_due(own, due, || judge(own))
}

fn judge(own: &Facts<'_>) -> Said {
    let empty = own.token.claim_text("sub") == Some("");
    if own.token.claim("sub").is_some() && !empty {
        return Said::Silent;
    }
    // Some servers give a client's token no subject: the client is named all the same.
    let client = naming::own_client(own.token).filter(|_| !empty);
    Draft {
        severity: match client {
            Some(_) => Severity::Low,
            None if own.is_by_session() => Severity::Medium,
            None => Severity::High,
        },
        claim: "sub".into(),
        found: if empty { "empty" } else { "absent" }.into(),
        expected: "the principal whose authority it carries".into(),
        message: match client {
            Some(client) => format!(
                "{} names nobody in `sub`: only its client says that it is {}'s own.",
                own.the_token(),
                shown(client)
            ),
            None if own.is_by_session() => format!(
                "{} names a session (`sid`) and nobody in `sub`: only its issuer knows for whom it acts.",
                own.the_token()
            ),
            None => format!("{} does not say for whom it acts.", own.the_token()),
        },
        uncertain: false,
    }
    .into()
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::json;

    let nobody = json!({ "sub": null });
    vec![
        fires("empty", Severity::High, alone(json!({ "sub": "" }))),
        fires(
            "a person whom nothing names",
            Severity::High,
            alone(json!({ "sub": null, "email": "a@example.com" })),
        ),
        fires(
            "a session that the issuer knows",
            Severity::Medium,
            alone(
                json!({ "sub": null, "aud": null, "azp": "cli", "client_id": null, "sid": "s1" }),
            ),
        ),
        fires("a client's own", Severity::Low, alone(nobody.clone())),
        fires(
            "neither subject nor client",
            Severity::High,
            alone(json!({ "sub": null, "client_id": null })),
        ),
        silent("there", alone(json!({}))),
        silent("presenter is the issuer", typed("JWT", nobody.clone())),
        unknown("kind unknown", typed("example+jwt", nobody)),
        unknown("opaque", opaque()),
    ]
}
