//! Answers that are not what was asked for, told without showing what they may hold.

use serde_json::{Map, Value};

use super::http::Response;
use crate::kit::{json, text};

/// What came instead of an answer that can be read: status, and what the body is. Holds nothing of a
/// body that may carry a token.
pub fn unreadable(response: &Response) -> String {
    let status = response.status;
    if response.body.iter().all(u8::is_ascii_whitespace) {
        return match response.header("location") {
            Some(location) if (300..400).contains(&status) => format!(
                "{status} and a redirect to {}",
                text::shorten(&text::escape(location), 200)
            ),
            _ => format!("{status} and an empty body"),
        };
    }
    if response.looks_like_html() {
        return match html_title(&response.body) {
            Some(title) => format!("{status} and an HTML page titled “{title}”"),
            None => format!("{status} and an HTML page"),
        };
    }
    let Ok(body) = std::str::from_utf8(without_bom(&response.body)) else {
        return format!(
            "{status} and {} bytes that are no text",
            response.body.len()
        );
    };
    match json::parse(body.as_bytes()) {
        Ok(json) => match json.value {
            Value::Object(members) => format!(
                "{status} and a JSON object without `error`; it has {}",
                names(&members)
            ),
            _ => format!("{status} and JSON that is no object"),
        },
        Err(_) if body.contains("token") => {
            format!("{status} and text that is no JSON, with the word “token” in it")
        }
        Err(e) => format!(
            "{status} and text that is no JSON ({e}): “{}”",
            text::shorten(&text::escape(body.trim()), 120)
        ),
    }
}

/// The names of an object's members, never their values.
pub(super) fn names(members: &Map<String, Value>) -> String {
    if members.is_empty() {
        return "no members".into();
    }
    let mut names: Vec<String> = members
        .keys()
        .take(12)
        .map(|name| format!("`{}`", text::shorten(&text::escape(name), 40)))
        .collect();
    if members.len() > names.len() {
        names.push(format!("{} more", members.len() - names.len()));
    }
    names.join(", ")
}

fn html_title(body: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&body[..body.len().min(16 * 1024)]);
    // Byte positions stay the same: only ASCII letters change.
    let lower = head.to_ascii_lowercase();
    let open = lower.find("<title")?;
    let start = open + lower[open..].find('>')? + 1;
    let end = start + lower[start..].find("</title")?;
    let title = head[start..end]
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    (!title.is_empty()).then(|| text::shorten(&text::escape(&title), 100).into_owned())
}

/// A byte order mark is not part of the JSON text (RFC 8259 §8.1 lets parsers pass over it).
pub(super) fn without_bom(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body)
}
