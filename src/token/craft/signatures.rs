//! Signatures of the general JSON form: one more, one less (RFC 7515 §7.2.1).

use serde_json::{Map, Value, json};

use super::{CraftError, NotEditable, put, sign_at, split_json};
use crate::{
    jose::{Alg, Jwk, crypto},
    kit::json,
};

/// The token with one more signature, by this key, behind those that it has. The flattened form
/// becomes the general one.
pub fn add_signature(raw: &str, key: &Jwk, alg: &Alg) -> Result<String, CraftError> {
    if !raw.trim_start().starts_with('{') {
        return Err(NotEditable::CompactSignature.into());
    }
    // Whether the key can sign is known before anything is built.
    crypto::sign(key, alg, b"")?;
    let parts = split_json(raw, 0)?;
    let found = json::parse(raw.as_bytes())
        .map_err(NotEditable::from)?
        .value;
    let mut text = raw.to_owned();
    let mut last = 0;
    if let Some(all) = found.get("signatures").and_then(Value::as_array) {
        last = all.len();
    } else {
        let mut first = Map::new();
        for name in ["protected", "header", "signature"] {
            if let Some(value) = found.get(name) {
                first.insert(name.into(), value.clone());
                text = put(&text, &format!("/{name}"), None)?;
            }
        }
        if !first.contains_key("signature") {
            return Err(NotEditable::NoFirstSignature.into());
        }
        text = put(&text, "/signatures", Some(&json!([first])))?;
        last += 1;
    }
    // The content stands for all of them: `b64` must be the same everywhere (RFC 7797 §3).
    let header = if parts.unencoded() {
        json!({ "alg": alg.name(), "b64": false, "crit": ["b64"] })
    } else {
        json!({ "alg": alg.name() })
    };
    let protected = crate::jose::b64::encode(header.to_string());
    let new = json!({ "protected": protected, "signature": "" });
    let text = put(&text, &format!("/signatures/{last}"), Some(&new))?;
    sign_at(&text, last, key, alg)
}

/// The token without the signature of this number, from 0. The last one stays.
pub fn remove_signature(raw: &str, n: usize) -> Result<String, CraftError> {
    let found = json::parse(raw.as_bytes())
        .map_err(NotEditable::from)?
        .value;
    match found.get("signatures").and_then(Value::as_array) {
        Some(all) if all.len() > 1 && n < all.len() => put(raw, &format!("/signatures/{n}"), None),
        Some(all) if all.len() > 1 => Err(NotEditable::NoSuchSignature(n.saturating_add(1)).into()),
        _ => Err(NotEditable::OnlySignature.into()),
    }
}
