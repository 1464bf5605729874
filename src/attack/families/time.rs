//! Tokens outside their time, or without one.

use serde_json::{Value, json};

use crate::attack::{Family, Forgery};

const EXPIRY: &str = "The end of a token is not checked: a stolen one is good for ever.";
const BEGIN: &str = "The beginning of a token is not checked: what is meant for later is good now.";
const LONG: &str = "Tokens without any bound on their life are accepted.";
const TYPE: &str = "A time that is no number is passed over, and with it the check.";

#[rustfmt::skip] // a table: one line a forgery
pub(in crate::attack) fn forgeries() -> Vec<Forgery> {
    const F: Family = Family::Time;
    vec![
        Forgery::token(F, "exp-removed", "No exp", "`exp` is removed.", "RFC 9068 §2.2, RFC 7519 §4.1.4; jwt-hack", EXPIRY, |d| { d.claim("exp")?; d.claim_sealed("/exp", None) }),
        Forgery::token(F, "exp-text", "exp a string", "`exp` becomes a string with a far future in it.", "RFC 7519 §2; jwt-hack", TYPE, |d| d.claim_sealed("/exp", Some((d.with.now + 3600).to_string().into()))),
        Forgery::token(F, "exp-null", "exp null", "`exp` becomes null.", "RFC 7519 §2; jwt-hack", TYPE, |d| d.claim_sealed("/exp", Some(Value::Null))),
        Forgery::token(F, "exp-negative", "exp negative", "`exp` becomes -1.", "RFC 7519 §4.1.4; jwt-hack", EXPIRY, |d| d.claim_sealed("/exp", Some(json!(-1)))),
        Forgery::token(F, "exp-zero", "exp zero", "`exp` becomes 0.", "RFC 7519 §4.1.4; jwt-hack", EXPIRY, |d| d.claim_sealed("/exp", Some(json!(0)))),
        Forgery::token(F, "exp-max", "exp the largest number", "`exp` becomes 9223372036854775807, the largest signed number of 64 bit.", "RFC 7519 §4.1.4; jwt-hack", LONG, |d| d.claim_sealed("/exp", Some(json!(i64::MAX)))),
        Forgery::token(F, "exp-overflow", "exp beyond 64 bit", "`exp` becomes 18446744073709551616, which wraps to 0 where numbers have 64 bit.", "RFC 7519 §2; own", TYPE, |d| d.sealed(d.header()?, d.payload_raw("/exp", "18446744073709551616")?)),
        Forgery::token(F, "exp-exponent", "exp 1e400", "`exp` becomes 1e400, which is infinite where numbers have 64 bit.", "RFC 7519 §2; own", TYPE, |d| d.sealed(d.header()?, d.payload_raw("/exp", "1e400")?)),
        Forgery::token(F, "exp-far-future", "exp in a hundred years", "`exp` is a hundred years ahead.", "RFC 8725 §3.10; jwt-hack", LONG, |d| d.claim_sealed("/exp", Some(json!(d.with.now.saturating_add(3_155_760_000))))),
        Forgery::token(F, "exp-milliseconds", "exp in milliseconds", "`exp` counts milliseconds: ahead by fifty thousand years.", "RFC 7519 §2; own", LONG, |d| d.claim_sealed("/exp", Some(json!(d.with.now.saturating_add(3600).saturating_mul(1000))))),
        Forgery::token(F, "exp-now", "Expired 1 s ago", "`exp` is one second ago.", "RFC 7519 §4.1.4; FAPI 2.0", "Tokens outlive their end by a second or more: the leeway is worth knowing.", |d| d.claim_sealed("/exp", Some(json!(d.with.now - 1)))),
        Forgery::token(F, "exp-hour", "Expired 1 h ago", "`exp` is an hour ago.", "RFC 7519 §4.1.4; FAPI 2.0, jwt_tool", EXPIRY, |d| d.claim_sealed("/exp", Some(json!(d.with.now - 3600)))),
        Forgery::token(F, "exp-day", "Expired 1 d ago", "`exp` is a day ago.", "RFC 7519 §4.1.4; FAPI 2.0", EXPIRY, |d| d.claim_sealed("/exp", Some(json!(d.with.now - 86_400)))),
        Forgery::token(F, "nbf-future", "nbf in an hour", "`nbf` is an hour ahead.", "RFC 7519 §4.1.5; FAPI 2.0, jwt-hack", BEGIN, |d| d.claim_sealed("/nbf", Some(json!(d.with.now + 3600)))),
        Forgery::token(F, "nbf-text", "nbf a string", "`nbf` becomes a string an hour ahead.", "RFC 7519 §2; own", TYPE, |d| d.claim_sealed("/nbf", Some((d.with.now + 3600).to_string().into()))),
        Forgery::token(F, "iat-future", "iat in an hour", "`iat` is an hour ahead: issued in the future.", "RFC 7519 §4.1.6; FAPI 2.0", BEGIN, |d| d.claim_sealed("/iat", Some(json!(d.with.now + 3600)))),
    ]
}
