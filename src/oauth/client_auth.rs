//! How a client proves itself to an authorization server (RFC 6749 §2.3, RFC 7523 §2.2).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    http::{Field, Request},
    metadata::Metadata,
};
use crate::{
    jose::{Alg, Family, Jwk},
    kit::{
        Env, rng,
        secret::Secret,
        text::{escape, excerpt},
    },
    token::craft::{CraftError, mint},
};

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

/// Whom a client assertion is addressed to (its `aud`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AssertionAudience {
    /// The issuer identifier, which older servers take and newer texts demand.
    #[default]
    Issuer,
    /// The token endpoint, which RFC 7523 §3 allows and some servers insist on.
    TokenEndpoint,
}

impl AssertionAudience {
    /// Whether it is what a client has that was told nothing.
    #[allow(clippy::trivially_copy_pass_by_ref)] // serde gives the field as it is
    pub fn is_usual(&self) -> bool {
        *self == Self::Issuer
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
    /// Whom its assertions are addressed to.
    pub assertion_audience: AssertionAudience,
}

/// Why a client cannot prove itself to a server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ClientAuthError {
    /// It has no name.
    #[error("the client has no client_id: set it in the server's settings")]
    NoId,
    /// It has not what its method proves it with.
    #[error(
        "client `{}` authenticates by {} and has no {needed}: set one in the server's settings",
        escape(.client),
        .method.name()
    )]
    NoCredential {
        /// Its `client_id`.
        client: String,
        /// Its method.
        method: AuthMethod,
        /// What is needed.
        needed: &'static str,
    },
    /// Its key makes no assertion.
    #[error("no assertion for client `{}`: {why}", escape(.client))]
    Assertion {
        /// Its `client_id`.
        client: String,
        /// Why.
        why: AssertionError,
    },
    /// The server announces other methods.
    #[error(
        "client `{}` authenticates by {}, and {} announces only {}: choose one of these for the client",
        escape(.client),
        .method.name(),
        escape(.issuer),
        excerpt(&.announced.join(", "), 300)
    )]
    NotAnnounced {
        /// Its `client_id`.
        client: String,
        /// Its method.
        method: AuthMethod,
        /// The server.
        issuer: String,
        /// What it announces.
        announced: Vec<String>,
    },
    /// The request has no form that the proof could stand in.
    #[error("only a form request can carry a client's credentials")]
    NoForm,
}

/// Why a key makes no client assertion.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AssertionError {
    /// The key is public.
    #[error("the key has no private part")]
    PublicKey,
    /// Nobody to address it to.
    #[error("the server's issuer is not known, and the assertion is addressed to it")]
    NoIssuer,
    /// Nobody to address it to, of endpoints.
    #[error("the server's token endpoint is not known, and the assertion is addressed to it")]
    NoTokenEndpoint,
    /// No algorithm for the key.
    #[error(transparent)]
    Algorithm(#[from] SigningAlgError),
    /// The server announces other algorithms.
    #[error(
        "its key signs with {alg}, and the server announces only {}",
        excerpt(&.announced.join(", "), 200)
    )]
    NotAnnounced {
        /// The key's algorithm.
        alg: Alg,
        /// What the server announces.
        announced: Vec<String>,
    },
    /// Signing failed.
    #[error(transparent)]
    Sign(#[from] CraftError),
}

/// Why a key has no algorithm to prove possession by.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SigningAlgError {
    /// Of a type that is not known.
    #[error("no algorithm is known for a key of type {key}")]
    KeyType {
        /// What the key is.
        key: String,
    },
    /// It is for an algorithm that shares its key.
    #[error("`{}` is no algorithm for an asymmetric key, and one is needed here", escape(.0.name()))]
    NotAsymmetric(Alg),
}

/// Seconds for which a client assertion is valid.
const ASSERTION_LIFE: i64 = 60;

/// Metadata member with the algorithms of assertions (RFC 8414 §2).
const ALGS_MEMBER: &str = "token_endpoint_auth_signing_alg_values_supported";

