//! Introspection and revocation (RFC 7662, RFC 7009).

use serde_json::{Map, Value};

use super::{
    failure::{self, Failure, FailureKind, RefusalPlace},
    http::{Field, Request, Response},
    metadata::{EndpointError, Metadata},
    token_response::oauth_error,
    unreadable::unreadable,
};
use crate::{
    kit::{json, text},
    token::decode::decode,
};

/// In which form an introspection answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Plain JSON (RFC 7662 §2.2).
    Json,
    /// A JWT with the answer in `token_introspection` (RFC 9701 §5).
    SignedNested,
    /// A JWT whose claims are the answer.
    SignedFlat,
    /// Plain JSON with a signed copy in the member `jwt`.
    JsonWithJwt,
}

/// What a server says of a token.
#[derive(Debug, Clone, PartialEq)]
pub struct Introspection {
    /// `active`.
    pub active: bool,
    /// The members of the answer.
    pub members: Map<String, Value>,
    /// In which form it came. Signatures are not checked here.
    pub form: Form,
    /// The JWT, when one came.
    pub jwt: Option<String>,
    /// What a client must cope with.
    pub notes: Vec<String>,
}

/// An introspection request (RFC 7662 §2.1), before the client's proof is added.
pub fn introspection(server: &Metadata, token: &str) -> Result<Request, EndpointError> {
    Ok(Request::form(
        server.endpoint("introspection_endpoint")?,
        vec![
            Field::token("token", token),
            Field::plain("token_type_hint", "access_token"),
        ],
    ))
}

/// A revocation request (RFC 7009 §2.1), before the client's proof is added. `hint` is
/// `access_token` or `refresh_token`.
pub fn revocation(server: &Metadata, token: &str, hint: &str) -> Result<Request, EndpointError> {
    Ok(Request::form(
        server.endpoint("revocation_endpoint")?,
        vec![
            Field::token("token", token),
            Field::plain("token_type_hint", hint),
        ],
    ))
}

/// Reads the answer to a revocation. Success also stands for tokens the server never knew (RFC 7009
/// §2.2).
pub fn read_revocation(response: &Response) -> Result<(), Failure> {
    if response.is_success() {
        return Ok(());
    }
    Err(refused(RefusalPlace::Revocation, response))
}

/// Reads the answer to an introspection.
pub fn read_introspection(response: &Response) -> Result<Introspection, Failure> {
    if !response.is_success() {
        return Err(refused(RefusalPlace::Introspection, response));
    }
    let body = std::str::from_utf8(&response.body)
        .unwrap_or_default()
        .trim();
    let mut notes = Vec::new();
    let media = response.media_type();
    let (members, form, jwt) = if body.starts_with("ey") {
        if media != "application/token-introspection+jwt" {
            notes.push(format!(
                "the answer is a JWT and says to be `{}`; RFC 9701 §5 names application/token-introspection+jwt",
                text::shorten(&text::escape(&media), 60)
            ));
        }
        let token = decode(body);
        let claims = token.claims_map();
        match claims.get("token_introspection") {
            Some(Value::Object(inner)) => {
                (inner.clone(), Form::SignedNested, Some(body.to_owned()))
            }
            _ if claims.contains_key("active") => {
                notes.push(
                    "the answer stands at the top of the JWT; RFC 9701 §5 puts it into `token_introspection`".into(),
                );
                (claims.clone(), Form::SignedFlat, Some(body.to_owned()))
            }
            _ => {
                return Err(wrong(
                    "the answer is a JWT that tells nothing of a token".into(),
                    "RFC 9701 §5: a claim `token_introspection` with the answer",
                ));
            }
        }
    } else {
        match json::parse(&response.body).map(|j| j.value) {
            Ok(Value::Object(members)) => {
                let jwt = members
                    .get("jwt")
                    .and_then(Value::as_str)
                    .map(str::to_owned);
                let form = if jwt.is_some() {
                    Form::JsonWithJwt
                } else {
                    Form::Json
                };
                (members, form, jwt)
            }
            _ => {
                return Err(wrong(
                    unreadable(response),
                    "RFC 7662 §2.2: a JSON object with `active`",
                ));
            }
        }
    };
    let active = match members.get("active") {
        Some(Value::Bool(active)) => *active,
        Some(Value::String(word)) if word == "true" || word == "false" => {
            notes.push("`active` is a string; RFC 7662 §2.2 wants true or false".into());
            word == "true"
        }
        _ => {
            return Err(wrong(
                "the answer has no `active`".into(),
                "RFC 7662 §2.2: `active`, true or false, is required",
            ));
        }
    };
    Ok(Introspection {
        active,
        members,
        form,
        jwt,
        notes,
    })
}

fn refused(place: RefusalPlace, response: &Response) -> Failure {
    match oauth_error(response) {
        Some((code, description)) => failure::refusal(
            place,
            Some(response.status),
            Some(&code),
            description.as_deref(),
        ),
        None => failure::without_code(place, response.status, unreadable(response)),
    }
}

fn wrong(said: String, expected: &str) -> Failure {
    Failure {
        kind: FailureKind::Refused,
        said,
        expected: expected.to_owned(),
        try_this: "check that this is the introspection endpoint, and look at the raw answer"
            .into(),
        code: None,
    }
}
