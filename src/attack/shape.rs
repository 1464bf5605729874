//! Values of another type, put in the place of a claim's own.

use serde_json::Value;

use super::{draft::Draft, made::Forged};

/// A value that a claim does not have.
pub(super) struct Shape {
    /// In the names of forgeries.
    pub name: &'static str,
    /// In sentences.
    pub words: &'static str,
    /// The value itself.
    pub value: fn() -> Value,
}

impl Shape {
    /// The token with a claim of this shape.
    pub fn put(&self, d: &Draft<'_>, claim: &str) -> Forged {
        let value = (self.value)();
        if d.claims()?.get(claim) == Some(&value) {
            return Err(format!("`{claim}` is {} already", self.words));
        }
        d.claim_sealed(&format!("/{claim}"), Some(value))
    }
}
