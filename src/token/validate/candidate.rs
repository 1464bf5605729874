//! A key that may verify.

use std::sync::OnceLock;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{
    jose::{
        Jwk, crypto,
        pem::{self, Certificate},
    },
    kit::{clock::Timestamp, text::escape},
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
    /// Trust domain whose bundle holds the key: it verifies only what workloads of that domain have.
    pub trust_domain: Option<String>,
    /// The certificate that the key was read from.
    pub certificate: Option<Box<Certificate>>,
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
    /// What a shared secret is instead, where it is what everybody can have: see
    /// [`pem::public_material`].
    pub(super) public: Option<&'static str>,
    pub(super) prepared: Option<crypto::Prepared>,
}

impl Candidate {
    /// A key, where it came from, and the issuer that publishes it.
    pub fn new(jwk: Jwk, from: String, issuer: Option<String>) -> Self {
        Self {
            jwk,
            from,
            issuer,
            trust_domain: None,
            certificate: None,
            facts: OnceLock::new(),
        }
    }

    /// The same key as one of a trust domain's bundle.
    #[must_use]
    pub fn of_trust_domain(mut self, domain: String) -> Self {
        self.trust_domain = Some(domain);
        self
    }

    /// The same key, out of this certificate.
    #[must_use]
    pub fn of_certificate(mut self, certificate: Certificate) -> Self {
        self.certificate = Some(Box::new(certificate));
        self
    }

    /// What whoever trusts a certificate for the key should know of it. JOSE looks at the key alone: none
    /// of it makes a signature bad.
    pub(super) fn remarks(&self, now: Timestamp) -> Vec<String> {
        let mut remarks = Vec::new();
        let own = self.jwk.0.get("x5c").map(|all| {
            let first = all.get(0).and_then(|text| text.as_str());
            first.and_then(|text| Certificate::read(&STANDARD.decode(text).ok()?))
        });
        if own == Some(None) {
            remarks.push(
                "The first certificate in the `x5c` of this key cannot be read (RFC 7517 §4.7)."
                    .into(),
            );
        }
        let own = own.flatten();
        let print = |key: &Jwk| key.thumbprint().ok();
        if let Some(own) = &own
            && print(&own.key) != print(&self.jwk)
        {
            remarks.push(
                "The certificate in the `x5c` of this key holds another key, where it must hold the same (RFC 7517 §4.7)."
                    .into(),
            );
        }
        let Some(certificate) = own.as_ref().or(self.certificate.as_deref()) else {
            return remarks;
        };
        if let Some(ends) = certificate.ends.filter(|ends| *ends < now) {
            remarks.push(format!(
                "The certificate of this key expired at {ends}: whoever asks for a valid one refuses it."
            ));
        }
        if let Some(begins) = certificate.begins.filter(|begins| *begins > now) {
            remarks.push(format!(
                "The certificate of this key is not valid before {begins}: whoever asks for a valid one refuses it."
            ));
        }
        remarks
    }

    fn public_material(&self) -> Option<&'static str> {
        if self.jwk.kty() != "oct" {
            return None;
        }
        pem::public_material(&crypto::keys::secret(&self.jwk).ok()?)
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
            public: self.public_material(),
            prepared: crypto::prepare(&self.jwk),
        })
    }
}
