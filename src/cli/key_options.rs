//! Options by which commands that verify or decrypt take their keys.

use std::path::{Path, PathBuf};

use super::{fetch, keys, output::Failure};
use crate::{kit::secret::Secret, token::validate::Candidate};

#[derive(clap::Args)]
pub(super) struct KeyOptions {
    /// Key: PEM (PKCS#1, PKCS#8, SEC1, SPKI, certificate), DER, JWK or JWKS; may be repeated
    #[arg(long, value_name = "FILE")]
    key: Vec<PathBuf>,
    /// File that holds the passphrase of an encrypted PEM key
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// JWK Set: a file, or a URL to fetch it from
    #[arg(long, value_name = "FILE|URL")]
    jwks: Vec<String>,
    /// Shared secret or password (others can see a command line: prefer --secret-file)
    #[arg(long, value_name = "TEXT")]
    secret: Option<String>,
    /// File that holds the shared secret; a line break at its end is not part of it
    #[arg(long, value_name = "FILE", conflicts_with = "secret")]
    secret_file: Option<PathBuf>,
}

impl KeyOptions {
    /// Whether a key is to come from standard input.
    pub fn read_standard_input(&self) -> bool {
        let dash = |path: &PathBuf| path.as_os_str() == "-";
        self.key.iter().any(dash)
            || self.jwks.iter().any(|k| k == "-")
            || self.secret_file.as_ref().is_some_and(dash)
            || self.passphrase_file.as_ref().is_some_and(dash)
    }

    /// Whether any option gives keys, even if there are none in what it names.
    pub fn is_given(&self) -> bool {
        !self.key.is_empty()
            || !self.jwks.is_empty()
            || self.secret.is_some()
            || self.secret_file.is_some()
    }

    /// The keys, in the order of the options.
    pub fn candidates(&self) -> Result<Vec<Candidate>, Failure> {
        let mut candidates = Vec::new();
        let passphrase = keys::passphrase(self.passphrase_file.as_deref())?;
        for path in &self.key {
            let from = path.display().to_string();
            let found = keys::read_with(path, passphrase.as_ref())?;
            candidates.extend(
                found
                    .into_iter()
                    .map(|jwk| Candidate::new(jwk, from.clone(), None)),
            );
        }
        for place in &self.jwks {
            let keys = if place.starts_with("http://") || place.starts_with("https://") {
                fetch::keys(place)?
            } else {
                keys::read(Path::new(place))?
            };
            candidates.extend(
                keys.into_iter()
                    .map(|jwk| Candidate::new(jwk, format!("JWKS {place}"), None)),
            );
        }
        let secret = match (&self.secret, &self.secret_file) {
            (Some(text), _) => Some((Secret::new(text.as_str()), "--secret".to_owned())),
            (None, Some(path)) => Some((keys::secret_file(path)?, path.display().to_string())),
            (None, None) => None,
        };
        candidates.extend(
            secret.map(|(secret, from)| Candidate::new(keys::symmetric(&secret), from, None)),
        );
        Ok(candidates)
    }
}
