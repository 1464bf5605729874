//! The only place that names jsonwebtoken and aws-lc-rs.
//!
//! jsonwebtoken signs and verifies what it has (HS, RS and PS 256 to 512, ES256, ES384, Ed25519);
//! aws-lc-rs, its own provider, does ES512 and ES256K, encrypts and decrypts ([`content`],
//! [`manage`]), makes keys, and checks that the numbers of a key belong together ([`keys`]).

pub mod content;
pub mod forge;
mod hash;
pub mod keys;
pub mod manage;
mod refused;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{
        ECDSA_P256K1_SHA256_FIXED, ECDSA_P521_SHA512_FIXED, EcdsaKeyPair, UnparsedPublicKey,
    },
};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};

use super::{
    alg::{Alg, Family},
    jwe::names::{Bits, Enc, Manage},
    jwk::{Jwk, KeyError, Task, Unfit, Unsupported},
};
use crate::kit::text::escape;

pub use self::{
    hash::{digest, sha256},
    refused::Refused,
};

/// Why a signature was not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The signature is not this key's over these bytes.
    #[error("the signature does not fit the key and the bytes")]
    Invalid,
    /// The algorithm is not implemented here: says nothing about the signature.
    #[error("alg `{}` is not supported here: the signature was not checked", escape(.0.name()))]
    Unsupported(Alg),
    /// The key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Whether `key` may be used with `alg`: `kty` and `crv`, and the key's own `alg`, `use` and
/// `key_ops` where it has them (RFC 8725 §3.1: one key, one algorithm). The header never decides.
pub fn fits(key: &Jwk, alg: &Alg, task: Task) -> Result<(), KeyError> {
    let mismatch = |why: Unfit| KeyError::Mismatch {
        key: key.describe(),
        why,
        alg: escape(alg.name()).into_owned(),
    };
    let crv = key.text("crv").unwrap_or("");
    let fit = match alg {
        Alg::Hs256 | Alg::Hs384 | Alg::Hs512 => key.kty() == "oct",
        Alg::Rs256 | Alg::Rs384 | Alg::Rs512 | Alg::Ps256 | Alg::Ps384 | Alg::Ps512 => {
            key.kty() == "RSA"
        }
        Alg::Es256 => key.kty() == "EC" && crv == "P-256",
        Alg::Es384 => key.kty() == "EC" && crv == "P-384",
        Alg::Es512 => key.kty() == "EC" && crv == "P-521",
        Alg::Es256K => key.kty() == "EC" && crv == "secp256k1",
        Alg::EdDsa => key.kty() == "OKP" && matches!(crv, "Ed25519" | "Ed448"),
        Alg::Ed25519 => key.kty() == "OKP" && crv == "Ed25519",
        Alg::None | Alg::Other(_) => false,
    };
    if !fit {
        return Err(mismatch(Unfit::Type));
    }
    if key.0.get("alg").is_some_and(|own| !own.is_string()) {
        return Err(mismatch(Unfit::AlgNoString));
    }
    if let Some(own) = key.alg() {
        // `EdDSA` and `Ed25519` name the same signature over this curve (RFC 9864 §2.2).
        let same =
            own == *alg || (own.family() == Family::Edwards && alg.family() == Family::Edwards);
        if !same {
            return Err(mismatch(Unfit::Alg(own.name().to_owned())));
        }
    }
    key.allows(task).map_err(|why| mismatch(Unfit::Use(why)))
}

fn algorithm(alg: &Alg) -> Option<Algorithm> {
    Some(match alg {
        Alg::Hs256 => Algorithm::HS256,
        Alg::Hs384 => Algorithm::HS384,
        Alg::Hs512 => Algorithm::HS512,
        Alg::Rs256 => Algorithm::RS256,
        Alg::Rs384 => Algorithm::RS384,
        Alg::Rs512 => Algorithm::RS512,
        Alg::Ps256 => Algorithm::PS256,
        Alg::Ps384 => Algorithm::PS384,
        Alg::Ps512 => Algorithm::PS512,
        Alg::Es256 => Algorithm::ES256,
        Alg::Es384 => Algorithm::ES384,
        Alg::EdDsa | Alg::Ed25519 => Algorithm::EdDSA,
        Alg::None | Alg::Es512 | Alg::Es256K | Alg::Other(_) => return None,
    })
}

