//! Text to [`Token`]: tolerant of what people paste, strict about what it reports.

mod clean;
mod cut;
mod header;
mod lenient;
mod serialised;

use std::sync::Arc;

use serde_json::Value;

use super::{Form, Kind, Problem, ProblemKind, Token, mask, purpose, saml, sd_jwt};
use crate::{
    jose::{Alg, b64},
    kit::{
        json::{self, Json, JsonProblem},
        text::{escape, is_hidden},
    },
};

pub(super) use self::{
    clean::clean,
    cut::{is_beginning, short_signature},
    serialised::{MAX_SIGNATURES, Signed, signed},
};
use self::{lenient::lenient, serialised::json_form};

/// Hidden characters and duplicates that are reported one by one; what comes after is counted.
const REPORTED: usize = 20;

/// Decodes one token. Never fails: what cannot be read is kept and listed in `problems`. Nothing is
/// verified. Time and memory grow with the length of `text`, not faster.
///
/// ```
/// use delegraph::token::decode::decode;
///
/// let token = decode("eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.");
/// assert_eq!(token.header_text("alg"), Some("none"));
/// assert_eq!(token.claim_text("sub"), Some("alice"));
/// ```
pub fn decode(text: &str) -> Token {
    let (raw, cleaned) = clean(text);
    let mut token = Token {
        raw: Arc::from(&*raw),
        form: Form::Opaque,
        kind: Kind::Opaque,
        header: None,
        headers: Vec::new(),
        claims: None,
        payload_bytes: None,
        disclosed: None,
        saml: None,
        signature_present: false,
        problems: cleaned,
    };
    if saml::is_assertion(&raw) {
        let assertion = saml::read(&raw);
        if !assertion.problem.is_empty() {
            let message = format!(
                "the assertion is read in part: {}",
                escape(&assertion.problem)
            );
            let wrong = problem("token", ProblemKind::Other, message);
            token.problems.push(wrong);
        }
        token.saml = Some(Box::new(assertion));
    } else if raw.starts_with('{') {
        json_form(&raw, &mut token);
    } else {
        compact_form(&raw, &mut token);
    }
    token.kind = purpose::of(&token);
    token
}

fn problem(part: &'static str, kind: ProblemKind, message: impl Into<String>) -> Problem {
    Problem {
        part,
        pointer: String::new(),
        message: message.into(),
        kind,
    }
}

