//! `delegraph sign`: claims in, token out.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::{
    input, keys,
    output::{Done, Failure},
    subcommand::Setting,
};
use crate::{
    jose::{
        Alg, Jwk,
        jws::{self, Form, Signer},
    },
    kit::{json, text::escape},
    token::craft::{self, Part},
};

/// Sign claims, or sign a token again
#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("with").required(true).args(["key", "secret_file"])))]
pub(super) struct Options {
    /// Private key: PEM, DER or JWK
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// File that holds a shared secret for HS256, HS384, HS512
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
    /// Algorithm; without it the one that the key is for
    #[arg(long, value_name = "A")]
    alg: Option<String>,
    /// Header parameters as a JSON object; `alg` and `kid` are set from the key
    #[arg(long, value_name = "JSON")]
    header: Option<String>,
    /// File that holds the passphrase of an encrypted PEM key
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Sign the bytes of the file as they are, whatever they are: any content, not only claims
    #[arg(long)]
    raw: bool,
    /// Serialisation; with --raw or claims
    #[arg(long, value_enum, default_value_t = Written::Compact)]
    form: Written,
    /// Leave the content out of the token (detached, RFC 7515 appendix F)
    #[arg(long)]
    detached: bool,
    /// Let the content stand unencoded (`b64: false`, RFC 7797)
    #[arg(long)]
    unencoded: bool,
    #[command(flatten)]
    pick: input::Pick,
    /// Claims as a JSON object, or a token to sign again; `-` or nothing is standard input
    file: Option<PathBuf>,
}

/// How the JWS is written.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Written {
    Compact,
    Flattened,
    General,
}

impl From<Written> for Form {
    fn from(written: Written) -> Self {
        match written {
            Written::Compact => Self::Compact,
            Written::Flattened => Self::Flattened,
            Written::General => Self::General,
        }
    }
}

pub(super) fn run(options: &Options, _: &Setting) -> Result<Done, Failure> {
    let path = options.file.as_deref().unwrap_or(Path::new("-"));
    let (key, key_path) = match (&options.key, &options.secret_file) {
        (Some(path), _) => {
            let passphrase = keys::passphrase(options.passphrase_file.as_deref())?;
            let all = keys::read_with(path, passphrase.as_ref())?;
            (keys::only(&all)?.clone(), path)
        }
        (None, Some(path)) => (keys::symmetric(&keys::secret_file(path)?), path),
        (None, None) => return Err(Failure::usage("give --key or --secret-file")),
    };
    if path.as_os_str() == "-" && key_path.as_os_str() == "-" {
        return Err(Failure::usage(
            "the claims and the key cannot both come from standard input",
        ));
    }
    let alg = match &options.alg {
        Some(name) => keys::algorithm(name)?,
        None => keys::usual_algorithm(&key)?,
    };
    let header = options.header.as_deref().map(object).transpose()?;
    let crafted =
        options.raw || options.detached || options.unencoded || options.form != Written::Compact;
    if crafted {
        return craft_any(options, path, key, alg, header.unwrap_or_default());
    }
    let source = input::text(path)?;
    let refuse = |reason: String| Failure::impossible(format!("{}: {reason}", source.name));
    let token = if source.text.trim_start().starts_with('{') {
        claims(&source.text, header, &key, &alg).map_err(refuse)?
    } else {
        let token = input::one_token(&source, &options.pick)?;
        again(&token.raw, header, &key, &alg).map_err(refuse)?
    };
    Ok(Done {
        text: format!("{token}\n"),
        json: json!({ "token": token }),
        good: true,
    })
}

/// Any content, in any form.
fn craft_any(
    options: &Options,
    path: &Path,
    key: Jwk,
    alg: Alg,
    mut protected: Map<String, Value>,
) -> Result<Done, Failure> {
    let content = input::bytes(path)?;
    if !options.raw {
        let found = json::parse(&content)
            .map_err(|e| Failure::impossible(format!("{}: not JSON: {e}", path.display())))?;
        if !found.value.is_object() {
            return Err(Failure::impossible(format!(
                "{}: claims are a JSON object; --raw signs any content",
                path.display()
            )));
        }
    }
    if options.unencoded {
        protected.insert("b64".into(), false.into());
        protected.insert("crit".into(), json!(["b64"]));
    }
    if let Some(kid) = key.kid()
        && !protected.contains_key("kid")
    {
        protected.insert("kid".into(), kid.into());
    }
    let signer = Signer {
        key,
        alg,
        protected,
        header: Map::new(),
    };
    let token = jws::sign(&content, &[signer], options.form.into(), options.detached)
        .map_err(|e| Failure::impossible(e.to_string()))?;
    Ok(Done {
        text: format!("{token}\n"),
        json: json!({ "token": token }),
        good: true,
    })
}

fn claims(
    text: &str,
    header: Option<Map<String, Value>>,
    key: &Jwk,
    alg: &Alg,
) -> Result<String, String> {
    let claims = json::parse(text.trim().as_bytes()).map_err(|e| format!("not JSON: {e}"))?;
    if !claims.duplicates.is_empty() {
        let names: Vec<_> = claims.duplicates.iter().map(|d| escape(d)).collect();
        return Err(format!(
            "occurs twice: {}; keep one (RFC 7519 §4)",
            names.join(", ")
        ));
    }
    let header = header.map_or_else(|| json!({ "typ": "JWT" }), Value::Object);
    craft::mint(&header, &claims.value, key, alg).map_err(|e| e.to_string())
}

fn again(
    raw: &str,
    header: Option<Map<String, Value>>,
    key: &Jwk,
    alg: &Alg,
) -> Result<String, String> {
    let mut raw = raw.to_owned();
    for (name, value) in header.unwrap_or_default() {
        let pointer = json::pointer(&name);
        raw = craft::set(&raw, Part::Header, &pointer, Some(value)).map_err(|e| e.to_string())?;
    }
    craft::sign(&raw, key, alg).map_err(|e| e.to_string())
}

fn object(text: &str) -> Result<Map<String, Value>, Failure> {
    match json::parse(text.as_bytes()) {
        Ok(json::Json {
            value: Value::Object(members),
            ..
        }) => Ok(members),
        Ok(_) => Err(Failure::usage("--header: not a JSON object")),
        Err(e) => Err(Failure::usage(format!("--header: not JSON: {e}"))),
    }
}
