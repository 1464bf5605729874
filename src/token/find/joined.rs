//! A token of several parts as it stands in a text: its dots perhaps escaped, its lines perhaps
//! wrapped. Which lines belong to it is decided here.

use std::{
    borrow::Cow,
    cell::{Cell, OnceCell, RefCell},
    rc::Rc,
};

use serde::de::IgnoredAny;
use serde_json::Value;

use super::escapes;
use crate::{
    jose::{Alg, Family, b64},
    kit::json,
};

/// Longest text that is joined over line breaks, in bytes.
const JOINED: usize = 8 << 20;

/// Widest line that counts as wrapped: windows and tables are wider than paper.
const WRAPPED: usize = 1024;

/// What a header says that decides how far its token reaches.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Facts {
    /// It has `enc`: a JWE.
    pub encrypted: bool,
    /// `alg`, when it is a text.
    pub alg: Option<Alg>,
    /// Characters of a JWE's authentication tag, where `enc` says (RFC 7518 §5.1).
    tag: Option<usize>,
}

impl Facts {
    /// Whether a signature is to be expected.
    pub fn signed(&self) -> bool {
        self.alg.as_ref().is_some_and(|a| *a != Alg::None)
    }

    /// Whether `alg` is one of signatures: a header that names another key encrypts.
    pub fn signs(&self) -> bool {
        self.alg
            .as_ref()
            .is_some_and(|a| !matches!(a, Alg::Other(_)))
    }

    /// Whether a signature part of `length` characters is complete; `None` when the algorithm does
    /// not say.
    pub fn complete(&self, length: usize) -> Option<bool> {
        match room(self.alg.as_ref(), length) {
            Room::None => Some(true),
            Room::Exactly(_) => Some(false),
            Room::Unknown => None,
        }
    }
}

/// The header facts if `part` is one: a JSON object that says something a JOSE header says.
pub(super) fn header(part: &str) -> Option<Facts> {
    let part = part.trim_end_matches('=');
    // base64url of `{"`, `{ `, `{}` and the like: most words end here.
    if !part.starts_with('e') {
        return None;
    }
    let bytes = b64::decode(part).ok()?;
    let first = bytes.get(1)?;
    if bytes[0] != b'{' || !matches!(first, b'"' | b' ' | b'\t' | b'\r' | b'\n' | b'}') {
        return None;
    }
    let value = json::parse(&bytes).ok()?.value;
    ["alg", "enc", "typ", "kid"]
        .iter()
        .any(|name| value.get(name).is_some())
        .then(|| Facts {
            encrypted: value.get("enc").is_some(),
            alg: value.get("alg").and_then(Value::as_str).map(Alg::parse),
            tag: match value.get("enc").and_then(Value::as_str) {
                Some("A128GCM" | "A192GCM" | "A256GCM" | "A128CBC-HS256") => Some(22),
                Some("A192CBC-HS384") => Some(32),
                Some("A256CBC-HS512") => Some(43),
                _ => None,
            },
        })
}

/// Whether a part is an encoded JSON object.
pub(super) fn is_object(part: &str) -> bool {
    b64::decode(part).is_ok_and(|bytes| {
        bytes.starts_with(b"{") && serde_json::from_slice::<IgnoredAny>(&bytes).is_ok()
    })
}

/// What was read last, so that it is not read again.
#[derive(Default)]
pub(super) struct Memory {
    /// A header: the tokens of one log mostly have the same.
    header: RefCell<(String, Option<Rc<Facts>>)>,
    /// A run of standard base64: where it began to be read, and where it ends.
    run: Cell<(usize, usize)>,
}

impl Memory {
    /// [`header`], from memory when it is the same text as before.
    pub fn header(&self, part: &str) -> Option<Rc<Facts>> {
        let mut last = self.header.borrow_mut();
        if last.0 != part {
            let facts = header(part).map(Rc::new);
            part.clone_into(&mut last.0);
            last.1 = facts;
        }
        last.1.clone()
    }

