//! Quoted-printable (RFC 2045 §6.7), as mails are stored: `=3D`, and lines that go on behind `=`.

use std::io::{self, BufRead as _, BufReader, Read};

use super::{Format, Input};

pub(super) static FORMAT: Format = Format {
    words: "read as quoted-printable",
    sniff: |head| named(head) || broken(head),
    open: |input| Ok(Box::new(Decoded::of(input))),
};

/// The header that says it.
const HEADER: &[u8] = b"content-transfer-encoding:";

/// Longest piece of a line that is read at once.
const PIECE: u64 = 64 << 10;

/// Whether a part of a mail is said to be written so.
fn named(head: &[u8]) -> bool {
    head.split(|b| *b == b'\n')
        .any(|line| says(line) == Some(true))
}

/// What the header says, where a line is it.
fn says(line: &[u8]) -> Option<bool> {
    let name = line.get(..HEADER.len())?;
    name.eq_ignore_ascii_case(HEADER).then(|| {
        let value = line[HEADER.len()..].trim_ascii();
        value.eq_ignore_ascii_case(b"quoted-printable")
    })
}

/// Whether lines go on as an encoder breaks them: two at least that end with `=` where it must.
fn broken(head: &[u8]) -> bool {
    let lines: Vec<&[u8]> = head
        .split(|b| *b == b'\n')
        .map(<[u8]>::trim_ascii_end)
        .collect();
    let soft = |pair: &&[&[u8]]| {
        let (line, next) = (pair[0], pair[1]);
        (73..=76).contains(&line.len())
            && line.ends_with(b"=")
            && !line.ends_with(b"==")
            && !next.is_empty()
    };
    lines.windows(2).filter(soft).count() >= 2
}

/// What was written, as it is read. A line break that is no line break is given back behind the next
/// that is one, so that what follows stays in its line.
struct Decoded<'a> {
    inside: BufReader<Input<'a>>,
    /// Whether lines are written so where the text has come to.
    on: bool,
    /// Whether a part has said how it is written.
    parts: bool,
    out: Vec<u8>,
    given: usize,
    owed: usize,
    at_start: bool,
    ended: bool,
}

impl<'a> Decoded<'a> {
    fn of(input: Input<'a>) -> Self {
        let mut inside = BufReader::with_capacity(super::HEAD, input);
        // Without a header that says it, all of it is.
        let parts = inside.fill_buf().is_ok_and(named);
        Self {
            inside,
            on: !parts,
            parts,
            out: Vec::new(),
            given: 0,
            owed: 0,
            at_start: true,
            ended: false,
        }
    }

    fn more(&mut self) -> io::Result<()> {
        self.out.clear();
        self.given = 0;
        let mut line = Vec::new();
        let read = self
            .inside
            .by_ref()
            .take(PIECE)
            .read_until(b'\n', &mut line)?;
        self.ended = read == 0;
        if self.at_start && self.parts {
            let text = line.trim_ascii_end().to_vec();
            if let Some(said) = says(&text) {
                self.on = said;
                if said {
                    // What is given is written so no longer, and is not read twice.
                    let end = line.split_off(text.len());
                    line = [&b"Content-Transfer-Encoding: 8bit"[..], &end[..]].concat();
                }
            } else if text.len() > 8 && text.starts_with(b"--") && !text.contains(&b' ') {
                // The next part says for itself.
                self.on = false;
            }
        }
        self.at_start = line.ends_with(b"\n");
        if self.on {
            self.decode(&line);
        } else {
            self.out.append(&mut line);
            self.pay();
        }
        Ok(())
    }

    fn decode(&mut self, line: &[u8]) {
        let content = line.strip_suffix(b"\n").unwrap_or(line);
        let content = content.strip_suffix(b"\r").unwrap_or(content);
        let ended = content.len() < line.len();
        // Blanks at the end of a line are added on the way.
        let kept = if ended {
            content.trim_ascii_end()
        } else {
            content
        };
        let soft = ended && kept.ends_with(b"=");
        let kept = if soft {
            &kept[..kept.len() - 1]
        } else {
            content
        };
        let mut at = 0;
        while let Some(b) = kept.get(at) {
            let code = (*b == b'=')
                .then(|| kept.get(at + 1..at + 3))
                .flatten()
                .filter(|d| d.iter().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F')) || *d == b"3d")
                .and_then(|d| std::str::from_utf8(d).ok())
                .and_then(|d| u8::from_str_radix(d, 16).ok());
            if let Some(code) = code {
                self.out.push(code);
                at += 3;
            } else {
                self.out.push(*b);
                at += 1;
            }
        }
        if soft {
            self.owed += 1;
        } else {
            self.out.extend_from_slice(&line[content.len()..]);
            self.pay();
        }
    }

    /// Gives back the line breaks that were taken away.
    fn pay(&mut self) {
        if self.out.ends_with(b"\n") {
            let owed = std::mem::take(&mut self.owed);
            self.out.resize(self.out.len() + owed, b'\n');
        }
    }
}

impl Read for Decoded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given == self.out.len() && !self.ended {
            self.more()?;
        }
        let length = buffer.len().min(self.out.len() - self.given);
        buffer[..length].copy_from_slice(&self.out[self.given..self.given + length]);
        self.given += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use crate::token::formats::read;

    fn text(mail: &str) -> String {
        String::from_utf8(read(mail.as_bytes().to_vec()).unwrap().0).unwrap()
    }

    #[test]
    fn a_part_that_says_it_is_read_and_lines_stay() {
        let mail = "Content-Transfer-Encoding: Quoted-Printable\r\n\r\na=\r\nb=3Dc =20\r\nd\r\n";
        assert_eq!(
            text(mail),
            "Content-Transfer-Encoding: 8bit\r\n\r\nab=c  \r\n\nd\r\n"
        );
        let parts = "--boundary1\nContent-Transfer-Encoding: quoted-printable\n\nx=3D\n\
                     --boundary1\nContent-Type: text/plain\n\ntoken=3D\n";
        let read = text(parts);
        assert!(
            read.contains("x=\n") && read.contains("token=3D\n"),
            "{read}"
        );
    }

    #[test]
    fn lines_that_an_encoder_broke_are_read_without_a_header() {
        let line = "x".repeat(75);
        let broken = format!("{line}=\n{line}=\ny\n");
        assert_eq!(text(&broken), format!("{line}{line}y\n\n\n"));
        // One line of base64 that ends with padding.
        let once = format!("{line}=\ny\n");
        assert_eq!(text(&once), once);
    }
}
