//! Token endpoint responses and errors (RFC 6749 §5, RFC 8693 §2.2). Reads what real servers send:
//! what departs from the RFC and can still be used becomes a note, what cannot a [`Failure`].

use std::{collections::BTreeSet, fmt, sync::Arc};

use serde_json::{Map, Value};

use super::{
    failure::{self, Failure, FailureKind, RefusalPlace},
    http::Response,
    token_type,
    unreadable::{names, unreadable, without_bom},
};
use crate::kit::{json, text};

/// How the token is sent (`token_type`; compared ignoring case, RFC 6749 §5.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scheme {
    /// `Bearer` (RFC 6750). Tokens bound by mTLS say so as well.
    Bearer,
    /// `DPoP` (RFC 9449).
    Dpop,
    /// `N_A`: not an access token, never sent in `Authorization` (RFC 8693 §2.2.1).
    NotApplicable,
    /// Another.
    Other(String),
}

impl Scheme {
    /// The registered spelling, or the server's with hidden characters escaped.
    pub fn name(&self) -> &str {
        match self {
            Self::Bearer => "Bearer",
            Self::Dpop => "DPoP",
            Self::NotApplicable => "N_A",
            Self::Other(name) => name,
        }
    }
}

/// A successful answer. `Debug` shows no tokens.
#[derive(Clone, PartialEq, Eq)]
pub struct Issued {
    /// `access_token`: whatever the server issued, an ID token or assertion included.
    pub token: Arc<str>,
    /// What it is, as a URI: `issued_token_type`, else what the grant implies.
    pub token_type_uri: String,
    /// How it is sent.
    pub scheme: Scheme,
    /// `expires_in` in seconds.
    pub expires_in: Option<i64>,
    /// `scope`.
    pub scope: Option<BTreeSet<String>>,
    /// `refresh_token`.
    pub refresh_token: Option<Arc<str>>,
    /// `id_token` (OpenID Connect Core §3.1.3.3).
    pub id_token: Option<Arc<str>>,
    /// What a client must cope with.
    pub notes: Vec<String>,
}

impl fmt::Debug for Issued {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issued")
            .field("token", &"…")
            .field("token_type_uri", &self.token_type_uri)
            .field("scheme", &self.scheme)
            .field("expires_in", &self.expires_in)
            .field("scope", &self.scope)
            .field("refresh_token", &self.refresh_token.is_some())
            .field("id_token", &self.id_token.is_some())
            .field("notes", &self.notes)
            .finish()
    }
}

/// What was asked, to compare the answer with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requested {
    /// Which grant.
    pub place: RefusalPlace,
    /// `scope`; empty when not sent.
    pub scope: BTreeSet<String>,
    /// `requested_token_type` as a URI.
    pub requested_token_type: Option<String>,
}

