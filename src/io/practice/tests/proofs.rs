//! Proof of possession (RFC 9449) at the token endpoint and at the resource servers.

use super::*;
use crate::{
    jose::crypto,
    kit::{Env, clock::Timestamp, rng::SystemRng},
    oauth::dpop::{self, About, Draft},
};

/// A key of a holder.
pub(super) fn key() -> Jwk {
    crypto::generate(&Alg::Es256, None).unwrap()
}

pub(super) fn jkt(key: &Jwk) -> String {
    key.thumbprint().unwrap()
}

/// A good proof, to be changed.
fn draft(lab: &Lab, key: &Jwk, method: &str, path: &str, token: Option<&str>) -> Draft {
    let env = Env {
        now: Timestamp::from_second(lab.now()).unwrap(),
        rng: Arc::new(SystemRng),
    };
    let about = About {
        method,
        url: &lab.url(path),
        token,
        nonce: None,
    };
    Draft::new(key, &about, &env).unwrap()
}

fn header(proof: impl Into<String>) -> Field {
    Field::token("DPoP", proof)
}

/// A proof for the token endpoint, with its nonce when it asks for one.
fn at_token(lab: &Lab, key: &Jwk) -> Field {
    let mut draft = draft(lab, key, "POST", "/token", None);
    let nonces = lab
        .shared
        .decide(|server| proof::nonces(server, memory::NonceGiver::Token));
    if let Some(nonce) = nonces.first() {
        draft.claims.insert("nonce".into(), nonce.as_str().into());
    }
    header(draft.sign().unwrap())
}

async fn token_request(lab: &Lab, headers: Vec<Field>, fields: Fields<'_>) -> Answer {
    lab.send(Method::Post, "/token", headers, form(fields))
        .await
}

async fn as_agent(lab: &Lab, client: &str, headers: Vec<Field>, fields: Fields<'_>) -> Answer {
    let assertion = lab.assertion(client);
    let mut all = fields.to_vec();
    all.push(("client_assertion_type", JWT_BEARER));
    all.push(("client_assertion", &assertion));
    token_request(lab, headers, &all).await
}

/// An agent's own token, bound to `key`.
pub(super) async fn own_bound(lab: &Lab, client: &str, key: &Jwk) -> String {
    let fields = [("grant_type", "client_credentials")];
    let body = good(&as_agent(lab, client, vec![at_token(lab, key)], &fields).await);
    assert_eq!(body["token_type"], "DPoP");
    token_of(&body)
}

/// A user's token for the planner, bound to `key`.
pub(super) async fn user_bound(lab: &Lab, key: &Jwk) -> String {
    let code = lab
        .code(&[
            ("scope", "accounts:read documents:read payments:initiate"),
            ("audience", "planner"),
        ])
        .await;
    token_of(&good(&redeem(lab, &code, vec![at_token(lab, key)]).await))
}

async fn redeem(lab: &Lab, code: &str, headers: Vec<Field>) -> Answer {
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", "workbench"),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    token_request(lab, headers, &fields).await
}

async fn refresh(lab: &Lab, token: &str, headers: Vec<Field>) -> Answer {
    let fields = [
        ("grant_type", "refresh_token"),
        ("client_id", "workbench"),
        ("refresh_token", token),
    ];
    token_request(lab, headers, &fields).await
}

/// An exchange for the accounts server.
pub(super) async fn exchange(
    lab: &Lab,
    client: &str,
    subject: &str,
    actor: Option<&str>,
    key: Option<&Jwk>,
) -> Answer {
    let mut fields = vec![
        ("grant_type", exchange::GRANT_TYPE),
        ("subject_token", subject),
        ("subject_token_type", token_type::ACCESS_TOKEN),
        ("audience", "accounts-api"),
        ("scope", "accounts:read"),
    ];
    if let Some(actor) = actor {
        fields.push(("actor_token", actor));
        fields.push(("actor_token_type", token_type::ACCESS_TOKEN));
    }
    let headers = key.map(|key| at_token(lab, key)).into_iter().collect();
    as_agent(lab, client, headers, &fields).await
}

