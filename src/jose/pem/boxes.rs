//! The DER structures around keys: PKCS#8, PKCS#1, SEC 1, `SubjectPublicKeyInfo`, X.509.

use serde_json::Map;

use super::PemError;
use crate::jose::{
    b64,
    crypto::keys::{self, CURVES, Curve},
    der::{self, Reader},
    jwk::{Jwk, KeyError, MemberProblem, Unsupported},
};

/// id-ecPublicKey (RFC 5480 §2.1.1).
const EC: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
/// rsaEncryption (RFC 3279 §2.3.1).
const RSA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
/// id-RSASSA-PSS (RFC 4055 §3.1).
const RSA_PSS: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0a];
/// RFC 8410 §3.
const OKP: [(&[u8], &str); 4] = [
    (&[0x2b, 0x65, 0x6e], "X25519"),
    (&[0x2b, 0x65, 0x6f], "X448"),
    (&[0x2b, 0x65, 0x70], "Ed25519"),
    (&[0x2b, 0x65, 0x71], "Ed448"),
];

/// What PEM calls a DER structure, told by its first elements; `None` when it is no key's.
pub(super) fn label(bytes: &[u8]) -> Option<&'static str> {
    let mut inner = Reader::new(bytes).enter(der::SEQUENCE)?;
    match inner.any()? {
        (der::SEQUENCE, _) if spki(bytes).is_some() => Some("PUBLIC KEY"),
        (der::SEQUENCE, _) => certificate(bytes).map(|_| "CERTIFICATE"),
        (der::INTEGER, first) => match (first, inner.any()?.0) {
            ([0 | 1], der::SEQUENCE) => Some("PRIVATE KEY"),
            ([1], der::OCTET_STRING) => Some("EC PRIVATE KEY"),
            ([0], der::INTEGER) => Some("RSA PRIVATE KEY"),
            (_, der::INTEGER) => Some("RSA PUBLIC KEY"),
            _ => None,
        },
        _ => None,
    }
}

/// The key of a DER structure, by what PEM calls it; `None` when it is damaged, or no key's.
pub(super) fn labelled(label: &str, bytes: &[u8]) -> Option<Result<Jwk, KeyError>> {
    match label {
        "PRIVATE KEY" => Some(from_pkcs8(bytes)),
        "PUBLIC KEY" => spki(bytes),
        "RSA PRIVATE KEY" => Some(keys::rsa_from_pkcs1(bytes)),
        "RSA PUBLIC KEY" => rsa_public(bytes).map(Ok),
        "EC PRIVATE KEY" => sec1(bytes),
        "CERTIFICATE" | "TRUSTED CERTIFICATE" => certificate(bytes),
        _ => None,
    }
}

/// A key from DER, told by its structure. `None` when it is no key's structure.
pub(super) fn from_der(bytes: &[u8]) -> Option<Result<Jwk, KeyError>> {
    labelled(label(bytes)?, bytes)
}

/// What bytes that are no key seem to be: key stores, requests, and the like.
pub(super) fn other(bytes: &[u8]) -> Option<&'static str> {
    const JKS: &[u8] = &[0xfe, 0xed, 0xfe, 0xed];
    const JCEKS: &[u8] = &[0xce, 0xce, 0xce, 0xce];
    if bytes.starts_with(JKS) || bytes.starts_with(JCEKS) {
        return Some(
            "a Java key store: `keytool -importkeystore -srckeystore FILE -destkeystore COPY.p12 \
             -deststoretype PKCS12` makes PKCS#12 of it, `openssl pkcs12 -nodes -in COPY.p12` then PEM",
        );
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Some("text in UTF-16: save it as UTF-8");
    }
    let mut inner = Reader::new(bytes).enter(der::SEQUENCE)?;
    match inner.any()? {
        (der::INTEGER, [3]) => Some(
            "PKCS#12 (.p12, .pfx): `openssl pkcs12 -nodes -in FILE -out COPY` writes the key as PEM",
        ),
        (der::OID, _) => Some(
            "PKCS#7 (.p7b): `openssl pkcs7 -inform der -print_certs -in FILE -out COPY` writes its certificates as PEM",
        ),
        (der::SEQUENCE, request) if request.first() == Some(&der::INTEGER) => {
            Some("a certificate request: give the certificate, or the key itself")
        }
        _ => None,
    }
}

fn named_curve(oid: &[u8]) -> Result<&'static Curve, KeyError> {
    CURVES
        .iter()
        .find(|c| c.oid == oid)
        .ok_or_else(|| Unsupported::CurveOid.into())
}

/// A private key from PKCS#8 (RFC 5958).
pub(super) fn from_pkcs8(bytes: &[u8]) -> Result<Jwk, KeyError> {
    let damaged = || PemError::damaged("PRIVATE KEY");
    let mut outer = Reader::new(bytes)
        .enter(der::SEQUENCE)
        .ok_or_else(damaged)?;
    outer.take(der::INTEGER).ok_or_else(damaged)?;
    let mut algorithm = outer.enter(der::SEQUENCE).ok_or_else(damaged)?;
    let oid = algorithm.take(der::OID).ok_or_else(damaged)?;
    let content = outer.take(der::OCTET_STRING).ok_or_else(damaged)?;
    if oid == EC {
        let curve = named_curve(algorithm.take(der::OID).ok_or(Unsupported::UnnamedCurve)?)?;
        return keys::ec_from_der(curve, bytes);
    }
    if oid == RSA || oid == RSA_PSS {
        return keys::rsa_from_pkcs1(content);
    }
    match OKP.iter().find(|(o, _)| *o == oid) {
        Some((_, "Ed25519")) => keys::ed25519_from_pkcs8(bytes),
        Some((_, "X25519")) => {
            let d = Reader::new(content).take(der::OCTET_STRING);
            keys::x25519_jwk(d.filter(|d| d.len() == 32).ok_or_else(damaged)?)
        }
        Some((_, name)) => Err(Unsupported::PrivateKeyOn(name).into()),
        None => Err(Unsupported::PrivateAlgorithm.into()),
    }
}

