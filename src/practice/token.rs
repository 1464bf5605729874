//! The token endpoint (RFC 6749 §3.2): authorization code, client credentials, refresh, exchange.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{
    client::{self, Caller},
    exchange::{self, ExchangeRequest, Ground, party},
    form::Form,
    issued,
    memory::{self, Grant, Refresh},
    proof,
    realm::{self, Agent, CLIENT_TOKEN_LIFE, Realm, USER_TOKEN_LIFE, WORKBENCH},
    refusal::{Refusal, quote},
    server::{Request, Server},
    target,
};
use crate::jose::{b64, crypto};

/// `grant_type`s of this server.
pub const GRANT_TYPES: [&str; 4] = [
    "authorization_code",
    "client_credentials",
    "refresh_token",
    exchange::GRANT_TYPE,
];

/// What is given.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// The answer's body.
    pub body: Value,
    /// What the log keeps of an exchange.
    pub record: Option<String>,
}

impl From<Value> for Given {
    fn from(body: Value) -> Self {
        Self { body, record: None }
    }
}

/// `POST /token`. `nonces` are those that a proof may have; none when none is asked for.
pub fn answer(
    server: &mut Server<'_>,
    request: &Request<'_>,
    form: &Form,
    nonces: &[String],
) -> Result<Given, Refusal> {
    let endpoint = server.realm.url("/token");
    let caller = client::authenticate(server, request, form, &endpoint)?;
    let key = proof::at_token_endpoint(server, request, nonces)?;
    by_grant_type(server, caller, form, key.as_deref())
}

/// `key` is the thumbprint of the key that the request proves: what is issued is bound to it.
fn by_grant_type(
    server: &mut Server<'_>,
    caller: Caller,
    form: &Form,
    key: Option<&str>,
) -> Result<Given, Refusal> {
    match form.need("grant_type")? {
        "authorization_code" => authorization_code(server, caller, form, key).map(Given::from),
        "refresh_token" => refresh(server, caller, form, key).map(Given::from),
        "client_credentials" => {
            let agent = caller
                .confidential("client_credentials is for clients that can (RFC 6749 §4.4)")?;
            client_credentials(server, agent, form, key).map(Given::from)
        }
        exchange::GRANT_TYPE => {
            let agent = caller.confidential(
                "without that, anyone who found a token could exchange it for others (RFC 8693 §2.1)",
            )?;
            token_exchange(server, agent, form, key)
        }
        other => Err(Refusal::new(
            "unsupported_grant_type",
            format!(
                "grant_type is {}; this server has {}",
                quote(other),
                GRANT_TYPES.join(", ")
            ),
        )),
    }
}

fn only_workbench(caller: Caller, what: &str) -> Result<(), Refusal> {
    match caller {
        Caller::Workbench => Ok(()),
        Caller::Agent(agent) => Err(Refusal::new(
            "unauthorized_client",
            format!(
                "{} may not use {what}; users sign in with {WORKBENCH}",
                agent.id
            ),
        )),
    }
}

fn authorization_code(
    server: &mut Server<'_>,
    caller: Caller,
    form: &Form,
    key: Option<&str>,
) -> Result<Value, Refusal> {
    only_workbench(caller, "authorization_code")?;
    let text = form.need("code")?;
    let redirect_uri = form.need("redirect_uri")?;
    let verifier = form.need("code_verifier")?;
    let now = server.now;
    let memory = &mut *server.memory;
    let Some(code) = memory.codes.get(text, now) else {
        return Err(Refusal::grant(
            "the code is unknown to this server, or long expired (RFC 6749 §4.1.2)",
        ));
    };
    if let Some(grant) = code.used.clone() {
        // RFC 6749 §4.1.2: someone else may have the code.
        memory.revoke_grant(&grant, now);
        return Err(Refusal::grant(
            "the code was used before; the tokens that came of it are now revoked (RFC 6749 §4.1.2)",
        ));
    }
    if code.usable_until <= now {
        return Err(Refusal::grant(format!(
            "the code expired {} s ago; codes hold for {} s",
            now.saturating_sub(code.usable_until),
            memory::CODE_LIFE
        )));
    }
    if code.redirect_uri != redirect_uri {
        return Err(Refusal::grant(format!(
            "redirect_uri is {}, but the code was asked for with {} (RFC 6749 §4.1.3)",
            quote(redirect_uri),
            quote(&code.redirect_uri)
        )));
    }
    check_verifier(verifier, &code.challenge)?;
    check_key("code", code.jkt.as_deref(), key, "RFC 9449 §10")?;
    let grant = code.grant.clone();
    let id = memory
        .add_grant(grant.clone(), now)
        .ok_or_else(|| Refusal::server("too many sign-ins to remember; wait until some expire"))?;
    if let Some(code) = memory.codes.get_mut(text, now) {
        code.used = Some(id.clone());
    }
    user_token(server, &id, &grant, &grant.scope, key)
}