async fn call(lab: &Lab, path: &str, scheme: &str, token: &str, proofs: Vec<String>) -> Answer {
    let mut headers = vec![Field::token("authorization", format!("{scheme} {token}"))];
    headers.extend(proofs.into_iter().map(header));
    lab.send(Method::Get, path, headers, Body::Empty).await
}

const ACCOUNTS: &str = "/resources/accounts-api";

/// A token for the accounts server that is bound to the key.
async fn bound_token(lab: &Lab) -> (String, Jwk) {
    let key = key();
    let user = lab.user_token(&[]).await;
    let answer = exchange(lab, "planner", &user, None, Some(&key)).await;
    (token_of(&good(&answer)), key)
}

#[tokio::test]
async fn every_grant_binds_what_it_issues_to_the_key_of_the_proof() {
    let lab = Lab::new().await;
    let key = key();
    let cnf = json!({ "jkt": jkt(&key) });

    let user = user_bound(&lab, &key).await;
    assert_eq!(claims_of(&user)["cnf"], cnf);
    let own = own_bound(&lab, "planner", &key).await;
    assert_eq!(claims_of(&own)["cnf"], cnf);
    let body = good(&exchange(&lab, "planner", &user, Some(&own), Some(&key)).await);
    assert_eq!(body["token_type"], "DPoP");
    assert_eq!(claim(&body, "cnf"), cnf);
    assert_eq!(claim(&body, "act")["sub"], "planner");
    // Without a proof nothing is bound.
    let body = lab.sign_in(&[]).await;
    assert_eq!(
        (&body["token_type"], claim(&body, "cnf")),
        (&json!("Bearer"), Value::Null)
    );
    // A bearer token can be exchanged for one that is bound.
    let (token, _) = bound_token(&lab).await;
    assert!(claims_of(&token)["cnf"]["jkt"].is_string());
    // What is no access token stays N_A, and is bound all the same.
    let fields = [
        ("grant_type", exchange::GRANT_TYPE),
        ("subject_token", &user),
        ("subject_token_type", token_type::ACCESS_TOKEN),
        ("requested_token_type", token_type::JWT),
    ];
    let body = good(&as_agent(&lab, "planner", vec![at_token(&lab, &key)], &fields).await);
    assert_eq!(
        (&body["token_type"], claim(&body, "cnf")),
        (&json!("N_A"), cnf)
    );
}

#[tokio::test]
async fn metadata_and_introspection_tell_of_it() {
    let lab = Lab::new().await;
    let metadata = json_of(&lab.get("/.well-known/oauth-authorization-server").await);
    let algs = metadata["dpop_signing_alg_values_supported"]
        .as_array()
        .unwrap();
    assert!(
        algs.contains(&json!("ES256"))
            && !algs.contains(&json!("HS256"))
            && !algs.contains(&json!("none"))
    );
    let resource = json_of(
        &lab.get("/.well-known/oauth-protected-resource/resources/accounts-api")
            .await,
    );
    assert_eq!(resource["dpop_signing_alg_values_supported"], json!(algs));
    assert_eq!(resource["dpop_bound_access_tokens_required"], false);
    let (token, key) = bound_token(&lab).await;
    let body = good(
        &lab.as_agent("planner", "/introspect", &[("token", &token)])
            .await,
    );
    assert_eq!(
        (&body["active"], &body["token_type"], &body["cnf"]["jkt"]),
        (&json!(true), &json!("DPoP"), &json!(jkt(&key)))
    );
    let unbound = lab.user_token(&[]).await;
    let body = good(
        &lab.as_agent("planner", "/introspect", &[("token", &unbound)])
            .await,
    );
    assert_eq!(
        (&body["token_type"], body.get("cnf")),
        (&json!("Bearer"), None)
    );
}