/// Signs `message`; the raw signature (ECDSA as R||S, RFC 7518 §3.4).
///
/// An HMAC key shorter than its hash signs all the same (RFC 7518 §3.2 forbids it; the bench shows
/// what such a token is worth). RSA below 2048 bit is refused by the library.
pub fn sign(key: &Jwk, alg: &Alg, message: &[u8]) -> Result<Vec<u8>, KeyError> {
    fits(key, alg, Task::Sign)?;
    let failed = |_| KeyError::Sign {
        key: key.describe(),
    };
    match alg.family() {
        Family::Hmac => {
            let secret = keys::secret(key)?;
            delegated(message, &EncodingKey::from_secret(&secret), alg)
        }
        Family::RsaPkcs1 | Family::RsaPss => {
            let der = keys::rsa_pkcs1(key)?;
            delegated(message, &EncodingKey::from_rsa_der(&der), alg)
        }
        Family::Ecdsa => {
            let pair: EcdsaKeyPair = keys::ec_pair(key)?;
            if algorithm(alg).is_some() {
                let der = pair.to_pkcs8v1().map_err(failed)?;
                delegated(message, &EncodingKey::from_ec_der(der.as_ref()), alg)
            } else {
                pair.sign(&SystemRandom::new(), message)
                    .map(|s| s.as_ref().to_vec())
                    .map_err(failed)
            }
        }
        Family::Edwards => {
            let der = keys::ed25519_pair(key)?.to_pkcs8v1().map_err(failed)?;
            delegated(message, &EncodingKey::from_ed_der(der.as_ref()), alg)
        }
        Family::None | Family::Unknown => Err(Unsupported::Alg(alg.clone()).into()),
    }
}

fn delegated(message: &[u8], key: &EncodingKey, alg: &Alg) -> Result<Vec<u8>, KeyError> {
    let algorithm = algorithm(alg).ok_or_else(|| Unsupported::Alg(alg.clone()))?;
    let failed = |reason: String| KeyError::SignWith {
        alg: alg.clone(),
        reason,
    };
    let encoded =
        jsonwebtoken::crypto::sign(message, key, algorithm).map_err(|e| failed(e.to_string()))?;
    super::b64::decode(&encoded).map_err(|e| failed(e.to_string()))
}

/// Checks `signature` over `message`. A private key verifies by its public part.
pub fn verify(key: &Jwk, alg: &Alg, message: &[u8], signature: &[u8]) -> Result<(), VerifyError> {
    verify_with(None, key, alg, message, signature)
}

/// Whether `signature` is the HMAC of `message` with these bytes as the secret, however weak they are.
pub fn is_hmac(secret: &[u8], alg: &Alg, message: &[u8], signature: &[u8]) -> bool {
    if alg.family() != Family::Hmac {
        return false;
    }
    let Some(algorithm) = algorithm(alg) else {
        return false;
    };
    let key = DecodingKey::from_secret(secret);
    (jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.verifier_factory)(&algorithm, &key)
        .is_ok_and(|verifier| verifier.verify(message, &signature.to_vec()).is_ok())
}

/// A public key as the library takes it, made once for many signatures.
#[derive(Clone)]
pub struct Prepared(DecodingKey);

impl std::fmt::Debug for Prepared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Prepared")
    }
}

/// Makes a public key ready; `None` for shared secrets, which are not kept in another form, and for
/// keys that cannot be used.
pub fn prepare(key: &Jwk) -> Option<Prepared> {
    let decoding = match (key.kty(), key.text("crv")) {
        ("RSA", _) => {
            let (n, e) = keys::rsa_public(key).ok()?;
            DecodingKey::from_rsa_raw_components(&n, &e)
        }
        ("EC", Some("P-256" | "P-384")) => {
            DecodingKey::from_ec_der(&keys::ec_point_unchecked(key).ok()?)
        }
        ("OKP", Some("Ed25519")) => DecodingKey::from_ed_der(&keys::ed25519_public(key).ok()?),
        _ => return None,
    };
    Some(Prepared(decoding))
}

