//! Formats of whole files: what is taken off before a text is searched for tokens, a file each. A
//! format tells by the first bytes whether a file is one, and makes of its bytes those that it
//! holds, as they are read; or it refuses, and its words say what the file is and what to do.
//!
//! What stands inside a text (base64, JSON strings, percent-encoding) is found by [`super::find`].
//!
//! Places are those in what was read. A format that can, keeps line breaks where they stood, so that
//! a line is the same in the file; what was done is told beside each place ([`Opened::words`]).

mod format;
mod gzip;
mod quoted_printable;
mod utf16;
mod zstd;

use std::io::{self, Cursor, Read};

use format::HEAD;
pub use format::{Format, Input};

/// Every format, in the order in which they are tried.
static FORMATS: &[&Format] = &[
    &gzip::FORMAT,
    &zstd::FORMAT,
    &utf16::FORMAT,
    &quoted_printable::FORMAT,
];

/// Formats around one another that are taken off.
const LAYERS: usize = 4;

/// Bytes that a file may hold once they are taken out of a format: a few kilobytes may hold any
/// number.
const MOST: u64 = 512 * 1024 * 1024;

/// A file out of its formats.
pub struct Opened<'a> {
    /// What it holds.
    pub bytes: Input<'a>,
    /// What was taken off, outermost first.
    pub layers: Vec<&'static Format>,
}

impl Opened<'_> {
    /// What was done to read it, in words; nothing where it was read as it stands.
    pub fn words(&self) -> Option<String> {
        let words: Vec<&str> = self.layers.iter().map(|format| format.words).collect();
        (!words.is_empty()).then(|| words.join(", "))
    }
}

/// Takes off the formats around a file. What follows is read when it is asked for, and is bounded.
pub fn open(input: Input<'_>) -> io::Result<Opened<'_>> {
    open_with(FORMATS, input)
}

/// [`open`] of a file that was read, and what was done to read it.
pub fn read(bytes: Vec<u8>) -> io::Result<(Vec<u8>, Option<String>)> {
    let mut opened = open(Box::new(bytes.as_slice()))?;
    let words = opened.words();
    if words.is_none() {
        drop(opened);
        return Ok((bytes, None));
    }
    let mut inside = Vec::new();
    opened.bytes.read_to_end(&mut inside)?;
    Ok((inside, words))
}

fn open_with<'a>(formats: &[&'static Format], input: Input<'a>) -> io::Result<Opened<'a>> {
    let mut bytes = input;
    let mut layers: Vec<&'static Format> = Vec::new();
    loop {
        let mut head = Vec::new();
        bytes.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
        let format = formats.iter().find(|format| (format.sniff)(&head));
        bytes = Box::new(Cursor::new(head).chain(bytes));
        let Some(format) = format else {
            return Ok(Opened { bytes, layers });
        };
        if layers.len() == LAYERS {
            return Err(io::Error::other(format!(
                "{LAYERS} formats were taken off, and there is one more: take them off first"
            )));
        }
        let inside = (format.open)(bytes).map_err(io::Error::other)?;
        bytes = Box::new(Bounded { inside, left: MOST });
        layers.push(format);
    }
}

/// What a format holds, up to [`MOST`] bytes.
struct Bounded<'a> {
    inside: Input<'a>,
    left: u64,
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inside.read(buffer)?;
        let Some(left) = self.left.checked_sub(read as u64) else {
            return Err(io::Error::other(format!(
                "unpacks to more than {} MiB: cut out the part with the tokens",
                MOST / 1024 / 1024
            )));
        };
        self.left = left;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every byte one less, behind a `+`; `++` is refused.
    static SHIFTED: Format = Format {
        words: "shifted back",
        sniff: |head| head.starts_with(b"+"),
        open: |mut input| {
            let mut bytes = Vec::new();
            input.read_to_end(&mut bytes).map_err(|e| e.to_string())?;
            if bytes.starts_with(b"++") {
                return Err("it is shifted twice: shift it back once".into());
            }
            let back: Vec<u8> = bytes[1..].iter().map(|b| b.wrapping_sub(1)).collect();
            Ok(Box::new(Cursor::new(back)))
        },
    };

    /// Without an end.
    static ENDLESS: Format = Format {
        words: "unpacked without end",
        sniff: |head| head.starts_with(b"~"),
        open: |_| Ok(Box::new(io::repeat(b'a'))),
    };

    fn read(text: &[u8]) -> (io::Result<Vec<u8>>, Option<String>) {
        match open_with(&[&SHIFTED, &ENDLESS], Box::new(text)) {
            Ok(mut opened) => {
                let mut bytes = Vec::new();
                let end = opened.bytes.read_to_end(&mut bytes).map(|_| bytes);
                (end, opened.words())
            }
            Err(why) => (Err(why), None),
        }
    }

    #[test]
    fn what_is_in_no_format_stays_as_it_is() {
        let long = vec![b'x'; 3 * HEAD];
        for bytes in [&b""[..], b"a", &long] {
            let (read, words) = read(bytes);
            assert_eq!(read.unwrap(), bytes);
            assert_eq!(words, None);
        }
    }

    #[test]
    fn formats_are_taken_off_one_after_another() {
        let (text, words) = read(b"+fz");
        assert_eq!(text.unwrap(), b"ey");
        assert_eq!(words.as_deref(), Some("shifted back"));
        let (text, words) = read(b"+,g{");
        assert_eq!(text.unwrap(), b"ey");
        assert_eq!(words.as_deref(), Some("shifted back, shifted back"));
    }

    #[test]
    fn a_format_says_what_to_do_where_it_cannot_be_read() {
        let why = read(b"++a").0.unwrap_err().to_string();
        assert_eq!(why, "it is shifted twice: shift it back once");
        let why = read(b"+,-./a").0.unwrap_err().to_string();
        assert!(why.contains("one more"), "{why}");
    }

    #[test]
    fn what_has_no_end_is_not_read_for_ever() {
        let opened = open_with(&[&ENDLESS], Box::new(&b"~"[..])).unwrap();
        let mut last = opened.bytes;
        let mut buffer = vec![0; 1 << 20];
        let mut read = 0;
        let why = loop {
            match last.read(&mut buffer) {
                Ok(n) => read += n as u64,
                Err(why) => break why.to_string(),
            }
            assert!(read <= MOST);
        };
        assert!(why.contains("more than 512 MiB"), "{why}");
    }
}
