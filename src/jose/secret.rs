//! Shared secrets as people write them, and what they are good for.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Map;
use zeroize::Zeroizing;

use super::{
    b64::{self, B64Error},
    jwe::names::{Enc, Manage},
    jwk::Jwk,
};
use crate::kit::{
    hex::{self, HexError},
    text::escape,
};

/// Why text is no secret, or one that is not good for what it is to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// Not hexadecimal.
    #[error(
        "this is no hexadecimal: {0}. Expected are two digits, 0 to 9 and a to f, for each byte"
    )]
    Hex(#[from] HexError),
    /// The other alphabet of base64.
    #[error(
        "this looks like base64url, with `-` or `_`: expected is base64, with `+`, `/` and padding"
    )]
    LooksLikeBase64Url,
    /// What would be base64url as well.
    #[error("the padding (`=`) is missing: this may be base64url")]
    NoPadding,
    /// Not base64: why, in the library's words.
    #[error("this is no base64: {}", escape(.0))]
    Base64(String),
    /// The other alphabet of base64, or its padding.
    #[error(
        "this looks like base64, with `+`, `/` or padding: expected is base64url, with `-` and `_` and without padding"
    )]
    LooksLikeBase64,
    /// Not base64url.
    #[error("this is no base64url: {0}")]
    Base64Url(#[from] B64Error),
    /// No bytes.
    #[error("the secret is empty")]
    Empty,
    /// Of a length that the algorithm does not take.
    #[error(
        "this key, a secret of {bytes} bytes, cannot be used with {} (it fits {})",
        escape(.alg),
        .fits.join(", ")
    )]
    Length {
        /// Its length.
        bytes: usize,
        /// What was asked for.
        alg: String,
        /// What it can be used with.
        fits: Vec<&'static str>,
    },
}

/// How a secret is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Encoding {
    /// The characters themselves, in UTF-8.
    #[default]
    Text,
    /// Two digits a byte.
    Hex,
    /// With `+`, `/` and padding (RFC 4648 §4).
    Base64,
    /// With `-` and `_`, without padding (RFC 4648 §5).
    Base64Url,
}

impl Encoding {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Text, Self::Hex, Self::Base64, Self::Base64Url];

    /// Its name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Text => "Text",
            Self::Hex => "Hex",
            Self::Base64 => "Base64",
            Self::Base64Url => "Base64url",
        }
    }

    /// The bytes of a secret. The error says what the text is, and what was expected.
    pub fn read(self, text: &str) -> Result<Zeroizing<Vec<u8>>, SecretError> {
        let bare: Zeroizing<String> = Zeroizing::new(match self {
            Self::Text => return Ok(Zeroizing::new(text.as_bytes().to_vec())),
            _ => text.split_whitespace().collect(),
        });
        match self {
            Self::Text | Self::Hex => Ok(Zeroizing::new(hex::read(&bare)?)),
            Self::Base64 => match STANDARD.decode(bare.as_bytes()) {
                Ok(bytes) => Ok(Zeroizing::new(bytes)),
                Err(_) if bare.contains(['-', '_']) => Err(SecretError::LooksLikeBase64Url),
                Err(_) if b64::decode(&bare).is_ok() => Err(SecretError::NoPadding),
                Err(e) => Err(SecretError::Base64(e.to_string())),
            },
            Self::Base64Url => match b64::decode(&bare) {
                Ok(bytes) => Ok(Zeroizing::new(bytes)),
                Err(_) if bare.contains(['+', '/', '=']) => Err(SecretError::LooksLikeBase64),
                Err(e) => Err(e.into()),
            },
        }
    }

    /// What a text that is taken as characters seems to be instead.
    pub fn suspected(text: &str) -> Option<Self> {
        let text = text.trim();
        let long = text.len() >= 32;
        if long && text.len().is_multiple_of(2) && text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Some(Self::Hex);
        }
        let padded = long && text.ends_with('=') || text.contains(['+', '/']) && text.len() >= 24;
        (padded && STANDARD.decode(text).is_ok()).then_some(Self::Base64)
    }
}

