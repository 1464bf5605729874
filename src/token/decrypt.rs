//! Encrypted tokens opened to their core: a JWE in a JWE, a JWS in a JWE (RFC 7519 §5.2, appendix A.2).

use serde_json::{Map, Value};
use zeroize::Zeroizing;

use super::{Form, Token, decode::decode};
use crate::{
    jose::{
        Jwk,
        jwe::{self, JweError},
    },
    kit::text::escape,
};

/// Layers of encryption that are opened; more is a way to keep the reader busy.
pub const MAX_LAYERS: usize = 8;

/// One layer that was opened.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// Its header: protected, shared and the recipient's own members.
    pub header: Map<String, Value>,
    /// Number of the key that opened it, from 0.
    pub key: usize,
    /// What the reader should know.
    pub notes: Vec<String>,
}

/// What came out.
pub struct Decrypted {
    /// The layers, outermost first; empty when not even the first could be opened.
    pub layers: Vec<Layer>,
    /// The innermost text that was reached; the whole token when no layer was opened.
    pub core: Zeroizing<Vec<u8>>,
    /// The token that the core is, if it is one: signed, or encrypted still.
    pub inner: Option<Token>,
    /// Why the next layer could not be opened; `None` when the core was reached.
    pub stopped: Option<Stopped>,
}

/// Why a layer of encryption was not opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stopped {
    /// It is no text.
    #[error("this is no text, so no JWE")]
    NoText,
    /// It could not be opened.
    #[error(transparent)]
    Jwe(#[from] JweError),
    /// There are too many of them.
    #[error("more than {MAX_LAYERS} layers of encryption")]
    Layers,
}

impl Decrypted {
    /// Whether the core was reached: nothing that is left is encrypted.
    pub fn is_complete(&self) -> bool {
        self.stopped.is_none()
    }
}

/// Opens `raw`, a JWE in any form, and what is encrypted inside, with `keys`.
pub fn decrypt(raw: &str, keys: &[Jwk]) -> Decrypted {
    let mut layers = Vec::new();
    let mut core = Zeroizing::new(raw.trim().as_bytes().to_vec());
    let mut inner = None;
    loop {
        let opened = match std::str::from_utf8(&core) {
            Ok(text) => jwe::read(text)
                .map_err(JweError::from)
                .and_then(|jwe| jwe.open(keys))
                .map_err(Stopped::from),
            Err(_) => Err(Stopped::NoText),
        };
        let opened = match opened {
            Ok(opened) => opened,
            Err(error) => {
                return Decrypted {
                    layers,
                    core,
                    inner,
                    stopped: Some(error),
                };
            }
        };
        let nested = is_nested(&opened.header);
        layers.push(Layer {
            header: opened.header,
            key: opened.key,
            notes: opened.notes,
        });
        core = opened.plain;
        inner = token(&core, nested, &mut layers);
        let encrypted = inner.as_ref().is_some_and(|t| t.form == Form::Jwe);
        if !encrypted || layers.len() >= MAX_LAYERS {
            let stopped = encrypted.then_some(Stopped::Layers);
            return Decrypted {
                layers,
                core,
                inner,
                stopped,
            };
        }
    }
}

/// Whether the header says that the content is a token again (RFC 7516 §4.1.12, RFC 7519 §5.2).
fn is_nested(header: &Map<String, Value>) -> bool {
    let cty = header.get("cty").and_then(Value::as_str).unwrap_or("");
    let cty = cty.to_ascii_lowercase();
    let cty = cty.strip_prefix("application/").unwrap_or(&cty);
    cty == "jwt" || cty.ends_with("+jwt") || matches!(cty, "jose" | "jose+json")
}

/// The token that a core is. What its header does not announce is looked at all the same, and told.
fn token(core: &[u8], announced: bool, layers: &mut [Layer]) -> Option<Token> {
    let text = std::str::from_utf8(core).ok()?;
    let looks = text.starts_with("ey")
        || (text.starts_with('{') && text.contains("\"payload\""))
        || (text.starts_with('{') && text.contains("\"ciphertext\""));
    if !announced && !looks {
        return None;
    }
    let found = decode(text);
    if found.form == Form::Opaque {
        return None;
    }
    if let (false, Some(layer)) = (announced, layers.last_mut()) {
        let cty = layer.header.get("cty").map_or_else(
            || "is missing".to_owned(),
            |cty| format!("is {}", escape(&cty.to_string())),
        );
        layer.notes.push(format!(
            "the content is a token, but `cty` {cty}: a nested JWT must say `JWT` (RFC 7519 §5.2)"
        ));
    }
    Some(found)
}
