//! JSON Web Signature (RFC 7515): the compact form split without loss, and every form made.

use serde_json::{Map, Value};

use super::{
    Alg, crypto,
    jwk::{Jwk, KeyError},
};
use crate::kit::text::escape;

/// The three parts of a compact JWS as they stand in the text. Nothing is decoded: the signing
/// input is the received bytes, never re-encoded JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compact<'a> {
    /// Encoded protected header.
    pub header: &'a str,
    /// Encoded payload.
    pub payload: &'a str,
    /// Encoded signature; empty when the token is unsigned or its signature is missing.
    pub signature: &'a str,
}

impl<'a> Compact<'a> {
    /// Splits at the dots. Two parts are taken as a token whose signature is missing.
    pub fn split(text: &'a str) -> Option<Self> {
        let mut parts = text.split('.');
        let header = parts.next()?;
        let payload = parts.next()?;
        let signature = parts.next().unwrap_or("");
        (parts.next().is_none()).then_some(Self {
            header,
            payload,
            signature,
        })
    }

    /// `header.payload`, the bytes that are signed (RFC 7515 §5.1).
    pub fn signing_input(&self) -> String {
        format!("{}.{}", self.header, self.payload)
    }
}

/// How a JWS is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Three parts (RFC 7515 §7.1).
    Compact,
    /// JSON with one signature at the top (RFC 7515 §7.2.2).
    Flattened,
    /// JSON with a list of signatures (RFC 7515 §7.2.1).
    General,
}

/// Why a JWS cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    /// Nobody signs.
    #[error("a JWS needs a signature")]
    NoSignature,
    /// Several signatures in a form that has one.
    #[error("only the general JSON form has several signatures (RFC 7515 §7.2.1)")]
    SeveralSignatures,
    /// An unprotected header in a form that has none.
    #[error("the compact form has a protected header only (RFC 7515 §7.1)")]
    UnprotectedHeader,
    /// One signature is over the encoded payload, another over the unencoded one.
    #[error("`b64` must be the same for all signatures (RFC 7797 §3)")]
    MixedEncoding,
    /// A dot in an unencoded payload.
    #[error(
        "an unencoded payload with a dot cannot stand in the compact form: detach it, or use JSON (RFC 7797 §5.2)"
    )]
    PayloadDot,
    /// An unencoded payload that is no text.
    #[error("an unencoded payload must be text: detach it, or encode it (RFC 7797 §5)")]
    PayloadBytes,
    /// A member that stands in both headers of a signature.
    #[error("`{}` stands in both headers (RFC 7515 §7.2.1)", escape(.0))]
    InBothHeaders(String),
    /// The header names another algorithm than the one that signs.
    #[error("the header says `alg` {}, but {signs} signs", escape(&.header.to_string()))]
    OtherAlg {
        /// What the header says.
        header: Value,
        /// What signs.
        signs: Alg,
    },
    /// The key cannot sign.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// One signature that is to be made. `alg` is set from here, wherever the headers do not have it.
#[derive(Debug, Clone)]
pub struct Signer {
    /// The key.
    pub key: Jwk,
    /// The algorithm.
    pub alg: Alg,
    /// Protected header; `alg` is put first unless one of the headers has it.
    pub protected: Map<String, Value>,
    /// Unprotected header: JSON forms only.
    pub header: Map<String, Value>,
}

/// Signs `payload`, whatever it is. With `b64: false` in a protected header it stands unencoded (RFC
/// 7797); `detached` leaves it out of the token (RFC 7515 appendix F).
pub fn sign(
    payload: &[u8],
    signers: &[Signer],
    form: Form,
    detached: bool,
) -> Result<String, JwsError> {
    if signers.is_empty() {
        return Err(JwsError::NoSignature);
    }
    if form != Form::General && signers.len() > 1 {
        return Err(JwsError::SeveralSignatures);
    }
    if form == Form::Compact && signers.iter().any(|one| !one.header.is_empty()) {
        return Err(JwsError::UnprotectedHeader);
    }
    let unencoded = |one: &Signer| one.protected.get("b64") == Some(&Value::Bool(false));
    let plain = unencoded(&signers[0]);
    if signers.iter().any(|one| unencoded(one) != plain) {
        return Err(JwsError::MixedEncoding);
    }
    let content = if plain {
        match std::str::from_utf8(payload) {
            Ok(text) if detached || form != Form::Compact || !text.contains('.') => text.to_owned(),
            Ok(_) => return Err(JwsError::PayloadDot),
            Err(_) if detached => String::new(),
            Err(_) => return Err(JwsError::PayloadBytes),
        }
    } else {
        super::b64::encode(payload)
    };
    let mut signatures = Vec::with_capacity(signers.len());
    for one in signers {
        let protected = one.protected()?;
        let mut input = format!("{protected}.").into_bytes();
        input.extend_from_slice(if plain { payload } else { content.as_bytes() });
        let signature = super::b64::encode(crypto::sign(&one.key, &one.alg, &input)?);
        signatures.push((protected, &one.header, signature));
    }
    let content = if detached { String::new() } else { content };
    if let (Form::Compact, [(protected, _, signature)]) = (form, &signatures[..]) {
        return Ok(format!("{protected}.{content}.{signature}"));
    }
    let mut out = Map::new();
    if !detached {
        out.insert("payload".into(), content.into());
    }
    let mut all: Vec<Map<String, Value>> = signatures
        .into_iter()
        .map(|(protected, header, signature)| {
            let mut one = Map::new();
            if !protected.is_empty() {
                one.insert("protected".into(), protected.into());
            }
            if !header.is_empty() {
                one.insert("header".into(), Value::Object(header.clone()));
            }
            one.insert("signature".into(), signature.into());
            one
        })
        .collect();
    if form == Form::General {
        out.insert("signatures".into(), serde_json::json!(all));
    } else {
        out.append(&mut all.remove(0));
    }
    Ok(Value::Object(out).to_string())
}

impl Signer {
    /// The protected header, encoded.
    fn protected(&self) -> Result<String, JwsError> {
        if let Some(name) = self.header.keys().find(|n| self.protected.contains_key(*n)) {
            return Err(JwsError::InBothHeaders(name.clone()));
        }
        let mut all = Map::new();
        match self.protected.get("alg").or_else(|| self.header.get("alg")) {
            None => {
                all.insert("alg".into(), self.alg.name().into());
            }
            Some(Value::String(name)) if *name == self.alg.name() => {}
            Some(other) => {
                return Err(JwsError::OtherAlg {
                    header: other.clone(),
                    signs: self.alg.clone(),
                });
            }
        }
        all.extend(self.protected.clone());
        Ok(if all.is_empty() {
            String::new()
        } else {
            super::b64::encode(Value::Object(all).to_string())
        })
    }
}
