//! Encodings that RFC 7515 §2 forbids: two texts for one token.

use crate::attack::{
    Family, Forged, Forgery, Signed,
    draft::{Draft, raw},
};

const MEANS: &str = "base64url is read loosely (RFC 7515 §2): one token has many texts, and what is revoked, cached or logged by its text is missed.";

#[rustfmt::skip] // a table: one line a forgery
pub(in crate::attack) fn forgeries() -> Vec<Forgery> {
    const F: Family = Family::Base64;
    vec![
        Forgery::token(F, "base64-padding", "Padding", "`=` is appended to the signature.", "RFC 7515 §2; Wycheproof", MEANS, |d| signature(d, |s| Some(format!("{s}{}", pad(s))))),
        Forgery::token(F, "base64-padding-payload", "Padding in the payload", "`=` is appended to the payload; signed so where the issuer's key is at hand.", "RFC 7515 §2; Wycheproof", MEANS, |d| { let [h, p, _] = d.parts()?; d.sealed_parts(h, &format!("{p}{}", pad(p))) }),
        Forgery::token(F, "base64-space", "White space", "A space stands in the middle of the signature.", "RFC 7515 §2; Wycheproof", MEANS, |d| signature(d, |s| { let (a, b) = s.split_at(s.len() / 2); Some(format!("{a} {b}")) })),
        Forgery::token(F, "base64-tab", "Tab", "A tab stands in the middle of the signature.", "RFC 7515 §2; Wycheproof", MEANS, |d| signature(d, |s| { let (a, b) = s.split_at(s.len() / 2); Some(format!("{a}\t{b}")) })),
        Forgery::token(F, "base64-unused-bits", "Unused bits", "Bits of the signature's last character that belong to no byte are set.", "RFC 7515 §2; Wycheproof", MEANS, |d| signature(d, unused_bits)),
        Forgery::token(F, "base64-standard-alphabet", "Standard alphabet", "`-` and `_` of the signature become `+` and `/`.", "RFC 7515 §2; Wycheproof", MEANS, |d| signature(d, |s| s.contains(['-', '_']).then(|| s.replace('-', "+").replace('_', "/")))),
        Forgery::token(F, "base64-foreign-character", "A character that is none", "A `*` stands in the middle of the signature.", "RFC 7515 §2; own", MEANS, |d| signature(d, |s| { let (a, b) = s.split_at(s.len() / 2); Some(format!("{a}*{b}")) })),
        Forgery::token(F, "base64-trailing-dot", "A dot at the end", "A dot stands after the signature.", "RFC 7515 §7.1; own", MEANS, |d| signature(d, |s| Some(format!("{s}.")))),
    ]
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
