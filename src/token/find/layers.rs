//! Tokens inside base64: Kubernetes secrets, bodies of HAR files, form fields that carry XML.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

use super::{Search, escapes};

/// Layers of base64 that are taken off. Each has three quarters of the one around it, so that all
/// together are less than three times the text.
const DEPTH: u8 = 3;

/// Shortest run that is looked into, in characters: no token is shorter when encoded.
const SHORTEST: usize = 24;

/// Widths at which encoders break lines.
const WIDTHS: [usize; 2] = [64, 76];

const DECODER: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

impl Search<'_> {
    /// Looks into the base64 that starts at `start`; where to go on when tokens were in it.
    pub(super) fn layer(&mut self, start: usize) -> Option<usize> {
        if self.depth >= DEPTH || !self.opens_text(start) {
            return None;
        }
        let (run, stop) = self.run_of_base64(start);
        let left = self.encoded.checked_sub(run.len());
        self.encoded = left.unwrap_or(0);
        if run.len() < SHORTEST || left.is_none() {
            return None;
        }
        let text = String::from_utf8(DECODER.decode(&run).ok()?).ok()?;
        if text.contains('\0') {
            return None;
        }
        let inner = self.inside_of(&text);
        self.take_inner(start..stop, inner, "base64 around the token")
    }

    /// Whether the first characters at `start` decode to text: most words of any language and all
    /// random bytes end here.
    fn opens_text(&self, start: usize) -> bool {
        // What opens with a letter, a bracket, a quote or white space is encoded so.
        let first = self.bytes.get(start).copied().unwrap_or(0);
        if !matches!(first, b'C' | b'D' | b'I'..=b'Z' | b'a'..=b'f') {
            return false;
        }
        let mut opens = [0; 6];
        let read = self
            .bytes
            .get(start..start + 8)
            .and_then(|head| DECODER.decode_slice(head, &mut opens).ok());
        read.is_some_and(|length| {
            opens[..length]
                .iter()
                .all(|b| matches!(b, b' '..=b'~' | b'\t' | b'\r' | b'\n'))
        })
    }

    /// The base64 from `start`, in the standard alphabet, its escapes and line breaks taken away,
    /// and where it ends. A line belongs to it while the one before has an encoder's width. No more
    /// is read than may be.
    fn run_of_base64(&self, start: usize) -> (Vec<u8>, usize) {
        let mut run = Vec::new();
        let mut at = start;
        let mut line = 0;
        loop {
            while run.len() <= self.encoded
                && let Some((b, length)) = escapes::base64(self.bytes, at)
            {
                run.push(match b {
                    b'-' => b'+',
                    b'_' => b'/',
                    b => b,
                });
                at += length;
                if b == b'=' {
                    break;
                }
            }
            if run.len() > self.encoded {
                break;
            }
            let wide = WIDTHS.contains(&(run.len() - line));
            let next = self.next_line(at);
            if !wide || run.last() == Some(&b'=') {
                break;
            }
            let Some(next) = next.filter(|n| escapes::base64(self.bytes, *n).is_some()) else {
                break;
            };
            line = run.len();
            at = next;
        }
        let stop = at;
        let more = escapes::base64(self.bytes, at).filter(|(b, _)| *b == b'=');
        let padding = run.last() == Some(&b'=');
        (
            run,
            if padding {
                more.map_or(stop, |(_, n)| stop + n)
            } else {
                stop
            },
        )
    }

    /// Where the next line begins when `at` is the end of one; a line break may be written `\n`.
    fn next_line(&self, at: usize) -> Option<usize> {
        let at = self.skip(at, b" \t");
        let rest = &self.bytes[at..];
        let breaks = ["\r\n", "\n", "\\r\\n", "\\n"];
        let length = breaks
            .iter()
            .find(|b| rest.starts_with(b.as_bytes()))?
            .len();
        Some(self.skip(at + length, b" \t"))
    }
}
