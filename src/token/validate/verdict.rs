//! What a judgement comes to.

use super::steps::{self, Step};

/// The state of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Signature {
    /// Verified.
    Valid,
    /// Does not verify.
    Invalid,
    /// The algorithm is not supported here.
    Unsupported,
    /// No key to check with.
    NoKey,
    /// The token is not signed.
    None,
    /// A piece of the token is missing, cut off or masked: nothing can be judged by what is left.
    Cut,
}

impl Signature {
    /// The name used in JSON output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Invalid => "invalid",
            Self::Unsupported => "unsupported",
            Self::NoKey => "no_key",
            Self::None => "none",
            Self::Cut => "cut",
        }
    }
}

/// Whose a key is, for a token that names an issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyOwner {
    /// The token's issuer publishes it. A token without `iss` has no issuer to compare with: then an
    /// issuer that is known does.
    Issuer,
    /// The user gave it, and what the issuer publishes is not known: it may be the issuer's.
    Given,
    /// The user gave it, and it is none of the keys that the issuer publishes.
    Other,
    /// The token brings it, as a proof of possession must (RFC 9449 §4.2): it shows that whoever made
    /// the proof has the key, and nothing of who that is.
    Brought,
}

impl KeyOwner {
    /// The name used in JSON output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Issuer => "issuer",
            Self::Given => "given",
            Self::Other => "other",
            Self::Brought => "brought",
        }
    }
}

/// The key that decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUsed {
    /// `kid`.
    pub kid: Option<String>,
    /// SHA-256 thumbprint.
    pub thumbprint: Option<String>,
    /// Where it came from.
    pub from: String,
    /// Whose it is.
    pub owner: KeyOwner,
}

/// What the claims say at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Life {
    /// `exp` is ahead.
    Valid,
    /// `exp` is past.
    Expired,
    /// `nbf` is ahead.
    NotYet,
    /// There is no `exp`.
    NoExpiry,
}

/// The verdict on one token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The signature.
    pub signature: Signature,
    /// Why, in a sentence.
    pub reason: String,
    /// The key that decided, when one did.
    pub key: Option<KeyUsed>,
    /// What is wrong with that key, although it verified: a secret that is too short (RFC 7518 §3.2),
    /// a number that is padded (RFC 7518 §6.3). Then the token is not accepted.
    pub key_problems: Vec<String>,
    /// What is worth knowing of that key and makes nothing worse: its certificate has expired, or holds
    /// another key.
    pub remarks: Vec<String>,
    /// The verdict on each signature, with its steps; one, but for the general JSON form.
    pub signatures: Vec<SignatureVerdict>,
    /// What is wrong with the claims now.
    pub claims_problems: Vec<String>,
    /// Why what an SD-JWT presents is to be refused: a disclosure that was not signed, a key binding
    /// that is not the holder's or was made for something else (RFC 9901 §7.1, §7.3).
    pub presentation_problems: Vec<String>,
    /// Where in its life the token is.
    pub life: Life,
}

impl Verdict {
    /// Signature valid, by a key that is strong enough, and nothing wrong with the claims and with what
    /// is presented.
    pub fn verified(&self) -> bool {
        self.signature == Signature::Valid
            && self.key_problems.is_empty()
            && self.claims_problems.is_empty()
            && self.presentation_problems.is_empty()
    }

    /// Whether what is wrong with the key is that it is too weak; else it is written in a way that its
    /// standard forbids.
    pub fn weak_key(&self) -> bool {
        let steps = self.signatures.iter().flat_map(|one| &one.steps);
        let mut failed = steps.filter(|step| step.outcome == steps::Outcome::Failed);
        !self.key_problems.is_empty() && failed.any(|step| step.check == steps::Check::KeyStrength)
    }

    /// Whose key a valid signature was made with; `None` without a valid signature.
    pub fn signer(&self) -> Option<KeyOwner> {
        self.key
            .as_ref()
            .filter(|_| self.signature == Signature::Valid)
            .map(|key| key.owner)
    }
}

/// The verdict on one signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignatureVerdict {
    /// Its state.
    pub signature: Signature,
    /// Why, in a sentence.
    pub reason: String,
    /// The key that decided, when one did.
    pub key: Option<KeyUsed>,
    /// What is wrong with that key, although it verified.
    pub key_problems: Vec<String>,
    /// What is worth knowing of that key and makes nothing worse.
    pub remarks: Vec<String>,
    /// What was checked, in order, and what each check came to.
    pub steps: Vec<Step>,
}
