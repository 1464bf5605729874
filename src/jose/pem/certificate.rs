//! What an X.509 certificate says of itself (RFC 5280 §4.1), and who made it. No path is validated:
//! purposes are not looked at, dates are told to whoever asks, and nothing is trusted for it.

use crate::{
    jose::{
        Alg, Jwk,
        crypto::{self, keys::named_curve},
        der::{self, Reader},
    },
    kit::clock::Timestamp,
};

/// Attribute types of names that are told (RFC 5280 appendix A.1), below 2.5.4.
const ATTRIBUTES: [(u8, &str); 4] = [(3, "CN"), (11, "OU"), (10, "O"), (6, "C")];

/// Signature algorithms of certificates, as OID, with what JOSE calls them.
const ALGORITHMS: [(&[u8], Alg); 7] = [
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11], Alg::Rs256),
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 12], Alg::Rs384),
    (&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 13], Alg::Rs512),
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2], Alg::Es256),
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 3], Alg::Es384),
    (&[0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4], Alg::Es512),
    (&[0x2b, 0x65, 0x70], Alg::EdDsa),
];

/// A certificate, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Certificate {
    /// Whose key it holds: `CN=Prod Signing, O=Example`; empty when the name says nothing.
    pub subject: String,
    /// Who says so.
    pub issuer: String,
    /// The key.
    pub key: Jwk,
    /// From when on it is good, where that can be read.
    pub begins: Option<Timestamp>,
    /// Until when.
    pub ends: Option<Timestamp>,
    signed: Vec<u8>,
    algorithm: Vec<u8>,
    signature: Vec<u8>,
}

impl Certificate {
    /// Reads DER; `None` when it is no certificate, or its key is of no kind that is known here.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut outer = Reader::new(bytes).enter(der::SEQUENCE)?;
        let content = outer.take(der::SEQUENCE)?;
        let algorithm = outer.enter(der::SEQUENCE)?.take(der::OID)?.to_vec();
        let signature = outer.bits()?.to_vec();
        let mut tbs = Reader::new(content);
        tbs.take(der::CONTEXT_0); // version, absent in v1
        tbs.take(der::INTEGER)?; // serial number
        tbs.take(der::SEQUENCE)?; // signature
        let issuer = name(tbs.take(der::SEQUENCE)?);
        let mut validity = tbs.enter(der::SEQUENCE)?;
        let (begins, ends) = (moment(&mut validity), moment(&mut validity));
        let subject = name(tbs.take(der::SEQUENCE)?);
        Some(Self {
            subject,
            issuer,
            key: super::boxes::certificate(bytes)?.ok()?,
            begins,
            ends,
            signed: der::element(der::SEQUENCE, content),
            algorithm,
            signature,
        })
    }

    /// Whether `key` signed it.
    pub fn is_signed_by(&self, key: &Jwk) -> bool {
        let Some((_, alg)) = ALGORITHMS.iter().find(|(oid, _)| *oid == self.algorithm) else {
            return false;
        };
        // The key's own purpose is another: what counts is who made the certificate.
        let mut key = key.clone();
        for member in ["alg", "use", "key_ops"] {
            key.0.remove(member);
        }
        let signature = match alg {
            Alg::Es256 | Alg::Es384 | Alg::Es512 => side_by_side(&key, &self.signature),
            _ => Some(self.signature.clone()),
        };
        signature.is_some_and(|s| crypto::verify(&key, alg, &self.signed, &s).is_ok())
    }
}

/// A moment as certificates have it (RFC 5280 §4.1.2.5): `260101000000Z`, from 2050 on `20500101000000Z`.
fn moment(reader: &mut Reader<'_>) -> Option<Timestamp> {
    const UTC_TIME: u8 = 0x17;
    const GENERALIZED_TIME: u8 = 0x18;
    let (tag, content) = reader.any()?;
    let text = std::str::from_utf8(content).ok()?.strip_suffix('Z')?;
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let whole = match (tag, text.len()) {
        (UTC_TIME, 12) => {
            let century = if text < "50" { "20" } else { "19" };
            format!("{century}{text}")
        }
        (GENERALIZED_TIME, 14) => text.to_owned(),
        _ => return None,
    };
    let part = |at: usize| whole.get(at..at + 2);
    format!(
        "{}-{}-{}T{}:{}:{}Z",
        whole.get(..4)?,
        part(4)?,
        part(6)?,
        part(8)?,
        part(10)?,
        part(12)?
    )
    .parse()
    .ok()
}

