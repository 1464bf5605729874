//! What an answer means: whether what was forged was granted, whatever the status says. At a token
//! endpoint the token that came is compared with what was asked for; at a resource the body counts, and
//! where a redirect leads.

mod issued;
mod outcome;

use jiff::fmt::rfc2822;
use serde_json::Value;

use self::{
    issued::{compared, issued},
    outcome::shown,
};
use super::target::{Target, TokenPlace};
use crate::oauth::{
    challenge,
    http::{Request, Response},
    token_response::oauth_error,
};

pub(super) use self::outcome::{Control, Outcome};

/// Seconds that are waited for where a target does not say how long.
const DEFAULT_WAIT: u64 = 1;

/// Reads the answer to `request`; `control` is the good one, once it was answered.
pub(super) fn read(
    target: &Target,
    request: &Request,
    response: &Response,
    control: Option<&Control>,
) -> Outcome {
    if wants_nonce(request, response) {
        return Outcome::Nonce;
    }
    if let Some(seconds) = wait(response) {
        return Outcome::Later(seconds);
    }
    if is_for_tokens(target, request) {
        of_token_endpoint(target, request, response, control)
    } else {
        of_resource(target, response)
    }
}

fn wants_nonce(request: &Request, response: &Response) -> bool {
    let proves = request
        .headers
        .iter()
        .any(|header| header.name.eq_ignore_ascii_case("dpop"));
    let says = |code: &str| code == "use_dpop_nonce";
    proves
        && response.header("dpop-nonce").is_some()
        && (challenge::read(response)
            .iter()
            .any(|c| c.get("error").is_some_and(says))
            || oauth_error(response).is_some_and(|(code, _)| says(&code)))
}

/// Seconds after which to send again, where the target is busy and not unwilling (RFC 6585 §4, RFC 9110
/// §10.2.3).
fn wait(response: &Response) -> Option<u64> {
    let said = response.header("retry-after");
    if response.status != 429 && !(response.status == 503 && said.is_some()) {
        return None;
    }
    let said = said.unwrap_or_default().trim();
    if let Ok(seconds) = said.parse::<u64>() {
        return Some(seconds.max(DEFAULT_WAIT));
    }
    let moment = |text: &str| {
        rfc2822::parse(text)
            .ok()
            .map(|at| at.timestamp().as_second())
    };
    let until = moment(said).zip(response.header("date").and_then(|date| moment(date.trim())));
    let seconds = until.and_then(|(then, now)| u64::try_from(then.saturating_sub(now)).ok());
    Some(seconds.unwrap_or(DEFAULT_WAIT).max(DEFAULT_WAIT))
}

fn is_for_tokens(target: &Target, request: &Request) -> bool {
    let endpoint = target.endpoint.as_ref();
    let token_endpoint = endpoint.and_then(|e| e.server.endpoint("token_endpoint").ok());
    target.place == TokenPlace::SubjectToken && request.url == target.url
        || token_endpoint.is_some_and(|url| url == request.url)
}

fn of_token_endpoint(
    target: &Target,
    request: &Request,
    response: &Response,
    control: Option<&Control>,
) -> Outcome {
    if let Some((code, _)) = oauth_error(response) {
        // An error that comes with a success is one all the same.
        return if response.is_success() {
            Outcome::Refused(Some(format!(
                "{} with the error {}",
                response.status,
                shown(&code)
            )))
        } else if target.refuses(response.status) {
            Outcome::Refused(None)
        } else {
            Outcome::Unclear(None)
        };
    }
    if !response.is_success() {
        return if target.refuses(response.status) {
            Outcome::Refused(None)
        } else {
            Outcome::Unclear(None)
        };
    }
    match issued(response) {
        Ok(issued) => match control {
            Some(control) => compared(request, response, &issued, control),
            None => Outcome::Granted,
        },
        Err(why) => Outcome::Unclear(Some(why)),
    }
}

fn of_resource(target: &Target, response: &Response) -> Outcome {
    let status = response.status;
    if response.is_success() {
        return match error_in(response) {
            Some(error) => Outcome::Refused(Some(format!("{status} with {error}"))),
            None => Outcome::Granted,
        };
    }
    if (300..400).contains(&status)
        && let Some(to) = response.header("location").filter(|to| is_sign_in(to))
    {
        let to = to.split(['?', '#']).next().unwrap_or_default();
        return Outcome::Refused(Some(format!("{status} to a sign-in: {}", shown(to))));
    }
    if target.refuses(status) {
        Outcome::Refused(None)
    } else {
        Outcome::Unclear(None)
    }
}

