//! The only place that names jsonwebtoken and aws-lc-rs.

use super::{
    alg::Alg,
    jwk::{Jwk, KeyError},
};

/// Why a signature was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The signature is not this key's over these bytes.
    #[error("the signature does not fit the key and the bytes")]
    Invalid,
    /// The algorithm is not implemented here: says nothing about the signature.
    #[error("{0} is not supported here: the signature was not checked")]
    Unsupported(String),
    /// The key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Signs `message`; the raw signature (ECDSA as R||S, RFC 7518 §3.4).
pub fn sign(key: &Jwk, alg: &Alg, message: &[u8]) -> Result<Vec<u8>, KeyError> {
    let _ = (key, alg, message);
    todo!("owner: jose")
}

/// Checks `signature` over `message`.
pub fn verify(key: &Jwk, alg: &Alg, message: &[u8], signature: &[u8]) -> Result<(), VerifyError> {
    let _ = (key, alg, message, signature);
    todo!("owner: jose")
}

/// A fresh private key for `alg` (`ES256`, `ES384`, `RS256`, `PS256`, `EdDSA`, `HS256` ...), with `kid`
/// set to its thumbprint when none is given.
pub fn generate(alg: &Alg, kid: Option<&str>) -> Result<Jwk, KeyError> {
    let _ = (alg, kid);
    todo!("owner: jose")
}

/// SHA-256.
pub fn sha256(bytes: &[u8]) -> Vec<u8> {
    aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes)
        .as_ref()
        .to_vec()
}
