//! Encodings that RFC 7515 §2 forbids: two texts for one token.

use crate::attack::{
    Family, Forged, Forgery, Make, Signed, Stage,
    draft::{Draft, raw},
};

const MEANS: &str = "base64url is read loosely (RFC 7515 §2): one token has many texts, and what is revoked, cached or logged by its text is missed.";

pub(super) static FAMILY: Family = Family {
    name: "base64",
    title: "Base64url",
    says: "Encodings that RFC 7515 §2 forbids: two texts for one token.",
    stage: Stage::Encoding,
    forgeries: &[
        Forgery {
            name: "base64-padding",
            title: "Padding",
            mutates: "`=` is appended to the signature.",
            source: "RFC 7515 §2; Wycheproof",
            means: MEANS,
            make: Make::Token(|d| signature(d, |s| Some(format!("{s}{}", pad(s))))),
            ..forgery()
        },
        Forgery {
            name: "base64-padding-payload",
            title: "Padding in the payload",
            mutates: "`=` is appended to the payload; signed so where the issuer's key is at hand.",
            source: "RFC 7515 §2; Wycheproof",
            means: MEANS,
            make: Make::Token(|d| {
                let [h, p, _] = d.parts()?;
                d.sealed_parts(h, &format!("{p}{}", pad(p)))
            }),
            ..forgery()
        },
        Forgery {
            name: "base64-space",
            title: "White space",
            mutates: "A space stands in the middle of the signature.",
            source: "RFC 7515 §2; Wycheproof",
            means: MEANS,
            make: Make::Token(|d| {
                signature(d, |s| {
                    let (a, b) = s.split_at(s.len() / 2);
                    Some(format!("{a} {b}"))
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "base64-tab",
            title: "Tab",
            mutates: "A tab stands in the middle of the signature.",
            source: "RFC 7515 §2; Wycheproof",
            means: MEANS,
            make: Make::Token(|d| {
                signature(d, |s| {
                    let (a, b) = s.split_at(s.len() / 2);
                    Some(format!("{a}\t{b}"))
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "base64-unused-bits",
            title: "Unused bits",
            mutates: "Bits of the signature's last character that belong to no byte are set.",
            source: "RFC 7515 §2; Wycheproof",
            means: MEANS,
            make: Make::Token(|d| signature(d, unused_bits)),
            ..forgery()
        },
        Forgery {
            name: "base64-standard-alphabet",
            title: "Standard alphabet",
            mutates: "`-` and `_` of the signature become `+` and `/`.",
            source: "RFC 7515 §2; Wycheproof",
            means: MEANS,
            make: Make::Token(|d| {
                signature(d, |s| {
                    s.contains(['-', '_'])
                        .then(|| s.replace('-', "+").replace('_', "/"))
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "base64-foreign-character",
            title: "A character that is none",
            mutates: "A `*` stands in the middle of the signature.",
            source: "RFC 7515 §2; own",
            means: MEANS,
            make: Make::Token(|d| {
                signature(d, |s| {
                    let (a, b) = s.split_at(s.len() / 2);
                    Some(format!("{a}*{b}"))
                })
            }),
            ..forgery()
        },
        Forgery {
            name: "base64-trailing-dot",
            title: "A dot at the end",
            mutates: "A dot stands after the signature.",
            source: "RFC 7515 §7.1; own",
            means: MEANS,
            make: Make::Token(|d| signature(d, |s| Some(format!("{s}.")))),
            ..forgery()
        },
    ],
    ..Family::BASE
};

/// What its forgeries have in common.
const fn forgery() -> Forgery {
    Forgery::of(&FAMILY)
}

fn pad(part: &str) -> &'static str {
    match part.len() % 4 {
        2 => "==",
        3 => "=",
        // Nothing is missing: a group of padding alone is forbidden as well.
        _ => "====",
    }
}

fn signature(d: &Draft<'_>, change: impl Fn(&str) -> Option<String>) -> Forged {
    let [header, payload, signature] = d.parts()?;
    d.signature()?;
    let changed = change(signature)
        .ok_or("this signature has no character or bit that could be written otherwise")?;
    raw(format!("{header}.{payload}.{changed}"), Signed::Altered)
}

/// The last character with one of its unused bits set.
fn unused_bits(signature: &str) -> Option<String> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    if !matches!(signature.len() % 4, 2 | 3) {
        return None;
    }
    let (kept, last) = signature.split_at(signature.len() - 1);
    let value = ALPHABET.iter().position(|c| [*c] == *last.as_bytes())?;
    let other = char::from(*ALPHABET.get(value | 1).filter(|_| value & 1 == 0)?);
    Some(format!("{kept}{other}"))
}