/// Whether an address is one where users sign in.
fn is_sign_in(location: &str) -> bool {
    let path = location.split(['?', '#']).next().unwrap_or_default();
    let path = path.to_ascii_lowercase();
    let words: Vec<&str> = path
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let known = [
        "login",
        "signin",
        "logon",
        "auth",
        "authorize",
        "oauth",
        "oauth2",
        "sso",
        "saml",
        "saml2",
        "openid",
        "unauthorized",
        "forbidden",
        "denied",
        "error",
        "401",
        "403",
        "accounts",
    ];
    words.iter().any(|word| known.contains(word))
        || words.windows(2).any(|pair| {
            matches!(
                pair,
                ["sign" | "log", "in" | "on"] | ["access", "denied"] | ["openid", "connect"]
            )
        })
}

/// What says in the body of a success that it is none.
fn error_in(response: &Response) -> Option<String> {
    if response.looks_like_html() {
        let body = String::from_utf8_lossy(&response.body).to_ascii_lowercase();
        let asks = ["type=\"password\"", "type='password'", "type=password"];
        return asks
            .iter()
            .any(|field| body.contains(field))
            .then(|| "a page to sign in".to_owned());
    }
    match serde_json::from_slice::<Value>(&response.body) {
        Ok(Value::Array(items)) if !items.is_empty() => {
            // Several GraphQL queries in one request.
            let errors: Option<Vec<String>> = items.iter().map(error_of).collect();
            errors.and_then(|all| all.into_iter().next())
        }
        Ok(value) => error_of(&value),
        Err(_) => {
            let start = response.body.len().min(4096);
            let head = String::from_utf8_lossy(&response.body[..start]);
            (head.contains(":Fault>") || head.contains("<Fault>")).then(|| "a SOAP fault".into())
        }
    }
}

fn error_of(value: &Value) -> Option<String> {
    let members = value.as_object()?;
    let text = |value: &Value| {
        let inner = ["message", "error", "code", "type", "title"]
            .iter()
            .find_map(|name| value.get(*name)?.as_str());
        let words = value.as_str().or(inner).unwrap_or_default();
        if words.is_empty() {
            "an error in the body".to_owned()
        } else {
            format!("the error {} in the body", shown(words))
        }
    };
    let is_something = |value: &Value| match value {
        Value::Null | Value::Bool(false) => false,
        Value::Bool(true) => true,
        Value::String(text) => !text.is_empty(),
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::Array(items) => !items.is_empty(),
        Value::Object(members) => !members.is_empty(),
    };
    if let Some(errors) = members.get("errors").filter(|errors| is_something(errors)) {
        // GraphQL: data beside an error is an answer in part.
        let nothing = match members.get("data") {
            None | Some(Value::Null) => true,
            Some(Value::Object(data)) => data.values().all(Value::is_null),
            Some(_) => false,
        };
        if nothing {
            let first = errors.as_array().and_then(|all| all.first());
            return Some(text(first.unwrap_or(errors)));
        }
    }
    if let Some(error) = members.get("error").filter(|error| is_something(error)) {
        return Some(text(error));
    }
    let is_false = |name: &str| members.get(name) == Some(&Value::Bool(false));
    if ["success", "ok", "authenticated", "authorized", "active"]
        .iter()
        .any(|name| is_false(name))
    {
        return Some("no success in the body".into());
    }
    let says_why = ["message", "detail", "title", "error_description"]
        .iter()
        .any(|name| members.get(*name).is_some_and(Value::is_string));
    let code = ["status", "statusCode", "code"].iter().find(|name| {
        members.get(**name).is_some_and(|value| match value {
            Value::Number(number) => matches!(number.as_u64(), Some(400 | 401 | 403)),
            Value::String(text) => matches!(
                text.to_ascii_lowercase().as_str(),
                "401" | "403" | "error" | "unauthorized" | "unauthenticated" | "forbidden"
            ),
            _ => false,
        })
    });
    code.filter(|_| says_why).map(|_| text(value))
}

#[cfg(test)]
mod tests;