    /// Where the standard base64 ends that `at` stands in.
    fn run_end(&self, bytes: &[u8], at: usize) -> usize {
        let (from, end) = self.run.get();
        if from <= at && at < end {
            return end;
        }
        let end = bytes[at..]
            .iter()
            .position(|b| !(is_part(*b) || matches!(b, b'+' | b'/')))
            .map_or(bytes.len(), |n| at + n);
        self.run.set((at, end));
        end
    }
}

/// What every byte may be part of: a text is looked at byte by byte, so this is asked most of all.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut b = 0;
    while b < 256 {
        let byte = b as u8;
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') {
            classes[b] = PART | WORD;
        }
        if byte == b'.' {
            classes[b] = WORD;
        }
        b += 1;
    }
    classes
};
const PART: u8 = 1;
const WORD: u8 = 2;

/// Whether a byte belongs to base64url.
pub(super) fn is_part(b: u8) -> bool {
    CLASSES[usize::from(b)] & PART != 0
}

/// Whether a byte belongs to base64url or stands between parts of it.
pub(super) fn is_word(b: u8) -> bool {
    CLASSES[usize::from(b)] & WORD != 0
}

/// Dots of a token, five at most: where each begins in the text, and in the source.
#[derive(Default, Clone, Copy)]
struct Dots {
    places: [(usize, usize); 5],
    count: usize,
}

impl Dots {
    fn push(&mut self, place: (usize, usize)) {
        if let Some(free) = self.places.get_mut(self.count) {
            *free = place;
            self.count += 1;
        }
    }
}

impl std::ops::Deref for Dots {
    type Target = [(usize, usize)];
    fn deref(&self) -> &Self::Target {
        &self.places[..self.count]
    }
}

/// Characters of a token as they stand on one line.
pub(super) struct Run<'a> {
    /// Without escapes.
    text: Cow<'a, str>,
    dots: Dots,
    /// Where it ends in the source.
    pub stop: usize,
    /// Whether a dot was escaped.
    escaped: bool,
}

impl<'a> Run<'a> {
    /// Reads from `start` up to the first byte that belongs to no token, or the sixth dot. Up to
    /// `known` all bytes are parts of words, see [`is_word`].
    pub fn read(source: &'a str, start: usize, known: usize, memory: &Memory) -> Self {
        let bytes = source.as_bytes();
        // What stood before the last escape; most tokens have none and are not copied.
        let mut before = String::new();
        let mut dots = Dots::default();
        // Where the part begins, and what is not in `before` yet.
        let (mut part, mut from) = (start, start);
        let mut at = start;
        loop {
            // In a word only a dot ends a part, and that is found many bytes at a time.
            let dot = source.get(at..known).and_then(|word| word.find('.'));
            at = match dot {
                Some(n) => at + n,
                None => end_of_part(bytes, at.max(known)),
            };
            if let Some(length) = escapes::dot(bytes, at) {
                if dots.len() == 5 {
                    break;
                }
                dots.push((before.len() + at - from, at));
                if length > 1 {
                    before.push_str(&source[from..at]);
                    before.push('.');
                    from = at + length;
                }
                at += length;
                part = at;
            } else if let Some(end) = standard(bytes, part, at, dots.len(), memory) {
                at = end;
            } else {
                break;
            }
        }
        let rest = &source[from..at];
        let escaped = from > start;
        Self {
            text: if escaped {
                Cow::Owned(before + rest)
            } else {
                Cow::Borrowed(rest)
            },
            dots,
            stop: at,
            escaped,
        }
    }

    /// How many characters it has.
    pub fn len(&self) -> usize {
        self.text.len()
    }
}

fn end_of_part(bytes: &[u8], at: usize) -> usize {
    let plain = bytes[at..].iter().position(|b| !is_part(*b));
    plain.map_or(bytes.len(), |n| at + n)
}

