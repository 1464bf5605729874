//! New tokens of a kind, with the claims that its specification asks for.

use serde_json::{Value, json};

/// A kind of token that can be made from nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Template {
    /// RFC 9068.
    AccessToken,
    /// OpenID Connect Core §2.
    IdToken,
    /// SPIFFE JWT-SVID.
    JwtSvid,
    /// draft-ietf-oauth-transaction-tokens.
    TxnToken,
    /// draft-ietf-oauth-identity-assertion-authz-grant.
    IdJag,
    /// RFC 7523 §3.
    ClientAssertion,
    /// RFC 9449 §4.2.
    DpopProof,
}

/// What a template takes from its surroundings.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// The moment, in seconds since the epoch.
    pub now: i64,
    /// Issuer identifier of the authorization server that is worked with.
    pub issuer: &'a str,
    /// A fresh name for the token.
    pub jti: &'a str,
    /// The public key of the holder as a JWK, for proofs that carry it.
    pub key: Option<&'a Value>,
}

impl Template {
    /// All, most used first.
    pub const ALL: [Self; 7] = [
        Self::AccessToken,
        Self::IdToken,
        Self::ClientAssertion,
        Self::DpopProof,
        Self::TxnToken,
        Self::IdJag,
        Self::JwtSvid,
    ];

    /// In words.
    pub fn label(self) -> &'static str {
        match self {
            Self::AccessToken => "Access token",
            Self::IdToken => "ID token",
            Self::JwtSvid => "JWT-SVID",
            Self::TxnToken => "Transaction token",
            Self::IdJag => "ID-JAG",
            Self::ClientAssertion => "Client assertion",
            Self::DpopProof => "DPoP proof",
        }
    }

    /// Its specification.
    pub fn source(self) -> &'static str {
        match self {
            Self::AccessToken => "RFC 9068 §2",
            Self::IdToken => "OIDC Core §2",
            Self::JwtSvid => "SPIFFE JWT-SVID §3",
            Self::TxnToken => "OAuth transaction tokens (draft)",
            Self::IdJag => "OAuth identity assertion grant (draft)",
            Self::ClientAssertion => "RFC 7523 §3",
            Self::DpopProof => "RFC 9449 §4.2",
        }
    }

    /// Header and claims; `alg` is `none` until the token is signed.
    pub fn make(self, around: Surroundings<'_>) -> (Value, Value) {
        let Surroundings {
            now,
            issuer,
            jti,
            key,
        } = around;
        let until = |seconds: i64| now.saturating_add(seconds);
        let header = |typ: &str| json!({ "alg": "none", "typ": typ });
        match self {
            Self::AccessToken => (
                header("at+jwt"),
                json!({
                    "iss": issuer, "sub": "alice", "aud": "accounts-api", "client_id": "workbench",
                    "scope": "accounts:read", "iat": now, "exp": until(300), "jti": jti,
                }),
            ),
            Self::IdToken => (
                header("JWT"),
                json!({
                    "iss": issuer, "sub": "alice", "aud": "workbench", "iat": now,
                    "exp": until(300), "auth_time": now, "nonce": jti, "acr": "1", "amr": ["pwd"],
                }),
            ),
            // `typ` is left out: JWT and JOSE alone are allowed there, and say nothing.
            Self::JwtSvid => (
                json!({ "alg": "none" }),
                json!({
                    "sub": "spiffe://example.org/ns/agents/sa/planner",
                    "aud": ["spiffe://example.org/ns/apis/sa/accounts"],
                    "iat": now, "exp": until(300),
                }),
            ),
            Self::TxnToken => (
                header("txntoken+jwt"),
                json!({
                    "iat": now, "aud": "trust-domain.example", "exp": until(300), "txn": jti,
                    "sub": "alice", "scope": "trade.stocks",
                    "req_wl": "apigateway.trust-domain.example",
                    "tctx": { "action": "BUY", "ticker": "MSFT", "quantity": "100" },
                    "rctx": { "req_ip": "192.0.2.1", "authn": "pwd" },
                }),
            ),
            Self::IdJag => (
                header("oauth-id-jag+jwt"),
                json!({
                    "iss": issuer, "sub": "alice", "aud": "https://resource-as.example",
                    "client_id": "planner", "resource": "https://api.resource.example",
                    "scope": "chat.read", "iat": now, "exp": until(300), "jti": jti,
                }),
            ),
            Self::ClientAssertion => (
                header("client-authentication+jwt"),
                json!({
                    "iss": "planner", "sub": "planner", "aud": issuer, "iat": now,
                    "exp": until(60), "jti": jti,
                }),
            ),
            Self::DpopProof => {
                let mut header = header("dpop+jwt");
                if let Some(key) = key {
                    header["jwk"] = key.clone();
                }
                let url = format!("{}/token", issuer.trim_end_matches('/'));
                let claims = json!({ "jti": jti, "htm": "POST", "htu": url, "iat": now });
                (header, claims)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        jose::b64,
        token::{Kind, decode::decode},
    };

    #[test]
    fn each_is_taken_for_what_it_is() {
        let key = json!({ "kty": "OKP", "crv": "Ed25519", "x": "AA" });
        for template in Template::ALL {
            let (header, claims) = template.make(Surroundings {
                now: 1_795_444_335,
                issuer: "https://as.example",
                jti: "fresh",
                key: Some(&key),
            });
            let raw = format!(
                "{}.{}.",
                b64::encode(header.to_string()),
                b64::encode(claims.to_string())
            );
            let kind = match template {
                Template::AccessToken => Kind::AccessToken,
                Template::IdToken => Kind::IdToken,
                Template::JwtSvid => Kind::JwtSvid,
                Template::TxnToken => Kind::TxnToken,
                Template::IdJag => Kind::IdJag,
                Template::ClientAssertion => Kind::ClientAssertion,
                Template::DpopProof => Kind::DpopProof,
            };
            assert_eq!(decode(&raw).kind, kind);
            assert_eq!(header.get("jwk").is_some(), template == Template::DpopProof);
        }
    }
}
