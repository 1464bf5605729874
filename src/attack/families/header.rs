//! Header members that must be understood or refused, and headers that readers read differently.

use serde_json::{Value, json};

use crate::attack::{
    Family, Forged, Forgery,
    draft::{Draft, set},
};
use crate::jose::b64;

const CRIT: &str =
    "`crit` is passed over: an extension that must be understood is not (RFC 7515 §4.1.11).";
const TYPE: &str =
    "The type is not checked: another kind of token is taken for this one (RFC 8725 §3.11).";
const READERS: &str = "The header is read loosely: a gateway and the server behind it may read two different headers.";

#[rustfmt::skip] // a table: one line a forgery
pub(in crate::attack) fn forgeries() -> Vec<Forgery> {
    const F: Family = Family::Header;
    vec![
        Forgery::token(F, "crit-unknown", "Unknown `crit`", "`crit` demands an extension that nobody knows, and the header has it.", "RFC 7515 §4.1.11; Wycheproof", CRIT, |d| critical(d, json!(["x-forged"]), Some(("/x-forged", json!(true))))),
        Forgery::token(F, "crit-absent-name", "`crit` names what is not there", "`crit` demands a member that the header does not have.", "RFC 7515 §4.1.11; Wycheproof", CRIT, |d| critical(d, json!(["x-forged"]), None)),
        Forgery::token(F, "crit-empty", "Empty `crit`", "`crit` is an empty list, which it must not be.", "RFC 7515 §4.1.11; Wycheproof", CRIT, |d| critical(d, json!([]), None)),
        Forgery::token(F, "crit-standard-name", "`crit` names a standard member", "`crit` demands `alg`, which is no extension.", "RFC 7515 §4.1.11; Wycheproof", CRIT, |d| critical(d, json!(["alg"]), None)),
        Forgery::token(F, "crit-text", "`crit` a string", "`crit` is a string instead of a list.", "RFC 7515 §4.1.11; Wycheproof", CRIT, |d| critical(d, json!("x-forged"), None)),
        Forgery::token(F, "b64-false", "`b64: false`", "The payload stands unencoded, as `b64` and `crit` say (RFC 7797), which a JWT must not do.", "RFC 7797 §7; Wycheproof", "Unencoded payloads are taken as JWT: what is signed depends on who reads.", |d| unencoded(d, true)),
        Forgery::token(F, "b64-false-not-critical", "`b64: false` without `crit`", "The payload stands unencoded, but `crit` does not name `b64`.", "RFC 7797 §6; Wycheproof", "Unencoded payloads are taken without `crit`: what is signed depends on who reads.", |d| unencoded(d, false)),
        Forgery::token(F, "typ-missing", "No `typ`", "`typ` is removed, else signed as before.", "RFC 9068 §4, RFC 8725 §3.11", TYPE, |d| { if d.members()?.contains_key("typ") { d.header_sealed("/typ", None) } else { Err("the header has no `typ`".into()) } }),
        Forgery::token(F, "typ-jwt", "`typ: JWT`", "`typ` becomes `JWT`, which says nothing, else signed as before.", "RFC 9068 §4, RFC 8725 §3.11", TYPE, |d| typ(d, "JWT")),
        Forgery::token(F, "typ-at-jwt", "`typ: at+jwt`", "`typ` becomes that of an access token, else signed as before.", "RFC 9068 §4, RFC 8725 §3.11", TYPE, |d| typ(d, "at+jwt")),
        Forgery::token(F, "typ-dpop-jwt", "`typ: dpop+jwt`", "`typ` becomes that of a DPoP proof, else signed as before.", "RFC 9449 §4.2, RFC 8725 §3.11", TYPE, |d| typ(d, "dpop+jwt")),
        Forgery::token(F, "typ-logout-jwt", "`typ: logout+jwt`", "`typ` becomes that of a logout token, else signed as before.", "RFC 8725 §3.11; own", TYPE, |d| typ(d, "logout+jwt")),
        Forgery::token(F, "typ-client-authentication", "`typ: client-authentication+jwt`", "`typ` becomes that of a client assertion, else signed as before.", "RFC 8725 §3.11; own", TYPE, |d| typ(d, "client-authentication+jwt")),
        Forgery::token(F, "typ-number", "`typ` a number", "`typ` becomes 1, else signed as before.", "RFC 7515 §4.1.9; own", TYPE, |d| d.header_sealed("/typ", Some(json!(1)))),
        Forgery::token(F, "cty-nested", "`cty: JWT`", "`cty` says that the payload is another JWT, which it is not.", "RFC 7519 §5.2; jwt_tool", "`cty` is passed over, though it says that the claims stand in a nested token.", |d| d.header_sealed("/cty", Some("JWT".into()))),
        Forgery::token(F, "header-duplicate-alg", "`alg` twice", "A second `alg`, `none`, stands before the first.", "RFC 7515 §4; Wycheproof", READERS, |d| first(d, "\"alg\":\"none\",")),
        Forgery::token(F, "header-duplicate-alg-last", "`alg` twice, none last", "A second `alg`, `none`, stands at the end.", "RFC 7515 §4; Wycheproof", READERS, |d| last(d, ",\"alg\":\"none\"")),
        Forgery::token(F, "header-duplicate-kid", "`kid` twice", "Two `kid` stand at the end.", "RFC 7515 §4; own", READERS, |d| last(d, ",\"kid\":\"forged\",\"kid\":\"forged-too\"")),
        Forgery::token(F, "header-duplicate-typ", "`typ` twice", "Two `typ` stand at the end.", "RFC 7515 §4; own", READERS, |d| last(d, ",\"typ\":\"dpop+jwt\",\"typ\":\"at+jwt\"")),
        Forgery::token(F, "payload-duplicate-sub", "`sub` twice", "A second `sub`, `admin`, stands before the first in the payload.", "RFC 7519 §4; own", "Duplicate claims are taken: a gateway and the server behind it may see two different subjects.", |d| { let p = d.payload()?; d.sealed(d.header()?, after_brace(&p, "\"sub\":\"admin\",")?) }),
        Forgery::token(F, "header-bom", "Byte order mark", "The header begins with a byte order mark.", "RFC 8259 §8.1; Wycheproof", READERS, |d| d.sealed(format!("\u{feff}{}", d.header()?), d.payload()?)),
        Forgery::token(F, "payload-bom", "Byte order mark in the payload", "The payload begins with a byte order mark.", "RFC 8259 §8.1; own", READERS, |d| d.sealed(d.header()?, format!("\u{feff}{}", d.payload()?))),
        Forgery::token(F, "header-white-space", "White space that JSON does not have", "A no-break space stands after the opening brace of the header.", "RFC 8259 §2; Wycheproof", READERS, |d| first(d, "\u{a0}")),
        Forgery::token(F, "header-form-feed", "Form feed before the header", "The header begins with a form feed.", "RFC 8259 §2; own", READERS, |d| d.sealed(format!("\u{c}{}", d.header()?), d.payload()?)),
        Forgery::token(F, "header-trailing", "Text after the header", "A second JSON object stands after the header's.", "RFC 8259 §2; own", READERS, |d| d.sealed(format!("{}{{\"alg\":\"none\"}}", d.header()?), d.payload()?)),
        Forgery::token(F, "header-comment", "Comment in the header", "A comment stands in the header.", "RFC 8259; own", READERS, |d| first(d, "/*forged*/")),
        Forgery::token(F, "header-not-utf8", "Header not UTF-8", "A member of the header holds a byte that is no UTF-8.", "RFC 8725 §3.7; Wycheproof", READERS, not_utf8),
        Forgery::token(F, "header-array", "Header a list", "The header's object stands in a list.", "RFC 7515 §4; Wycheproof", READERS, |d| d.sealed(format!("[{}]", d.header()?), d.payload()?)),
        Forgery::token(F, "payload-array", "Payload a list", "The claims stand in a list.", "RFC 7519 §7.2; Wycheproof", READERS, |d| d.sealed(d.header()?, format!("[{}]", d.payload()?))),
    ]
}

