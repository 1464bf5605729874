//! Header members that must be understood or refused, and headers that readers read differently.

use serde_json::{Value, json};

use crate::{
    attack::{
        Family, Forged, Forgery, Make, Stage,
        draft::{Draft, set},
    },
    jose::b64,
};

const CRIT: &str =
    "`crit` is passed over: an extension that must be understood is not (RFC 7515 §4.1.11).";
const TYPE: &str =
    "The type is not checked: another kind of token is taken for this one (RFC 8725 §3.11).";
const READERS: &str = "The header is read loosely: a gateway and the server behind it may read two different headers.";

pub(super) static FAMILY: Family = Family {
    name: "header",
    title: "Header",
    says: "Header members that must be understood or refused, and headers that readers read differently.",
    stage: Stage::Header,
    forgeries: &[
        Forgery {
            name: "crit-unknown",
            title: "Unknown `crit`",
            mutates: "`crit` demands an extension that nobody knows, and the header has it.",
            source: "RFC 7515 §4.1.11; Wycheproof",
            means: CRIT,
            make: Make::Token(|d| {
                critical(d, json!(["x-forged"]), Some(("/x-forged", json!(true))))
            }),
            ..forgery()
        },
        Forgery {
            name: "crit-absent-name",
            title: "`crit` names what is not there",
            mutates: "`crit` demands a member that the header does not have.",
            source: "RFC 7515 §4.1.11; Wycheproof",
            means: CRIT,
            make: Make::Token(|d| critical(d, json!(["x-forged"]), None)),
            ..forgery()
        },
        Forgery {
            name: "crit-empty",
            title: "Empty `crit`",
            mutates: "`crit` is an empty list, which it must not be.",
            source: "RFC 7515 §4.1.11; Wycheproof",
            means: CRIT,
            make: Make::Token(|d| critical(d, json!([]), None)),
            ..forgery()
        },
        Forgery {
            name: "crit-standard-name",
            title: "`crit` names a standard member",
            mutates: "`crit` demands `alg`, which is no extension.",
            source: "RFC 7515 §4.1.11; Wycheproof",
            means: CRIT,
            make: Make::Token(|d| critical(d, json!(["alg"]), None)),
            ..forgery()
        },
        Forgery {
            name: "crit-text",
            title: "`crit` a string",
            mutates: "`crit` is a string instead of a list.",
            source: "RFC 7515 §4.1.11; Wycheproof",
            means: CRIT,
            make: Make::Token(|d| critical(d, json!("x-forged"), None)),
            ..forgery()
        },
        Forgery {
            name: "b64-false",
            title: "`b64: false`",
            mutates: "The payload stands unencoded, as `b64` and `crit` say (RFC 7797), which a JWT must not do.",
            source: "RFC 7797 §7; Wycheproof",
            means: "Unencoded payloads are taken as JWT: what is signed depends on who reads.",
            make: Make::Token(|d| unencoded(d, true)),
            ..forgery()
        },
        Forgery {
            name: "b64-false-not-critical",
            title: "`b64: false` without `crit`",
            mutates: "The payload stands unencoded, but `crit` does not name `b64`.",
            source: "RFC 7797 §6; Wycheproof",
            means: "Unencoded payloads are taken without `crit`: what is signed depends on who reads.",
            make: Make::Token(|d| unencoded(d, false)),
            ..forgery()
        },
        Forgery {
            name: "typ-missing",
            title: "No `typ`",
            mutates: "`typ` is removed, else signed as before.",
            source: "RFC 9068 §4, RFC 8725 §3.11",
            means: TYPE,
            make: Make::Token(|d| {
                if d.members()?.contains_key("typ") {
                    d.header_sealed("/typ", None)
                } else {
                    Err("the header has no `typ`".into())
                }
            }),
            ..forgery()
        },
        Forgery {
            name: "typ-jwt",
            title: "`typ: JWT`",
            mutates: "`typ` becomes `JWT`, which says nothing, else signed as before.",
            source: "RFC 9068 §4, RFC 8725 §3.11",
            means: TYPE,
            make: Make::Token(|d| typ(d, "JWT")),
            ..forgery()
        },
        Forgery {
            name: "typ-at-jwt",
            title: "`typ: at+jwt`",
            mutates: "`typ` becomes that of an access token, else signed as before.",
            source: "RFC 9068 §4, RFC 8725 §3.11",
            means: TYPE,
            make: Make::Token(|d| typ(d, "at+jwt")),
            ..forgery()
        },
        Forgery {
            name: "typ-dpop-jwt",
            title: "`typ: dpop+jwt`",
            mutates: "`typ` becomes that of a DPoP proof, else signed as before.",
            source: "RFC 9449 §4.2, RFC 8725 §3.11",
            means: TYPE,
            make: Make::Token(|d| typ(d, "dpop+jwt")),
            ..forgery()
        },
        Forgery {
            name: "typ-logout-jwt",
            title: "`typ: logout+jwt`",
            mutates: "`typ` becomes that of a logout token, else signed as before.",
            source: "RFC 8725 §3.11; own",
            means: TYPE,
            make: Make::Token(|d| typ(d, "logout+jwt")),
            ..forgery()
        },
        Forgery {
            name: "typ-client-authentication",
            title: "`typ: client-authentication+jwt`",
            mutates: "`typ` becomes that of a client assertion, else signed as before.",
            source: "RFC 8725 §3.11; own",
            means: TYPE,
            make: Make::Token(|d| typ(d, "client-authentication+jwt")),
            ..forgery()
        },
        Forgery {
            name: "typ-number",
            title: "`typ` a number",
            mutates: "`typ` becomes 1, else signed as before.",
            source: "RFC 7515 §4.1.9; own",
            means: TYPE,
            make: Make::Token(|d| d.header_sealed("/typ", Some(json!(1)))),
            ..forgery()
        },
        Forgery {
            name: "cty-nested",
            title: "`cty: JWT`",
            mutates: "`cty` says that the payload is another JWT, which it is not.",
            source: "RFC 7519 §5.2; jwt_tool",
            means: "`cty` is passed over, though it says that the claims stand in a nested token.",
            make: Make::Token(|d| d.header_sealed("/cty", Some("JWT".into()))),
            ..forgery()
        },
        Forgery {
            name: "header-duplicate-alg",
            title: "`alg` twice",
            mutates: "A second `alg`, `none`, stands before the first.",
            source: "RFC 7515 §4; Wycheproof",
            means: READERS,
            make: Make::Token(|d| first(d, "\"alg\":\"none\",")),
            ..forgery()
        },
        Forgery {
            name: "header-duplicate-alg-last",
            title: "`alg` twice, none last",
            mutates: "A second `alg`, `none`, stands at the end.",
            source: "RFC 7515 §4; Wycheproof",
            means: READERS,
            make: Make::Token(|d| last(d, ",\"alg\":\"none\"")),
            ..forgery()
        },
        Forgery {
            name: "header-duplicate-kid",
            title: "`kid` twice",
            mutates: "Two `kid` stand at the end.",
            source: "RFC 7515 §4; own",
            means: READERS,
            make: Make::Token(|d| last(d, ",\"kid\":\"forged\",\"kid\":\"forged-too\"")),
            ..forgery()
        },
        Forgery {
            name: "header-duplicate-typ",
            title: "`typ` twice",
            mutates: "Two `typ` stand at the end.",
            source: "RFC 7515 §4; own",
            means: READERS,
            make: Make::Token(|d| last(d, ",\"typ\":\"dpop+jwt\",\"typ\":\"at+jwt\"")),
            ..forgery()
        },
        Forgery {
            name: "payload-duplicate-sub",
            title: "`sub` twice",
            mutates: "A second `sub`, `admin`, stands before the first in the payload.",
            source: "RFC 7519 §4; own",
            means: "Duplicate claims are taken: a gateway and the server behind it may see two different subjects.",
            make: Make::Token(|d| {
                let p = d.payload()?;
                d.sealed(d.header()?, after_brace(&p, "\"sub\":\"admin\",")?)
            }),
            ..forgery()
        },
        Forgery {
            name: "header-bom",
            title: "Byte order mark",
            mutates: "The header begins with a byte order mark.",
            source: "RFC 8259 §8.1; Wycheproof",
            means: READERS,
            make: Make::Token(|d| d.sealed(format!("\u{feff}{}", d.header()?), d.payload()?)),
            ..forgery()
        },
        Forgery {
            name: "payload-bom",
            title: "Byte order mark in the payload",
            mutates: "The payload begins with a byte order mark.",
            source: "RFC 8259 §8.1; own",
            means: READERS,
            make: Make::Token(|d| d.sealed(d.header()?, format!("\u{feff}{}", d.payload()?))),
            ..forgery()
        },
        Forgery {
            name: "header-white-space",
            title: "White space that JSON does not have",
            mutates: "A no-break space stands after the opening brace of the header.",
            source: "RFC 8259 §2; Wycheproof",
            means: READERS,
            make: Make::Token(|d| first(d, "\u{a0}")),
            ..forgery()
        },
        Forgery {
            name: "header-form-feed",
            title: "Form feed before the header",
            mutates: "The header begins with a form feed.",
            source: "RFC 8259 §2; own",
            means: READERS,
            make: Make::Token(|d| d.sealed(format!("\u{c}{}", d.header()?), d.payload()?)),
            ..forgery()
        },
        Forgery {
            name: "header-trailing",
            title: "Text after the header",
            mutates: "A second JSON object stands after the header's.",
            source: "RFC 8259 §2; own",
            means: READERS,
            make: Make::Token(|d| {
                d.sealed(format!("{}{{\"alg\":\"none\"}}", d.header()?), d.payload()?)
            }),
            ..forgery()
        },
        Forgery {
            name: "header-comment",
            title: "Comment in the header",
            mutates: "A comment stands in the header.",
            source: "RFC 8259; own",
            means: READERS,
            make: Make::Token(|d| first(d, "/*forged*/")),
            ..forgery()
        },
        Forgery {
            name: "header-not-utf8",
            title: "Header not UTF-8",
            mutates: "A member of the header holds a byte that is no UTF-8.",
            source: "RFC 8725 §3.7; Wycheproof",
            means: READERS,
            make: Make::Token(not_utf8),
            ..forgery()
        },
        Forgery {
            name: "header-array",
            title: "Header a list",
            mutates: "The header's object stands in a list.",
            source: "RFC 7515 §4; Wycheproof",
            means: READERS,
            make: Make::Token(|d| d.sealed(format!("[{}]", d.header()?), d.payload()?)),
            ..forgery()
        },
        Forgery {
            name: "payload-array",
            title: "Payload a list",
            mutates: "The claims stand in a list.",
            source: "RFC 7519 §7.2; Wycheproof",
            means: READERS,
            make: Make::Token(|d| d.sealed(d.header()?, format!("[{}]", d.payload()?))),
            ..forgery()
        },
    ],
    ..Family::BASE
};

/// What its forgeries have in common.
const fn forgery() -> Forgery {
    Forgery::of(&FAMILY)
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
