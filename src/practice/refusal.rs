//! Errors of the authorization server, as values.

use crate::kit::text;

/// An OAuth error (RFC 6749 §5.2): a registered code, and a description that a learner understands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// `error`.
    pub code: &'static str,
    /// `error_description`: what was found, what was expected, the clause.
    pub description: String,
    /// Whether the client used the Authorization header, so that a challenge is due.
    pub challenge: bool,
}

impl Refusal {
    /// A refusal with status 400.
    pub fn new(code: &'static str, description: impl AsRef<str>) -> Self {
        Self {
            status: 400,
            code,
            description: plain(description.as_ref()),
            challenge: false,
        }
    }

    /// `invalid_request`: malformed, or an unacceptable token in an exchange (RFC 8693 §2.2.2).
    pub fn request(description: impl AsRef<str>) -> Self {
        Self::new("invalid_request", description)
    }

    /// `invalid_client`: who asks could not be established (RFC 6749 §5.2).
    pub fn client(description: impl AsRef<str>, challenge: bool) -> Self {
        Self {
            status: 401,
            challenge,
            ..Self::new("invalid_client", description)
        }
    }

    /// `invalid_grant` (RFC 6749 §5.2).
    pub fn grant(description: impl AsRef<str>) -> Self {
        Self::new("invalid_grant", description)
    }

    /// `invalid_scope` (RFC 6749 §5.2).
    pub fn scope(description: impl AsRef<str>) -> Self {
        Self::new("invalid_scope", description)
    }

    /// `invalid_target` (RFC 8707 §2).
    pub fn target(description: impl AsRef<str>) -> Self {
        Self::new("invalid_target", description)
    }

    /// Something that should not happen, or a store that is full.
    pub fn server(description: impl AsRef<str>) -> Self {
        Self {
            status: 503,
            ..Self::new("temporarily_unavailable", description)
        }
    }

    /// The same with another status.
    #[must_use]
    pub fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }
}

/// `text` in the characters that `error_description` may hold (RFC 6749 §5.2: printable ASCII
/// without `"` and `\`), and not endless.
pub fn plain(text: &str) -> String {
    text::shorten(&text.replace('§', "section "), 600)
        .chars()
        .map(|c| match c {
            '"' => '\'',
            '\\' => '/',
            '…' => '~',
            ' '..='~' => c,
            _ => '?',
        })
        .collect()
}

/// Something that a request said, quoted for a description: short, hidden characters shown.
pub fn quote(text: &str) -> String {
    format!("`{}`", text::escape(&text::shorten(text, 80)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_stay_in_the_allowed_characters() {
        let refusal = Refusal::request(format!(
            "{} \"x\" \\ \u{202e}ü (RFC 8693 §2.1)",
            "a".repeat(10_000)
        ));
        assert!(refusal.description.len() < 700);
        let said = Refusal::request("a\"b\\c\u{202e}ü (RFC 8693 §2.1)").description;
        assert_eq!(said, "a'b/c?? (RFC 8693 section 2.1)");
        for c in said.chars() {
            assert!(matches!(c, '\x20'..='\x21' | '\x23'..='\x5b' | '\x5d'..='\x7e'));
        }
    }
}
