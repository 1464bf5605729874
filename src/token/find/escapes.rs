//! Characters of a token as they stand in URLs and JSON texts: escaped once or twice.

/// Ways to write `.` inside a token, the plain one left out.
const DOTS: [&str; 6] = ["%2e", "%252e", "\\u002e", "\\\\u002e", "&#46;", "&#x2e;"];

/// Ways to write `~`, the plain one left out.
const TILDES: [&str; 4] = ["%7e", "%257e", "\\u007e", "\\\\u007e"];

/// The signs of base64 that are escaped, and how.
const SIGNS: [(u8, [&str; 2]); 3] = [
    (b'+', ["%2b", "\\u002b"]),
    (b'/', ["%2f", "\\u002f"]),
    (b'=', ["%3d", "\\u003d"]),
];

/// The length of a `.` at `at`, plain or escaped.
pub(super) fn dot(bytes: &[u8], at: usize) -> Option<usize> {
    sign(bytes, at, b'.', &DOTS)
}

/// The length of a `~` at `at`, plain or escaped.
pub(super) fn tilde(bytes: &[u8], at: usize) -> Option<usize> {
    sign(bytes, at, b'~', &TILDES)
}

fn sign(bytes: &[u8], at: usize, plain: u8, escaped: &[&str]) -> Option<usize> {
    match *bytes.get(at)? {
        b if b == plain => Some(1),
        b'%' | b'\\' | b'&' => escaped.iter().map(|e| e.len()).find(|n| {
            bytes
                .get(at..at + n)
                .is_some_and(|s| escaped.iter().any(|e| s.eq_ignore_ascii_case(e.as_bytes())))
        }),
        _ => None,
    }
}

/// A character of base64 at `at`, as `+`, `/` or `=` may be escaped: the character and its length.
pub(super) fn base64(bytes: &[u8], at: usize) -> Option<(u8, usize)> {
    let b = *bytes.get(at)?;
    if b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'-' | b'_' | b'=') {
        return Some((b, 1));
    }
    if b == b'\\' && bytes.get(at + 1) == Some(&b'/') {
        return Some((b'/', 2));
    }
    if !matches!(b, b'%' | b'\\') {
        return None;
    }
    SIGNS.iter().find_map(|(plain, written)| {
        written
            .iter()
            .find(|w| {
                bytes
                    .get(at..at + w.len())
                    .is_some_and(|s| s.eq_ignore_ascii_case(w.as_bytes()))
            })
            .map(|w| (*plain, w.len()))
    })
}

/// How many bytes at the start of a word belong to an escape that ends there: `22` of `%22eyJ…`,
/// `n` of `\neyJ…`, `u0022` of `\u0022eyJ…`.
pub(super) fn leftover(bytes: &[u8], start: usize) -> usize {
    let Some(before) = start.checked_sub(1).map(|i| bytes[i]) else {
        return 0;
    };
    let hex = |n: usize| {
        bytes
            .get(start..start + n)
            .is_some_and(|s| s.iter().all(u8::is_ascii_hexdigit))
    };
    match before {
        b'%' if bytes[start..].starts_with(b"25") && hex(4) => 4,
        b'%' if hex(2) => 2,
        b'\\' => match bytes.get(start) {
            Some(b'n' | b'r' | b't' | b'b' | b'f') => 1,
            Some(b'u')
                if bytes
                    .get(start + 1..start + 5)
                    .is_some_and(|s| s.iter().all(u8::is_ascii_hexdigit)) =>
            {
                5
            }
            _ => 0,
        },
        _ => 0,
    }
}

/// Percent-encoding taken away; `None` when there is none, or when it hides no plain text.
pub(super) fn percent_decoded(value: &str) -> Option<String> {
    if !value.contains('%') {
        return None;
    }
    let bytes = value.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'%' {
            let digits = value.get(at + 1..at + 3)?;
            out.push(u8::from_str_radix(digits, 16).ok()?);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8(out)
        .ok()
        .filter(|t| t.bytes().all(|b| b.is_ascii_graphic()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_known_in_every_writing() {
        for (text, length) in [
            (".", 1),
            ("%2E", 3),
            ("%252e", 5),
            ("\\u002E", 6),
            ("\\\\u002e", 7),
        ] {
            assert_eq!(dot(text.as_bytes(), 0), Some(length), "{text}");
        }
        assert_eq!(dot(b"%2F", 0), None);
        assert_eq!(dot(b"", 0), None);
        assert_eq!(tilde(b"%7Ex", 0), Some(3));
        assert_eq!(base64(b"%2bx", 0), Some((b'+', 3)));
        assert_eq!(base64(b"\\/x", 0), Some((b'/', 2)));
        assert_eq!(base64(b"\\x", 0), None);
    }

    #[test]
    fn what_is_left_of_an_escape_is_no_part_of_the_word() {
        assert_eq!(leftover(b"%22eyJ", 1), 2);
        assert_eq!(leftover(b"%2522eyJ", 1), 4);
        assert_eq!(leftover(b"\\neyJ", 1), 1);
        assert_eq!(leftover(b"\\u0022eyJ", 1), 5);
        assert_eq!(leftover(b" eyJ", 1), 0);
        assert_eq!(leftover(b"eyJ", 0), 0);
    }
}