fn critical(d: &Draft<'_>, crit: Value, member: Option<(&str, Value)>) -> Forged {
    let mut header = d.header_set("/crit", Some(crit))?;
    if let Some((pointer, value)) = member {
        header = set(&header, pointer, Some(value))?;
    }
    d.sealed(header, d.payload()?)
}

fn unencoded(d: &Draft<'_>, critical: bool) -> Forged {
    let mut header = d.header_set("/b64", Some(json!(false)))?;
    if critical {
        header = set(&header, "/crit", Some(json!(["b64"])))?;
    }
    // A dot would end the part (RFC 7797 §5.2): the payload is written without one.
    let payload = d.payload()?.replace('.', "\\u002e");
    d.sealed_parts(&b64::encode(header), &payload)
}

fn typ(d: &Draft<'_>, typ: &str) -> Forged {
    let is = d
        .members()?
        .get("typ")
        .and_then(Value::as_str)
        .map(str::to_ascii_lowercase);
    let is = is.as_deref().unwrap_or_default();
    if is.strip_prefix("application/").unwrap_or(is) == typ.to_ascii_lowercase() {
        return Err(format!("`typ` is `{typ}` already"));
    }
    d.header_sealed("/typ", Some(typ.into()))
}

/// `text` right after the opening brace.
fn after_brace(object: &str, text: &str) -> Result<String, String> {
    object
        .split_once('{')
        .map(|(before, after)| format!("{before}{{{text}{after}"))
        .ok_or_else(|| "this part is no JSON object".to_owned())
}

fn first(d: &Draft<'_>, text: &str) -> Forged {
    d.sealed(after_brace(&d.header()?, text)?, d.payload()?)
}

fn last(d: &Draft<'_>, text: &str) -> Forged {
    let header = d.header()?;
    let (before, after) = header
        .rsplit_once('}')
        .ok_or("the header is no JSON object")?;
    d.sealed(format!("{before}{text}}}{after}"), d.payload()?)
}

fn not_utf8(d: &Draft<'_>) -> Forged {
    let header = d.header()?;
    let (before, after) = header
        .rsplit_once('}')
        .ok_or("the header is no JSON object")?;
    let bytes = [before.as_bytes(), b",\"x\":\"\xff\"}", after.as_bytes()].concat();
    d.sealed(bytes, d.payload()?)
}
