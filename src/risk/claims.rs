//! Rules 2xx: claims of one token.

use serde_json::Value;

use super::{
    Severity,
    facts::{Facts, shown},
    sink::{Draft, Sink},
};
use crate::token::Kind;

pub(super) fn check(sink: &mut Sink<'_, '_>, hop: usize) {
    let facts = &sink.facts[hop];
    if !facts.readable {
        for rule in ["DG-201", "DG-202", "DG-203", "DG-204", "DG-211", "DG-212"] {
            sink.unknown(rule, hop, "the claims cannot be read");
        }
        return;
    }
    if facts.kind == Kind::Unknown {
        for rule in ["DG-201", "DG-202", "DG-203"] {
            sink.unknown(
                rule,
                hop,
                "what the token is for, and so what it must hold, is unknown",
            );
        }
    }
    issuer(sink, hop);
    subject(sink, hop);
    expiry(sink, hop);
    identifier(sink, hop);
    parties(sink, hop);
}

/// DG-201. Transaction tokens, JWT-SVIDs and `DPoP` proofs may do without.
fn issuer(sink: &mut Sink<'_, '_>, hop: usize) {
    let facts = &sink.facts[hop];
    let due = matches!(
        facts.kind,
        Kind::AccessToken
            | Kind::PresumedAccessToken
            | Kind::IdToken
            | Kind::RefreshToken
            | Kind::IdJag
            | Kind::ClientAssertion
            | Kind::LogoutToken
            | Kind::SecurityEvent
            | Kind::RequestObject
            | Kind::IntrospectionResponse
    );
    if due && facts.token.claim("iss").is_none() {
        let draft = Draft {
            claim: "iss".into(),
            found: "absent".into(),
            expected: "the issuer's identifier".into(),
            message: format!(
                "{} names no issuer: whose key signs it, and whose {} it is about, is \
                 open.",
                facts.the_token(),
                facts.who()
            ),
        };
        sink.token("DG-201", hop, Severity::High, draft);
    }
}

/// DG-202. A bound token without type may name its presenter by `iss` (RFC 7800 §3).
fn subject(sink: &mut Sink<'_, '_>, hop: usize) {
    let facts = &sink.facts[hop];
    let due = match facts.kind {
        Kind::AccessToken
        | Kind::IdToken
        | Kind::RefreshToken
        | Kind::IdJag
        | Kind::ClientAssertion
        | Kind::JwtSvid
        | Kind::TxnToken => true,
        Kind::PresumedAccessToken => facts.token.claim("cnf").is_none() || facts.iss.is_none(),
        _ => false,
    };
    if due && facts.token.claim("sub").is_none() {
        let draft = Draft {
            claim: "sub".into(),
            found: "absent".into(),
            expected: "the principal whose authority it carries".into(),
            message: format!("{} does not say for whom it acts.", facts.the_token()),
        };
        sink.token("DG-202", hop, Severity::High, draft);
    }
}

/// DG-203. `DPoP` proofs, introspection responses and security events live without.
fn expiry(sink: &mut Sink<'_, '_>, hop: usize) {
    let facts = &sink.facts[hop];
    let due = matches!(
        facts.kind,
        Kind::AccessToken
            | Kind::PresumedAccessToken
            | Kind::IdToken
            | Kind::ClientAssertion
            | Kind::JwtSvid
            | Kind::TxnToken
            | Kind::IdJag
            | Kind::LogoutToken
    );
    if !due {
        return;
    }
    match facts.token.claim("exp") {
        Some(_) if facts.exp.is_some() => {}
        Some(_) => sink.unknown("DG-203", hop, "`exp` is not a number"),
        None => {
            let bearer = facts.key.is_none();
            let draft = Draft {
                claim: "exp".into(),
                found: "absent".into(),
                expected: "an end, minutes ahead".into(),
                message: format!(
                    "The {}token of {} about {} never ends.",
                    if bearer { "bearer " } else { "" },
                    facts.name(),
                    facts.who()
                ),
            };
            let base = if bearer {
                Severity::Critical
            } else {
                Severity::High
            };
            sink.token("DG-203", hop, base, draft);
        }
    }
}

/// DG-204.
fn identifier(sink: &mut Sink<'_, '_>, hop: usize) {
    let facts = &sink.facts[hop];
    let workload_proof = facts.token.header_text("typ") == Some("wpt+jwt");
    let due = workload_proof
        || matches!(
            facts.kind,
            Kind::AccessToken | Kind::DpopProof | Kind::IdJag | Kind::LogoutToken
        );
    if due && facts.token.claim("jti").is_none() {
        let draft = Draft {
            claim: "jti".into(),
            found: "absent".into(),
            expected: "an identifier that never repeats".into(),
            message: format!(
                "{} has no `jti`: no audit can follow it, and no replay is seen.",
                facts.the_token()
            ),
        };
        sink.token("DG-204", hop, Severity::Medium, draft);
    }
}

/// DG-211 and DG-212, for `act` at each depth and for `may_act`.
fn parties(sink: &mut Sink<'_, '_>, hop: usize) {
    let facts = &sink.facts[hop];
    let mut malformed: Option<(String, String)> = None;
    let mut validity: Vec<String> = Vec::new();
    for root in ["act", "may_act"] {
        let mut path = root.to_owned();
        let mut next = facts.token.claim(root);
        while let Some(party) = next {
            if malformed.is_none()
                && let Some(flaw) = flaw(party)
            {
                malformed = Some((path.clone(), flaw));
            }
            let Some(members) = party.as_object() else {
                break;
            };
            validity.extend(
                ["exp", "nbf", "aud", "cnf"]
                    .iter()
                    .filter(|name| members.contains_key(**name))
                    .map(|name| format!("{path}.{name}")),
            );
            next = members.get("act");
            path.push_str(".act");
        }
    }
    let name = facts.name();
    if let Some((claim, found)) = malformed {
        let draft = Draft {
            message: format!(
                "`{claim}` of {name} is malformed ({found}): who acts for {} cannot be told.",
                facts.who()
            ),
            claim,
            found,
            expected: "an object with `sub`, a string, and `iss`".into(),
        };
        sink.token("DG-211", hop, Severity::High, draft);
    }
    if let Some(first) = validity.first() {
        let draft = Draft {
            claim: first.clone(),
            found: validity.join(", "),
            expected: "identity claims only".into(),
            message: format!(
                "{name} has {} inside the actor: such claims mean nothing there, and a reader may \
                 trust them.",
                validity.join(", ")
            ),
        };
        sink.token("DG-212", hop, Severity::Low, draft);
    }
}

fn flaw(party: &Value) -> Option<String> {
    let Some(members) = party.as_object() else {
        return Some(format!("not an object but {}", kind_of(party)));
    };
    match members.get("sub") {
        Some(Value::String(_)) => None,
        Some(other) => Some(format!("`sub` is {}", kind_of(other))),
        None => Some("no `sub`".into()),
    }
}

fn kind_of(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(b) => format!("the boolean {b}"),
        Value::Number(n) => format!("the number {n}"),
        Value::String(text) => format!("the string {}", shown(text)),
        Value::Array(items) => format!("an array of {}", items.len()),
        Value::Object(_) => "an object".into(),
    }
}

/// Whether `act` breaks off in an entry that names nobody, so that comparing chains means nothing.
pub(super) fn act_is_broken(facts: &Facts<'_>) -> bool {
    let Some(act) = facts.token.claim("act") else {
        return false;
    };
    let mut next = Some(act);
    while let Some(party) = next {
        if flaw(party).is_some() {
            return true;
        }
        next = party.get("act");
    }
    false
}
