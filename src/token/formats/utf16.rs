//! UTF-16, as PowerShell and Windows programs write text: with a byte order mark or without one.

use std::io::{self, Read};

use super::{Format, Input};

pub(super) static FORMAT: Format = Format {
    words: "read as UTF-16",
    sniff: |head| order(head).is_some(),
    open: |mut input| {
        let mut head = Vec::new();
        let read = input.by_ref().take(SHOWN as u64).read_to_end(&mut head);
        read.map_err(|e| e.to_string())?;
        let order = order(&head).unwrap_or(Order::Little);
        Ok(Box::new(Decoded {
            inside: Box::new(io::Cursor::new(head).chain(input)),
            order,
            left: Vec::new(),
            out: Vec::new(),
            given: 0,
            ended: false,
        }))
    },
};

/// Bytes that tell the order when there is no mark.
const SHOWN: usize = 512;

/// Bytes that are decoded at once.
const PIECE: usize = 16 << 10;

/// Which byte of two comes first.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Order {
    Little,
    Big,
}

/// By the mark; without one, text in which every other byte is zero.
fn order(head: &[u8]) -> Option<Order> {
    match head {
        // UTF-32 begins with the same mark.
        [0xff, 0xfe, 0, 0, ..] => return None,
        // Bytes that merely begin so are text in which no zero byte stands.
        [0xff, 0xfe, rest @ ..] if !is_narrow(rest) => return Some(Order::Little),
        [0xfe, 0xff, rest @ ..] if !is_narrow(rest) => return Some(Order::Big),
        _ => {}
    }
    let pairs = || head.chunks_exact(2).take(SHOWN / 2);
    let count = pairs().count();
    let little = pairs().filter(|p| is_ascii(p[0]) && p[1] == 0).count();
    let big = pairs().filter(|p| p[0] == 0 && is_ascii(p[1])).count();
    // Letters of other scripts have no zero byte: a few may stand between.
    let most = |n: usize| count >= 8 && n * 10 >= count * 9;
    if most(little) {
        Some(Order::Little)
    } else if most(big) {
        Some(Order::Big)
    } else {
        None
    }
}

/// Whether a byte is a letter, a sign or a blank of ASCII.
fn is_ascii(b: u8) -> bool {
    matches!(b, b' '..=b'~' | b'\t' | b'\r' | b'\n')
}

/// Whether most bytes are text of a byte a letter.
fn is_narrow(bytes: &[u8]) -> bool {
    let pairs = || bytes.chunks_exact(2).take(SHOWN / 2);
    pairs().filter(|p| is_ascii(p[0]) && is_ascii(p[1])).count() * 2 > pairs().count()
}

/// UTF-8 of what is inside, as it is read.
struct Decoded<'a> {
    inside: Input<'a>,
    order: Order,
    /// Bytes of a character that has not been read whole.
    left: Vec<u8>,
    out: Vec<u8>,
    given: usize,
    ended: bool,
}

impl Decoded<'_> {
    fn more(&mut self) -> io::Result<()> {
        let mut bytes = std::mem::take(&mut self.left);
        let wanted = PIECE as u64;
        let read = self.inside.by_ref().take(wanted).read_to_end(&mut bytes)?;
        self.ended = (read as u64) < wanted;
        let unit = |pair: &[u8]| match self.order {
            Order::Little => u16::from_le_bytes([pair[0], pair[1]]),
            Order::Big => u16::from_be_bytes([pair[0], pair[1]]),
        };
        let mut whole = bytes.len() / 2 * 2;
        // The first half of a pair waits for the second.
        if !self.ended && whole >= 2 && (0xd800..0xdc00).contains(&unit(&bytes[whole - 2..whole])) {
            whole -= 2;
        }
        self.left = bytes[whole..].to_vec();
        let units = bytes[..whole].chunks_exact(2).map(unit);
        let text: String = char::decode_utf16(units)
            .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
            .filter(|c| *c != '\u{feff}')
            .collect();
        self.out = text.into_bytes();
        self.given = 0;
        Ok(())
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
    use super::*;
    use crate::token::formats::read;

    fn bytes(text: &str, order: Order) -> Vec<u8> {
        let units = text.encode_utf16();
        units
            .flat_map(|u| match order {
                Order::Little => u.to_le_bytes(),
                Order::Big => u.to_be_bytes(),
            })
            .collect()
    }

    #[test]
    fn both_orders_are_read_with_a_mark_and_without() {
        let text = "{ \"accessToken\": \"eyJ\", \"name\": \"Zoë 🐦\" }\r\n".repeat(2000);
        for order in [Order::Little, Order::Big] {
            for mark in ["", "\u{feff}"] {
                let (plain, words) = read(bytes(&format!("{mark}{text}"), order)).unwrap();
                assert_eq!(
                    String::from_utf8(plain).unwrap(),
                    text,
                    "{order:?} {mark:?}"
                );
                assert_eq!(words.as_deref(), Some("read as UTF-16"));
            }
        }
    }

    #[test]
    fn what_is_cut_or_is_something_else_stays() {
        let mut odd = bytes("\u{feff}plain text", Order::Little);
        odd.push(b'x');
        assert_eq!(read(odd).unwrap().0, b"plain text");
        for other in [
            &b"plain text that is long enough"[..],
            b"\xff\xfe\0\0a\0\0\0",
            b"\0\0\0\0\0\0\0\0",
        ] {
            assert_eq!(read(other.to_vec()).unwrap().1, None);
        }
    }
}
