//! Zstandard (RFC 8878), as log files are packed; several frames stand one after another.

use std::io::{self, BufReader, Read};

use ruzstd::decoding::StreamingDecoder;

use super::{Format, Input};

pub(super) static FORMAT: Format = Format {
    words: "unpacked from zstd",
    sniff: |head| head.starts_with(&MAGIC) || is_skippable(head) && holds_frame(head),
    open: |input| {
        Ok(Box::new(Unpacked {
            frame: None,
            rest: Some(Rest {
                head: Vec::new(),
                input: BufReader::new(input),
            }),
        }))
    },
};

const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Whether a frame that begins so holds what only its maker reads (RFC 8878 §3.1.2).
fn is_skippable(head: &[u8]) -> bool {
    matches!(head, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..])
}

/// Whether a frame stands behind the first skippable ones; one that is longer than what is shown is taken
/// for one of this format.
fn holds_frame(mut head: &[u8]) -> bool {
    while is_skippable(head) {
        let Some(size) = head.get(4..8).and_then(|size| size.try_into().ok()) else {
            return false;
        };
        let size = u32::from_le_bytes(size) as usize;
        match size.checked_add(8).and_then(|size| head.get(size..)) {
            Some(rest) if !rest.is_empty() => head = rest,
            _ => return true,
        }
    }
    head.starts_with(&MAGIC)
}

/// What is not unpacked yet; of it a few bytes were read to see what it is.
struct Rest<'a> {
    head: Vec<u8>,
    input: BufReader<Input<'a>>,
}

impl Rest<'_> {
    /// Reads on to the next frame that holds something; whether there is one.
    fn next_frame(&mut self) -> io::Result<bool> {
        loop {
            self.input.by_ref().take(4).read_to_end(&mut self.head)?;
            if !is_skippable(&self.head) {
                return Ok(!self.head.is_empty());
            }
            self.head.clear();
            let mut size = [0; 4];
            self.input.read_exact(&mut size)?;
            let size = u64::from(u32::from_le_bytes(size));
            io::copy(&mut self.input.by_ref().take(size), &mut io::sink())?;
        }
    }
}

impl Read for Rest<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.head.is_empty() {
            return self.input.read(buffer);
        }
        let length = self.head.len().min(buffer.len());
        let (to, from) = (buffer.get_mut(..length), self.head.get(..length));
        if let (Some(to), Some(from)) = (to, from) {
            to.copy_from_slice(from);
        }
        self.head.drain(..length);
        Ok(length)
    }
}

type Frame<'a> = StreamingDecoder<Rest<'a>, ruzstd::decoding::FrameDecoder>;

/// The frame that is read, or what stands behind the last.
struct Unpacked<'a> {
    frame: Option<Box<Frame<'a>>>,
    rest: Option<Rest<'a>>,
}

fn damaged(why: &dyn std::fmt::Display) -> io::Error {
    io::Error::other(format!(
        "is packed with zstd and is damaged or ends early: copy the whole file ({why})"
    ))
}

impl Read for Unpacked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if let Some(frame) = &mut self.frame {
                let read = frame.read(buffer).map_err(|e| damaged(&e))?;
                if read > 0 {
                    return Ok(read);
                }
                self.rest = self.frame.take().map(|frame| frame.into_inner());
            }
            let Some(mut rest) = self.rest.take() else {
                return Ok(0);
            };
            if !rest.next_frame().map_err(|e| damaged(&e))? {
                return Ok(0);
            }
            let frame = StreamingDecoder::new(rest).map_err(|e| damaged(&e))?;
            self.frame = Some(Box::new(frame));
        }
    }
}

#[cfg(test)]
mod tests {
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    use crate::token::formats::read;

    fn packed(text: &[u8]) -> Vec<u8> {
        compress_to_vec(text, CompressionLevel::Fastest)
    }

    #[test]
    fn frames_are_read_one_after_another() {
        let long = b"a long line of a log, again and again\n".repeat(5000);
        let both = [packed(&long), packed(b"two\n")].concat();
        let (text, words) = read(both).unwrap();
        assert_eq!(text, [&long[..], b"two\n"].concat());
        assert_eq!(words.as_deref(), Some("unpacked from zstd"));
    }

    #[test]
    fn frames_that_only_their_maker_reads_are_passed_over() {
        let skipped = |bytes: &[u8]| {
            let size = u32::try_from(bytes.len()).unwrap().to_le_bytes();
            [&[0x5a, 0x2a, 0x4d, 0x18][..], &size, bytes].concat()
        };
        let whole = [
            skipped(b"index"),
            packed(b"one\n"),
            skipped(&vec![7; 100_000]),
            skipped(b""),
            packed(b"two\n"),
            skipped(b"end"),
        ];
        let (text, _) = read(whole.concat()).unwrap();
        assert_eq!(text, b"one\ntwo\n");
        assert_eq!(read(skipped(b"nothing else")).unwrap().0, b"");
    }

    #[test]
    fn what_ends_early_says_so() {
        let whole = packed(&b"a long line of a log, again and again\n".repeat(50));
        let why = read(whole[..whole.len() - 6].to_vec())
            .unwrap_err()
            .to_string();
        assert!(why.contains("ends early"), "{why}");
    }
}
