//! Introspection (RFC 7662) and revocation (RFC 7009).

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};

use super::{
    Faults, Shared,
    answer::no_store,
    client::{self, Caller},
    form::Form,
    issued::{self, Seen},
    realm::WORKBENCH,
    refusal::Refusal,
};

/// Claims that introspection repeats (RFC 7662 §2.2, RFC 8693 §4, RFC 7800).
const SHOWN: [&str; 12] = [
    "scope",
    "client_id",
    "exp",
    "iat",
    "nbf",
    "sub",
    "aud",
    "iss",
    "jti",
    "act",
    "may_act",
    "cnf",
];

/// `POST /introspect`. Every confidential client of the realm may ask about every token of it.
pub async fn introspection(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (headers, form) = match super::form_of(request).await {
        Ok(read) => read,
        Err(refusal) => return refusal.into_response(),
    };
    let now = shared.now();
    let answer = client::authenticate(
        &shared,
        &headers,
        &form,
        &shared.realm.url("/introspect"),
        now,
    )
    .and_then(|caller| {
        caller.confidential("introspection is for clients that can (RFC 7662 §2.1)")?;
        Ok(look_up(&shared, form.need("token")?, now))
    });
    match answer {
        Ok(body) => no_store(StatusCode::OK, body),
        Err(refusal) => refusal.into_response(),
    }
}

fn look_up(shared: &Shared, token: &str, now: i64) -> Value {
    let seen = see(shared, token, now);
    if !seen.flaws.is_empty() {
        // RFC 7662 §2.2: and nothing that says why.
        return json!({ "active": false });
    }
    let mut answer = Map::new();
    answer.insert("active".into(), true.into());
    // RFC 9449 §6.2: DPoP for a token that is bound; `cnf` says to which key.
    let token_type = if seen.jkt().is_some() {
        "DPoP"
    } else {
        "Bearer"
    };
    answer.insert("token_type".into(), token_type.into());
    for name in SHOWN.into_iter().chain(["auth_time"]) {
        if let Some(value) = seen.claims.get(name) {
            answer.insert(name.into(), value.clone());
        }
    }
    if super::realm::USERS.contains(&seen.text("sub")) {
        answer.insert("username".into(), seen.text("sub").into());
    }
    Value::Object(answer)
}

/// `POST /revoke`.
pub async fn revocation(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (headers, form) = match super::form_of(request).await {
        Ok(read) => read,
        Err(refusal) => return refusal.into_response(),
    };
    let now = shared.now();
    let done = client::authenticate(&shared, &headers, &form, &shared.realm.url("/revoke"), now)
        .and_then(|caller| revoke(&shared, caller, &form, now));
    match done {
        // RFC 7009 §2.2: also for a token that is not known.
        Ok(()) => no_store(StatusCode::OK, json!({})),
        Err(refusal) => refusal.into_response(),
    }
}

fn revoke(shared: &Shared, caller: Caller, form: &Form, now: i64) -> Result<(), Refusal> {
    let token = form.need("token")?;
    let refresh = shared.memory().refresh.get(token, now).cloned();
    if let Some(refresh) = refresh {
        owner(WORKBENCH, caller)?;
        shared.memory().revoke_grant(&refresh.grant, now);
        return Ok(());
    }
    let seen = see(shared, token, now);
    if !seen.flaws.is_empty() {
        return Ok(());
    }
    owner(seen.text("client_id"), caller)?;
    let kept = shared
        .memory()
        .revoke(seen.text("jti").to_owned(), seen.number("exp"), now);
    if kept {
        Ok(())
    } else {
        Err(Refusal::server(
            "too many revoked tokens to remember; the token still holds (RFC 7009 §2.2.1)",
        ))
    }
}

/// RFC 7009 §2.1: a client revokes its own tokens.
fn owner(client: &str, caller: Caller) -> Result<(), Refusal> {
    if client == caller.id() {
        return Ok(());
    }
    Err(Refusal::new(
        "unauthorized_client",
        format!(
            "the token was issued to {client}, and {} asks to revoke it (RFC 7009 §2.1)",
            caller.id()
        ),
    ))
}

fn see(shared: &Shared, token: &str, now: i64) -> Seen {
    issued::see(
        token,
        &[issued::ACCESS_TOKEN],
        &shared.realm,
        &Faults::NONE,
        now,
        &|jti| shared.memory().is_revoked(jti, now),
    )
}