/// `client_assertion_type` of a JWT (RFC 7523 §2.2).
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Adds the client's proof to a request whose body is a form. Exactly one method is used (RFC 6749
/// §2.3).
///
/// A server that announces no methods is tried; `none` is tried even where it is not announced, since many
/// servers leave it out.
pub fn apply(
    client: &Client,
    request: &mut Request,
    server: &Metadata,
    env: &Env,
) -> Result<(), ClientAuthError> {
    if client.client_id.is_empty() {
        return Err(ClientAuthError::NoId);
    }
    announced(client, server)?;
    let missing = |needed| ClientAuthError::NoCredential {
        client: client.client_id.clone(),
        method: client.method,
        needed,
    };
    let mut fields = Vec::new();
    match (client.method, &client.credential) {
        (AuthMethod::None, _) => fields.push(Field::plain("client_id", &client.client_id)),
        (AuthMethod::ClientSecretBasic, Credential::Secret(secret)) if !secret.is_empty() => {
            // RFC 6749 §2.3.1: both are form-encoded before they are joined.
            let encode = |text: &str| -> String {
                url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
            };
            let pair = format!("{}:{}", encode(&client.client_id), encode(secret.expose()));
            request.headers.push(Field::secret(
                "Authorization",
                format!("Basic {}", STANDARD.encode(pair)),
            ));
        }
        (AuthMethod::ClientSecretPost, Credential::Secret(secret)) if !secret.is_empty() => {
            fields.push(Field::plain("client_id", &client.client_id));
            fields.push(Field::secret("client_secret", secret.expose()));
        }
        (AuthMethod::PrivateKeyJwt, Credential::Key(key)) => {
            let assertion =
                assertion(client, key, server, env).map_err(|why| ClientAuthError::Assertion {
                    client: client.client_id.clone(),
                    why,
                })?;
            fields.push(Field::plain("client_id", &client.client_id));
            fields.push(Field::plain("client_assertion_type", ASSERTION_TYPE));
            fields.push(Field::secret("client_assertion", assertion));
        }
        (AuthMethod::PrivateKeyJwt, _) => return Err(missing("private key")),
        (AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost, _) => {
            return Err(missing("secret"));
        }
    }
    match request.fields_mut() {
        Some(form) => form.extend(fields),
        None if fields.is_empty() => {}
        None => return Err(ClientAuthError::NoForm),
    }
    Ok(())
}

/// Refuses a method that the server announces not to take.
fn announced(client: &Client, server: &Metadata) -> Result<(), ClientAuthError> {
    let method = client.method;
    let Some(methods) = &server.token_endpoint_auth_methods_supported else {
        return Ok(());
    };
    if method == AuthMethod::None || methods.iter().any(|m| m == method.name()) {
        return Ok(());
    }
    Err(ClientAuthError::NotAnnounced {
        client: client.client_id.clone(),
        method,
        issuer: server.issuer.clone(),
        announced: methods.clone(),
    })
}

/// A client assertion (RFC 7523 §3). `aud` is a single string; `typ` is `JWT`, since widespread libraries refuse any other.
fn assertion(
    client: &Client,
    key: &Jwk,
    server: &Metadata,
    env: &Env,
) -> Result<String, AssertionError> {
    if !key.is_private() {
        return Err(AssertionError::PublicKey);
    }
    let audience = match client.assertion_audience {
        AssertionAudience::Issuer if server.issuer.is_empty() => {
            return Err(AssertionError::NoIssuer);
        }
        AssertionAudience::Issuer => &server.issuer,
        AssertionAudience::TokenEndpoint => server
            .token_endpoint
            .as_ref()
            .ok_or(AssertionError::NoTokenEndpoint)?,
    };
    let alg = signing_alg(key)?;
    if let Some(algs) = server.document.get(ALGS_MEMBER).and_then(Value::as_array)
        && !algs.is_empty()
        && !algs.iter().any(|a| a.as_str() == Some(alg.name()))
    {
        let announced = algs.iter().filter_map(Value::as_str);
        return Err(AssertionError::NotAnnounced {
            alg,
            announced: announced.map(str::to_owned).collect(),
        });
    }
    let now = env.now.as_second();
    let claims = json!({
        "iss": client.client_id,
        "sub": client.client_id,
        "aud": audience,
        "jti": rng::token(env.rng.as_ref(), 16),
        "iat": now,
        "exp": now.saturating_add(ASSERTION_LIFE),
    });
    let mut header = json!({ "alg": alg.name(), "typ": "JWT" });
    if let (Some(kid), Some(members)) = (key.kid(), header.as_object_mut()) {
        members.insert("kid".into(), kid.into());
    }
    Ok(mint(&header, &claims, key, &alg)?)
}

/// The algorithm that an asymmetric key is for, by its `alg` or its type. A shared secret proves
/// neither a client (`private_key_jwt`) nor a holder (DPoP).
pub fn signing_alg(key: &Jwk) -> Result<Alg, SigningAlgError> {
    let alg = match (key.alg(), key.kty(), key.text("crv")) {
        (Some(alg), _, _) => alg,
        (None, "EC", Some("P-256")) => Alg::Es256,
        (None, "EC", Some("P-384")) => Alg::Es384,
        (None, "EC", Some("P-521")) => Alg::Es512,
        (None, "EC", Some("secp256k1")) => Alg::Es256K,
        (None, "RSA", _) => Alg::Ps256,
        (None, "OKP", Some("Ed25519")) => Alg::EdDsa,
        _ => {
            return Err(SigningAlgError::KeyType {
                key: key.describe(),
            });
        }
    };
    match alg.family() {
        Family::RsaPkcs1 | Family::RsaPss | Family::Ecdsa | Family::Edwards => Ok(alg),
        Family::None | Family::Hmac | Family::Unknown => Err(SigningAlgError::NotAsymmetric(alg)),
    }
}
