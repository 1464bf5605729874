//! JWK members to the library's keys and back. aws-lc-rs checks that the members belong together;
//! the boxes around them (PKCS#1, PKCS#8, SEC 1, SPKI) are opened by [`super::super::der`].

mod rsa;

use aws_lc_rs::{
    agreement::{PrivateKey, X25519},
    encoding::AsBigEndian as _,
    rand::{SecureRandom as _, SystemRandom},
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P256K1_SHA256_FIXED,
        ECDSA_P256K1_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED,
        ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED, ECDSA_P521_SHA512_FIXED_SIGNING,
        EcdsaKeyPair, EcdsaSigningAlgorithm, EcdsaVerificationAlgorithm, Ed25519KeyPair,
        KeyPair as _, ParsedPublicKey, RsaKeyPair,
    },
};
use serde_json::Map;
use zeroize::Zeroizing;

use crate::jose::{
    alg::Alg,
    b64, der,
    jwk::{Jwk, KeyError, MemberProblem, Unsupported},
};

pub use self::rsa::{is_roca, rsa_from_pkcs1, rsa_pair, rsa_pkcs1, rsa_public};

/// A curve that is supported here.
#[derive(Clone, Copy)]
pub struct Curve {
    /// The name in JWK (`crv`).
    pub name: &'static str,
    /// Its object identifier, encoded.
    pub oid: &'static [u8],
    /// Bytes of one coordinate.
    pub width: usize,
    signing: &'static EcdsaSigningAlgorithm,
    verifying: &'static EcdsaVerificationAlgorithm,
}

/// The curves of RFC 7518 §6.2.1.1 and RFC 8812 §3.1.
pub static CURVES: [Curve; 4] = [
    Curve {
        name: "P-256",
        oid: &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07],
        width: 32,
        signing: &ECDSA_P256_SHA256_FIXED_SIGNING,
        verifying: &ECDSA_P256_SHA256_FIXED,
    },
    Curve {
        name: "P-384",
        oid: &[0x2b, 0x81, 0x04, 0x00, 0x22],
        width: 48,
        signing: &ECDSA_P384_SHA384_FIXED_SIGNING,
        verifying: &ECDSA_P384_SHA384_FIXED,
    },
    Curve {
        name: "P-521",
        oid: &[0x2b, 0x81, 0x04, 0x00, 0x23],
        width: 66,
        signing: &ECDSA_P521_SHA512_FIXED_SIGNING,
        verifying: &ECDSA_P521_SHA512_FIXED,
    },
    Curve {
        name: "secp256k1",
        oid: &[0x2b, 0x81, 0x04, 0x00, 0x0a],
        width: 32,
        signing: &ECDSA_P256K1_SHA256_FIXED_SIGNING,
        verifying: &ECDSA_P256K1_SHA256_FIXED,
    },
];

fn curve(key: &Jwk) -> Result<&'static Curve, KeyError> {
    let name = key.text("crv").ok_or_else(|| missing("crv"))?;
    named_curve(name)
}

/// A curve by its name in JWK.
pub fn named_curve(name: &str) -> Result<&'static Curve, KeyError> {
    CURVES
        .iter()
        .find(|c| c.name == name)
        .ok_or_else(|| Unsupported::Curve(name.to_owned()).into())
}

fn missing(member: &'static str) -> KeyError {
    KeyError::Member {
        member,
        problem: MemberProblem::NoString,
    }
}

fn member(key: &Jwk, name: &'static str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let text = key.text(name).ok_or_else(|| missing(name))?;
    b64::decode(text)
        .map(Zeroizing::new)
        .map_err(|e| KeyError::Member {
            member: name,
            // The offending character of a private member is not repeated.
            problem: match e {
                b64::B64Error::Character { offset, .. } => MemberProblem::Character { offset },
                other => MemberProblem::Base64(other),
            },
        })
}

fn private_member(key: &Jwk, name: &'static str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    if key.0.contains_key(name) {
        return member(key, name);
    }
    Err(KeyError::Member {
        member: name,
        problem: if key.is_private() {
            MemberProblem::Incomplete
        } else {
            MemberProblem::Public
        },
    })
}

fn of_width(
    bytes: Zeroizing<Vec<u8>>,
    name: &'static str,
    width: usize,
    crv: &'static str,
) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    if bytes.len() == width {
        return Ok(bytes);
    }
    Err(KeyError::Member {
        member: name,
        problem: MemberProblem::Width {
            found: bytes.len(),
            needed: width,
            crv,
        },
    })
}

/// The bytes of a symmetric key.
pub fn secret(key: &Jwk) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    member(key, "k")
}

/// The uncompressed point (SEC 1 §2.3.3), checked to lie on its curve.
pub fn ec_point(key: &Jwk) -> Result<Vec<u8>, KeyError> {
    let point = ec_point_unchecked(key)?;
    let curve = curve(key)?;
    ParsedPublicKey::new(curve.verifying, &point)
        .map_err(|_| KeyError::NoPoint { curve: curve.name })?;
    Ok(point)
}

