//! What is at which path: requests are read, what decides is asked, and its answer is sent.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::to_bytes,
    extract::{Path, RawQuery, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{any, get, post},
};
use serde_json::{Value, json};

use super::{
    page,
    running::{Shared, guard},
};
use crate::{
    oauth::dpop,
    practice::{
        answer::Answer,
        authorize::{self, Reply},
        form::{Form, MAX_REQUEST},
        introspect,
        memory::NonceGiver,
        metadata, proof,
        refusal::{Refusal, quote},
        resource, server, token,
    },
};

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route(
            "/.well-known/oauth-authorization-server",
            get(server_metadata),
        )
        .route("/.well-known/openid-configuration", get(server_metadata))
        .route(
            "/.well-known/oauth-protected-resource/resources/{name}",
            get(resource_metadata),
        )
        .route("/jwks", get(jwks))
        .route("/authorize", get(authorization))
        .route("/token", post(tokens))
        .route("/introspect", post(introspection))
        .route("/revoke", post(revocation))
        .route("/resources/{name}", any(resource_root))
        .route("/resources/{name}/{*below}", any(resource_below))
        .fallback(async || Answer::not_found())
        .method_not_allowed_fallback(async || Answer::wrong_method())
        .layer(middleware::from_fn_with_state(Arc::clone(&shared), guard))
        .with_state(shared)
}

/// RFC 8414 §3.
async fn server_metadata(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(Value::Object(metadata::document(&shared.realm)))
}

/// RFC 9728 §3.
async fn resource_metadata(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
) -> Response {
    match metadata::resource(&shared.realm, &name) {
        Some(document) => Json(document).into_response(),
        None => Answer::not_found().into_response(),
    }
}

async fn jwks(State(shared): State<Arc<Shared>>) -> Json<Value> {
    Json(metadata::jwks(&shared.realm))
}

async fn authorization(
    State(shared): State<Arc<Shared>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let query = query.unwrap_or_default();
    match shared.decide(|server| authorize::answer(server, &query)) {
        Reply::Back(address) => (
            StatusCode::FOUND,
            [
                (header::LOCATION, address.as_str()),
                (header::CACHE_CONTROL, "no-store"),
            ],
        )
            .into_response(),
        Reply::Choose(choice) => page::choose(&choice),
        Reply::Stop(refusal) => {
            let html = headers
                .get(header::ACCEPT)
                .and_then(|v| v.to_str().ok())
                .is_some_and(|accept| accept.contains("text/html"));
            if html {
                page::refused(StatusCode::BAD_REQUEST, &refusal.description)
            } else {
                refusal.into_response()
            }
        }
    }
}

async fn tokens(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (headers, form) = match form_of(request).await {
        Ok(read) => read,
        Err(refusal) => return refusal.into_response(),
    };
    let request = said(&shared, &Method::POST, "/token", &headers);
    let (given, nonces) = shared.decide(|server| {
        let nonces = proof::nonces(server, NonceGiver::Token);
        (token::answer(server, &request, &form, &nonces), nonces)
    });
    let answer = match given {
        Ok(given) => {
            if let Some(record) = given.record {
                tracing::info!("{record}");
            }
            Answer::no_store(200, given.body)
        }
        Err(refusal) => {
            tracing::info!(
                code = refusal.code,
                "practice server refused a token request"
            );
            refusal.into()
        }
    };
    answer.with_nonce(&nonces).into_response()
}

async fn introspection(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (headers, form) = match form_of(request).await {
        Ok(read) => read,
        Err(refusal) => return refusal.into_response(),
    };
    let request = said(&shared, &Method::POST, "/introspect", &headers);
    match shared.decide(|server| introspect::introspection(server, &request, &form)) {
        Ok(body) => Answer::no_store(200, body).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

async fn revocation(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (headers, form) = match form_of(request).await {
        Ok(read) => read,
        Err(refusal) => return refusal.into_response(),
    };
    let request = said(&shared, &Method::POST, "/revoke", &headers);
    match shared.decide(|server| introspect::revocation(server, &request, &form)) {
        // RFC 7009 §2.2: also for a token that is not known.
        Ok(()) => Answer::no_store(200, json!({})).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

async fn resource_root(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Answer {
    at_resource(&shared, &name, &method, &uri, &headers)
}

async fn resource_below(
    State(shared): State<Arc<Shared>>,
    Path((name, _)): Path<(String, String)>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Answer {
    at_resource(&shared, &name, &method, &uri, &headers)
}

fn at_resource(
    shared: &Shared,
    name: &str,
    method: &Method,
    uri: &Uri,
    headers: &HeaderMap,
) -> Answer {
    let request = server::Request {
        query: uri.query().unwrap_or_default(),
        ..said(shared, method, uri.path(), headers)
    };
    shared.decide(|server| resource::answer(server, name, &request))
}

/// What the headers of a request say. `Host` is one of the server's own by now.
fn said<'a>(
    shared: &'a Shared,
    method: &'a Method,
    path: &'a str,
    headers: &'a HeaderMap,
) -> server::Request<'a> {
    let host = headers.get(header::HOST).and_then(|h| h.to_str().ok());
    let authorization = headers.get_all(header::AUTHORIZATION).iter();
    let proofs = headers.get_all(dpop::HEADER).iter();
    server::Request {
        method: method.as_str(),
        host: host.unwrap_or(&shared.hosts[0]),
        path,
        query: "",
        authorization: authorization.map(HeaderValue::as_bytes).collect(),
        proofs: proofs.map(|v| v.to_str().unwrap_or_default()).collect(),
    }
}

/// The form of a POST, read within bounds.
async fn form_of(request: Request) -> Result<(HeaderMap, Form), Refusal> {
    let (parts, body) = request.into_parts();
    let kind = parts
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or("");
    let essence = kind.split(';').next().unwrap_or("").trim();
    if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(Refusal::request(format!(
            "Content-Type is {}, expected application/x-www-form-urlencoded (RFC 6749 §3.2)",
            quote(kind)
        )));
    }
    let bytes = to_bytes(body, MAX_REQUEST).await.map_err(|_| {
        Refusal::request(format!(
            "the request was cut short, or is larger than {MAX_REQUEST} bytes"
        ))
        .with_status(413)
    })?;
    Ok((parts.headers, Form::read(&bytes)?))
}
