//! `crit` and `b64`: extensions that a header demands to be understood.

use serde_json::Value;

use crate::{
    kit::text::escape,
    token::{
        Token,
        decode::{self, Signed},
    },
};

/// What a token says in `crit`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Criticality {
    /// Nothing.
    None,
    /// These names, as the standard has it: whether they are understood is up to the receiver.
    Names(Vec<String>),
    /// Something for which everybody must refuse it: why, in a sentence.
    Violated(String),
}

/// What a token says in `crit`, whoever its receiver is.
pub fn criticality(token: &Token) -> Criticality {
    let mut all = Vec::new();
    for parts in decode::signed(token)
        .iter()
        .take(decode::MAX_SIGNATURES)
        .filter(|parts| parts.header.is_ok())
    {
        let names = parts.members().get("crit").and_then(Value::as_array);
        let names: Vec<String> = names
            .into_iter()
            .flatten()
            .filter_map(|name| name.as_str().map(str::to_owned))
            .collect();
        if let Some(reason) = critical(parts, &names) {
            return Criticality::Violated(reason);
        }
        all.extend(names);
    }
    if all.is_empty() {
        Criticality::None
    } else {
        Criticality::Names(all)
    }
}

/// Why `crit` forbids to accept the token (RFC 7515 §4.1.11), if it does. `b64` is understood, and so are
/// the names that whoever asks declares to check on their own.
pub(super) fn critical(parts: &Signed<'_>, understood: &[String]) -> Option<String> {
    const STANDARD: [&str; 18] = [
        "alg", "jku", "jwk", "kid", "x5u", "x5c", "x5t", "x5t#S256", "typ", "cty", "crit", "enc",
        "zip", "epk", "apu", "apv", "p2s", "p2c",
    ];
    let header = parts.members();
    let lists_b64 = match header.get("crit") {
        None => false,
        Some(_) if !parts.own.contains_key("crit") => {
            return Some(
                "`crit` stands in a header that is not protected (RFC 7515 §4.1.11).".into(),
            );
        }
        Some(Value::Array(names)) if !names.is_empty() => {
            let mut seen = Vec::new();
            for name in names {
                let Some(name) = name.as_str() else {
                    return Some(
                        "`crit` names something that is not a string (RFC 7515 §4.1.11).".into(),
                    );
                };
                let shown = escape(name);
                if seen.contains(&name) {
                    return Some(format!("`crit` names `{shown}` twice (RFC 7515 §4.1.11)."));
                }
                seen.push(name);
                if STANDARD.contains(&name) {
                    return Some(format!(
                        "`crit` names `{shown}`, which is no extension (RFC 7515 §4.1.11)."
                    ));
                }
                if !parts.own.contains_key(name) {
                    return Some(format!(
                        "`crit` names `{shown}`, which the protected header does not have (RFC 7515 §4.1.11)."
                    ));
                }
                if name != "b64" && !understood.iter().any(|own| own == name) {
                    return Some(format!(
                        "`crit` demands that `{shown}` is understood, and it is not understood here (RFC 7515 §4.1.11)."
                    ));
                }
            }
            seen.contains(&"b64")
        }
        Some(_) => {
            return Some("`crit` is not a list with at least one name (RFC 7515 §4.1.11).".into());
        }
    };
    match header.get("b64") {
        Some(_) if !parts.own.contains_key("b64") => {
            Some("`b64` stands in a header that is not protected (RFC 7797 §3).".into())
        }
        Some(Value::Bool(false)) if !lists_b64 => {
            Some("`b64` is false, but `crit` does not name it (RFC 7797 §6).".into())
        }
        // RFC 7797 §7: a JWT must not use it.
        Some(Value::Bool(_)) | None => None,
        Some(_) => Some("`b64` is not true or false (RFC 7797 §3).".into()),
    }
}
