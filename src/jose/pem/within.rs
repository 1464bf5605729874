//! Keys inside JSON that is no JWK itself: maps from key identifier to certificate as Google and Firebase
//! publish them, the key file of a service account, a realm's description, a key set under another name.

use serde_json::{Map, Value};

use super::{
    armoured::{read_pem, unarmoured},
    members::check,
};
use crate::jose::jwk::{Jwk, KeyError};

/// Objects and arrays inside each other that are searched.
const DEEPEST: usize = 12;

/// Keys that are taken out of one document.
const MOST: usize = 1_000;

/// Members that say which key the others hold, beside the key itself.
const IDENTIFIERS: [&str; 4] = ["kid", "private_key_id", "key_id", "keyId"];

/// Words of which names are made that say what stands in a member, rather than which key.
const DESCRIPTIONS: [&str; 44] = [
    "private",
    "public",
    "key",
    "keys",
    "cert",
    "certs",
    "certificate",
    "certificates",
    "pem",
    "x5c",
    "x509",
    "ca",
    "tls",
    "ssl",
    "crt",
    "chain",
    "full",
    "fullchain",
    "signing",
    "sign",
    "client",
    "server",
    "root",
    "encryption",
    "rsa",
    "ec",
    "data",
    "text",
    "value",
    "secret",
    "jwk",
    "issuer",
    "leaf",
    "intermediate",
    "verification",
    "verify",
    "jwt",
    "token",
    "service",
    "account",
    "file",
    "app",
    "my",
    "the",
];

/// Every key in these members and below, in their order; none is no error. What looks like a key and is
/// none is refused with the name of its member.
pub(super) fn keys_within(members: &Map<String, Value>) -> Result<Vec<Jwk>, KeyError> {
    let mut found = Vec::new();
    object(members, 0, &mut found)?;
    // A certificate beside its private key says the same once more.
    let private: Vec<(String, Option<String>)> = found
        .iter()
        .filter(|key| key.is_private() && key.kty() != "oct")
        .filter_map(|key| Some((key.thumbprint().ok()?, key.kid().map(str::to_owned))))
        .collect();
    found.retain(|key| {
        key.is_private()
            || key
                .kid()
                .is_some_and(|kid| private.iter().all(|(_, own)| own.as_deref() != Some(kid)))
            || key
                .thumbprint()
                .map_or(true, |print| private.iter().all(|(own, _)| *own != print))
    });
    Ok(found)
}

fn object(
    members: &Map<String, Value>,
    depth: usize,
    found: &mut Vec<Jwk>,
) -> Result<(), KeyError> {
    // A map from identifier to key: every member is one.
    let is_map = members
        .iter()
        .all(|(name, value)| value.as_str().is_some_and(is_pem) && !is_description(name));
    let named = IDENTIFIERS
        .iter()
        .find_map(|name| members.get(*name).and_then(Value::as_str));
    for (name, value) in members {
        let kid = if is_map { Some(name.as_str()) } else { named };
        member(name, value, kid, depth, found)?;
    }
    Ok(())
}

fn member(
    name: &str,
    value: &Value,
    kid: Option<&str>,
    depth: usize,
    found: &mut Vec<Jwk>,
) -> Result<(), KeyError> {
    if found.len() >= MOST || depth > DEEPEST {
        return Ok(());
    }
    let at = |why: KeyError| KeyError::Within {
        member: name.to_owned(),
        why: Box::new(why),
    };
    match value {
        Value::String(text) if is_pem(text) => {
            for mut key in read_pem(text, None).map_err(at)? {
                label(&mut key, kid);
                found.push(key);
            }
        }
        Value::String(text) if says_what(name) => {
            if let Some(Ok(mut key)) = unarmoured(text.trim(), None) {
                label(&mut key, kid);
                found.push(key);
            }
        }
        Value::Object(inner) if inner.get("kty").is_some_and(Value::is_string) => {
            let key = Jwk(inner.clone());
            check(&key).map_err(at)?;
            found.push(key);
        }
        Value::Object(inner) => object(inner, depth + 1, found)?,
        Value::Array(items) => {
            for item in items {
                member(name, item, kid, depth + 1, found)?;
            }
        }
        _ => {}
    }
    Ok(())
}

fn is_pem(text: &str) -> bool {
    text.contains("-----BEGIN ")
}

/// Whether the name of a member says that a key stands in it, rather than being the key's own.
fn says_what(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["key", "cert", "pem", "x5c"]
        .iter()
        .any(|word| name.contains(word))
}

/// Whether a name is made of words that say what stands there: `private_key`, `tls.crt`, `publicKeyPem`.
fn is_description(name: &str) -> bool {
    let mut words = Vec::new();
    let mut word = String::new();
    for c in name.chars() {
        if !c.is_ascii_alphanumeric()
            || c.is_ascii_uppercase() && word.ends_with(|c: char| c.is_ascii_lowercase())
        {
            words.push(std::mem::take(&mut word).to_ascii_lowercase());
        }
        if c.is_ascii_alphanumeric() {
            word.push(c);
        }
    }
    words.push(word.to_ascii_lowercase());
    words.retain(|word| !word.is_empty());
    words
        .iter()
        .all(|word| DESCRIPTIONS.contains(&word.as_str()))
}

/// Gives a key the identifier under which it stands, unless it has one.
fn label(key: &mut Jwk, kid: Option<&str>) {
    if let Some(kid) = kid
        && key.kid().is_none()
    {
        key.0.insert("kid".into(), kid.into());
    }
}
