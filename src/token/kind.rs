//! What a token is for: by `typ`, without it by shape (risk catalogue §0).

use serde::{Deserialize, Serialize};

use super::{Form, Token};

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Kind {
    /// RFC 9068, `typ: at+jwt`.
    AccessToken,
    /// A JWT without a profile, taken as an access token.
    PresumedAccessToken,
    IdToken,
    RefreshToken,
    DpopProof,
    ClientAssertion,
    JwtSvid,
    TxnToken,
    IdJag,
    LogoutToken,
    SecurityEvent,
    RequestObject,
    IntrospectionResponse,
    Encrypted,
    Opaque,
    Unknown,
}

impl Kind {
    /// In words, for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::AccessToken => "Access token",
            Self::PresumedAccessToken => "Access token, by its shape",
            Self::IdToken => "ID token",
            Self::RefreshToken => "Refresh token",
            Self::DpopProof => "DPoP proof",
            Self::ClientAssertion => "Client assertion",
            Self::JwtSvid => "JWT-SVID",
            Self::TxnToken => "Transaction token",
            Self::IdJag => "ID-JAG",
            Self::LogoutToken => "Logout token",
            Self::SecurityEvent => "Security event token",
            Self::RequestObject => "Request object",
            Self::IntrospectionResponse => "Introspection response",
            Self::Encrypted => "Encrypted token",
            Self::Opaque => "Opaque token",
            Self::Unknown => "Token",
        }
    }

    /// The name used in JSON output and rules.
    pub fn name(self) -> &'static str {
        match self {
            Self::AccessToken => "access_token",
            Self::PresumedAccessToken => "access_token?",
            Self::IdToken => "id_token",
            Self::RefreshToken => "refresh_token",
            Self::DpopProof => "dpop_proof",
            Self::ClientAssertion => "client_assertion",
            Self::JwtSvid => "jwt_svid",
            Self::TxnToken => "txn_token",
            Self::IdJag => "id_jag",
            Self::LogoutToken => "logout_token",
            Self::SecurityEvent => "security_event",
            Self::RequestObject => "request_object",
            Self::IntrospectionResponse => "introspection_response",
            Self::Encrypted => "encrypted",
            Self::Opaque => "opaque",
            Self::Unknown => "unknown",
        }
    }
}

/// What `token` is for: by `typ` (RFC 8725 §3.11: compared without case, `application/` may be
/// left out), else by the shape of its claims.
pub fn of(token: &Token) -> Kind {
    match token.form {
        Form::Jwe => return Kind::Encrypted,
        Form::Opaque => return Kind::Opaque,
        Form::Compact | Form::Flattened | Form::General => {}
    }
    let typ = token.header_text("typ").unwrap_or("").to_ascii_lowercase();
    let typ = typ.strip_prefix("application/").unwrap_or(&typ);
    match typ {
        "at+jwt" => Kind::AccessToken,
        "dpop+jwt" => Kind::DpopProof,
        "client-authentication+jwt" => Kind::ClientAssertion,
        "txntoken+jwt" => Kind::TxnToken,
        "oauth-id-jag+jwt" => Kind::IdJag,
        "logout+jwt" => Kind::LogoutToken,
        "secevent+jwt" => Kind::SecurityEvent,
        "oauth-authz-req+jwt" => Kind::RequestObject,
        "token-introspection+jwt" => Kind::IntrospectionResponse,
        // Not explicit typing (RFC 8725 §3.11): the shape decides.
        "" | "jwt" | "jose" => by_shape(token),
        _ => Kind::Unknown,
    }
}

fn by_shape(token: &Token) -> Kind {
    let claims = token.claims_map();
    let has = |name: &str| claims.contains_key(name);
    // Keycloak names the purpose in a claim.
    match token.claim_text("typ") {
        Some("Refresh" | "Offline") => return Kind::RefreshToken,
        Some("ID") => return Kind::IdToken,
        Some("Logout") => return Kind::LogoutToken,
        _ => {}
    }
    if has("htm") && has("htu") {
        return Kind::DpopProof;
    }
    if let Some(events) = token.claim("events") {
        return if events
            .get("http://schemas.openid.net/event/backchannel-logout")
            .is_some()
        {
            Kind::LogoutToken
        } else {
            Kind::SecurityEvent
        };
    }
    if has("token_introspection") {
        return Kind::IntrospectionResponse;
    }
    if has("response_type") && has("client_id") {
        return Kind::RequestObject;
    }
    if has("txn") && has("req_wl") {
        return Kind::TxnToken;
    }
    if has("nonce") || has("at_hash") || has("c_hash") {
        return Kind::IdToken;
    }
    let sub = token.claim_text("sub");
    if sub.is_some_and(|s| s.starts_with("spiffe://")) && has("aud") && !has("client_id") {
        return Kind::JwtSvid;
    }
    if sub.is_some() && sub == token.claim_text("iss") && has("aud") && !has("scope") {
        return Kind::ClientAssertion;
    }
    let known = [
        "iss",
        "sub",
        "aud",
        "exp",
        "scope",
        "scp",
        "client_id",
        "azp",
        "act",
    ];
    if known.iter().any(|name| has(name)) {
        Kind::PresumedAccessToken
    } else {
        Kind::Unknown
    }
}
