//! What SPIFFE asks of its names and of a JWT-SVID (SPIFFE-ID §2, JWT-SVID §2 to §3).

use serde_json::Value;

use super::{Token, claims};
use crate::kit::text::{escape, shorten};

/// Longest SPIFFE ID that everybody has to take, in bytes (SPIFFE-ID §2.3).
const LONGEST: usize = 2048;

/// Longest name of a trust domain, in bytes (SPIFFE-ID §2.1).
const LONGEST_DOMAIN: usize = 255;

/// Algorithms that a JWT-SVID may be signed with (JWT-SVID §2.1).
const ALGORITHMS: [&str; 9] = [
    "RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512",
];

/// What is wrong with a JWT-SVID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// Where: `header.alg`, `aud`.
    pub claim: String,
    /// What stands there, escaped.
    pub found: String,
    /// What should.
    pub expected: &'static str,
    /// What is wrong, in a sentence with its clause.
    pub says: String,
}

/// The trust domain that a SPIFFE ID names; `None` when it is none.
pub fn trust_domain(id: &str) -> Option<&str> {
    if !claims::is_spiffe(id) {
        return None;
    }
    let rest = id.get(9..)?;
    let domain = rest.split(['/', '?', '#']).next()?;
    (!domain.is_empty()).then_some(domain)
}

/// Whether text means to be a SPIFFE ID.
pub fn is_meant(text: &str) -> bool {
    text.get(..7)
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("spiffe:"))
}

/// What is wrong with a SPIFFE ID (SPIFFE-ID §2); `None` when nothing is.
pub fn id_flaw(id: &str) -> Option<String> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_');
    let Some(rest) = id.get(9..).filter(|_| claims::is_spiffe(id)) else {
        return Some("it does not begin with `spiffe://`".into());
    };
    if id.len() > LONGEST {
        return Some(format!("it has {} bytes, more than {LONGEST}", id.len()));
    }
    for (mark, what) in [('?', "a query"), ('#', "a fragment")] {
        if rest.contains(mark) {
            return Some(format!("it has {what}"));
        }
    }
    let (domain, path) = rest
        .split_once('/')
        .map_or((rest, None), |(d, p)| (d, Some(p)));
    if domain.is_empty() {
        return Some("it names no trust domain".into());
    }
    if domain.len() > LONGEST_DOMAIN {
        return Some(format!(
            "its trust domain has {} bytes, more than {LONGEST_DOMAIN}",
            domain.len()
        ));
    }
    if domain.contains('@') {
        return Some("its trust domain has a user in front of it".into());
    }
    if domain.contains(':') {
        return Some("its trust domain has a port".into());
    }
    if domain.bytes().any(|b| b.is_ascii_uppercase()) {
        return Some("its trust domain has capital letters".into());
    }
    let strange = |part: &str| part.chars().find(|c| !u8::try_from(*c).is_ok_and(plain));
    if let Some(c) = strange(domain) {
        return Some(format!("its trust domain has `{}`", escape(&c.to_string())));
    }
    for segment in path.into_iter().flat_map(|path| path.split('/')) {
        match segment {
            "" => return Some("its path has an empty segment, or ends with `/`".into()),
            "." | ".." => return Some(format!("its path has the segment `{segment}`")),
            _ => {}
        }
        if let Some(c) = strange(segment) {
            return Some(format!("its path has `{}`", escape(&c.to_string())));
        }
    }
    None
}