#[tokio::test]
async fn a_bad_proof_is_refused_in_words_at_the_token_endpoint() {
    let lab = Lab::new().await;
    let key = key();
    let other = self::key();
    let make = |change: &dyn Fn(&mut Draft)| {
        let mut draft = draft(&lab, &key, "POST", "/token", None);
        change(&mut draft);
        draft.sign().unwrap()
    };
    let changed = |name: &'static str, value: Value| {
        make(&move |d| {
            d.claims.insert(name.into(), value.clone());
        })
    };
    for (proof, check) in [
        ("forged".to_owned(), "form:"),
        (
            make(&|d| {
                d.header.insert("typ".into(), "JWT".into());
            }),
            "typ:",
        ),
        (
            make(&|d| {
                d.header.insert("crit".into(), json!(["x"]));
            }),
            "form:",
        ),
        (
            make(&|d| {
                d.header
                    .insert("jwk".into(), Value::Object(d.key.0.clone()));
            }),
            "private members",
        ),
        (
            make(&|d| {
                d.header.shift_remove("jwk");
            }),
            "jwk:",
        ),
        (
            make(&|d| {
                d.key = other.clone();
            }),
            "signature:",
        ),
        (changed("htm", json!("GET")), "htm:"),
        (
            changed("htu", json!(lab.url("/authorize").as_str())),
            "htu:",
        ),
        (changed("htu", json!("http://other.example/token")), "htu:"),
        (changed("iat", json!(lab.now() - 61)), "iat: found"),
        (changed("iat", json!(lab.now() + 11)), "iat: found"),
        (changed("jti", json!("")), "jti:"),
        (changed("jti", json!("x".repeat(257))), "jti:"),
    ] {
        let fields = [("grant_type", "client_credentials")];
        let answer = as_agent(&lab, "planner", vec![header(&*proof)], &fields).await;
        let words = refused(&answer, 400, "invalid_dpop_proof");
        assert!(words.contains(check), "{check} in {words}");
        assert!(
            words.contains("RFC 9449") && words.contains("expected"),
            "{words}"
        );
        assert!(answer.header("dpop-nonce").is_none());
    }
    let two = vec![at_token(&lab, &key), at_token(&lab, &key)];
    let answer = as_agent(
        &lab,
        "planner",
        two,
        &[("grant_type", "client_credentials")],
    )
    .await;
    let words = refused(&answer, 400, "invalid_dpop_proof");
    assert!(words.contains("2 DPoP headers"), "{words}");
    // What a proof names may be written in other ways.
    for htu in [
        format!("{}?a=b#c", lab.url("/token")),
        lab.url("/token").as_str().replace("http:", "HTTP:"),
        lab.url("/%74oken").as_str().to_owned(),
        lab.url("/x/../token").as_str().to_owned(),
    ] {
        let proof = changed("htu", json!(htu));
        let fields = [("grant_type", "client_credentials")];
        good(&as_agent(&lab, "planner", vec![header(proof)], &fields).await);
    }
}

#[tokio::test]
async fn a_proof_serves_once() {
    let lab = Lab::new().await;
    let key = key();
    let proof = draft(&lab, &key, "POST", "/token", None).sign().unwrap();
    let fields = [("grant_type", "client_credentials")];
    let ask = || as_agent(&lab, "planner", vec![header(&*proof)], &fields);
    good(&ask().await);
    let words = refused(&ask().await, 400, "invalid_dpop_proof");
    assert!(words.contains("used before"), "{words}");
    lab.later(61);
    let words = refused(&ask().await, 400, "invalid_dpop_proof");
    assert!(words.contains("iat"), "{words}");
    let mut memory = lab.shared.memory();
    assert_eq!(
        memory.proof("x".into(), lab.now() + 10, lab.now()),
        memory::Remembered::New
    );
    assert_eq!(
        memory.proof("x".into(), lab.now() + 10, lab.now()),
        memory::Remembered::Seen
    );
    for n in 0..50_010 {
        let seen = memory.proof(n.to_string(), lab.now() + 10, lab.now());
        assert_eq!(seen == memory::Remembered::Full, n >= 49_999, "{n}");
    }
}

