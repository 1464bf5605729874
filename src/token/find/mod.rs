//! Every token in any text, in one pass: time grows with the length of the text, not faster.

mod context;
mod joined;

use std::{ops::Range, sync::Arc};

use self::{
    context::{context, floor},
    joined::{Joined, header},
};
use super::{Form, decode};

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
    pub span: Range<usize>,
    /// Where it stood: `Bearer`, `access_token`, `header DPoP`, or nothing.
    pub context: Option<String>,
    /// What was cleaned away, in words.
    pub cleaned: Vec<String>,
}

/// Members and parameters whose value is a token even when it has no structure.
const NAMES: [&str; 10] = [
    "access_token",
    "refresh_token",
    "id_token",
    "subject_token",
    "actor_token",
    "id_token_hint",
    "logout_token",
    "client_assertion",
    "assertion",
    "token",
];

/// Longest whole text that is tried as one JSON object, in bytes.
const WHOLE: usize = 16 << 20;

/// Finds every token in `text`: bare, `Bearer`/`DPoP`, header lines, cURL, JSON token responses
/// (named after their member); a text that is nothing but one unstructured word is an opaque token.
/// Tokens that are wrapped over several lines are joined.
pub fn find(text: &str) -> Vec<Found> {
    if let Some(whole) = whole_json(text) {
        return vec![whole];
    }
    let mut search = Search {
        text,
        bytes: text.as_bytes(),
        place: Place::default(),
        found: Vec::new(),
    };
    search.run();
    if search.found.is_empty() {
        search.found.extend(lone(text));
    }
    search.found
}

/// The whole text as one JWS or JWE in JSON form (RFC 7515 §7.2).
fn whole_json(text: &str) -> Option<Found> {
    let trimmed = text.trim();
    let likely = trimmed.starts_with('{')
        && trimmed.len() <= WHOLE
        && (trimmed.contains("\"signature") || trimmed.contains("\"ciphertext\""));
    if !likely {
        return None;
    }
    let token = decode::decode(trimmed);
    if token.form == Form::Opaque {
        return None;
    }
    let start = text.len() - text.trim_start().len();
    let mut place = Place::default();
    let (line, column) = place.advance(text, start);
    Some(Found {
        raw: Arc::from(trimmed),
        line,
        column,
        span: start..start + trimmed.len(),
        context: None,
        cleaned: Vec::new(),
    })
}

/// The whole text as one token without structure.
fn lone(text: &str) -> Option<Found> {
    let (raw, cleaned) = decode::clean(text);
    let word = !raw.is_empty()
        && raw.bytes().all(|b| b.is_ascii_graphic())
        && !raw.contains("://")
        && raw.bytes().any(|b| b.is_ascii_alphanumeric())
        && !raw.contains(['{', '}', '<', '>', '"', '(', ')']);
    if !word {
        return None;
    }
    let start = text.find(raw.as_str())?;
    let mut place = Place::default();
    let (line, column) = place.advance(text, start);
    Some(Found {
        span: start..start + raw.len(),
        context: context(text, start),
        raw: Arc::from(raw),
        line,
        column,
        cleaned: cleaned.into_iter().map(|p| p.message).collect(),
    })
}

/// Line and column of a byte, counted forward from the last one asked for.
struct Place {
    at: usize,
    line: usize,
    column: usize,
}

impl Default for Place {
    fn default() -> Self {
        Self {
            at: 0,
            line: 1,
            column: 1,
        }
    }
}

impl Place {
    fn advance(&mut self, text: &str, to: usize) -> (usize, usize) {
        let passed = &text.as_bytes()[self.at.min(to)..to];
        let mut rest = passed;
        if let Some(last) = passed.iter().rposition(|b| *b == b'\n') {
            self.line += passed[..=last].split(|b| *b == b'\n').count() - 1;
            self.column = 1;
            rest = &passed[last + 1..];
        }
        // Bytes that do not continue a character start one.
        self.column += rest.iter().filter(|b| **b & 0xc0 != 0x80).count();
        self.at = to;
        (self.line, self.column)
    }
}

fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.')
}

struct Search<'a> {
    text: &'a str,
    bytes: &'a [u8],
    place: Place,
    found: Vec<Found>,
}

