//! Keys in JSON: a JWK, a set of them, or a document that holds either.

use serde_json::{Map, Value};

use super::{PemError, members::check, within};
use crate::{
    jose::jwk::{Jwk, KeyError},
    kit::json,
};

pub(super) fn read_json(text: &str) -> Result<Vec<Jwk>, KeyError> {
    match json::parse(text.as_bytes()).map_err(PemError::from)?.value {
        Value::Array(items) => set(items),
        Value::Object(mut members) => {
            if let Some(Value::Array(items)) = members.get_mut("keys") {
                let items = std::mem::take(items);
                return set(items);
            }
            // What `keys generate --json` prints.
            if let Some(Value::Object(private)) = members.remove("private")
                && !members.contains_key("kty")
            {
                members = private;
            }
            if !members.contains_key("kty") {
                let found = within::keys_within(&members)?;
                if !found.is_empty() {
                    return Ok(found);
                }
            }
            single(members).map(|k| vec![k])
        }
        _ => Err(PemError::NoObject.into()),
    }
}

fn set(items: Vec<Value>) -> Result<Vec<Jwk>, KeyError> {
    let keys: Vec<Jwk> = items
        .into_iter()
        .filter_map(|item| match item {
            Value::Object(members) => Some(Jwk(members)),
            _ => None,
        })
        .collect();
    if keys.is_empty() {
        return Err(PemError::EmptySet.into());
    }
    Ok(keys)
}

fn single(members: Map<String, Value>) -> Result<Jwk, KeyError> {
    if !members.contains_key("kty") {
        return Err(if members.contains_key("jwks_uri") {
            PemError::Metadata
        } else {
            PemError::NoKty {
                members: members.keys().take(4).cloned().collect(),
                more: members.len() > 4,
            }
        }
        .into());
    }
    let key = Jwk(members);
    check(&key)?;
    Ok(key)
}