#[tokio::test]
async fn a_code_and_a_refresh_token_keep_to_their_key() {
    let lab = Lab::new().await;
    let (key, other) = (key(), key());
    // RFC 9449 §10: the authorization request names the key.
    let code = lab.code(&[("dpop_jkt", &jkt(&key))]).await;
    let words = refused(&redeem(&lab, &code, vec![]).await, 400, "invalid_grant");
    assert!(words.contains("no DPoP proof"), "{words}");
    let answer = redeem(&lab, &code, vec![at_token(&lab, &other)]).await;
    let words = refused(&answer, 400, "invalid_grant");
    assert!(words.contains(&jkt(&other)), "{words}");
    good(&redeem(&lab, &code, vec![at_token(&lab, &key)]).await);
    let answer = lab.authorize(&[("dpop_jkt", "short")]).await;
    assert_eq!(returned(&answer)["error"], "invalid_request");

    // RFC 9449 §5: the refresh token of a public client is bound.
    let code = lab.code(&[("scope", "profile offline_access")]).await;
    let body = good(&redeem(&lab, &code, vec![at_token(&lab, &key)]).await);
    let first = body["refresh_token"].as_str().unwrap();
    refused(&refresh(&lab, first, vec![]).await, 400, "invalid_grant");
    let stolen = refresh(&lab, first, vec![at_token(&lab, &other)]).await;
    refused(&stolen, 400, "invalid_grant");
    let body = good(&refresh(&lab, first, vec![at_token(&lab, &key)]).await);
    assert_eq!(claim(&body, "cnf")["jkt"], jkt(&key));
    // A thief with an old one and without the key cannot end the grant either.
    refused(&refresh(&lab, first, vec![]).await, 400, "invalid_grant");
    let second = body["refresh_token"].as_str().unwrap();
    let body = good(&refresh(&lab, second, vec![at_token(&lab, &key)]).await);
    assert_eq!(body["token_type"], "DPoP");
}

#[tokio::test]
async fn a_bound_subject_token_is_exchanged_by_its_holder_or_by_the_one_it_was_handed_to() {
    let lab = Lab::new().await;
    let (alice, planner, thief) = (key(), key(), key());
    let user = user_bound(&lab, &alice).await; // addressed to the planner
    let own = own_bound(&lab, "planner", &planner).await;
    // No proof at all: never for a token that is not bound.
    let answer = exchange(&lab, "planner", &user, None, None).await;
    let words = refused(&answer, 400, "invalid_dpop_proof");
    assert!(words.contains("subject_token"), "{words}");
    let answer = exchange(
        &lab,
        "planner",
        &lab.user_token(&[]).await,
        Some(&own),
        None,
    )
    .await;
    let words = refused(&answer, 400, "invalid_dpop_proof");
    assert!(words.contains("actor_token"), "{words}");
    // Its own key.
    good(&exchange(&lab, "planner", &user, None, Some(&alice)).await);
    // Handed over: the new holder shows a token that is bound to its key.
    let body = good(&exchange(&lab, "planner", &user, Some(&own), Some(&planner)).await);
    assert_eq!(claim(&body, "cnf")["jkt"], jkt(&planner));
    // Another key, with and without an actor token that does not prove it.
    let answer = exchange(&lab, "planner", &user, None, Some(&thief)).await;
    let words = refused(&answer, 400, "invalid_request");
    assert!(
        words.contains(&jkt(&thief)) && words.contains("handed over"),
        "{words}"
    );
    let answer = exchange(&lab, "planner", &user, Some(&own), Some(&thief)).await;
    refused(&answer, 400, "invalid_request");
    let unbound = lab.own_token("planner").await;
    let answer = exchange(&lab, "planner", &user, Some(&unbound), Some(&planner)).await;
    refused(&answer, 400, "invalid_request");
    // Not addressed to who asks.
    let own = own_bound(&lab, "researcher", &planner).await;
    let answer = exchange(&lab, "researcher", &user, Some(&own), Some(&planner)).await;
    refused(&answer, 400, "invalid_request");

    let lab = Lab::with(&["subject-key-ignored"]).await;
    let user = user_bound(&lab, &alice).await;
    let body = good(&exchange(&lab, "planner", &user, None, None).await);
    assert_eq!(body["token_type"], "Bearer");
    let lab = Lab::with(&["binding-dropped"]).await;
    let user = user_bound(&lab, &alice).await;
    let body = good(&exchange(&lab, "planner", &user, None, Some(&alice)).await);
    assert_eq!(
        (&body["token_type"], claim(&body, "cnf")),
        (&json!("Bearer"), Value::Null)
    );
}

