//! Zstandard (RFC 8878), as log files are packed; several frames stand one after another.

use std::io::{self, BufRead as _, BufReader, Read};

use ruzstd::decoding::StreamingDecoder;

use super::{Format, Input};

pub(super) static FORMAT: Format = Format {
    words: "unpacked from zstd",
    sniff: |head| head.starts_with(&MAGIC),
    open: |input| {
        Ok(Box::new(Unpacked {
            frame: None,
            rest: Some(BufReader::new(input)),
        }))
    },
};

const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

type Frame<'a> = StreamingDecoder<BufReader<Input<'a>>, ruzstd::decoding::FrameDecoder>;

/// The frame that is read, or what stands behind the last.
struct Unpacked<'a> {
    frame: Option<Box<Frame<'a>>>,
    rest: Option<BufReader<Input<'a>>>,
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
            if rest.fill_buf()?.is_empty() {
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
    fn what_ends_early_says_so() {
        let whole = packed(&b"a long line of a log, again and again\n".repeat(50));
        let why = read(whole[..whole.len() - 6].to_vec())
            .unwrap_err()
            .to_string();
        assert!(why.contains("ends early"), "{why}");
    }
}
