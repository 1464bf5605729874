//! Signs that a part of a token was left out or hidden before the text was written down: `…`, `***`,
//! `[REDACTED]`. What is left of such a token says nothing of the whole one.

/// What opens and closes a word that stands in place of what is hidden, in the writings of texts.
const BRACKETS: [(&str, &str); 9] = [
    ("[", "]"),
    ("<", ">"),
    ("(", ")"),
    ("{", "}"),
    ("%5b", "%5d"),
    ("%3c", "%3e"),
    ("&lt;", "&gt;"),
    ("\\u003c", "\\u003e"),
    ("\\\\u003c", "\\\\u003e"),
];

/// Parts of the words that stand there.
const WORDS: [&str; 24] = [
    "redact",
    "mask",
    "filter",
    "hidden",
    "hide",
    "trunc",
    "remov",
    "omit",
    "elid",
    "snip",
    "cut",
    "strip",
    "secret",
    "sensitive",
    "sanitiz",
    "sanitis",
    "scrub",
    "signature",
    "payload",
    "private",
    "...",
    "…",
    "***",
    "xxx",
];

/// Longest text in brackets that is looked at, in bytes.
const LONGEST: usize = 64;

/// The length of the sign that `text` begins with, in bytes; 0 when it begins with none.
pub(super) fn at_start(text: &str) -> usize {
    let Some(first) = text.chars().next() else {
        return 0;
    };
    let run = |fewest: usize| {
        let length = text.len() - text.trim_start_matches(first).len();
        if length >= fewest * first.len_utf8() {
            length
        } else {
            0
        }
    };
    match first {
        '.' | '*' => run(3),
        '…' | '⋯' | '‥' => run(1),
        '•' | '●' | '█' | '▒' | '░' | '▓' | '■' | '∗' | '＊' | '×' => run(2),
        '[' | '<' | '(' | '{' | '%' | '&' | '\\' => {
            let written = ["&hellip;", "\\u2026", "\\\\u2026", "%e2%80%a6"];
            let ellipsis = written.iter().find(|w| begins(text, w));
            ellipsis.map_or_else(|| in_brackets(text), |w| w.len())
        }
        _ => 0,
    }
}

/// Where the first sign stands in what may be a token.
pub(super) fn find(token: &str) -> Option<usize> {
    // Most tokens hold nothing that a sign begins with, but single dots.
    let bytes = token.as_bytes();
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
    if bytes.iter().all(plain) && !token.contains("...") {
        return None;
    }
    token
        .char_indices()
        .find(|(at, c)| {
            !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) && at_start(&token[*at..]) > 0
        })
        .map(|(at, _)| at)
}

/// Whether a part of a token is no part, but a word in its place: `REDACTED`, `xxxxx`.
pub(super) fn is_word_instead(part: &str) -> bool {
    let mut letters = part.bytes();
    let Some(first) = letters.next() else {
        return false;
    };
    // Not any letter: a signature of zeros is `AAAA…`, and is a forgery.
    if part.len() >= 3 && matches!(first, b'x' | b'X') && letters.all(|b| b == first) {
        return true;
    }
    part.len() <= 32
        && part
            .bytes()
            .all(|b| b.is_ascii_alphabetic() || matches!(b, b'-' | b'_'))
        && [
            "redacted",
            "masked",
            "filtered",
            "hidden",
            "truncated",
            "removed",
            "omitted",
            "signature",
            "payload",
            "secret",
            "snip",
        ]
        .iter()
        .any(|word| part.to_ascii_lowercase().contains(word))
}

fn begins(text: &str, with: &str) -> bool {
    text.as_bytes()
        .get(..with.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(with.as_bytes()))
}

fn in_brackets(text: &str) -> usize {
    let Some((open, close)) = BRACKETS.iter().find(|(open, _)| begins(text, open)) else {
        return 0;
    };
    let rest = &text[open.len()..];
    let mut end = rest.len().min(LONGEST);
    while !rest.is_char_boundary(end) {
        end -= 1;
    }
    let near = rest[..end].to_ascii_lowercase();
    let Some(length) = near.find(close) else {
        return 0;
    };
    let inside = &near[..length];
    // A tag that ends is markup around the token.
    let says = !inside.starts_with('/')
        && !inside.contains('\n')
        && WORDS.iter().any(|word| inside.contains(word));
    if says {
        open.len() + length + close.len()
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_of_what_is_left_out_are_known_in_every_writing() {
        for (text, length) in [
            ("...", 3),
            (".....x", 5),
            ("… more", 3),
            ("***", 3),
            ("•••x", 9),
            ("[REDACTED]", 10),
            ("[Filtered].x", 10),
            ("<masked>", 8),
            ("(truncated, 812 bytes)", 22),
            ("%5BREDACTED%5D", 14),
            ("\\u003credacted\\u003e", 20),
            ("\\u2026", 6),
            ("[...]", 5),
        ] {
            assert_eq!(at_start(text), length, "{text}");
        }
        for text in [
            "",
            ".",
            "..x",
            "**",
            "</signature>",
            "[1]",
            "(see below)",
            "%20",
            "x...",
        ] {
            assert_eq!(at_start(text), 0, "{text}");
        }
    }

    #[test]
    fn a_whole_token_has_no_sign() {
        assert_eq!(find("eyJ.eyJ.c2ln~WyJ~"), None);
        assert_eq!(find("eyJ..c2ln"), None);
        assert_eq!(find("eyJ.eyJ+/=.c2ln"), None);
        assert_eq!(find("eyJ.eyJ.…"), Some(8));
        assert_eq!(find("eyJ.eyJ...."), Some(7));
        assert!(is_word_instead("REDACTED"));
        assert!(is_word_instead("xxxxx"));
        assert!(!is_word_instead("c2ln"));
    }
}
