//! What a token is for: by `typ`, without it by shape (risk catalogue §0).

use serde::{Deserialize, Serialize};

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
