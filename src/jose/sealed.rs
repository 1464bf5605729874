//! Secrets sealed by a passphrase: a compact JWE (RFC 7516) with `PBES2-HS512+A256KW` and `A256GCM`, so
//! that any JOSE tool can open what is written here.

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::{
    Jwk, b64,
    jwe::{self, Draft, Form, JweError},
};
use crate::kit::rng::Rng;

const ALG: &str = "PBES2-HS512+A256KW";
const ENC: &str = "A256GCM";

/// Why sealed text cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Not a JWE.
    #[error("the sealed secrets cannot be read: {0}")]
    Jwe(JweError),
    /// A JWE of another kind than the one that is written here.
    #[error("the sealed secrets cannot be read: expected {ALG} with {ENC}")]
    Algorithm,
    /// The passphrase does not fit, or the text was changed.
    #[error("the passphrase does not fit, or the sealed text was changed")]
    Passphrase,
}

impl From<JweError> for SealError {
    fn from(error: JweError) -> Self {
        match error {
            JweError::Failed => Self::Passphrase,
            other => Self::Jwe(other),
        }
    }
}

/// Seals `plain` with a passphrase.
pub fn seal(passphrase: &str, plain: &[u8], rng: &dyn Rng) -> Result<String, SealError> {
    let header = Map::from_iter([
        ("alg".to_owned(), Value::from(ALG)),
        ("enc".to_owned(), ENC.into()),
    ]);
    Ok(Draft::compact(header, password(passphrase)).seal(Form::Compact, plain, rng)?)
}

/// Opens what [`seal`] made.
pub fn open(passphrase: &str, sealed: &str) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let jwe = jwe::read(sealed).map_err(JweError::from)?;
    if jwe.protected.get("alg") != Some(&ALG.into())
        || jwe.protected.get("enc") != Some(&ENC.into())
    {
        return Err(SealError::Algorithm);
    }
    Ok(jwe.open(&[password(passphrase)])?.plain)
}

fn password(passphrase: &str) -> Jwk {
    Jwk(Map::from_iter([
        ("kty".to_owned(), Value::from("oct")),
        ("k".to_owned(), b64::encode(passphrase).into()),
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::rng::SystemRng;
    use serde_json::json;

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
            Err(SealError::Jwe(JweError::Excessive(_)))
        ));
        assert!(matches!(
            open("p", "a.b"),
            Err(SealError::Jwe(JweError::Malformed(_)))
        ));
    }
}
