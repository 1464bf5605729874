//! DG-107: hostile kid.

use serde_json::Value;

use crate::risk::{
    Severity,
    facts::shown,
    rule::{Check, Draft, Mark, Rule, Said, Surroundings, Wire},
    survey::At,
};

#[cfg(test)]
use crate::risk::cases::{Case, claims, fires, one, opaque, silent, token, unknown};

pub(super) static RULE: Rule = Rule {
    id: "DG-107",
    title: "Hostile kid",
    severity: Severity::High,
    floor: Severity::Info,
    condition: "`kid` leads to a file, holds control characters, or what SQL, a shell, LDAP, a template or a log would carry out (high); has more than 256 characters (medium); is a web address, or holds single characters of those languages (low)",
    why: "A verifier that looks its key up by file, query or command does what the sender of the token writes there.",
    source: "RFC 8725 §3.10; RFC 7515 §4.1.4",
    fix: "Take `kid` for the opaque name of a key in a set that is known already, and for nothing else.",
    false_positives: "Names that are URIs, or were given by people.",
    surroundings: Surroundings::Lab,
    mark: Mark::Holder,
    wire: Wire::Nothing,
    yields_to: &[],
    check: Check::Token(check),
};

/// Longest name of a key that nothing is wrong with, in characters.
const LONGEST: usize = 256;

fn check(at: &At<'_>) -> Said {
    let own = at.own;
    let header = own.token.header_map();
    if own.token.header.is_none() {
        return Said::unknown("the header cannot be read");
    }
    let Some(kid) = header.get("kid").and_then(Value::as_str) else {
        return Said::Silent;
    };
    let Some((severity, what)) = hostile(kid) else {
        return Said::Silent;
    };
    let message = if severity == Severity::Low {
        format!(
            "The `kid` of {} {what}: it must be taken for a name and nothing else.",
            own.name()
        )
    } else {
        format!(
            "The `kid` of {} {what}: a verifier that looks its key up by it does what the sender wants.",
            own.name()
        )
    };
    Draft {
        severity,
        claim: "header.kid".into(),
        found: shown(kid),
        expected: "an opaque name of a key".into(),
        message,
        uncertain: severity == Severity::Low,
    }
    .into()
}

/// What a `kid` would do to a verifier that does more with it than compare it.
fn hostile(kid: &str) -> Option<(Severity, &'static str)> {
    let lower = kid.to_ascii_lowercase();
    let read = lower
        .replace("%2e", ".")
        .replace("%2f", "/")
        .replace("%5c", "\\")
        .replace("%00", "\0")
        .replace("%27", "'")
        .replace("%22", "\"");
    let has = |all: &[&str]| all.iter().any(|part| read.contains(part));
    let starts = |all: &[&str]| all.iter().any(|part| read.starts_with(part));
    if read.chars().any(char::is_control) {
        return Some((Severity::High, "holds a control character"));
    }
    if has(&["../", "..\\"])
        || read == ".."
        || starts(&[
            "/etc/", "/dev/", "/proc/", "/sys/", "/var/", "/tmp/", "/root/", "/home/", "/usr/",
            "/opt/", "c:\\", "\\\\", "~/",
        ])
        || has(&["/etc/passwd", "/dev/null", "/proc/self"])
    {
        return Some((Severity::High, "leads to a file"));
    }
    if starts(&[
        "file:", "data:", "gopher:", "ftp:", "ldap:", "ldaps:", "jar:", "php:", "dict:",
    ]) {
        return Some((Severity::High, "is an address to load something from"));
    }
    if has(&["${", "{{", "<%", "<script", "%{"]) {
        return Some((Severity::High, "holds a template"));
    }
    let quoted = has(&["'", "\""]);
    let words = read.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let sql = words
        .filter(|word| {
            [
                "union", "select", "or", "and", "insert", "drop", "sleep", "waitfor", "exec",
                "like",
            ]
            .contains(word)
        })
        .count();
    if quoted && (sql > 0 || has(&["--", "#", "/*", ";", "=", "||"]))
        || has(&["union select", "union all select"])
    {
        return Some((Severity::High, "holds a piece of SQL"));
    }
    if has(&["$(", "`", "&&", "||", "; ", "| ", " |"])
        || read
            .split_once(';')
            .is_some_and(|(_, rest)| has_command(rest))
        || read
            .split_once('|')
            .is_some_and(|(_, rest)| has_command(rest))
    {
        return Some((Severity::High, "holds a command of a shell"));
    }
    if has(&[")(", "*)", "(|", "(&", "(!"]) {
        return Some((Severity::High, "holds a piece of an LDAP filter"));
    }
    if kid.chars().count() > LONGEST {
        return Some((Severity::Medium, "has more than 256 characters"));
    }
    if starts(&["http://", "https://"]) {
        return Some((Severity::Low, "is a web address"));
    }
    let single = ['\'', '"', ';', '|', '<', '>', '*', '(', ')', '\\', '&', '$'];
    if read.contains(single) {
        return Some((
            Severity::Low,
            "holds characters that mean something to SQL, LDAP or a shell",
        ));
    }
    None
}

