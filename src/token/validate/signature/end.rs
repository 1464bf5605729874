//! How a verification ends that finds no valid signature.

use super::keys::{Named, used};
use crate::token::validate::{
    Candidate, KeyUsed, Signature, SignatureVerdict,
    steps::{self, Check, Outcome},
};

/// Where a verification ended without a valid signature.
pub(super) struct End {
    pub signature: Signature,
    pub reason: String,
    pub key: Option<KeyUsed>,
    pub at: Check,
}

impl End {
    pub fn new(signature: Signature, at: Check, reason: impl Into<String>) -> Self {
        Self {
            signature,
            reason: reason.into(),
            key: None,
            at,
        }
    }

    pub fn invalid(at: Check, reason: impl Into<String>) -> Self {
        Self::new(Signature::Invalid, at, reason)
    }

    pub fn by(mut self, key: &Candidate, named: &Named<'_>) -> Self {
        self.key = Some(used(key, named));
        self
    }
}

impl From<End> for SignatureVerdict {
    fn from(end: End) -> Self {
        let outcome = match end.signature {
            Signature::Unsupported | Signature::NoKey | Signature::Cut => Outcome::Open,
            _ => Outcome::Failed,
        };
        Self {
            signature: end.signature,
            steps: steps::until(end.at, outcome, &end.reason),
            reason: end.reason,
            key: end.key,
            key_problems: Vec::new(),
            remarks: Vec::new(),
        }
    }
}