/// Checks a refusal of a resource server: its status, its error, and the checks that failed.
#[track_caller]
fn refused_at_resource(answer: &Answer, error: &str, checks: &[&str]) {
    let body = json_of(answer);
    let found: Vec<_> = body["reasons"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| r["check"].as_str().unwrap())
        .collect();
    assert_eq!(
        (answer.status, body["error"].as_str(), &found[..]),
        (401, Some(error), checks),
        "{body}"
    );
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(
        challenge.starts_with("DPoP ") && challenge.contains(&format!("error=\"{error}\"")),
        "{challenge}"
    );
    assert!(challenge.contains("algs=\"ES256 "), "{challenge}");
    assert!(challenge.is_ascii());
}

#[tokio::test]
async fn a_bound_token_needs_its_scheme_its_key_and_a_fresh_proof() {
    let lab = Lab::new().await;
    let (token, key) = bound_token(&lab).await;
    let proof = || draft(&lab, &key, "GET", ACCOUNTS, Some(&token));
    let signed = |change: &dyn Fn(&mut Draft)| {
        let mut draft = proof();
        change(&mut draft);
        draft.sign().unwrap()
    };
    let fresh = || proof().sign().unwrap();
    let answer = call(&lab, ACCOUNTS, "DPoP", &token, vec![fresh()]).await;
    let body = good(&answer);
    let binding = &body["saw"]["binding"];
    assert_eq!(
        (
            &binding["scheme"],
            &binding["jkt"],
            &binding["proof_by"],
            &binding["proven"]
        ),
        (
            &json!("DPoP"),
            &json!(jkt(&key)),
            &json!(jkt(&key)),
            &json!(true)
        )
    );
    assert_eq!(
        binding["proof"]["passed"],
        json!([
            "proof",
            "form",
            "typ",
            "alg",
            "jwk",
            "signature",
            "htm",
            "htu",
            "iat",
            "jti",
            "ath",
            "cnf.jkt"
        ])
    );
    assert_eq!(binding["proof"]["failed"], json!([]));
    // Below its address, with a query, by a scheme in other letters.
    let path = "/resources/accounts-api/of/alice";
    let below = draft(&lab, &key, "GET", path, Some(&token)).sign().unwrap();
    let answer = call(&lab, &format!("{path}?page=2"), "dpop", &token, vec![below]).await;
    good(&answer);

    let answer = lab.call(ACCOUNTS, &token).await;
    refused_at_resource(&answer, "invalid_token", &["scheme"]);
    assert_eq!(json_of(&answer)["saw"]["binding"]["jkt"], jkt(&key));
    let answer = call(&lab, ACCOUNTS, "Bearer", &token, vec![fresh()]).await;
    refused_at_resource(&answer, "invalid_token", &["scheme"]);
    let answer = call(&lab, ACCOUNTS, "DPoP", &token, vec![]).await;
    refused_at_resource(&answer, "invalid_dpop_proof", &["proof"]);
    let answer = call(&lab, ACCOUNTS, "DPoP", &token, vec![fresh(), fresh()]).await;
    refused_at_resource(&answer, "invalid_dpop_proof", &["proof"]);
    for (proof, check) in [
        (
            draft(&lab, &key, "POST", ACCOUNTS, Some(&token))
                .sign()
                .unwrap(),
            "htm",
        ),
        (
            draft(&lab, &key, "GET", "/resources/payments-api", Some(&token))
                .sign()
                .unwrap(),
            "htu",
        ),
        (
            draft(&lab, &key, "GET", ACCOUNTS, Some("another"))
                .sign()
                .unwrap(),
            "ath",
        ),
        (
            draft(&lab, &key, "GET", ACCOUNTS, None).sign().unwrap(),
            "ath",
        ),
        (
            signed(&|d| {
                d.claims["iat"] = json!(START - 3600);
            }),
            "iat",
        ),
        (
            signed(&|d| {
                d.claims.shift_remove("jti");
            }),
            "jti",
        ),
        (
            signed(&|d| {
                d.header["typ"] = json!("JWT");
            }),
            "typ",
        ),
    ] {
        let answer = call(&lab, ACCOUNTS, "DPoP", &token, vec![proof]).await;
        refused_at_resource(&answer, "invalid_dpop_proof", &[check]);
    }
    // A good proof by another key: the token is not the sender's.
    let thief = self::key();
    let proof = draft(&lab, &thief, "GET", ACCOUNTS, Some(&token))
        .sign()
        .unwrap();
    let answer = call(&lab, ACCOUNTS, "DPoP", &token, vec![proof]).await;
    refused_at_resource(&answer, "invalid_token", &["cnf.jkt"]);
    // Twice.
    let once = fresh();
    good(&call(&lab, ACCOUNTS, "DPoP", &token, vec![once.clone()]).await);
    let answer = call(&lab, ACCOUNTS, "DPoP", &token, vec![once]).await;
    refused_at_resource(&answer, "invalid_dpop_proof", &["jti"]);
    // The scope is asked for as before.
    let path = "/resources/documents-api";
    let answer = call(
        &lab,
        path,
        "DPoP",
        &token,
        vec![draft(&lab, &key, "GET", path, Some(&token)).sign().unwrap()],
    )
    .await;
    refused_at_resource(&answer, "invalid_token", &["aud", "scope"]);
}

