//! Weak shared secrets: words that are tried as the secret of an HMAC token.

use serde_json::Map;

use crate::{
    jose::{Alg, Family, Jwk, b64, crypto::forge},
    kit::text::escape,
    token::{Token, decode::decode, validate::confusion},
};

/// A small list of secrets that tutorials, samples and defaults are full of. A line each.
const WORDS: &str = include_str!("../../assets/secrets.txt");

/// Words that are tried between two looks at whether to go on.
pub const BATCH: usize = 4096;

/// Longest word that is tried, in bytes.
const MAX_WORD: usize = 1024;

/// The words of the small list.
pub fn words() -> impl Iterator<Item = &'static str> {
    WORDS
        .lines()
        .filter(|l| !l.starts_with('#') && !l.is_empty())
}

/// A token whose secret is sought.
#[derive(Debug, Clone)]
pub struct Guess {
    alg: Alg,
    input: Vec<u8>,
    tag: Vec<u8>,
}

/// A secret that was found. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Found {
    /// The word as it stands in its list.
    pub word: String,
    /// How it was turned into bytes: `as it stands`, `decoded from base64` ...
    pub how: &'static str,
    /// The secret's bytes.
    pub secret: Vec<u8>,
}

impl std::fmt::Debug for Found {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Found(…, {})", self.how)
    }
}

impl Found {
    /// The secret as a key.
    pub fn key(&self, alg: &str) -> Jwk {
        Jwk(Map::from_iter([
            ("kty".to_owned(), "oct".into()),
            ("k".to_owned(), b64::encode(&self.secret).into()),
            ("alg".to_owned(), alg.into()),
        ]))
    }
}

impl Guess {
    /// Takes what is needed of a token. The error says why there is no secret to seek.
    pub fn of(raw: &str) -> Result<Self, String> {
        let token: Token = decode(raw);
        let alg = Alg::parse(token.header_text("alg").unwrap_or_default());
        if alg.family() != Family::Hmac {
            return Err(format!(
                "only HS256, HS384 and HS512 tokens have a shared secret; the header says `{}`",
                escape(alg.name())
            ));
        }
        let parts = crate::jose::jws::Compact::split(&token.raw)
            .ok_or("the token does not have the three parts of a compact JWS")?;
        let tag = b64::decode(parts.signature)
            .map_err(|e| format!("the signature is not base64url: {e}"))?;
        Ok(Self {
            alg,
            input: parts.signing_input().into_bytes(),
            tag,
        })
    }

    /// The algorithm.
    pub fn alg(&self) -> &Alg {
        &self.alg
    }

    /// Tries one word: as it stands, with a line break, and decoded from base64, base64url and hex.
    pub fn try_word(&self, word: &[u8]) -> Option<Found> {
        let word = word.strip_suffix(b"\r").unwrap_or(word);
        if word.len() > MAX_WORD {
            return None;
        }
        let fits = |secret: &[u8]| forge::hmac_fits(&self.alg, secret, &self.input, &self.tag);
        let found = |how, secret: &[u8]| {
            Some(Found {
                word: String::from_utf8_lossy(word).into_owned(),
                how,
                secret: secret.to_vec(),
            })
        };
        if fits(word) {
            return found("as it stands", word);
        }
        let line = [word, b"\n"].concat();
        if fits(&line) {
            return found("with a line break", &line);
        }
        let text = std::str::from_utf8(word).ok()?;
        if text.len() < 4 {
            return None;
        }
        if let Some(bytes) = from_base64(text)
            && fits(&bytes)
        {
            return found("decoded from base64", &bytes);
        }
        if let Some(bytes) = from_hex(text)
            && fits(&bytes)
        {
            return found("decoded from hex", &bytes);
        }
        None
    }

    /// Tries the blank secret and the small list: how many words were tried, and what was found.
    pub fn try_small_list(&self) -> (u64, Option<Found>) {
        let mut tried = 0;
        for word in std::iter::once("").chain(words()) {
            tried += 1;
            let found = self.try_word(word.as_bytes());
            if found.is_some() {
                return (tried, found);
            }
        }
        (tried, None)
    }

