//! Typed views of claims.

use std::{borrow::Cow, collections::BTreeSet};

use serde_json::Value;

use super::Token;
pub use super::spiffe::is_spiffe;

/// A principal's identity as a chain names it: exact strings, no folding (catalogue §0.1).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pid {
    /// Issuer of the name: `act.iss`, else the token's `iss`.
    pub iss: Option<String>,
    /// The name.
    pub sub: String,
}

impl Pid {
    /// The identity behind a name that `iss` gave. A SPIFFE ID is one principal whoever names it: it
    /// carries its own trust domain, and the issuer of a token is no part of it (SPIFFE-ID §2).
    pub fn new(iss: Option<&str>, sub: &str) -> Self {
        Self {
            iss: iss.filter(|_| !is_spiffe(sub)).map(str::to_owned),
            sub: sub.to_owned(),
        }
    }
}

/// The name in a `sub`: text, or the digits of a number, which some servers write (DG-207 says that
/// they should not).
pub fn name_of(sub: &Value) -> Option<Cow<'_, str>> {
    match sub {
        Value::String(text) => Some(Cow::Borrowed(text)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        _ => None,
    }
}

/// Whom a token is about; an empty name is nobody's.
pub fn subject(token: &Token) -> Option<Pid> {
    let name = name_of(token.claim("sub")?).filter(|name| !name.is_empty())?;
    Some(Pid::new(token.claim_text("iss"), &name))
}

/// The client that a token was issued to: `client_id` (RFC 9068 §2.2), or what vendors call it.
pub fn client(token: &Token) -> Option<&str> {
    ["client_id", "azp", "cid", "appid"]
        .iter()
        .find_map(|name| token.claim_text(name))
}

/// The party of `may_act`.
pub fn may_act(token: &Token) -> Option<Pid> {
    party(token, token.claim("may_act")?)
}

/// The party that an entry of `act` or `may_act` names, by `sub` or, where there is none, as a client by
/// `client_id`. Without an `iss` of its own it is one of the token's issuer (RFC 8693 §4.1, §4.4).
pub fn party(token: &Token, entry: &Value) -> Option<Pid> {
    let iss = entry.get("iss").and_then(Value::as_str);
    let name = entry.get("sub").or_else(|| entry.get("client_id"))?;
    Some(Pid::new(iss.or(token.claim_text("iss")), &name_of(name)?))
}

/// One entry of an act chain.
#[derive(Debug, Clone, PartialEq)]
pub struct Actor {
    /// Whom it names, as [`party`] reads it; `sub` is empty when it names nobody.
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
    let mut found = Vec::new();
    let mut pointer = String::from("/act");
    let mut next = token.claim("act");
    while let Some(Value::Object(entry)) = next {
        // Without the inner `act`, which would be copied again at each depth.
        let members = entry
            .iter()
            .filter(|(name, _)| *name != "act")
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        found.push(Actor {
            pid: next
                .and_then(|entry| party(token, entry))
                .unwrap_or_else(|| Pid::new(token.claim_text("iss"), "")),
            has_iss: entry.get("iss").is_some_and(Value::is_string),
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

/// A NumericDate claim (RFC 7519 §2) in whole seconds; `None` when absent, not a number, or beyond every
/// calendar. A fraction counts as a whole second: compared with a clock of whole seconds, a token ends
/// and begins then when its own number does.
pub fn numeric_date(token: &Token, name: &str) -> Option<i64> {
    let number = token.claim(name)?.as_number()?;
    number.as_i64().or_else(|| {
        let seconds = number.as_f64()?.ceil();
        // Beyond the range of exact integers nothing is a date.
        (seconds.abs() < 9.0e15).then_some(seconds as i64)
    })
}

/// How long a token lives in whole seconds, the rest cut: `exp - iat`, else `exp - nbf`.
pub fn life(token: &Token) -> Option<i64> {
    let exact = |name: &str| {
        numeric_date(token, name)?;
        token.claim(name)?.as_f64()
    };
    let begin = exact("iat").or_else(|| exact("nbf"))?;
    Some((exact("exp")? - begin).floor() as i64)
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
