//! Why there is no token in a text: one that is cut, a capture without secrets, a dump of bytes.

use super::{TextPlace, joined::is_part, plain::Plain};
use crate::token::mask;

/// Most cut tokens that are named.
const MOST: usize = 8;

/// Shortest beginning of a token that is named, in characters.
const SHORTEST: usize = 9;

/// What can be said about a text in which no token was found, a sentence each; `lines` is how many
/// lines stand before it in its file.
pub fn why_none(text: &str, lines: usize) -> Vec<String> {
    let mut said = Vec::new();
    if is_hexdump(text) {
        said.push(
            "This is a dump of bytes in hexadecimal. Turn it back into what it shows, as `xxd -r` \
             does, and read that."
                .to_owned(),
        );
    }
    if is_capture(text) {
        said.push(
            "This HAR file holds no secrets: browsers leave out the headers Authorization, Cookie \
             and Set-Cookie when they export one. In Chrome: the settings of the developer tools, \
             Network, \"Allow to generate HAR with sensitive data\"; then \"Export HAR (with \
             sensitive data)\"."
                .to_owned(),
        );
    }
    said.extend(cut_tokens(text).into_iter().map(|line| {
        format!(
            "A token in line {} is cut: only a piece of it is there, and it cannot be read. Copy the \
             whole token.",
            lines + line
        )
    }));
    said
}

/// The lines in which what is left of a token stands.
fn cut_tokens(text: &str) -> Vec<usize> {
    let plain = Plain::of(text);
    let bytes = plain.text.as_bytes();
    let mut lines: Vec<usize> = Vec::new();
    let mut place = TextPlace::default();
    for (at, begins) in plain.text.match_indices("eyJ") {
        if at.checked_sub(1).is_some_and(|n| is_part(bytes[n])) {
            continue;
        }
        let length = bytes[at..]
            .iter()
            .take(SHORTEST)
            .take_while(|b| is_part(**b))
            .count();
        let masked = || mask::at_start(&plain.text[at + length..]) > 0;
        if length < SHORTEST && !(length >= begins.len() && masked()) {
            continue;
        }
        // What was taken away may hold line breaks: the place is that in the source.
        let (line, _) = place.advance(text, plain.in_source(&(at..at + 1)).start);
        if lines.last() != Some(&line) {
            lines.push(line);
        }
        if lines.len() == MOST {
            break;
        }
    }
    lines
}

/// Whether it is a HAR file without the headers in which tokens are sent.
fn is_capture(text: &str) -> bool {
    let head: String = text.chars().take(4096).collect();
    head.trim_start_matches('\u{feff}')
        .trim_start()
        .starts_with('{')
        && ["\"log\"", "\"creator\"", "\"version\""]
            .iter()
            .all(|member| head.contains(member))
        && text.contains("\"entries\"")
        && !has_secret_headers(text)
}

/// Whether a HAR file has a header that browsers leave out when they export without secrets.
fn has_secret_headers(text: &str) -> bool {
    const SECRET: [&str; 4] = [
        "authorization",
        "cookie",
        "set-cookie",
        "proxy-authorization",
    ];
    text.match_indices("\"name\"").any(|(at, name)| {
        let after = text[at + name.len()..].trim_start();
        let value = after.strip_prefix(':').map(str::trim_start);
        let value = value.and_then(|v| v.strip_prefix('"'));
        let value = value.and_then(|v| v.split_once('"'));
        value.is_some_and(|(v, _)| SECRET.iter().any(|s| v.eq_ignore_ascii_case(s)))
    })
}

/// Whether its lines are offsets with bytes, as `xxd`, `hexdump -C` and `od -tx1` write them.
fn is_hexdump(text: &str) -> bool {
    let lines = || text.lines().take(16).filter(|line| !line.trim().is_empty());
    let dumped = |line: &&str| {
        let mut words = line.split_whitespace();
        let offset = words.next().unwrap_or("");
        let offset = offset.strip_suffix(':').unwrap_or(offset);
        let hex = |word: &str| word.bytes().all(|b| b.is_ascii_hexdigit());
        let bytes = words
            .take(4)
            .filter(|w| matches!(w.len(), 2 | 4) && hex(w))
            .count();
        (6..=16).contains(&offset.len()) && hex(offset) && bytes >= 4
    };
    lines().filter(dumped).count() >= 2 && lines().filter(dumped).count() * 4 >= lines().count() * 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_is_named_with_its_line() {
        for text in [
            "a\ntoken eyJ0eXAiOiJKV1QiLCJhbGciO...\n",
            "a\neyJ0eXAiOiJKV1QiLCJh~\n",
            "a\n...J9.eyJzdWIiOiJhbGljZSJ9...\n",
        ] {
            let said = why_none(text, 10);
            assert!(said[0].contains("line 12 is cut"), "{said:?}");
        }
        assert!(why_none("they said hello\n", 0).is_empty());
    }

    #[test]
    fn a_capture_without_secrets_and_a_dump_are_known() {
        let har =
            r#"{"log": {"version": "1.2", "creator": {"name": "WebInspector"}, "entries": []}}"#;
        assert!(why_none(har, 0)[0].contains("HAR"));
        for dump in [
            "00000000: 4745 5420 2f61 6363  GET /acc\n00000008: 6f75 6e74 7320 4854  ounts HT\n",
            "00000000  47 45 54 20 2f 61 63 63  |GET /acc|\n00000008  6f 75 6e 74 73 20 48 54  |ounts HT|\n",
            "0000000 47 45 54 20\n0000004 2f 61 63 63\n",
        ] {
            assert!(why_none(dump, 0)[0].contains("xxd -r"), "{dump}");
        }
    }
}
