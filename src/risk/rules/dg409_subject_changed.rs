//! DG-409: subject changed.

use crate::{
    risk::{
        Severity,
        facts::shown,
        rule::{Check, Draft, Mark, Rule, Said, Surroundings, Wire},
        survey::Pair,
    },
    token::claims::Pid,
};

#[cfg(test)]
use crate::risk::cases::{
    AS, Case, chain, claims, fires, pair as hops, silent, token, unknown, user,
};

pub(super) static RULE: Rule = Rule {
    id: "DG-409",
    title: "Subject changed",
    severity: Severity::Critical,
    floor: Severity::Info,
    condition: "`(iss, sub)` differ and no link between them is declared: critical inside one domain, medium across; with a link a note",
    why: "The user was swapped.",
    source: "RFC 8693 §2.1",
    fix: "Refuse, or declare how the two names belong together.",
    false_positives: "Pairwise subjects; transcription across domains.",
    surroundings: Surroundings::Chain,
    mark: Mark::Arrival,
    wire: Wire::Told(|f| (f.severity > Severity::Info).then(|| "subject changed".into())),
    yields_to: &[],
    check: Check::Pair(check),
};

fn check(pair: &Pair<'_>) -> Said {
    let (parent, child) = (pair.parent, pair.child);
    if child.aauth || parent.aauth {
        return Said::Silent;
    }
    let (Some(before), Some(after)) = (parent.subject(), child.subject()) else {
        return Said::unknown("`sub` of parent or child is absent");
    };
    if before == after {
        return Said::Silent;
    }
    if before.iss.is_none() || after.iss.is_none() {
        return Said::unknown("`iss` of parent or child is absent");
    }
    let declared = pair.linked(&before) == pair.linked(&after)
        // The grant itself says who its subject is at the other server.
        || (before.iss != after.iss
            && parent.token.claim_text("aud_sub") == Some(after.sub.as_str()));
    let one_domain = before.iss == after.iss;
    let severity = match (declared, one_domain) {
        (true, _) => Severity::Info,
        (false, true) => Severity::Critical,
        (false, false) => Severity::Medium,
    };
    let name = |pid: &Pid| match &pid.iss {
        Some(iss) if !one_domain => format!("{} of {}", shown(&pid.sub), shown(iss)),
        _ => shown(&pid.sub),
    };
    Draft {
        severity,
        claim: "sub".into(),
        found: name(&after),
        expected: name(&before),
        message: if declared {
            format!("{} became {}, as declared.", name(&before), name(&after))
        } else {
            format!(
                "{} was about {}, {} is about {}: nothing says that they are the same.",
                parent.name(),
                name(&before),
                child.name(),
                name(&after)
            )
        },
        uncertain: false,
    }
    .into()
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::{Value, json};

    const OTHER: &str = "https://b.example.com";
    let to = |changes: Value| hops(json!({ "aud": AS }), changes);
    let aauth = token(
        json!({ "alg": "ES256", "typ": "aa-auth+jwt" }),
        claims(json!({ "sub": "bob" })),
    );
    let elsewhere = || to(json!({ "iss": OTHER }));
    let link = ((AS.into(), "alice".into()), (OTHER.into(), "alice".into()));
    vec![
        fires("swapped", Severity::Critical, to(json!({ "sub": "bob" }))),
        fires("another issuer", Severity::Medium, elsewhere()),
        fires("declared", Severity::Info, elsewhere()).under(|s| s.links = vec![link]),
        silent("the same", to(json!({}))),
        silent(
            "AAuth has rules of its own",
            chain([(None, user(json!({}))), (None, aauth)]),
        ),
        unknown("absent", to(json!({ "sub": null }))),
    ]
}