    /// Tries the words of `lines` from byte `from` on, at most [`BATCH`] of them. Gives where it
    /// stopped and how many were tried, and what was found.
    pub fn try_batch(&self, lines: &[u8], from: usize) -> (usize, usize, Option<Found>) {
        let mut at = from;
        let mut tried = 0;
        while at < lines.len() && tried < BATCH {
            let rest = lines.get(at..).unwrap_or_default();
            let length = rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
            let found = self.try_word(rest.get(..length).unwrap_or_default());
            at += length + 1;
            tried += 1;
            if found.is_some() {
                return (at, tried, found);
            }
        }
        (at.min(lines.len()), tried, None)
    }
}

/// Whether a public key's bytes are the secret, and in which form (RFC 8725 §2.1).
pub fn public_key_as_secret<'a>(
    raw: &str,
    keys: impl IntoIterator<Item = &'a Jwk>,
) -> Option<(&'a Jwk, &'static str)> {
    let token = decode(raw);
    keys.into_iter()
        .find_map(|key| Some((key, confusion(&token, key)?)))
}

fn from_base64(text: &str) -> Option<Vec<u8>> {
    let trimmed = text.trim_end_matches('=');
    let url: String = trimmed.replace('+', "-").replace('/', "_");
    b64::decode(&url).ok().filter(|b| !b.is_empty())
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|i| u8::from_str_radix(text.get(i..i + 2)?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::token::craft;

    fn token(secret: &[u8]) -> String {
        let key = Jwk(Map::from_iter([
            ("kty".to_owned(), "oct".into()),
            ("k".to_owned(), b64::encode(secret).into()),
        ]));
        craft::mint(&json!({}), &json!({"sub": "alice"}), &key, &Alg::Hs256).unwrap()
    }

    #[test]
    fn a_word_of_the_small_list_is_found() {
        let guess = Guess::of(&token(b"changeme")).unwrap();
        let (tried, found) = guess.try_small_list();
        let found = found.unwrap();
        assert!(tried < words().count() as u64);
        assert_eq!(
            (found.word.as_str(), found.how),
            ("changeme", "as it stands")
        );
        assert!(
            Guess::of(&token(b"qWx7-not-in-any-list-0419"))
                .unwrap()
                .try_small_list()
                .1
                .is_none()
        );
    }

    #[test]
    fn words_are_decoded_as_people_store_them() {
        let guess = Guess::of(&token(b"\x00\x01secret!")).unwrap();
        assert_eq!(
            guess.try_word(b"AAFzZWNyZXQh").unwrap().how,
            "decoded from base64"
        );
        assert_eq!(
            guess.try_word(b"000173656372657421").unwrap().how,
            "decoded from hex"
        );
        assert_eq!(
            Guess::of(&token(b"x\n"))
                .unwrap()
                .try_word(b"x\r")
                .unwrap()
                .how,
            "with a line break"
        );
    }

    #[test]
    fn a_long_list_goes_in_batches() {
        let mut list = "nothing\n".repeat(BATCH + 10).into_bytes();
        list.extend(b"needle");
        let guess = Guess::of(&token(b"needle")).unwrap();
        let (at, tried, found) = guess.try_batch(&list, 0);
        assert_eq!((tried, found.is_none()), (BATCH, true));
        let (_, tried, found) = guess.try_batch(&list, at);
        assert_eq!((tried, found.unwrap().word.as_str()), (11, "needle"));
    }

    #[test]
    fn tokens_without_a_secret_are_refused() {
        let key = crate::jose::crypto::generate(&Alg::Es256, None).unwrap();
        let raw = craft::mint(&json!({}), &json!({}), &key, &Alg::Es256).unwrap();
        assert!(Guess::of(&raw).unwrap_err().contains("ES256"));
        assert!(Guess::of("opaque").is_err());
    }

    #[test]
    fn the_small_list_is_clean() {
        let all: Vec<&str> = words().collect();
        assert!(all.len() >= 300, "{}", all.len());
        let mut sorted = all.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), all.len(), "a word stands twice");
    }
}
