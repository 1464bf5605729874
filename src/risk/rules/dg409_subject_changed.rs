//! DG-409: subject changed.

use crate::{
    risk::{
        Severity,
        facts::shown,
        rule::{Check, Draft, Mark, Rule, Said, Surroundings, Wire},
        survey::Pair,
    },
    token::{Kind, claims::Pid, naming::is_identifier},
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
    // Transaction tokens need no issuer: their trust domain is their audience.
    let one_trust_domain = parent.kind == Kind::TxnToken
        && child.kind == Kind::TxnToken
        && before.iss == after.iss
        && parent.audiences.is_some()
        && parent.audiences == child.audiences;
    if !one_trust_domain && (before.iss.is_none() || after.iss.is_none()) {
        return Said::unknown("`iss` of parent or child is absent");
    }
    let declared = pair.linked(&before) == pair.linked(&after)
        // The grant itself says who its subject is at the other server.
        || (before.iss != after.iss
            && parent.token.claim_text("aud_sub") == Some(after.sub.as_str()));
    let one_domain = before.iss == after.iss;
    // A grant for another server names its subject as that server knows it, and that server the one whom
    // it takes the subject for. Within one domain only identifiers of one person for several readers
    // may differ, never names.
    let transcribed = if one_domain {
        child.kind == Kind::IdJag && is_identifier(&before.sub) && is_identifier(&after.sub)
    } else {
        parent.kind == Kind::IdJag
            && parent
                .audiences
                .as_ref()
                .is_some_and(|all| after.iss.as_ref().is_some_and(|iss| all.contains(iss)))
    };
    let severity = match (declared || transcribed, one_domain) {
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
        } else if transcribed {
            format!(
                "{} became {}: the server that the grant is for says whom it takes its subject for.",
                name(&before),
                name(&after)
            )
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
    let grant = |changes: Value| {
        token(
            json!({ "alg": "ES256", "typ": "oauth-id-jag+jwt" }),
            claims(changes),
        )
    };
    let elsewhere = || to(json!({ "iss": OTHER }));
    let of_type = |typ: &str, changes: Value| {
        token(
            json!({ "alg": "ES256", "typ": typ, "kid": "k1" }),
            claims(changes),
        )
    };
    let replaced = |sub: &str| {
        let txn =
            |sub: &str| json!({ "iss": null, "sub": sub, "aud": "trust.example", "txn": "t" });
        chain([
            (None, of_type("txntoken+jwt", txn("alice"))),
            (None, of_type("txntoken+jwt", txn(sub))),
        ])
    };
    let link = ((AS.into(), "alice".into()), (OTHER.into(), "alice".into()));
    vec![
        fires("swapped", Severity::Critical, to(json!({ "sub": "bob" }))),
        fires("another issuer", Severity::Medium, elsewhere()),
        fires("declared", Severity::Info, elsewhere()).under(|s| s.links = vec![link]),
        fires(
            "redeemed at the server that the grant is for",
            Severity::Info,
            chain([
                (None, grant(json!({ "aud": OTHER }))),
                (None, user(json!({ "iss": OTHER, "sub": "u-77" }))),
            ]),
        ),
        fires(
            "redeemed elsewhere",
            Severity::Medium,
            chain([
                (None, grant(json!({ "aud": "https://c.example.com" }))),
                (None, user(json!({ "iss": OTHER, "sub": "u-77" }))),
            ]),
        ),
        fires(
            "one person's identifiers for two readers",
            Severity::Info,
            chain([
                (
                    None,
                    user(json!({ "sub": "99999999-8888-7777-6666-555555555555" })),
                ),
                (
                    None,
                    grant(json!({ "sub": "11111111-2222-3333-4444-555555555555" })),
                ),
            ]),
        ),
        fires(
            "a grant about somebody else",
            Severity::Critical,
            chain([
                (None, user(json!({}))),
                (None, grant(json!({ "sub": "bob" }))),
            ]),
        ),
        fires(
            "transaction tokens of one trust domain",
            Severity::Critical,
            replaced("bob"),
        ),
        silent("a transaction token replaced", replaced("alice")),
        silent("the same", to(json!({}))),
        silent(
            "AAuth has rules of its own",
            chain([(None, user(json!({}))), (None, aauth)]),
        ),
        unknown("absent", to(json!({ "sub": null }))),
    ]
}
