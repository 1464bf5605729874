//! JWS and JWE in JSON form (RFC 7515 §7.2, RFC 7516 §7.2) inside a larger text.

use super::Search;
use crate::token::{Form, decode};

/// Open braces that are remembered; of deeper nesting the outer ones are forgotten.
const DEPTH: usize = 64;

/// Layers of JSON strings that are taken off: `{\"payload\":…}` in a log of JSON lines.
const LAYERS: usize = 3;

/// Braces that are open, innermost last.
#[derive(Default)]
pub(super) struct Objects {
    open: Vec<Open>,
    /// Bytes that may still be parsed: objects in objects would be read again and again.
    budget: usize,
}

/// An open brace with what was seen of its members.
struct Open {
    at: usize,
    payload: bool,
    signature: bool,
    ciphertext: bool,
    /// How many tokens were found before it.
    found: usize,
}

impl Objects {
    /// For a text of `length` bytes.
    pub fn of(length: usize) -> Self {
        Self {
            open: Vec::new(),
            budget: length.saturating_mul(4),
        }
    }
}

impl Search<'_> {
    /// `{`
    pub(super) fn opened(&mut self, at: usize) {
        if self.objects.open.len() == DEPTH {
            self.objects.open.remove(0);
        }
        self.objects.open.push(Open {
            at,
            payload: false,
            signature: false,
            ciphertext: false,
            found: self.found.len(),
        });
    }

    /// The name of a member, perhaps.
    pub(super) fn member(&mut self, start: usize, end: usize) {
        let Some(open) = self.objects.open.last_mut() else {
            return;
        };
        let quoted = start > 0
            && self.bytes[start - 1] == b'"'
            && matches!(self.bytes.get(end), Some(b'"' | b'\\'));
        if !quoted {
            return;
        }
        match &self.bytes[start..end] {
            b"payload" => open.payload = true,
            b"signature" | b"signatures" => open.signature = true,
            b"ciphertext" => open.ciphertext = true,
            _ => {}
        }
    }

    /// `}`
    pub(super) fn closed(&mut self, at: usize) {
        let Some(open) = self.objects.open.pop() else {
            return;
        };
        if !(open.ciphertext || (open.payload && open.signature)) {
            return;
        }
        let span = open.at..at + 1;
        if self.objects.budget < span.len() {
            return;
        }
        self.objects.budget -= span.len();
        let Some((raw, escaped)) = token(&self.text[span.clone()]) else {
            return;
        };
        // What was found inside is part of it.
        self.found.truncate(open.found);
        let cleaned = if escaped {
            vec!["the escapes of a JSON string around the token".to_owned()]
        } else {
            Vec::new()
        };
        self.push(span, &raw, cleaned);
    }
}

/// The object as a token, if it is one, and whether it stood inside a JSON string.
fn token(object: &str) -> Option<(String, bool)> {
    let mut text = object.to_owned();
    for layer in 0..LAYERS {
        let token = decode::decode(&text);
        if token.form != Form::Opaque {
            return token.header.is_some().then_some((text, layer > 0));
        }
        if !text.contains("\\\"") {
            return None;
        }
        text = serde_json::from_str::<String>(&format!("\"{text}\"")).ok()?;
    }
    None
}