/// Whether text behind a separator begins as a command does.
fn has_command(text: &str) -> bool {
    let word: String = text
        .trim_start()
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '_'))
        .collect();
    [
        "sleep",
        "cat",
        "id",
        "whoami",
        "curl",
        "wget",
        "nc",
        "sh",
        "bash",
        "ping",
        "touch",
        "rm",
        "ls",
        "echo",
        "nslookup",
        "python",
        "perl",
        "/bin/sh",
        "/bin/bash",
        "/usr/bin/id",
        "drop",
        "select",
        "delete",
        "update",
        "insert",
    ]
    .contains(&word.as_str())
}

#[cfg(test)]
pub(super) fn cases() -> Vec<Case> {
    use serde_json::{Value, json};

    let kid = |kid: Value| {
        one(token(
            json!({ "alg": "ES256", "typ": "at+jwt", "kid": kid }),
            claims(json!({})),
        ))
    };
    let text = |name: &str| kid(json!(name));
    vec![
        fires("upwards", Severity::High, text("../../dev/null")),
        fires("upwards, escaped", Severity::High, text("..%2F..%2Fkeys/a")),
        fires("a file", Severity::High, text("/etc/passwd")),
        fires("zero byte", Severity::High, text("k1\0.pem")),
        fires("SQL", Severity::High, text("x' UNION SELECT 'secret' -- ")),
        fires(
            "SQL that is always true",
            Severity::High,
            text("1' OR '1'='1"),
        ),
        fires("shell", Severity::High, text("k1; sleep 10")),
        fires("shell, dense", Severity::High, text("k1|whoami")),
        fires("shell, substituted", Severity::High, text("$(id)")),
        fires("LDAP", Severity::High, text("*)(uid=*")),
        fires("log4j", Severity::High, text("${jndi:ldap://x}")),
        fires("a file address", Severity::High, text("file:///tmp/k")),
        fires("endless", Severity::Medium, text(&"k".repeat(257))),
        fires(
            "a web address",
            Severity::Low,
            text("https://as.example.com#1"),
        ),
        fires("a name by people", Severity::Low, text("alice's key")),
        silent(
            "a thumbprint",
            text("NzbLsXh8uDCcd--6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"),
        ),
        silent("base64", text("/bXq+GbYDUbtZvJgoELdkg==")),
        silent("a UUID", text("c7c2d3a0-8f1e-4c7d-9d7e-0a4a5e1f1b2c")),
        silent("a DID", text("did:example:123#key-1")),
        silent(
            "a cloud's key",
            text("arn:aws:kms:eu-west-1:123456789012:key/1"),
        ),
        silent("words", text("June 5")),
        silent("none", kid(Value::Null)),
        unknown("opaque", opaque()),
    ]
}
