//! Is the signature checked at all?

use serde_json::json;

use crate::attack::{
    Family, Forged, Forgery, Signed,
    draft::{Draft, raw},
};
use crate::jose::b64;

const UNCHECKED: &str = "The signature is not checked: anyone can write any token.";
const FORM: &str =
    "The parser takes texts that are no JWS: what it reads and what others read may differ.";

#[rustfmt::skip] // a table: one line a forgery
pub(in crate::attack) fn forgeries() -> Vec<Forgery> {
    const F: Family = Family::Signature;
    vec![
        Forgery::token(F, "signature-payload-changed", "Payload changed, signature kept", "A claim is added to the payload; the signature stays as it was.", "RFC 7515 §5.2; jwt_tool, PortSwigger", UNCHECKED, payload_changed),
        Forgery::token(F, "signature-subject-changed", "Subject changed, signature kept", "`sub` becomes another user; the signature stays as it was.", "RFC 7515 §5.2; jwt_tool", UNCHECKED, |d| d.claim_kept("/sub", Some("admin".into()))),
        Forgery::token(F, "signature-header-changed", "Header changed, signature kept", "A member is added to the header; the signature stays as it was.", "RFC 7515 §5.2; Wycheproof", UNCHECKED, |d| d.kept(d.header_set("/forged", Some(json!(true)))?, d.payload()?)),
        Forgery::token(F, "signature-cut", "Last characters cut", "The last four characters of the signature are cut off.", "RFC 7515 §5.2; Wycheproof", UNCHECKED, cut),
        Forgery::token(F, "signature-bit-flipped", "One bit flipped", "One bit in the middle of the signature is flipped.", "RFC 7515 §5.2; Wycheproof", UNCHECKED, flipped),
        Forgery::token(F, "signature-zeroed", "Every byte zero", "The signature has its length and holds zeros only.", "RFC 7515 §5.2; Wycheproof", UNCHECKED, |d| d.with_signature(&vec![0; d.signature()?.len()])),
        Forgery::token(F, "signature-empty", "Third part empty", "The signature is left out, its dot stays; `alg` stays as it was.", "RFC 7515 §5.2; jwt_tool, PortSwigger", UNCHECKED, |d| { let [h, p, _] = d.parts()?; raw(format!("{h}.{p}."), Signed::Nothing) }),
        Forgery::token(F, "signature-missing", "Third part missing", "The signature and its dot are left out.", "RFC 7515 §7.1; jwt-hack", FORM, |d| { let [h, p, _] = d.parts()?; raw(format!("{h}.{p}"), Signed::Nothing) }),
        Forgery::token(F, "signature-only-header", "Header alone", "Payload and signature are left out, the dots stay.", "RFC 7515 §7.1; jwt-hack", FORM, |d| { let [h, _, _] = d.parts()?; raw(format!("{h}.."), Signed::Nothing) }),
        Forgery::token(F, "signature-no-header", "Header missing", "The header is left out, the dots stay.", "RFC 7515 §7.1; Wycheproof", FORM, |d| { let [_, p, s] = d.parts()?; raw(format!(".{p}.{s}"), Signed::Kept) }),
        Forgery::token(F, "signature-extra-part", "A fourth part", "A part is appended after the signature.", "RFC 7515 §7.1; Wycheproof", FORM, |d| { let [h, p, s] = d.parts()?; raw(format!("{h}.{p}.{s}.{}", b64::encode("extra")), Signed::Altered) }),
        Forgery::token(F, "signature-extended", "Bytes appended", "A zero byte is appended to the signature.", "RFC 7515 §5.2; Wycheproof", UNCHECKED, |d| { let mut s = d.signature()?; s.push(0); d.with_signature(&s) }),
        Forgery::token(F, "signature-own-key", "Signed with another key", "The same header and payload, signed with a key of the forger's.", "RFC 7515 §5.2; jwt_tool", "The signature is not checked against the issuer's key: any key will do.", |d| d.own(&d.header_set("/alg", Some(d.with.own_alg.name().into()))?, &d.payload()?)),
    ]
}

fn payload_changed(d: &Draft<'_>) -> Forged {
    d.claim_kept("/forged", Some(json!(true)))
}

fn cut(d: &Draft<'_>) -> Forged {
    let [header, payload, signature] = d.parts()?;
    d.signature()?;
    let short = signature
        .get(..signature.len().saturating_sub(4))
        .unwrap_or_default();
    raw(format!("{header}.{payload}.{short}"), Signed::Altered)
}

fn flipped(d: &Draft<'_>) -> Forged {
    let mut signature = d.signature()?;
    let middle = signature.len() / 2;
    if let Some(byte) = signature.get_mut(middle) {
        *byte ^= 0b0001_0000;
    }
    d.with_signature(&signature)
}
