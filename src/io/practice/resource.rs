//! The resource servers (RFC 6750, RFC 9068 §4, RFC 9449 §7). They answer what they saw in the token, what they
//! decided, and every reason against it: a learner sees the inside of an API gateway.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, RawQuery, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{
    Fault, Shared,
    held::{self, Held},
    issued::{self, Flaw, Seen},
    memory::Place,
    proof,
    realm::{PROFILE, RESOURCES, Resource},
    refusal::{plain, quote},
};
use crate::oauth::dpop;

/// What is done with the token beside deciding.
const NOTE: &str = "Decided by the claims of the token itself and by the current actor. Prior actors are information and decide nothing (RFC 8693 §4.1).";

/// Any method on `/resources/{name}`.
pub async fn root(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    answer(&shared, &name, (&method, &uri), &headers, query.as_deref()).await
}

/// Any method on a path below it.
pub async fn below(
    State(shared): State<Arc<Shared>>,
    Path((name, _)): Path<(String, String)>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    answer(&shared, &name, (&method, &uri), &headers, query.as_deref()).await
}

async fn answer(
    shared: &Shared,
    name: &str,
    (method, uri): (&Method, &Uri),
    headers: &HeaderMap,
    query: Option<&str>,
) -> Response {
    let Some(resource) = RESOURCES.into_iter().find(|r| r.name == name) else {
        return super::not_found().await;
    };
    let (operation, needs) = match *method {
        Method::GET | Method::HEAD => ("read", resource.read),
        Method::POST if resource.write.is_some() => ("change", resource.write.unwrap_or_default()),
        _ => return wrong_method(resource),
    };
    let (scheme, token) = match credentials(headers, query) {
        Ok(found) => found,
        Err(credentials) => return no_token(shared, resource, needs, credentials),
    };
    let now = shared.now();
    let mut seen = issued::see(
        token,
        &[issued::ACCESS_TOKEN],
        &shared.realm,
        &shared.faults,
        now,
        &|jti| shared.memory().is_revoked(jti, now),
    );
    let nonces = proof::nonces(shared, Place::Resource, now);
    let request = held::Request {
        headers,
        method: method.as_str(),
        path: uri.path(),
        scheme,
        token,
        nonces: &nonces,
        now,
    };
    let held = held::judge(shared, &seen, &request);
    let verdict = judge(&mut seen, &held, resource, needs, shared);
    let body = json!({
        "resource": resource.name,
        "operation": operation,
        "needs_scope": needs,
        "decision": if verdict.is_none() { "allowed" } else { "refused" },
        "error": verdict.map(|v| v.code),
        "saw": saw(&seen, &held),
        "reasons": seen.flaws.iter().map(reason).collect::<Vec<_>>(),
        "note": NOTE,
    });
    let response = match verdict {
        None => (
            StatusCode::OK,
            [(header::CACHE_CONTROL, "no-store")],
            Json(body),
        )
            .into_response(),
        Some(verdict) => {
            let words = seen
                .flaws
                .iter()
                .map(Flaw::words)
                .collect::<Vec<_>>()
                .join("; ");
            // The scheme that the token should have come by (RFC 9449 §7.1, §7.2).
            let scheme = if seen.jkt().is_some() {
                Scheme::Dpop
            } else {
                scheme
            };
            refuse(shared, resource, scheme, verdict, needs, &words, body)
        }
    };
    proof::give(response, &nonces)
}

/// How the token is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// RFC 6750.
    Bearer,
    /// RFC 9449 §7.1.
    Dpop,
}

impl Scheme {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bearer => "Bearer",
            Self::Dpop => "DPoP",
        }
    }
}

/// How a request fails (RFC 6750 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Verdict {
    status: StatusCode,
    code: &'static str,
}

/// Adds what this resource server asks beyond a good token: its own name in `aud`, the proof of the
/// key that it is bound to, and the scope.
fn judge(
    seen: &mut Seen,
    held: &Held,
    resource: Resource,
    needs: &str,
    shared: &Shared,
) -> Option<Verdict> {
    let own = [
        resource.name.to_owned(),
        shared.realm.resource_url(resource),
    ];
    let audience = seen.audience();
    if !shared.faults.contains(Fault::AudienceIgnored)
        && !audience.is_empty()
        && !audience.iter().any(|a| own.contains(a))
    {
        seen.flaws.push(Flaw {
            check: "aud",
            found: quote(&audience.join(" ")),
            expected: format!("{} or {}", own[0], own[1]),
            source: "RFC 9068 §4",
        });
    }
    let bad_token = !seen.flaws.is_empty();
    seen.flaws.extend(held.flaws.iter().cloned());
    let invalid = !seen.flaws.is_empty();
    if !seen.scopes().contains(needs) {
        let found = seen.text("scope");
        let found = if found.is_empty() {
            "none".into()
        } else {
            quote(found)
        };
        seen.flaws.push(Flaw {
            check: "scope",
            found,
            expected: needs.to_owned(),
            source: "RFC 6750 §3.1",
        });
    }
    if invalid {
        Some(Verdict {
            status: StatusCode::UNAUTHORIZED,
            code: held.error.filter(|_| !bad_token).unwrap_or("invalid_token"),
        })
    } else if seen.flaws.is_empty() {
        None
    } else {
        Some(Verdict {
            status: StatusCode::FORBIDDEN,
            code: "insufficient_scope",
        })
    }
}

