//! JWS and JWE in JSON form, and what a signature covers in every form.

use std::{borrow::Cow, sync::Arc};

use serde_json::{Map, Value};

use super::{REPORTED, object, payload, problem, signature_part};
use crate::{
    jose::b64,
    kit::{
        json::{self, Json},
        text::escape,
    },
    token::{Form, Problem, ProblemKind, Token},
};

/// JWS JSON serialisation (RFC 7515 §7.2), or a JWE in JSON.
pub(super) fn json_form(raw: &str, token: &mut Token) {
    let found = match json::parse(raw.as_bytes()) {
        Ok(found) => found,
        Err(e) => {
            let message = format!("this looks like JSON, but is not: {e}");
            token
                .problems
                .push(problem("token", ProblemKind::Json, message));
            return;
        }
    };
    for pointer in found.duplicates.iter().take(REPORTED) {
        token.problems.push(Problem {
            part: "token",
            pointer: pointer.clone(),
            message: format!("`{}` stands more than once (RFC 7515 §4)", escape(pointer)),
            kind: ProblemKind::Duplicate,
        });
    }
    if found.value.get("ciphertext").is_some() {
        token.form = Form::Jwe;
        token.header = encrypted_header(&found.value, token).map(Arc::new);
        return;
    }
    let content = match found.value.get("payload") {
        Some(Value::String(content)) => content.as_str(),
        // Detached: its reader has the content from elsewhere (RFC 7515 appendix F).
        None if found.value.get("signature").is_some()
            || found.value.get("signatures").is_some() =>
        {
            ""
        }
        _ => {
            let message = "a JSON object without `payload` and a signature is no token \
                           (RFC 7515 §7.2)";
            token
                .problems
                .push(problem("token", ProblemKind::Other, message));
            return;
        }
    };
    let beside = ["signature", "protected", "header"];
    if found.value.get("signatures").is_some()
        && let Some(name) = beside.iter().find(|n| found.value.get(n).is_some())
    {
        let message = format!(
            "`{name}` stands beside `signatures`: which of them counts cannot be known (RFC 7515 §7.2.2)"
        );
        token
            .problems
            .push(problem("token", ProblemKind::Json, message));
    }
    let signer = if let Some(Value::Array(all)) = found.value.get("signatures") {
        token.form = Form::General;
        if all.len() != 1 {
            let message = format!(
                "{} signatures: each has a header and a verdict of its own, the first header stands for the token",
                all.len()
            );
            token
                .problems
                .push(problem("signature", ProblemKind::Other, message));
        }
        all.first()
    } else {
        token.form = Form::Flattened;
        Some(&found.value)
    };
    let Some(signer) = signer else {
        token.problems.push(problem(
            "signature",
            ProblemKind::SignatureMissing,
            "the list of signatures is empty",
        ));
        payload(content, false, token);
        return;
    };
    let protected = signer.get("protected").and_then(Value::as_str);
    let mut header = protected.and_then(|text| object("header", text, &mut token.problems).ok());
    if let Some(Value::Object(open)) = signer.get("header") {
        let message = format!(
            "the unprotected header {} is not covered by the signature (RFC 7515 §7.2.1)",
            open.keys()
                .map(|k| format!("`{}`", escape(k)))
                .collect::<Vec<_>>()
                .join(", ")
        );
        token
            .problems
            .push(problem("header", ProblemKind::Other, message));
        join(&mut header, open);
    }
    token.header = header.map(Arc::new);
    if let Some(Value::Array(all)) = found.value.get("signatures") {
        token.headers = all.iter().take(MAX_SIGNATURES).map(whole_header).collect();
    }
    let unencoded = token.header_map().get("b64") == Some(&Value::Bool(false));
    payload(content, unencoded, token);
    match signer.get("signature").and_then(Value::as_str) {
        Some("") | None => token.problems.push(problem(
            "signature",
            ProblemKind::SignatureMissing,
            "there is no signature",
        )),
        Some(signature) => signature_part(signature, token),
    }
    crate::token::sd_jwt::read_json(token, signer, content);
}

/// The whole header of one signature, protected and unprotected; what is wrong with it its verdict
/// tells.
fn whole_header(signer: &Value) -> Option<Json> {
    let protected = signer.get("protected").and_then(Value::as_str);
    let mut header = protected.and_then(|text| object("header", text, &mut Vec::new()).ok());
    if let Some(Value::Object(open)) = signer.get("header") {
        join(&mut header, open);
    }
    header
}

/// The header of the first recipient: protected, shared and its own members (RFC 7516 §7.2.1).
fn encrypted_header(value: &Value, token: &mut Token) -> Option<Json> {
    let protected = value
        .get("protected")
        .and_then(Value::as_str)
        .and_then(|text| object("header", text, &mut token.problems).ok());
    let recipients = value.get("recipients").and_then(Value::as_array);
    if let Some(all) = recipients.filter(|all| all.len() > 1) {
        let message = format!("{} recipients: the header of the first is shown", all.len());
        token
            .problems
            .push(problem("header", ProblemKind::Other, message));
    }
    let own = recipients
        .and_then(|all| all.first())
        .unwrap_or(value)
        .get("header");
    let mut header = protected;
    for open in [value.get("unprotected"), own] {
        let Some(Value::Object(open)) = open else {
            continue;
        };
        join(&mut header, open);
    }
    header
}

