//! Text to [`Token`]: tolerant of what people paste, strict about what it reports.

mod clean;
mod header;
mod serialised;

use std::sync::Arc;

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde_json::Value;

use super::{Form, Kind, Problem, ProblemKind, Token, kind, saml, sd_jwt};
use crate::{
    jose::b64,
    kit::{
        json::{self, Json, JsonProblem},
        text::{escape, is_hidden},
    },
};

use self::serialised::json_form;
pub(super) use self::{
    clean::clean,
    serialised::{MAX_SIGNATURES, Signed, signed},
};

/// Hidden characters and duplicates that are reported one by one; what comes after is counted.
const REPORTED: usize = 20;

/// Padding or none, and bits that belong to no byte: read all the same, and reported.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

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
    token.kind = kind::of(&token);
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

/// base64url as it stands in the wild: padding, the standard alphabet, stray bits. The second
/// value says what was wrong.
fn lenient(text: &str) -> (Option<Vec<u8>>, Option<String>) {
    let error = match b64::decode(text) {
        Ok(bytes) => return (Some(bytes), None),
        Err(error) => error.to_string(),
    };
    let standard = text
        .trim_end_matches('=')
        .replace('+', "-")
        .replace('/', "_");
    (LENIENT.decode(standard).ok(), Some(error))
}

fn compact_form(raw: &str, token: &mut Token) {
    let (signed, tail) = sd_jwt::split(raw);
    // At most a handful of parts means anything; a text of many dots is not split to its end.
    let parts: Vec<&str> = signed.splitn(7, '.').collect();
    token.header = header::known(parts[0]).filter(|_| parts.len() > 1);
    if token.header.is_none() {
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
    let encrypted = token.header_map().contains_key("enc");
    if parts.len() == 5 && (encrypted || !token.header_map().contains_key("typ")) {
        token.form = Form::Jwe;
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
    let unencoded = token.header_map().get("b64") == Some(&Value::Bool(false));
    payload(parts[1], unencoded, token);
    match parts.get(2) {
        None => token.problems.push(problem(
            "signature",
            ProblemKind::SignatureMissing,
            "there are two parts: the signature is missing",
        )),
        Some(&"") => {
            if token.header_text("alg") != Some("none") {
                token.problems.push(problem(
                    "signature",
                    ProblemKind::SignatureMissing,
                    "the signature part is empty",
                ));
            }
        }
        Some(signature) => signature_part(signature, token),
    }
    if !tail.is_empty() {
        sd_jwt::read(token, signed, tail);
    }
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
