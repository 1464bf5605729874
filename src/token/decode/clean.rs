//! What surrounds a token in a paste, taken away and named.

use std::borrow::Cow;

use super::problem;
use crate::{
    kit::text::is_hidden,
    token::{Problem, ProblemKind},
};

/// Takes away what surrounds a token in a paste, and says what.
pub(in crate::token) fn clean(text: &str) -> (Cow<'_, str>, Vec<Problem>) {
    // Most tokens come bare. Without a way out, so that the compiler looks at many bytes at once.
    if text.starts_with("ey") && text.bytes().fold(true, |all, b| all & is_bare(b)) {
        return (text.into(), Vec::new());
    }
    let mut said = Vec::new();
    let mut say = |what: &str| {
        said.push(problem(
            "token",
            ProblemKind::Cleaned,
            format!("{what} taken away before reading"),
        ));
    };
    let mut rest = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if rest.starts_with('{') || crate::token::saml::is_assertion(rest) {
        return (rest.into(), said);
    }
    loop {
        let before = rest;
        for name in ["authorization:", "proxy-authorization:", "dpop:"] {
            if let Some(after) = strip_prefix_ci(rest, name) {
                say(&format!("the header name `{}`", &rest[..name.len() - 1]));
                rest = after.trim_start();
            }
        }
        for scheme in ["bearer", "dpop"] {
            if let Some(after) = strip_prefix_ci(rest, scheme)
                && after.starts_with(char::is_whitespace)
            {
                say(&format!("the scheme `{}`", &rest[..scheme.len()]));
                rest = after.trim_start();
            }
        }
        let unquoted = rest.trim_matches(|c: char| {
            matches!(
                c,
                '"' | '\'' | '`' | '“' | '”' | '„' | '‘' | '’' | '«' | '»' | '<' | '>'
            )
        });
        if unquoted.len() != rest.len() {
            say("quotes around the token");
            rest = unquoted.trim();
        }
        let ended = rest.trim_end_matches([',', ';']);
        if ended.len() != rest.len() {
            say("punctuation after the token");
            rest = ended.trim_end();
        }
        if rest.len() == before.len() {
            break;
        }
    }
    // Inside, only what cannot be part of a token is taken away, and only if a token remains.
    let mut out = String::with_capacity(rest.len());
    let (mut spaces, mut hidden) = (false, 0usize);
    for c in rest.chars() {
        if c.is_whitespace() {
            spaces = true;
        } else if is_hidden(c) {
            hidden += 1;
        } else {
            out.push(c);
        }
    }
    let token_like = out.starts_with("ey")
        && out.contains('.')
        && out
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.=+/~".contains(&b));
    if !token_like {
        return (rest.into(), said);
    }
    if spaces {
        said.push(problem(
            "token",
            ProblemKind::Cleaned,
            "spaces or line breaks inside the token taken away before reading",
        ));
    }
    if hidden > 0 {
        said.push(problem(
            "token",
            ProblemKind::HiddenCharacters,
            format!("{hidden} hidden characters inside the token taken away before reading"),
        ));
    }
    (out.into(), said)
}

/// Whether a byte belongs to a compact token without anything around it.
fn is_bare(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~')
}

fn strip_prefix_ci<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    text.get(..prefix.len())
        .filter(|head| head.eq_ignore_ascii_case(prefix))
        .map(|_| &text[prefix.len()..])
}
