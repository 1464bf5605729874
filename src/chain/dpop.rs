//! Whose key a node proves (RFC 9449).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::kit::text::excerpt;

/// Words of chain files.
const NONE: &str = "none";
const GENERATED: &str = "generated";
const KEY: &str = "key:";

/// Whose key a node proves with its request, so that the token of the answer is bound to it, or so that
/// a bound token is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Dpop {
    /// Nobody's: a token is asked for as a bearer token, and a bound one is sent as one.
    None,
    /// One that is made for the run: each client has its own; a call has one that nothing is bound to.
    Generated,
    /// A key of the workspace, by its name or its identifier.
    Key(String),
}

impl fmt::Display for Dpop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str(NONE),
            Self::Generated => f.write_str(GENERATED),
            Self::Key(name) => write!(f, "{KEY}{name}"),
        }
    }
}

impl From<Dpop> for String {
    fn from(dpop: Dpop) -> Self {
        dpop.to_string()
    }
}

/// Text that is no word of [`Dpop`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "is `{}`; write \"{GENERATED}\" for a key that is made for the run, \"{KEY}NAME\" for a key of the workspace, or \"{NONE}\"",
    excerpt(.found, 40)
)]
pub struct DpopError {
    found: String,
}

impl TryFrom<String> for Dpop {
    type Error = DpopError;

    fn try_from(text: String) -> Result<Self, DpopError> {
        match (text.as_str(), text.strip_prefix(KEY)) {
            (NONE, _) => Ok(Self::None),
            (GENERATED, _) => Ok(Self::Generated),
            (_, Some(name)) if !name.is_empty() => Ok(Self::Key(name.to_owned())),
            _ => Err(DpopError { found: text }),
        }
    }
}