/// Adds the members of an unprotected header; a name that is there already stands twice.
fn join(header: &mut Option<Json>, open: &Map<String, Value>) {
    let all = header.get_or_insert_with(|| Json {
        value: Value::Object(Map::new()),
        duplicates: Vec::new(),
    });
    if let Value::Object(members) = &mut all.value {
        for (name, value) in open {
            if members.contains_key(name) {
                all.duplicates.push(json::pointer(name));
            } else {
                members.insert(name.clone(), value.clone());
            }
        }
    }
}

/// Why the header of a signature cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(in crate::token) enum HeaderError {
    /// The header of a compact token.
    #[error("the header cannot be read (RFC 7515 §5.2)")]
    Unreadable,
    /// The protected header is of another type.
    #[error("`protected` is not a string (RFC 7515 §7.2.1)")]
    ProtectedNoString,
    /// The protected header is no JSON object in base64url.
    #[error("the protected header cannot be read (RFC 7515 §5.2)")]
    ProtectedUnreadable,
    /// The unprotected header is of another type.
    #[error("`header` is not an object (RFC 7515 §7.2.1)")]
    NoObject,
    /// There is neither.
    #[error("there is no header at all (RFC 7515 §7.2.1)")]
    None,
}

/// One signature: what it covers, and the header that it was made with. In the general JSON form
/// there are several.
pub(in crate::token) struct Signed<'a> {
    /// The protected header, encoded; empty when there is none.
    pub protected: Cow<'a, str>,
    /// The members of the protected header.
    pub own: Cow<'a, Map<String, Value>>,
    /// The whole header, protected and unprotected, and what stands twice in it; or why it cannot be
    /// read.
    pub header: Result<Cow<'a, Json>, HeaderError>,
    /// The payload as it stands.
    pub payload: Arc<str>,
    /// The encoded signature.
    pub signature: Cow<'a, str>,
}

impl Signed<'_> {
    /// The members of the whole header.
    pub fn members(&self) -> &Map<String, Value> {
        static EMPTY: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
        self.header
            .as_ref()
            .ok()
            .and_then(|json| json.value.as_object())
            .unwrap_or(&EMPTY)
    }

    /// Whether the payload stands unencoded (RFC 7797 §3).
    pub fn unencoded(&self) -> bool {
        self.members().get("b64") == Some(&Value::Bool(false))
    }

    /// The bytes that are signed (RFC 7515 §5.1, RFC 7797 §3). `detached` is the content when the
    /// token does not carry it.
    pub fn input(&self, detached: Option<&[u8]>) -> Vec<u8> {
        let mut input = Vec::with_capacity(self.protected.len() + self.payload.len() + 1);
        input.extend_from_slice(self.protected.as_bytes());
        input.push(b'.');
        match detached {
            None => input.extend_from_slice(self.payload.as_bytes()),
            Some(content) if self.unencoded() => input.extend_from_slice(content),
            Some(content) => input.extend_from_slice(b64::encode(content).as_bytes()),
        }
        input
    }
}

/// Signatures of one token that are verified; more is a way to keep the reader busy.
pub(in crate::token) const MAX_SIGNATURES: usize = 100;

/// The signatures; empty when the token is not a JWS of a known form.
pub(in crate::token) fn signed(token: &Token) -> Vec<Signed<'_>> {
    match token.form {
        Form::Compact => crate::jose::jws::Compact::split(token.jws())
            .map(|parts| Signed {
                protected: parts.header.into(),
                own: Cow::Borrowed(token.header_map()),
                header: token
                    .header
                    .as_deref()
                    .map(Cow::Borrowed)
                    .ok_or(HeaderError::Unreadable),
                payload: Arc::from(parts.payload),
                signature: parts.signature.into(),
            })
            .into_iter()
            .collect(),
        Form::Flattened | Form::General => {
            let Ok(found) = json::parse(token.raw.as_bytes()) else {
                return Vec::new();
            };
            // Shared: a token may carry many signatures over one large payload.
            let content: Arc<str> = Arc::from(
                found
                    .value
                    .get("payload")
                    .and_then(Value::as_str)
                    .unwrap_or(""),
            );
            match found.value.get("signatures") {
                // One more than is verified, so that it is known that there are more.
                Some(Value::Array(all)) => all
                    .iter()
                    .take(MAX_SIGNATURES + 1)
                    .map(|one| signer(one, &content))
                    .collect(),
                _ => vec![signer(&found.value, &content)],
            }
        }
        Form::Jwe | Form::Opaque => Vec::new(),
    }
}

fn signer(value: &Value, content: &Arc<str>) -> Signed<'static> {
    let text = |name| value.get(name).and_then(Value::as_str).unwrap_or("");
    let protected = text("protected");
    let mut header = None;
    let mut fault = value
        .get("protected")
        .is_some_and(|found| !found.is_string())
        .then_some(HeaderError::ProtectedNoString);
    if !protected.is_empty() {
        match object("header", protected, &mut Vec::new()) {
            Ok(found) => header = Some(found),
            Err(_) => fault = Some(HeaderError::ProtectedUnreadable),
        }
    }
    let own = header
        .as_ref()
        .and_then(|json| json.value.as_object())
        .cloned()
        .unwrap_or_default();
    match value.get("header") {
        Some(Value::Object(open)) => join(&mut header, open),
        Some(_) => fault = Some(HeaderError::NoObject),
        None => {}
    }
    Signed {
        protected: protected.to_owned().into(),
        own: Cow::Owned(own),
        header: match (fault, header) {
            (Some(fault), _) => Err(fault),
            (None, Some(header)) => Ok(Cow::Owned(header)),
            (None, None) => Err(HeaderError::None),
        },
        payload: Arc::clone(content),
        signature: text("signature").to_owned().into(),
    }
}