fn saw(seen: &Seen, held: &Held) -> Value {
    let mut actors = seen.actors().into_iter();
    let current = actors.next();
    let scopes = seen.scopes();
    let mut saw = json!({
        "signature_verified": seen.verified,
        "subject": seen.claims.get("sub"),
        "issuer": seen.claims.get("iss"),
        "audience": seen.audience(),
        "client": seen.claims.get("client_id"),
        "current_actor": current,
        "prior_actors": actors.collect::<Vec<_>>(),
        "scopes": scopes,
        "token_id": seen.claims.get("jti"),
        "expires": seen.claims.get("exp"),
        "binding": held.saw,
    });
    if seen.verified && scopes.contains(PROFILE) {
        saw["name"] = seen.text("sub").into();
    }
    saw
}

fn reason(flaw: &Flaw) -> Value {
    json!({
        "check": flaw.check,
        "found": flaw.found,
        "expected": flaw.expected,
        "source": flaw.source,
    })
}

/// Why there is no token to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Credentials {
    None,
    Scheme,
    Several,
    Query,
}

/// The token of the Authorization header (RFC 6750 §2.1, RFC 9449 §7.1).
fn credentials<'a>(
    headers: &'a HeaderMap,
    query: Option<&str>,
) -> Result<(Scheme, &'a str), Credentials> {
    let in_query = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .any(|(name, _)| name == "access_token");
    if in_query {
        return Err(Credentials::Query);
    }
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Err(Credentials::None);
    };
    if values.next().is_some() {
        return Err(Credentials::Several);
    }
    match value.to_str().ok().and_then(|v| v.split_once(' ')) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            Ok((Scheme::Bearer, token.trim()))
        }
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("dpop") => {
            Ok((Scheme::Dpop, token.trim()))
        }
        _ => Err(Credentials::Scheme),
    }
}

fn no_token(
    shared: &Shared,
    resource: Resource,
    needs: &str,
    credentials: Credentials,
) -> Response {
    let (status, code, found) = match credentials {
        Credentials::None => (StatusCode::UNAUTHORIZED, "", "no Authorization header"),
        Credentials::Scheme => (
            StatusCode::UNAUTHORIZED,
            "",
            "an Authorization header without Bearer or DPoP and a token after it",
        ),
        Credentials::Several => (
            StatusCode::BAD_REQUEST,
            "invalid_request",
            "several Authorization headers",
        ),
        Credentials::Query => (
            StatusCode::BAD_REQUEST,
            "invalid_request",
            "a token in the query, where logs and histories keep it",
        ),
    };
    let flaw = Flaw {
        check: "credentials",
        found: found.into(),
        expected:
            "one header: Authorization: Bearer TOKEN, or DPoP TOKEN when it is bound to a key"
                .into(),
        source: "RFC 6750 §2.1, RFC 9449 §7.1",
    };
    let body = json!({
        "resource": resource.name,
        "needs_scope": needs,
        "decision": "refused",
        "error": (!code.is_empty()).then_some(code),
        "saw": null,
        "reasons": [reason(&flaw)],
        "note": NOTE,
    });
    let words = flaw.words();
    let mut response = refuse(
        shared,
        resource,
        Scheme::Bearer,
        Verdict { status, code },
        needs,
        &words,
        body,
    );
    // Both schemes are offered (RFC 9449 §7.2).
    if let Ok(value) = HeaderValue::from_str(&format!("DPoP {}", algs())) {
        response
            .headers_mut()
            .append(header::WWW_AUTHENTICATE, value);
    }
    response
}

/// `algs` of a challenge (RFC 9449 §7.1).
fn algs() -> String {
    let names = dpop::ALGS.map(|alg| alg.name().to_owned());
    format!("algs=\"{}\"", names.join(" "))
}

fn refuse(
    shared: &Shared,
    resource: Resource,
    scheme: Scheme,
    verdict: Verdict,
    needs: &str,
    words: &str,
    body: Value,
) -> Response {
    let mut challenge = format!(
        "{} realm=\"{}\", resource_metadata=\"{}\"",
        scheme.name(),
        resource.name,
        shared.realm.url(&format!(
            "/.well-known/oauth-protected-resource/resources/{}",
            resource.name
        )),
    );
    // RFC 6750 §3.1: no error code for a request that shows no credentials.
    if !verdict.code.is_empty() {
        challenge = format!(
            "{challenge}, error=\"{}\", error_description=\"{}\"",
            verdict.code,
            plain(words)
        );
    }
    if scheme == Scheme::Dpop {
        challenge = format!("{challenge}, {}", algs());
    }
    if matches!(verdict.code, "" | "invalid_request" | "insufficient_scope") {
        challenge = format!("{challenge}, scope=\"{needs}\"");
    }
    let mut response = (
        verdict.status,
        [(header::CACHE_CONTROL, "no-store")],
        Json(body),
    )
        .into_response();
    if let Ok(value) = HeaderValue::from_str(&challenge) {
        response
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, value);
    }
    response
}

fn wrong_method(resource: Resource) -> Response {
    let allow = if resource.write.is_some() {
        "GET, HEAD, POST"
    } else {
        "GET, HEAD"
    };
    let body = json!({
        "error": "method_not_allowed",
        "error_description": format!("{} takes {allow}: GET reads, POST changes", resource.name),
    });
    (
        StatusCode::METHOD_NOT_ALLOWED,
        [(header::ALLOW, allow)],
        Json(body),
    )
        .into_response()
}
