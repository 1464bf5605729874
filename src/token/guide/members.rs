//! Members inside claims.

use super::meaning::{Meaning, registered as reg, specified as spec};

/// What `name` means inside the claim `outer`.
pub(super) fn inside(outer: &str, name: &str) -> Option<&'static Meaning> {
    MEMBERS
        .iter()
        .find(|(claim, m)| *claim == outer && m.name == name)
        .map(|(_, m)| m)
}

#[rustfmt::skip] // a table: one line a member
const MEMBERS: &[(&str, Meaning)] = &[
    ("cnf", reg("jwk", "The holder's public key itself.", "Set by the issuer; the recipient checks the proof with it.", "RFC 7800 §3.2")),
    ("cnf", reg("jwe", "The holder's symmetric key, encrypted for the recipient.", "Set by the issuer.", "RFC 7800 §3.3")),
    ("cnf", reg("kid", "The name of the holder's key, which the recipient must know already.", "Set by the issuer.", "RFC 7800 §3.4")),
    ("cnf", reg("jku", "Where the holder's keys are.", "Set by the issuer; fetched only from places that are trusted.", "RFC 7800 §3.5")),
    ("cnf", reg("jkt", "The thumbprint of the holder's DPoP key.", "Set by the authorization server; the resource server compares it with the proof's key.", "RFC 9449 §6.1")),
    ("cnf", reg("x5t#S256", "The fingerprint of the holder's certificate. Another hash than `jkt`: the two are never compared.", "Set by the authorization server; the resource server compares it with the connection's certificate.", "RFC 8705 §3.1")),
    ("cnf", reg("osc", "Parameters of the holder's OSCORE context.", "Set by the authorization server.", "RFC 9203 §3.2.1")),
    ("act", reg("sub", "Who acts.", "Set by the authorization server from the actor token or the client.", "RFC 8693 §4.1")),
    ("act", reg("iss", "Who named the actor; without it the token's issuer.", "Set by the authorization server.", "RFC 8693 §4.1")),
    ("act", reg("act", "Who acted before: information only.", "Kept by the authorization server as it was; no recipient decides by it.", "RFC 8693 §4.1")),
    ("act", reg("cnf", "Of no meaning here: the key that counts stands at the top level.", "Not read.", "RFC 8693 §4.1")),
    ("act", spec("sub_profile", "What sort of party acts: `user`, `service`, `ai_agent`.", "Set by the authorization server.", "draft-mcguinness-oauth-actor-profile")),
    ("may_act", reg("sub", "Who may act.", "Set by the issuer of the subject's token; compared exactly.", "RFC 8693 §4.4")),
    ("may_act", reg("iss", "Who named the party that may act.", "Set by the issuer of the subject's token; compared exactly.", "RFC 8693 §4.4")),
    ("authorization_details", reg("type", "Which sort of authorization this is; says which other members there are.", "Set by the client; an unknown one is refused.", "RFC 9396 §2.1")),
    ("authorization_details", reg("locations", "Where it may be used: resources, as URIs.", "Set by the client; the resource server looks for itself.", "RFC 9396 §2.2")),
    ("authorization_details", reg("actions", "What may be done.", "Set by the client; enforced by the resource server.", "RFC 9396 §2.2")),
    ("authorization_details", reg("datatypes", "Which data may be used.", "Set by the client; enforced by the resource server.", "RFC 9396 §2.2")),
    ("authorization_details", reg("identifier", "Which object it is about.", "Set by the client; enforced by the resource server.", "RFC 9396 §2.2")),
    ("authorization_details", reg("privileges", "How far the power goes.", "Set by the client; enforced by the resource server.", "RFC 9396 §2.2")),
    ("address", reg("formatted", "The whole address, as it is written on a letter.", "Set by the OpenID provider.", "OpenID Connect Core §5.1.1")),
    ("address", reg("street_address", "Street and number.", "Set by the OpenID provider.", "OpenID Connect Core §5.1.1")),
    ("address", reg("locality", "The town.", "Set by the OpenID provider.", "OpenID Connect Core §5.1.1")),
    ("address", reg("region", "State, province or region.", "Set by the OpenID provider.", "OpenID Connect Core §5.1.1")),
    ("address", reg("postal_code", "Postal code.", "Set by the OpenID provider.", "OpenID Connect Core §5.1.1")),
    ("address", reg("country", "The country.", "Set by the OpenID provider.", "OpenID Connect Core §5.1.1")),
    ("status", reg("status_list", "Which bit of which status list is the token's.", "Set by the issuer; the verifier fetches the list from a place that it trusts.", "draft-ietf-oauth-status-list §6.2")),
    ("status", reg("idx", "Which place in the list.", "Set by the issuer.", "draft-ietf-oauth-status-list §6.2")),
    ("status", reg("uri", "Which list.", "Set by the issuer; fetched only from places that are trusted.", "draft-ietf-oauth-status-list §6.2")),
    ("status_list", reg("bits", "How many bits a token has: 1, 2, 4 or 8.", "Set by the status issuer.", "draft-ietf-oauth-status-list §4.2")),
    ("status_list", reg("lst", "The bits, compressed and encoded.", "Set by the status issuer; the verifier bounds what it unpacks.", "draft-ietf-oauth-status-list §4.2")),
    ("sub_id", reg("format", "How the subject is named: `iss_sub`, `email`, `opaque` and others.", "Set by the issuer; says which members there are.", "RFC 9493 §3")),
    ("token_introspection", reg("active", "Whether the token that was asked about is good now.", "Set by the authorization server; the first thing that is read.", "RFC 7662 §2.2")),
    ("token_introspection", reg("username", "The name of the resource owner, for people.", "Set by the authorization server; shown.", "RFC 7662 §2.2")),
    ("token_introspection", reg("token_type", "How the token is presented.", "Set by the authorization server.", "RFC 7662 §2.2")),
    ("rctx", spec("req_ip", "The address that the request came from.", "Set by the transaction token service.", "draft-ietf-oauth-transaction-tokens §9")),
    ("rctx", spec("authn", "How the requester was authenticated.", "Set by the transaction token service.", "draft-ietf-oauth-transaction-tokens §9")),
    ("realm_access", reg("roles", "Roles in the realm.", "Set by the authorization server; read by the resource server.", "vendor's")),
    ("resource_access", reg("roles", "Roles at this client.", "Set by the authorization server; read by this client.", "vendor's")),
    ("_claim_sources", reg("JWT", "The claims as a token of another issuer.", "Verified by that issuer's keys.", "OpenID Connect Core §5.6.2")),
    ("_claim_sources", reg("endpoint", "Where the claims are asked for.", "Asked only when it is trusted.", "OpenID Connect Core §5.6.2")),
    ("_claim_sources", reg("access_token", "The token that the claims are asked for with.", "Sent to that endpoint only.", "OpenID Connect Core §5.6.2")),
];