fn compact_form(raw: &str, token: &mut Token) {
    let (whole, tail) = sd_jwt::split(raw);
    // What stands before the first sign that something was left out; that is most often all.
    let masked = mask::find(whole);
    let signed = masked.map_or(whole, |at| &whole[..at]);
    // At most a handful of parts means anything; a text of many dots is not split to its end.
    let parts: Vec<&str> = signed.splitn(7, '.').collect();
    token.header = header::known(parts[0]).filter(|_| parts.len() > 1);
    if token.header.is_none() {
        if parts.len() == 1 && cut::is_beginning(parts[0]) {
            cut_in(token, "header");
            return;
        }
        let first = if parts.len() > 1 {
            lenient(parts[0])
        } else {
            (None, None)
        };
        let header_like = first
            .0
            .as_deref()
            .is_some_and(|b| b.trim_ascii_start().starts_with(b"{"));
        if !header_like {
            let payload_like = (parts.len() == 2 || parts.len() == 3)
                && lenient(parts[1]).0.is_some_and(|b| {
                    b.starts_with(b"{") && json::parse(&b).is_ok_and(|j| j.value.is_object())
                });
            if !payload_like {
                if raw.is_empty() {
                    let message = "there is nothing to read: the text is empty";
                    token
                        .problems
                        .push(problem("token", ProblemKind::Other, message));
                }
                return;
            }
        }
        let before = token.problems.len();
        let read = read_object("header", first, &mut token.problems);
        token.header = read.ok().map(Arc::new);
        if token.problems.len() == before {
            header::remember(parts[0], token.header.as_ref());
        }
    }
    let unencoded = token.header_map().get("b64") == Some(&Value::Bool(false));
    // A payload that stands as it is may hold any sign.
    let (masked, parts) = if unencoded && masked.is_some() {
        (None, whole.splitn(7, '.').collect())
    } else {
        (masked, parts)
    };
    let encrypted = token.header_map().contains_key("enc");
    let alg = token.header_text("alg").map(Alg::parse);
    if parts.len() == 5 && (encrypted || !token.header_map().contains_key("typ")) {
        token.form = Form::Jwe;
        if masked.is_some() || cut::is_short_tag(token.header_text("enc"), parts[4]) {
            cut_in(token, "token");
        }
        return;
    }
    let signs = alg
        .as_ref()
        .is_some_and(|alg| !matches!(alg, Alg::Other(_)));
    if encrypted && !signs && parts.len() < 5 {
        token.form = Form::Jwe;
        cut_in(token, "token");
        return;
    }
    token.form = Form::Compact;
    if !matches!(parts.len(), 2 | 3) {
        let count = if parts.len() == 7 {
            "more than 6".into()
        } else {
            parts.len().to_string()
        };
        token.problems.push(problem(
            "token",
            ProblemKind::Other,
            format!("{count} parts: a signed token has 3 (RFC 7515 §3.1), an encrypted one 5 (RFC 7516 §3.1)"),
        ));
    }
    let open = masked.is_some() && parts.len() == 3 && parts[2].is_empty();
    // Of a token that ends in its payload, or in which the payload is masked, nothing is known but what
    // is an object all the same.
    if parts.len() == 2 && !unencoded {
        let claims = lenient(parts[1])
            .0
            .and_then(|bytes| json::parse(&bytes).ok());
        let claims = claims.filter(|found| found.value.is_object());
        if claims.is_none() || masked.is_some() {
            token.claims = claims;
            cut_in(token, "payload");
            return;
        }
    } else if mask::is_word_instead(parts[1]) {
        cut_in(token, "payload");
        return;
    }
    payload(parts[1], unencoded, token);
    if open && masked.is_some() {
        // A word in place of the signature: there was one.
        token.signature_present = true;
        cut_in(token, "signature");
        return;
    }
    match parts.get(2) {
        None => {
            token.problems.push(problem(
                "signature",
                ProblemKind::SignatureMissing,
                "there are two parts: the signature is missing",
            ));
            if alg.is_some_and(|alg| alg != Alg::None) {
                cut_in(token, "signature");
            }
        }
        Some(&"") => {
            if token.header_text("alg") != Some("none") {
                token.problems.push(problem(
                    "signature",
                    ProblemKind::SignatureMissing,
                    "the signature part is empty",
                ));
            }
        }
        Some(signature) => {
            let short = alg.and_then(|alg| short_signature(&alg, signature));
            if masked.is_some() || short.is_some() {
                token.signature_present = true;
                cut_in(token, "signature");
            } else {
                signature_part(signature, token);
            }
        }
    }
    if !tail.is_empty() {
        sd_jwt::read(token, whole, tail);
    }
}

/// Notes that a piece of the token is missing, and in which part it begins to be.
fn cut_in(token: &mut Token, part: &'static str) {
    let place = if part == "token" { "ciphertext" } else { part };
    let message = format!("cut or masked in the {place}: nothing can be judged by what is left");
    token
        .problems
        .push(problem(part, ProblemKind::Cut, message));
}

fn signature_part(signature: &str, token: &mut Token) {
    token.signature_present = true;
    if let Err(e) = b64::check(signature) {
        let message = format!("the signature is not base64url: {e}");
        token
            .problems
            .push(problem("signature", ProblemKind::Encoding, message));
    }
}

fn payload(text: &str, unencoded: bool, token: &mut Token) {
    if unencoded {
        token.problems.push(problem(
            "payload",
            ProblemKind::Other,
            "`b64` is false: the payload stands unencoded, which a JWT must not do (RFC 7797 §7)",
        ));
        match json::parse(text.as_bytes()) {
            Ok(found) if found.value.is_object() => token.claims = Some(found),
            _ => token.payload_bytes = Some(text.as_bytes().to_vec()),
        }
        return;
    }
    if text.is_empty() {
        token.problems.push(problem(
            "payload",
            ProblemKind::Other,
            "the payload is empty: its content is detached or missing (RFC 7515 appendix F)",
        ));
        token.payload_bytes = Some(Vec::new());
        return;
    }
    match object("payload", text, &mut token.problems) {
        Ok(claims) => token.claims = Some(claims),
        Err(bytes) => token.payload_bytes = bytes,
    }
}

