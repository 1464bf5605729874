//! Texts that are written as their bytes in decimal numbers: `[101, 121, 74, …]` as the journal of
//! systemd exports what is not plain text, and `[101 121 74 …]` as Go prints a slice.

use super::{Found, Search, joined::is_part};

/// Fewest bytes that are read: a token is longer.
const SHORTEST: usize = 24;

impl Search<'_> {
    /// `[`: looks into the bytes that begin here; where to go on.
    pub(super) fn bytes_at(&mut self, at: usize) -> usize {
        self.written_bytes(at).unwrap_or(at + 1)
    }

    fn written_bytes(&mut self, at: usize) -> Option<usize> {
        if self.depth >= 2 {
            return None;
        }
        let blank = b" \t\r\n";
        let mut read: Vec<u8> = Vec::new();
        let mut next = self.skip(at + 1, blank);
        loop {
            let digits = self.bytes[next..]
                .iter()
                .take(4)
                .take_while(|b| b.is_ascii_digit())
                .count();
            let byte = self.text[next..next + digits].parse::<u8>().ok()?;
            if read.len() >= self.encoded {
                return None;
            }
            read.push(byte);
            let after = self.skip(next + digits, blank);
            match self.bytes.get(after) {
                Some(b']') => {
                    next = after + 1;
                    break;
                }
                Some(b',') => next = self.skip(after + 1, blank),
                Some(b) if b.is_ascii_digit() && after > next + digits => next = after,
                _ => return None,
            }
        }
        self.encoded = self.encoded.checked_sub(read.len())?;
        if read.len() < SHORTEST || read.iter().filter(|b| is_part(**b)).count() < SHORTEST / 2 {
            return None;
        }
        let text = String::from_utf8_lossy(&read).into_owned();
        let inner: Vec<Found> = self.inside_of(&text);
        self.take_inner(at..next, inner, "bytes written as numbers around the token")
    }
}
