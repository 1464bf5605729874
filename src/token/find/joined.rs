//! A token that is wrapped over several lines: which lines belong to it.

use std::cell::{Cell, OnceCell};

use serde_json::Value;

use crate::{
    jose::{Alg, Family, b64},
    kit::json,
};

/// Longest text that is joined over line breaks, in bytes.
const JOINED: usize = 8 << 20;

/// The header if `part` is one: a JSON object that says something a JOSE header says.
pub(super) fn header(part: &str) -> Option<Value> {
    let bytes = b64::decode(part.trim_end_matches('=')).ok()?;
    let first = bytes.get(1)?;
    if bytes[0] != b'{' || !matches!(first, b'"' | b' ' | b'\t' | b'\r' | b'\n' | b'}') {
        return None;
    }
    let value = json::parse(&bytes).ok()?.value;
    ["alg", "enc", "typ", "kid"]
        .iter()
        .any(|name| value.get(name).is_some())
        .then_some(value)
}

/// Widest line that counts as wrapped.
const WRAPPED: usize = 160;

/// What is missing of a signature.
#[derive(PartialEq)]
enum Room {
    /// Nothing.
    None,
    /// This many characters.
    Exactly(usize),
    /// The algorithm does not say.
    Unknown,
}

/// A token as far as it was read over line breaks. What is asked at every line is kept, so that a
/// long token is not read again and again.
pub(super) struct Joined {
    pub(super) text: String,
    /// Offsets of the dots, six at most.
    dots: Vec<usize>,
    pub(super) lines: usize,
    first_width: usize,
    last_width: usize,
    /// The header's algorithm, once the header is complete.
    alg: OnceCell<Option<Alg>>,
    /// Full parses that are still allowed: each reads the whole part again.
    parses: Cell<u8>,
}

impl Joined {
    /// Starts with what stands on the first line, up to its sixth dot.
    pub(super) fn new(line: &str) -> Self {
        let mut joined = Self {
            text: String::new(),
            dots: Vec::new(),
            lines: 0,
            first_width: 0,
            last_width: 0,
            alg: OnceCell::new(),
            parses: Cell::new(8),
        };
        let end = dots(line).nth(5).unwrap_or(line.len());
        joined.add(&line[..end]);
        joined.first_width = joined.last_width;
        joined
    }

    pub(super) fn add(&mut self, line: &str) {
        let base = self.text.len();
        let missing = 6 - self.dots.len();
        self.dots
            .extend(dots(line).map(|at| base + at).take(missing));
        self.text.push_str(line);
        self.lines += 1;
        self.last_width = line.len();
    }

    pub(super) fn header(&self) -> Option<Value> {
        header(&self.text[..self.dots.first().copied().unwrap_or(self.text.len())])
    }

    /// Whether the token may go on.
    pub(super) fn wants_more(&self) -> bool {
        self.text.len() < JOINED
            && match self.dots.len() {
                0 | 1 => true,
                2 => self.room() != Room::None,
                dots => dots < 5 && self.wrapped(), // perhaps a JWE
            }
    }

    /// Whether the lines so far look like a text that was wrapped: all as wide as the first.
    fn wrapped(&self) -> bool {
        self.first_width <= WRAPPED && self.last_width == self.first_width
    }

    /// How much of the signature is missing.
    fn room(&self) -> Room {
        let [first, second, ..] = self.dots[..] else {
            return Room::Unknown;
        };
        let alg = self.alg.get_or_init(|| {
            let header = header(&self.text[..first])?;
            header.get("alg")?.as_str().map(Alg::parse)
        });
        let length = self.text.len() - second - 1;
        let whole: usize = match alg {
            Some(Alg::None) => 0,
            Some(Alg::Hs256) => 43,
            Some(Alg::Hs384) => 64,
            Some(Alg::Hs512 | Alg::Es256 | Alg::Es256K | Alg::EdDsa | Alg::Ed25519) => 86,
            Some(Alg::Es384) => 128,
            Some(Alg::Es512) => 176,
            Some(alg) if matches!(alg.family(), Family::RsaPkcs1 | Family::RsaPss) => {
                // 2048, 3072, 4096, 6144 and 8192 bit
                if [342, 512, 683, 1024, 1366].contains(&length) || length > 1366 {
                    return Room::None;
                }
                return Room::Unknown;
            }
            _ => return Room::Unknown,
        };
        match whole.checked_sub(length) {
            None | Some(0) => Room::None,
            Some(missing) => Room::Exactly(missing),
        }
    }

    /// Whether `line` belongs to the token: not when a part is complete and no dot comes.
    pub(super) fn continues_with(&self, line: &str) -> bool {
        if line.starts_with('.') || self.text.ends_with('.') {
            return true;
        }
        let part = &self.text[self.dots.last().map_or(0, |d| d + 1)..];
        match self.dots.len() {
            0 | 1 => !self.complete(part),
            2 => match self.room() {
                Room::None => false,
                Room::Exactly(missing) => line.len() <= missing,
                Room::Unknown => self.fits_below(line),
            },
            _ => self.fits_below(line),
        }
    }

    /// Whether `line` may end a wrapped text: not wider than the first line, and no word of prose.
    fn fits_below(&self, line: &str) -> bool {
        let tail = line.get(1..).unwrap_or("");
        let word = line.bytes().all(|b| b.is_ascii_alphabetic())
            && (tail.bytes().all(|b| b.is_ascii_lowercase())
                || tail.bytes().all(|b| b.is_ascii_uppercase()));
        self.wrapped() && line.len() <= self.first_width && !word
    }

    /// Whether an encoded JSON object is complete. Looks at its end first.
    fn complete(&self, part: &str) -> bool {
        let from = (part.len().saturating_sub(1) / 4 * 4).saturating_sub(4);
        let ends = b64::decode(&part[from..]).is_ok_and(|b| b.trim_ascii_end().ends_with(b"}"));
        if !ends {
            return false;
        }
        let Some(left) = self.parses.get().checked_sub(1) else {
            return true;
        };
        self.parses.set(left);
        b64::decode(part).is_ok_and(|b| json::parse(&b).is_ok())
    }
}

fn dots(text: &str) -> impl Iterator<Item = usize> + '_ {
    text.bytes()
        .enumerate()
        .filter(|(_, b)| *b == b'.')
        .map(|(i, _)| i)
}
