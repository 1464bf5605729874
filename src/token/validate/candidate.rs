//! A key that may verify.

use std::sync::OnceLock;

use crate::{
    jose::{Jwk, crypto},
    kit::text::escape,
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
pub(super) struct Facts {
    /// What it is called in a sentence.
    pub(super) name: String,
    pub(super) thumbprint: Option<String>,
    /// See [`crate::jose::crypto::keys::is_roca`].
    pub(super) roca: bool,
    /// See [`Jwk::malformed`].
    pub(super) malformed: Option<String>,
    pub(super) prepared: Option<crypto::Prepared>,
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

    /// What is worked out of it, at the first call.
    pub(super) fn facts(&self) -> &Facts {
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