/// The same for whoever gives it to the library at once, which refuses what is no point.
pub(super) fn ec_point_unchecked(key: &Jwk) -> Result<Vec<u8>, KeyError> {
    let curve = curve(key)?;
    let mut point = vec![4];
    for name in ["x", "y"] {
        point.extend_from_slice(&of_width(
            member(key, name)?,
            name,
            curve.width,
            curve.name,
        )?);
    }
    Ok(point)
}

/// The pair, with public and private part checked against each other.
pub fn ec_pair(key: &Jwk) -> Result<EcdsaKeyPair, KeyError> {
    let curve = curve(key)?;
    let d = of_width(private_member(key, "d")?, "d", curve.width, curve.name)?;
    let point = ec_point(key)?;
    EcdsaKeyPair::from_private_key_and_public_key(curve.signing, &d, &point).map_err(|_| {
        KeyError::Unpaired {
            public: "`x` and `y`",
            key: key.describe(),
        }
    })
}

/// The private number of an EC key, as wide as its curve.
pub fn ec_private(key: &Jwk) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let curve = curve(key)?;
    of_width(private_member(key, "d")?, "d", curve.width, curve.name)
}

/// The 32 bytes of an X25519 public key.
pub fn x25519_public(key: &Jwk) -> Result<Vec<u8>, KeyError> {
    on_curve(key, "X25519")?;
    of_width(member(key, "x")?, "x", 32, "X25519").map(|x| x.to_vec())
}

/// The 32 bytes of an X25519 private key, checked against its public part.
pub fn x25519_private(key: &Jwk) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let x = x25519_public(key)?;
    let d = of_width(private_member(key, "d")?, "d", 32, "X25519")?;
    if x25519_compute(&d)? == x {
        Ok(d)
    } else {
        Err(unpaired("X25519"))
    }
}

fn unpaired(crv: &str) -> KeyError {
    KeyError::Unpaired {
        public: "`x`",
        key: crv.to_owned(),
    }
}

/// A private X25519 key from its 32 bytes.
pub fn x25519_jwk(d: &[u8]) -> Result<Jwk, KeyError> {
    Ok(jwk([
        ("kty", "OKP".into()),
        ("crv", "X25519".into()),
        ("x", b64::encode(x25519_compute(d)?)),
        ("d", b64::encode(d)),
    ]))
}

/// The public part of an X25519 private key.
fn x25519_compute(d: &[u8]) -> Result<Vec<u8>, KeyError> {
    PrivateKey::from_private_key(&X25519, d)
        .ok()
        .and_then(|key| key.compute_public_key().ok())
        .map(|public| public.as_ref().to_vec())
        .ok_or_else(|| damaged("X25519"))
}

fn on_curve(key: &Jwk, name: &str) -> Result<(), KeyError> {
    match key.text("crv") {
        Some(own) if own == name => Ok(()),
        Some(other) => Err(Unsupported::Curve(other.to_owned()).into()),
        None => Err(missing("crv")),
    }
}

/// The 32 bytes of an Ed25519 public key.
pub fn ed25519_public(key: &Jwk) -> Result<Vec<u8>, KeyError> {
    on_curve(key, "Ed25519")?;
    of_width(member(key, "x")?, "x", 32, "Ed25519").map(|x| x.to_vec())
}

/// The pair, with public and private part checked against each other.
pub fn ed25519_pair(key: &Jwk) -> Result<Ed25519KeyPair, KeyError> {
    let x = ed25519_public(key)?;
    let d = of_width(private_member(key, "d")?, "d", 32, "Ed25519")?;
    Ed25519KeyPair::from_seed_and_public_key(&d, &x).map_err(|_| unpaired("Ed25519"))
}

/// PKCS#8 of a private key.
pub fn pkcs8(key: &Jwk) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
    let failed = |_| KeyError::Write {
        key: key.describe(),
    };
    Ok(Zeroizing::new(match key.kty() {
        "EC" => ec_pair(key)?
            .to_pkcs8v1()
            .map_err(failed)?
            .as_ref()
            .to_vec(),
        // RFC 8410 §7: the library writes no PKCS#8 for X25519.
        "OKP" if key.text("crv") == Some("X25519") => {
            let d = x25519_private(key)?;
            der::sequence(&[
                der::element(der::INTEGER, &[0]),
                der::sequence(&[der::element(der::OID, &[0x2b, 0x65, 0x6e])]),
                der::element(der::OCTET_STRING, &der::element(der::OCTET_STRING, &d)),
            ])
        }
        "OKP" => ed25519_pair(key)?
            .to_pkcs8v1()
            .map_err(failed)?
            .as_ref()
            .to_vec(),
        "RSA" => {
            let der: Pkcs8V1Der<'_> = rsa_pair(key)?.as_der().map_err(failed)?;
            der.as_ref().to_vec()
        }
        other => return Err(Unsupported::Pkcs8(other.to_owned()).into()),
    }))
}

