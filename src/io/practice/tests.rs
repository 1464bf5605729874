//! The server over real HTTP, on port 0, with a clock that the test moves.

mod authorization;
mod exchanges;
mod faulty;
mod forged;
mod forged_algs;
mod hostile;
mod house;
mod proofs;
mod resources;
mod samples;
mod tokens;

use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::{Map, Value, json};
use url::Url;

use super::*;
use crate::{
    io::http::Http,
    jose::{Alg, Jwk, b64, jws::Compact},
    kit::rng,
    oauth::{
        client_auth::Credential,
        http::{Body, Field, Method, Request as HttpRequest, Response as Answer},
        token_type,
    },
    practice::{
        Fault, Part, exchange,
        form::{Form, MAX_REQUEST},
        memory, proof,
    },
    token::craft,
};

const START: i64 = 1_800_000_000;
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const CALLBACK: &str = "http://127.0.0.1:7/callback";
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A server, a client of it, and the time.
struct Lab {
    server: Server,
    shared: Arc<Shared>,
    http: Http,
    time: Arc<AtomicI64>,
}

type Fields<'a> = &'a [(&'a str, &'a str)];

impl Lab {
    async fn new() -> Self {
        Self::with(&[]).await
    }

    async fn with(faults: &[&str]) -> Self {
        let time = Arc::new(AtomicI64::new(START));
        let clock = Arc::clone(&time);
        let faults = Faults::named(faults);
        let (server, shared) = start_at(0, faults, Box::new(move || clock.load(Ordering::Relaxed)))
            .await
            .unwrap();
        Self {
            server,
            shared,
            http: Http::new().unwrap(),
            time,
        }
    }

    fn later(&self, seconds: i64) {
        self.time.fetch_add(seconds, Ordering::Relaxed);
    }

    fn now(&self) -> i64 {
        self.time.load(Ordering::Relaxed)
    }

    fn issuer(&self) -> &str {
        &self.server.info.issuer
    }

    fn url(&self, path: &str) -> Url {
        Url::parse(&format!("{}{path}", self.issuer())).unwrap()
    }

    fn key(&self, client: &str) -> Jwk {
        match self.credential(client) {
            Credential::Key(key) => key,
            other => panic!("{client} has {other:?}"),
        }
    }

    fn secret(&self, client: &str) -> String {
        match self.credential(client) {
            Credential::Secret(secret) => secret.expose().to_owned(),
            other => panic!("{client} has {other:?}"),
        }
    }

    fn credential(&self, client: &str) -> Credential {
        let clients = &self.server.info.clients;
        let found = clients.iter().find(|c| c.client_id == client);
        found.unwrap().credential.clone()
    }

    /// Claims of a good assertion.
    fn assertion_claims(&self, client: &str) -> Value {
        json!({
            "iss": client, "sub": client, "aud": self.issuer(),
            "iat": self.now(), "exp": self.now() + 60, "jti": rng::token(&SystemRng, 16),
        })
    }

    fn assertion(&self, client: &str) -> String {
        let claims = self.assertion_claims(client);
        signed(
            &json!({"typ": "client-authentication+jwt"}),
            &claims,
            &self.key(client),
        )
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(Method::Get, path, vec![], Body::Empty).await
    }

    async fn send(&self, method: Method, path: &str, headers: Vec<Field>, body: Body) -> Answer {
        let request = HttpRequest {
            method,
            url: self.url(path),
            headers,
            body,
        };
        self.http.send(&request).await.unwrap()
    }

    /// Posts a form as it is.
    async fn post(&self, path: &str, fields: Fields<'_>) -> Answer {
        self.send(Method::Post, path, vec![], form(fields)).await
    }

    /// Posts a form as an agent with a key.
    async fn as_agent(&self, client: &str, path: &str, fields: Fields<'_>) -> Answer {
        let assertion = self.assertion(client);
        let mut all = fields.to_vec();
        all.push(("client_assertion_type", JWT_BEARER));
        all.push(("client_assertion", &assertion));
        self.post(path, &all).await
    }