/// The end of padding, or of a part that is written in standard base64 (`+`, `/`), when a dot
/// follows and the part is the header or the payload: some writers take the wrong alphabet, and
/// decoding reports it.
fn standard(bytes: &[u8], from: usize, at: usize, dots: usize, memory: &Memory) -> Option<usize> {
    if dots > 1 || from == at || !matches!(bytes.get(at), Some(b'+' | b'/' | b'=')) {
        return None;
    }
    let end = memory.run_end(bytes, at);
    let padding = bytes[end..]
        .iter()
        .take(2)
        .take_while(|b| **b == b'=')
        .count();
    let stop = end + padding;
    let alphabet = end > at;
    // Both ends of a JSON object, so that a path behind a token is no payload.
    let object = || {
        let tail: String = bytes[from + (end - from - 1) / 4 * 4..end]
            .iter()
            .map(|b| match b {
                b'+' => '-',
                b'/' => '_',
                b => char::from(*b),
            })
            .collect();
        bytes[from] == b'e' && b64::decode(&tail).is_ok_and(|b| b.ends_with(b"}"))
    };
    (escapes::dot(bytes, stop).is_some() && (!alphabet || object())).then_some(stop)
}

/// Characters of RSA signatures: keys of 2048, 3072, 4096, 6144 and 8192 bit.
const USUAL: [usize; 5] = [342, 512, 683, 1024, 1366];

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

