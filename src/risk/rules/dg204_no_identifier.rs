//! DG-204: no token identifier.

use crate::risk::{
    Severity,
    rule::{Check, Draft, Mark, Rule, Said, Surroundings, UNREADABLE, Wire},
    shared_claims::{Shared, is_due},
    survey::At,
};

#[cfg(test)]
use crate::risk::cases::{Case, alone, fires, opaque, silent, typed, unknown};

pub(super) static RULE: Rule = Rule {
    id: "DG-204",
    title: "No token identifier",
    severity: Severity::Medium,
    floor: Severity::Info,
    condition: "`jti` is absent on an `at+jwt`, DPoP proof, workload proof, ID-JAG or logout token",
    why: "No thread for an audit to follow, and no way to see a replay.",
    source: "RFC 9068 §2.2; RFC 9449 §4.2",
    fix: "Add a `jti` that never repeats.",
    false_positives: "JWT-SVIDs, workload identity tokens and ID tokens may lack it.",
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
    let due = is_due(Shared::Jti, own.kind) == Some(true);
    if !due || own.token.claim("jti").is_some() {
        return Said::Silent;
    }
    Draft {
        severity: Severity::Medium,
        claim: "jti".into(),
        found: "absent".into(),
        expected: "an identifier that never repeats".into(),
        message: format!(
            "{} has no `jti`: no audit can follow it, and no replay is seen.",
            own.the_token()
        ),
        uncertain: false,
    }
    .into()
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::json;

    let bare = json!({ "jti": null });
    let svid = json!({
        "sub": "spiffe://td.example/a", "client_id": null, "iss": null, "jti": null, "scope": null,
        "cnf": null,
    });
    vec![
        fires("at+jwt", Severity::Medium, alone(bare.clone())),
        fires(
            "logout",
            Severity::Medium,
            typed("logout+jwt", bare.clone()),
        ),
        fires(
            "proof of a workload",
            Severity::Medium,
            typed("wpt+jwt", bare),
        ),
        silent("there", alone(json!({}))),
        silent("JWT-SVID", typed("JWT", svid)),
        unknown("opaque", opaque()),
    ]
}
