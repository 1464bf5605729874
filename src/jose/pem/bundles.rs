//! Key sets by trust domain (SPIFFE Trust Domain and Bundle §4, §6): maps from the name of a domain to its
//! bundle. A key of one domain verifies nothing of another.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value};

use super::PemError;
use crate::{
    jose::jwk::{Jwk, KeyError},
    kit::json,
};

/// What stands in front of a trust domain that is written as an ID.
const SCHEME: &str = "spiffe://";

/// A trust domain and its keys.
pub type Bundle = (String, Vec<Jwk>);

/// The keys of each trust domain, where the text is such a map; `None` for anything else.
pub fn bundles(text: &str) -> Option<Result<Vec<Bundle>, KeyError>> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if !text.starts_with('{') {
        return None;
    }
    let read = json::parse(text.as_bytes()).ok()?;
    let Value::Object(document) = &read.value else {
        return None;
    };
    let map = ["trust_domains", "bundles", "trustDomains"]
        .iter()
        .find_map(|name| document.get(*name)?.as_object())
        .or_else(|| {
            let all = !document.is_empty() && document.keys().all(|n| n.starts_with(SCHEME));
            all.then_some(document)
        })?;
    // Which of two bundles a domain has cannot be known.
    let depth = if std::ptr::eq(map, document) { 1 } else { 2 };
    let twice = read
        .duplicates
        .iter()
        .find(|pointer| pointer.matches('/').count() <= depth);
    if let Some(pointer) = twice {
        let member = pointer.rsplit('/').next().unwrap_or_default();
        return Some(Err(PemError::TwiceInBundle {
            domain: member.replace("~1", "/").replace("~0", "~"),
        }
        .into()));
    }
    Some(
        map.iter()
            .map(|(name, value)| of_domain(name, value))
            .collect(),
    )
}

fn of_domain(name: &str, value: &Value) -> Result<Bundle, KeyError> {
    let refuse = || PemError::NoBundle {
        domain: name.to_owned(),
    };
    // The Workload API gives the text of the set in base64.
    let packed: Option<Map<String, Value>> = value.as_str().and_then(|text| {
        let bytes = STANDARD.decode(text.trim()).ok()?;
        match json::parse(&bytes).ok()?.value {
            Value::Object(members) => Some(members),
            _ => None,
        }
    });
    let members = packed.as_ref().or_else(|| value.as_object());
    let keys = members
        .and_then(|members| members.get("keys")?.as_array())
        .ok_or_else(refuse)?;
    let keys = keys
        .iter()
        .filter_map(|key| key.as_object().map(|members| Jwk(members.clone())))
        .collect();
    let domain = name.strip_prefix(SCHEME).unwrap_or(name);
    Ok((domain.trim_end_matches('/').to_owned(), keys))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bundles_are_read_by_their_domain() {
        let set = r#"{"keys":[{"kty":"EC","kid":"k","use":"jwt-svid"}]}"#;
        let packed = STANDARD.encode(set);
        for (text, domains) in [
            (
                format!(r#"{{"trust_domains":{{"a.example":{set},"b.example":{{"keys":[]}}}}}}"#),
                vec![("a.example", 1), ("b.example", 0)],
            ),
            (
                format!(r#"{{"spiffe://a.example":{set},"spiffe://b.example/":{set}}}"#),
                vec![("a.example", 1), ("b.example", 1)],
            ),
            (
                format!(r#"{{"bundles":{{"spiffe://a.example":"{packed}"}}}}"#),
                vec![("a.example", 1)],
            ),
        ] {
            let read = bundles(&text).unwrap().unwrap();
            let read: Vec<(&str, usize)> = read
                .iter()
                .map(|(d, keys)| (d.as_str(), keys.len()))
                .collect();
            assert_eq!(read, domains, "{text}");
        }
        for text in [set, "[]", "{}", "-----BEGIN", r#"{"trust_domains":[]}"#] {
            assert!(bundles(text).is_none(), "{text}");
        }
        let twice = format!(r#"{{"trust_domains":{{"a.example":{set},"a.example":{set}}}}}"#);
        let why = bundles(&twice).unwrap().unwrap_err().to_string();
        assert!(why.contains("a.example") && why.contains("twice"), "{why}");
        let broken = r#"{"trust_domains":{"a.example":{"key":[]}}}"#;
        let why = bundles(broken).unwrap().unwrap_err().to_string();
        assert!(why.contains("a.example"), "{why}");
    }
}
