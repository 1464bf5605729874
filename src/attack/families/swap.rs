//! The header names another algorithm than the key is for.

use serde_json::{Value, json};

use crate::{
    attack::{Family, Forged, Forgery, Make, Signed, Stage, draft::Draft},
    jose::{Alg, Family as AlgFamily, b64, crypto},
};

const MEANS: &str =
    "The header chooses the algorithm: one key, one algorithm is not kept (RFC 8725 §3.1).";
const NAME: &str = "Algorithm names are not compared exactly (RFC 7515 §4.1.1): a check by name can be walked around.";

pub(super) static FAMILY: Family = Family {
    name: "family-swap",
    title: "Algorithm swapped",
    says: "The header names another algorithm than the key is for. The key decides, never the header (RFC 8725 §3.1).",
    stage: Stage::Algorithm,
    forgeries: &[
        Forgery {
            name: "swap-rsa-padding",
            title: "RSA: the other padding",
            mutates: "RS becomes PS of the same hash, or the reverse; signed so when the issuer's key is at hand.",
            source: "RFC 8725 §3.1; jwt-hack, Wycheproof",
            means: MEANS,
            make: Make::Token(rsa),
            ..forgery()
        },
        Forgery {
            name: "swap-hash-256",
            title: "Hash 256",
            mutates: "`alg` names the same kind of signature with SHA-256; signed so where the issuer's key allows.",
            source: "RFC 8725 §3.1; jwt-hack, Wycheproof",
            means: MEANS,
            make: Make::Token(|d| hash(d, "256")),
            ..forgery()
        },
        Forgery {
            name: "swap-hash-384",
            title: "Hash 384",
            mutates: "`alg` names the same kind of signature with SHA-384; signed so where the issuer's key allows.",
            source: "RFC 8725 §3.1; jwt-hack, Wycheproof",
            means: MEANS,
            make: Make::Token(|d| hash(d, "384")),
            ..forgery()
        },
        Forgery {
            name: "swap-hash-512",
            title: "Hash 512",
            mutates: "`alg` names the same kind of signature with SHA-512; signed so where the issuer's key allows.",
            source: "RFC 8725 §3.1; jwt-hack, Wycheproof",
            means: MEANS,
            make: Make::Token(|d| hash(d, "512")),
            ..forgery()
        },
        Forgery {
            name: "swap-curve-k256",
            title: "Another curve",
            mutates: "`alg` becomes ES256K (or ES256): the same lengths on another curve.",
            source: "RFC 8725 §3.1; Wycheproof",
            means: MEANS,
            make: Make::Token(curve),
            ..forgery()
        },
        Forgery {
            name: "swap-to-eddsa",
            title: "EdDSA named",
            mutates: "`alg` becomes EdDSA (or ES256); the signature stays.",
            source: "RFC 8725 §3.1; Wycheproof",
            means: MEANS,
            make: Make::Token(|d| {
                named(
                    d,
                    if d.with.alg.family() == AlgFamily::Edwards {
                        json!("ES256")
                    } else {
                        json!("EdDSA")
                    },
                )
            }),
            ..forgery()
        },
        Forgery {
            name: "swap-to-hs256",
            title: "HS256 named, signature kept",
            mutates: "`alg` becomes HS256; the signature stays.",
            source: "RFC 8725 §2.1; jwt_tool",
            means: MEANS,
            make: Make::Token(|d| {
                if d.with.alg == Alg::Hs256 {
                    Err("the token is signed with HS256 already".into())
                } else {
                    named(d, json!("HS256"))
                }
            }),
            ..forgery()
        },
        Forgery {
            name: "swap-lower-case",
            title: "alg in lower case",
            mutates: "`alg` is written in lower case, else signed as before.",
            source: "RFC 7515 §4.1.1; Wycheproof",
            means: NAME,
            make: Make::Token(|d| written(d, str::to_ascii_lowercase)),
            ..forgery()
        },
        Forgery {
            name: "swap-padded",
            title: "alg with a space",
            mutates: "A space is appended to `alg`, else signed as before.",
            source: "RFC 7515 §4.1.1; Wycheproof",
            means: NAME,
            make: Make::Token(|d| written(d, |a| format!("{a} "))),
            ..forgery()
        },
        Forgery {
            name: "swap-nul",
            title: "alg with a NUL",
            mutates: "A NUL character is appended to `alg`, else signed as before.",
            source: "RFC 7515 §4.1.1; own",
            means: NAME,
            make: Make::Token(|d| written(d, |a| format!("{a}\0"))),
            ..forgery()
        },
        Forgery {
            name: "swap-unknown",
            title: "Unknown alg",
            mutates: "`alg` becomes `XX256`, which no registry has.",
            source: "RFC 7515 §4.1.1; Wycheproof",
            means: MEANS,
            make: Make::Token(|d| named(d, json!("XX256"))),
            ..forgery()
        },
        Forgery {
            name: "swap-null",
            title: "alg null",
            mutates: "`alg` becomes null, else signed as before.",
            source: "RFC 7515 §4.1.1; Wycheproof",
            means: NAME,
            make: Make::Token(|d| named(d, Value::Null)),
            ..forgery()
        },
        Forgery {
            name: "swap-number",
            title: "alg a number",
            mutates: "`alg` becomes 256, else signed as before.",
            source: "RFC 7515 §4.1.1; Wycheproof",
            means: NAME,
            make: Make::Token(|d| named(d, json!(256))),
            ..forgery()
        },
        Forgery {
            name: "swap-array",
            title: "alg a list",
            mutates: "`alg` becomes a list with its name and `none`, else signed as before.",
            source: "RFC 7515 §4.1.1; Wycheproof",
            means: NAME,
            make: Make::Token(|d| named(d, json!([d.with.alg.name(), "none"]))),
            ..forgery()
        },
        Forgery {
            name: "swap-object",
            title: "alg an object",
            mutates: "`alg` becomes an object, else signed as before.",
            source: "RFC 7515 §4.1.1; own",
            means: NAME,
            make: Make::Token(|d| named(d, json!({ "name": d.with.alg.name() }))),
            ..forgery()
        },
    ],
    ..Family::BASE
};

