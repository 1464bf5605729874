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

/// Whether [`decode`] would read `text`: nothing is decoded.
pub fn check(text: &str) -> Result<(), B64Error> {
    let bytes = text.as_bytes();
    // Bits of the last character that belong to no byte.
    let stray = match (bytes.len() % 4, bytes.last()) {
        (1, _) => return Err(why(text)),
        (2, Some(last)) => value(*last) & 0x0f,
        (3, Some(last)) => value(*last) & 0x03,
        _ => 0,
    };
    // All of them, so that the compiler looks at many at once.
    let every = bytes.iter().fold(true, |all, b| {
        all & (b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    });
    if every && stray == 0 {
        Ok(())
    } else {
        Err(why(text))
    }
}

/// The six bits that a character stands for; zero for any that is none.
fn value(b: u8) -> u8 {
    match b {
        b'A'..=b'Z' => b - b'A',
        b'a'..=b'z' => b - b'a' + 26,
        b'0'..=b'9' => b - b'0' + 52,
        b'-' => 62,
        b'_' => 63,
        _ => 0,
    }
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
    fn a_check_says_what_decoding_says() {
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/=. é";
        for head in ["", "A", "AB", "ABC", "ABCD"] {
            for last in alphabet.chars() {
                let text = format!("{head}{last}");
                assert_eq!(check(&text), decode(&text).map(|_| ()), "{text}");
                let inside = format!("{last}{head}");
                assert_eq!(check(&inside), decode(&inside).map(|_| ()), "{inside}");
            }
        }
        assert_eq!(check(""), Ok(()));
    }

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
