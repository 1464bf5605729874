//! Tokens outside their time, or without one.

use serde_json::{Value, json};

use crate::attack::{Family, Forgery, Make, Stage};

const EXPIRY: &str = "The end of a token is not checked: a stolen one is good for ever.";
const BEGIN: &str = "The beginning of a token is not checked: what is meant for later is good now.";
const LONG: &str = "Tokens without any bound on their life are accepted.";
const TYPE: &str = "A time that is no number is passed over, and with it the check.";

pub(super) static FAMILY: Family = Family {
    name: "time",
    title: "Time",
    says: "Tokens outside their time, or without one.",
    stage: Stage::Claims,
    forgeries: &[
        Forgery {
            name: "exp-removed",
            title: "No exp",
            mutates: "`exp` is removed.",
            source: "RFC 9068 §2.2, RFC 7519 §4.1.4; jwt-hack",
            means: EXPIRY,
            make: Make::Token(|d| {
                d.claim("exp")?;
                d.claim_sealed("/exp", None)
            }),
            ..forgery()
        },
        Forgery {
            name: "exp-text",
            title: "exp a string",
            mutates: "`exp` becomes a string with a far future in it.",
            source: "RFC 7519 §2; jwt-hack",
            means: TYPE,
            make: Make::Token(|d| {
                d.claim_sealed("/exp", Some((d.with.now + 3600).to_string().into()))
            }),
            ..forgery()
        },
        Forgery {
            name: "exp-null",
            title: "exp null",
            mutates: "`exp` becomes null.",
            source: "RFC 7519 §2; jwt-hack",
            means: TYPE,
            make: Make::Token(|d| d.claim_sealed("/exp", Some(Value::Null))),
            ..forgery()
        },
        Forgery {
            name: "exp-negative",
            title: "exp negative",
            mutates: "`exp` becomes -1.",
            source: "RFC 7519 §4.1.4; jwt-hack",
            means: EXPIRY,
            make: Make::Token(|d| d.claim_sealed("/exp", Some(json!(-1)))),
            ..forgery()
        },
        Forgery {
            name: "exp-zero",
            title: "exp zero",
            mutates: "`exp` becomes 0.",
            source: "RFC 7519 §4.1.4; jwt-hack",
            means: EXPIRY,
            make: Make::Token(|d| d.claim_sealed("/exp", Some(json!(0)))),
            ..forgery()
        },
        Forgery {
            name: "exp-max",
            title: "exp the largest number",
            mutates: "`exp` becomes 9223372036854775807, the largest signed number of 64 bit.",
            source: "RFC 7519 §4.1.4; jwt-hack",
            means: LONG,
            make: Make::Token(|d| d.claim_sealed("/exp", Some(json!(i64::MAX)))),
            ..forgery()
        },
        Forgery {
            name: "exp-overflow",
            title: "exp beyond 64 bit",
            mutates: "`exp` becomes 18446744073709551616, which wraps to 0 where numbers have 64 bit.",
            source: "RFC 7519 §2; own",
            means: TYPE,
            make: Make::Token(|d| {
                d.sealed(d.header()?, d.payload_raw("/exp", "18446744073709551616")?)
            }),
            ..forgery()
        },
        Forgery {
            name: "exp-exponent",
            title: "exp 1e400",
            mutates: "`exp` becomes 1e400, which is infinite where numbers have 64 bit.",
            source: "RFC 7519 §2; own",
            means: TYPE,
            make: Make::Token(|d| d.sealed(d.header()?, d.payload_raw("/exp", "1e400")?)),
            ..forgery()
        },
        Forgery {
            name: "exp-far-future",
            title: "exp in a hundred years",
            mutates: "`exp` is a hundred years ahead.",
            source: "RFC 8725 §3.10; jwt-hack",
            means: LONG,
            make: Make::Token(|d| {
                d.claim_sealed(
                    "/exp",
                    Some(json!(d.with.now.saturating_add(3_155_760_000))),
                )
            }),
            ..forgery()
        },
        Forgery {
            name: "exp-milliseconds",
            title: "exp in milliseconds",
            mutates: "`exp` counts milliseconds: ahead by fifty thousand years.",
            source: "RFC 7519 §2; own",
            means: LONG,
            make: Make::Token(|d| {
                d.claim_sealed(
                    "/exp",
                    Some(json!(d.with.now.saturating_add(3600).saturating_mul(1000))),
                )
            }),
            ..forgery()
        },
        Forgery {
            name: "exp-now",
            title: "Expired 1 s ago",
            mutates: "`exp` is one second ago.",
            source: "RFC 7519 §4.1.4; FAPI 2.0",
            means: "Tokens outlive their end by a second or more: the leeway is worth knowing.",
            make: Make::Token(|d| d.claim_sealed("/exp", Some(json!(d.with.now - 1)))),
            ..forgery()
        },
        Forgery {
            name: "exp-hour",
            title: "Expired 1 h ago",
            mutates: "`exp` is an hour ago.",
            source: "RFC 7519 §4.1.4; FAPI 2.0, jwt_tool",
            means: EXPIRY,
            make: Make::Token(|d| d.claim_sealed("/exp", Some(json!(d.with.now - 3600)))),
            ..forgery()
        },
        Forgery {
            name: "exp-day",
            title: "Expired 1 d ago",
            mutates: "`exp` is a day ago.",
            source: "RFC 7519 §4.1.4; FAPI 2.0",
            means: EXPIRY,
            make: Make::Token(|d| d.claim_sealed("/exp", Some(json!(d.with.now - 86_400)))),
            ..forgery()
        },
        Forgery {
            name: "nbf-future",
            title: "nbf in an hour",
            mutates: "`nbf` is an hour ahead.",
            source: "RFC 7519 §4.1.5; FAPI 2.0, jwt-hack",
            means: BEGIN,
            make: Make::Token(|d| d.claim_sealed("/nbf", Some(json!(d.with.now + 3600)))),
            ..forgery()
        },
        Forgery {
            name: "nbf-text",
            title: "nbf a string",
            mutates: "`nbf` becomes a string an hour ahead.",
            source: "RFC 7519 §2; own",
            means: TYPE,
            make: Make::Token(|d| {
                d.claim_sealed("/nbf", Some((d.with.now + 3600).to_string().into()))
            }),
            ..forgery()
        },
        Forgery {
            name: "iat-future",
            title: "iat in an hour",
            mutates: "`iat` is an hour ahead: issued in the future.",
            source: "RFC 7519 §4.1.6; FAPI 2.0",
            means: BEGIN,
            make: Make::Token(|d| d.claim_sealed("/iat", Some(json!(d.with.now + 3600)))),
            ..forgery()
        },
        Forgery {
            name: "iat-removed",
            title: "No iat",
            mutates: "`iat` is removed.",
            source: "RFC 9068 §2.2; own",
            means: "Claims that the profile demands are not looked for: nobody can tell how old the token is.",
            make: Make::Token(|d| {
                d.claim("iat")?;
                d.claim_sealed("/iat", None)
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
