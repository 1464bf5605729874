//! DG-201: no issuer.

use crate::risk::{
    Severity,
    due::where_due,
    facts::Facts,
    rule::{Check, Draft, Mark, Rule, Said, Surroundings, Wire},
    shared_claims::{Shared, is_due},
    survey::At,
};

#[cfg(test)]
use crate::risk::cases::{Case, alone, fires, opaque, silent, typed, unknown};

pub(super) static RULE: Rule = Rule {
    id: "DG-201",
    title: "No issuer",
    severity: Severity::High,
    floor: Severity::Info,
    condition: "`iss` is absent",
    why: "Keys and subject belong to nobody: the name of an agent means something at its issuer only.",
    source: "RFC 9068 §2.2; RFC 8725 §3.8",
    fix: "Add `iss`, and have receivers compare it exactly.",
    false_positives: "Transaction tokens, JWT-SVIDs and workload identity tokens may lack it.",
    surroundings: Surroundings::Token,
    mark: Mark::Holder,
    wire: Wire::Nothing,
    yields_to: &[],
    check: Check::Token(check),
};

fn check(at: &At<'_>) -> Said {
    let own = at.own;
    let due = |kind| is_due(Shared::Iss, kind) == Some(true);
    where_due(own, due, || judge(own))
}

fn judge(own: &Facts<'_>) -> Said {
    if own.token.claim("iss").is_some() {
        return Said::Silent;
    }
    Draft {
        severity: Severity::High,
        claim: "iss".into(),
        found: "absent".into(),
        expected: "the issuer's identifier".into(),
        message: format!(
            "{} names no issuer: whose key signs it, and whose {} it is about, is \
             open.",
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

    let svid = json!({
        "sub": "spiffe://td.example/a", "client_id": null, "iss": null, "jti": null, "scope": null,
        "cnf": null,
    });
    let nameless = json!({ "iss": null });
    vec![
        fires("absent", Severity::High, alone(nameless.clone())),
        silent("there", alone(json!({}))),
        silent("JWT-SVID", typed("JWT", svid)),
        silent("transaction token", typed("txntoken+jwt", nameless.clone())),
        unknown("kind unknown", typed("example+jwt", nameless)),
        unknown("opaque", opaque()),
    ]
}
