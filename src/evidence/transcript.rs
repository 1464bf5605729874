//! Exchanges that a text shows: requests to token endpoints and what they gave, out of HAR files, curl
//! commands with what they printed, HTTP messages, and JSON.
//!
//! Nothing is looked for that only a guess could tell: where it is open which answer belongs to which
//! request, none does.

pub mod message;
mod shell;
mod tree;

use message::{Answered, Asked, Event, Exchange};
use serde_json::Value;

/// Bytes of a text that is looked through.
const LONGEST: usize = 64 << 20;

/// Texts within texts: a body within JSON within a log line.
const DEEPEST: u8 = 3;

/// Beginnings of objects that turn out to be none, after which no further ones are tried: each may have
/// been read to the end of the text.
const MOST_FAILURES: usize = 64;

/// The exchanges of a text, in its order.
pub fn read(text: &str) -> Vec<Exchange> {
    if text.len() > LONGEST {
        return Vec::new();
    }
    message::paired(events(text, 0))
}

fn mentions_tokens(text: &str) -> bool {
    ["_token", "grant_type", "assertion"]
        .iter()
        .any(|name| text.contains(name))
}

fn events(text: &str, depth: u8) -> Vec<Event> {
    if depth > DEEPEST || !mentions_tokens(text) {
        return Vec::new();
    }
    let trimmed = text.trim();
    if trimmed.starts_with(['{', '['])
        && let Ok(value) = serde_json::from_str::<Value>(trimmed)
    {
        return of_json(&value, depth);
    }
    Reader {
        text,
        at: 0,
        depth,
        failures: 0,
        events: Vec::new(),
    }
    .run()
}

fn of_json(value: &Value, depth: u8) -> Vec<Event> {
    let mut out = Vec::new();
    tree::events(value, &|text| events(text, depth + 1), &mut out);
    out
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    depth: u8,
    failures: usize,
    events: Vec<Event>,
}

/// What a line begins.
enum Begins {
    Curl(usize),
    Request,
    Response(u16),
    Nothing,
}

impl<'t> Reader<'t> {
    fn run(mut self) -> Vec<Event> {
        while self.at < self.text.len() {
            let line = self.line();
            match begins(line) {
                Begins::Curl(offset) => {
                    let from = self.at + offset;
                    let (asked, length) = shell::curl(&self.text[from..]);
                    self.events.push(Event::Asked(asked));
                    self.at = from + length.max(1);
                    self.end_of_line();
                }
                Begins::Request => self.request(),
                Begins::Response(status) => self.response(status),
                Begins::Nothing => self.loose(line),
            }
        }
        self.events
    }

    /// The line at `at`, with its end.
    fn line(&self) -> &'t str {
        let rest = self.text.get(self.at..).unwrap_or_default();
        rest.split_inclusive('\n').next().unwrap_or_default()
    }

    fn end_of_line(&mut self) {
        self.at += self.line().len();
    }

    /// Headers of the message whose first line stands at `at`; leaves `at` behind the empty line.
    fn headers(&mut self, mut each: impl FnMut(&str, &str)) {
        self.end_of_line();
        while self.at < self.text.len() {
            let line = self.line();
            let shown = plain(line);
            if !matches!(begins(line), Begins::Nothing) {
                return;
            }
            if shown.starts_with('{') || line.starts_with("---") {
                return; // a body without an empty line before it
            }
            self.at += line.len();
            if shown.is_empty() {
                return;
            }
            if let Some((name, value)) = shown.split_once(':') {
                each(name, value);
            }
        }
    }

    fn request(&mut self) {
        let mut asked = Asked::default();
        self.headers(|name, value| asked.header(name, value));
        if plain(self.line()).starts_with('{') {
            if let Some(Value::Object(members)) = self.value(self.at) {
                asked.add_members(&members);
            }
        } else {
            // Wrapped as in specifications, up to an empty line.
            let mut body = String::new();
            while self.at < self.text.len() {
                let line = self.line();
                let shown = plain(line);
                if shown.is_empty() || !matches!(begins(line), Begins::Nothing) {
                    break;
                }
                body.extend(shown.split_ascii_whitespace());
                self.at += line.len();
            }
            asked.add_form(&body);
        }
        self.events.push(Event::Asked(asked));
    }

    fn response(&mut self, status: u16) {
        self.headers(|_, _| {});
        if status < 200 {
            return; // not the answer yet (RFC 9110 §15.2)
        }
        let mut answer = Answered::default();
        while self.at < self.text.len() {
            let line = self.line();
            let shown = plain(line);
            if !matches!(begins(line), Begins::Nothing) || line.starts_with("---") {
                break;
            }
            if let Some(open) = line.find('{').filter(|_| shown.starts_with('{')) {
                if let Some(Value::Object(members)) = self.value(self.at + open) {
                    answer = Answered::members(&members);
                }
                break;
            }
            self.at += line.len();
            if shown.is_empty() {
                break;
            }
        }
        self.events.push(Event::Answered(answer));
    }

    /// A line of no message: JSON, or a body that was written down.
    fn loose(&mut self, line: &'t str) {
        let next = self.at + line.len();
        let open = if plain(line).starts_with('{') {
            line.find('{')
        } else if mentions_tokens(line) {
            line.find("{\"")
        } else {
            None
        };
        if let Some(open) = open
            && let Some(value) = self.value(self.at + open)
        {
            let found = of_json(&value, self.depth);
            self.events.extend(found);
            return;
        }
        if let Some(form) = form_in(line) {
            self.events.push(Event::Asked(Asked::form(form)));
        }
        self.at = next;
    }

    /// The JSON value that begins at `from`; `at` is behind it then, else behind the line.
    fn value(&mut self, from: usize) -> Option<Value> {
        if self.failures < MOST_FAILURES {
            let rest = &self.text[from..];
            let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
            if let Some(Ok(value)) = values.next() {
                self.at = from + values.byte_offset();
                self.end_of_line();
                return Some(value);
            }
            self.failures += 1;
        }
        self.end_of_line();
        None
    }
}

/// A line without what terminals and curl write before it.
fn plain(line: &str) -> &str {
    let line = line.trim();
    ["> ", "< ", "$ ", "# ", "% "]
        .iter()
        .find_map(|mark| line.strip_prefix(mark))
        .unwrap_or(if matches!(line, ">" | "<") { "" } else { line })
        .trim_start()
}

fn begins(line: &str) -> Begins {
    let shown = plain(line);
    if shown.starts_with("curl ") || shown.starts_with("curl.exe ") {
        return Begins::Curl(line.find("curl").unwrap_or(0));
    }
    let mut words = shown.split_ascii_whitespace();
    let first = words.next().unwrap_or_default();
    if first.starts_with("HTTP/") {
        return match words.next().and_then(|status| status.parse().ok()) {
            Some(status) => Begins::Response(status),
            None => Begins::Nothing,
        };
    }
    let is_method = (3..=8).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_uppercase());
    let has_version = words
        .nth(1)
        .is_some_and(|version| version.starts_with("HTTP/"));
    if is_method && has_version {
        Begins::Request
    } else {
        Begins::Nothing
    }
}

/// The body of a token request within a line.
fn form_in(line: &str) -> Option<&str> {
    let at = ["grant_type=", "subject_token="]
        .iter()
        .filter_map(|name| line.find(name))
        .min()?;
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>');
    let from = line[..at].rfind(ends).map_or(0, |n| {
        n + line[n..].chars().next().map_or(1, char::len_utf8)
    });
    let to = line[at..].find(ends).map_or(line.len(), |n| at + n);
    line.get(from..to).filter(|form| form.contains('&'))
}
