//! Tokens of another issuer, for another audience, about another subject.

use serde_json::{Value, json};

use crate::attack::{Expected, Family, Forgery, Make, Stage, draft::Draft};

const ISSUER: &str =
    "The issuer is not compared exactly: another issuer's tokens are good here (RFC 9068 §4).";
const AUDIENCE: &str =
    "The audience is not checked: a token for one server opens another (RFC 7519 §4.1.3).";
const SUBJECT: &str =
    "Who the token is about is taken without the issuer's signature: anyone can be anyone.";
const TYPE: &str = "A subject that is no text is taken: whom it means depends on who reads.";

pub(super) static FAMILY: Family = Family {
    name: "parties",
    title: "Parties",
    says: "Tokens of another issuer, for another audience, about another subject.",
    stage: Stage::Claims,
    forgeries: &[
        Forgery {
            name: "iss-other",
            title: "Other issuer",
            mutates: "`iss` becomes another issuer, else signed as before.",
            source: "RFC 9068 §4; jwt-hack, FAPI 2.0",
            means: ISSUER,
            make: Make::Token(|d| d.claim_sealed("/iss", Some("https://forger.example".into()))),
            ..forgery()
        },
        Forgery {
            name: "iss-removed",
            title: "No iss",
            mutates: "`iss` is removed.",
            source: "RFC 9068 §2.2; jwt-hack",
            means: ISSUER,
            make: Make::Token(|d| {
                d.claim("iss")?;
                d.claim_sealed("/iss", None)
            }),
            ..forgery()
        },
        Forgery {
            name: "iss-slash",
            title: "iss with a slash more",
            mutates: "A slash is appended to `iss` (or taken from its end).",
            source: "RFC 9068 §4, RFC 8414 §3.3; own",
            means: ISSUER,
            make: Make::Token(|d| {
                let iss = d.claim_text("iss")?;
                let other = iss
                    .strip_suffix('/')
                    .map_or_else(|| format!("{iss}/"), str::to_owned);
                d.claim_sealed("/iss", Some(other.into()))
            }),
            ..forgery()
        },
        Forgery {
            name: "iss-case",
            title: "iss in other case",
            mutates: "The letters of `iss` change their case.",
            source: "RFC 7519 §4.1.1; own",
            means: ISSUER,
            make: Make::Token(|d| {
                let iss = d.claim_text("iss")?;
                let other = if iss == iss.to_ascii_uppercase() {
                    iss.to_ascii_lowercase()
                } else {
                    iss.to_ascii_uppercase()
                };
                if other == iss {
                    return Err("`iss` has no letters".into());
                }
                d.claim_sealed("/iss", Some(other.into()))
            }),
            ..forgery()
        },
        Forgery {
            name: "iss-suffix",
            title: "iss as a prefix",
            mutates: "A host is appended to `iss`: `issuer.forger.example`.",
            source: "RFC 7519 §4.1.1; own",
            means: ISSUER,
            make: Make::Token(|d| {
                let iss = d.claim_text("iss")?;
                d.claim_sealed("/iss", Some(format!("{iss}.forger.example").into()))
            }),
            ..forgery()
        },
        Forgery {
            name: "iss-array",
            title: "iss a list",
            mutates: "`iss` becomes a list with the right issuer and another.",
            source: "RFC 7519 §4.1.1; own",
            means: ISSUER,
            make: Make::Token(|d| {
                let iss = d.claim("iss")?;
                d.claim_sealed("/iss", Some(json!([iss, "https://forger.example"])))
            }),
            ..forgery()
        },
        Forgery {
            name: "aud-removed",
            title: "No aud",
            mutates: "`aud` is removed.",
            source: "RFC 9068 §2.2; jwt-hack, FAPI 2.0",
            means: AUDIENCE,
            make: Make::Token(|d| {
                d.claim("aud")?;
                d.claim_sealed("/aud", None)
            }),
            ..forgery()
        },
        Forgery {
            name: "aud-other",
            title: "Other audience",
            mutates: "`aud` becomes another server.",
            source: "RFC 9068 §4; FAPI 2.0",
            means: AUDIENCE,
            make: Make::Token(|d| d.claim_sealed("/aud", Some("https://other.example".into()))),
            ..forgery()
        },
        Forgery {
            name: "aud-wildcard",
            title: "aud `*`",
            mutates: "`aud` becomes `*`.",
            source: "RFC 7519 §4.1.3; jwt-hack",
            means: AUDIENCE,
            make: Make::Token(|d| d.claim_sealed("/aud", Some("*".into()))),
            ..forgery()
        },
        Forgery {
            name: "aud-empty",
            title: "aud empty",
            mutates: "`aud` becomes the empty string.",
            source: "RFC 7519 §4.1.3; jwt-hack",
            means: AUDIENCE,
            make: Make::Token(|d| d.claim_sealed("/aud", Some("".into()))),
            ..forgery()
        },
        Forgery {
            name: "aud-empty-array",
            title: "aud an empty list",
            mutates: "`aud` becomes an empty list.",
            source: "RFC 7519 §4.1.3; FAPI 2.0",
            means: AUDIENCE,
            make: Make::Token(|d| d.claim_sealed("/aud", Some(json!([])))),
            ..forgery()
        },
        Forgery {
            name: "aud-array-without",
            title: "aud a list without the right one",
            mutates: "`aud` becomes a list of two other servers.",
            source: "RFC 7519 §4.1.3; FAPI 2.0",
            means: AUDIENCE,
            make: Make::Token(|d| {
                d.claim_sealed(
                    "/aud",
                    Some(json!(["https://other.example", "https://another.example"])),
                )
            }),
            ..forgery()
        },
        Forgery {
            name: "aud-array-with",
            title: "aud a list with the right one",
            mutates: "`aud` becomes a list of the right audience and another server.",
            expected: Expected::Either,
            source: "RFC 7519 §4.1.3; FAPI 2.0",
            means: "Right by RFC 7519 §4.1.3; but a token for several servers lets each act at the others.",
            make: Make::Token(|d| {
                let mut all = audiences(d)?;
                all.push("https://other.example".into());
                d.claim_sealed("/aud", Some(Value::Array(all)))
            }),
            ..forgery()
        },
        Forgery {
            name: "aud-prefix",
            title: "aud as a prefix",
            mutates: "Text is appended to `aud`.",
            source: "RFC 7519 §4.1.3; own",
            means: AUDIENCE,
            make: Make::Token(|d| {
                let changed: Vec<Value> = audiences(d)?
                    .iter()
                    .filter_map(Value::as_str)
                    .map(|a| format!("{a}.forger.example").into())
                    .collect();
                d.claim_sealed("/aud", Some(Value::Array(changed)))
            }),
            ..forgery()
        },
        Forgery {
            name: "aud-object",
            title: "aud an object",
            mutates: "`aud` becomes an object with the right audience as a name.",
            source: "RFC 7519 §4.1.3; own",
            means: AUDIENCE,
            make: Make::Token(|d| {
                let members = audiences(d)?
                    .iter()
                    .filter_map(Value::as_str)
                    .map(|a| (a.to_owned(), json!(true)))
                    .collect();
                d.claim_sealed("/aud", Some(Value::Object(members)))
            }),
            ..forgery()
        },
        Forgery {
            name: "sub-number",
            title: "sub a number",
            mutates: "`sub` becomes a number.",
            source: "RFC 7519 §4.1.2; jwt-hack",
            means: TYPE,
            make: Make::Token(|d| d.claim_sealed("/sub", Some(json!(1)))),
            ..forgery()
        },
        Forgery {
            name: "sub-array",
            title: "sub a list",
            mutates: "`sub` becomes a list of the right subject and `admin`.",
            source: "RFC 7519 §4.1.2; jwt-hack",
            means: TYPE,
            make: Make::Token(|d| {
                let sub = d.claim("sub")?;
                d.claim_sealed("/sub", Some(json!([sub, "admin"])))
            }),
            ..forgery()
        },
        Forgery {
            name: "sub-removed",
            title: "No sub",
            mutates: "`sub` is removed.",
            source: "RFC 9068 §2.2; own",
            means: TYPE,
            make: Make::Token(|d| {
                d.claim("sub")?;
                d.claim_sealed("/sub", None)
            }),
            ..forgery()
        },
        Forgery {
            name: "sub-other",
            title: "Other user",
            mutates: "`sub` becomes another user; the signature stays as it was.",
            source: "RFC 7515 §5.2; jwt_tool, jwt-hack",
            means: SUBJECT,
            make: Make::Token(|d| d.claim_kept("/sub", Some(other(d, "sub").into()))),
            ..forgery()
        },
        Forgery {
            name: "azp-other",
            title: "Other azp",
            mutates: "`azp` becomes another client; the signature stays as it was.",
            source: "OpenID Connect Core §2; own",
            means: SUBJECT,
            make: Make::Token(|d| d.claim_kept("/azp", Some("forger".into()))),
            ..forgery()
        },
        Forgery {
            name: "client-id-other",
            title: "Other client",
            mutates: "`client_id` becomes another client; the signature stays as it was.",
            source: "RFC 8693 §4.3; own",
            means: SUBJECT,
            make: Make::Token(|d| d.claim_kept("/client_id", Some("forger".into()))),
            ..forgery()
        },
        Forgery {
            name: "client-id-removed",
            title: "No client_id",
            mutates: "`client_id` is removed.",
            source: "RFC 9068 §2.2; own",
            means: "Claims that the profile demands are not looked for.",
            make: Make::Token(|d| {
                d.claim("client_id")?;
                d.claim_sealed("/client_id", None)
            }),
            ..forgery()
        },
        Forgery {
            name: "jti-removed",
            title: "No jti",
            mutates: "`jti` is removed.",
            source: "RFC 9068 §2.2; own",
            means: "Claims that the profile demands are not looked for: the token cannot be revoked by name.",
            make: Make::Token(|d| {
                d.claim("jti")?;
                d.claim_sealed("/jti", None)
            }),
            ..forgery()
        },
        Forgery {
            name: "scope-widened",
            title: "Scope widened",
            mutates: "A scope is added; the signature stays as it was.",
            source: "RFC 7515 §5.2; jwt_tool",
            means: "Scopes are taken without the issuer's signature: anyone may do anything.",
            make: Make::Token(|d| {
                let scope = d.claim_text("scope").unwrap_or_default();
                d.claim_kept("/scope", Some(format!("{scope} admin").trim_start().into()))
            }),
            ..forgery()
        },
        Forgery {
            name: "cnf-removed",
            title: "No cnf",
            mutates: "`cnf` is removed; the signature stays as it was.",
            source: "RFC 7800 §3.1; own",
            means: "A token that is bound to a key can be made a bearer token.",
            make: Make::Token(|d| {
                d.claim("cnf")?;
                d.claim_kept("/cnf", None)
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
