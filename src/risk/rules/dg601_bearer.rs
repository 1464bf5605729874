//! DG-601: bearer where bound is due.

use crate::{
    risk::{
        Severity,
        facts::{is_payment, shown},
        rule::{Check, Draft, Mark, Rule, Said, Surroundings, UNREADABLE, Wire},
        survey::At,
    },
    token::{Kind, explain::duration},
};

#[cfg(test)]
use crate::risk::cases::{Case, NOW, alone, fires, opaque, pair as hops, silent, typed, unknown};

pub(super) static RULE: Rule = Rule {
    id: "DG-601",
    title: "Bearer where bound is due",
    severity: Severity::Medium,
    floor: Severity::Info,
    condition: "no `cnf`; high under FAPI, for payments, or when the token lives longer than 1 h",
    why: "Whoever finds the token can use it: in a log, a prompt, a memory.",
    source: "RFC 9700 §2.2; FAPI 2.0 §5.3.2.1",
    fix: "Bind the token to a key of the agent by DPoP (RFC 9449) or mutual TLS (RFC 8705).",
    false_positives: "Transaction tokens; JWT-SVIDs.",
    surroundings: Surroundings::Lab,
    mark: Mark::Holder,
    wire: Wire::Nothing,
    yields_to: &[&super::dg602_binding_dropped::RULE],
    check: Check::Token(check),
};

fn check(at: &At<'_>) -> Said {
    let own = at.own;
    if own.kind.is_foreign()
        || matches!(
            own.kind,
            Kind::Opaque | Kind::Encrypted | Kind::NestedJwt | Kind::SamlAssertion
        )
    {
        return Said::unknown(UNREADABLE);
    }
    if !own.is_access() || own.key.is_some() {
        return Said::Silent;
    }
    let long = own.life().filter(|life| *life > 3_600);
    let payment = own.scopes.iter().flatten().find(|s| is_payment(s));
    let (severity, because) = if at.settings.fapi {
        (Severity::High, "FAPI 2.0 demands a bound token".to_owned())
    } else if let Some(scope) = payment {
        (Severity::High, format!("it carries {}", shown(scope)))
    } else if let Some(life) = long {
        (Severity::High, format!("it lives {}", duration(life)))
    } else {
        (Severity::Medium, "nothing ties it to its holder".to_owned())
    };
    Draft {
        severity,
        claim: "cnf".into(),
        found: "absent: a bearer token".into(),
        expected: "`cnf` with the thumbprint of the holder's key".into(),
        message: format!(
            "Whoever finds the token of {} can use it as {}; {because}.",
            own.name(),
            own.actors.first().map_or_else(
                || own.who(),
                |a| format!("{} for {}", shown(&a.pid.sub), own.who())
            )
        ),
        uncertain: false,
    }
    .into()
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::json;

    let bearer = || alone(json!({ "cnf": null }));
    let payment = alone(json!({ "cnf": null, "scope": "payments:initiate" }));
    let long = alone(json!({ "cnf": null, "exp": NOW + 7_200 }));
    let dropped = hops(json!({}), json!({ "cnf": null }));
    vec![
        fires("bearer", Severity::Medium, bearer()),
        fires("under FAPI", Severity::High, bearer()).under(|s| s.fapi = true),
        fires("payment", Severity::High, payment),
        fires("long", Severity::High, long),
        silent("bound", alone(json!({}))),
        silent("a dropped binding says it better", dropped),
        silent(
            "transaction token",
            typed("txntoken+jwt", json!({ "cnf": null })),
        ),
        unknown("opaque", opaque()),
    ]
}