impl Search<'_> {
    fn run(&mut self) {
        let mut at = 0;
        while at < self.bytes.len() {
            if !is_word(self.bytes[at]) {
                at += 1;
                continue;
            }
            let length = self.bytes[at..].iter().position(|b| !is_word(*b));
            let end = length.map_or(self.bytes.len(), |n| at + n);
            at = self
                .structured(at, end)
                .unwrap_or_else(|| self.named(at, end));
        }
    }

    fn push(&mut self, span: Range<usize>, raw: &str, mut cleaned: Vec<String>) {
        let (line, column) = self.place.advance(self.text, span.start);
        let context = context(self.text, span.start);
        if let Some(scheme @ ("Bearer" | "DPoP")) = context.as_deref() {
            cleaned.insert(0, format!("the scheme `{scheme}`"));
        }
        self.found.push(Found {
            raw: Arc::from(raw),
            line,
            column,
            span,
            context,
            cleaned,
        });
    }

    /// Finds tokens of several parts in a word; where to go on when there was one.
    fn structured(&mut self, start: usize, end: usize) -> Option<usize> {
        let mut next = None;
        let mut at = start;
        let mut first_of_part = true;
        let mut tries = 0;
        while at < end {
            let b = self.bytes[at];
            let second = self.bytes.get(at + 1).copied().unwrap_or(0);
            let opens = b == b'e'
                && if first_of_part {
                    // base64url of `{` and what may follow it
                    matches!(second, b'w'..=b'z' | b'0'..=b'9' | b'-' | b'_')
                } else {
                    self.bytes[at..].starts_with(b"eyJ")
                };
            // A few tries a part: glued prefixes are rare, hostile repetitions are not.
            if opens && tries < 4 {
                tries += 1;
                if let Some((span, raw, cleaned)) = self.token_at(at, end) {
                    at = span.end;
                    next = Some(span.end.max(end.min(span.end)));
                    self.push(span, &raw, cleaned);
                    if at >= end {
                        return next;
                    }
                    first_of_part = false;
                    tries = 0;
                    continue;
                }
            }
            first_of_part = b == b'.';
            if first_of_part {
                tries = 0;
            }
            at += 1;
        }
        next.map(|n| n.max(end))
    }

    /// The token whose header starts at `start`, in the word that ends at `end` or in its lines.
    fn token_at(&self, start: usize, end: usize) -> Option<(Range<usize>, String, Vec<String>)> {
        let mut joined = Joined::new(&self.text[start..end]);
        let mut stop = start + joined.text.len();
        while joined.wants_more()
            && let Some((line, after)) = self.continuation(stop, &joined)
        {
            joined.add(&self.text[line]);
            stop = after;
        }
        let header = joined.header()?;
        let parts: Vec<&str> = joined.text.splitn(6, '.').collect();
        let want = if header.get("enc").is_some() && parts.len() >= 5 {
            5
        } else {
            3
        };
        if parts.len() < 2 {
            return None;
        }
        let length = parts.iter().take(want).map(|p| p.len() + 1).sum::<usize>() - 1;
        let mut raw = joined.text[..length].to_owned();
        // What was cut off at the end stands in the last line, for the lines before are all used.
        let cut = joined.text.len() - length;
        let mut stop = stop.checked_sub(cut).filter(|s| *s > start)?;
        // The full stop of a sentence, not an empty signature.
        if parts.len() == 3 && parts[2].is_empty() && header.get("alg").is_some_and(|a| a != "none")
        {
            raw.pop();
            stop -= 1;
        }
        let cleaned = if joined.lines > 1 {
            vec!["line breaks inside the token".into()]
        } else {
            Vec::new()
        };
        Some((start..stop, raw, cleaned))
    }

    /// The word on the next line that continues a token ending at `end`, and where it ends.
    fn continuation(&self, end: usize, joined: &Joined) -> Option<(Range<usize>, usize)> {
        let skip = |mut at: usize, set: &[u8]| {
            while self.bytes.get(at).is_some_and(|b| set.contains(b)) {
                at += 1;
            }
            at
        };
        let at = skip(end, b" \t\\\r");
        if self.bytes.get(at) != Some(&b'\n') {
            return None;
        }
        let start = skip(at + 1, b" \t>|#*");
        let length = self.bytes[start..]
            .iter()
            .position(|b| !is_word(*b))
            .unwrap_or(self.bytes.len() - start);
        let stop = start + length;
        let after = skip(stop, b" \t\\\r");
        let alone = matches!(
            self.bytes.get(after),
            None | Some(b'\n' | b'"' | b'\'' | b'`' | b',' | b';' | b')' | b']' | b'}' | b'<')
        );
        let line = &self.text[start..stop];
        // A line that starts like a header starts another token, unless a dot asks for a payload.
        let other = line.starts_with("ey") && !joined.text.ends_with('.');
        (length > 0 && alone && !other && joined.continues_with(line))
            .then_some((start..stop, stop))
    }

    /// Finds values without structure behind a name or a scheme; where to go on.
    fn named(&mut self, start: usize, end: usize) -> usize {
        let word = &self.text[start..end];
        if !(4..=16).contains(&word.len()) {
            return end;
        }
        if word.eq_ignore_ascii_case("bearer") || word.eq_ignore_ascii_case("dpop") {
            return self.after_scheme(start, end);
        }
        if NAMES.contains(&word) {
            return self.after_name(word == "token", end);
        }
        end
    }

    /// The end of a b64token (RFC 6750 §2.1), which may be percent-encoded. It stops at the first
    /// `=` that is no padding, where the next name would begin.
    fn value_end(&self, start: usize) -> usize {
        let body = self.bytes[start..]
            .iter()
            .position(|b| !(is_word(*b) || b"~+/%".contains(b)))
            .map_or(self.bytes.len(), |n| start + n);
        let padding = self.bytes[body..]
            .iter()
            .take(2)
            .take_while(|b| **b == b'=');
        body + padding.count()
    }

    fn after_scheme(&mut self, word: usize, end: usize) -> usize {
        let gap = self.bytes[end..].iter().take_while(|b| **b == b' ').count();
        let start = end + gap;
        let stop = self.value_end(start);
        let value = &self.text[start..stop];
        if gap == 0 || value.is_empty() || has_structure(value) {
            return end;
        }
        let before = self.text[..word].trim_end_matches([' ', '"', '\'', '\\']);
        let tail = floor(before, before.len().saturating_sub(24));
        let header = before[tail..].to_ascii_lowercase();
        let in_header = header
            .trim_end_matches([':', '"', '\\', ' '])
            .ends_with("authorization")
            || header.ends_with("value\":")
            || header.ends_with("value\\\":");
        if (in_header && value.len() >= 8) || (value.len() >= 20 && random(value)) {
            let (value, stop) = trimmed(value, stop);
            self.push(start..stop, value, Vec::new());
            return stop;
        }
        end
    }

    /// `"access_token": "x"`, `access_token=x`, `access_token: x`, also inside an escaped JSON text.
    fn after_name(&mut self, vague: bool, end: usize) -> usize {
        let skip = |mut at: usize, set: &[u8]| {
            while self.bytes.get(at).is_some_and(|b| set.contains(b)) {
                at += 1;
            }
            at
        };
        let closed = skip(end, b"\\\"'");
        let separator = skip(closed, b" \t");
        let sign = self.bytes.get(separator).copied();
        if !matches!(sign, Some(b':' | b'=')) {
            return end;
        }
        let opened = skip(separator + 1, b" \t\r\n");
        let start = skip(opened, b"\\\"'");
        let quoted = start > opened;
        if quoted && closed > end {
            // A JSON member: everything up to the closing quote.
            let stop = self.bytes[start..]
                .iter()
                .take(65_536)
                .position(|b| matches!(b, b'"' | b'\'' | b'\\') || !b.is_ascii_graphic())
                .map(|n| start + n);
            let Some(stop) = stop.filter(|s| matches!(self.bytes[*s], b'"' | b'\'' | b'\\')) else {
                return end;
            };
            let value = &self.text[start..stop];
            let placeholder = value.starts_with(['<', '{', '$', '[', '*'])
                || matches!(value, "string" | "undefined");
            if value.len() < 6 || vague || placeholder || has_structure(value) {
                return end;
            }
            self.push(start..stop, value, Vec::new());
            return stop;
        }
        let stop = self.value_end(start);
        let (value, stop) = trimmed(&self.text[start..stop], stop);
        if value.is_empty() || has_structure(value) || value.starts_with("urn%3A") {
            return end;
        }
        let form =
            sign == Some(b'=') && closed == end && separator == end && opened == separator + 1;
        let ends = !matches!(self.bytes.get(stop), Some(b'(' | b'[' | b':' | b'{'));
        let enough = if form && !vague { 8 } else { 16 };
        if ends && value.len() >= enough && value.bytes().any(|b| b.is_ascii_digit()) {
            let (raw, cleaned) = match percent_decoded(value) {
                Some(decoded) => (decoded, vec!["percent-encoding".to_owned()]),
                None => (value.to_owned(), Vec::new()),
            };
            self.push(start..stop, &raw, cleaned);
            return stop;
        }
        end
    }
}

/// A value without the full stop of its sentence.
fn trimmed(value: &str, stop: usize) -> (&str, usize) {
    let kept = value.trim_end_matches('.');
    (kept, stop - (value.len() - kept.len()))
}

/// Whether the value is found as a token of parts anyway.
fn has_structure(value: &str) -> bool {
    value.starts_with('e')
        && value
            .split_once('.')
            .is_some_and(|(head, _)| header(head).is_some())
}

/// Whether a word is no word of a language.
fn random(value: &str) -> bool {
    value.bytes().any(|b| b.is_ascii_digit()) && value.bytes().any(|b| b.is_ascii_alphabetic())
}

fn percent_decoded(value: &str) -> Option<String> {
    if !value.contains('%') {
        return None;
    }
    let bytes = value.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'%' {
            let digits = value.get(at + 1..at + 3)?;
            out.push(u8::from_str_radix(digits, 16).ok()?);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8(out)
        .ok()
        .filter(|t| t.bytes().all(|b| b.is_ascii_graphic()))
}