/// Reads the answer of a token endpoint.
pub fn read(response: &Response, asked: &Requested) -> Result<Issued, Failure> {
    let error = oauth_error(response);
    if let Some((code, description)) = &error {
        let mut failure = failure::refusal(
            asked.place,
            Some(response.status),
            Some(code),
            description.as_deref(),
        );
        if response.is_success() {
            failure.expected.push_str(
                "; and RFC 6749 §5.2 asks for status 400 or 401 with it, not for a success",
            );
        }
        return Err(failure);
    }
    if !response.is_success() {
        return Err(failure::without_code(
            asked.place,
            response.status,
            unreadable(response),
        ));
    }
    let unusable = |said: String| {
        Failure {
        kind: FailureKind::Refused,
        said,
        expected: "RFC 6749 §5.1: 200 with a JSON object that holds `access_token` and `token_type`".into(),
        try_this: "look at the raw answer in the inspector; a login page or a proxy may answer in the server's place".into(),
        code: None,
    }
    };
    if response.looks_like_html() {
        return Err(unusable(unreadable(response)));
    }
    let json =
        json::parse(without_bom(&response.body)).map_err(|_| unusable(unreadable(response)))?;
    let Value::Object(members) = json.value else {
        return Err(unusable(format!(
            "{} and JSON that is no object",
            response.status
        )));
    };
    let token = match members.get("access_token") {
        Some(Value::String(token)) if !token.trim().is_empty() => Arc::from(token.trim()),
        _ => {
            return Err(unusable(format!(
                "{} and a JSON object without `access_token`; it has {}",
                response.status,
                names(&members)
            )));
        }
    };
    let mut notes = Vec::new();
    if response.status != 200 {
        notes.push(format!(
            "the server answered {} where RFC 6749 §5.1 has 200",
            response.status
        ));
    }
    let media = response.media_type();
    if media != "application/json" {
        notes.push(if media.is_empty() {
            "the answer has no Content-Type; RFC 6749 §5.1 has application/json".into()
        } else {
            format!(
                "the answer is JSON and says to be `{}`; RFC 6749 §5.1 has application/json",
                text::shorten(&text::escape(&media), 60)
            )
        });
    }
    if !json.duplicates.is_empty() {
        notes.push(format!(
            "members occur twice, the last one is taken: {}",
            text::shorten(&text::escape(&json.duplicates.join(", ")), 200)
        ));
    }
    let token_type_uri = issued_type(&members, asked, &mut notes);
    let scheme = scheme(&members, &token_type_uri, &mut notes);
    let scope = scope(&members, &mut notes);
    compare_scope(&asked.scope, scope.as_ref(), &mut notes);
    let text_member = |name: &str| {
        members
            .get(name)
            .and_then(Value::as_str)
            .filter(|t| !t.is_empty())
            .map(Arc::from)
    };
    let refresh_token: Option<Arc<str>> = text_member("refresh_token");
    if refresh_token.is_some() && asked.place == RefusalPlace::Exchange {
        notes.push(
            "a refresh token came as well; RFC 8693 §2.2.1 has one only where the user is not present: it lets the holder go on without the subject token".into(),
        );
    }
    Ok(Issued {
        token,
        token_type_uri,
        scheme,
        expires_in: expires_in(&members, &mut notes),
        scope,
        refresh_token,
        id_token: text_member("id_token"),
        notes,
    })
}

/// The OAuth error in an answer: code and description. Also found in answers with status 200 and
/// with the wrong content type, as long as they are a JSON object without a token.
pub fn oauth_error(response: &Response) -> Option<(String, Option<String>)> {
    let Ok(Value::Object(members)) = json::parse(without_bom(&response.body)).map(|j| j.value)
    else {
        return None;
    };
    if response.is_success() && members.contains_key("access_token") {
        return None;
    }
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()).filter(|t| !t.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    // Some nest both, and some call them by other names.
    let nested = members.get("error").and_then(Value::as_object);
    let inner = |names: &[&str]| names.iter().find_map(|name| text(nested?.get(*name)?));
    let code = members
        .get("error")
        .and_then(text)
        .or_else(|| inner(&["code", "status", "type", "error"]))
        .or_else(|| members.get("errorCode").and_then(text))?;
    let description = [
        "error_description",
        "error_message",
        "message",
        "errorSummary",
        "detail",
    ]
    .iter()
    .find_map(|name| members.get(*name).and_then(text))
    .or_else(|| inner(&["message", "error_description", "description"]));
    Some((code, description))
}

fn issued_type(members: &Map<String, Value>, asked: &Requested, notes: &mut Vec<String>) -> String {
    let issued = members
        .get("issued_token_type")
        .and_then(Value::as_str)
        .filter(|t| !t.is_empty());
    if let Some(issued) = issued {
        let issued = text::shorten(issued, 200).into_owned();
        if let Some(requested) = &asked.requested_token_type
            && *requested != issued
        {
            notes.push(format!(
                "the server issued `{}`, though `{}` was requested",
                text::escape(&issued),
                text::escape(requested)
            ));
        }
        return issued;
    }
    if asked.place == RefusalPlace::Exchange {
        notes.push(
            "`issued_token_type` is missing, which RFC 8693 §2.2.1 requires; taken as what was requested, else as an access token".into(),
        );
    }
    asked
        .requested_token_type
        .clone()
        .unwrap_or_else(|| token_type::ACCESS_TOKEN.to_owned())
}

