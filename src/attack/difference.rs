//! What a forgery changed, part by part, in lines that can be read.

use similar::{Algorithm, ChangeTag, capture_diff_slices};

use crate::{
    jose::b64,
    kit::{
        json,
        text::{escape, escape_lines, excerpt, shorten},
    },
    token::json_text,
};

/// Lines of a part that are compared; of a longer one the rest is counted.
const MAX_LINES: usize = 300;

/// Characters of a line that are shown.
const MAX_LINE: usize = 240;

/// Bytes of a part that are read.
const MAX_PART: usize = 64 * 1024;

/// How a line stands against the original.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mark {
    /// In both.
    Kept,
    /// In the forgery alone.
    Added,
    /// In the original alone.
    Removed,
}

/// A line of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// How it stands against the original.
    pub mark: Mark,
    /// The text, hidden characters escaped, long ones shortened.
    pub text: String,
}

/// A part of a token: header, payload, signature, or the whole where the form differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// `Header`, `Payload`, `Signature`, `Token`.
    pub name: &'static str,
    /// Whether its bytes differ.
    pub changed: bool,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// Compares two tokens.
pub fn parts(before: &str, after: &str) -> Vec<Part> {
    let (old, new): (Vec<&str>, Vec<&str>) = (
        before.splitn(8, '.').collect(),
        after.splitn(8, '.').collect(),
    );
    let compact = |parts: &[&str], text: &str| {
        (parts.len() == 2 || parts.len() == 3) && !text.trim_start().starts_with('{')
    };
    if !compact(&old, before) || !compact(&new, after) {
        return vec![part(
            "Token",
            &whole(before),
            &whole(after),
            before != after,
        )];
    }
    ["Header", "Payload", "Signature"]
        .into_iter()
        .enumerate()
        .map(|(n, name)| {
            let (a, b) = (old.get(n).copied(), new.get(n).copied());
            let shown = |part: Option<&str>| match part {
                None => vec!["not there".to_owned()],
                Some("") => vec!["empty".to_owned()],
                Some(part) if n == 2 => signature(part),
                Some(part) => readable(part),
            };
            part(name, &shown(a), &shown(b), a != b)
        })
        .collect()
}

fn part(name: &'static str, before: &[String], after: &[String], changed: bool) -> Part {
    let mut lines = fold(compare(before, after));
    if changed && lines.iter().all(|l| l.mark == Mark::Kept) {
        // The bytes differ where the reading does not: padding, white space, unused bits.
        lines.push(Line {
            mark: Mark::Added,
            text: "written in other bytes that read the same".into(),
        });
    }
    Part {
        name,
        changed,
        lines,
    }
}

