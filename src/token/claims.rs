//! Typed views of claims, and the registry of what each claim means.

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
    let _ = token;
    todo!("owner: token")
}

/// Scopes: `scope` split on spaces, or the vendor's `scp`; `None` when absent.
pub fn scopes(token: &Token) -> Option<BTreeSet<String>> {
    let _ = token;
    todo!("owner: token")
}

/// `aud` as a set; `None` when absent.
pub fn audiences(token: &Token) -> Option<BTreeSet<String>> {
    let _ = token;
    todo!("owner: token")
}

/// A NumericDate claim in whole seconds; `None` when absent or not a number.
pub fn numeric_date(token: &Token, name: &str) -> Option<i64> {
    let _ = (token, name);
    todo!("owner: token")
}

/// The holder's key as `cnf` names it: `jkt:…`, `x5t#S256:…`, or the thumbprint of `cnf.jwk`.
pub fn holder_key(token: &Token) -> Option<String> {
    let _ = token;
    todo!("owner: token")
}

/// What a claim means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meaning {
    /// The claim.
    pub name: &'static str,
    /// What it says, in one sentence.
    pub says: &'static str,
    /// Who sets it, who must check it.
    pub set_and_checked: &'static str,
    /// Source clause.
    pub source: &'static str,
}

/// What the claim `name` means, when it is registered or well known.
pub fn meaning(name: &str) -> Option<&'static Meaning> {
    let _ = name;
    todo!("owner: token")
}
