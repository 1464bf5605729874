//! Taking a JWE apart, strictly (RFC 7516 §5.2 steps 1 to 4).

use serde_json::{Map, Value};

use super::{Form, Jwe, JweError, Recipient};
use crate::{
    jose::b64,
    kit::{json, text::escape},
};

fn format(reason: impl Into<String>) -> JweError {
    JweError::Format(reason.into())
}

/// Takes a JWE apart. Refused is what a recipient must refuse whatever its key: parts that are not
/// base64url, headers that are no JSON objects or have a member twice, the same name in two headers.
pub fn read(text: &str) -> Result<Jwe, JweError> {
    let text = text.trim();
    if text.starts_with('{') {
        return read_json(text);
    }
    let parts: Vec<&str> = text.splitn(6, '.').collect();
    let [header, key, iv, ciphertext, tag] = parts[..] else {
        return Err(format(format!(
            "{} parts, not the 5 of a compact JWE (RFC 7516 §7.1)",
            if parts.len() > 5 {
                "more than 5".to_owned()
            } else {
                parts.len().to_string()
            }
        )));
    };
    if header.is_empty() {
        return Err(format("the header is missing (RFC 7516 §7.1)"));
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

fn part(name: &str, text: &str) -> Result<Vec<u8>, JweError> {
    b64::decode(text).map_err(|e| format(format!("the {name} is not base64url: {e}")))
}

fn protected(text: &str) -> Result<Map<String, Value>, JweError> {
    let bytes = part("header", text)?;
    let found = json::parse(&bytes).map_err(|e| {
        format(format!(
            "the header is not JSON: {}",
            escape(&e.to_string())
        ))
    })?;
    if let Some(pointer) = found.duplicates.first() {
        return Err(format(format!(
            "the header has `{}` twice (RFC 7516 §4)",
            escape(pointer.trim_start_matches('/'))
        )));
    }
    match found.value {
        Value::Object(members) => Ok(members),
        _ => Err(format(
            "the header is JSON, but not an object (RFC 7516 §3)",
        )),
    }
}

fn read_json(text: &str) -> Result<Jwe, JweError> {
    let found =
        json::parse(text.as_bytes()).map_err(|e| format(escape(&e.to_string()).into_owned()))?;
    if let Some(pointer) = found.duplicates.first() {
        return Err(format(format!(
            "`{}` stands twice (RFC 7516 §7.2.1)",
            escape(pointer.trim_start_matches('/'))
        )));
    }
    let Value::Object(members) = found.value else {
        return Err(format("a JWE in JSON is an object (RFC 7516 §7.2.1)"));
    };
    let text = |name: &str| match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(format(format!(
            "`{name}` is not a string (RFC 7516 §7.2.1)"
        ))),
    };
    let object = |from: &Map<String, Value>, name: &str| match from.get(name) {
        None => Ok(Map::new()),
        Some(Value::Object(found)) => Ok(found.clone()),
        Some(_) => Err(format(format!(
            "`{name}` is not an object (RFC 7516 §7.2.1)"
        ))),
    };
    let (form, recipients) = match members.get("recipients") {
        Some(Value::Array(all)) if !all.is_empty() => {
            if members.contains_key("encrypted_key") || members.contains_key("header") {
                return Err(format(
                    "`encrypted_key` and `header` do not stand beside `recipients` (RFC 7516 §7.2.2)",
                ));
            }
            let all: Result<Vec<_>, _> = all
                .iter()
                .map(|one| match one {
                    Value::Object(one) => recipient(one, object(one, "header")?),
                    _ => Err(format("a recipient is not an object (RFC 7516 §7.2.1)")),
                })
                .collect();
            (Form::General, all?)
        }
        Some(_) => {
            return Err(format(
                "`recipients` is not a list with at least one recipient (RFC 7516 §7.2.1)",
            ));
        }
        None => (
            Form::Flattened,
            vec![recipient(&members, object(&members, "header")?)?],
        ),
    };
    let ciphertext =
        text("ciphertext")?.ok_or_else(|| format("`ciphertext` is missing (RFC 7516 §7.2.1)"))?;
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
) -> Result<Recipient, JweError> {
    let encrypted_key = match members.get("encrypted_key") {
        None => Vec::new(),
        Some(Value::String(text)) => part("encrypted key", text)?,
        Some(_) => return Err(format("`encrypted_key` is not a string (RFC 7516 §7.2.1)")),
    };
    Ok(Recipient {
        header,
        encrypted_key,
    })
}

/// Names are disjoint, and what must be protected is (RFC 7516 §4.1.3, §4.1.13, §7.2.1).
fn check(jwe: &Jwe) -> Result<(), JweError> {
    for recipient in &jwe.recipients {
        let headers = [&jwe.protected, &jwe.unprotected, &recipient.header];
        for (n, header) in headers.iter().enumerate() {
            for name in header.keys() {
                if headers[n + 1..]
                    .iter()
                    .any(|other| other.contains_key(name))
                {
                    return Err(format(format!(
                        "`{}` stands in two headers (RFC 7516 §7.2.1)",
                        escape(name)
                    )));
                }
            }
        }
        for name in ["zip", "crit"] {
            if [&jwe.unprotected, &recipient.header]
                .iter()
                .any(|header| header.contains_key(name))
            {
                return Err(format(format!(
                    "`{name}` stands in a header that is not protected (RFC 7516 §4.1.3, §4.1.13)"
                )));
            }
        }
    }
    if let Some(critical) = jwe.protected.get("crit") {
        let names: Vec<&str> = match critical {
            Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        return Err(format(match names.first() {
            Some(name) => format!(
                "`crit` demands that `{}` is understood, and it is not understood here (RFC 7516 §4.1.13)",
                escape(name)
            ),
            None => "`crit` is not a list with at least one name (RFC 7516 §4.1.13)".into(),
        }));
    }
    Ok(())
}
