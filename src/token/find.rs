//! Every token in any text.

use std::sync::Arc;

/// A token found in text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The token, cleaned of quotes, prefix and line breaks.
    pub raw: Arc<str>,
    /// Line of its first character, from 1.
    pub line: usize,
    /// Column of its first character, in characters, from 1.
    pub column: usize,
    /// Byte range in the text.
    pub span: std::ops::Range<usize>,
    /// Where it stood: `Bearer`, `access_token`, `header DPoP`, or nothing.
    pub context: Option<String>,
    /// What was cleaned away, in words.
    pub cleaned: Vec<String>,
}

/// Finds every token in `text`: bare, `Bearer`/`DPoP`, header lines, cURL, JSON token responses
/// (named after their member); a text that is nothing but one unstructured word is an opaque token.
pub fn find(text: &str) -> Vec<Found> {
    let _ = text;
    todo!("owner: token")
}
