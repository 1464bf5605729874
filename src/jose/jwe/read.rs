//! Taking a JWE apart, strictly (RFC 7516 §5.2 steps 1 to 4).

use serde_json::{Map, Value};

use super::{Form, Jwe, Malformed, Recipient};
use crate::{jose::b64, kit::json};

/// Where the JSON serialisations are defined.
const SERIALISATION: &str = "RFC 7516 §7.2.1";

/// Takes a JWE apart. Refused is what a recipient must refuse whatever its key: parts that are not
/// base64url, headers that are no JSON objects or have a member twice, the same name in two headers.
pub fn read(text: &str) -> Result<Jwe, Malformed> {
    let text = text.trim();
    if text.starts_with('{') {
        return read_json(text);
    }
    let parts: Vec<&str> = text.splitn(6, '.').collect();
    let [header, key, iv, ciphertext, tag] = parts[..] else {
        return Err(Malformed::Parts(parts.len()));
    };
    if header.is_empty() {
        return Err(Malformed::NoHeader);
    }
    let jwe = Jwe {
        form: Form::Compact,
        protected: protected(header)?,
        protected_text: header.to_owned(),
        unprotected: Map::new(),
        recipients: vec![Recipient {
            header: Map::new(),
            encrypted_key: part("encrypted key", key)?,
        }],
        aad: None,
        iv: part("initialisation vector", iv)?,
        ciphertext: part("ciphertext", ciphertext)?,
        tag: part("tag", tag)?,
    };
    check(&jwe)?;
    Ok(jwe)
}

fn part(part: &'static str, text: &str) -> Result<Vec<u8>, Malformed> {
    b64::decode(text).map_err(|why| Malformed::PartBase64 { part, why })
}

fn protected(text: &str) -> Result<Map<String, Value>, Malformed> {
    let bytes = part("header", text)?;
    let found = json::parse(&bytes).map_err(Malformed::HeaderNotJson)?;
    if let Some(pointer) = found.duplicates.first() {
        return Err(Malformed::HeaderTwice(
            pointer.trim_start_matches('/').to_owned(),
        ));
    }
    match found.value {
        Value::Object(members) => Ok(members),
        _ => Err(Malformed::HeaderNoObject),
    }
}

fn read_json(text: &str) -> Result<Jwe, Malformed> {
    let found = json::parse(text.as_bytes()).map_err(Malformed::NotJson)?;
    if let Some(pointer) = found.duplicates.first() {
        return Err(Malformed::Twice(pointer.trim_start_matches('/').to_owned()));
    }
    let Value::Object(members) = found.value else {
        return Err(Malformed::NoObject);
    };
    let text = |member| match members.get(member) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(Malformed::NoString {
            member,
            clause: SERIALISATION,
        }),
    };
    let object = |from: &Map<String, Value>, member| match from.get(member) {
        None => Ok(Map::new()),
        Some(Value::Object(found)) => Ok(found.clone()),
        Some(_) => Err(Malformed::MemberNoObject { member }),
    };
    let (form, recipients) = match members.get("recipients") {
        Some(Value::Array(all)) if !all.is_empty() => {
            if members.contains_key("encrypted_key") || members.contains_key("header") {
                return Err(Malformed::BesideRecipients);
            }
            let all: Result<Vec<_>, _> = all
                .iter()
                .map(|one| match one {
                    Value::Object(one) => recipient(one, object(one, "header")?),
                    _ => Err(Malformed::RecipientNoObject),
                })
                .collect();
            (Form::General, all?)
        }
        Some(_) => return Err(Malformed::NoRecipients),
        None => (
            Form::Flattened,
            vec![recipient(&members, object(&members, "header")?)?],
        ),
    };
    let ciphertext = text("ciphertext")?.ok_or(Malformed::NoCiphertext)?;
    let protected_text = text("protected")?.unwrap_or("");
    let jwe = Jwe {
        form,
        protected: if protected_text.is_empty() {
            Map::new()
        } else {
            protected(protected_text)?
        },
        protected_text: protected_text.to_owned(),
        unprotected: object(&members, "unprotected")?,
        recipients,
        aad: match text("aad")? {
            Some(aad) => {
                part("`aad`", aad)?;
                Some(aad.to_owned())
            }
            None => None,
        },
        iv: part("initialisation vector", text("iv")?.unwrap_or(""))?,
        ciphertext: part("ciphertext", ciphertext)?,
        tag: part("tag", text("tag")?.unwrap_or(""))?,
    };
    check(&jwe)?;
    Ok(jwe)
}

fn recipient(
    members: &Map<String, Value>,
    header: Map<String, Value>,
) -> Result<Recipient, Malformed> {
    let encrypted_key = match members.get("encrypted_key") {
        None => Vec::new(),
        Some(Value::String(text)) => part("encrypted key", text)?,
        Some(_) => {
            return Err(Malformed::NoString {
                member: "encrypted_key",
                clause: SERIALISATION,
            });
        }
    };
    Ok(Recipient {
        header,
        encrypted_key,
    })
}

/// Names are disjoint, and what must be protected is (RFC 7516 §4.1.3, §4.1.13, §7.2.1).
fn check(jwe: &Jwe) -> Result<(), Malformed> {
    for recipient in &jwe.recipients {
        let headers = [&jwe.protected, &jwe.unprotected, &recipient.header];
        for (n, header) in headers.iter().enumerate() {
            for name in header.keys() {
                if headers[n + 1..]
                    .iter()
                    .any(|other| other.contains_key(name))
                {
                    return Err(Malformed::InTwoHeaders(name.clone()));
                }
            }
        }
        for name in ["zip", "crit"] {
            if [&jwe.unprotected, &recipient.header]
                .iter()
                .any(|header| header.contains_key(name))
            {
                return Err(Malformed::Unprotected(name));
            }
        }
    }
    if let Some(critical) = jwe.protected.get("crit") {
        let names: Vec<&str> = match critical {
            Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        return Err(match names.first() {
            Some(name) => Malformed::Critical((*name).to_owned()),
            None => Malformed::CriticalForm,
        });
    }
    Ok(())
}
