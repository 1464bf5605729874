//! Paddings, exponents and sizes of RSA.

use serde_json::Value;

use crate::{
    attack::{Family, Forged, Forgery, Made, Make, Need, Signed, Stage, draft::Draft},
    jose::{Alg, Family as AlgFamily, b64, crypto::forge},
    kit::text::escape,
};

const PADDING: &str = "The padding is not the one that `alg` names: what was signed for one purpose verifies for another.";
const SIGNING: &[Need] = &[Need::SigningKey];

pub(super) static FAMILY: Family = Family {
    name: "rsa",
    title: "RSA",
    says: "Paddings, exponents and sizes that careless RSA code lets pass.",
    stage: Stage::Numbers,
    forgeries: &[
        Forgery {
            name: "rsa-pkcs1-under-pss",
            title: "PKCS#1 padding under PS256",
            mutates: "`alg` is PS256, the signature has PKCS#1 padding.",
            source: "RFC 7518 §3.5; Wycheproof",
            means: PADDING,
            needs: SIGNING,
            make: Make::Token(|d| padded(d, "PS256", &Alg::Rs256)),
            ..forgery()
        },
        Forgery {
            name: "rsa-pss-under-pkcs1",
            title: "PSS padding under RS256",
            mutates: "`alg` is RS256, the signature has PSS padding.",
            source: "RFC 7518 §3.3; Wycheproof",
            means: PADDING,
            needs: SIGNING,
            make: Make::Token(|d| padded(d, "RS256", &Alg::Ps256)),
            ..forgery()
        },
        Forgery {
            name: "rsa-pss-hash-salt",
            title: "PSS with another hash and salt",
            mutates: "`alg` is PS256, the signature is made with SHA-512 and a salt of 64 bytes.",
            source: "RFC 7518 §3.5; Wycheproof",
            means: PADDING,
            needs: SIGNING,
            make: Make::Token(|d| padded(d, "PS256", &Alg::Ps512)),
            ..forgery()
        },
        Forgery {
            name: "rsa-exponent-one",
            title: "Exponent 1 in `jwk`",
            mutates: "The header brings an RSA key with e = 1; the signature is the padded message itself.",
            source: "RFC 8017 §3.1; Wycheproof",
            means: "A key of the token's own is trusted, and its exponent is not checked.",
            make: Make::Token(|d| exponent_one(d, 2048)),
            ..forgery()
        },
        Forgery {
            name: "rsa-1024",
            title: "1024-bit key in `jwk`",
            mutates: "The header brings an RSA key of 1024 bit (with e = 1, since no library signs with so short a key).",
            source: "RFC 7518 §3.3; Wycheproof",
            means: "A key of the token's own is trusted, and its size is not checked.",
            make: Make::Token(|d| exponent_one(d, 1024)),
            ..forgery()
        },
        Forgery {
            name: "rsa-signature-zero",
            title: "Signature 0",
            mutates: "The signature becomes the number 0.",
            source: "RFC 8017 §5.2.2; Wycheproof",
            means: "The number 0 verifies: a degenerate value is not refused.",
            make: Make::Token(|d| number(d, |s| vec![0; s.len()])),
            ..forgery()
        },
        Forgery {
            name: "rsa-signature-one",
            title: "Signature 1",
            mutates: "The signature becomes the number 1.",
            source: "RFC 8017 §5.2.2; Wycheproof",
            means: "The number 1 verifies: a degenerate value is not refused.",
            make: Make::Token(|d| {
                number(d, |s| {
                    let mut one = vec![0; s.len()];
                    if let Some(last) = one.last_mut() {
                        *last = 1;
                    }
                    one
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "rsa-leading-zero",
            title: "Leading zero byte",
            mutates: "The signature gets a zero byte before it.",
            source: "RFC 8017 §8.2.2; Wycheproof",
            means: "The length of the signature is not checked: two texts for one token.",
            make: Make::Token(|d| number(d, |s| [&[0], s].concat())),
            ..forgery()
        },
    ],
    ..Family::BASE
};

/// What its forgeries have in common.
const fn forgery() -> Forgery {
    Forgery::of(&FAMILY)
}

fn needs_rsa(d: &Draft<'_>) -> Result<(), String> {
    match d.with.alg.family() {
        AlgFamily::RsaPkcs1 | AlgFamily::RsaPss => Ok(()),
        _ => Err(format!(
            "the token is signed with {}, not with RSA",
            escape(d.with.alg.name())
        )),
    }
}

fn padded(d: &Draft<'_>, alg: &str, padding: &Alg) -> Forged {
    needs_rsa(d)?;
    let key = d
        .with
        .signing
        .as_ref()
        .ok_or("needs the issuer's private key: only it can sign with the wrong padding")?;
    let header = d.header_set("/alg", Some(alg.into()))?;
    let input = format!("{}.{}", b64::encode(header), b64::encode(d.payload()?));
    let signature = forge::rsa_with(key, padding, input.as_bytes()).map_err(|e| e.to_string())?;
    Ok(Made {
        token: format!("{input}.{}", b64::encode(signature)),
        signed: Signed::Issuer,
    })
}

fn exponent_one(d: &Draft<'_>, bits: usize) -> Forged {
    let key = forge::rsa_exponent_one(bits);
    let header = d.header_set("/alg", Some("RS256".into()))?;
    let header = crate::attack::draft::set(&header, "/jwk", Some(Value::Object(key.0)))?;
    let header = if d.members()?.contains_key("kid") {
        crate::attack::draft::set(&header, "/kid", None)?
    } else {
        header
    };
    let input = format!("{}.{}", b64::encode(header), b64::encode(d.payload()?));
    let signature = forge::rsa_exponent_one_signature(bits, input.as_bytes());
    Ok(Made {
        token: format!("{input}.{}", b64::encode(signature)),
        signed: Signed::Own,
    })
}

fn number(d: &Draft<'_>, change: impl Fn(&[u8]) -> Vec<u8>) -> Forged {
    needs_rsa(d)?;
    d.with_signature(&change(&d.signature()?))
}
