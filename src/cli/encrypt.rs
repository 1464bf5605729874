//! `delegraph encrypt`: a text or a token to a JWE.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde_json::{Map, Value, json};
use zeroize::Zeroizing;

use super::{
    input, keys,
    output::{Done, Failure},
    subcommand::Setting,
};
use crate::{
    jose::{
        Jwk,
        jwe::{
            Draft, Form, To,
            names::{Bits, Enc, Hash, Manage},
        },
    },
    kit::{json, rng::SystemRng, text::escape},
};

/// Encrypt a text or a token (JWE)
#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("with").required(true).multiple(true).args(["key", "secret_file"])))]
pub(super) struct Options {
    /// Key of the recipient: PEM, DER or JWK; several make several recipients
    #[arg(long, value_name = "FILE")]
    key: Vec<PathBuf>,
    /// File that holds a password (PBES2)
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
    /// File that holds the passphrase of an encrypted PEM key
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Key management: RSA-OAEP-256, ECDH-ES+A256KW, A256KW, dir ...; without it the usual one of the key
    #[arg(long, value_name = "A")]
    alg: Option<String>,
    /// Content encryption
    #[arg(long, value_name = "ENC", default_value = "A256GCM")]
    enc: String,
    /// Protected header parameters as a JSON object, for example '{"cty":"JWT"}'
    #[arg(long, value_name = "JSON")]
    header: Option<String>,
    /// Compress the text first (to be avoided: RFC 8725 §3.6)
    #[arg(long)]
    zip: bool,
    /// Serialisation
    #[arg(long, value_enum, default_value_t = Written::Compact)]
    form: Written,
    /// The text, taken byte for byte; `-` or nothing is standard input
    file: Option<PathBuf>,
}

/// How the JWE is written.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Written {
    Compact,
    Flattened,
    General,
}

pub(super) fn run(options: &Options, _: &Setting) -> Result<Done, Failure> {
    let path = options.file.as_deref().unwrap_or(Path::new("-"));
    let recipients = recipients(options)?;
    let plain = Zeroizing::new(input::bytes(path)?);
    let mut protected = match options.header.as_deref() {
        None => Map::new(),
        Some(text) => match json::parse(text.as_bytes()) {
            Ok(json::Json {
                value: Value::Object(members),
                ..
            }) => members,
            Ok(_) => return Err(Failure::usage("--header: not a JSON object")),
            Err(e) => return Err(Failure::usage(format!("--header: not JSON: {e}"))),
        },
    };
    protected.insert("enc".into(), options.enc.clone().into());
    if options.zip {
        protected.insert("zip".into(), "DEF".into());
    }
    let form = match options.form {
        Written::Compact => Form::Compact,
        Written::Flattened => Form::Flattened,
        Written::General => Form::General,
    };
    let mut draft = Draft {
        protected,
        ..Draft::default()
    };
    let alone = recipients.len() == 1;
    for (key, alg) in recipients {
        let mut header = Map::new();
        let place = if alone {
            &mut draft.protected
        } else {
            &mut header
        };
        place.insert("alg".into(), alg.name().into());
        if let Some(kid) = key.kid() {
            place.insert("kid".into(), kid.into());
        }
        draft.recipients.push(To {
            key,
            header,
            ephemeral: None,
        });
    }
    let token = draft
        .seal(form, &plain, &SystemRng)
        .map_err(|e| Failure::impossible(e.to_string()))?;
    Ok(Done {
        text: format!("{token}\n"),
        json: json!({ "token": token }),
        good: true,
    })
}

fn recipients(options: &Options) -> Result<Vec<(Jwk, Manage)>, Failure> {
    let named = options.alg.as_deref().map(algorithm).transpose()?;
    let enc = keys::encryption(&options.enc)?;
    let passphrase = keys::passphrase(options.passphrase_file.as_deref())?;
    let mut all = Vec::new();
    for path in &options.key {
        let found = keys::read_with(path, passphrase.as_ref())?;
        let key = keys::only(&found)?.clone();
        let alg = match named {
            Some(alg) => alg,
            None => usual(&key, enc)?,
        };
        all.push((key, alg));
    }
    if let Some(path) = &options.secret_file {
        let alg = named.unwrap_or(Manage::Pbes2(Hash::Sha512, Bits::B256));
        all.push((keys::symmetric(&keys::secret_file(path)?), alg));
    }
    Ok(all)
}

fn algorithm(name: &str) -> Result<Manage, Failure> {
    Manage::parse(name).ok_or_else(|| {
        let known: Vec<&str> = Manage::all().map(Manage::name).collect();
        Failure::usage(format!(
            "`{}` is no key management: known are {}",
            escape(name),
            known.join(", ")
        ))
    })
}

/// The key management that a key is for: its own `alg`, else the usual one of its kind.
fn usual(key: &Jwk, enc: Enc) -> Result<Manage, Failure> {
    if let Some(alg) = key.text("alg").and_then(Manage::parse) {
        return Ok(alg);
    }
    let length = key
        .text("k")
        .and_then(|k| crate::jose::b64::decode(k).ok())
        .map_or(0, |k| k.len());
    match (key.kty(), length) {
        ("RSA", _) => Ok(Manage::Oaep(Hash::Sha256)),
        ("EC" | "OKP", _) => Ok(Manage::EcdhEsKw(Bits::B256)),
        ("oct", 16) => Ok(Manage::AesKw(Bits::B128)),
        ("oct", 32) => Ok(Manage::AesKw(Bits::B256)),
        ("oct", n) if n == enc.key_bytes() => Ok(Manage::Dir),
        _ => Err(Failure::usage(format!(
            "no usual key management for {}; name one with --alg",
            key.describe()
        ))),
    }
}
