//! Values without structure, known as tokens by the name or the scheme in front of them.

use super::{
    Search,
    context::floor,
    escapes,
    joined::{Memory, is_part, is_word},
};
use crate::token::{decode, mask};

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

/// Longest value without structure, in bytes.
const LONGEST: usize = 65_536;

impl Search<'_> {
    /// Finds values without structure behind a name or a scheme; where to go on.
    pub(super) fn named(&mut self, start: usize, end: usize) -> usize {
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
        if gap == 0 {
            return end;
        }
        if self.structure_at(start) {
            return end;
        }
        let stop = self.value_end(start);
        let value = &self.text[start..stop];
        if value.is_empty() || value.len() > LONGEST {
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
        let closed = self.skip(end, b"\\\"'");
        let separator = self.skip(closed, b" \t");
        let sign = self.bytes.get(separator).copied();
        if !matches!(sign, Some(b':' | b'=')) {
            return end;
        }
        let opened = self.skip(separator + 1, b" \t\r\n");
        let start = self.skip(opened, b"\\\"'");
        let quoted = start > opened;
        let start = start + escapes::leftover(self.bytes, start);
        if self.structure_at(start) {
            return end;
        }
        if quoted && closed > end {
            // A JSON member: everything up to the closing quote.
            let stop = self.bytes[start..]
                .iter()
                .take(LONGEST)
                .position(|b| matches!(b, b'"' | b'\'' | b'\\') || !b.is_ascii_graphic())
                .map(|n| start + n);
            let Some(stop) = stop.filter(|s| matches!(self.bytes[*s], b'"' | b'\'' | b'\\')) else {
                return stop.map_or(end, |stop| self.cut_value(start, stop, end));
            };
            if mask::at_start(&self.text[stop..]) > 0 {
                return self.cut_value(start, stop, end);
            }
            let value = &self.text[start..stop];
            let placeholder = value.starts_with(['<', '{', '$', '[', '*'])
                || matches!(value, "string" | "undefined");
            if value.len() < 6 || placeholder || has_structure(value, &self.memory) {
                return end;
            }
            if let Some(stop) = self.layer(start) {
                return stop;
            }
            if vague {
                return end;
            }
            self.push(start..stop, value, Vec::new());
            return stop;
        }
        let stop = self.value_end(start);
        if mask::at_start(&self.text[stop..]) > 0 {
            return self.cut_value(start, stop, end);
        }
        let (value, stop) = trimmed(&self.text[start..stop], stop);
        if value.is_empty()
            || value.len() > LONGEST
            || has_structure(value, &self.memory)
            || value.starts_with("urn%3A")
        {
            return end;
        }
        if let Some(stop) = self.layer(start) {
            return stop;
        }
        let form =
            sign == Some(b'=') && closed == end && separator == end && opened == separator + 1;
        let ends = !matches!(self.bytes.get(stop), Some(b'(' | b'[' | b':' | b'{'));
        let enough = if form && !vague { 8 } else { 16 };
        if ends && value.len() >= enough && value.bytes().any(|b| b.is_ascii_digit()) {
            let (raw, cleaned) = match escapes::percent_decoded(value) {
                Some(decoded) => (decoded, vec!["percent-encoding".to_owned()]),
                None => (value.to_owned(), Vec::new()),
            };
            self.push(start..stop, &raw, cleaned);
            return stop;
        }
        end
    }

    /// What is left of a token whose header is cut at `stop`: it is no value of its own.
    fn cut_value(&mut self, start: usize, stop: usize, end: usize) -> usize {
        let sign = mask::at_start(&self.text[stop..]);
        let value = &self.text[start..stop];
        if sign == 0 || !decode::is_beginning(value) {
            return end;
        }
        let raw = format!("{value}…");
        self.push(start..stop + sign, &raw, Vec::new());
        stop + sign
    }

    /// The first byte from `at` on that is not in `set`.
    pub(super) fn skip(&self, mut at: usize, set: &[u8]) -> usize {
        while self.bytes.get(at).is_some_and(|b| set.contains(b)) {
            at += 1;
        }
        at
    }
}

impl Search<'_> {
    /// Whether a value that begins here is found as a token of parts anyway.
    fn structure_at(&self, start: usize) -> bool {
        let bytes = &self.bytes[start..];
        if bytes.first() != Some(&b'e') {
            return false;
        }
        let head = bytes.iter().position(|b| !is_part(*b));
        // A header that goes on in the next line.
        let part = &self.text[start..head.map_or(self.text.len(), |n| start + n)];
        if decode::is_beginning(part) && self.token_at(start, start).is_some() {
            return true;
        }
        head.filter(|n| escapes::dot(bytes, *n).is_some() || bytes[*n] == b'%')
            .and_then(|n| self.memory.header(&self.text[start..start + n]))
            .is_some()
    }
}

/// A value without the full stop of its sentence.
fn trimmed(value: &str, stop: usize) -> (&str, usize) {
    let kept = value.trim_end_matches('.');
    (kept, stop - (value.len() - kept.len()))
}

/// Whether the value is found as a token of parts anyway.
fn has_structure(value: &str, memory: &Memory) -> bool {
    value.starts_with('e')
        && value
            .split_once(['.', '%', '\\'])
            .is_some_and(|(head, _)| memory.header(head).is_some())
}

/// Whether a word is no word of a language.
fn random(value: &str) -> bool {
    value.bytes().any(|b| b.is_ascii_digit()) && value.bytes().any(|b| b.is_ascii_alphabetic())
}
