//! base64url without padding (RFC 7515 §2), strict: padding, whitespace, the standard alphabet and
//! non-zero trailing bits are refused.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// Why text is not base64url.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum B64Error {
    /// A character outside `A-Z a-z 0-9 - _`.
    #[error("`{}` at offset {offset} is not a base64url character (RFC 7515 §2)", crate::kit::text::escape(&found.to_string()))]
    Character {
        /// The character.
        found: char,
        /// Its byte offset.
        offset: usize,
    },
    /// A length that no bytes encode to.
    #[error("{0} characters cannot be base64url: one is missing or too many")]
    Length(usize),
    /// Bits after the last byte that are not zero.
    #[error("the last character carries bits that belong to no byte")]
    TrailingBits,
}

/// Encodes `bytes`.
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Decodes `text`, strictly.
pub fn decode(text: &str) -> Result<Vec<u8>, B64Error> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| why(text))
}

/// What is wrong with text that is not base64url.
fn why(text: &str) -> B64Error {
    let strange = text
        .char_indices()
        .find(|(_, c)| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')));
    match strange {
        Some((offset, found)) => B64Error::Character { found, offset },
        None if text.len() % 4 == 1 => B64Error::Length(text.len()),
        None => B64Error::TrailingBits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strict() {
        assert_eq!(decode("AQAB").unwrap(), [1, 0, 1]);
        assert!(matches!(
            decode("AQ=="),
            Err(B64Error::Character {
                found: '=',
                offset: 2
            })
        ));
        assert!(matches!(decode("A"), Err(B64Error::Length(1))));
        assert!(matches!(decode("AR"), Err(B64Error::TrailingBits)));
        assert!(matches!(
            decode("A+"),
            Err(B64Error::Character { found: '+', .. })
        ));
    }
}
