//! Tokens as a text holds them: what stands around a token says what it is for, where it does not itself.

use super::{Token, decode::decode, find::Found, purpose};

/// Bytes around a token in which its request or response says of which type it is.
const REACH: usize = 4 << 10;

/// Decodes a token that was found in `text`.
pub fn read(text: &str, found: &Found) -> Token {
    let mut token = decode(&found.raw);
    let Some(name) = found.context.as_deref() else {
        return token;
    };
    let name = name.strip_prefix("header ").unwrap_or(name);
    let typed = match name {
        "access_token" => declared(text, found, "issued_token_type").map(|t| format!("issued:{t}")),
        "subject_token" | "actor_token" => {
            declared(text, found, &format!("{name}_type")).map(|t| format!("{name}:{t}"))
        }
        _ => None,
    };
    token.kind = purpose::held(&token, typed.as_deref().unwrap_or(name));
    token
}

/// The type of a token that stands beside it: the last word of its URI (RFC 8693 §3).
fn declared(text: &str, found: &Found, member: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let from = found.span.start.saturating_sub(REACH);
    let to = found.span.end.saturating_add(REACH).min(bytes.len());
    let before = String::from_utf8_lossy(bytes.get(from..found.span.start)?);
    let after = String::from_utf8_lossy(bytes.get(found.span.end..to)?);
    // Another object or request begins where a brace or an empty line ends this one.
    let behind = |text: &str, at: usize| type_of(&text[at + member.len()..]);
    let (before, after) = (since(&before), until(&after));
    match (after.find(member), before.rfind(member)) {
        (Some(at), _) => behind(after, at),
        (None, Some(at)) => behind(before, at),
        (None, None) => None,
    }
}

/// What follows a token up to the end of its object or request.
fn until(after: &str) -> &str {
    let end = after
        .find(['}'])
        .into_iter()
        .chain(after.find("\n\n"))
        .min();
    &after[..end.unwrap_or(after.len())]
}

/// What stands before a token from the beginning of its object or request on.
fn since(before: &str) -> &str {
    let start = before
        .rfind(['{'])
        .into_iter()
        .chain(before.rfind("\n\n"))
        .max();
    &before[start.unwrap_or(0)..]
}

/// The last word of the URI that follows the name of its member.
fn type_of(text: &str) -> Option<String> {
    let value = text.trim_start_matches(['"', '\'', '\\', ':', '=', ' ', '\t', '\r', '\n']);
    let end = value
        .find(['"', '\'', '\\', '&', ' ', '\n', '\r', ',', '}'])
        .unwrap_or(value.len());
    let uri = value[..end].replace("%3A", ":").replace("%3a", ":");
    let word = uri.strip_prefix("urn:ietf:params:oauth:token-type:")?;
    (!word.is_empty()).then(|| word.to_owned())
}
