//! JWS and JWE in JSON form, and what a signature covers in every form.

use serde_json::Value;

use super::{REPORTED, object, payload, problem, signature_part};
use crate::{
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
    if let Some(protected) = found.value.get("protected").and_then(Value::as_str)
        && found.value.get("ciphertext").is_some()
    {
        token.form = Form::Jwe;
        token.header = object("header", protected, &mut token.problems).ok();
        return;
    }
    let Some(content) = found.value.get("payload").and_then(Value::as_str) else {
        let message = "a JSON object without `payload` and a signature is no token \
                       (RFC 7515 §7.2)";
        token
            .problems
            .push(problem("token", ProblemKind::Other, message));
        return;
    };
    let signer = if let Some(Value::Array(all)) = found.value.get("signatures") {
        token.form = Form::General;
        if all.len() != 1 {
            let message = format!("{} signatures: the first is shown", all.len());
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
        let all = header.get_or_insert_with(|| Json {
            value: Value::Object(serde_json::Map::new()),
            duplicates: Vec::new(),
        });
        if let Value::Object(members) = &mut all.value {
            for (name, value) in open {
                if members.contains_key(name) {
                    all.duplicates.push(format!("/{name}"));
                } else {
                    members.insert(name.clone(), value.clone());
                }
            }
        }
    }
    token.header = header;
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
}

/// What a signature covers, and the signature, as they stand in the token. In JSON forms one for
/// each signer.
pub(in crate::token) struct Signed {
    /// The protected header, encoded; empty when there is none.
    pub header: String,
    /// Header and payload joined: the bytes that are signed (RFC 7515 §5.1).
    pub input: String,
    /// The encoded signature.
    pub signature: String,
}

/// The signed parts; empty when the token is not a JWS of a known form.
pub(in crate::token) fn signed(token: &Token) -> Vec<Signed> {
    match token.form {
        Form::Compact => crate::jose::jws::Compact::split(&token.raw)
            .map(|parts| Signed {
                header: parts.header.to_owned(),
                input: parts.signing_input(),
                signature: parts.signature.to_owned(),
            })
            .into_iter()
            .collect(),
        Form::Flattened | Form::General => {
            let Ok(found) = json::parse(token.raw.as_bytes()) else {
                return Vec::new();
            };
            let content = found
                .value
                .get("payload")
                .and_then(Value::as_str)
                .unwrap_or("");
            let one = |signer: &Value| {
                let text = |name| signer.get(name).and_then(Value::as_str).unwrap_or("");
                Signed {
                    header: text("protected").to_owned(),
                    input: format!("{}.{content}", text("protected")),
                    signature: text("signature").to_owned(),
                }
            };
            match found.value.get("signatures") {
                // The header that is shown and judged is the first signer's.
                Some(Value::Array(all)) => all.iter().take(1).map(one).collect(),
                _ => vec![one(&found.value)],
            }
        }
        Form::Jwe | Form::Opaque => Vec::new(),
    }
}
