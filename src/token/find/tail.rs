//! What follows the issuer-signed part of an SD-JWT (RFC 9901 §4): disclosures and a key binding
//! JWT, each behind a `~`.

use super::{
    Search, escapes,
    joined::{header, is_part},
};

/// A tail with its text, and where it ends in the source.
pub(super) struct Tail {
    /// `~…~` with plain tildes and without line breaks.
    pub text: String,
    pub stop: usize,
    pub escaped: bool,
}

impl Search<'_> {
    /// The tail at `start`, the end of an issuer-signed part. `width` is that of the lines before
    /// when the token is wrapped, and where its last line began.
    pub(super) fn tail(&self, start: usize, line: usize) -> Option<Tail> {
        let mut tail = Tail {
            text: String::new(),
            stop: start,
            escaped: false,
        };
        let mut at = start;
        let mut line = line;
        let mut width = None;
        loop {
            while let Some(length) = escapes::tilde(self.bytes, at) {
                tail.escaped |= length > 1;
                tail.text.push('~');
                at += length;
                let stop = self.part_end(at);
                tail.text.push_str(&self.text[at..stop]);
                at = stop;
                // The key binding JWT is the last.
                if escapes::dot(self.bytes, at).is_some() {
                    at = self.binding(&mut tail, stop);
                    break;
                }
            }
            if tail.text.is_empty() {
                return None;
            }
            tail.stop = at;
            let Some(next) = self.wrapped_tail(at, line, &mut width) else {
                return Some(tail);
            };
            // The rest of a part that the line break cut in two.
            let stop = self.part_end(next);
            tail.text.push_str(&self.text[next..stop]);
            at = stop;
            if escapes::dot(self.bytes, at).is_some() {
                at = self.binding(&mut tail, stop);
            }
            tail.stop = at;
            line = next;
        }
    }

    fn part_end(&self, at: usize) -> usize {
        self.bytes[at..]
            .iter()
            .position(|b| !is_part(*b))
            .map_or(self.bytes.len(), |n| at + n)
    }

    /// Reads on from `dot`, a dot of what may be a key binding JWT; where it ends.
    fn binding(&self, tail: &mut Tail, dot: usize) -> usize {
        let from = tail.text.rfind('~').map_or(0, |n| n + 1);
        let read = &tail.text[from..];
        let left = 2_usize.saturating_sub(read.matches('.').count());
        if header(read.split('.').next().unwrap_or("")).is_none() {
            return dot;
        }
        let mut at = dot;
        for _ in 0..left {
            let Some(length) = escapes::dot(self.bytes, at) else {
                break;
            };
            let stop = self.part_end(at + length);
            // The full stop of a sentence.
            if stop == at + length && !matches!(self.bytes.get(stop), Some(b'\n' | b'\r')) {
                break;
            }
            tail.text.push('.');
            tail.text.push_str(&self.text[at + length..stop]);
            at = stop;
        }
        at
    }

    /// Where a wrapped tail goes on: when the line that ends at `at` is as wide as those before,
    /// and the next has nothing but characters of a tail.
    fn wrapped_tail(&self, at: usize, line: usize, width: &mut Option<usize>) -> Option<usize> {
        let this = at - line;
        let wide = *width.get_or_insert(this);
        if !(40..=1024).contains(&this) || this != wide {
            return None;
        }
        let end = self.skip(at, b" \t\\\r");
        if self.bytes.get(end) != Some(&b'\n') {
            return None;
        }
        let next = self.skip(end + 1, b" \t>|#*");
        let length = self.bytes[next..]
            .iter()
            .take(wide + 1)
            .take_while(|b| is_part(**b) || matches!(b, b'~' | b'.'))
            .count();
        let stop = next + length;
        let alone = matches!(
            self.bytes.get(self.skip(stop, b" \t\\\r")),
            None | Some(b'\n' | b'"' | b'\'' | b'`' | b',' | b')' | b'<')
        );
        let fits = length > 0 && length <= wide && alone;
        // What ends with `~` may be complete: only a line with another `~` goes on.
        let open = self.bytes[at - 1] != b'~' || self.text[next..stop].contains('~');
        let other = self.text[next..stop].starts_with("eyJ") && self.bytes[at - 1] != b'~';
        (fits && open && !other).then_some(next)
    }
}
