//! `delegraph keys`: generate, convert and name keys; and how every command reads its keys.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde_json::{Map, Value, json};

use super::{
    input,
    output::{self, Done, Failure},
    subcommand::Setting,
};
use crate::{
    jose::{
        Alg, Jwk, KeyError, b64, crypto,
        jwe::names::{Bits, Enc, Manage},
        pem,
    },
    kit::{secret::Secret, text::escape},
};

/// Generate, convert and name keys
#[derive(clap::Args)]
pub(super) struct Options {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Generate a key; the private JWK goes to standard output
    Generate {
        /// Algorithm: ES256, ES384, RS256, PS256, EdDSA, HS256 ..., or to decrypt with: RSA-OAEP-256,
        /// ECDH-ES+A256KW, A256KW, dir ...
        #[arg(long, value_name = "A")]
        alg: String,
        /// Curve for ECDH-ES: P-256, P-384, P-521, X25519
        #[arg(long, value_name = "CRV")]
        crv: Option<String>,
        /// Content encryption that a key for `dir` is to fit
        #[arg(long, value_name = "ENC")]
        enc: Option<String>,
        /// Key ID; without it the thumbprint (RFC 7638)
        #[arg(long, value_name = "K")]
        kid: Option<String>,
    },
    /// Write a key in another form
    Convert {
        /// The form
        #[arg(long, value_enum)]
        to: To,
        /// File that holds the passphrase of an encrypted PEM key
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
        /// PEM, DER, JWK or JWKS; `-` or nothing is standard input
        file: Option<PathBuf>,
    },
    /// The SHA-256 thumbprint (RFC 7638) of a key, or of each key of a set
    Thumbprint {
        /// File that holds the passphrase of an encrypted PEM key
        #[arg(long, value_name = "FILE")]
        passphrase_file: Option<PathBuf>,
        /// PEM, DER, JWK or JWKS; `-` or nothing is standard input
        file: Option<PathBuf>,
    },
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum To {
    /// JSON Web Key
    Jwk,
    /// PKCS#8 for a private key, SPKI for a public one
    Pem,
    /// JWK Set
    Jwks,
    /// JSON Web Key without private members
    Public,
}

pub(super) fn run(options: &Options, _: &Setting) -> Result<Done, Failure> {
    match &options.command {
        Command::Generate { alg, crv, enc, kid } => {
            generate(alg, crv.as_deref(), enc.as_deref(), kid.as_deref())
        }
        Command::Convert {
            to,
            passphrase_file,
            file,
        } => convert(*to, given(passphrase_file.as_deref(), file.as_deref())?),
        Command::Thumbprint {
            passphrase_file,
            file,
        } => thumbprints(&given(passphrase_file.as_deref(), file.as_deref())?),
    }
}

fn given(passphrase_file: Option<&Path>, file: Option<&Path>) -> Result<Vec<Jwk>, Failure> {
    let passphrase = passphrase(passphrase_file)?;
    read_with(file.unwrap_or(Path::new("-")), passphrase.as_ref())
}

fn generate(
    alg: &str,
    crv: Option<&str>,
    enc: Option<&str>,
    kid: Option<&str>,
) -> Result<Done, Failure> {
    let key = match Manage::parse(alg) {
        Some(alg) => {
            let enc = match enc {
                Some(name) => encryption(name)?,
                None => Enc::Gcm(Bits::B256),
            };
            crypto::generate_for_encryption(alg, enc, crv, kid)
        }
        None => crypto::generate(&algorithm(alg)?, kid),
    }
    .map_err(|e| Failure::usage(e.to_string()))?;
    let thumbprint = thumbprint(&key)?;
    output::note(&format!("{}, thumbprint {thumbprint}", key.describe()));
    Ok(Done {
        json: key_document(&key, &thumbprint),
        text: output::document(&Value::Object(key.0.clone())),
        good: true,
    })
}

/// Writes keys as their standard has it; what is mended is told.
fn convert(to: To, keys: Vec<Jwk>) -> Result<Done, Failure> {
    let mended = |key: Jwk| {
        if let Some(what) = key.malformed() {
            output::note(&format!("the key was malformed, {what}: written without"));
        }
        key.well_formed()
    };
    let keys: Vec<Jwk> = keys.into_iter().map(mended).collect();
    if to == To::Jwks {
        let set = json!({ "keys": keys.iter().map(|k| &k.0).collect::<Vec<_>>() });
        return Ok(Done {
            text: output::document(&set),
            json: set,
            good: true,
        });
    }
    let key = only(&keys)?;
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
    key.thumbprint().map_err(|e| {
        let way_out = match key.malformed() {
            Some(_) => "; `keys convert --to jwk` writes the key without it",
            None => "",
        };
        Failure::impossible(format!("{e}{way_out}"))
    })
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

/// A content encryption by its registered name.
pub(super) fn encryption(name: &str) -> Result<Enc, Failure> {
    Enc::parse(name).ok_or_else(|| {
        let known: Vec<&str> = Enc::all().map(Enc::name).collect();
        Failure::usage(format!(
            "`{}` is no content encryption: known are {}",
            escape(name),
            known.join(", ")
        ))
    })
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
    read_with(path, None)
}

/// [`read`], with the passphrase of an encrypted key.
pub(super) fn read_with(path: &Path, passphrase: Option<&Secret>) -> Result<Vec<Jwk>, Failure> {
    let bytes = zeroize::Zeroizing::new(input::bytes(path)?);
    of_bytes(&bytes, &path.display().to_string(), passphrase)
}

/// [`read_with`], of a document that was read already and is called so.
pub(super) fn of_bytes(
    bytes: &[u8],
    name: &str,
    passphrase: Option<&Secret>,
) -> Result<Vec<Jwk>, Failure> {
    let keys = pem::read_bytes(bytes, passphrase).map_err(|error| {
        let what = match &error {
            KeyError::Locked(_) if passphrase.is_none() => {
                format!("{error}: give it with --passphrase-file")
            }
            _ => error.to_string(),
        };
        Failure::impossible(format!("{name}: {what}"))
    })?;
    if keys.is_empty() {
        return Err(Failure::impossible(format!("{name}: holds no key")));
    }
    Ok(keys)
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
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Failure::impossible(format!(
            "{}: is text in UTF-16: save it as UTF-8, without a byte order mark",
            path.display()
        )));
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| {
        Failure::impossible(format!(
            "{}: not UTF-8; write a binary secret as a JWK with kty `oct` and give it with --key",
            path.display()
        ))
    })?;
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.starts_with('\u{feff}') {
        output::note(&format!(
            "{}: begins with a byte order mark, which is taken as part of the secret; save it without one \
             if the secret has none",
            path.display()
        ));
    }
    if text.is_empty() {
        return Err(Failure::impossible(format!("{}: is empty", path.display())));
    }
    Ok(Secret::new(text))
}

/// The passphrase in a file.
pub(super) fn passphrase(file: Option<&Path>) -> Result<Option<Secret>, Failure> {
    file.map(secret_file).transpose()
}