/// Reads an encoded JSON object and reports what is wrong with it; the bytes when it is none.
fn object(
    part: &'static str,
    text: &str,
    problems: &mut Vec<Problem>,
) -> Result<Json, Option<Vec<u8>>> {
    read_object(part, lenient(text), problems)
}

/// The same for what [`lenient`] has decoded.
fn read_object(
    part: &'static str,
    (bytes, complaint): (Option<Vec<u8>>, Option<String>),
    problems: &mut Vec<Problem>,
) -> Result<Json, Option<Vec<u8>>> {
    if let Some(complaint) = complaint {
        let message = format!("the {part} is not base64url: {complaint}");
        problems.push(problem(part, ProblemKind::Encoding, message));
    }
    let Some(bytes) = bytes else {
        return Err(None);
    };
    match json::parse(&bytes) {
        Ok(found) if found.value.is_object() => {
            report(part, &found, &bytes, problems);
            Ok(found)
        }
        Ok(_) => {
            let message = format!("the {part} is JSON, but not an object (RFC 7519 §7.2)");
            problems.push(problem(part, ProblemKind::Json, message));
            Err(Some(bytes))
        }
        Err(e) => {
            let reason = match e.reason {
                JsonProblem::TooDeep => format!(
                    "nested deeper than {} levels, which is not read",
                    json::MAX_DEPTH
                ),
                other => other.to_string(),
            };
            let message = format!(
                "the {part} is not JSON: line {}, column {}: {}",
                e.line,
                e.column,
                escape(&reason)
            );
            problems.push(problem(part, ProblemKind::Json, message));
            Err(Some(bytes))
        }
    }
}

fn report(part: &'static str, json: &Json, bytes: &[u8], problems: &mut Vec<Problem>) {
    for pointer in json.duplicates.iter().take(REPORTED) {
        problems.push(Problem {
            part,
            pointer: pointer.clone(),
            message: format!(
                "`{}` stands more than once in the {part}: readers differ in which one they take \
                 (RFC 7519 §4); the last is shown",
                escape(pointer)
            ),
            kind: ProblemKind::Duplicate,
        });
    }
    if json.duplicates.len() > REPORTED {
        let message = format!(
            "{} more members stand twice",
            json.duplicates.len() - REPORTED
        );
        problems.push(problem(part, ProblemKind::Duplicate, message));
    }
    // Where all is plain ASCII and nothing is escaped, nothing can hide. Counted, not sought: so the
    // compiler looks at many bytes at once.
    let telling = |b: &&u8| **b == b'\\' || **b >= 0x7f;
    if bytes.iter().filter(telling).count() == 0 {
        return;
    }
    let mut found = Vec::new();
    hidden(&json.value, &mut String::new(), &mut found);
    for (pointer, shown) in found.iter().take(REPORTED) {
        problems.push(Problem {
            part,
            pointer: pointer.clone(),
            message: format!("hidden characters at `{}`: {shown}", escape(pointer)),
            kind: ProblemKind::HiddenCharacters,
        });
    }
    if found.len() > REPORTED {
        let message = format!(
            "hidden characters in {} more places",
            found.len() - REPORTED
        );
        problems.push(problem(part, ProblemKind::HiddenCharacters, message));
    }
}

/// Collects where names or texts hold hidden characters. The depth is bounded by the parser's.
fn hidden(value: &Value, path: &mut String, found: &mut Vec<(String, String)>) {
    let shown = |text: &str| {
        let escaped = escape(text);
        crate::kit::text::shorten(&escaped, 80).into_owned()
    };
    match value {
        Value::String(text) if text.chars().any(is_hidden) => {
            found.push((path.clone(), shown(text)));
        }
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                let length = path.len();
                path.push('/');
                path.push_str(&i.to_string());
                hidden(item, path, found);
                path.truncate(length);
            }
        }
        Value::Object(members) => {
            for (name, item) in members {
                let length = path.len();
                path.push_str(&json::pointer(name));
                if name.chars().any(is_hidden) {
                    found.push((path.clone(), shown(name)));
                }
                hidden(item, path, found);
                path.truncate(length);
            }
        }
        _ => {}
    }
}
