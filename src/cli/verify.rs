//! `delegraph verify`: signature and claims of one token.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{
    Setting, fetch,
    input::{self, Source},
    keys,
    output::{Done, Failure, columns},
};
use crate::{
    jose::b64,
    kit::{secret::Secret, text::escape},
    token::{
        Token,
        validate::{Candidate, Policy, Signature, Verdict, judge},
    },
};

#[derive(clap::Args)]
pub(super) struct Options {
    /// Key: PEM (PKCS#1, PKCS#8, SEC1, SPKI, certificate), DER, JWK or JWKS
    #[arg(long, value_name = "FILE")]
    key: Vec<PathBuf>,
    /// JWK Set: a file, or a URL to fetch it from
    #[arg(long, value_name = "FILE|URL")]
    jwks: Vec<String>,
    /// Issuer: its metadata and keys are fetched, and `iss` must be it
    #[arg(long, value_name = "URL")]
    issuer: Option<String>,
    /// Shared secret for HS256, HS384, HS512 (others can see a command line: prefer --secret-file)
    #[arg(long, value_name = "TEXT")]
    secret: Option<String>,
    /// File that holds the shared secret; a line break at its end is not part of it
    #[arg(long, value_name = "FILE", conflicts_with = "secret")]
    secret_file: Option<PathBuf>,
    /// Allowed algorithm; may be repeated. Without it the key decides, never the header alone
    #[arg(long, value_name = "A", value_delimiter = ',')]
    alg: Vec<String>,
    /// Audience that `aud` must name
    #[arg(long, value_name = "A")]
    audience: Option<String>,
    /// Allowed clock difference in seconds
    #[arg(long, value_name = "S", default_value_t = 0, allow_negative_numbers = true, value_parser = clap::value_parser!(i64).range(0..=86_400))]
    leeway: i64,
    /// The token, compact or JSON; `-` or nothing is standard input
    file: Option<PathBuf>,
}

pub(super) fn run(options: &Options, setting: &Setting) -> Result<Done, Failure> {
    let policy = Policy {
        leeway: options.leeway,
        algs: options
            .alg
            .iter()
            .map(|name| keys::algorithm(name))
            .collect::<Result<_, _>>()?,
        audience: options.audience.clone(),
        issuer: options.issuer.clone(),
        ..Policy::at(setting.clock.now())
    };
    let path = options.file.as_deref().unwrap_or(Path::new("-"));
    if path.as_os_str() == "-" && options.reads_keys_from_standard_input() {
        return Err(Failure::usage(
            "the token and the key cannot both come from standard input",
        ));
    }
    let source: Source = input::text(path)?;
    let token = input::one_token(&source)?;
    let verdict = judge(&token, &options.candidates()?, &policy);
    let verified = verdict.verified();
    Ok(Done {
        json: as_json(&token, &verdict),
        text: in_words(&token, &verdict),
        good: verified,
    })
}

impl Options {
    fn reads_keys_from_standard_input(&self) -> bool {
        self.key.iter().any(|k| k.as_os_str() == "-")
            || self.jwks.iter().any(|k| k == "-")
            || self
                .secret_file
                .as_ref()
                .is_some_and(|f| f.as_os_str() == "-")
    }

    fn candidates(&self) -> Result<Vec<Candidate>, Failure> {
        let mut candidates = Vec::new();
        for path in &self.key {
            let from = path.display().to_string();
            candidates.extend(keys::read(path)?.into_iter().map(|jwk| Candidate {
                jwk,
                from: from.clone(),
                issuer: None,
            }));
        }
        for place in &self.jwks {
            let keys = if place.starts_with("http://") || place.starts_with("https://") {
                fetch::keys(place)?
            } else {
                keys::read(Path::new(place))?
            };
            candidates.extend(keys.into_iter().map(|jwk| Candidate {
                jwk,
                from: format!("JWKS {place}"),
                issuer: None,
            }));
        }
        if let Some(issuer) = &self.issuer {
            let (_, jwks) = fetch::issuer(issuer)?;
            candidates.extend(jwks.keys.into_iter().map(|jwk| Candidate {
                jwk,
                from: format!("JWKS of {issuer}"),
                issuer: Some(issuer.clone()),
            }));
        }
        let secret = match (&self.secret, &self.secret_file) {
            (Some(text), _) => Some((Secret::new(text.as_str()), "--secret".to_owned())),
            (None, Some(path)) => Some((keys::secret_file(path)?, path.display().to_string())),
            (None, None) => None,
        };
        candidates.extend(secret.map(|(secret, from)| Candidate {
            jwk: keys::symmetric(&secret),
            from,
            issuer: None,
        }));
        Ok(candidates)
    }
}

fn as_json(token: &Token, verdict: &Verdict) -> Value {
    json!({
        "verified": verdict.verified(),
        "signature": verdict.signature.name(),
        "reason": verdict.reason,
        "key": verdict.key.as_ref().map(|key| json!({
            "kid": key.kid,
            "thumbprint": key.thumbprint,
            "from": key.from,
        })),
        "claims_problems": verdict.claims_problems,
        "payload": payload(token),
    })
}

/// The claims, any other JSON, or base64url of what is not JSON.
fn payload(token: &Token) -> Value {
    if let Some(claims) = &token.claims {
        return claims.value.clone();
    }
    match &token.payload_bytes {
        Some(bytes) => crate::kit::json::parse(bytes)
            .map_or_else(|_| b64::encode(bytes).into(), |json| json.value),
        None => Value::Null,
    }
}

fn in_words(token: &Token, verdict: &Verdict) -> String {
    let headline = match (verdict.verified(), verdict.signature) {
        (true, _) => "Verified",
        (false, Signature::Valid) => "Not accepted: the signature is valid, the claims are not",
        (false, _) => "Not verified",
    };
    let mut rows = vec![
        ("token", super::decode::short(token)),
        (
            "signature",
            format!(
                "{}: {}",
                verdict.signature.name().replace('_', " "),
                escape(&verdict.reason)
            ),
        ),
    ];
    if let Some(key) = &verdict.key {
        let mut words: Vec<String> = Vec::new();
        words.extend(key.kid.as_ref().map(|k| format!("kid {}", escape(k))));
        words.extend(key.thumbprint.as_ref().map(|t| format!("thumbprint {t}")));
        words.push(format!("from {}", escape(&key.from)));
        rows.push(("key", words.join(", ")));
    }
    for problem in &verdict.claims_problems {
        rows.push(("claims", escape(problem).into_owned()));
    }
    format!("{headline}\n{}", columns(2, &rows))
}
