//! Every token in any text, in one pass: time grows with the length of the text, not faster.

mod bytes;
mod chunks;
mod claims;
mod context;
mod cut;
mod escapes;
mod joined;
mod layers;
mod missing;
mod named;
mod objects;
mod plain;
mod tail;
mod xml;

use std::{borrow::Cow, collections::BTreeMap, ops::Range, sync::Arc};

use self::{
    context::context,
    joined::{Joined, Memory, Run, is_word},
    objects::Objects,
    plain::Plain,
};
use super::{Form, decode, mask, opaque};

pub use cut::cut;
pub use missing::why_none;

/// A token found in text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The token, cleaned of quotes, prefix and line breaks.
    pub raw: Arc<str>,
    /// Line of its first character, from 1.
    pub line: usize,
    /// Column of its first character, in characters, from 1.
    pub column: usize,
    /// Byte range in the text; of a token inside base64 that of the base64.
    pub span: Range<usize>,
    /// Where it stood: `Bearer`, `access_token`, `header DPoP`, or nothing.
    pub context: Option<String>,
    /// What was cleaned away, in words.
    pub cleaned: Vec<String>,
    /// The claim that holds it, as a JSON Pointer, when it stands in a claim of the token before it.
    pub inside: Option<String>,
}

/// Signs of padding behind a signature that are kept.
const MOST_PADDING: usize = 16;

/// Longest whole text that is tried as one JSON object, in bytes.
const WHOLE: usize = 16 << 20;

/// Finds every token in `text`: bare, `Bearer`/`DPoP`, header lines, cookies, cURL, URLs, JSON and
/// token responses (named after their member), HAR files, logs; escaped for URLs or JSON strings;
/// inside base64, as Kubernetes secrets have them. JWS and JWE in JSON form, SD-JWTs with their
/// disclosures and SAML assertions are kept whole. A text that is nothing but one unstructured word
/// is an opaque token. Tokens that are wrapped over several lines are joined.
///
/// ```
/// use delegraph::token::find::find;
///
/// let text = "GET /accounts\nAuthorization: Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.\n";
/// let found = find(text);
/// assert_eq!(found.len(), 1);
/// assert_eq!(&*found[0].raw, "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.");
/// assert_eq!(found[0].line, 2);
/// ```
pub fn find(text: &str) -> Vec<Found> {
    if let Some(whole) = whole_json(text) {
        return vec![whole];
    }
    let mut found = find_in_part(text);
    if found.is_empty() {
        found.extend(lone(text));
    }
    found
}

/// [`find`] in a part of a longer text: a part that is one unstructured word is nothing.
pub fn find_in_part(text: &str) -> Vec<Found> {
    let plain = Plain::of(text);
    let mut found = Search::new(&plain.text).run();
    if plain.is_source() {
        return found;
    }
    let mut place = TextPlace::default();
    for one in &mut found {
        let span = plain.in_source(&one.span);
        let whole = *one.raw == plain.text[one.span.clone()];
        let source = text.get(span.clone()).unwrap_or("");
        if whole && *one.raw != *source {
            if one.raw.starts_with(['{', '<']) {
                // JSON and XML have such characters in values, where they mean something.
                one.raw = Arc::from(source);
            } else {
                let what = if source.contains('%') {
                    "percent-encoding"
                } else if source.contains("\\_") || source.contains("\\-") {
                    "backslashes"
                } else if source.contains("&#") || source.contains("&lowbar;") {
                    "character references"
                } else {
                    "hidden characters"
                };
                one.cleaned.push(format!("{what} inside the token"));
            }
        }
        one.span = span;
        (one.line, one.column) = place.advance(text, one.span.start);
    }
    found
}

/// Shortest word that is taken for a token without structure when nothing names it, in characters.
const LONE: usize = 16;

