//! Keys as people have them: PEM, JWK, JWKS, secrets. Reads any, says what it read.

use super::jwk::{Jwk, KeyError};

/// Reads one key, or several (JWKS), from `text`: PEM (`PRIVATE KEY`, `EC PRIVATE KEY`,
/// `RSA PRIVATE KEY`, `PUBLIC KEY`, `RSA PUBLIC KEY`, `CERTIFICATE`), JWK, or JWKS. Anything else is
/// refused with what it looks like and what is accepted; a bare secret is never guessed.
pub fn read(text: &str) -> Result<Vec<Jwk>, KeyError> {
    let _ = text;
    todo!("owner: jose")
}

/// A private key as PKCS#8 PEM, a public one as SPKI PEM.
pub fn write(jwk: &Jwk) -> Result<String, KeyError> {
    let _ = jwk;
    todo!("owner: jose")
}
