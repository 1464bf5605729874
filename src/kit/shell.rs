//! Text as a word of a POSIX shell.

use super::text::{escape_lines, is_hidden};

/// `text` in single quotes, where nothing is special to the shell but the quote itself. What no
/// terminal should get when it is pasted is left out.
pub fn quote(text: &str) -> String {
    let shown: String = text.chars().filter(|c| !is_hidden(*c)).collect();
    quoted(&shown)
}

/// As [`quote`], but line breaks and tabs stay, and other hidden characters are shown as escapes.
pub fn quote_lines(text: &str) -> String {
    quoted(&escape_lines(text))
}

fn quoted(shown: &str) -> String {
    format!("'{}'", shown.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_the_quotes_or_acts_on_a_terminal() {
        assert_eq!(quote("it's"), "'it'\\''s'");
        assert_eq!(quote("a\u{1b}[201~;id\n\u{202e}b"), "'a[201~;idb'");
        assert_eq!(quote_lines("a\n\tb\u{1b}'"), "'a\n\tb\\u{1b}'\\'''");
    }
}