fn jwk<const N: usize>(members: [(&str, String); N]) -> Jwk {
    Jwk(members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect::<Map<_, _>>())
}

fn ec_jwk(curve: &Curve, pair: &EcdsaKeyPair) -> Result<Jwk, KeyError> {
    let d = pair
        .private_key()
        .as_be_bytes()
        .map_err(|_| KeyError::Export)?;
    let mut jwk = ec_public_jwk(curve, pair.public_key().as_ref())?;
    jwk.0.insert("d".into(), b64::encode(d.as_ref()).into());
    Ok(jwk)
}

/// A public EC key from its uncompressed point.
pub fn ec_public_jwk(curve: &Curve, point: &[u8]) -> Result<Jwk, KeyError> {
    let (x, y) = match point.split_first() {
        Some((4, rest)) if rest.len() == 2 * curve.width => rest.split_at(curve.width),
        Some((2 | 3, _)) => return Err(Unsupported::CompressedPoint.into()),
        _ => return Err(KeyError::PointForm { curve: curve.name }),
    };
    let key = jwk([
        ("kty", "EC".into()),
        ("crv", curve.name.into()),
        ("x", b64::encode(x)),
        ("y", b64::encode(y)),
    ]);
    ec_point(&key)?;
    Ok(key)
}

/// A private key, of RSA or on a curve, cannot be read.
pub(super) fn damaged(kind: &str) -> KeyError {
    KeyError::Damaged {
        key: format!("{kind} private"),
    }
}

/// A private EC key from PKCS#8 or SEC 1 bytes.
pub fn ec_from_der(curve: &Curve, der: &[u8]) -> Result<Jwk, KeyError> {
    let pair =
        EcdsaKeyPair::from_private_key_der(curve.signing, der).map_err(|_| damaged(curve.name))?;
    ec_jwk(curve, &pair)
}

/// A private Ed25519 key from PKCS#8 bytes.
pub fn ed25519_from_pkcs8(der: &[u8]) -> Result<Jwk, KeyError> {
    let pair = Ed25519KeyPair::from_pkcs8(der).map_err(|_| damaged("Ed25519"))?;
    ed25519_jwk(&pair)
}

fn ed25519_jwk(pair: &Ed25519KeyPair) -> Result<Jwk, KeyError> {
    let failed = |_| KeyError::Export;
    let seed = pair.seed().map_err(failed)?;
    let seed = seed.as_be_bytes().map_err(failed)?;
    Ok(jwk([
        ("kty", "OKP".into()),
        ("crv", "Ed25519".into()),
        ("x", b64::encode(pair.public_key().as_ref())),
        ("d", b64::encode(seed.as_ref())),
    ]))
}

pub(super) fn random(bytes: usize) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let mut out = Zeroizing::new(vec![0; bytes]);
    SystemRandom::new()
        .fill(&mut out)
        .map_err(|_| KeyError::NoRandomness)?;
    Ok(out)
}

/// A shared secret of so many random bytes.
pub(super) fn generate_secret(bytes: usize) -> Result<Jwk, KeyError> {
    Ok(jwk([
        ("kty", "oct".into()),
        ("k", b64::encode(random(bytes)?.as_slice())),
    ]))
}

/// A fresh key pair on a curve, by its name in JWK.
pub fn generate_on(crv: &str) -> Result<Jwk, KeyError> {
    match crv {
        "X25519" => x25519_jwk(&random(32)?),
        "Ed25519" => generate(&Alg::Ed25519),
        _ => {
            let curve = named_curve(crv)?;
            let pair = EcdsaKeyPair::generate(curve.signing)
                .map_err(|_| KeyError::GenerateOn { crv: curve.name })?;
            ec_jwk(curve, &pair)
        }
    }
}

pub(super) fn generate(alg: &Alg) -> Result<Jwk, KeyError> {
    let failed = |_| KeyError::GenerateFor { alg: alg.clone() };
    match alg {
        Alg::Hs256 => generate_secret(32),
        Alg::Hs384 => generate_secret(48),
        Alg::Hs512 => generate_secret(64),
        Alg::Rs256 | Alg::Rs384 | Alg::Rs512 | Alg::Ps256 | Alg::Ps384 | Alg::Ps512 => {
            use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
            let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
            let der: Pkcs8V1Der<'_> = pair.as_der().map_err(failed)?;
            let pkcs1 = der::pkcs8_content(der.as_ref());
            rsa_from_pkcs1(pkcs1.ok_or_else(|| KeyError::GenerateFor { alg: alg.clone() })?)
        }
        Alg::Es256 => generate_on("P-256"),
        Alg::Es384 => generate_on("P-384"),
        Alg::Es512 => generate_on("P-521"),
        Alg::Es256K => generate_on("secp256k1"),
        Alg::EdDsa | Alg::Ed25519 => ed25519_jwk(&Ed25519KeyPair::generate().map_err(failed)?),
        Alg::None | Alg::Other(_) => Err(Unsupported::Generate(alg.clone()).into()),
    }
}
