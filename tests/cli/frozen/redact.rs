//! What differs from run to run is replaced by its name; everything else is kept.
//!
//! | in the output | in the snapshot |
//! |---|---|
//! | a token | `<token 1 header claims>` with both redacted, then `<token 1>` wherever it stands again |
//! | what is random: keys, thumbprints, `jti`, nonces | `<random 1>`, the same number wherever it stands again |
//! | a moment in seconds | `<start+300>`, to the minute |
//! | a moment in words | `<time>` |
//! | a port of this machine | `<port>` |
//! | how long an answer took | 0, with one space before it |
//! | seconds beside minutes | left out |

use std::collections::HashMap;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use delegraph::kit::clock::Clock;

/// The signature of each token in a text that was signed just now.
pub fn signature(text: &str) -> String {
    let signed = |word: &str| word.starts_with("eyJ") && word.matches('.').count() == 2;
    let mut out = String::new();
    for word in text.split_inclusive(char::is_whitespace) {
        match word.trim_end().rsplit_once('.') {
            Some((start, _)) if signed(word) => {
                out.push_str(&format!("{start}.<signature>\n"));
            }
            _ => out.push_str(word),
        }
    }
    out
}

/// Redacts what one run wrote.
pub struct Redaction {
    /// When the run began, in seconds.
    start: i64,
    tokens: HashMap<String, usize>,
    random: HashMap<String, usize>,
}

impl Redaction {
    /// Of a run that begins now.
    pub fn begin() -> Self {
        Self {
            start: Clock::System.now().as_second(),
            tokens: HashMap::new(),
            random: HashMap::new(),
        }
    }

    /// The text with everything replaced that differs from run to run.
    pub fn apply(&mut self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            if let Some(after) = ["\"date\": \"", "time=\""]
                .iter()
                .find_map(|key| rest.strip_prefix(key))
            {
                let end = after.find('"').unwrap();
                out.push_str(&rest[..rest.len() - after.len()]);
                out.push_str("<time>");
                rest = &after[end..];
            } else if is_word(first) {
                let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                let (word, after) = rest.split_at(length);
                rest = self.word(word, after, &mut out);
            } else {
                out.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
        out
    }

    /// Writes a word, replaced where need be; gives what follows it.
    fn word<'a>(&mut self, word: &str, after: &'a str, out: &mut String) -> &'a str {
        if word.starts_with("eyJ") {
            let end = after
                .find(|c| !is_word(c) && c != '.')
                .unwrap_or(after.len());
            let token = format!("{word}{}", &after[..end]);
            let shown = self.token(&token);
            out.push_str(&shown);
            return &after[end..];
        }
        if let Some(end) = after.find('Z').filter(|_| is_day_and_hour(word)) {
            out.push_str("<time>");
            return &after[end + 1..];
        }
        let Ok(number) = word.parse::<i64>() else {
            out.push_str(&self.named(word));
            return after;
        };
        if out.ends_with("127.0.0.1:") {
            out.push_str("<port>");
        } else if out.ends_with("\"millis\": ") {
            out.push('0');
        } else if after.starts_with(" ms") {
            // Numbers stand below each other: the room before one depends on its length.
            out.truncate(out.trim_end_matches(' ').len());
            out.push_str(" 0");
        } else if out.ends_with("\"expires_in\": ") {
            out.push_str(&to_minute(number).to_string());
        } else if (number - self.start).abs() < 86_400 {
            out.push_str(&format!("<start+{}>", to_minute(number - self.start)));
        } else if after.starts_with(" s") && out.ends_with(" min ") {
            out.truncate(out.len() - 1);
            return &after[2..];
        } else {
            out.push_str(word);
        }
        after
    }

    fn token(&mut self, token: &str) -> String {
        let next = self.tokens.len() + 1;
        if let Some(known) = self.tokens.get(token) {
            return format!("<token {known}>");
        }
        self.tokens.insert(token.to_owned(), next);
        let parts: Vec<String> = token
            .split('.')
            .take(2)
            .map(|part| {
                let bytes = URL_SAFE_NO_PAD.decode(part).unwrap();
                self.apply(&String::from_utf8(bytes).unwrap())
            })
            .collect();
        format!("<token {next} {}>", parts.join(" "))
    }

    /// A long word of small and capital letters is random: no name is written so.
    fn named(&mut self, word: &str) -> String {
        let has = |kind: fn(&char) -> bool| word.chars().any(|c| kind(&c));
        if word.len() < 20 || !has(char::is_ascii_lowercase) || !has(char::is_ascii_uppercase) {
            return word.to_owned();
        }
        let next = self.random.len() + 1;
        let known = self.random.entry(word.to_owned()).or_insert(next);
        format!("<random {known}>")
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

/// `2026-11-30T01`, the beginning of a moment as RFC 3339 writes it.
fn is_day_and_hour(word: &str) -> bool {
    word.len() == 13 && word.as_bytes()[10] == b'T' && word.starts_with("20")
}

/// The nearest whole minute.
fn to_minute(seconds: i64) -> i64 {
    (seconds + 30).div_euclid(60) * 60
}

#[test]
fn what_differs_is_replaced_and_nothing_else() {
    let mut redaction = Redaction::begin();
    let start = redaction.start;
    let claims = URL_SAFE_NO_PAD.encode(format!("{{\"exp\":{},\"sub\":\"alice\"}}", start + 301));
    let token = format!("eyJhbGciOiJub25lIn0.{claims}.c2ln");
    let text = format!(
        "{token} {token} http://127.0.0.1:40123/token \"jti\": \"_8Yybbi7qCal8GcoDABYNu\",\n   12 ms 55 min 1 s, \
         \"millis\": 7 \"expires_in\": 299 2026-11-30T00:53:20Z DG-401 _8Yybbi7qCal8GcoDABYNu client_secret_basic"
    );
    assert_eq!(
        redaction.apply(&text),
        "<token 1 {\"alg\":\"none\"} {\"exp\":<start+300>,\"sub\":\"alice\"}> <token 1> \
         http://127.0.0.1:<port>/token \"jti\": \"<random 1>\",\n 0 ms 55 min, \
         \"millis\": 0 \"expires_in\": 300 <time> DG-401 <random 1> client_secret_basic"
    );
}
