//! Claims that several kinds of tokens have to hold, and which kinds those are.

use crate::token::Kind;

/// A claim that several kinds of tokens have to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shared {
    Iss,
    Sub,
    Exp,
    Jti,
    Aud,
}

impl Shared {
    /// The claim of this name.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "iss" => Self::Iss,
            "sub" => Self::Sub,
            "exp" => Self::Exp,
            "jti" => Self::Jti,
            "aud" => Self::Aud,
            _ => return None,
        })
    }
}

/// Whether a token of this kind has to hold the claim; `None` where its kind is unknown.
pub(super) fn is_due(claim: Shared, kind: Kind) -> Option<bool> {
    if kind == Kind::Unknown {
        return None;
    }
    Some(match claim {
        // Transaction tokens, JWT-SVIDs and `DPoP` proofs may do without.
        Shared::Iss => matches!(
            kind,
            Kind::AccessToken
                | Kind::PresumedAccessToken
                | Kind::IdToken
                | Kind::RefreshToken
                | Kind::IdJag
                | Kind::ClientAssertion
                | Kind::JwtGrant
                | Kind::LogoutToken
                | Kind::SecurityEvent
                | Kind::RequestObject
                | Kind::SoftwareStatement
                | Kind::IntrospectionResponse
        ),
        Shared::Sub => matches!(
            kind,
            Kind::AccessToken
                | Kind::PresumedAccessToken
                | Kind::IdToken
                | Kind::UserInfo
                | Kind::RefreshToken
                | Kind::IdJag
                | Kind::ClientAssertion
                | Kind::JwtSvid
                | Kind::TxnToken
        ),
        // `DPoP` proofs, introspection responses and security events live without.
        Shared::Exp => matches!(
            kind,
            Kind::AccessToken
                | Kind::PresumedAccessToken
                | Kind::IdToken
                | Kind::ClientAssertion
                | Kind::JwtGrant
                | Kind::JwtSvid
                | Kind::TxnToken
                | Kind::IdJag
                | Kind::LogoutToken
        ),
        Shared::Jti => matches!(
            kind,
            Kind::AccessToken | Kind::DpopProof | Kind::IdJag | Kind::LogoutToken | Kind::Wpt
        ),
        // A DPoP proof names its target in `htu`; events and introspection responses are for their
        // reader.
        Shared::Aud => matches!(
            kind,
            Kind::AccessToken
                | Kind::PresumedAccessToken
                | Kind::IdToken
                | Kind::ClientAssertion
                | Kind::JwtGrant
                | Kind::JwtSvid
                | Kind::TxnToken
                | Kind::IdJag
                | Kind::LogoutToken
        ),
    })
}
