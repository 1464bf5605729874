//! What the primitives of encryption say when they refuse.

/// The primitive refused: a wrong key, or text that was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused;
