//! `delegraph keys`: generate, convert and name keys; and how every command reads its keys.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde_json::{Map, Value, json};

use super::{
    input,
    output::{self, Done, Failure},
};
use crate::{
    jose::{Alg, Jwk, b64, crypto, pem},
    kit::{secret::Secret, text::escape},
};

#[derive(clap::Subcommand)]
pub(super) enum Command {
    /// Generate a key; the private JWK goes to standard output
    Generate {
        /// Algorithm: ES256, ES384, RS256, PS256, EdDSA, HS256 ...
        #[arg(long, value_name = "A")]
        alg: String,
        /// Key ID; without it the thumbprint (RFC 7638)
        #[arg(long, value_name = "K")]
        kid: Option<String>,
    },
    /// Write a key in another form
    Convert {
        /// The form
        #[arg(long, value_enum)]
        to: To,
        /// PEM, DER, JWK or JWKS; `-` or nothing is standard input
        file: Option<PathBuf>,
    },
    /// The SHA-256 thumbprint (RFC 7638) of a key, or of each key of a set
    Thumbprint {
        /// PEM, DER, JWK or JWKS; `-` or nothing is standard input
        file: Option<PathBuf>,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum To {
    /// JSON Web Key
    Jwk,
    /// PKCS#8 for a private key, SPKI for a public one
    Pem,
    /// JWK Set
    Jwks,
    /// JSON Web Key without private members
    Public,
}

pub(super) fn run(command: &Command) -> Result<Done, Failure> {
    match command {
        Command::Generate { alg, kid } => generate(alg, kid.as_deref()),
        Command::Convert { to, file } => {
            convert(*to, &read(file.as_deref().unwrap_or(Path::new("-")))?)
        }
        Command::Thumbprint { file } => {
            thumbprints(&read(file.as_deref().unwrap_or(Path::new("-")))?)
        }
    }
}

fn generate(alg: &str, kid: Option<&str>) -> Result<Done, Failure> {
    let key = crypto::generate(&algorithm(alg)?, kid).map_err(|e| Failure::usage(e.to_string()))?;
    let thumbprint = thumbprint(&key)?;
    output::note(&format!("{}, thumbprint {thumbprint}", key.describe()));
    Ok(Done {
        json: key_document(&key, &thumbprint),
        text: output::document(&Value::Object(key.0.clone())),
        good: true,
    })
}

fn convert(to: To, keys: &[Jwk]) -> Result<Done, Failure> {
    if to == To::Jwks {
        let set = json!({ "keys": keys.iter().map(|k| &k.0).collect::<Vec<_>>() });
        return Ok(Done {
            text: output::document(&set),
            json: set,
            good: true,
        });
    }
    let key = only(keys)?;
    let thumbprint = thumbprint(key)?;
    let (text, shown) = match to {
        To::Pem => (
            pem::write(key).map_err(|e| Failure::impossible(e.to_string()))?,
            key.clone(),
        ),
        To::Public => {
            let public = key.public().ok_or_else(|| {
                Failure::impossible("a symmetric key (kty `oct`) has no public part")
            })?;
            (output::document(&Value::Object(public.0.clone())), public)
        }
        To::Jwk | To::Jwks => (output::document(&Value::Object(key.0.clone())), key.clone()),
    };
    let mut document = key_document(&shown, &thumbprint);
    if to == To::Pem
        && let Some(members) = document.as_object_mut()
    {
        members.insert("pem".into(), text.clone().into());
    }
    Ok(Done {
        json: document,
        text,
        good: true,
    })
}

/// A thumbprint is public, so nothing private is shown beside it.
fn thumbprints(keys: &[Jwk]) -> Result<Done, Failure> {
    let mut documents = Vec::new();
    let mut text = String::new();
    for key in keys {
        let thumbprint = thumbprint(key)?;
        if keys.len() > 1 {
            let kid = key.kid().map_or_else(|| "-".into(), escape);
            text.push_str(&format!("{thumbprint}  {}  {kid}\n", key.describe()));
        } else {
            text.push_str(&format!("{thumbprint}\n"));
        }
        documents.push(json!({
            "public": key.public().map(|k| k.0),
            "thumbprint": thumbprint,
        }));
    }
    let json = if documents.len() == 1 {
        documents.remove(0)
    } else {
        json!({ "keys": documents })
    };
    Ok(Done {
        json,
        text,
        good: true,
    })
}

fn key_document(key: &Jwk, thumbprint: &str) -> Value {
    json!({
        "private": key.is_private().then_some(&key.0),
        "public": key.public().map(|k| k.0),
        "thumbprint": thumbprint,
    })
}

fn thumbprint(key: &Jwk) -> Result<String, Failure> {
    key.thumbprint()
        .map_err(|e| Failure::impossible(e.to_string()))
}

/// The one key of a file; several are refused.
pub(super) fn only(keys: &[Jwk]) -> Result<&Jwk, Failure> {
    match keys {
        [key] => Ok(key),
        _ => Err(Failure::usage(format!(
            "the file holds {} keys; give one",
            keys.len()
        ))),
    }
}

/// An algorithm by its registered name; a mistake is a mistake of usage.
pub(super) fn algorithm(name: &str) -> Result<Alg, Failure> {
    match Alg::parse(name) {
        Alg::Other(other) => Err(Failure::usage(format!(
            "`{}` is not a signature algorithm that is known here (names are case-sensitive: ES256, \
             RS256, PS256, EdDSA, HS256 ...)",
            escape(&other)
        ))),
        known => Ok(known),
    }
}

/// The algorithm that a key signs with when none is named: its own `alg`, else the usual one of its
/// kind.
pub(super) fn usual_algorithm(key: &Jwk) -> Result<Alg, Failure> {
    if let Some(alg) = key.alg() {
        return Ok(alg);
    }
    match (key.kty(), key.text("crv")) {
        ("RSA", _) => Ok(Alg::Rs256),
        ("oct", _) => Ok(Alg::Hs256),
        ("EC", Some("P-256")) => Ok(Alg::Es256),
        ("EC", Some("P-384")) => Ok(Alg::Es384),
        ("EC", Some("P-521")) => Ok(Alg::Es512),
        ("EC", Some("secp256k1")) => Ok(Alg::Es256K),
        ("OKP", Some("Ed25519")) => Ok(Alg::EdDsa),
        _ => Err(Failure::usage(format!(
            "no usual algorithm for {}; name one with --alg",
            key.describe()
        ))),
    }
}

/// Reads keys: PEM, JWK or JWKS as text, else DER.
pub(super) fn read(path: &Path) -> Result<Vec<Jwk>, Failure> {
    let bytes = zeroize::Zeroizing::new(input::bytes(path)?);
    let keys = parse(&bytes)
        .map_err(|reason| Failure::impossible(format!("{}: {reason}", path.display())))?;
    if keys.is_empty() {
        return Err(Failure::impossible(format!(
            "{}: holds no key",
            path.display()
        )));
    }
    Ok(keys)
}

/// Keys from bytes in any form that is read here.
pub(super) fn parse(bytes: &[u8]) -> Result<Vec<Jwk>, String> {
    // DER begins with a SEQUENCE, whose tag is also the digit `0`: no text that is read here does.
    if bytes.first() == Some(&0x30)
        && let Some(keys) = der(bytes)
    {
        return Ok(keys);
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|_| "neither text (PEM, JWK, JWKS) nor a DER key that is read here".to_owned())?;
    pem::read(text).map_err(|e| e.to_string())
}

/// DER says nothing of what it holds; each kind of key is tried as the PEM that it would be.
fn der(bytes: &[u8]) -> Option<Vec<Jwk>> {
    use base64::Engine as _;
    let body = Secret::new(base64::engine::general_purpose::STANDARD.encode(bytes));
    [
        "PRIVATE KEY",
        "PUBLIC KEY",
        "CERTIFICATE",
        "EC PRIVATE KEY",
        "RSA PRIVATE KEY",
        "RSA PUBLIC KEY",
    ]
    .into_iter()
    .find_map(|label| {
        let lines: Vec<String> = body
            .expose()
            .as_bytes()
            .chunks(64)
            .map(|c| String::from_utf8_lossy(c).into_owned())
            .collect();
        let text = Secret::new(format!(
            "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
            lines.join("\n")
        ));
        pem::read(text.expose())
            .ok()
            .filter(|keys| !keys.is_empty())
    })
}

/// A shared secret as a symmetric key (RFC 7518 §6.4).
pub(super) fn symmetric(secret: &Secret) -> Jwk {
    let mut members = Map::new();
    members.insert("kty".into(), "oct".into());
    members.insert("k".into(), b64::encode(secret.expose()).into());
    Jwk(members)
}

/// Reads a shared secret: the file's text without the line break at its end.
pub(super) fn secret_file(path: &Path) -> Result<Secret, Failure> {
    let bytes = zeroize::Zeroizing::new(input::bytes(path)?);
    let text = std::str::from_utf8(&bytes).map_err(|_| {
        Failure::impossible(format!(
            "{}: not UTF-8; write a binary secret as a JWK with kty `oct` and give it with --key",
            path.display()
        ))
    })?;
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.is_empty() {
        return Err(Failure::impossible(format!("{}: is empty", path.display())));
    }
    Ok(Secret::new(text))
}