/// A private EC key from SEC 1 (RFC 5915), the curve named inside.
pub(super) fn sec1(bytes: &[u8]) -> Option<Result<Jwk, KeyError>> {
    let mut reader = Reader::new(bytes).enter(der::SEQUENCE)?;
    reader.take(der::INTEGER)?;
    let d = reader.take(der::OCTET_STRING)?;
    let oid = reader
        .enter(der::CONTEXT_0)
        .and_then(|mut parameters| parameters.take(der::OID));
    Some(match oid {
        Some(oid) => named_curve(oid).and_then(|curve| keys::ec_from_der(curve, bytes)),
        None => Err(Unsupported::Sec1WithoutCurve { bytes: d.len() }.into()),
    })
}

pub(super) fn rsa_public(bytes: &[u8]) -> Option<Jwk> {
    let mut reader = Reader::new(bytes).enter(der::SEQUENCE)?;
    let (n, e) = (reader.unsigned()?, reader.unsigned()?);
    reader.is_empty().then(|| {
        Jwk(Map::from_iter([
            ("kty".to_owned(), "RSA".into()),
            ("n".to_owned(), b64::encode(n).into()),
            ("e".to_owned(), b64::encode(e).into()),
        ]))
    })
}

/// A public key from `SubjectPublicKeyInfo` (RFC 5280 §4.1.2.7).
pub(super) fn spki(bytes: &[u8]) -> Option<Result<Jwk, KeyError>> {
    let mut outer = Reader::new(bytes).enter(der::SEQUENCE)?;
    let mut algorithm = outer.enter(der::SEQUENCE)?;
    let oid = algorithm.take(der::OID)?;
    let content = outer.bits()?;
    if oid == EC {
        let curve = algorithm
            .take(der::OID)
            .map_or_else(|| Err(Unsupported::UnnamedCurve.into()), named_curve);
        return Some(curve.and_then(|curve| keys::ec_public_jwk(curve, content)));
    }
    if oid == RSA || oid == RSA_PSS {
        return rsa_public(content).map(Ok);
    }
    Some(match OKP.iter().find(|(o, _)| *o == oid) {
        Some((_, name)) => Ok(Jwk(Map::from_iter([
            ("kty".to_owned(), "OKP".into()),
            ("crv".to_owned(), (*name).into()),
            ("x".to_owned(), b64::encode(content).into()),
        ]))),
        None => Err(Unsupported::PublicAlgorithm.into()),
    })
}

/// The public key of an X.509 certificate (RFC 5280 §4.1). Nothing of the certificate is verified.
pub(super) fn certificate(bytes: &[u8]) -> Option<Result<Jwk, KeyError>> {
    let mut tbs = Reader::new(bytes)
        .enter(der::SEQUENCE)?
        .enter(der::SEQUENCE)?;
    tbs.take(der::CONTEXT_0); // version, absent in v1
    tbs.take(der::INTEGER)?; // serial number
    for _ in 0..4 {
        tbs.take(der::SEQUENCE)?; // signature, issuer, validity, subject
    }
    spki(&der::element(der::SEQUENCE, tbs.take(der::SEQUENCE)?))
}

/// `SubjectPublicKeyInfo` of the public part of a key, as DER.
pub fn spki_der(jwk: &Jwk) -> Result<Vec<u8>, KeyError> {
    let (algorithm, content) = match jwk.kty() {
        "EC" => {
            let point = keys::ec_point(jwk)?;
            let curve = keys::named_curve(jwk.text("crv").unwrap_or(""))?;
            (
                vec![
                    der::element(der::OID, EC),
                    der::element(der::OID, curve.oid),
                ],
                point,
            )
        }
        "OKP" => {
            let name = jwk.text("crv").unwrap_or("");
            let (oid, _) = OKP
                .iter()
                .find(|(_, n)| *n == name)
                .ok_or_else(|| Unsupported::Curve(name.to_owned()))?;
            (vec![der::element(der::OID, oid)], member(jwk, "x")?)
        }
        "RSA" => (
            vec![der::element(der::OID, RSA), der::element(der::NULL, &[])],
            rsa_public_der(jwk)?,
        ),
        "oct" => return Err(KeyError::NoPemForm),
        other => return Err(Unsupported::KeyType(other.to_owned()).into()),
    };
    Ok(der::sequence(&[
        der::sequence(&algorithm),
        der::bits(&content),
    ]))
}

/// `RSAPublicKey` (RFC 8017 §A.1.1).
pub fn rsa_public_der(jwk: &Jwk) -> Result<Vec<u8>, KeyError> {
    Ok(der::sequence(&[
        der::unsigned(&member(jwk, "n")?),
        der::unsigned(&member(jwk, "e")?),
    ]))
}

fn member(jwk: &Jwk, name: &'static str) -> Result<Vec<u8>, KeyError> {
    jwk.text(name)
        .and_then(|text| b64::decode(text).ok())
        .ok_or(KeyError::Member {
            member: name,
            problem: MemberProblem::NoBytes,
        })
}