/// [`verify`], with what [`prepare`] made of the same key.
pub fn verify_with(
    prepared: Option<&Prepared>,
    key: &Jwk,
    alg: &Alg,
    message: &[u8],
    signature: &[u8],
) -> Result<(), VerifyError> {
    if matches!(alg.family(), Family::Unknown | Family::None) {
        return Err(VerifyError::Unsupported(alg.clone()));
    }
    fits(key, alg, Task::Verify)?;
    if let (Some(Prepared(decoding)), Some(algorithm)) = (prepared, algorithm(alg)) {
        return delegated_verify(key, decoding, algorithm, message, signature);
    }
    let decoding = match alg.family() {
        Family::Hmac => DecodingKey::from_secret(&keys::secret(key)?),
        Family::RsaPkcs1 | Family::RsaPss => {
            let (n, e) = keys::rsa_public(key)?;
            DecodingKey::from_rsa_raw_components(&n, &e)
        }
        Family::Ecdsa => {
            let point = keys::ec_point_unchecked(key)?;
            let done = |ok: bool| if ok { Ok(()) } else { Err(refused(key)) };
            match alg {
                Alg::Es512 => {
                    let key = UnparsedPublicKey::new(&ECDSA_P521_SHA512_FIXED, &point);
                    return done(key.verify(message, signature).is_ok());
                }
                Alg::Es256K => {
                    let key = UnparsedPublicKey::new(&ECDSA_P256K1_SHA256_FIXED, &point);
                    return done(key.verify(message, signature).is_ok());
                }
                _ => DecodingKey::from_ec_der(&point),
            }
        }
        _ => DecodingKey::from_ed_der(&keys::ed25519_public(key)?),
    };
    let Some(algorithm) = algorithm(alg) else {
        return Err(VerifyError::Unsupported(alg.clone()));
    };
    delegated_verify(key, &decoding, algorithm, message, signature)
}

fn delegated_verify(
    key: &Jwk,
    decoding: &DecodingKey,
    algorithm: Algorithm,
    message: &[u8],
    signature: &[u8],
) -> Result<(), VerifyError> {
    // What `jsonwebtoken::crypto::verify` does, but for its base64: the signature is decoded already.
    let verifier =
        (jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.verifier_factory)(&algorithm, decoding);
    match verifier.map(|v| v.verify(message, &signature.to_vec())) {
        Ok(Ok(())) => Ok(()),
        _ => Err(refused(key)),
    }
}

/// Why the library refused: a key that is no point on its curve, else the signature.
fn refused(key: &Jwk) -> VerifyError {
    match key.kty() {
        "EC" => keys::ec_point(key).map_or_else(VerifyError::Key, |_| VerifyError::Invalid),
        _ => VerifyError::Invalid,
    }
}

/// A fresh private key for `alg` (`ES256`, `ES384`, `RS256`, `PS256`, `EdDSA`, `HS256` ...), with `kid`
/// set to its thumbprint when none is given. RSA keys have 2048 bit, HMAC keys the hash's length.
pub fn generate(alg: &Alg, kid: Option<&str>) -> Result<Jwk, KeyError> {
    labelled(keys::generate(alg)?, kid, alg.name(), "sig")
}

/// A fresh private or shared key to decrypt with. For `dir` it has the length that `enc` needs, for
/// `ECDH-ES` it lies on the curve `crv` (`P-256` when none is given; `X25519`, `P-384`, `P-521`).
pub fn generate_for_encryption(
    alg: Manage,
    enc: Enc,
    crv: Option<&str>,
    kid: Option<&str>,
) -> Result<Jwk, KeyError> {
    let jwk = match alg {
        Manage::Dir => keys::generate_secret(enc.key_bytes()),
        Manage::AesKw(bits) | Manage::GcmKw(bits) => keys::generate_secret(bits.bytes()),
        Manage::Pbes2(..) => keys::generate_secret(Bits::B256.bytes()),
        Manage::Rsa15 | Manage::Oaep(_) => keys::generate(&Alg::Rs256),
        Manage::EcdhEs | Manage::EcdhEsKw(_) => keys::generate_on(crv.unwrap_or("P-256")),
    }?;
    labelled(jwk, kid, alg.name(), "enc")
}

/// A fresh key for an algorithm by its registered name, to sign or to decrypt with.
pub fn generate_named(alg: &str, kid: Option<&str>) -> Result<Jwk, KeyError> {
    match Manage::parse(alg) {
        Some(alg) => generate_for_encryption(alg, Enc::Gcm(Bits::B256), None, kid),
        None => generate(&Alg::parse(alg), kid),
    }
}

fn labelled(mut jwk: Jwk, kid: Option<&str>, alg: &str, purpose: &str) -> Result<Jwk, KeyError> {
    let kid = match kid {
        Some(kid) => kid.to_owned(),
        // The thumbprint of a secret is a hash of the secret: guessable when published. A random
        // name serves as well (RFC 7638 §7).
        None if jwk.kty() == "oct" => super::b64::encode(keys::random(16)?),
        None => jwk.thumbprint()?,
    };
    jwk.0.insert("kid".into(), kid.into());
    jwk.0.insert("alg".into(), alg.into());
    jwk.0.insert("use".into(), purpose.into());
    Ok(jwk)
}