#[tokio::test]
async fn an_unbound_token_is_a_bearer_token() {
    let lab = Lab::new().await;
    let user = lab.user_token(&[]).await;
    let token = token_of(&good(&exchange(&lab, "planner", &user, None, None).await));
    let body = good(&lab.call(ACCOUNTS, &token).await);
    assert_eq!(
        body["saw"]["binding"],
        json!({ "scheme": "Bearer", "jkt": null, "proven": false })
    );
    let proof = draft(&lab, &key(), "GET", ACCOUNTS, Some(&token))
        .sign()
        .unwrap();
    let answer = call(&lab, ACCOUNTS, "DPoP", &token, vec![proof]).await;
    refused_at_resource(&answer, "invalid_token", &["scheme"]);
    // Who shows nothing is offered both schemes.
    let answer = lab.get(ACCOUNTS).await;
    let challenges = crate::oauth::challenge::read(&answer);
    let schemes: Vec<_> = challenges.iter().map(|c| c.scheme.as_str()).collect();
    assert_eq!(schemes, ["Bearer", "DPoP"]);
    assert!(challenges[1].get("algs").unwrap().contains("ES256"));
    // Another binding than by DPoP is not known here.
    let token = lab.reforge(&token, &json!({ "cnf": { "x5t#S256": "x" } }));
    let body = json_of(&lab.call(ACCOUNTS, &token).await);
    assert_eq!(body["reasons"][0]["check"], "cnf", "{body}");
}

