//! Is the signature checked at all?

use serde_json::json;

use crate::{
    attack::{
        Family, Forged, Forgery, Make, Signed, Stage,
        draft::{Draft, raw},
    },
    jose::b64,
};

const UNCHECKED: &str = "The signature is not checked: anyone can write any token.";
const FORM: &str =
    "The parser takes texts that are no JWS: what it reads and what others read may differ.";

pub(super) static FAMILY: Family = Family {
    name: "signature",
    title: "Signature",
    says: "The signature is broken, cut or missing: is it checked at all?",
    stage: Stage::Signature,
    forgeries: &[
        Forgery {
            name: "signature-payload-changed",
            title: "Payload changed, signature kept",
            mutates: "A claim is added to the payload; the signature stays as it was.",
            source: "RFC 7515 §5.2; jwt_tool, PortSwigger",
            means: UNCHECKED,
            make: Make::Token(payload_changed),
            ..forgery()
        },
        Forgery {
            name: "signature-subject-changed",
            title: "Subject changed, signature kept",
            mutates: "`sub` becomes another user; the signature stays as it was.",
            source: "RFC 7515 §5.2; jwt_tool",
            means: UNCHECKED,
            make: Make::Token(|d| d.claim_kept("/sub", Some("admin".into()))),
            ..forgery()
        },
        Forgery {
            name: "signature-header-changed",
            title: "Header changed, signature kept",
            mutates: "A member is added to the header; the signature stays as it was.",
            source: "RFC 7515 §5.2; Wycheproof",
            means: UNCHECKED,
            make: Make::Token(|d| {
                d.kept(d.header_set("/forged", Some(json!(true)))?, d.payload()?)
            }),
            ..forgery()
        },
        Forgery {
            name: "signature-cut",
            title: "Last characters cut",
            mutates: "The last four characters of the signature are cut off.",
            source: "RFC 7515 §5.2; Wycheproof",
            means: UNCHECKED,
            make: Make::Token(cut),
            ..forgery()
        },
        Forgery {
            name: "signature-bit-flipped",
            title: "One bit flipped",
            mutates: "One bit in the middle of the signature is flipped.",
            source: "RFC 7515 §5.2; Wycheproof",
            means: UNCHECKED,
            make: Make::Token(flipped),
            ..forgery()
        },
        Forgery {
            name: "signature-zeroed",
            title: "Every byte zero",
            mutates: "The signature has its length and holds zeros only.",
            source: "RFC 7515 §5.2; Wycheproof",
            means: UNCHECKED,
            make: Make::Token(|d| d.with_signature(&vec![0; d.signature()?.len()])),
            ..forgery()
        },
        Forgery {
            name: "signature-empty",
            title: "Third part empty",
            mutates: "The signature is left out, its dot stays; `alg` stays as it was.",
            source: "RFC 7515 §5.2; jwt_tool, PortSwigger",
            means: UNCHECKED,
            make: Make::Token(|d| {
                let [h, p, _] = d.parts()?;
                raw(format!("{h}.{p}."), Signed::Nothing)
            }),
            ..forgery()
        },
        Forgery {
            name: "signature-missing",
            title: "Third part missing",
            mutates: "The signature and its dot are left out.",
            source: "RFC 7515 §7.1; jwt-hack",
            means: FORM,
            make: Make::Token(|d| {
                let [h, p, _] = d.parts()?;
                raw(format!("{h}.{p}"), Signed::Nothing)
            }),
            ..forgery()
        },
        Forgery {
            name: "signature-only-header",
            title: "Header alone",
            mutates: "Payload and signature are left out, the dots stay.",
            source: "RFC 7515 §7.1; jwt-hack",
            means: FORM,
            make: Make::Token(|d| {
                let [h, _, _] = d.parts()?;
                raw(format!("{h}.."), Signed::Nothing)
            }),
            ..forgery()
        },
        Forgery {
            name: "signature-no-header",
            title: "Header missing",
            mutates: "The header is left out, the dots stay.",
            source: "RFC 7515 §7.1; Wycheproof",
            means: FORM,
            make: Make::Token(|d| {
                let [_, p, s] = d.parts()?;
                raw(format!(".{p}.{s}"), Signed::Kept)
            }),
            ..forgery()
        },
        Forgery {
            name: "signature-extra-part",
            title: "A fourth part",
            mutates: "A part is appended after the signature.",
            source: "RFC 7515 §7.1; Wycheproof",
            means: FORM,
            make: Make::Token(|d| {
                let [h, p, s] = d.parts()?;
                raw(
                    format!("{h}.{p}.{s}.{}", b64::encode("extra")),
                    Signed::Altered,
                )
            }),
            ..forgery()
        },
        Forgery {
            name: "signature-extended",
            title: "Bytes appended",
            mutates: "A zero byte is appended to the signature.",
            source: "RFC 7515 §5.2; Wycheproof",
            means: UNCHECKED,
            make: Make::Token(|d| {
                let mut s = d.signature()?;
                s.push(0);
                d.with_signature(&s)
            }),
            ..forgery()
        },
        Forgery {
            name: "signature-own-key",
            title: "Signed with another key",
            mutates: "The same header and payload, signed with a key of the forger's.",
            source: "RFC 7515 §5.2; jwt_tool",
            means: "The signature is not checked against the issuer's key: any key will do.",
            make: Make::Token(|d| {
                d.own(
                    &d.header_set("/alg", Some(d.with.own_alg.name().into()))?,
                    &d.payload()?,
                )
            }),
            ..forgery()
        },
    ],
    ..Family::BASE
};

/// What its forgeries have in common.
const fn forgery() -> Forgery {
    Forgery::of(&FAMILY)
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
