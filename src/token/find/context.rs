//! What stands before a token and names it.

use std::borrow::Cow;

use super::joined::is_part;

/// How far back the name of what holds a token is looked for, in bytes.
const LOOK_BACK: usize = 160;

/// The largest character boundary at or below `at`.
pub(super) fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// What stands before a token and names it.
pub(super) fn context(text: &str, start: usize) -> Option<String> {
    const QUOTES: [char; 6] = ['"', '\'', '`', '\\', ' ', '\t'];
    let from = floor(text, start.saturating_sub(LOOK_BACK));
    let before = unescaped(&text[from..start]);
    let bare = before.trim_end_matches(QUOTES);
    if let Some(head) = bare.strip_suffix([':', '=']) {
        let colon = bare.ends_with(':');
        let head = head.trim_end_matches(QUOTES);
        let name = last_word(head);
        let named = (name == "value" && colon).then(|| har_name(head)).flatten();
        let name = named.unwrap_or_else(|| name.to_owned());
        return match name.to_ascii_lowercase().as_str() {
            "" => None,
            "dpop" if colon => Some("header DPoP".into()),
            "authorization" => Some("header Authorization".into()),
            _ if name.len() > 48 => None,
            _ => Some(name),
        };
    }
    if before.ends_with([' ', '\t', '+']) {
        let word = last_word(bare.trim_end_matches('+'));
        let mut schemes = ["Bearer", "DPoP"].into_iter();
        let scheme = schemes.find(|scheme| word.eq_ignore_ascii_case(scheme));
        return scheme.map(str::to_owned);
    }
    None
}

/// The word that a text ends with.
fn last_word(text: &str) -> &str {
    let bytes = text.as_bytes();
    let word = bytes.iter().rev().take_while(|b| is_part(**b)).count();
    text[bytes.len() - word..].trim_start_matches('-')
}

/// Percent-encoding and JSON escapes taken away, also where they were put on twice, for the signs
/// that surround a value.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|b| matches!(b, b'%' | b'\\')) {
        return Cow::Borrowed(text);
    }
    let mut out = text.to_owned();
    for _ in 0..2 {
        out = percent_decoded(&out);
    }
    for (written, plain) in [
        ("\\u0022", "\""),
        ("\\u003d", "="),
        ("\\u003D", "="),
        ("\\n", "\n"),
        ("\\r", "\r"),
    ] {
        if out.contains(written) {
            out = out.replace(written, plain);
        }
    }
    Cow::Owned(out)
}

/// Percent-encoded ASCII as it is meant; anything else stays.
fn percent_decoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let code = after
            .get(..2)
            .filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()))
            .and_then(|d| u8::from_str_radix(d, 16).ok())
            .filter(|b| matches!(b, b' '..=b'~'));
        if let Some(code) = code {
            out.push(char::from(code));
            rest = &after[2..];
        } else {
            out.push('%');
            rest = after;
        }
    }
    out.push_str(rest);
    out
}

/// The name in `{"name": "Authorization", "value": "…"}`, as HAR files have it.
fn har_name(before: &str) -> Option<String> {
    let (_, after) = before.rsplit_once("\"name\"")?;
    let after = after.trim_start_matches([' ', ':', '\t', '\n', '\r']);
    let (name, _) = after.strip_prefix('"')?.split_once('"')?;
    Some(name.to_owned())
}
