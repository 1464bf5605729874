//! `--as`: tokens as something to paste elsewhere.

use serde_json::{Value, json};

use crate::{
    cli::{input::Placed, output},
    token::{
        Token,
        snippet::{self, Language},
    },
};

/// What a token is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Form {
    /// The token alone
    Token,
    /// The header line that sends it
    Header,
    /// Its claims as JSON
    Claims,
    /// A cURL command that sends it
    Curl,
    /// A Python program that verifies it
    Python,
    /// A Node.js program that verifies it
    Node,
    /// A Go program that verifies it
    Go,
    /// A Rust program that verifies it
    Rust,
    /// A Java program that verifies it
    Java,
}

/// The text, or why there is none.
pub(super) fn text(token: &Token, form: Form) -> Result<String, String> {
    let program = |language| snippet::program(token, language).map_err(|why| why.to_string());
    match form {
        Form::Token => Ok(token.raw.to_string()),
        Form::Header => Ok(snippet::header_line(token)),
        Form::Claims => match &token.claims {
            Some(claims) => Ok(output::document(&claims.value)),
            None => Err("the claims cannot be read".into()),
        },
        Form::Curl => Ok(snippet::curl(token)),
        Form::Python => program(Language::Python),
        Form::Node => program(Language::Node),
        Form::Go => program(Language::Go),
        Form::Rust => program(Language::Rust),
        Form::Java => program(Language::Java),
    }
}

pub(super) fn as_json(placed: &Placed, form: Form, text: &Result<String, String>) -> Value {
    let name = format!("{form:?}").to_lowercase();
    json!({
        "as": name,
        "text": text.as_ref().ok(),
        "reason": text.as_ref().err(),
        "source": { "file": placed.file, "line": placed.found.line, "column": placed.found.column },
    })
}

/// The text for standard output; why there is none goes to standard error.
pub(super) fn show(placed: &Placed, text: Result<String, String>) -> Option<String> {
    match text {
        Ok(mut text) => {
            if !text.ends_with('\n') {
                text.push('\n');
            }
            Some(text)
        }
        Err(why) => {
            output::note(&format!("{}: {why}", placed.place()));
            None
        }
    }
}