/// What is wrong with a token that is meant as a JWT-SVID; its length of life is not looked at.
pub fn flaws(token: &Token) -> Vec<Flaw> {
    let mut all = Vec::new();
    let header = token.header_map();
    let shown = |value: &Value| escape(&shorten(&value.to_string(), 60)).into_owned();
    let mut wrong = |claim: &str, found: String, expected: &'static str, says: String| {
        all.push(Flaw {
            claim: claim.to_owned(),
            found,
            expected,
            says,
        });
    };
    if let Some(alg) = header.get("alg")
        && !alg.as_str().is_some_and(|alg| ALGORITHMS.contains(&alg))
    {
        wrong(
            "header.alg",
            shown(alg),
            "RS, ES or PS with 256, 384 or 512",
            format!(
                "A JWT-SVID is signed with RS, ES or PS, never with {}: its receivers must refuse it (SPIFFE JWT-SVID §2.1).",
                shown(alg)
            ),
        );
    }
    if let Some(typ) = header.get("typ")
        && !matches!(typ.as_str(), Some("JWT" | "JOSE"))
    {
        wrong(
            "header.typ",
            shown(typ),
            "JWT, JOSE, or none",
            format!(
                "The `typ` of a JWT-SVID is JWT or JOSE, not {} (SPIFFE JWT-SVID §2.3).",
                shown(typ)
            ),
        );
    }
    let others: Vec<String> = header
        .keys()
        .filter(|name| !matches!(name.as_str(), "alg" | "kid" | "typ"))
        .map(|name| format!("`{}`", escape(&shorten(name, 40))))
        .take(8)
        .collect();
    if !others.is_empty() {
        wrong(
            "header",
            others.join(", "),
            "`alg`, `kid` and `typ` alone",
            format!(
                "The header of a JWT-SVID has `alg`, `kid` and `typ` alone, and this one has {} as well (SPIFFE JWT-SVID §2).",
                others.join(", ")
            ),
        );
    }
    let named = claims::audiences(token).is_some_and(|all| all.iter().any(|aud| !aud.is_empty()));
    if !named {
        let found = token.claim("aud").map_or_else(|| "absent".into(), shown);
        wrong(
            "aud",
            found,
            "the one workload that it is for",
            "A JWT-SVID names in `aud` at least one receiver: this one is for nobody, or for everybody (SPIFFE JWT-SVID §3.2).".into(),
        );
    }
    if token.claim("exp").is_none_or(Value::is_null) {
        wrong(
            "exp",
            "absent".into(),
            "an end, minutes ahead",
            "A JWT-SVID ends by `exp`, and this one never does: its receivers must refuse it (SPIFFE JWT-SVID §3.3).".into(),
        );
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_the_standard_has_them() {
        for good in [
            "spiffe://example.org",
            "spiffe://example.org/ns/prod/sa/agent-7",
            "spiffe://10.0.0.1/a_b.C",
            "SPIFFE://example.org/a",
            "spiffe://my_domain/...",
        ] {
            assert_eq!(id_flaw(good), None, "{good}");
        }
        let long = format!("spiffe://example.org/{}", "a".repeat(2048));
        let domain = format!("spiffe://{}/a", "a".repeat(256));
        for (bad, says) in [
            ("spiffe://Example.org/a", "capital"),
            ("spiffe://example.org:8443/a", "port"),
            ("spiffe://[::1]/a", "port"),
            ("spiffe://user@example.org/a", "user"),
            ("spiffe://example.org/a/", "empty segment"),
            ("spiffe://example.org/", "empty segment"),
            ("spiffe://example.org//a", "empty segment"),
            ("spiffe://example.org/a%20b", "`%`"),
            ("spiffe://exa%6dple.org/a", "`%`"),
            ("spiffe://example.org/a?x=1", "query"),
            ("spiffe://example.org/a#x", "fragment"),
            ("spiffe://example.org/../a", "`..`"),
            ("spiffe://example.org/./a", "`.`"),
            ("spiffe:///a", "no trust domain"),
            ("spiffe:example.org/a", "begin"),
            ("https://example.org/a", "begin"),
            ("spiffe://example.org/agent:7", "`:`"),
            ("spiffe://example.org/a~b", "`~`"),
            ("spiffe://exämple.org/a", "`ä`"),
            (&long, "bytes"),
            (&domain, "bytes"),
        ] {
            let flaw = id_flaw(bad).unwrap_or_default();
            assert!(flaw.contains(says), "{bad}: {flaw}");
        }
        assert_eq!(trust_domain("spiffe://a.example/b"), Some("a.example"));
        assert_eq!(trust_domain("https://a.example/b"), None);
    }
}
