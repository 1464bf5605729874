//! Text that a token brings may hold characters that make a claim lie: control, bidirectional and
//! zero-width ones. They are shown escaped, everywhere.

use std::borrow::Cow;

/// Whether `c` is invisible or changes how its neighbours are shown.
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E0FFF}')
}

/// `text` with hidden characters written as `\u{…}`; line breaks and tabs as `\n`, `\r`, `\t`.
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_hidden(c) => {
                use std::fmt::Write as _;
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// [`escape`], but line breaks and tabs stay as they are: for text shown over several lines.
pub fn escape_lines(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| is_hidden(c) && c != '\n' && c != '\t') {
        return Cow::Borrowed(text);
    }
    Cow::Owned(
        text.split_inclusive(['\n', '\t'])
            .fold(String::new(), |mut out, part| {
                let (body, tail) = match part.chars().last() {
                    Some(c @ ('\n' | '\t')) => (&part[..part.len() - 1], Some(c)),
                    _ => (part, None),
                };
                out.push_str(&escape(body));
                out.extend(tail);
                out
            }),
    )
}

/// `text` with its first letter in upper case, as a sentence begins.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map(|c| c.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}

/// At most `max` characters of `text`, the middle cut out and marked with `…`.
pub fn shorten(text: &str, max: usize) -> Cow<'_, str> {
    let count = text.chars().count();
    if count <= max || max < 3 {
        return Cow::Borrowed(text);
    }
    let head = (max - 1).div_ceil(2);
    let tail = max - 1 - head;
    let start: String = text.chars().take(head).collect();
    let end: String = text.chars().skip(count - tail).collect();
    Cow::Owned(format!("{start}…{end}"))
}

/// At most `max` characters of a text from outside, as it can be shown: [`escape`]d, then [`shorten`]ed.
pub fn excerpt(text: &str, max: usize) -> String {
    shorten(&escape(text), max).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bidi_and_zero_width_are_escaped() {
        assert_eq!(escape("ali\u{202E}ce"), "ali\\u{202e}ce");
        assert_eq!(escape("a\u{200B}b\n"), "a\\u{200b}b\\n");
        assert!(matches!(escape("plain ü"), Cow::Borrowed("plain ü")));
        assert_eq!(escape_lines("a\n\u{FEFF}b"), "a\n\\u{feff}b");
    }

    #[test]
    fn shorten_keeps_both_ends() {
        assert_eq!(excerpt("ab\u{200b}cdefgh", 9), "ab\\u…efgh");
        assert_eq!(shorten("abcdefghij", 5), "ab…ij");
        assert_eq!(shorten("abc", 5), "abc");
    }
}