/// The algorithms that a secret of so many bytes can be used with: signatures and passwords take any
/// length, encryption exactly its own (RFC 7518 §4.4, §4.5, §4.7).
pub fn algorithms(bytes: usize) -> Vec<&'static str> {
    let mut all = vec!["HS256", "HS384", "HS512"];
    for way in Manage::all() {
        let fits = match way {
            Manage::Dir => Enc::all().any(|enc| enc.key_bytes() == bytes),
            Manage::AesKw(bits) | Manage::GcmKw(bits) => bits.bytes() == bytes,
            Manage::Pbes2(..) => true,
            _ => false,
        };
        if fits {
            all.push(way.name());
        }
    }
    all
}

/// The algorithms that derive a key from a password (RFC 7518 §4.8).
pub fn password_algorithms() -> impl Iterator<Item = &'static str> {
    Manage::all()
        .filter(|way| matches!(way, Manage::Pbes2(..)))
        .map(Manage::name)
}

/// Why a secret of so many bytes is weak for an algorithm that takes it all the same.
pub fn weakness(bytes: usize, alg: &str) -> Option<String> {
    let needed = match alg {
        "HS256" => 32,
        "HS384" => 48,
        "HS512" => 64,
        _ => return None,
    };
    (bytes < needed).then(|| {
        format!("{alg} asks for {needed} bytes at least: a shorter secret can be guessed (RFC 7518 §3.2)")
    })
}

/// The secret as a key for one algorithm.
pub fn key(bytes: &[u8], alg: &str) -> Result<Jwk, SecretError> {
    if bytes.is_empty() {
        return Err(SecretError::Empty);
    }
    let fits = algorithms(bytes.len());
    if !fits.contains(&alg) {
        return Err(SecretError::Length {
            bytes: bytes.len(),
            alg: alg.to_owned(),
            fits,
        });
    }
    Ok(Jwk(Map::from_iter([
        ("kty".to_owned(), "oct".into()),
        ("k".to_owned(), b64::encode(bytes).into()),
        ("alg".to_owned(), alg.into()),
    ])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_reads_its_own_and_names_the_others() {
        let bytes = [0xfb, 0xff, 0x00, 0x41];
        let read = |e: Encoding, text: &str| e.read(text).map(|b| b.to_vec());
        assert_eq!(read(Encoding::Hex, "fbFF 0041").unwrap(), bytes);
        assert_eq!(read(Encoding::Base64, "+/8AQQ==").unwrap(), bytes);
        assert_eq!(read(Encoding::Base64Url, "-_8AQQ\n").unwrap(), bytes);
        assert_eq!(read(Encoding::Text, " ü ").unwrap(), " ü ".as_bytes());
        let why = |e: Encoding, text: &str| e.read(text).unwrap_err().to_string();
        assert!(why(Encoding::Hex, "0g").contains("`g` is no hexadecimal digit"));
        assert!(why(Encoding::Hex, "0").contains("two digits"));
        assert!(why(Encoding::Base64, "-_8AQQ").contains("looks like base64url"));
        assert!(why(Encoding::Base64, "AAAAQQ").contains("padding"));
        assert!(why(Encoding::Base64Url, "+/8AQQ==").contains("looks like base64,"));
        assert!(why(Encoding::Base64Url, "ü").contains("no base64url"));
        assert_eq!(Encoding::suspected(&"0f".repeat(16)), Some(Encoding::Hex));
        assert_eq!(
            Encoding::suspected("+/8AQQAAAAAAAAAAAAAAAAAAAAA="),
            Some(Encoding::Base64)
        );
        assert_eq!(Encoding::suspected("a secret that is none of these"), None);
    }

    #[test]
    fn the_length_decides_what_a_secret_is_good_for() {
        let fits = |bytes, alg| algorithms(bytes).contains(&alg);
        assert!(fits(1, "HS256") && fits(1, "PBES2-HS256+A128KW"));
        assert!(fits(16, "A128KW") && fits(16, "dir") && !fits(16, "A256KW"));
        assert!(fits(24, "A192GCMKW") && fits(24, "A192KW"));
        assert!(fits(64, "dir") && !fits(20, "dir"));
        assert!(
            key(&[7; 20], "A128KW")
                .unwrap_err()
                .to_string()
                .contains("20 bytes")
        );
        assert_eq!(key(&[7; 16], "A128KW").unwrap().text("alg"), Some("A128KW"));
        assert!(key(&[], "HS256").is_err());
        assert!(weakness(31, "HS256").is_some() && weakness(32, "HS256").is_none());
        assert_eq!(password_algorithms().count(), 3);
    }
}
