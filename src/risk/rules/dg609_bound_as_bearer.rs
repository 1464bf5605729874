//! DG-609: bound token sent as bearer.

use crate::{
    evidence::sent::Scheme,
    risk::{
        Severity,
        facts::shown,
        rule::{Check, Draft, Mark, Rule, Said, Surroundings, UNREADABLE, Wire},
        survey::At,
    },
};

#[cfg(test)]
use crate::risk::cases::{Case, alone, fires, request, silent, unknown, user};

pub(super) static RULE: Rule = Rule {
    id: "DG-609",
    title: "Bound token sent as bearer",
    severity: Severity::High,
    floor: Severity::Info,
    condition: "a token with `cnf.jkt` was sent as `Authorization: Bearer`",
    why: "Where the receiver takes it, the key that it is bound to protects nothing: a leaked token is enough.",
    source: "RFC 9449 §7.2",
    fix: "Send it as `Authorization: DPoP` with a proof; have the receiver refuse bound tokens as bearer tokens.",
    false_positives: "A token that is bound to a certificate is sent as a bearer token.",
    surroundings: Surroundings::Token,
    mark: Mark::Holder,
    wire: Wire::Nothing,
    yields_to: &[],
    check: Check::Token(check),
};

fn check(at: &At<'_>) -> Said {
    let own = at.own;
    let scheme = own.hop.sent.as_ref().map(|sent| {
        if sent.also_bearer {
            Some(Scheme::Bearer)
        } else {
            sent.scheme
        }
    });
    if !own.readable {
        return match scheme {
            Some(Some(Scheme::Bearer)) => Said::unknown(UNREADABLE),
            _ => Said::Silent,
        };
    }
    let key = own.key.as_deref().and_then(|key| key.strip_prefix("jkt:"));
    let Some(key) = key else {
        return Said::Silent;
    };
    match scheme {
        None => Said::unknown("how it was sent is unknown"),
        Some(None | Some(Scheme::Dpop)) => Said::Silent,
        Some(Some(Scheme::Bearer)) => Draft {
            severity: Severity::High,
            claim: "cnf.jkt".into(),
            found: "sent as `Bearer`".into(),
            expected: format!("`DPoP` with a proof by the key {}", shown(key)),
            message: format!(
                "{} is bound to a key, and was sent without a proof of it: whoever takes it as it \
                 stands takes it from anybody.",
                own.the_token()
            ),
            uncertain: false,
        }
        .into(),
    }
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::{Value, json};

    let sent = |cnf: Value, scheme: Scheme| request(user(json!({ "cnf": cnf })), scheme, []);
    let key = || json!({ "jkt": "key-of-app" });
    let mut opaque = sent(key(), Scheme::Bearer);
    opaque.hops[0].token = crate::risk::cases::opaque().hops.remove(0).token;
    let mut once_more = sent(key(), Scheme::Dpop);
    if let Some(sent) = &mut once_more.hops[0].sent {
        sent.also_bearer = true;
    }
    vec![
        fires("as bearer", Severity::High, sent(key(), Scheme::Bearer)),
        fires("as bearer in a later request", Severity::High, once_more),
        silent("with a proof", sent(key(), Scheme::Dpop)),
        silent("not bound", sent(Value::Null, Scheme::Bearer)),
        silent(
            "bound to a certificate",
            sent(json!({ "x5t#S256": "hash" }), Scheme::Bearer),
        ),
        unknown("how is not known", alone(json!({}))),
        unknown("opaque", opaque),
    ]
}
