//! A self-signed certificate (RFC 5280 §4.1) of the forger's key, for `x5c`.

use crate::jose::{
    Alg, Family, Jwk, crypto,
    der::{self, OID, SEQUENCE, element, sequence},
    pem,
};

const UTF8_STRING: u8 = 0x0c;
const UTC_TIME: u8 = 0x17;
const SET: u8 = 0x31;
const BOOLEAN: u8 = 0x01;
const OCTET_STRING: u8 = 0x04;
const EXTENSIONS: u8 = 0xa3;

/// Names of who is certified and of who certifies.
const OWN: &str = "Forged by Delegraph";
const AUTHORITY: &str = "Forged by Delegraph, certificate authority";

/// Signs a certificate of the key by itself. Anyone can make one: that is the point.
pub(super) fn self_signed(key: &Jwk, alg: &Alg) -> Result<Vec<u8>, String> {
    certified(key, alg, OWN, OWN)
}

/// A certificate of the key, and after it the certificate of the authority that signed it, as `x5c` has
/// them (RFC 7515 §4.1.6). Both are of the one key that the forger has.
pub(super) fn chain(key: &Jwk, alg: &Alg) -> Result<[Vec<u8>; 2], String> {
    Ok([
        certified(key, alg, OWN, AUTHORITY)?,
        certified(key, alg, AUTHORITY, AUTHORITY)?,
    ])
}

fn certified(key: &Jwk, alg: &Alg, subject: &str, issuer: &str) -> Result<Vec<u8>, String> {
    let oid: &[u8] = match alg {
        Alg::Es256 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02],
        Alg::Es384 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03],
        Alg::Es512 => &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x04],
        Alg::Rs256 | Alg::Ps256 => &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b],
        Alg::EdDsa | Alg::Ed25519 => &[0x2b, 0x65, 0x70],
        other => {
            return Err(format!(
                "no certificate is made for a key of {}",
                crate::kit::text::escape(other.name())
            ));
        }
    };
    let algorithm = sequence(&[element(OID, oid)]);
    let named = |name: &str| {
        sequence(&[element(
            SET,
            &sequence(&[
                element(OID, &[0x55, 0x04, 0x03]),
                element(UTF8_STRING, name.as_bytes()),
            ]),
        )])
    };
    // An authority says that it is one (RFC 5280 §4.2.1.9).
    let constraints = sequence(&[sequence(&[
        element(OID, &[0x55, 0x1d, 0x13]),
        element(BOOLEAN, &[0xff]),
        element(OCTET_STRING, &sequence(&[element(BOOLEAN, &[0xff])])),
    ])]);
    let extensions = (subject == AUTHORITY).then(|| element(EXTENSIONS, &constraints));
    let validity = sequence(&[
        element(UTC_TIME, b"250101000000Z"),
        element(UTC_TIME, b"491231235959Z"),
    ]);
    let content = sequence(&[
        element(der::CONTEXT_0, &der::unsigned(&[2])),
        der::unsigned(&[0x46, 0x4f]),
        algorithm.clone(),
        named(issuer),
        validity,
        named(subject),
        pem::spki_der(key).map_err(|e| e.to_string())?,
        extensions.unwrap_or_default(),
    ]);
    let signing = if matches!(alg, Alg::Ps256) {
        &Alg::Rs256
    } else {
        alg
    };
    let signature = crypto::sign(&super::ingredients::unbound(key), signing, &content)
        .map_err(|e| e.to_string())?;
    let signature = if alg.family() == Family::Ecdsa {
        crypto::forge::ecdsa_der(&signature)
    } else {
        signature
    };
    Ok(element(
        SEQUENCE,
        &[content, algorithm, der::bits(&signature)].concat(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_certificate_is_read_again_and_holds_the_key() {
        for alg in [Alg::Es256, Alg::Es384, Alg::Es512, Alg::Rs256, Alg::EdDsa] {
            let key = crypto::generate(&alg, None).unwrap();
            let [leaf, authority] = chain(&key, &alg).unwrap();
            assert_ne!(leaf, authority);
            for der in [self_signed(&key, &alg).unwrap(), leaf, authority] {
                let read = pem::read_bytes(&der, None).unwrap();
                assert_eq!(
                    read[0].thumbprint().unwrap(),
                    key.thumbprint().unwrap(),
                    "{alg}"
                );
            }
        }
    }
}