/// Whether a word may be a token without structure: no word of a language, no number.
fn opaque_word(word: &str) -> bool {
    let some = |is: fn(&u8) -> bool| word.bytes().any(|b| is(&b));
    word.len() >= LONE
        && some(u8::is_ascii_alphabetic)
        && (some(u8::is_ascii_digit)
            || some(u8::is_ascii_uppercase) && some(u8::is_ascii_lowercase))
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
    if token.form == Form::Opaque || (token.header.is_none() && token.claims.is_none()) {
        return None;
    }
    let start = text.len() - text.trim_start().len();
    let mut place = TextPlace::default();
    let (line, column) = place.advance(text, start);
    Some(Found {
        raw: Arc::from(trimmed),
        line,
        column,
        span: start..start + trimmed.len(),
        context: None,
        cleaned: Vec::new(),
        inside: None,
    })
}

/// A whole text as it stands, without the white space around it, as one token.
pub fn whole(text: &str) -> Found {
    let raw = text.trim();
    let start = text.len() - text.trim_start().len();
    let (line, column) = TextPlace::default().advance(text, start);
    Found {
        raw: Arc::from(raw),
        line,
        column,
        span: start..start + raw.len(),
        context: None,
        cleaned: Vec::new(),
        inside: None,
    }
}

/// The whole text as one token without structure.
fn lone(text: &str) -> Option<Found> {
    let (raw, cleaned) = decode::clean(text);
    // Quotes and commas stand around any word; a scheme or the name of a header says what it is.
    let by_scheme = cleaned
        .iter()
        .any(|p| p.message.starts_with("the scheme") || p.message.starts_with("the header name"));
    let word = !raw.is_empty()
        && raw.bytes().all(|b| b.is_ascii_graphic())
        && !raw.contains("://")
        && raw.bytes().any(|b| b.is_ascii_alphanumeric())
        && !raw.contains(['{', '}', '<', '>', '"', '(', ')'])
        && (by_scheme || opaque_word(&raw));
    let left = mask::find(&raw).map_or(&*raw, |at| &raw[..at]);
    if !word || decode::is_beginning(left) {
        return None;
    }
    let start = text.find(&*raw)?;
    let mut place = TextPlace::default();
    let (line, column) = place.advance(text, start);
    Some(Found {
        span: start..start + raw.len(),
        context: context(text, start),
        raw: Arc::from(raw),
        line,
        column,
        cleaned: cleaned.into_iter().map(|p| p.message).collect(),
        inside: None,
    })
}

/// Line and column of a byte, counted forward from the last one asked for.
struct TextPlace {
    at: usize,
    line: usize,
    column: usize,
}

impl Default for TextPlace {
    fn default() -> Self {
        Self {
            at: 0,
            line: 1,
            column: 1,
        }
    }
}

impl TextPlace {
    fn advance(&mut self, text: &str, to: usize) -> (usize, usize) {
        let passed = &text.as_bytes()[self.at.min(to)..to];
        let mut rest = passed;
        if let Some(last) = passed.iter().rposition(|b| *b == b'\n') {
            let breaks = passed[..=last].iter().map(|b| usize::from(*b == b'\n'));
            self.line += breaks.sum::<usize>();
            self.column = 1;
            rest = &passed[last + 1..];
        }
        // Bytes that do not continue a character start one; the mark of its encoding is none.
        if self.at == 0 && to > 0 && passed.len() == rest.len() && text.starts_with('\u{feff}') {
            self.column -= 1;
        }
        self.column += rest.iter().filter(|b| **b & 0xc0 != 0x80).count();
        self.at = to;
        (self.line, self.column)
    }
}

/// A token that was read: where it stands, its text, what was cleaned.
type Taken<'a> = (Range<usize>, Cow<'a, str>, Vec<String>);

/// Where base64 begins in a word that says that it holds some: the cookies of Supabase, and the
/// sub-protocol in which browsers send a token to Kubernetes.
fn encoded(word: &str) -> Option<usize> {
    const PROTOCOL: &str = "base64url.bearer.authorization.k8s.io.";
    let marks = [chunks::BASE64, PROTOCOL];
    marks
        .iter()
        .find(|mark| word.starts_with(**mark))
        .map(|mark| mark.len())
}

