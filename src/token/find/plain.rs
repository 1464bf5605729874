//! A text without what is not seen: hidden characters, colours of a terminal, soft hyphens with the
//! line break behind them, and letters that JSON wrote as escapes. What stays knows where it stood.

use std::{borrow::Cow, ops::Range};

use crate::kit::text::is_hidden;

/// A text as it is searched.
pub(super) struct Plain<'a> {
    pub text: Cow<'a, str>,
    /// Where something was taken away: the offset in `text`, and in the source behind it. In order.
    cuts: Vec<(usize, usize)>,
}

/// Writings of the escape character in front of a colour, the character itself left out.
const ESCAPES: [&str; 7] = [
    "\\\\u001b",
    "\\u001b",
    "\\x1b",
    "\\033",
    "\\e",
    "^[",
    "&#27;",
];

/// Writings of hidden characters in HTML.
const ENTITIES: [&str; 13] = [
    "&shy;",
    "&#173;",
    "&#xad;",
    "&ZeroWidthSpace;",
    "&#8203;",
    "&#x200b;",
    "&zwj;",
    "&zwnj;",
    "&NoBreak;",
    "&#8288;",
    "<wbr>",
    "<wbr/>",
    "<wbr />",
];

impl<'a> Plain<'a> {
    /// Takes away what hides in `source`. Most texts have nothing of it, and are not copied.
    pub fn of(source: &'a str) -> Self {
        let mut out = String::new();
        let mut cuts = Vec::new();
        let (mut from, mut at) = (0, 0);
        let bytes = source.as_bytes();
        while at < bytes.len() {
            let plain = bytes[at..].iter().position(|b| SUSPECT[usize::from(*b)]);
            let Some(plain) = plain else { break };
            at += plain;
            let (length, instead) = hidden(source, at);
            if length == 0 {
                at += source[at..].chars().next().map_or(1, char::len_utf8);
                continue;
            }
            out.push_str(&source[from..at]);
            if let Some(c) = instead {
                cuts.push((out.len(), at));
                out.push(c);
            }
            at += length;
            from = at;
            // What hides side by side is one cut: a file may be full of it.
            match cuts.last_mut() {
                Some((place, source)) if *place == out.len() => *source = at,
                _ => cuts.push((out.len(), at)),
            }
        }
        if cuts.is_empty() {
            return Self {
                text: Cow::Borrowed(source),
                cuts,
            };
        }
        out.push_str(&source[from..]);
        Self {
            text: Cow::Owned(out),
            cuts,
        }
    }

    /// Whether nothing was taken away.
    pub fn is_source(&self) -> bool {
        self.cuts.is_empty()
    }

    /// Where a range of the text stands in the source.
    pub fn in_source(&self, span: &Range<usize>) -> Range<usize> {
        let start = match self.cuts.partition_point(|(at, _)| *at <= span.start) {
            0 => span.start,
            n => self.cuts[n - 1].1 + span.start - self.cuts[n - 1].0,
        };
        let end = match self.cuts.partition_point(|(at, _)| *at < span.end) {
            0 => span.end,
            n => self.cuts[n - 1].1 + span.end - self.cuts[n - 1].0,
        };
        start..end.max(start)
    }
}

/// Bytes at which something may hide.
const SUSPECT: [bool; 256] = {
    let mut suspect = [false; 256];
    let mut b = 0x7f;
    while b < 256 {
        suspect[b] = true;
        b += 1;
    }
    suspect[0x08] = true;
    suspect[0x1b] = true;
    suspect[b'\\' as usize] = true;
    suspect[b'^' as usize] = true;
    suspect[b'&' as usize] = true;
    suspect[b'<' as usize] = true;
    suspect[b'%' as usize] = true;
    suspect
};

/// How many bytes hide at `at`, and what is read instead of them.
fn hidden(source: &str, at: usize) -> (usize, Option<char>) {
    let rest = &source[at..];
    let bytes = rest.as_bytes();
    match bytes[0] {
        0x1b => (colour(&bytes[1..]).map_or(1, |n| n + 1), None),
        b'%' => percent(bytes),
        b'\\' | b'^' | b'&' | b'<' => written(rest),
        0x08 | 0x7f => (1, None),
        _ => match rest.chars().next() {
            // A soft hyphen at the end of a line is where a program broke a word.
            Some(c @ '\u{ad}') => (c.len_utf8() + line_break(&rest[c.len_utf8()..]), None),
            // Blanks of other widths part words as a blank does.
            Some(
                c @ ('\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}'),
            ) => (c.len_utf8(), Some(' ')),
            Some(c @ ('\u{2028}' | '\u{2029}')) => (c.len_utf8(), Some('\n')),
            Some(c) if is_hidden(c) => (c.len_utf8(), None),
            _ => (0, None),
        },
    }
}

