//! Keys as DER in base64: PEM (RFC 7468), and the same without its BEGIN and END lines.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

use super::{
    Certificate, PemError,
    boxes::{self, from_der, from_pkcs8},
    encrypted,
};
use crate::{
    jose::jwk::{Jwk, KeyError, Unsupported},
    kit::secret::Secret,
};

/// What PEM calls the keys that are read, encrypted ones apart.
const LABELS: [&str; 7] = [
    "PRIVATE KEY",
    "PUBLIC KEY",
    "RSA PRIVATE KEY",
    "RSA PUBLIC KEY",
    "EC PRIVATE KEY",
    "CERTIFICATE",
    "TRUSTED CERTIFICATE",
];

struct Block<'a> {
    label: &'a str,
    body: &'a str,
}

fn blocks(text: &str) -> Result<Vec<Block<'_>>, PemError> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("-----BEGIN ") {
        let Some((label, body)) = after.split_once("-----") else {
            return Err(PemError::BeginCut);
        };
        let Some((body, after)) = body.split_once("-----END ") else {
            let label = label.to_owned();
            return Err(PemError::NoEnd { label });
        };
        found.push(Block { label, body });
        rest = after;
    }
    Ok(found)
}

pub(super) fn read_pem(text: &str, passphrase: Option<&Secret>) -> Result<Vec<Jwk>, KeyError> {
    let mut keys = Vec::new();
    for Block { label, body } in blocks(text)? {
        if label == "EC PARAMETERS" {
            continue; // `openssl ecparam -genkey` writes them before the key, which repeats them
        }
        if body.contains("ENCRYPTED") {
            return Err(Unsupported::OldPem.into());
        }
        if label == "OPENSSH PRIVATE KEY" {
            return Err(PemError::OpenSsh.into());
        }
        // One line with `\n` in it is how keys stand in JSON and environment files.
        let body: Zeroizing<String> = Zeroizing::new(
            body.replace("\\r", "")
                .replace("\\n", "")
                .chars()
                .filter(|c| !c.is_whitespace())
                .collect(),
        );
        let bytes = STANDARD
            .decode(body.as_bytes())
            .map(Zeroizing::new)
            .map_err(|e| {
                let label = label.to_owned();
                match e {
                    base64::DecodeError::InvalidByte(offset, _) => {
                        PemError::Character { label, offset }
                    }
                    _ => PemError::Cut { label },
                }
            })?;
        if label == "ENCRYPTED PRIVATE KEY" {
            keys.push(from_pkcs8(&encrypted::open(&bytes, passphrase)?)?);
            continue;
        }
        if !LABELS.contains(&label) {
            let label = label.to_owned();
            return Err(PemError::Label { label }.into());
        }
        keys.push(boxes::labelled(label, &bytes).ok_or_else(|| PemError::damaged(label))??);
    }
    if keys.is_empty() {
        return Err(PemError::NoKey.into());
    }
    Ok(keys)
}

/// Base64 of DER without its BEGIN and END lines, as some servers show their keys.
pub(super) fn unarmoured(text: &str, passphrase: Option<&Secret>) -> Option<Result<Jwk, KeyError>> {
    if !text.starts_with('M') {
        return None; // DER starts with SEQUENCE, 0x30
    }
    let body: Zeroizing<String> =
        Zeroizing::new(text.chars().filter(|c| !c.is_whitespace()).collect());
    let bytes = Zeroizing::new(STANDARD.decode(body.as_bytes()).ok()?);
    if encrypted::is_encrypted(&bytes) {
        return Some(encrypted::open(&bytes, passphrase).and_then(|plain| from_pkcs8(&plain)));
    }
    from_der(&bytes)
}

/// The certificates of a file, as far as they can be read: PEM, or one in DER.
pub fn certificates(bytes: &[u8]) -> Vec<Certificate> {
    if let Some(one) = Certificate::read(bytes) {
        return vec![one];
    }
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    let blocks = blocks(text).unwrap_or_default();
    blocks
        .into_iter()
        .filter(|block| block.label.ends_with("CERTIFICATE"))
        .filter_map(|block| {
            let body: String = block.body.chars().filter(|c| !c.is_whitespace()).collect();
            Certificate::read(&STANDARD.decode(body).ok()?)
        })
        .collect()
}
