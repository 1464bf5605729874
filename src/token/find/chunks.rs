//! A value that was too long for one cookie and stands in several: `name.0=…; name.1=…`, `nameC1=…;
//! nameC2=…`, as session libraries cut them. In `Cookie` and `Set-Cookie` lines and in the cookies of HAR
//! files, in any order.

use super::{Found, Search, context::floor, escapes, joined::is_word};

/// How far behind and before a piece the next is looked for, in bytes.
const REACH: usize = 64 << 10;

/// Longest piece: browsers keep cookies of 4 KiB, and their text may be percent-encoded.
const PIECE: usize = 16 << 10;

/// Most pieces that are joined.
const MOST: usize = 64;

/// What a value begins with that is written in base64.
pub(super) const BASE64: &str = "base64-";

impl Search<'_> {
    /// The word `name.0`, `name_0` or `nameC1` with the pieces that belong together; where to go on.
    pub(super) fn chunked(&mut self, start: usize, end: usize) -> Option<usize> {
        if self.depth > 0 {
            return None;
        }
        let word = &self.text[start..end];
        let (name, first_number) = match word.as_bytes() {
            [.., b'.' | b'_' | b'-', b'0'] => (&word[..word.len() - 1], 0),
            [.., b'C' | b'.' | b'_' | b'-', b'1'] => (&word[..word.len() - 1], 1),
            _ => return None,
        };
        if name.len() < 3 {
            return None;
        }
        let first = self.piece(end)?;
        let mut pieces = vec![first];
        while pieces.len() < MOST {
            let wanted = format!("{name}{}", first_number + pieces.len());
            let last = pieces.last().map_or(first.1, |(_, end)| *end);
            let next = self
                .piece_after(&wanted, last)
                .or_else(|| self.piece_before(&wanted, start));
            let Some(next) = next else { break };
            pieces.push(next);
        }
        if pieces.len() < 2 {
            return None;
        }
        let value: String = pieces
            .iter()
            .map(|(from, to)| &self.text[*from..*to])
            .collect();
        self.charge(value.len())?;
        let inner = self.inside_value(&value);
        let from = pieces.iter().map(|(from, _)| *from).min()?;
        let to = pieces.iter().map(|(_, to)| *to).max()?;
        self.take_inner(from..to, inner, "a cookie in several pieces")?;
        // What stands between them is searched; they are not again.
        self.seen.extend(pieces.into_iter().skip(1));
        Some(first.1)
    }

    /// The tokens in a cookie's value.
    fn inside_value(&self, value: &str) -> Vec<Found> {
        let decoded = percent_decoded(value);
        let value = decoded.as_deref().unwrap_or(value);
        // Its base64 is read by what reads it when it stands in one piece.
        self.inside_of(value)
    }

    /// Takes bytes that are read once more from what may be; nothing when that is used up.
    fn charge(&mut self, bytes: usize) -> Option<()> {
        self.cookies = self.cookies.checked_sub(bytes)?;
        Some(())
    }

    fn piece_after(&mut self, name: &str, from: usize) -> Option<(usize, usize)> {
        let until = floor(self.text, self.text.len().min(from + REACH));
        let near = self.text.get(from..until)?;
        let at = near
            .match_indices(name)
            .map(|(at, _)| from + at)
            .find(|at| self.is_own(*at, name))
            .unwrap_or(until);
        self.charge(at - from)?;
        if at == until {
            None
        } else {
            self.piece(at + name.len())
        }
    }

    fn piece_before(&mut self, name: &str, until: usize) -> Option<(usize, usize)> {
        let from = floor(self.text, until.saturating_sub(REACH));
        let near = self.text.get(from..until)?;
        // Of the same line of headers, or of the same list.
        let near = near.rfind("\n\n").map_or(near, |at| &near[at..]);
        let from = until - near.len();
        let at = near
            .rmatch_indices(name)
            .map(|(at, _)| from + at)
            .find(|at| self.is_own(*at, name));
        self.charge(until - at.unwrap_or(from))?;
        self.piece(at? + name.len())
    }

    /// Whether `name` at `at` is a word of its own.
    fn is_own(&self, at: usize, name: &str) -> bool {
        let before = at.checked_sub(1).map(|n| self.bytes[n]);
        let after = self.bytes.get(at + name.len());
        before.is_none_or(|b| !is_word(b)) && after.is_none_or(|b| !is_word(*b))
    }

    /// The value behind a name that ends at `end`: `=…`, `": "…"`, `", "value": "…"`.
    fn piece(&self, end: usize) -> Option<(usize, usize)> {
        let start = if self.bytes.get(end) == Some(&b'=') {
            self.skip(end + 1, b"\"")
        } else {
            let sign = self.skip(end, b"\\\"'");
            let mut at = self.skip(sign, b" \t\r\n");
            if self.bytes.get(at) == Some(&b',') {
                let named = self.skip(at + 1, b" \t\r\n\\\"'");
                self.text.get(named..)?.strip_prefix("value")?;
                at = self.skip(named + "value".len(), b" \t\\\"'");
            }
            if sign == end || self.bytes.get(at) != Some(&b':') {
                return None;
            }
            self.skip(at + 1, b" \t\r\n\\\"'")
        };
        let length = self.bytes[start..]
            .iter()
            .take(PIECE + 1)
            .take_while(|b| is_word(**b) || b"%+/=~:!*".contains(b))
            .count();
        (1..=PIECE)
            .contains(&length)
            .then_some((start, start + length))
    }
}

/// Percent-encoding taken away, whatever it hides.
fn percent_decoded(value: &str) -> Option<String> {
    escapes::percent_decoded(value).or_else(|| {
        let mut out = Vec::with_capacity(value.len());
        let mut rest = value;
        while let Some((before, after)) = rest.split_once('%') {
            out.extend_from_slice(before.as_bytes());
            out.push(u8::from_str_radix(after.get(..2)?, 16).ok()?);
            rest = &after[2..];
        }
        out.extend_from_slice(rest.as_bytes());
        value.contains('%').then_some(())?;
        String::from_utf8(out).ok()
    })
}
