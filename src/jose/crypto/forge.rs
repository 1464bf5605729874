//! Signatures that no honest signer makes, for tests of verifiers: an HMAC with any bytes, other
//! writings of an ECDSA signature, and RSA under a key that hides nothing.

use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding},
};

use super::{keys, sha256};
use crate::jose::{
    alg::Alg,
    der,
    jwk::{Jwk, KeyError, Unsupported},
};

/// HMAC-SHA-256 with any bytes, none included.
pub fn hmac_sha256(secret: &[u8], message: &[u8]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    hmac::sign(&key, message).as_ref().to_vec()
}

/// Whether `tag` is the HMAC of `message` with `secret`, by an HS algorithm; `false` for others.
/// For guessing: nothing is prepared twice, nothing is allocated.
pub fn hmac_fits(alg: &Alg, secret: &[u8], message: &[u8], tag: &[u8]) -> bool {
    let hash = match alg {
        Alg::Hs256 => hmac::HMAC_SHA256,
        Alg::Hs384 => hmac::HMAC_SHA384,
        Alg::Hs512 => hmac::HMAC_SHA512,
        _ => return false,
    };
    hmac::verify(&hmac::Key::new(hash, secret), message, tag).is_ok()
}

/// An RSA signature with a padding and a hash of one's choice, whatever `alg` a header will name.
pub fn rsa_with(key: &Jwk, padding: &Alg, message: &[u8]) -> Result<Vec<u8>, KeyError> {
    let encoding: &'static dyn RsaEncoding = match padding {
        Alg::Rs256 => &RSA_PKCS1_SHA256,
        Alg::Ps256 => &RSA_PSS_SHA256,
        Alg::Ps384 => &RSA_PSS_SHA384,
        Alg::Ps512 => &RSA_PSS_SHA512,
        other => return Err(Unsupported::Padding(other.clone()).into()),
    };
    let pair = keys::rsa_pair(key)?;
    let mut signature = vec![0; pair.public_modulus_len()];
    pair.sign(encoding, &SystemRandom::new(), message, &mut signature)
        .map_err(|_| KeyError::Sign { key: "RSA".into() })?;
    Ok(signature)
}

/// A public key of `bits` with the exponent 1: what it signs is the padded message itself, so that
/// there is no secret in it. `bits` is a multiple of 8, at least 1024.
pub fn rsa_exponent_one(bits: usize) -> Jwk {
    let modulus = vec![0xff; bits.max(1024) / 8];
    let text = |value: String| serde_json::Value::from(value);
    Jwk(serde_json::Map::from_iter([
        ("kty".to_owned(), text("RSA".into())),
        ("n".to_owned(), text(super::super::b64::encode(modulus))),
        ("e".to_owned(), text(super::super::b64::encode([1]))),
    ]))
}

/// The RS256 signature under [`rsa_exponent_one`]: EMSA-PKCS1-v1_5 (RFC 8017 §9.2) as it stands.
pub fn rsa_exponent_one_signature(bits: usize, message: &[u8]) -> Vec<u8> {
    /// `DigestInfo` of SHA-256 up to the hash (RFC 8017 §9.2, note 1).
    const SHA_256: [u8; 19] = [
        0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01,
        0x05, 0x00, 0x04, 0x20,
    ];
    let length = bits.max(1024) / 8;
    let info = [&SHA_256[..], &sha256(message)].concat();
    let mut out = vec![0, 1];
    out.resize(length - info.len() - 1, 0xff);
    out.push(0);
    out.extend(info);
    out
}

/// Group orders (FIPS 186-5, SEC 2 §2.4.1) by algorithm.
fn order(alg: &Alg) -> Option<Vec<u8>> {
    let hex = match alg {
        Alg::Es256 => "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
        Alg::Es256K => "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
        Alg::Es384 => {
            "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973"
        }
        Alg::Es512 => {
            "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409"
        }
        _ => return None,
    };
    (0..hex.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(hex.get(i..i + 2)?, 16).ok())
        .collect()
}

/// R and S of an ECDSA signature in the form of RFC 7518 §3.4.
fn halves(signature: &[u8]) -> (&[u8], &[u8]) {
    signature.split_at(signature.len() / 2)
}

/// The same signature in DER (`ECDSA-Sig-Value`, RFC 3279 §2.2.3).
pub fn ecdsa_der(signature: &[u8]) -> Vec<u8> {
    let (r, s) = halves(signature);
    der::sequence(&[der::unsigned(r), der::unsigned(s)])
}

/// The other signature that verifies: S becomes the group order less S. `None` for other algorithms.
pub fn ecdsa_twin(alg: &Alg, signature: &[u8]) -> Option<Vec<u8>> {
    let order = order(alg)?;
    let (r, s) = halves(signature);
    if s.len() != order.len() {
        return None;
    }
    let mut twin = vec![0; s.len()];
    let mut borrow = 0;
    for i in (0..s.len()).rev() {
        let difference = i16::from(order[i]) - i16::from(s[i]) - borrow;
        borrow = i16::from(difference < 0);
        twin[i] = u8::try_from(difference + 256 * borrow).unwrap_or_default();
    }
    Some([r, &twin].concat())
}

/// A signature whose R is the group order, and so out of range. `None` for other algorithms.
pub fn ecdsa_out_of_range(alg: &Alg, signature: &[u8]) -> Option<Vec<u8>> {
    let order = order(alg)?;
    let (_, s) = halves(signature);
    (s.len() == order.len()).then(|| [&order, s].concat())
}

/// The same of S.
pub fn ecdsa_s_out_of_range(alg: &Alg, signature: &[u8]) -> Option<Vec<u8>> {
    let order = order(alg)?;
    let (r, _) = halves(signature);
    (r.len() == order.len()).then(|| [r, &order].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::crypto::{generate, sign, verify};

    #[test]
    fn the_twin_verifies_and_is_its_own_twin() {
        for alg in [Alg::Es256, Alg::Es384, Alg::Es512, Alg::Es256K] {
            let key = generate(&alg, None).unwrap();
            let signature = sign(&key, &alg, b"message").unwrap();
            let twin = ecdsa_twin(&alg, &signature).unwrap();
            assert_ne!(twin, signature);
            assert!(verify(&key, &alg, b"message", &twin).is_ok(), "{alg}");
            assert_eq!(ecdsa_twin(&alg, &twin).unwrap(), signature);
            let beyond = ecdsa_out_of_range(&alg, &signature).unwrap();
            assert!(verify(&key, &alg, b"message", &beyond).is_err());
            let beyond = ecdsa_s_out_of_range(&alg, &signature).unwrap();
            assert!(verify(&key, &alg, b"message", &beyond).is_err());
            assert_eq!(beyond.len(), signature.len());
        }
    }

    #[test]
    fn the_exponent_one_hides_nothing() {
        let key = rsa_exponent_one(2048);
        let signature = rsa_exponent_one_signature(2048, b"message");
        assert_eq!(signature.len(), 256);
        assert_eq!(&signature[..3], [0, 1, 0xff]);
        assert_eq!(&signature[224..], sha256(b"message"));
        assert!(verify(&key, &Alg::Rs256, b"message", &signature).is_err());
    }

    #[test]
    fn an_hmac_is_the_librarys() {
        let tag = hmac_sha256(b"", b"m");
        assert!(hmac_fits(&Alg::Hs256, b"", b"m", &tag));
        assert!(!hmac_fits(&Alg::Hs256, b"x", b"m", &tag));
        assert!(!hmac_fits(&Alg::Rs256, b"", b"m", &tag));
    }
}