/// What hides as it is written in JSON, HTML and what terminals show.
fn written(rest: &str) -> (usize, Option<char>) {
    let bytes = rest.as_bytes();
    // Most of them begin nothing that hides.
    let second = bytes.get(1).map_or(0, u8::to_ascii_lowercase);
    let may = match bytes[0] {
        // Markdown puts a backslash in front of what it would read.
        b'\\' if matches!(second, b'_' | b'-' | b'~') => return (1, None),
        b'\\' => matches!(second, b'u' | b'x' | b'0' | b'e' | b'\\'),
        b'<' => second == b'w',
        b'^' => second == b'[',
        _ => matches!(second, b's' | b'#' | b'z' | b'n' | b'l' | b'h' | b'p'),
    };
    if !may {
        return (0, None);
    }
    let begins = |with: &str| {
        bytes
            .get(..with.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(with.as_bytes()))
    };
    if let Some(escape) = ESCAPES.iter().find(|e| begins(e))
        && let Some(length) = colour(&bytes[escape.len()..])
    {
        return (escape.len() + length, None);
    }
    if let Some(entity) = ENTITIES.iter().find(|e| begins(e)) {
        return (entity.len(), None);
    }
    if bytes[0] == b'&'
        && let Some((c, length)) = entity(rest)
    {
        return (length, Some(c));
    }
    if begins("&nbsp;") {
        return ("&nbsp;".len(), Some(' '));
    }
    let slashes = bytes.iter().take(3).take_while(|b| **b == b'\\').count();
    if !(1..=2).contains(&slashes) || bytes.get(slashes) != Some(&b'u') {
        return (0, None);
    }
    let digits = slashes + 1..slashes + 5;
    let code = rest
        .get(digits.clone())
        .filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))
        .and_then(|d| u32::from_str_radix(d, 16).ok())
        .and_then(char::from_u32);
    match code {
        Some(c) if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') => (digits.end, Some(c)),
        Some(c) if !c.is_control() && is_hidden(c) => (digits.end, None),
        Some('\u{a0}') => (digits.end, Some(' ')),
        _ => (0, None),
    }
}

/// A letter, a digit, `-` or `_` in percent-encoding, where nobody needs to encode it; once more encoded
/// the signs alone, because digits behind `%25` may be text.
fn percent(bytes: &[u8]) -> (usize, Option<char>) {
    let code = |at: usize| {
        let digits = bytes
            .get(at..at + 2)
            .filter(|d| d.iter().all(u8::is_ascii_hexdigit))?;
        u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    match code(1) {
        Some(b) if b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_') => (3, Some(b.into())),
        Some(b'%') => match code(3) {
            Some(b @ (b'-' | b'_')) => (5, Some(b.into())),
            _ => (0, None),
        },
        _ => (0, None),
    }
}

/// A letter, a digit, `-`, `_` or `.` written as an entity of HTML, and the length of that.
fn entity(rest: &str) -> Option<(char, usize)> {
    const NAMED: [(&str, char); 4] = [
        ("&lowbar;", '_'),
        ("&hyphen;", '-'),
        ("&dash;", '-'),
        ("&period;", '.'),
    ];
    let near = rest.get(..rest.len().min(10)).or_else(|| rest.get(..8))?;
    if let Some((name, c)) = NAMED.iter().find(|(name, _)| near.starts_with(name)) {
        return Some((*c, name.len()));
    }
    let number = near.strip_prefix("&#")?;
    let (digits, _) = number.split_once(';')?;
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => digits.parse(),
    };
    let c = char::from_u32(code.ok()?)?;
    (c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).then(|| (c, "&#;".len() + digits.len()))
}

/// The length of a control sequence behind its escape character (ECMA-48 §5.4): `[1;33m`.
fn colour(bytes: &[u8]) -> Option<usize> {
    const LONGEST: usize = 40;
    let (b'[', rest) = bytes.split_first()? else {
        return None;
    };
    let inside = rest
        .iter()
        .take(LONGEST)
        .take_while(|b| matches!(b, b' '..=b'?'))
        .count();
    matches!(rest.get(inside), Some(b'@'..=b'~')).then_some(inside + 2)
}

/// The length of a line break with what a mail or an editor puts in front of the next line.
fn line_break(rest: &str) -> usize {
    let blank = |text: &str| {
        text.bytes()
            .take_while(|b| matches!(b, b' ' | b'\t'))
            .count()
    };
    let before = blank(rest);
    let line = &rest[before..];
    let length = match line.as_bytes() {
        [b'\r', b'\n', ..] => 2,
        [b'\n' | b'\r', ..] => 1,
        _ => return 0,
    };
    let next = &line[length..];
    let margin = next
        .bytes()
        .take_while(|b| matches!(b, b' ' | b'\t' | b'>' | b'|'))
        .count();
    before + length + margin
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_is_taken_away_and_what_stays_knows_its_place() {
        for (source, plain) in [
            ("ab\u{200b}c", "abc"),
            ("ab\u{ad}\r\n> c", "abc"),
            ("ab\u{ad}c", "abc"),
            ("\u{1b}[01;31m\u{1b}[Kabc\u{1b}[m", "abc"),
            ("\\u001b[33mabc^[[0m", "abc"),
            ("Bearer\u{a0}c", "Bearer c"),
            ("a\\u0062c", "abc"),
            ("a&shy;b<wbr>c&ZeroWidthSpace;", "abc"),
            ("a\\_bc", "a_bc"),
            ("a%2Db%5fc", "a-b_c"),
            ("a%252Db%255Fc", "a-b_c"),
            ("%61&#98;c", "abc"),
            ("&#x61;&#45;&lowbar;c", "a-_c"),
        ] {
            let read = Plain::of(source);
            assert_eq!(read.text, plain, "{source:?}");
            let at = read.text.rfind('c').unwrap();
            let span = read.in_source(&(at..at + 1));
            assert_eq!(&source[span], "c", "{source:?}");
        }
    }

    #[test]
    fn what_does_not_hide_stays() {
        for text in [
            "",
            "a\\nb",
            "<p>&amp;</p>",
            "Zoë \\u00eb",
            "^[x",
            "\\u0022a\\u002e",
            "100%25 of %20 and %2E&#46;",
            "&#xzz; &#9999999; &",
        ] {
            let read = Plain::of(text);
            assert!(read.is_source(), "{text:?}");
            assert_eq!(read.in_source(&(0..text.len())), 0..text.len());
        }
    }
}
