//! A token's text in the colours of its parts, and a claim's value as text.

use egui::text::{LayoutJob, TextFormat};
use serde_json::Value;

use crate::gui::theme::{self, Theme};

/// Header, payload and signature in their colours, what stands between them muted. Disclosures of an
/// SD-JWT are claims, its key binding is a token again; of a JWS in JSON form the values are coloured.
pub fn colours(text: &str, theme: &Theme) -> LayoutJob {
    let mut job = LayoutJob::default();
    if text.starts_with('{') {
        members(&mut job, text, theme);
        return job;
    }
    let count = text.matches('~').count();
    for (n, piece) in text.split('~').enumerate() {
        if n > 0 {
            push(&mut job, "~", theme.muted);
        }
        if n > 0 && n < count {
            push(&mut job, piece, theme.token_payload);
        } else {
            parts(&mut job, piece, theme);
        }
    }
    job
}

fn push(job: &mut LayoutJob, text: &str, colour: egui::Color32) {
    if !text.is_empty() {
        job.append(text, 0.0, TextFormat::simple(theme::mono_font(), colour));
    }
}

fn parts(job: &mut LayoutJob, text: &str, theme: &Theme) {
    let colours = [
        theme.token_header,
        theme.token_payload,
        theme.token_signature,
    ];
    for (n, part) in text.split('.').enumerate() {
        if n > 0 {
            push(job, ".", theme.muted);
        }
        push(job, part, colours.get(n).copied().unwrap_or(theme.text));
    }
}

/// JSON as it is written, the values by what they are of a JWS.
fn members(job: &mut LayoutJob, text: &str, theme: &Theme) {
    let mut rest = text;
    let mut last = "";
    while let Some(start) = rest.find('"') {
        let (between, quoted) = rest.split_at(start);
        push(job, between, theme.muted);
        let mut escaped = false;
        let end = quoted[1..]
            .find(|c: char| {
                let ends = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                ends
            })
            .map_or(quoted.len(), |at| at + 2);
        let (string, after) = quoted.split_at(end);
        if after.trim_start().starts_with(':') {
            last = string.trim_matches('"');
            push(job, string, theme.text);
        } else {
            push(
                job,
                string,
                match last {
                    "protected" => theme.token_header,
                    "payload" => theme.token_payload,
                    "signature" => theme.token_signature,
                    _ => theme.text,
                },
            );
        }
        rest = after;
    }
    push(job, rest, theme.muted);
}

/// A value as one would paste it: a string without quotes, anything else as JSON.
pub fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colouring_keeps_every_byte() {
        for text in [
            "a.b.c",
            "a.b",
            "",
            "..",
            "opaque",
            "a.b.c.d.e",
            "a.b.c~d~e~f.g.h",
            "a.b.c~",
            r#"{"payload": "a.b", "signatures":[{"protected":"ü\"x","n":1}]}"#,
            r#"{"a":"\"#,
            "{\"",
        ] {
            assert_eq!(colours(text, &theme::LIGHT).text, text);
        }
    }

    #[test]
    fn plain_values() {
        assert_eq!(plain(&Value::from("x")), "x");
        assert_eq!(plain(&serde_json::json!(["a", 1])), r#"["a",1]"#);
    }
}
