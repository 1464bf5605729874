//! Claims of two tokens side by side, hop by hop.

use serde_json::Value;

use super::Token;

/// How a claim changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Change {
    Kept,
    Narrowed,
    Widened,
    Added,
    Dropped,
    Changed,
}

impl Change {
    /// The name used in JSON output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Narrowed => "narrowed",
            Self::Widened => "widened",
            Self::Added => "added",
            Self::Dropped => "dropped",
            Self::Changed => "changed",
        }
    }
}

/// One claim before and after.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The claim.
    pub claim: String,
    /// Its value before.
    pub before: Option<Value>,
    /// Its value after.
    pub after: Option<Value>,
    /// How it changed. `scope`, `aud` and `exp` know narrower and wider.
    pub change: Change,
}

/// Compares the claims of `before` and `after`, in the order of `after`, dropped ones last.
pub fn claims(before: &Token, after: &Token) -> Vec<Row> {
    let _ = (before, after);
    todo!("owner: token")
}

/// The change of one hop in short phrases for a wire: `-2 scopes`, `aud → payments-api`,
/// `+actor researcher`, `life 5 min → 4 min 44 s`.
pub fn wire(before: &Token, after: &Token) -> Vec<String> {
    let _ = (before, after);
    todo!("owner: token")
}
