//! Introspection (RFC 7662) and revocation (RFC 7009).

use serde_json::{Map, Value, json};

use super::{
    Faults,
    client::{self, Caller},
    form::Form,
    realm::WORKBENCH,
    refusal::Refusal,
    server::{Request, Server},
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
pub fn introspection(
    server: &mut Server<'_>,
    request: &Request<'_>,
    form: &Form,
) -> Result<Value, Refusal> {
    let endpoint = server.realm.url("/introspect");
    client::authenticate(server, request, form, &endpoint)?
        .confidential("introspection is for clients that can (RFC 7662 §2.1)")?;
    Ok(look_up(server, form.need("token")?))
}

fn look_up(server: &Server<'_>, token: &str) -> Value {
    let seen = server.see(token, &Faults::NONE);
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
pub fn revocation(
    server: &mut Server<'_>,
    request: &Request<'_>,
    form: &Form,
) -> Result<(), Refusal> {
    let endpoint = server.realm.url("/revoke");
    let caller = client::authenticate(server, request, form, &endpoint)?;
    let now = server.now;
    let token = form.need("token")?;
    let refresh = server.memory.refresh.get(token, now).cloned();
    if let Some(refresh) = refresh {
        owner(WORKBENCH, caller)?;
        server.memory.revoke_grant(&refresh.grant, now);
        return Ok(());
    }
    let seen = server.see(token, &Faults::NONE);
    if !seen.flaws.is_empty() {
        return Ok(());
    }
    owner(seen.text("client_id"), caller)?;
    let kept = server
        .memory
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
