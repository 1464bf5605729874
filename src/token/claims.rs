//! Typed views of claims.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Token;

/// A principal's identity as a chain names it: exact strings, no folding (catalogue §0.1).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pid {
    /// Issuer of the name: `act.iss`, else the token's `iss`.
    pub iss: Option<String>,
    /// The name.
    pub sub: String,
}

/// One entry of an act chain.
#[derive(Debug, Clone, PartialEq)]
pub struct Actor {
    /// `(act.iss or T.iss, act.sub)`; `sub` is empty when the entry has none.
    pub pid: Pid,
    /// Whether the entry itself carries `iss`.
    pub has_iss: bool,
    /// JSON Pointer of the entry: `/act`, `/act/act` ...
    pub pointer: String,
    /// The entry as it stands, without its inner `act`.
    pub members: serde_json::Map<String, Value>,
}

/// The act chain, outermost (current) first. Empty when there is no `act`; entries that are not
/// objects end the chain (DG-211 reports them).
pub fn actors(token: &Token) -> Vec<Actor> {
    let issuer = token.claim_text("iss");
    let mut found = Vec::new();
    let mut pointer = String::from("/act");
    let mut next = token.claim("act");
    while let Some(Value::Object(entry)) = next {
        let own = entry.get("iss").and_then(Value::as_str);
        // Without the inner `act`, which would be copied again at each depth.
        let members = entry
            .iter()
            .filter(|(name, _)| *name != "act")
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        found.push(Actor {
            pid: Pid {
                iss: own.or(issuer).map(str::to_owned),
                sub: entry
                    .get("sub")
                    .and_then(Value::as_str)
                    .unwrap_or("")
                    .to_owned(),
            },
            has_iss: own.is_some(),
            pointer: pointer.clone(),
            members,
        });
        pointer.push_str("/act");
        next = entry.get("act");
    }
    found
}

/// Scopes: `scope` split on spaces (RFC 8693 §4.2), or the vendors' `scp`, a list or a string;
/// `None` when absent or of another type.
pub fn scopes(token: &Token) -> Option<BTreeSet<String>> {
    let value = token.claim("scope").or_else(|| token.claim("scp"))?;
    match value {
        Value::String(text) => Some(
            text.split(' ')
                .filter(|s| !s.is_empty())
                .map(str::to_owned)
                .collect(),
        ),
        Value::Array(items) => texts(items),
        _ => None,
    }
}

/// `aud` as a set (RFC 7519 §4.1.3); `None` when absent or of another type.
pub fn audiences(token: &Token) -> Option<BTreeSet<String>> {
    match token.claim("aud")? {
        Value::String(text) => Some(BTreeSet::from([text.clone()])),
        Value::Array(items) => texts(items),
        _ => None,
    }
}

fn texts(items: &[Value]) -> Option<BTreeSet<String>> {
    items
        .iter()
        .map(|item| item.as_str().map(str::to_owned))
        .collect()
}

/// A NumericDate claim (RFC 7519 §2) in whole seconds, fractions cut; `None` when absent, not a
/// number, or beyond every calendar.
pub fn numeric_date(token: &Token, name: &str) -> Option<i64> {
    let number = token.claim(name)?.as_number()?;
    number.as_i64().or_else(|| {
        let seconds = number.as_f64()?.floor();
        // Beyond the range of exact integers nothing is a date.
        (seconds.abs() < 9.0e15).then_some(seconds as i64)
    })
}

/// The holder's key as `cnf` names it: `jkt:…` (RFC 9449 §6.1), `x5t#S256:…` (RFC 8705 §3.1), or
/// `jkt:` and the thumbprint of `cnf.jwk` (RFC 7800 §3.2).
pub fn holder_key(token: &Token) -> Option<String> {
    let cnf = token.claim("cnf")?.as_object()?;
    if let Some(jkt) = cnf.get("jkt").and_then(Value::as_str) {
        return Some(format!("jkt:{jkt}"));
    }
    if let Some(hash) = cnf.get("x5t#S256").and_then(Value::as_str) {
        return Some(format!("x5t#S256:{hash}"));
    }
    let jwk = crate::jose::Jwk(cnf.get("jwk")?.as_object()?.clone());
    jwk.thumbprint().ok().map(|hash| format!("jkt:{hash}"))
}
