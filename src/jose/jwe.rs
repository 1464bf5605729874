//! JWE compact serialisation (RFC 7516 §3.1) for secrets sealed by a passphrase:
//! `PBES2-HS512+A256KW` with `A256GCM`, so that any JOSE tool can open what is written here.

use std::num::NonZeroU32;

use serde_json::json;
use zeroize::Zeroizing;

use super::{b64, crypto::seal};
use crate::kit::{json, rng::Rng};

/// Iterations of PBKDF2 when sealing (OWASP's number for HMAC-SHA-512 is 210,000).
pub const ITERATIONS: u32 = 310_000;

/// Iterations that are carried out when opening; more is a way to keep the reader busy
/// (RFC 8725bis: refuse above twice OWASP's number for HMAC-SHA-256).
pub const MAX_ITERATIONS: u32 = 1_200_000;

/// Why sealed text cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Not a JWE of the kind that is written here.
    #[error("the sealed secrets cannot be read: {0}")]
    Format(String),
    /// The passphrase does not fit, or the text was changed.
    #[error("the passphrase does not fit, or the sealed text was changed")]
    Passphrase,
}

fn format(reason: impl Into<String>) -> SealError {
    SealError::Format(reason.into())
}

/// Seals `plain` with a passphrase.
pub fn seal(passphrase: &str, plain: &[u8], rng: &dyn Rng) -> Result<String, SealError> {
    let mut salt = [0; 16];
    let mut key = Zeroizing::new([0; 32]);
    let mut nonce = [0; 12];
    rng.fill(&mut salt);
    rng.fill(key.as_mut());
    rng.fill(&mut nonce);
    let header = json!({
        "alg": "PBES2-HS512+A256KW",
        "enc": "A256GCM",
        "p2s": b64::encode(salt),
        "p2c": ITERATIONS,
    });
    let header = b64::encode(header.to_string());
    let kek = key_encryption_key(passphrase, &salt, ITERATIONS)?;
    let wrapped = seal::wrap_key(&kek, &key).map_err(|_| format("the key could not be wrapped"))?;
    let (text, tag) = seal::gcm_seal(&key, nonce, header.as_bytes(), plain)
        .map_err(|_| format("the text could not be encrypted"))?;
    Ok([
        header,
        b64::encode(wrapped),
        b64::encode(nonce),
        b64::encode(text),
        b64::encode(tag),
    ]
    .join("."))
}

/// Opens what [`seal`] made.
pub fn open(passphrase: &str, sealed: &str) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let parts: Vec<&str> = sealed.trim().split('.').collect();
    let [header, wrapped, nonce, text, tag] = parts[..] else {
        return Err(format(format!(
            "{} parts instead of the 5 of a compact JWE",
            parts.len()
        )));
    };
    let part =
        |name: &str, text: &str| b64::decode(text).map_err(|e| format(format!("{name}: {e}")));
    let members = json::parse(&part("header", header)?)
        .map_err(|e| format(format!("header: {e}")))?
        .value;
    if members["alg"] != "PBES2-HS512+A256KW"
        || members["enc"] != "A256GCM"
        || members.get("crit").is_some()
    {
        return Err(format(
            "expected PBES2-HS512+A256KW with A256GCM and no `crit`",
        ));
    }
    let iterations = members["p2c"]
        .as_u64()
        .and_then(|n| u32::try_from(n).ok())
        .filter(|n| (1_000..=MAX_ITERATIONS).contains(n))
        .ok_or_else(|| format(format!("`p2c` must lie between 1000 and {MAX_ITERATIONS}")))?;
    let salt = part("p2s", members["p2s"].as_str().unwrap_or(""))?;
    if salt.len() < 8 {
        return Err(format(
            "`p2s` must have at least 8 bytes (RFC 7518 §4.8.1.1)",
        ));
    }
    let nonce: [u8; 12] = part("initialisation vector", nonce)?
        .try_into()
        .map_err(|_| format("the initialisation vector must have 12 bytes"))?;
    let kek = key_encryption_key(passphrase, &salt, iterations)?;
    let key = seal::unwrap_key(&kek, &part("encrypted key", wrapped)?)
        .map_err(|_| SealError::Passphrase)?;
    seal::gcm_open(
        &key,
        nonce,
        header.as_bytes(),
        &part("ciphertext", text)?,
        &part("tag", tag)?,
    )
    .map_err(|_| SealError::Passphrase)
}

/// The salt value is the algorithm's name, a zero byte and the salt input (RFC 7518 §4.8.1.1).
fn key_encryption_key(
    passphrase: &str,
    salt: &[u8],
    iterations: u32,
) -> Result<Zeroizing<[u8; 32]>, SealError> {
    let salt = [b"PBES2-HS512+A256KW\0".as_slice(), salt].concat();
    let iterations = NonZeroU32::new(iterations).ok_or_else(|| format("`p2c` is zero"))?;
    Ok(seal::pbkdf2_sha512(
        passphrase.as_bytes(),
        &salt,
        iterations,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::rng::SystemRng;

    #[test]
    fn opens_with_the_passphrase_only() {
        let sealed = seal("correct horse", b"secret", &SystemRng).unwrap();
        assert_eq!(&*open("correct horse", &sealed).unwrap(), b"secret");
        assert_eq!(open("wrong", &sealed), Err(SealError::Passphrase));
        assert!(!sealed.contains("secret"));
    }

    #[test]
    fn changed_text_is_refused() {
        let sealed = seal("p", b"secret", &SystemRng).unwrap();
        let parts: Vec<&str> = sealed.split('.').collect();
        for n in 1..5 {
            let mut bytes = b64::decode(parts[n]).unwrap();
            bytes[0] ^= 1;
            let changed = b64::encode(bytes);
            let mut parts = parts.clone();
            parts[n] = &changed;
            assert_eq!(
                open("p", &parts.join(".")),
                Err(SealError::Passphrase),
                "part {n}"
            );
        }
        let cheap = b64::encode(
            json!({"alg":"PBES2-HS512+A256KW","enc":"A256GCM","p2s":"AAAAAAAAAAAAAAAAAAAAAA","p2c":4_000_000_000_u32}).to_string(),
        );
        let mut parts = parts;
        parts[0] = &cheap;
        assert!(matches!(
            open("p", &parts.join(".")),
            Err(SealError::Format(_))
        ));
        assert!(matches!(open("p", "a.b"), Err(SealError::Format(_))));
    }
}
