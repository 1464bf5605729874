//! Options by which commands that verify or decrypt take their keys.

use std::path::{Path, PathBuf};

use super::{
    fetch, input, keys,
    output::{self, Failure},
};
use crate::{
    jose::{Jwk, pem},
    kit::{secret::Secret, text::escape},
    token::validate::Candidate,
};

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
            candidates.extend(of_file(
                path,
                &path.display().to_string(),
                passphrase.as_ref(),
            )?);
        }
        for place in &self.jwks {
            let from = format!("JWKS {place}");
            if place.starts_with("http://") || place.starts_with("https://") {
                candidates.extend(of_bytes(&fetch::document(place)?, &from, |bytes| {
                    keys::of_bytes(bytes, place, None)
                })?);
            } else {
                candidates.extend(of_file(Path::new(place), &from, None)?);
            }
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

fn of_file(
    path: &Path,
    from: &str,
    passphrase: Option<&Secret>,
) -> Result<Vec<Candidate>, Failure> {
    let bytes = zeroize::Zeroizing::new(input::bytes(path)?);
    let name = path.display().to_string();
    of_bytes(&bytes, from, |bytes| {
        keys::of_bytes(bytes, &name, passphrase)
    })
}

/// The keys of a document, those of a map of bundles each for its trust domain. A set without any key is
/// an answer: then nothing can be verified.
fn of_bytes(
    bytes: &[u8],
    from: &str,
    read: impl Fn(&[u8]) -> Result<Vec<Jwk>, Failure>,
) -> Result<Vec<Candidate>, Failure> {
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    if let Some(bundles) = pem::bundles(text) {
        let bundles =
            bundles.map_err(|why| Failure::impossible(format!("{}: {why}", escape(from))))?;
        let keys = bundles.into_iter().flat_map(|(domain, keys)| {
            let from = format!("{from}, trust domain {}", escape(&domain));
            keys.into_iter().map(move |jwk| {
                Candidate::new(jwk, from.clone(), None).of_trust_domain(domain.clone())
            })
        });
        return Ok(keys.collect());
    }
    if pem::is_empty_set(bytes) {
        output::note(&format!("{}: this key set holds no key", escape(from)));
        return Ok(Vec::new());
    }
    let certificates = pem::certificates(bytes);
    let keys = read(bytes)?.into_iter();
    Ok(keys
        .map(|jwk| {
            let print = jwk.thumbprint();
            let mut all = certificates.iter();
            let own = all.find(|c| print.is_ok() && c.key.thumbprint() == print);
            let candidate = Candidate::new(jwk, from.to_owned(), None);
            match own {
                Some(own) => candidate.of_certificate(own.clone()),
                None => candidate,
            }
        })
        .collect())
}
