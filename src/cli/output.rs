//! What a command leaves behind: a document or text, and an exit status.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use serde_json::Value;

use crate::kit::text;

/// A command that was carried out.
#[derive(Debug)]
pub(super) struct Done {
    /// For `--json`; `null` when the command has written its document itself.
    pub json: Value,
    /// For people; ends with a line break unless empty.
    pub text: String,
    /// Exit status 0 or 1.
    pub good: bool,
}

impl Done {
    /// The command has written all that it has to say.
    pub fn written() -> Self {
        Self {
            json: Value::Null,
            text: String::new(),
            good: true,
        }
    }
}

/// A command that was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    status: u8,
    message: String,
    /// The document on standard output has told it.
    told: bool,
}

impl Failure {
    /// The command line asks for something that makes no sense: exit status 2.
    pub fn usage(message: impl Into<String>) -> Self {
        Self {
            status: 2,
            message: message.into(),
            told: false,
        }
    }
    /// A file, the network or a server kept it from being done: exit status 3.
    pub fn impossible(message: impl Into<String>) -> Self {
        Self {
            status: 3,
            message: message.into(),
            told: false,
        }
    }
    /// The same, once the document on standard output has told it.
    pub fn told(self) -> Self {
        Self { told: true, ..self }
    }
    /// What happened.
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// Writes what there is to say to standard output.
pub(super) fn tell(done: &Done, json: bool) -> Result<(), Failure> {
    let text = if json && !done.json.is_null() {
        document(&done.json)
    } else {
        done.text.clone()
    };
    write(text.as_bytes())
}

/// Writes the outcome to standard output and gives the exit status.
pub(super) fn finish(done: &Done, json: bool) -> ExitCode {
    match tell(done, json) {
        Ok(()) => ExitCode::from(u8::from(!done.good)),
        Err(failure) => failed(&failure, false),
    }
}

/// Writes why a command was not carried out. With `--json`, standard output still gets its one
/// document: `{"error": …}`.
pub(super) fn failed(failure: &Failure, json: bool) -> ExitCode {
    note(&failure.message);
    if json && !failure.told {
        let document = document(&serde_json::json!({ "error": failure.message }));
        // Nothing more can be done when even this cannot be written.
        let _ = write(document.as_bytes());
    }
    ExitCode::from(failure.status)
}

/// A message on standard error.
pub(super) fn note(message: &str) {
    // A closed standard error must not end the work.
    let _ = writeln!(
        io::stderr().lock(),
        "delegraph: {}",
        text::escape_lines(message)
    );
}

/// Writes to standard output. A reader that went away (`| head`) is no failure.
pub(super) fn write(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::impossible(format!("standard output: {e}")))
        }
        _ => Ok(()),
    }
}

/// A document of many tokens that is written while they are found.
pub(super) struct Stream {
    out: io::BufWriter<io::StdoutLock<'static>>,
    json: bool,
    /// How many were written.
    count: usize,
    /// The reader went away (`| head`): nothing more is written, and that is no failure.
    closed: bool,
}

impl Stream {
    /// `{"tokens": […]}` with `json`, else texts with a blank line between them.
    pub fn new(json: bool) -> Self {
        Self {
            out: io::BufWriter::new(io::stdout().lock()),
            json,
            count: 0,
            closed: false,
        }
    }

    /// Writes a token.
    pub fn json(&mut self, token: &Value) -> Result<(), Failure> {
        let start = if self.count == 0 {
            "{\n  \"tokens\": [\n"
        } else {
            ",\n"
        };
        let text = ascii_hidden(&format!("{token:#}"));
        let text = text.trim_end().replace('\n', "\n    ");
        self.count += 1;
        self.put(&format!("{start}    {text}"))
    }

    /// Writes a text.
    pub fn text(&mut self, text: &str) -> Result<(), Failure> {
        if self.count > 0 {
            self.put("\n")?;
        }
        self.count += 1;
        self.put(text)
    }

    /// Ends the document, and tells in it why it ends early.
    pub fn end(mut self, error: Option<&str>) -> Result<(), Failure> {
        if self.json {
            let list = if self.count == 0 {
                "{\n  \"tokens\": []"
            } else {
                "\n  ]"
            };
            let error = error.map_or_else(String::new, |e| {
                format!(
                    ",\n  \"error\": {}",
                    ascii_hidden(&Value::from(e).to_string())
                )
            });
            self.put(&format!("{list}{error}\n}}\n"))?;
        }
        let flushed = self.out.flush();
        self.judge(flushed)
    }

    fn put(&mut self, text: &str) -> Result<(), Failure> {
        if self.closed {
            return Ok(());
        }
        let written = self.out.write_all(text.as_bytes());
        self.judge(written)
    }

    fn judge(&mut self, done: io::Result<()>) -> Result<(), Failure> {
        match done {
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            Err(e) => Err(Failure::impossible(format!("standard output: {e}"))),
            Ok(()) => Ok(()),
        }
    }
}

/// JSON for standard output, indented, with a line break at the end. Invisible and bidirectional
/// characters are written as `\u` escapes, so that a claim cannot disturb a terminal; the value is
/// the same.
pub(super) fn document(value: &Value) -> String {
    let mut text = ascii_hidden(&format!("{value:#}"));
    text.push('\n');
    text
}

/// [`document`] on one line.
pub(super) fn line(value: &Value) -> String {
    let mut text = ascii_hidden(&value.to_string());
    text.push('\n');
    text
}

fn ascii_hidden(json: &str) -> String {
    use std::fmt::Write as _;
    let hidden = |c: char| !c.is_ascii() && text::is_hidden(c) || c == '\u{7f}';
    if !json.chars().any(hidden) {
        return json.to_owned();
    }
    let mut out = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if hidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// Rows of two columns, aligned, each line indented by `indent`.
pub(super) fn columns<L: AsRef<str>>(indent: usize, rows: &[(L, String)]) -> String {
    let width = rows
        .iter()
        .map(|(left, _)| left.as_ref().chars().count())
        .max()
        .unwrap_or(0)
        .min(24);
    rows.iter()
        .map(|(left, right)| {
            let left = left.as_ref();
            let line = format!("{:indent$}{left:width$}  {right}", "");
            format!("{}\n", line.trim_end())
        })
        .collect()
}

/// A value on one line: strings without quotes, hidden characters escaped, long ones shortened.
pub(super) fn shown(value: &Value) -> String {
    let shown = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    text::escape(&text::shorten(&shown, 160)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_escaped_and_the_value_stays() {
        let value = serde_json::json!({ "sub": "ali\u{202E}ce", "é": "\u{E0041}\n" });
        let text = document(&value);
        assert!(text.contains("ali\\u202ece"), "{text}");
        assert!(text.contains('é'));
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        assert_eq!(line(&value).lines().count(), 1);
    }

    #[test]
    fn columns_are_aligned() {
        let rows = [("a", "1".to_owned()), ("long", "2".to_owned())];
        assert_eq!(columns(2, &rows), "  a     1\n  long  2\n");
    }
}
