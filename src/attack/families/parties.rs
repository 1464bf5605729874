//! Tokens of another issuer, for another audience, about another subject.

use serde_json::{Value, json};

use crate::attack::{Family, Forgery, draft::Draft};

const ISSUER: &str =
    "The issuer is not compared exactly: another issuer's tokens are good here (RFC 9068 §4).";
const AUDIENCE: &str =
    "The audience is not checked: a token for one server opens another (RFC 7519 §4.1.3).";
const SUBJECT: &str =
    "Who the token is about is taken without the issuer's signature: anyone can be anyone.";
const TYPE: &str = "A subject that is no text is taken: whom it means depends on who reads.";

#[rustfmt::skip] // a table: one line a forgery
pub(in crate::attack) fn forgeries() -> Vec<Forgery> {
    const F: Family = Family::Parties;
    vec![
        Forgery::token(F, "iss-other", "Other issuer", "`iss` becomes another issuer, else signed as before.", "RFC 9068 §4; jwt-hack, FAPI 2.0", ISSUER, |d| d.claim_sealed("/iss", Some("https://forger.example".into()))),
        Forgery::token(F, "iss-removed", "No iss", "`iss` is removed.", "RFC 9068 §2.2; jwt-hack", ISSUER, |d| { d.claim("iss")?; d.claim_sealed("/iss", None) }),
        Forgery::token(F, "iss-slash", "iss with a slash more", "A slash is appended to `iss` (or taken from its end).", "RFC 9068 §4, RFC 8414 §3.3; own", ISSUER, |d| { let iss = d.claim_text("iss")?; let other = iss.strip_suffix('/').map_or_else(|| format!("{iss}/"), str::to_owned); d.claim_sealed("/iss", Some(other.into())) }),
        Forgery::token(F, "iss-case", "iss in other case", "The letters of `iss` change their case.", "RFC 7519 §4.1.1; own", ISSUER, |d| { let iss = d.claim_text("iss")?; let other = if iss == iss.to_ascii_uppercase() { iss.to_ascii_lowercase() } else { iss.to_ascii_uppercase() }; if other == iss { return Err("`iss` has no letters".into()); } d.claim_sealed("/iss", Some(other.into())) }),
        Forgery::token(F, "iss-suffix", "iss as a prefix", "A host is appended to `iss`: `issuer.forger.example`.", "RFC 7519 §4.1.1; own", ISSUER, |d| { let iss = d.claim_text("iss")?; d.claim_sealed("/iss", Some(format!("{iss}.forger.example").into())) }),
        Forgery::token(F, "iss-array", "iss a list", "`iss` becomes a list with the right issuer and another.", "RFC 7519 §4.1.1; own", ISSUER, |d| { let iss = d.claim("iss")?; d.claim_sealed("/iss", Some(json!([iss, "https://forger.example"]))) }),
        Forgery::token(F, "aud-removed", "No aud", "`aud` is removed.", "RFC 9068 §2.2; jwt-hack, FAPI 2.0", AUDIENCE, |d| { d.claim("aud")?; d.claim_sealed("/aud", None) }),
        Forgery::token(F, "aud-other", "Other audience", "`aud` becomes another server.", "RFC 9068 §4; FAPI 2.0", AUDIENCE, |d| d.claim_sealed("/aud", Some("https://other.example".into()))),
        Forgery::token(F, "aud-wildcard", "aud `*`", "`aud` becomes `*`.", "RFC 7519 §4.1.3; jwt-hack", AUDIENCE, |d| d.claim_sealed("/aud", Some("*".into()))),
        Forgery::token(F, "aud-empty", "aud empty", "`aud` becomes the empty string.", "RFC 7519 §4.1.3; jwt-hack", AUDIENCE, |d| d.claim_sealed("/aud", Some("".into()))),
        Forgery::token(F, "aud-empty-array", "aud an empty list", "`aud` becomes an empty list.", "RFC 7519 §4.1.3; FAPI 2.0", AUDIENCE, |d| d.claim_sealed("/aud", Some(json!([])))),
        Forgery::token(F, "aud-array-without", "aud a list without the right one", "`aud` becomes a list of two other servers.", "RFC 7519 §4.1.3; FAPI 2.0", AUDIENCE, |d| d.claim_sealed("/aud", Some(json!(["https://other.example", "https://another.example"])))),
        Forgery::token(F, "aud-array-with", "aud a list with the right one", "`aud` becomes a list of the right audience and another server.", "RFC 7519 §4.1.3; FAPI 2.0", "Right by RFC 7519 §4.1.3; but a token for several servers lets each act at the others.", |d| { let mut all = audiences(d)?; all.push("https://other.example".into()); d.claim_sealed("/aud", Some(Value::Array(all))) }).either(),
        Forgery::token(F, "aud-prefix", "aud as a prefix", "Text is appended to `aud`.", "RFC 7519 §4.1.3; own", AUDIENCE, |d| { let changed: Vec<Value> = audiences(d)?.iter().filter_map(Value::as_str).map(|a| format!("{a}.forger.example").into()).collect(); d.claim_sealed("/aud", Some(Value::Array(changed))) }),
        Forgery::token(F, "aud-object", "aud an object", "`aud` becomes an object with the right audience as a name.", "RFC 7519 §4.1.3; own", AUDIENCE, |d| { let members = audiences(d)?.iter().filter_map(Value::as_str).map(|a| (a.to_owned(), json!(true))).collect(); d.claim_sealed("/aud", Some(Value::Object(members))) }),
        Forgery::token(F, "sub-number", "sub a number", "`sub` becomes a number.", "RFC 7519 §4.1.2; jwt-hack", TYPE, |d| d.claim_sealed("/sub", Some(json!(1)))),
        Forgery::token(F, "sub-array", "sub a list", "`sub` becomes a list of the right subject and `admin`.", "RFC 7519 §4.1.2; jwt-hack", TYPE, |d| { let sub = d.claim("sub")?; d.claim_sealed("/sub", Some(json!([sub, "admin"]))) }),
        Forgery::token(F, "sub-removed", "No sub", "`sub` is removed.", "RFC 9068 §2.2; own", TYPE, |d| { d.claim("sub")?; d.claim_sealed("/sub", None) }),
        Forgery::token(F, "sub-other", "Other user", "`sub` becomes another user; the signature stays as it was.", "RFC 7515 §5.2; jwt_tool, jwt-hack", SUBJECT, |d| d.claim_kept("/sub", Some(other(d, "sub").into()))),
        Forgery::token(F, "azp-other", "Other azp", "`azp` becomes another client; the signature stays as it was.", "OpenID Connect Core §2; own", SUBJECT, |d| d.claim_kept("/azp", Some("forger".into()))),
        Forgery::token(F, "client-id-other", "Other client", "`client_id` becomes another client; the signature stays as it was.", "RFC 8693 §4.3; own", SUBJECT, |d| d.claim_kept("/client_id", Some("forger".into()))),
        Forgery::token(F, "client-id-removed", "No client_id", "`client_id` is removed.", "RFC 9068 §2.2; own", "Claims that the profile demands are not looked for.", |d| { d.claim("client_id")?; d.claim_sealed("/client_id", None) }),
        Forgery::token(F, "jti-removed", "No jti", "`jti` is removed.", "RFC 9068 §2.2; own", "Claims that the profile demands are not looked for: the token cannot be revoked by name.", |d| { d.claim("jti")?; d.claim_sealed("/jti", None) }),
        Forgery::token(F, "scope-widened", "Scope widened", "A scope is added; the signature stays as it was.", "RFC 7515 §5.2; jwt_tool", "Scopes are taken without the issuer's signature: anyone may do anything.", |d| { let scope = d.claim_text("scope").unwrap_or_default(); d.claim_kept("/scope", Some(format!("{scope} admin").trim_start().into())) }),
        Forgery::token(F, "cnf-removed", "No cnf", "`cnf` is removed; the signature stays as it was.", "RFC 7800 §3.1; own", "A token that is bound to a key can be made a bearer token.", |d| { d.claim("cnf")?; d.claim_kept("/cnf", None) }),
    ]
}

fn audiences(d: &Draft<'_>) -> Result<Vec<Value>, String> {
    match d.claim("aud")? {
        Value::Array(all) if !all.is_empty() => Ok(all),
        one @ Value::String(_) => Ok(vec![one]),
        _ => Err("the token names no audience".into()),
    }
}

fn other(d: &Draft<'_>, claim: &str) -> &'static str {
    if d.claim_text(claim).is_ok_and(|is| is == "admin") {
        "root"
    } else {
        "admin"
    }
}