/// An ECDSA signature in DER as JOSE writes it: R and S side by side, as wide as the curve.
fn side_by_side(key: &Jwk, signature: &[u8]) -> Option<Vec<u8>> {
    let width = named_curve(key.text("crv")?).ok()?.width;
    let mut pair = Reader::new(signature).enter(der::SEQUENCE)?;
    let mut out = Vec::with_capacity(2 * width);
    for _ in 0..2 {
        let number = pair.unsigned()?;
        out.resize(out.len() + width.checked_sub(number.len())?, 0);
        out.extend_from_slice(number);
    }
    Some(out)
}

/// The attributes of a name that are told, in their order.
fn name(content: &[u8]) -> String {
    const SET: u8 = 0x31;
    let mut sets = Reader::new(content);
    let mut parts = Vec::new();
    while let Some(set) = sets.take(SET) {
        let mut pairs = Reader::new(set);
        while let Some(mut pair) = pairs.enter(der::SEQUENCE) {
            let Some([0x55, 0x04, kind]) = pair.take(der::OID) else {
                continue;
            };
            let Some((_, value)) = pair.any() else {
                continue;
            };
            if let Some((_, short)) = ATTRIBUTES.iter().find(|(k, _)| k == kind) {
                parts.push(format!("{short}={}", String::from_utf8_lossy(value)));
            }
        }
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use base64::{Engine as _, engine::general_purpose::STANDARD};

    use super::*;

    /// A leaf (`CN=Prod Signing`) that `CN=Test Root` made, and another leaf's maker.
    const LEAF: &str = include_str!("../../../tests/vectors/certificates/leaf.b64");
    const ROOT: &str = include_str!("../../../tests/vectors/certificates/root.b64");

    fn read(text: &str) -> Certificate {
        Certificate::read(&STANDARD.decode(text.trim()).unwrap()).unwrap()
    }

    #[test]
    fn a_certificate_says_whose_it_is_and_who_made_it() {
        let (leaf, root) = (read(LEAF), read(ROOT));
        assert_eq!(leaf.subject, "CN=Prod Signing");
        assert_eq!(leaf.issuer, root.subject);
        assert!(leaf.is_signed_by(&root.key));
        assert!(!leaf.is_signed_by(&leaf.key));
        assert!(root.is_signed_by(&root.key));
        assert!(leaf.begins.unwrap() < leaf.ends.unwrap());
        let read = |tag, text: &str| moment(&mut Reader::new(&der::element(tag, text.as_bytes())));
        let shown = |tag, text| read(tag, text).map(|t| t.to_string());
        assert_eq!(
            shown(0x17, "260102030405Z").as_deref(),
            Some("2026-01-02T03:04:05Z")
        );
        assert_eq!(
            shown(0x17, "991231235959Z").as_deref(),
            Some("1999-12-31T23:59:59Z")
        );
        assert_eq!(
            shown(0x18, "20991231235959Z").as_deref(),
            Some("2099-12-31T23:59:59Z")
        );
        for (tag, text) in [
            (0x17, ""),
            (0x17, "261332000000Z"),
            (0x18, "9999Z"),
            (0x17, "26\u{e9}102030405Z"),
            (0x02, "260102030405Z"),
        ] {
            assert_eq!(read(tag, text), None, "{text}");
        }
    }

    #[test]
    fn what_is_no_certificate_is_none() {
        for bytes in [&b""[..], b"0\x80", b"0\x03\x02\x01\x01"] {
            assert_eq!(Certificate::read(bytes), None);
        }
        let whole = STANDARD.decode(LEAF.trim()).unwrap();
        for end in 0..whole.len() {
            assert_eq!(Certificate::read(&whole[..end]), None);
        }
    }
}
