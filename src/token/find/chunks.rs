//! A value that was too long for one cookie and stands in several: `name.0=…; name.1=…`, as session
//! libraries cut them. In `Cookie` and `Set-Cookie` lines and in the cookies of HAR files.

use super::{Found, Search, context::floor, escapes, joined::is_word};

/// How far behind a piece the next is looked for, in bytes.
const REACH: usize = 64 << 10;

/// Most pieces that are joined.
const MOST: usize = 64;

/// What a value begins with that is written in base64.
pub(super) const BASE64: &str = "base64-";

impl Search<'_> {
    /// The word `name.0` or `name_0` with the pieces that belong together; where to go on.
    pub(super) fn chunked(&mut self, start: usize, end: usize) -> Option<usize> {
        if self.depth > 0 {
            return None;
        }
        let word = &self.text[start..end];
        let name = word.strip_suffix('0')?;
        if !name.ends_with(['.', '_']) || name.len() < 3 {
            return None;
        }
        let (first, first_end) = self.piece(end)?;
        let mut value = self.text[first..first_end].to_owned();
        let mut pieces = vec![(first, first_end)];
        while pieces.len() < MOST {
            let from = pieces.last().map_or(first_end, |(_, end)| *end);
            let Some((begins, stop)) = self.next_piece(name, pieces.len(), from) else {
                break;
            };
            value.push_str(&self.text[begins..stop]);
            pieces.push((begins, stop));
        }
        let (_, last) = *pieces.get(1..)?.last()?;
        let inner = self.inside_value(&value);
        self.take_inner(first..last, inner, "a cookie in several pieces")?;
        // What stands between them is searched; they are not again.
        self.seen.extend(pieces[1..].iter().copied());
        Some(first_end)
    }

    /// The tokens in a cookie's value.
    fn inside_value(&self, value: &str) -> Vec<Found> {
        let decoded = percent_decoded(value);
        let value = decoded.as_deref().unwrap_or(value);
        // Its base64 is read by what reads it when it stands in one piece.
        self.inside_of(value)
    }

    fn next_piece(&self, name: &str, number: usize, from: usize) -> Option<(usize, usize)> {
        let name = format!("{name}{number}");
        let until = floor(self.text, self.text.len().min(from + REACH));
        let near = self.text.get(from..until)?;
        near.match_indices(&name).find_map(|(at, _)| {
            let (begins, ends) = (from + at, from + at + name.len());
            let own = begins
                .checked_sub(1)
                .is_none_or(|n| !is_word(self.bytes[n]))
                && self.bytes.get(ends).is_none_or(|b| !is_word(*b));
            own.then(|| self.piece(ends)).flatten()
        })
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
            .position(|b| !(is_word(*b) || b"%+/=~:!*".contains(b)))
            .unwrap_or(self.bytes.len() - start);
        (length > 0).then_some((start, start + length))
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