/// What its forgeries have in common.
const fn forgery() -> Forgery {
    Forgery::of(&FAMILY)
}

fn named(d: &Draft<'_>, alg: Value) -> Forged {
    d.header_sealed("/alg", Some(alg))
}

fn written(d: &Draft<'_>, how: impl Fn(&str) -> String) -> Forged {
    let alg = d.with.alg.name();
    let other = how(alg);
    if other == alg || alg.is_empty() {
        return Err(format!(
            "`alg` is `{}`: there is no other way to write it",
            crate::kit::text::escape(alg)
        ));
    }
    named(d, other.into())
}

/// The header says `alg`; signed with it where the issuer's key is at hand and can.
fn truly(d: &Draft<'_>, alg: &Alg) -> Forged {
    let header = d.header_set("/alg", Some(alg.name().into()))?;
    let payload = d.payload()?;
    let Some(key) = &d.with.signing else {
        return d.kept(header, payload);
    };
    let input = format!("{}.{}", b64::encode(&header), b64::encode(&payload));
    match crypto::sign(key, alg, input.as_bytes()) {
        Ok(bytes) => {
            crate::attack::draft::raw(format!("{input}.{}", b64::encode(bytes)), Signed::Issuer)
        }
        Err(_) => d.sealed(header, payload),
    }
}

fn rsa(d: &Draft<'_>) -> Forged {
    let name = d.with.alg.name();
    match (name.strip_prefix("RS"), name.strip_prefix("PS")) {
        (Some(hash), _) => truly(d, &Alg::parse(&format!("PS{hash}"))),
        (_, Some(hash)) => truly(d, &Alg::parse(&format!("RS{hash}"))),
        _ => Err(format!("the token is signed with {name}, not with RSA")),
    }
}

fn hash(d: &Draft<'_>, hash: &str) -> Forged {
    let name = d.with.alg.name();
    let stem = match d.with.alg.family() {
        AlgFamily::Hmac => "HS",
        AlgFamily::RsaPkcs1 => "RS",
        AlgFamily::RsaPss => "PS",
        AlgFamily::Ecdsa => "ES",
        _ => {
            return Err(format!(
                "{} has one hash only",
                crate::kit::text::escape(name)
            ));
        }
    };
    let other = format!("{stem}{hash}");
    if other == name {
        return Err(format!("the token is signed with {name} already"));
    }
    truly(d, &Alg::parse(&other))
}

fn curve(d: &Draft<'_>) -> Forged {
    match d.with.alg {
        Alg::Es256K => named(d, json!("ES256")),
        Alg::Es256 | Alg::Es384 | Alg::Es512 => named(d, json!("ES256K")),
        _ => Err(format!(
            "the token is signed with {}, which has no curve to swap",
            crate::kit::text::escape(d.with.alg.name())
        )),
    }
}
