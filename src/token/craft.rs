//! Edits of a token as operations on its text: what is not edited keeps its bytes.

use serde_json::Value;

use crate::jose::{Alg, Jwk, KeyError};

/// Why an edit cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CraftError {
    /// The token has no part that can be edited.
    #[error("{0}")]
    NotEditable(String),
    /// The part is not a JSON object, so that a member cannot be set.
    #[error("the {part} is not a JSON object: edit it as text first ({reason})")]
    NotJson {
        /// `header` or `payload`.
        part: &'static str,
        /// Why.
        reason: String,
    },
    /// The pointer leads nowhere.
    #[error("there is nothing at `{0}`")]
    Pointer(String),
    /// The key cannot sign.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Which part an edit is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// Protected header.
    Header,
    /// Payload.
    Payload,
}

/// Replaces the text of a part. JSON objects without duplicates are stored without spaces between
/// members, anything else byte for byte, so that half-typed text is not lost.
pub fn set_text(raw: &str, part: Part, text: &str) -> Result<String, CraftError> {
    let _ = (raw, part, text);
    todo!("owner: token")
}

/// The text of a part for an editor: indented when it is clean JSON, else as it stands.
pub fn text(raw: &str, part: Part) -> Result<String, CraftError> {
    let _ = (raw, part);
    todo!("owner: token")
}

/// Sets the member at `pointer` (RFC 6901), making objects on the way; `None` removes it.
pub fn set(
    raw: &str,
    part: Part,
    pointer: &str,
    value: Option<Value>,
) -> Result<String, CraftError> {
    let _ = (raw, part, pointer, value);
    todo!("owner: token")
}

/// Builds the nested `act` value from entries, outermost first; `None` for none.
pub fn nest_actors(entries: &[serde_json::Map<String, Value>]) -> Option<Value> {
    let _ = entries;
    todo!("owner: token")
}

/// Signs `raw` again: sets `alg` (and `kid` when the key has one), keeps every other byte of the payload.
pub fn sign(raw: &str, key: &Jwk, alg: &Alg) -> Result<String, CraftError> {
    let _ = (raw, key, alg);
    todo!("owner: token")
}

/// Makes a compact token from header members and claims, signed.
pub fn mint(header: &Value, claims: &Value, key: &Jwk, alg: &Alg) -> Result<String, CraftError> {
    let _ = (header, claims, key, alg);
    todo!("owner: token")
}