#[tokio::test]
async fn a_nonce_is_asked_for_when_the_option_is_on() {
    let lab = Lab::with(&["dpop-nonce-demanded"]).await;
    let key = key();
    let fields = [("grant_type", "client_credentials")];
    let bare = || header(draft(&lab, &key, "POST", "/token", None).sign().unwrap());
    let answer = as_agent(&lab, "planner", vec![bare()], &fields).await;
    let words = refused(&answer, 400, "use_dpop_nonce");
    assert!(words.contains("DPoP-Nonce"), "{words}");
    let nonce = dpop::wanted_nonce(&answer).unwrap().to_owned();
    let with = |nonce: &str, path: &str, method: &str, token: Option<&str>| {
        let mut draft = draft(&lab, &key, method, path, token);
        draft.claims.insert("nonce".into(), nonce.into());
        draft.sign().unwrap()
    };
    let proof = with(&nonce, "/token", "POST", None);
    good(&as_agent(&lab, "planner", vec![header(proof)], &fields).await);
    let wrong = with("guessed", "/token", "POST", None);
    let answer = as_agent(&lab, "planner", vec![header(wrong)], &fields).await;
    refused(&answer, 400, "use_dpop_nonce");
    // Other faults of the proof come first.
    let mut bad = draft(&lab, &key, "GET", "/token", None);
    bad.claims.insert("nonce".into(), "guessed".into());
    let answer = as_agent(&lab, "planner", vec![header(bad.sign().unwrap())], &fields).await;
    refused(&answer, 400, "invalid_dpop_proof");
    // The one before holds for a while; one that is older does not.
    lab.later(301);
    let proof = with(&nonce, "/token", "POST", None);
    let answer = as_agent(&lab, "planner", vec![header(proof)], &fields).await;
    good(&answer);
    let next = answer.header("dpop-nonce").unwrap();
    assert_ne!(next, nonce);
    lab.later(301);
    let proof = with(&nonce, "/token", "POST", None);
    let answer = as_agent(&lab, "planner", vec![header(proof)], &fields).await;
    refused(&answer, 400, "use_dpop_nonce");

    // The resource servers have nonces of their own.
    let user = lab.user_token(&[]).await;
    let asked = as_agent(&lab, "planner", vec![bare()], &fields).await;
    let nonce = dpop::wanted_nonce(&asked).unwrap().to_owned();
    let exchanged = [
        ("grant_type", exchange::GRANT_TYPE),
        ("subject_token", &user),
        ("subject_token_type", token_type::ACCESS_TOKEN),
        ("audience", "accounts-api"),
        ("scope", "accounts:read"),
    ];
    let proof = header(with(&nonce, "/token", "POST", None));
    let token = token_of(&good(
        &as_agent(&lab, "planner", vec![proof], &exchanged).await,
    ));
    let proof = with(&nonce, ACCOUNTS, "GET", Some(&token));
    let answer = call(&lab, ACCOUNTS, "DPoP", &token, vec![proof]).await;
    refused_at_resource(&answer, "use_dpop_nonce", &["nonce"]);
    let nonce = dpop::wanted_nonce(&answer).unwrap().to_owned();
    let proof = with(&nonce, ACCOUNTS, "GET", Some(&token));
    good(&call(&lab, ACCOUNTS, "DPoP", &token, vec![proof]).await);
}

/// Each fault of a proof's validation passes over one check and no other.
#[tokio::test]
async fn each_fault_passes_over_its_own_check() {
    type Change = fn(&mut Draft);
    let changes: [(&str, Change); 6] = [
        ("dpop-signature-ignored", |d| {
            d.key = key();
        }),
        ("dpop-key-ignored", |d| {
            d.key = key();
            let shown = dpop::shown(&d.key).unwrap();
            d.header.insert("jwk".into(), Value::Object(shown.0));
        }),
        ("dpop-htm-ignored", |d| d.claims["htm"] = json!("PUT")),
        ("dpop-htu-ignored", |d| {
            d.claims["htu"] = json!("https://x.example/");
        }),
        ("dpop-ath-ignored", |d| d.claims["ath"] = json!("x")),
        ("dpop-iat-ignored", |d| d.claims["iat"] = json!(1)),
    ];
    for fault in changes.map(|(name, _)| name) {
        let lab = Lab::with(&[fault]).await;
        let (token, key) = bound_token(&lab).await;
        for (name, change) in changes {
            let mut proof = draft(&lab, &key, "GET", ACCOUNTS, Some(&token));
            change(&mut proof);
            let proof = proof.sign().unwrap();
            let answer = call(&lab, ACCOUNTS, "DPoP", &token, vec![proof]).await;
            let status = if name == fault { 200 } else { 401 };
            if name == fault {
                let proof = &json_of(&answer)["saw"]["binding"]["proof"];
                let ignored = proof["failed_but_ignored"].as_array().unwrap();
                assert_eq!(ignored.len(), 1, "{name}: {proof}");
            }
            assert_eq!(
                answer.status,
                status,
                "{name} at {fault}: {:?}",
                json_of(&answer)
            );
        }
        assert_eq!(lab.call(ACCOUNTS, &token).await.status, 401, "{fault}");
    }
    let lab = Lab::with(&["dpop-bearer-accepted"]).await;
    let (token, _) = bound_token(&lab).await;
    let body = good(&lab.call(ACCOUNTS, &token).await);
    assert_eq!(body["saw"]["binding"]["proven"], false);
    assert_eq!(
        call(&lab, ACCOUNTS, "DPoP", &token, vec![]).await.status,
        401
    );
}
