//! gzip (RFC 1952), as log files are packed; several members stand one after another.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;

use super::{Format, Input};

pub(super) static FORMAT: Format = Format {
    words: "unpacked from gzip",
    // The magic number and deflate, the only method that there is.
    sniff: |head| head.starts_with(&[0x1f, 0x8b, 8]),
    open: |input| Ok(unpack(input)),
};

fn unpack(input: Input<'_>) -> Input<'_> {
    Box::new(Unpacked(MultiGzDecoder::new(input)))
}

/// The decoder, whose errors do not say what they are about.
struct Unpacked<R>(MultiGzDecoder<R>);

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|e| match e.kind() {
            io::ErrorKind::UnexpectedEof => {
                io::Error::other("is packed with gzip and ends early: copy the whole file")
            }
            io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
                io::Error::other(format!("is packed with gzip and damaged: {e}"))
            }
            _ => e,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::{Compression, write::GzEncoder};

    use crate::token::formats::read;

    fn packed(text: &[u8]) -> Vec<u8> {
        let mut out = GzEncoder::new(Vec::new(), Compression::default());
        out.write_all(text).unwrap();
        out.finish().unwrap()
    }

    #[test]
    fn members_are_read_one_after_another() {
        let both = [packed(b"one\n"), packed(b"two\n")].concat();
        let (text, words) = read(both).unwrap();
        assert_eq!(text, b"one\ntwo\n");
        assert_eq!(words.as_deref(), Some("unpacked from gzip"));
    }

    #[test]
    fn what_is_damaged_or_ends_early_says_so() {
        let whole = packed(&b"a long line of a log, again and again\n".repeat(50));
        let why = |bytes: &[u8]| read(bytes.to_vec()).unwrap_err().to_string();
        assert!(why(&whole[..whole.len() - 12]).contains("ends early"));
        let mut damaged = whole.clone();
        damaged[14] ^= 0xff;
        assert!(why(&damaged).contains("gzip"), "{}", why(&damaged));
    }

    #[test]
    fn a_bomb_is_refused() {
        // Half a gibibyte and more, in half a mebibyte.
        let bomb = packed(&vec![b'a'; 1 << 20]).repeat(513);
        assert!(bomb.len() < 1 << 20);
        let mut opened = crate::token::formats::open(Box::new(bomb.as_slice())).unwrap();
        let end = std::io::copy(&mut opened.bytes, &mut std::io::sink());
        let why = end.unwrap_err().to_string();
        assert!(why.contains("more than 512 MiB"), "{why}");
    }
}