    /// Asks to authorize; `extra` replaces and adds to a good request, an empty value removes.
    async fn authorize(&self, extra: Fields<'_>) -> Answer {
        let mut fields = vec![
            ("response_type", "code"),
            ("client_id", "workbench"),
            ("redirect_uri", CALLBACK),
            ("state", "s1"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
            ("login_hint", "alice"),
        ];
        fields.retain(|(name, _)| !extra.iter().any(|(other, _)| other == name));
        fields.extend(extra.iter().filter(|(_, value)| !value.is_empty()));
        let query: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.get(&format!("/authorize?{query}")).await
    }

    async fn code(&self, extra: Fields<'_>) -> String {
        let answer = self.authorize(extra).await;
        returned(&answer)["code"].as_str().unwrap().to_owned()
    }

    async fn redeem(&self, code: &str, extra: Fields<'_>) -> Answer {
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("client_id", "workbench"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        fields.retain(|(name, _)| !extra.iter().any(|(other, _)| other == name));
        fields.extend(extra.iter().filter(|(_, value)| !value.is_empty()));
        self.post("/token", &fields).await
    }

    /// A user's token response.
    async fn sign_in(&self, extra: Fields<'_>) -> Value {
        let code = self.code(extra).await;
        good(&self.redeem(&code, &[]).await)
    }

    /// A user's access token that can be exchanged for everything.
    async fn user_token(&self, extra: Fields<'_>) -> String {
        let mut fields = vec![
            (
                "scope",
                "accounts:read payments:read payments:initiate documents:read",
            ),
            ("audience", "planner"),
        ];
        fields.retain(|(name, _)| !extra.iter().any(|(other, _)| other == name));
        fields.extend(extra);
        token_of(&self.sign_in(&fields).await)
    }

    /// An agent's own token.
    async fn own_token(&self, client: &str) -> String {
        let answer = self
            .as_agent(client, "/token", &[("grant_type", "client_credentials")])
            .await;
        token_of(&good(&answer))
    }

    /// An exchange by `client` without an actor token.
    async fn exchange(&self, client: &str, subject: &str, extra: Fields<'_>) -> Answer {
        let mut fields = vec![
            ("grant_type", exchange::GRANT_TYPE),
            ("subject_token", subject),
            ("subject_token_type", token_type::ACCESS_TOKEN),
        ];
        fields.retain(|(name, _)| !extra.iter().any(|(other, _)| other == name));
        fields.extend(extra.iter().filter(|(_, value)| !value.is_empty()));
        self.as_agent(client, "/token", &fields).await
    }

    /// Calls a resource server with a token.
    async fn call(&self, path: &str, token: &str) -> Answer {
        let header = Field::token("authorization", format!("Bearer {token}"));
        self.send(Method::Get, path, vec![header], Body::Empty)
            .await
    }

    /// Signs claims with the server's own key, which no test outside can.
    fn forge(&self, header: &Value, claims: &Value) -> String {
        signed(header, claims, &self.shared.realm.key)
    }

    /// `token` with some claims changed, signed again by the server's key; `null` removes.
    fn reforge(&self, token: &str, changes: &Value) -> String {
        let mut claims = claims_of(token);
        for (name, value) in changes.as_object().unwrap() {
            if value.is_null() {
                claims.remove(name);
            } else {
                claims.insert(name.clone(), value.clone());
            }
        }
        self.forge(&json!({"typ": "at+jwt"}), &Value::Object(claims))
    }
}

fn signed(header: &Value, claims: &Value, key: &Jwk) -> String {
    craft::mint(header, claims, key, &Alg::Es256).unwrap()
}

fn form(fields: Fields<'_>) -> Body {
    Body::Form(fields.iter().map(|(n, v)| Field::plain(*n, *v)).collect())
}

fn json_of(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_else(|e| {
        panic!(
            "{} {e}: {}",
            answer.status,
            String::from_utf8_lossy(&answer.body)
        )
    })
}

/// The body of a 200 that no cache keeps.
fn good(answer: &Answer) -> Value {
    let body = json_of(answer);
    assert_eq!(answer.status, 200, "{body}");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    body
}

/// Checks an OAuth error and gives its description.
#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str) -> String {
    let body = json_of(answer);
    assert_eq!(
        (answer.status, body["error"].as_str()),
        (status, Some(code)),
        "{body}"
    );
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let words = body["error_description"].as_str().unwrap();
    assert!(words.len() > 20, "too short to learn from: {words}");
    assert!(words.is_ascii() && !words.contains(['"', '\\']), "{words}");
    words.to_owned()
}

/// The parameters of a redirect back to the client.
fn returned(answer: &Answer) -> Map<String, Value> {
    assert_eq!(
        answer.status,
        302,
        "{}",
        String::from_utf8_lossy(&answer.body)
    );
    let location = Url::parse(answer.header("location").unwrap()).unwrap();
    location
        .query_pairs()
        .map(|(n, v)| (n.into_owned(), v.into_owned().into()))
        .collect()
}

fn token_of(body: &Value) -> String {
    body["access_token"].as_str().unwrap().to_owned()
}

fn part(token: &str, header: bool) -> Map<String, Value> {
    let parts = Compact::split(token).unwrap();
    let part = if header { parts.header } else { parts.payload };
    serde_json::from_slice(&b64::decode(part).unwrap()).unwrap()
}

fn claims_of(token: &str) -> Map<String, Value> {
    part(token, false)
}

fn claim(body: &Value, name: &str) -> Value {
    claims_of(&token_of(body))
        .get(name)
        .cloned()
        .unwrap_or(Value::Null)
}
