//! A request as a cURL command, to copy and to read.

use std::fmt::Write as _;

use super::http::{Body, Field, Request, Sensitivity};
use crate::kit::{
    shell::{quote, quote_lines},
    text,
};

impl Request {
    /// The request as a cURL command for a POSIX shell. Tokens stand in it; secrets do not: each is
    /// a variable (`$CLIENT_SECRET`) that the user sets first. Nothing in a value can end its quotes
    /// or reach the terminal as a control character.
    pub fn curl(&self) -> String {
        let mut out = String::from("curl");
        if self.url.as_str().contains(['[', ']', '{', '}']) {
            out.push_str(" --globoff"); // else curl takes these for patterns
        }
        if self.method != super::http::Method::Get {
            let _ = write!(out, " --request {}", self.method.name());
        }
        let _ = write!(out, " {}", quote(self.url.as_str()));
        for header in &self.headers {
            argument(&mut out, "--header", &header_text(header));
        }
        match &self.body {
            Body::Empty => {}
            Body::Form(fields) if fields.is_empty() => argument(&mut out, "--data", "''"),
            Body::Form(fields) => {
                for field in fields {
                    let (option, text) = field_text(field);
                    argument(&mut out, option, &text);
                }
            }
            Body::Text { content_type, text } => {
                let header = quote(&format!("Content-Type: {}", text::escape(content_type)));
                argument(&mut out, "--header", &header);
                argument(&mut out, "--data-raw", &quote_lines(text));
            }
        }
        out
    }
}

fn argument(out: &mut String, option: &str, quoted: &str) {
    let _ = write!(out, " \\\n  {option} {quoted}");
}

fn header_text(field: &Field) -> String {
    if field.sensitivity == Sensitivity::Secret {
        return format!("\"{}: ${}\"", name(field), variable(&field.name));
    }
    quote(&format!("{}: {}", name(field), text::escape(&field.value)))
}

/// `--data-urlencode` lets people read the value; where it holds what a terminal would act on, it is
/// written encoded.
fn field_text(field: &Field) -> (&'static str, String) {
    let encoded_name: String =
        url::form_urlencoded::byte_serialize(field.name.as_bytes()).collect();
    if field.sensitivity == Sensitivity::Secret {
        let text = format!("\"{encoded_name}=${}\"", variable(&field.name));
        return ("--data-urlencode", text);
    }
    if field.value.chars().any(text::is_hidden) {
        let value: String = url::form_urlencoded::byte_serialize(field.value.as_bytes()).collect();
        return ("--data", quote(&format!("{encoded_name}={value}")));
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~".contains(c);
    let option = if field.value.chars().all(plain) {
        "--data"
    } else {
        "--data-urlencode"
    };
    (option, quote(&format!("{encoded_name}={}", field.value)))
}

/// A header name with nothing but the characters of a token (RFC 9110 §5.6.2).
fn name(field: &Field) -> String {
    field
        .name
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || "!#%&*+-.^_|~".contains(*c))
        .collect()
}

/// The name of the shell variable that stands for a secret.
fn variable(name: &str) -> String {
    let name: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_uppercase()
            } else {
                '_'
            }
        })
        .collect();
    if name.starts_with(|c: char| c.is_ascii_digit()) || name.is_empty() {
        return format!("SECRET_{name}");
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::http::Method;

    fn request(fields: Vec<Field>) -> Request {
        Request::form("https://as.example/token".parse().unwrap(), fields)
    }

    #[test]
    fn secrets_are_variables_and_values_cannot_leave_their_quotes() {
        let mut request = request(vec![
            Field::plain("grant_type", "client_credentials"),
            Field::plain("scope", "a'; rm -rf ~ #`id`$(id)"),
            Field::secret("client_secret", "hunter2"),
            Field::plain("note", "a\u{1b}[31m\nb"),
            Field::plain("@file", "x"),
        ]);
        request
            .headers
            .push(Field::secret("Authorization", "Basic aHVudGVyMg=="));
        assert_eq!(
            request.curl(),
            r#"curl --request POST 'https://as.example/token' \
  --header 'Accept: application/json' \
  --header "Authorization: $AUTHORIZATION" \
  --data 'grant_type=client_credentials' \
  --data-urlencode 'scope=a'\''; rm -rf ~ #`id`$(id)' \
  --data-urlencode "client_secret=$CLIENT_SECRET" \
  --data 'note=a%1B%5B31m%0Ab' \
  --data '%40file=x'"#
        );
    }

    #[test]
    fn what_the_shell_reads_is_what_was_meant() {
        // The shell itself is the judge: printf prints one line an argument.
        let nasty = "a'b\"c$HOME`id`\\d !x *";
        let mut request = request(vec![Field::plain("state", nasty)]);
        request.headers.push(Field::plain("X-Note", nasty));
        let script = request.curl().replacen("curl", "printf '%s\\n'", 1);
        let output = std::process::Command::new("sh")
            .arg("-c")
            .arg(script)
            .output()
            .unwrap();
        let lines: Vec<_> = std::str::from_utf8(&output.stdout)
            .unwrap()
            .lines()
            .map(str::to_owned)
            .collect();
        assert!(lines.contains(&format!("X-Note: {nasty}")), "{lines:?}");
        assert!(lines.contains(&format!("state={nasty}")), "{lines:?}");
    }

    #[test]
    fn a_get_and_a_text_body() {
        let mut request = Request::get("https://api.example/a?b[]=1".parse().unwrap());
        assert_eq!(
            request.curl(),
            "curl --globoff 'https://api.example/a?b[]=1' \\\n  --header 'Accept: application/json'"
        );
        request.method = Method::Put;
        request.body = Body::Text {
            content_type: "application/json".into(),
            text: "{\"a\": \"it's\"}".into(),
        };
        assert!(
            request.curl().ends_with(
                "--header 'Content-Type: application/json' \\\n  --data-raw '{\"a\": \"it'\\''s\"}'"
            ),
            "{}",
            request.curl()
        );
    }
}
