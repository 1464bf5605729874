//! Where a long text can be cut so that no token is cut.

use super::joined::is_part;

/// How far back from its end a text is looked at, in bytes.
const WINDOW: usize = 1 << 20;

/// Longest word at the end or start of a line that is no part of a wrapped token.
const WORD: usize = 20;

/// The end of the part of `text` that can be searched without knowing what follows: a line break in
/// its last mebibyte at which no token seems to be wrapped and no object to be open, as far as
/// indentation tells. `None` when there is no such place: more of the text is needed.
pub fn cut(text: &[u8]) -> Option<usize> {
    let from = text.len().saturating_sub(WINDOW);
    let mut best: Option<(usize, usize)> = None;
    for (at, _) in text
        .iter()
        .enumerate()
        .skip(from)
        .filter(|(_, b)| **b == b'\n')
    {
        let below = &text[at + 1..];
        let indent = below
            .iter()
            .take_while(|b| matches!(b, b' ' | b'\t'))
            .count();
        // Nothing is known of the line below, or it is blank.
        let Some(first) = below.get(indent) else {
            continue;
        };
        if matches!(first, b'}' | b']' | b'\r' | b'\n')
            || indent > best.map_or(usize::MAX, |(i, _)| i)
        {
            continue;
        }
        let starts = below[indent..]
            .iter()
            .take(WORD)
            .take_while(|b| is_word(**b))
            .count();
        // The line above ends with what may go on below.
        let above = text[from..at].trim_ascii_end();
        let above = above.strip_suffix(b"\\").unwrap_or(above);
        let ends = above
            .iter()
            .rev()
            .take(WORD)
            .take_while(|b| is_word(**b))
            .count();
        let goes_on = ends == WORD || above.last() == Some(&b'.');
        let another = below[indent..].starts_with(b"ey") && above.last() != Some(&b'.');
        let fits =
            starts == WORD || *first == b'.' || (starts > 0 && alone(&below[indent..], starts));
        if goes_on && fits && !another {
            continue;
        }
        // A name whose value stands on the next line.
        if above.last() == Some(&b':') || above.last() == Some(&b'=') {
            continue;
        }
        best = Some((indent, at + 1));
    }
    best.map(|(_, at)| at)
}

fn is_word(b: u8) -> bool {
    is_part(b) || matches!(b, b'.' | b'~' | b'+' | b'/' | b'=')
}

/// Whether the word of `length` bytes at the start of `line` is the only one in it.
fn alone(line: &[u8], length: usize) -> bool {
    line[length..]
        .iter()
        .find(|b| !matches!(b, b' ' | b'\t' | b'\r'))
        .is_none_or(|b| matches!(b, b'\n' | b'"' | b'\'' | b'`' | b',' | b'<' | b'\\'))
}