fn whole(text: &str) -> Vec<String> {
    let length = text.len();
    let shown = escape(&shorten(text, 4 * MAX_LINE)).into_owned();
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for c in shown.chars() {
        line.push(c);
        if line.chars().count() == 96 {
            lines.push(std::mem::take(&mut line));
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    if length > 4 * MAX_LINE {
        lines.push(format!("{length} characters in all"));
    }
    lines
}

fn signature(part: &str) -> Vec<String> {
    let size = b64::decode(part).map_or_else(
        |e| format!("not base64url: {e}"),
        |bytes| format!("{} bytes", bytes.len()),
    );
    vec![excerpt(part, 120), size]
}

/// The decoded text of a part: JSON indented, anything else as it stands.
fn readable(part: &str) -> Vec<String> {
    if part.len() > MAX_PART {
        return vec![format!("{} KB, too long to be shown", part.len() / 1024)];
    }
    let text = match b64::decode(part) {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(e) => String::from_utf8_lossy(e.as_bytes()).into_owned(),
        },
        Err(_) => part.to_owned(),
    };
    let clean = json::parse(text.as_bytes())
        .is_ok_and(|found| found.value.is_object() && found.duplicates.is_empty());
    let text = if clean {
        json_text::indent(&text)
    } else {
        text
    };
    let escaped = escape_lines(&text);
    let mut lines: Vec<String> = escaped
        .lines()
        .take(MAX_LINES)
        .map(|l| shorten(l, MAX_LINE).into_owned())
        .collect();
    let rest = escaped.lines().count().saturating_sub(MAX_LINES);
    if rest > 0 {
        lines.push(format!("{rest} more lines"));
    }
    lines
}

/// Lines around a change that are kept; the rest of a long run is counted.
const AROUND: usize = 3;

/// Long runs of lines that are in both, shortened to what stands around a change.
fn fold(lines: Vec<Line>) -> Vec<Line> {
    if lines.iter().all(|l| l.mark == Mark::Kept) {
        return lines;
    }
    let near = |n: usize| {
        let from = n.saturating_sub(AROUND);
        let to = (n + AROUND + 1).min(lines.len());
        lines[from..to].iter().any(|l| l.mark != Mark::Kept)
    };
    let mut out = Vec::with_capacity(lines.len());
    let mut skipped = 0;
    for (n, line) in lines.iter().enumerate() {
        if near(n) {
            gap(&mut out, &mut skipped);
            out.push(line.clone());
        } else {
            skipped += 1;
        }
    }
    gap(&mut out, &mut skipped);
    out
}

/// Says how many lines were left out.
fn gap(out: &mut Vec<Line>, skipped: &mut usize) {
    if *skipped > 0 {
        let text = match *skipped {
            1 => "… 1 line".to_owned(),
            n => format!("… {n} lines"),
        };
        out.push(Line {
            mark: Mark::Kept,
            text,
        });
        *skipped = 0;
    }
}

/// The lines of both in one list, those that are in both once.
fn compare(before: &[String], after: &[String]) -> Vec<Line> {
    capture_diff_slices(Algorithm::Lcs, before, after)
        .iter()
        .flat_map(|change| change.iter_changes(before, after))
        .map(|change| Line {
            mark: match change.tag() {
                ChangeTag::Equal => Mark::Kept,
                ChangeTag::Insert => Mark::Added,
                ChangeTag::Delete => Mark::Removed,
            },
            text: change.value(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str, payload: &str) -> String {
        format!(
            "{}.{}.{}",
            b64::encode(header),
            b64::encode(payload),
            b64::encode("sig")
        )
    }

    #[test]
    fn a_changed_member_is_one_line_out_and_one_in() {
        let before = token(r#"{"alg":"ES256"}"#, r#"{"sub":"alice","aud":"x"}"#);
        let after = token(r#"{"alg":"none"}"#, r#"{"sub":"alice","aud":"x"}"#);
        let parts = parts(&before, &after);
        assert_eq!(parts.len(), 3);
        let marks = |n: usize| parts[n].lines.iter().map(|l| l.mark).collect::<Vec<_>>();
        assert_eq!(
            marks(0),
            [Mark::Kept, Mark::Removed, Mark::Added, Mark::Kept]
        );
        assert!(!parts[1].changed && !parts[2].changed);
    }

    #[test]
    fn long_runs_without_a_change_are_counted() {
        let claims = |sub: &str| {
            let mut text = String::from("{");
            for n in 0..20 {
                text.push_str(&format!("\"c{n}\":{n},"));
            }
            text.push_str(&format!("\"sub\":\"{sub}\"}}"));
            text
        };
        let parts = parts(&token("{}", &claims("a")), &token("{}", &claims("b")));
        let lines: Vec<&str> = parts[1].lines.iter().map(|l| l.text.as_str()).collect();
        assert_eq!(lines[0], "… 18 lines");
        assert_eq!(lines.len(), 1 + 3 + 2 + 1);
    }

    #[test]
    fn missing_parts_other_forms_and_hidden_characters_are_shown() {
        let before = token("{}", r#"{"sub":"alice"}"#);
        let cut = before.rsplit_once('.').unwrap().0;
        let without = parts(&before, cut);
        assert_eq!(without[2].lines.last().unwrap().text, "not there");
        let json = parts(&before, r#"{"payload":"x"}"#);
        assert_eq!((json.len(), json[0].name), (1, "Token"));
        let hidden = parts(&before, &token("{}", "{\"sub\":\"ali\u{202e}ce\"}"));
        assert!(hidden[1].lines.iter().any(|l| l.text.contains("\\u{202e}")));
        let padded = parts(&before, &format!("{before}=="));
        assert!(padded[2].changed);
        let huge = parts(&before, &token("{}", &"x".repeat(1_000_000)));
        assert!(huge[1].lines.len() < 10);
    }
}
