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
    MEANINGS.iter().find(|m| m.name == name)
}

const fn says(
    name: &'static str,
    says: &'static str,
    set_and_checked: &'static str,
    source: &'static str,
) -> Meaning {
    Meaning {
        name,
        says,
        set_and_checked,
        source,
    }
}

/// Every claim that [`meaning`] knows.
#[rustfmt::skip] // a table: one line a claim
pub const MEANINGS: &[Meaning] = &[
    says("iss", "Who issued the token.", "Set by the issuer; the recipient compares it exactly with the issuer it trusts, before it picks a key.", "RFC 7519 §4.1.1"),
    says("sub", "Whom the token is about: the subject, whose authority it carries.", "Set by the issuer, unique there; the recipient decides by it together with the outermost actor.", "RFC 7519 §4.1.2"),
    says("aud", "For whom the token is meant.", "Set by the issuer from `resource` or `audience`; a recipient that does not find itself here must refuse.", "RFC 7519 §4.1.3"),
    says("exp", "When the token ends, in seconds since 1970.", "Set by the issuer; the recipient must refuse from this moment on.", "RFC 7519 §4.1.4"),
    says("nbf", "Before when the token must not be used.", "Set by the issuer; the recipient must refuse earlier.", "RFC 7519 §4.1.5"),
    says("iat", "When the token was issued.", "Set by the issuer; the recipient may judge its age.", "RFC 7519 §4.1.6"),
    says("jti", "The name of this one token.", "Set by the issuer, never twice; the recipient may use it to refuse a replay, an auditor to follow the token.", "RFC 7519 §4.1.7"),
    says("scope", "What the token allows, names separated by spaces.", "Set by the authorization server, never more than was granted; the resource server checks each request against it.", "RFC 8693 §4.2"),
    says("client_id", "The client that asked for this token; not by itself the one who acts.", "Set by the authorization server from client authentication.", "RFC 8693 §4.3"),
    says("act", "Who acts for the subject: the outermost entry acts now, inner ones acted before.", "Set by the authorization server at an exchange; a recipient decides only by the top level and the outermost entry, inner entries are information.", "RFC 8693 §4.1"),
    says("may_act", "Who may become the actor for this subject.", "Set by the issuer of the subject's token; the authorization server compares it with the party that asks for the exchange.", "RFC 8693 §4.4"),
    says("cnf", "The key that the holder must prove to have.", "Set by the authorization server; the resource server checks the proof (DPoP or certificate) against it.", "RFC 7800 §3.1"),
    says("authorization_details", "What the token allows, as structured objects, each of a `type`.", "Set by the authorization server from what was consented; the resource server enforces the types it knows.", "RFC 9396 §9.1"),
    says("auth_time", "When the person last signed in.", "Set by the authorization server, unchanged by refresh and exchange; the recipient may ask for a newer sign-in.", "RFC 9068 §2.2.1"),
    says("acr", "How strongly the person was authenticated, as a class.", "Set by the authorization server; the recipient compares it with what it needs.", "RFC 9068 §2.2.1"),
    says("amr", "By which methods the person was authenticated.", "Set by the authorization server; the recipient may require one of them.", "RFC 8176 §1"),
    says("roles", "Roles of the subject.", "Set by the authorization server; read by the resource server.", "RFC 9068 §2.2.3.1"),
    says("groups", "Groups of the subject.", "Set by the authorization server; read by the resource server.", "RFC 9068 §2.2.3.1"),
    says("entitlements", "Entitlements of the subject.", "Set by the authorization server; read by the resource server.", "RFC 9068 §2.2.3.1"),
    says("azp", "The client that an ID token was issued to.", "Set by the OpenID provider; the client compares it with its own identifier.", "OpenID Connect Core §2"),
    says("nonce", "Ties an ID token to one sign-in request, or a proof to a server's challenge.", "Chosen by the client (or, for DPoP, the server); whoever chose it checks it.", "OpenID Connect Core §2"),
    says("at_hash", "Half of the hash of the access token that came with the ID token.", "Set by the OpenID provider; the client recomputes it.", "OpenID Connect Core §3.1.3.6"),
    says("c_hash", "Half of the hash of the authorization code.", "Set by the OpenID provider; the client recomputes it.", "OpenID Connect Core §3.3.2.11"),
    says("sid", "The person's session at the OpenID provider.", "Set by the OpenID provider; used for sign-out.", "OpenID Connect Front-Channel Logout §3"),
    says("name", "The person's full name.", "Set by the OpenID provider; shown, never used to decide.", "OpenID Connect Core §5.1"),
    says("given_name", "The person's given name.", "Set by the OpenID provider; shown, never used to decide.", "OpenID Connect Core §5.1"),
    says("family_name", "The person's family name.", "Set by the OpenID provider; shown, never used to decide.", "OpenID Connect Core §5.1"),
    says("preferred_username", "The name that the person likes to be called by; not unique, may change.", "Set by the OpenID provider; must not be used as a key.", "OpenID Connect Core §5.1"),
    says("email", "The person's e-mail address.", "Set by the OpenID provider; must not be used as a key.", "OpenID Connect Core §5.1"),
    says("email_verified", "Whether the provider checked the e-mail address.", "Set by the OpenID provider.", "OpenID Connect Core §5.1"),
    says("phone_number", "The person's telephone number.", "Set by the OpenID provider.", "OpenID Connect Core §5.1"),
    says("birthdate", "The person's date of birth.", "Set by the OpenID provider.", "OpenID Connect Core §5.1"),
    says("address", "The person's postal address.", "Set by the OpenID provider.", "OpenID Connect Core §5.1.1"),
    says("locale", "The person's language and region.", "Set by the OpenID provider.", "OpenID Connect Core §5.1"),
    says("updated_at", "When the person's data last changed.", "Set by the OpenID provider.", "OpenID Connect Core §5.1"),
    says("htm", "The HTTP method of the request that this proof is for.", "Set by the client; the server compares it with the request.", "RFC 9449 §4.2"),
    says("htu", "The URI of the request that this proof is for, without query and fragment.", "Set by the client; the server compares it with the request.", "RFC 9449 §4.2"),
    says("ath", "The hash of the access token that is presented with this proof.", "Set by the client; the resource server recomputes it.", "RFC 9449 §4.2"),
    says("events", "What happened, as statements by event type.", "Set by the transmitter of a security event; read by its receiver.", "RFC 8417 §2.2"),
    says("toe", "When the event happened.", "Set by the transmitter of a security event.", "RFC 8417 §2.2"),
    says("txn", "The name of the transaction that this token belongs to.", "Set when the transaction begins and kept by every service in it; ties logs together.", "RFC 8417 §2.2"),
    says("tctx", "What stays fixed through the transaction.", "Set by the transaction token service; every service in the transaction reads it, none changes it.", "draft-ietf-oauth-transaction-tokens §9"),
    says("rctx", "Where the request came from: address, channel, method.", "Set by the transaction token service; read for decisions and audit.", "draft-ietf-oauth-transaction-tokens §9"),
    says("req_wl", "The workload that asked for the transaction token.", "Set by the transaction token service from the workload's identity.", "draft-ietf-oauth-transaction-tokens §9"),
    says("sub_id", "The subject in a format that names its own kind.", "Set by the issuer; compared by the rules of its format.", "RFC 9493 §3"),
    says("token_introspection", "The introspection response that this signed token carries.", "Set by the authorization server; read by the resource server that asked.", "RFC 9701 §5"),
    says("scp", "Scopes, as some vendors write them: a list, or a text with spaces.", "Set by the authorization server; read like `scope`, which is the registered name.", "vendor's"),
    says("cid", "The client, as Okta names it.", "Set by the authorization server; `client_id` is the registered name.", "vendor's"),
    says("appid", "The client, as Entra ID (version 1.0 tokens) names it.", "Set by the authorization server; `azp` in version 2.0.", "vendor's"),
    says("tid", "The tenant of the subject at Entra ID.", "Set by the authorization server; the recipient compares it in multi-tenant services.", "vendor's"),
    says("oid", "The object of the subject in the tenant's directory at Entra ID.", "Set by the authorization server; stable across clients.", "vendor's"),
    says("realm_access", "Roles of the subject in the realm, by Keycloak.", "Set by the authorization server.", "vendor's"),
    says("resource_access", "Roles of the subject at each client, by Keycloak.", "Set by the authorization server.", "vendor's"),
    says("typ", "What the token is for, as Keycloak writes it into the claims.", "Set by the authorization server; the header's `typ` is the registered place.", "vendor's"),
];
