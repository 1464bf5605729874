//! Whether the members of a JWK make a key.

use crate::jose::{
    crypto::keys,
    jwk::{Jwk, KeyError, Unsupported},
};

/// Checks that the members of a key belong together; keys that are known but cannot be used here
/// pass, so that they can be shown.
pub(super) fn check(key: &Jwk) -> Result<(), KeyError> {
    let result = match (key.kty(), key.is_private()) {
        ("EC", false) => keys::ec_point(key).map(drop),
        ("EC", true) => keys::ec_pair(key).map(drop),
        ("OKP", false) if key.text("crv") == Some("X25519") => keys::x25519_public(key).map(drop),
        ("OKP", true) if key.text("crv") == Some("X25519") => keys::x25519_private(key).map(drop),
        ("OKP", false) => keys::ed25519_public(key).map(drop),
        ("OKP", true) => keys::ed25519_pair(key).map(drop),
        ("RSA", false) => keys::rsa_public(key).map(drop),
        // A private key without its primes is legal (RFC 7518 §6.3.2): it is shown, and verifies.
        ("RSA", true) if !key.0.contains_key("p") => keys::rsa_public(key).map(drop),
        ("RSA", true) => keys::rsa_pair(key).map(drop),
        ("oct", _) => keys::secret(key).map(drop),
        // ML-DSA (RFC 9964): shown, and named as unsupported where it is to be used.
        ("AKP", _) => Ok(()),
        (other, _) => return Err(Unsupported::KeyType(other.to_owned()).into()),
    };
    match result {
        Err(KeyError::Unsupported(_) | KeyError::Weak { .. }) => Ok(()),
        other => other,
    }
}