fn room(alg: Option<&Alg>, length: usize) -> Room {
    let whole: usize = match alg {
        Some(Alg::None) => 0,
        Some(Alg::Hs256) => 43,
        Some(Alg::Hs384) => 64,
        Some(Alg::Hs512 | Alg::Es256 | Alg::Es256K | Alg::EdDsa | Alg::Ed25519) => 86,
        Some(Alg::Es384) => 128,
        Some(Alg::Es512) => 176,
        Some(alg) if matches!(alg.family(), Family::RsaPkcs1 | Family::RsaPss) => {
            if USUAL.contains(&length) || length > 1366 {
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

/// A token as far as it was read over line breaks. What is asked at every line is kept, so that a
/// long token is not read again and again.
pub(super) struct Joined<'a, 'h> {
    pub text: Cow<'a, str>,
    /// Offset in `text` and in the source.
    dots: Dots,
    /// Where it ends in the source.
    pub stop: usize,
    pub escaped: bool,
    first_width: usize,
    last_width: usize,
    /// Whether a hyphen at the end of a line is one that broke the word, and no character of it.
    hyphens: bool,
    /// Whether a line ended with one.
    pub hyphenated: bool,
    memory: &'h Memory,
    facts: OnceCell<Option<Rc<Facts>>>,
    /// Full parses that are still allowed: each reads the whole part again.
    parses: Cell<u8>,
}

impl<'a, 'h> Joined<'a, 'h> {
    /// Starts with what stands on the first line.
    pub fn new(first: Run<'a>, memory: &'h Memory, hyphens: bool) -> Self {
        Self {
            hyphens,
            hyphenated: false,
            dots: first.dots,
            stop: first.stop,
            escaped: first.escaped,
            first_width: first.len(),
            last_width: first.len(),
            memory,
            facts: OnceCell::new(),
            parses: Cell::new(8),
            text: first.text,
        }
    }

    /// Adds a line.
    pub fn add(&mut self, line: &Run<'_>) {
        if self.text.ends_with('-') {
            self.hyphenated = true;
            if self.hyphens {
                self.text.to_mut().pop();
            }
        }
        let base = self.text.len();
        for (at, source) in line.dots.iter() {
            self.dots.push((base + at, *source));
        }
        self.last_width = line.len();
        self.escaped |= line.escaped;
        self.stop = line.stop;
        self.text.to_mut().push_str(&line.text);
    }

    /// How many dots it has, five at most.
    pub fn dots(&self) -> usize {
        self.dots.len()
    }

    /// What the header says, once it is complete.
    pub fn facts(&self) -> Option<Rc<Facts>> {
        let (end, _) = *self.dots.first()?;
        self.facts
            .get_or_init(|| self.memory.header(&self.text[..end]))
            .clone()
    }

    /// The token of `parts` parts at most: its length, and where it ends in the source.
    pub fn first(&self, parts: usize) -> (usize, usize) {
        match self.dots.get(parts - 1) {
            Some(end) => *end,
            None => (self.text.len(), self.stop),
        }
    }

    /// Whether the token may go on.
    pub fn wants_more(&self) -> bool {
        self.text.len() < JOINED
            && match self.dots.len() {
                0 | 1 => true,
                2 => self.room() != Room::None,
                dots => dots < 5 && self.wrapped() && !self.tagged(), // perhaps a JWE
            }
    }

    /// Whether the lines so far look like a text that was wrapped: all as wide as the first.
    fn wrapped(&self) -> bool {
        self.first_width <= WRAPPED && self.last_width == self.first_width
    }

    /// Whether the authentication tag of a JWE is complete.
    fn tagged(&self) -> bool {
        let [_, _, _, (last, _), ..] = self.dots[..] else {
            return false;
        };
        let tag = self.facts().and_then(|f| f.tag);
        tag.is_some_and(|length| self.text.len() - last > length)
    }

    /// Its characters so far, without a hyphen that a line break follows.
    fn kept(&self) -> &str {
        match self.text.strip_suffix('-') {
            Some(kept) if self.hyphens => kept,
            _ => &self.text,
        }
    }

    /// How much of the signature is missing.
    fn room(&self) -> Room {
        let [_, (second, _), ..] = self.dots[..] else {
            return Room::Unknown;
        };
        let length = (self.kept().len()).saturating_sub(second + 1);
        let facts = self.facts();
        room(facts.as_ref().and_then(|f| f.alg.as_ref()), length)
    }

    /// Whether a signature of known length is being read.
    pub fn is_signing(&self) -> bool {
        self.dots.len() == 2 && matches!(self.room(), Room::Exactly(_))
    }

    /// Whether `line` belongs to the token: not when a part is complete and no dot comes.
    pub fn continues_with(&self, line: &Run<'_>) -> bool {
        let line = &*line.text;
        if line.starts_with('.') || self.text.ends_with('.') {
            return true;
        }
        let part = &self.kept()[self.dots.last().map_or(0, |(d, _)| d + 1)..];
        match self.dots.len() {
            0 | 1 => !self.complete(part),
            2 => match self.room() {
                Room::None => false,
                Room::Exactly(missing) => line.len() <= missing,
                Room::Unknown => self.ends_with(line, part) || self.fits_below(line),
            },
            4 => self.ends_tag(line, part) || self.fits_below(line),
            _ => self.fits_below(line),
        }
    }

    /// Whether a signature has with `line` just the length that it should have: then even what looks like a
    /// word is its end.
    fn ends_with(&self, line: &str, part: &str) -> bool {
        let facts = self.facts();
        let alg = facts.as_ref().and_then(|f| f.alg.as_ref());
        self.wrapped()
            && line.len() <= self.first_width
            && USUAL.contains(&(part.len() + line.len()))
            && room(alg, part.len() + line.len()) == Room::None
    }

    /// The same of the authentication tag of a JWE.
    fn ends_tag(&self, line: &str, part: &str) -> bool {
        let tag = self.facts().and_then(|f| f.tag);
        self.wrapped() && tag == Some(part.len() + line.len())
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
        b64::decode(part).is_ok_and(|b| serde_json::from_slice::<IgnoredAny>(&b).is_ok())
    }
}

impl Run<'_> {
    /// Whether it starts with the letters that headers start with.
    pub fn starts_like_header(&self) -> bool {
        self.text.starts_with("ey")
    }

    /// Whether it starts an object whose first member has a name. Of the lines of a signature one in
    /// four thousand starts with the letters of a header, and hardly one like this.
    pub fn starts_header(&self) -> bool {
        let whole = &self.text[..self.text.len().min(16) / 4 * 4];
        let Ok(start) = b64::decode(whole) else {
            return false;
        };
        let Some((b'{', rest)) = start.split_first() else {
            return false;
        };
        let rest = rest.trim_ascii_start();
        matches!(rest.first(), None | Some(b'"' | b'}'))
            && rest
                .iter()
                .all(|b| matches!(b, b' '..=b'~' | b'\t' | b'\n' | b'\r'))
    }
}