/// A grant that is bound to a key is redeemed with a proof of that key.
fn check_key(
    what: &str,
    bound: Option<&str>,
    key: Option<&str>,
    source: &str,
) -> Result<(), Refusal> {
    match (bound, key) {
        (Some(bound), Some(key)) if bound != key => Err(Refusal::grant(format!(
            "the {what} is bound to the key {}, and the DPoP proof is by the key {key} ({source})",
            quote(bound)
        ))),
        (Some(bound), None) => Err(Refusal::grant(format!(
            "the {what} is bound to the key {}, and the request has no DPoP proof ({source})",
            quote(bound)
        ))),
        _ => Ok(()),
    }
}

/// PKCE (RFC 7636 §4.6), S256 only.
fn check_verifier(verifier: &str, challenge: &str) -> Result<(), Refusal> {
    let fits = (43..=128).contains(&verifier.len())
        && verifier
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b));
    if !fits {
        return Err(Refusal::request(format!(
            "code_verifier has {} characters, expected 43 to 128 of A-Z a-z 0-9 - . _ ~ (RFC 7636 §4.1)",
            verifier.chars().count()
        )));
    }
    if b64::encode(crypto::sha256(verifier.as_bytes())) != challenge {
        return Err(Refusal::grant(
            "code_verifier does not fit the code_challenge of the authorization request (RFC 7636 §4.6)",
        ));
    }
    Ok(())
}

fn refresh(
    server: &mut Server<'_>,
    caller: Caller,
    form: &Form,
    key: Option<&str>,
) -> Result<Value, Refusal> {
    only_workbench(caller, "refresh_token")?;
    let text = form.need("refresh_token")?;
    let now = server.now;
    let memory = &mut *server.memory;
    let Some(Refresh {
        grant: id,
        used,
        jkt,
    }) = memory.refresh.get(text, now).cloned()
    else {
        return Err(Refusal::grant(
            "the refresh token is unknown to this server, or expired",
        ));
    };
    // First of all: who finds an old refresh token and has not its key cannot end the grant.
    check_key("refresh token", jkt.as_deref(), key, "RFC 9449 §5")?;
    if used {
        // RFC 9700 §4.14.2: thief and owner cannot be told apart, so the grant ends for both.
        memory.revoke_grant(&id, now);
        return Err(Refusal::grant(
            "the refresh token was used before and replaced; the grant and its tokens are now revoked (RFC 9700 §4.14.2)",
        ));
    }
    let Some(grant) = memory.grants.get(&id, now).cloned().filter(|g| !g.revoked) else {
        return Err(Refusal::grant(
            "the grant of this refresh token was revoked",
        ));
    };
    let scope = match form.one("scope")? {
        None => grant.scope.clone(),
        Some(asked) => {
            let mut asked = realm::split_scope(asked);
            asked.remove(realm::OFFLINE_ACCESS);
            if let Some(more) = asked.difference(&grant.scope).next() {
                return Err(Refusal::scope(format!(
                    "{} was not granted at sign-in; a refresh cannot add it (RFC 6749 §6)",
                    quote(more)
                )));
            }
            if asked.is_empty() {
                grant.scope.clone()
            } else {
                asked
            }
        }
    };
    if let Some(wanted) = target::wanted(server.realm, form)?
        && wanted.target != grant.target
    {
        return Err(Refusal::target(format!(
            "the grant is for {}, not for {} (RFC 8707 §2.2)",
            grant.target.name(),
            wanted.target.name()
        )));
    }
    if let Some(refresh) = memory.refresh.get_mut(text, now) {
        refresh.used = true;
    }
    user_token(server, &id, &grant, &scope, key)
}

