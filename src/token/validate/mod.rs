//! Verdicts: is the signature good, by which key, and do the claims hold now?

mod claims;
mod confusion;
mod critical;
mod presentation;
mod signature;
pub mod steps;

use std::sync::OnceLock;

use crate::{
    jose::{Alg, Jwk, crypto},
    kit::{clock::Timestamp, text::escape},
};

use self::{
    claims::claims_problems, presentation::presentation_problems, signature::signatures,
    steps::Step,
};
use super::Token;

pub use self::{
    claims::life,
    confusion::confusion,
    presentation::{bound, presented},
};

/// A key that may verify, and where it came from.
///
/// ```
/// use delegraph::{jose::pem, token::validate::Candidate};
///
/// let key = r#"{ "kty": "oct", "kid": "k1", "k": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8" }"#;
/// let keys: Vec<Candidate> = pem::read(key)?
///     .into_iter()
///     .map(|jwk| Candidate::new(jwk, "given".into(), None))
///     .collect();
/// assert_eq!(keys[0].jwk.kid(), Some("k1"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The key. Not to be changed: what is worked out of it is kept.
    pub jwk: Jwk,
    /// In words: `JWKS of https://as.example`, `key k3 of the workspace`, `pasted`.
    pub from: String,
    /// Issuer whose published key this is; `None` for a key that the user gave.
    pub issuer: Option<String>,
    facts: OnceLock<Facts>,
}

/// What is worked out of a key once, however many tokens it is tried on.
#[derive(Debug, Clone)]
struct Facts {
    /// What it is called in a sentence.
    name: String,
    thumbprint: Option<String>,
    /// See [`crate::jose::crypto::keys::is_roca`].
    roca: bool,
    /// See [`Jwk::malformed`].
    malformed: Option<String>,
    prepared: Option<crypto::Prepared>,
}

impl Candidate {
    /// A key, where it came from, and the issuer that publishes it.
    pub fn new(jwk: Jwk, from: String, issuer: Option<String>) -> Self {
        Self {
            jwk,
            from,
            issuer,
            facts: OnceLock::new(),
        }
    }

    fn facts(&self) -> &Facts {
        self.facts.get_or_init(|| Facts {
            name: match self.jwk.kid() {
                Some(kid) => format!("`{}` ({}, {})", escape(kid), self.jwk.describe(), self.from),
                None => format!("{} ({})", self.jwk.describe(), self.from),
            },
            thumbprint: self.jwk.thumbprint().ok(),
            roca: crypto::keys::is_roca(&self.jwk),
            malformed: self.jwk.malformed(),
            prepared: crypto::prepare(&self.jwk),
        })
    }
}

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
    /// What was checked, in order, and what each check came to.
    pub steps: Vec<Step>,
}

/// What a verdict asks for.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The moment.
    pub now: Timestamp,
    /// Allowed clock difference, in seconds.
    pub leeway: i64,
    /// Algorithms allowed; empty: the key decides, never the header alone.
    pub algs: Vec<Alg>,
    /// Required audience.
    pub audience: Option<String>,
    /// Required issuer.
    pub issuer: Option<String>,
    /// The content, when the token does not carry it (RFC 7515 appendix F).
    pub detached: Option<Vec<u8>>,
    /// Names in `crit` that whoever asks understands, and checks on their own (RFC 7515 §4.1.11).
    pub understood: Vec<String>,
    /// Whether the keys were given for this very token. Then a key that does not verify speaks
    /// against the token. Else they are all that is at hand: then only a key of the token's issuer,
    /// or one that the header's `kid` names, does, and other keys say nothing. A DPoP proof is verified
    /// by the key that it brings only where none was given for it: `verify --key` means that key,
    /// `verify` alone says the same as the window.
    pub keys_given: bool,
}

impl Policy {
    /// Defaults at `now`: no leeway, the key decides, keys are given for the token.
    pub fn at(now: Timestamp) -> Self {
        Self {
            now,
            leeway: 0,
            algs: Vec::new(),
            audience: None,
            issuer: None,
            detached: None,
            understood: Vec::new(),
            keys_given: true,
        }
    }
}

/// Judges `token` with `keys`.
///
/// The key decides the algorithm, never the header alone. A key that an issuer published verifies
/// only that issuer's tokens; a `kid` in the header selects among the keys that have one. The
/// signed bytes are the received bytes, read strictly: what [`super::decode`] forgives (padding,
/// stray bits) makes the signature invalid here.
///
/// Of several signatures (general JSON form) at least one must be valid and none may be bad: one for
/// which no key is at hand says nothing (RFC 7515 §5.2).
///
/// ```
/// use delegraph::{
///     kit::clock::Clock,
///     token::{
///         decode::decode,
///         validate::{Policy, Signature, judge},
///     },
/// };
///
/// let token = decode("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.");
/// let verdict = judge(&token, &[], &Policy::at(Clock::System.now()));
/// assert_eq!(verdict.signature, Signature::None);
/// assert!(!verdict.verified());
/// ```
pub fn judge(token: &Token, keys: &[Candidate], policy: &Policy) -> Verdict {
    let signatures = signatures(token, keys, policy);
    let (signature, reason, decisive) = overall(&signatures);
    let decisive = decisive.and_then(|n| signatures.get(n));
    Verdict {
        signature,
        reason,
        key: decisive.and_then(|one| one.key.clone()),
        key_problems: decisive.map_or_else(Vec::new, |one| one.key_problems.clone()),
        claims_problems: claims_problems(token, policy),
        presentation_problems: presentation_problems(token, policy),
        life: life(token, policy.now, policy.leeway),
        signatures,
    }
}

/// What the signatures come to together, and the number of the one that decides.
fn overall(all: &[SignatureVerdict]) -> (Signature, String, Option<usize>) {
    if let [one] = all {
        return (one.signature, one.reason.clone(), Some(0));
    }
    let first = |states: &[Signature]| all.iter().position(|one| states.contains(&one.signature));
    let bad = first(&[Signature::Invalid, Signature::None]);
    let decisive = bad
        .or_else(|| first(&[Signature::Valid]))
        .or_else(|| first(&[Signature::Unsupported]))
        .or_else(|| first(&[Signature::NoKey]));
    let Some(n) = decisive else {
        return (Signature::None, "There is no signature.".into(), None);
    };
    let of = format!("Signature {} of {}: {}", n + 1, all.len(), all[n].reason);
    let open = all
        .iter()
        .filter(|one| matches!(one.signature, Signature::NoKey | Signature::Unsupported))
        .count();
    match all[n].signature {
        Signature::Invalid | Signature::None => (Signature::Invalid, of, decisive),
        Signature::Valid if open > 0 => (
            Signature::Valid,
            format!("{of} {open} of the others could not be checked."),
            decisive,
        ),
        Signature::Valid => (
            Signature::Valid,
            format!("All {} signatures are valid. {of}", all.len()),
            decisive,
        ),
        state => (state, of, decisive),
    }
}
