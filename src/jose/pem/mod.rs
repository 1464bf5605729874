//! Keys as people have them: PEM, DER, JWK, JWKS. Reads any, says what it read.

mod armoured;
mod boxes;
mod bundles;
mod certificate;
mod documents;
mod encrypted;
mod error;
mod members;
mod public;
mod typed;
mod within;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;
use zeroize::Zeroizing;

use self::{
    armoured::{read_pem, unarmoured},
    documents::read_json,
};
use super::{
    crypto::keys,
    der,
    jwk::{Jwk, KeyError},
};
use crate::kit::{json, secret::Secret};

pub use self::{
    armoured::certificates,
    boxes::{rsa_public_der, spki_der},
    bundles::bundles,
    certificate::Certificate,
    error::PemError,
    public::public_material,
    typed::is_private_key_text,
};

/// Reads one key, or several (JWKS), from `text`: PEM (`PRIVATE KEY`, `EC PRIVATE KEY`,
/// `RSA PRIVATE KEY`, `PUBLIC KEY`, `RSA PUBLIC KEY`, `CERTIFICATE`), the base64 of such a PEM
/// without its BEGIN and END lines, JWK, JWKS, or JSON that holds any of these. Anything else is refused with what it looks like
/// and what is accepted; a bare secret is never guessed.
pub fn read(text: &str) -> Result<Vec<Jwk>, KeyError> {
    read_with(text, None)
}

/// [`read`], with the passphrase of encrypted PEM (`ENCRYPTED PRIVATE KEY`). Without one, or with a
/// wrong one, such a key is [`KeyError::Locked`].
pub fn read_with(text: &str, passphrase: Option<&Secret>) -> Result<Vec<Jwk>, KeyError> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err(PemError::Empty.into());
    }
    if text.starts_with(['{', '[']) {
        return read_json(text);
    }
    if text.contains("-----BEGIN ") {
        return read_pem(text, passphrase);
    }
    if let Some(found) = looks_like(text) {
        return Err(PemError::Other(found).into());
    }
    if let Some(key) = unarmoured(text, passphrase) {
        return key.map(|k| vec![k]);
    }
    Err(PemError::Unknown.into())
}

/// [`read_with`] for the bytes of a file, which may be DER as well.
pub fn read_bytes(bytes: &[u8], passphrase: Option<&Secret>) -> Result<Vec<Jwk>, KeyError> {
    read_with(&as_text(bytes)?, passphrase)
}

/// Whether these bytes are a key set that has no key in it, as a server without any publishes it.
pub fn is_empty_set(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let list = match json::parse(bytes).map(|json| json.value) {
        Ok(Value::Object(mut members)) => members.swap_remove("keys"),
        Ok(list @ Value::Array(_)) => Some(list),
        _ => None,
    };
    list.as_ref()
        .and_then(Value::as_array)
        .is_some_and(Vec::is_empty)
}

/// The bytes of a key file as text that [`read_with`] takes: text as it stands, DER as PEM. What is
/// neither is refused with what it looks like.
pub fn as_text(bytes: &[u8]) -> Result<Zeroizing<String>, PemError> {
    if encrypted::is_encrypted(bytes) {
        return Ok(Zeroizing::new(armour("ENCRYPTED PRIVATE KEY", bytes)));
    }
    if bytes.first() == Some(&der::SEQUENCE)
        && let Some(label) = boxes::label(bytes)
    {
        return Ok(Zeroizing::new(armour(label, bytes)));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err(match boxes::other(bytes) {
            Some(what) => PemError::Other(what),
            None => PemError::Binary { bytes: bytes.len() },
        }),
    }
}

/// What text that is no key seems to be.
fn looks_like(text: &str) -> Option<&'static str> {
    let word = text.split_whitespace().next().unwrap_or("");
    if word.starts_with("ey") && word.contains('.') || text.starts_with("Bearer ") {
        return Some("a token, not a key: the key is what verifies or signs it");
    }
    if word.starts_with("ssh-") || word.starts_with("ecdsa-sha2-") || word.starts_with("sk-ssh") {
        return Some("an OpenSSH public key: convert it with `ssh-keygen -e -m PKCS8 -f FILE`");
    }
    if word.starts_with("https://") || word.starts_with("http://") {
        return Some("a URL: give the key set that it leads to, or use it as a JWKS URL");
    }
    if text.starts_with("---- BEGIN SSH2") {
        return Some(
            "an SSH2 public key: convert it with `ssh-keygen -i -f FILE | ssh-keygen -e -m PKCS8 -f /dev/stdin`",
        );
    }
    if text.starts_with("PuTTY-User-Key-File") {
        return Some("a PuTTY key: export it from PuTTYgen as OpenSSL");
    }
    None
}

/// A private key as PKCS#8 PEM, a public one as SPKI PEM. A symmetric key has no PEM form.
pub fn write(jwk: &Jwk) -> Result<String, KeyError> {
    if jwk.is_private() && jwk.kty() != "oct" {
        Ok(armour("PRIVATE KEY", &keys::pkcs8(jwk)?))
    } else {
        Ok(armour("PUBLIC KEY", &spki_der(jwk)?))
    }
}

/// PEM (RFC 7468 §2): 64 characters a line, with a final line break.
pub fn armour(label: &str, der: &[u8]) -> String {
    let body = Zeroizing::new(STANDARD.encode(der));
    let mut out = format!("-----BEGIN {label}-----\n");
    let mut rest = body.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(64));
        out.push_str(line);
        out.push('\n');
        rest = after;
    }
    out.push_str("-----END ");
    out.push_str(label);
    out.push_str("-----\n");
    out
}
