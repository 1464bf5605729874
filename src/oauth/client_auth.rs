//! How a client proves itself to an authorization server (RFC 6749 §2.3, RFC 7523 §2.2).

use serde::{Deserialize, Serialize};

use crate::{jose::Jwk, kit::secret::Secret};

/// Registered authentication methods used here (`token_endpoint_auth_method`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum AuthMethod {
    #[default]
    None,
    ClientSecretBasic,
    ClientSecretPost,
    PrivateKeyJwt,
}

impl AuthMethod {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 4] = [
        Self::PrivateKeyJwt,
        Self::ClientSecretBasic,
        Self::ClientSecretPost,
        Self::None,
    ];

    /// The registered name.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
        }
    }
}

/// A client's credential, ready for use.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Credential {
    /// Public client.
    #[default]
    None,
    /// Shared secret.
    Secret(Secret),
    /// Private key.
    Key(Jwk),
}

/// A client of an authorization server.
#[derive(Debug, Clone, PartialEq)]
pub struct Client {
    /// `client_id`.
    pub client_id: String,
    /// How it authenticates.
    pub method: AuthMethod,
    /// With what.
    pub credential: Credential,
}