struct Search<'a> {
    text: &'a str,
    bytes: &'a [u8],
    /// Layers of base64 around the text.
    depth: u8,
    found: Vec<Found>,
    memory: Memory,
    objects: Objects,
    /// Characters of base64 that may still be looked into: one run may be tried from several places.
    encoded: usize,
    /// Characters that may still be looked at for the pieces of cookies.
    cookies: usize,
    /// SAML assertions without an end.
    unended: u8,
    /// What was read as the rest of something else and is not searched again: where it begins and ends.
    seen: BTreeMap<usize, usize>,
}

impl<'a> Search<'a> {
    fn new(text: &'a str) -> Self {
        Self::inside(text, 0)
    }

    /// In a text that stood inside `depth` layers of base64.
    fn inside(text: &'a str, depth: u8) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            depth,
            found: Vec::new(),
            memory: Memory::default(),
            objects: Objects::of(text.len()),
            encoded: text.len().saturating_mul(4),
            cookies: text.len().saturating_mul(8).saturating_add(1 << 20),
            unended: 0,
            seen: BTreeMap::new(),
        }
    }

    fn run(mut self) -> Vec<Found> {
        let mut at = 0;
        while let Some(b) = self.bytes.get(at) {
            at = match b {
                b if is_word(*b) => self.word(at),
                b'{' => {
                    self.opened(at);
                    at + 1
                }
                b'}' => {
                    self.closed(at);
                    at + 1
                }
                b'<' => self.tag(at),
                b'[' => self.bytes_at(at),
                _ => at + 1,
            };
        }
        // Objects are found where they end: back into the order of the text.
        self.found.sort_by_key(|f| f.span.start);
        let mut place = TextPlace::default();
        for found in &mut self.found {
            (found.line, found.column) = place.advance(self.text, found.span.start);
        }
        self.found
    }

    /// Looks at the word that starts at `at`; where to go on.
    fn word(&mut self, at: usize) -> usize {
        let length = self.bytes[at..].iter().position(|b| !is_word(*b));
        let end = length.map_or(self.bytes.len(), |n| at + n);
        let start = (at + escapes::leftover(self.bytes, at)).min(end);
        if let Some((_, stop)) = self.seen.range(..=at).next_back()
            && at < *stop
        {
            return end.max(*stop);
        }
        if let Some(next) = self.chunked(start, end) {
            return next.max(end);
        }
        if let Some(next) = self.structured(start, end) {
            return next;
        }
        if let Some(encoded) = encoded(&self.text[start..end])
            && let Some(next) = self.layer(start + encoded)
        {
            return next.max(end);
        }
        if end - start >= 7 {
            self.member(start, end);
        }
        if opaque::is_paseto(&self.text[start..end]) {
            let raw = &self.text[start..end];
            let raw = raw.trim_end_matches('.');
            self.push(start..start + raw.len(), raw, Vec::new());
            return end;
        }
        let next = self.named(start, end);
        if next > end {
            return next;
        }
        self.layer(start).unwrap_or(end).max(end)
    }

    /// The tokens of a text that stood in this one in another writing.
    fn inside_of(&self, text: &str) -> Vec<Found> {
        let plain = Plain::of(text);
        Search::inside(&plain.text, self.depth + 1).run()
    }

    /// Keeps tokens that stood in `span` in another writing; its end, when there are any.
    fn take_inner(&mut self, span: Range<usize>, inner: Vec<Found>, what: &str) -> Option<usize> {
        if inner.is_empty() {
            return None;
        }
        let context = context(self.text, span.start);
        let end = span.end;
        self.found.extend(inner.into_iter().map(|found| {
            let mut cleaned = vec![what.to_owned()];
            cleaned.extend(found.cleaned);
            Found {
                raw: found.raw,
                line: 0,
                column: 0,
                span: span.clone(),
                context: found.context.or_else(|| context.clone()),
                cleaned,
                inside: found.inside,
            }
        }));
        Some(end)
    }

    /// Keeps what was found. Its line and column are counted at the end.
    fn push(&mut self, span: Range<usize>, raw: &str, mut cleaned: Vec<String>) {
        let context = context(self.text, span.start);
        if let Some(scheme @ ("Bearer" | "DPoP")) = context.as_deref() {
            cleaned.insert(0, format!("the scheme `{scheme}`"));
        }
        let inner = self.in_claims(&span, raw);
        self.found.push(Found {
            raw: Arc::from(raw),
            line: 0,
            column: 0,
            span,
            context,
            cleaned,
            inside: None,
        });
        self.found.extend(inner);
    }

    /// Finds tokens of several parts in a word; where to go on when there was one.
    fn structured(&mut self, start: usize, end: usize) -> Option<usize> {
        let mut next = None;
        let mut at = start;
        let mut first_of_part = true;
        let mut tries = 0;
        while at < end {
            // Only here something can begin.
            let skipped = self.bytes[at..end]
                .iter()
                .position(|b| matches!(b, b'e' | b'.'));
            let Some(skipped) = skipped else {
                break;
            };
            if skipped > 0 {
                at += skipped;
                first_of_part = false;
            }
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
                    next = Some(at);
                    self.push(span, &raw, cleaned);
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

    /// The token whose header starts at `start`, in the word that ends at `word`, on its line or on
    /// several.
    fn token_at(&self, start: usize, word: usize) -> Option<Taken<'a>> {
        let (plain, hyphenated) = self.read_token(start, word, false);
        if !hyphenated {
            return plain;
        }
        // A hyphen at the end of a line is a character of the token, or it broke the word.
        let (broken, _) = self.read_token(start, word, true);
        let worth =
            |taken: &Option<Taken<'a>>| taken.as_ref().map_or(0, |(_, raw, _)| self.worth(raw));
        if worth(&broken) > worth(&plain) {
            broken
        } else {
            plain
        }
    }

    /// How much of a token can be read.
    fn worth(&self, raw: &str) -> u8 {
        let mut parts = raw.split('.');
        let (header, payload, signature) = (parts.next(), parts.next(), parts.next());
        let facts = header.and_then(|header| self.memory.header(header));
        let object = |part: &str| joined::is_object(part);
        let complete = facts
            .as_ref()
            .zip(signature)
            .is_some_and(|(facts, part)| facts.complete(part.len()) == Some(true));
        u8::from(facts.is_some()) * 4
            + u8::from(payload.is_some_and(object)) * 2
            + u8::from(complete)
    }

    /// [`Self::token_at`], with hyphens at the ends of lines read so; and whether there was one.
    fn read_token(&self, start: usize, word: usize, hyphens: bool) -> (Option<Taken<'a>>, bool) {
        let mut hyphenated = false;
        let taken = self.read_parts(start, word, hyphens, &mut hyphenated);
        (taken, hyphenated)
    }

    fn read_parts(
        &self,
        start: usize,
        word: usize,
        hyphens: bool,
        hyphenated: &mut bool,
    ) -> Option<Taken<'a>> {
        let first = Run::read(self.text, start, word, &self.memory);
        let mut joined = Joined::new(first, &self.memory, hyphens);
        // A header that is complete and is none: no line below makes it one.
        if joined.dots() > 0 && joined.facts().is_none() {
            return None;
        }
        // Where the line begins that was read last.
        let mut last_line = start;
        while joined.wants_more()
            && let Some((begins, line)) = self.continuation(start, &joined)
        {
            last_line = begins;
            joined.add(&line);
        }
        *hyphenated = joined.hyphenated;
        let facts = joined.facts()?;
        let parts = joined.dots() + 1;
        let want = if facts.encrypted && (parts >= 5 || !facts.signs()) {
            5
        } else {
            3
        };
        let (mut length, mut stop) = joined.first(want);
        let mut signature = "";
        let mut whole = want == 5 && parts >= 5;
        if want == 3 && parts == 3 {
            let (second, _) = joined.first(2);
            if length == second + 1 && facts.signed() {
                if self.is_prose(stop) || mask::at_start(&self.text[stop..]) > 0 {
                    // The full stop of a sentence, not an empty signature.
                    (length, stop) = joined.first(2);
                }
            } else {
                let end = self.signature_end(&facts, length - second - 1, stop);
                signature = &self.text[stop..end];
                whole = facts.complete(length - second - 1 + signature.len()) == Some(true);
                stop = end;
            }
        } else if want == 3 && parts > 3 {
            let (second, third) = (joined.first(2), joined.first(3));
            if third.0 == second.0 + 1 && facts.signed() {
                // `…` written as dots, where the signature would be.
                (length, stop) = second;
            } else {
                whole = facts.complete(third.0 - second.0 - 1) == Some(true);
            }
        }
        let masked = if whole {
            None
        } else {
            self.masked(start, stop)
        };
        // What stands glued to it is part of what is judged: another word was sent.
        let mut glued = "";
        if masked.is_none()
            && parts >= want
            && self.bytes.get(stop) == Some(&b'.')
            && joined.text.len() >= length
        {
            let end = self.glued_end(stop);
            glued = &self.text[stop..end];
            stop = end;
        }
        let mut raw = match joined.text {
            Cow::Borrowed(text) => Cow::Borrowed(&text[..length]),
            Cow::Owned(mut text) => {
                text.truncate(length);
                Cow::Owned(text)
            }
        };
        if !signature.is_empty() || !glued.is_empty() {
            raw.to_mut().push_str(signature);
            raw.to_mut().push_str(glued);
        }
        if let Some((text, end)) = masked {
            raw.to_mut().push_str(&text);
            return Some((start..end, raw, Vec::new()));
        }
        let mut cleaned = Vec::new();
        let mut escaped = joined.escaped;
        if want == 3
            && parts >= 3
            && let Some(tail) = self.tail(stop, last_line)
        {
            raw.to_mut().push_str(&tail.text);
            stop = tail.stop;
            escaped |= tail.escaped;
        }
        if hyphens {
            cleaned.push("hyphens at the ends of lines inside the token".into());
        }
        if self.bytes[start..stop].contains(&b'\n') {
            cleaned.push("line breaks inside the token".into());
        }
        if escaped {
            cleaned.push("escapes inside the token".into());
        }
        Some((start..stop, raw, cleaned))
    }

    /// Whether what follows a full stop at the end of a token is the rest of a text.
    fn is_prose(&self, stop: usize) -> bool {
        let blank = self.skip(stop, b" \t");
        blank > stop && self.bytes.get(blank).is_some_and(u8::is_ascii_alphanumeric)
    }

    /// What stands where the rest of a token was left out that ends at `stop`: `…` for each sign of it,
    /// with the pieces of the token between them, and where that ends.
    fn masked(&self, start: usize, stop: usize) -> Option<(String, usize)> {
        const MOST: usize = 8;
        let dotted = escapes::dot(self.bytes, stop)
            .filter(|_| mask::at_start(&self.text[stop..]) == 0)
            .unwrap_or(0);
        let mut at = stop + dotted;
        let mut text = if dotted > 0 {
            ".".to_owned()
        } else {
            String::new()
        };
        let mut signs = 0;
        while signs < MOST {
            let sign = mask::at_start(&self.text[at..]);
            if sign == 0 {
                break;
            }
            // Markup around the token: `***eyJ…***`.
            let sign_text = &self.text[at..at + sign];
            if signs == 0 && sign_text.starts_with('*') && self.text[..start].ends_with("***") {
                return None;
            }
            signs += 1;
            at += sign;
            text.push('…');
            let more = self.bytes[at..].iter().take_while(|b| is_word(**b)).count();
            // The full stop of a sentence, or the next sign.
            let piece = &self.text[at..at + more];
            let kept = piece.trim_end_matches('.');
            let kept = if piece.len() > kept.len() && mask::at_start(&self.text[at + more..]) > 0 {
                piece
            } else {
                kept
            };
            text.push_str(kept);
            at += kept.len();
        }
        (signs > 0).then_some((text, at))
    }

    /// Where a signature ends that seems to end at `stop` after `length` characters: further when
    /// it is written in standard base64 or padded, and its algorithm says so.
    fn signature_end(&self, facts: &joined::Facts, length: usize, stop: usize) -> usize {
        if !matches!(self.bytes.get(stop), Some(b'+' | b'/' | b'=')) {
            return stop;
        }
        let more = self.bytes[stop..]
            .iter()
            .take(2 << 10)
            .take_while(|b| joined::is_part(**b) || matches!(b, b'+' | b'/'))
            .count();
        let mut end = stop;
        let mut total = length;
        if facts.complete(length) != Some(true) && facts.complete(length + more) == Some(true) {
            end += more;
            total += more;
        }
        let padding = self.bytes[end..]
            .iter()
            .take(MOST_PADDING)
            .take_while(|b| **b == b'=')
            .count();
        // Padding that fits, or signs with nothing behind them: whoever reads the word reads them.
        let fits = padding > 0 && padding < 3 && (total + padding).is_multiple_of(4);
        let alone = self
            .bytes
            .get(end + padding)
            .is_none_or(|b| !is_word(*b) && !matches!(b, b'=' | b'%' | b'~'));
        if fits || alone {
            end += padding;
        }
        end
    }

    /// Where the parts end that are glued by dots to the token that ends at `stop`; `stop` itself
    /// when there are none, or when they are a token of their own.
    fn glued_end(&self, stop: usize) -> usize {
        let length = self.bytes[stop..].iter().position(|b| !is_word(*b));
        let word = &self.text[stop..length.map_or(self.bytes.len(), |n| stop + n)];
        let kept = word.trim_end_matches('.');
        if kept.is_empty() || word.split('.').any(|part| joined::header(part).is_some()) {
            return stop;
        }
        stop + kept.len()
    }

    /// What stands on the next line and continues the token, and where it begins.
    fn continuation(&self, start: usize, joined: &Joined<'_, '_>) -> Option<(usize, Run<'a>)> {
        // `…` written as dots: the rest was left out.
        if joined.text.ends_with("...") {
            return None;
        }
        let (begins, quote) = if let Some((begins, quote)) = self.next_string(start, joined.stop) {
            (begins, Some(quote))
        } else {
            let at = self.skip(joined.stop, b" \t\\\r");
            if self.bytes.get(at) != Some(&b'\n') {
                return None;
            }
            (self.skip(at + 1, b" \t>|#*"), None)
        };
        let line = Run::read(self.text, begins, begins, &self.memory);
        let after = self.skip(line.stop, b" \t\\\r");
        let next = self.bytes.get(after);
        let alone = match quote {
            Some(quote) => next == Some(&quote) && after == line.stop,
            None => matches!(
                next,
                None | Some(
                    b'\n' | b'"' | b'\'' | b'`' | b',' | b';' | b')' | b']' | b'}' | b'<' | b'~'
                )
            ),
        };
        // A line that starts like a header starts another token, unless a dot asks for a payload, or
        // a known number of characters is missing and they are no header on a closer look.
        let other = line.starts_like_header()
            && !joined.text.ends_with('.')
            && (line.starts_header() || !joined.is_signing());
        (line.len() > 0 && alone && !other && joined.continues_with(&line))
            .then_some((begins, line))
    }

    /// Where the next piece of a text begins that a program has in several literals, `'eyJ…' 'abc'` or
    /// `"eyJ…" + "abc"`, on one line or on several, and its quote. The first begins at `start`.
    fn next_string(&self, start: usize, stop: usize) -> Option<(usize, u8)> {
        let quote = *self.bytes.get(stop).filter(|b| matches!(b, b'"' | b'\''))?;
        if start.checked_sub(1).map(|n| self.bytes[n]) != Some(quote) {
            return None;
        }
        let gap = self.skip(stop + 1, b" \t\r\n+.&_\\");
        // A prefix of the language, as in `b'…'`.
        let prefix = usize::from(
            self.bytes
                .get(gap)
                .is_some_and(|b| matches!(b, b'b' | b'r' | b'f' | b'u'))
                && gap > stop + 1,
        );
        let begins = gap + prefix;
        (self.bytes.get(begins) == Some(&quote) && gap > stop + 1).then_some((begins + 1, quote))
    }
}