/// An access token for a user, and a refresh token when one was asked for at sign-in.
fn user_token(
    server: &mut Server<'_>,
    id: &str,
    grant: &Grant,
    scope: &BTreeSet<String>,
    key: Option<&str>,
) -> Result<Value, Refusal> {
    let jti = server.random(16);
    let now = server.now;
    let exp = now + USER_TOKEN_LIFE;
    let scope = realm::join_scope(scope);
    let mut claims = base_claims(
        server.realm,
        grant.user,
        &grant.audience,
        WORKBENCH,
        exp,
        now,
        &jti,
    );
    claims.insert("scope".into(), scope.clone().into());
    claims.insert("auth_time".into(), grant.auth_time.into());
    if let Some(actor) = grant.may_act {
        claims.insert("may_act".into(), party(server.realm, actor));
    }
    let token_type = bind(&mut claims, key);
    let token = mint(server.realm, issued::ACCESS_TOKEN, &claims)?;
    let mut answer = json!({
        "access_token": token,
        "token_type": token_type,
        "expires_in": USER_TOKEN_LIFE,
        "scope": scope,
    });
    server.memory.issued(id, &jti, exp, now);
    if grant.offline {
        let text = server.random(32);
        let refresh = Refresh {
            grant: id.to_owned(),
            used: false,
            jkt: key.map(str::to_owned),
        };
        let until = grant.auth_time + memory::GRANT_LIFE;
        if !server
            .memory
            .refresh
            .insert(text.clone(), refresh, until, now)
        {
            return Err(Refusal::server("too many refresh tokens to remember"));
        }
        answer["refresh_token"] = text.into();
    }
    Ok(answer)
}

fn client_credentials(
    server: &mut Server<'_>,
    agent: Agent,
    form: &Form,
    key: Option<&str>,
) -> Result<Value, Refusal> {
    let plan = target::plan(server.realm, form, &[])?;
    if plan.offline {
        return Err(Refusal::scope(
            "client_credentials gives no refresh token, so offline_access cannot be asked for (RFC 6749 §4.4.3)",
        ));
    }
    if let Some(other) = plan.scope.iter().find(|s| !agent.own.contains(&s.as_str())) {
        return Err(Refusal::scope(format!(
            "{} may not have {} for itself, only {}; what it does for a user it gets by exchanging the user's token",
            agent.id,
            quote(other),
            agent.own.join(" ")
        )));
    }
    let jti = server.random(16);
    let now = server.now;
    let exp = now + CLIENT_TOKEN_LIFE;
    // RFC 9068 §2.2: `sub` is the client itself, there being no user.
    let mut claims = base_claims(
        server.realm,
        agent.id,
        &plan.wanted.audience,
        agent.id,
        exp,
        now,
        &jti,
    );
    let token_type = bind(&mut claims, key);
    let mut answer = json!({ "token_type": token_type, "expires_in": CLIENT_TOKEN_LIFE });
    if !plan.scope.is_empty() {
        let scope = realm::join_scope(&plan.scope);
        claims.insert("scope".into(), scope.clone().into());
        answer["scope"] = scope.into();
    }
    answer["access_token"] = mint(server.realm, issued::ACCESS_TOKEN, &claims)?.into();
    Ok(answer)
}

fn token_exchange(
    server: &Server<'_>,
    agent: Agent,
    form: &Form,
    key: Option<&str>,
) -> Result<Given, Refusal> {
    let ask = ExchangeRequest::read(form, server.realm)?;
    let decision = exchange::decide(
        &ask,
        agent,
        &Ground {
            realm: server.realm,
            faults: server.faults,
            now: server.now,
            revoked: &|jti| server.memory.is_revoked(jti, server.now),
            jti: server.random(16),
            key,
        },
    )?;
    let token = mint(server.realm, decision.typ, &decision.claims)?;
    Ok(Given {
        record: Some(decision.record()),
        body: json!({
            "access_token": token,
            "issued_token_type": decision.issued_token_type,
            "token_type": decision.token_type,
            "expires_in": decision.expires_in,
            "scope": decision.scope,
        }),
    })
}

/// Binds a token to the key that was proven (RFC 9449 §6); gives its `token_type`.
fn bind(claims: &mut Map<String, Value>, key: Option<&str>) -> &'static str {
    match key {
        Some(jkt) => {
            claims.insert("cnf".into(), json!({ "jkt": jkt }));
            "DPoP"
        }
        None => "Bearer",
    }
}

fn base_claims(
    realm: &Realm,
    sub: &str,
    aud: &str,
    client: &str,
    exp: i64,
    now: i64,
    jti: &str,
) -> Map<String, Value> {
    let mut claims = Map::new();
    claims.insert("iss".into(), realm.issuer.clone().into());
    claims.insert("sub".into(), sub.into());
    claims.insert("aud".into(), aud.into());
    claims.insert("client_id".into(), client.into());
    claims.insert("exp".into(), exp.into());
    claims.insert("iat".into(), now.into());
    claims.insert("jti".into(), jti.into());
    claims
}

fn mint(realm: &Realm, typ: &str, claims: &Map<String, Value>) -> Result<String, Refusal> {
    issued::mint(realm, typ, claims)
        .map_err(|e| Refusal::server(format!("the token cannot be signed: {e}")))
}