fn scheme(members: &Map<String, Value>, uri: &str, notes: &mut Vec<String>) -> Scheme {
    let Some(found) = members.get("token_type").and_then(Value::as_str) else {
        notes.push("`token_type` is missing, which RFC 6749 §5.1 requires; taken as Bearer".into());
        return Scheme::Bearer;
    };
    let is = |name: &str| found.trim().eq_ignore_ascii_case(name);
    if is("Bearer") {
        if [token_type::ID_TOKEN, token_type::SAML1, token_type::SAML2].contains(&uri) {
            notes.push("`token_type` is Bearer, though what was issued is no access token; RFC 8693 §2.2.1 has N_A".into());
        }
        Scheme::Bearer
    } else if is("DPoP") {
        Scheme::Dpop
    } else if is("N_A") {
        if uri == token_type::ACCESS_TOKEN {
            notes.push("`token_type` is N_A, though an access token was issued; RFC 8693 §2.2.1 has N_A only for what is none".into());
        }
        Scheme::NotApplicable
    } else if is("access_token") || is("jwt") || found == token_type::ACCESS_TOKEN {
        notes.push(format!(
            "`token_type` is `{}`, which says what the token is, not how it is sent; taken as Bearer",
            text::shorten(&text::escape(found), 60)
        ));
        Scheme::Bearer
    } else {
        let name = text::shorten(&text::escape(found), 60).into_owned();
        notes.push(format!("`token_type` is `{name}`, which is not known here"));
        Scheme::Other(name)
    }
}

fn scope(members: &Map<String, Value>, notes: &mut Vec<String>) -> Option<BTreeSet<String>> {
    match members.get("scope")? {
        Value::String(scope) => Some(scope.split_ascii_whitespace().map(str::to_owned).collect()),
        Value::Array(items) => {
            notes.push("`scope` is a list; RFC 6749 §5.1 has one string with spaces".into());
            Some(
                items
                    .iter()
                    .filter_map(Value::as_str)
                    .flat_map(str::split_ascii_whitespace)
                    .map(str::to_owned)
                    .collect(),
            )
        }
        Value::Null => None,
        _ => {
            notes.push("`scope` is neither a string nor a list; it is passed over".into());
            None
        }
    }
}

/// Notes where the granted scope differs from the one that was asked for.
pub fn compare_scope(
    asked: &BTreeSet<String>,
    granted: Option<&BTreeSet<String>>,
    notes: &mut Vec<String>,
) {
    let Some(granted) = granted.filter(|_| !asked.is_empty()) else {
        return;
    };
    let list = |scopes: Vec<&String>| {
        let joined = scopes
            .iter()
            .map(|s| s.as_str())
            .collect::<Vec<_>>()
            .join(" ");
        text::shorten(&text::escape(&joined), 200).into_owned()
    };
    let missing: Vec<_> = asked.difference(granted).collect();
    if !missing.is_empty() {
        notes.push(format!(
            "the server narrowed the scope: {} not granted",
            list(missing)
        ));
    }
    let extra: Vec<_> = granted.difference(asked).collect();
    if !extra.is_empty() {
        notes.push(format!(
            "the server granted more scope than was asked for: {}",
            list(extra)
        ));
    }
}

fn expires_in(members: &Map<String, Value>, notes: &mut Vec<String>) -> Option<i64> {
    match members.get("expires_in")? {
        Value::Number(number) => number
            .as_i64()
            .or_else(|| number.as_f64().map(|seconds| seconds as i64)),
        Value::String(text) => {
            notes.push("`expires_in` is a string; RFC 6749 §5.1 has a number".into());
            text.trim().parse().ok()
        }
        _ => None,
    }
}
