//! The resource servers: what they accept, refuse, and say they saw.

use super::*;

async fn payments_token(lab: &Lab, scope: &str) -> String {
    let subject = lab.user_token(&[]).await;
    let first = token_of(&good(&lab.exchange("planner", &subject, &[]).await));
    let extra = [("audience", "payments-api"), ("scope", scope)];
    token_of(&good(&lab.exchange("payments-agent", &first, &extra).await))
}

#[tokio::test]
async fn a_good_token_is_answered_with_what_was_seen() {
    let lab = Lab::new().await;
    let token = payments_token(&lab, "payments:read").await;
    let answer = lab.call("/resources/payments-api", &token).await;
    let mut body = good(&answer);
    assert!(answer.header("www-authenticate").is_none());
    assert!(body["note"].as_str().unwrap().contains("RFC 8693"));
    body.as_object_mut().unwrap().remove("note");
    let iss = lab.issuer();
    assert_eq!(
        body,
        json!({
            "resource": "payments-api", "operation": "read", "needs_scope": "payments:read",
            "decision": "allowed", "error": null, "reasons": [],
            "saw": {
                "signature_verified": true, "subject": "alice", "issuer": iss,
                "audience": ["payments-api"], "client": "payments-agent",
                "current_actor": {"iss": iss, "sub": "payments-agent"},
                "prior_actors": [{"iss": iss, "sub": "planner"}],
                "scopes": ["payments:read"], "token_id": claims_of(&token)["jti"],
                "expires": START + 300,
                "binding": { "scheme": "Bearer", "jkt": null, "proven": false },
            },
        })
    );
    assert_eq!(
        lab.call("/resources/payments-api/transfers/7", &token)
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn the_url_of_a_resource_is_its_name_too_and_profile_shows_the_name() {
    let lab = Lab::new().await;
    let url = format!("{}/resources/accounts-api", lab.issuer());
    let body = lab
        .sign_in(&[("scope", "accounts:read profile"), ("resource", &url)])
        .await;
    let body = good(&lab.call("/resources/accounts-api", &token_of(&body)).await);
    assert_eq!(
        (&body["saw"]["name"], &body["saw"]["current_actor"]),
        (&json!("alice"), &Value::Null)
    );
    assert_eq!(body["saw"]["audience"], json!([url]));
}

#[tokio::test]
async fn reading_and_changing_need_their_own_scope() {
    let lab = Lab::new().await;
    let path = "/resources/payments-api";
    for (scope, get, post) in [
        ("payments:read", 200, 403),
        ("payments:initiate", 403, 200),
        ("payments:read payments:initiate", 200, 200),
    ] {
        let token = payments_token(&lab, scope).await;
        assert_eq!(lab.call(path, &token).await.status, get, "{scope}");
        let header = vec![Field::token("authorization", format!("bearer {token}"))];
        let answer = lab.send(Method::Post, path, header, Body::Empty).await;
        assert_eq!(answer.status, post, "{scope}");
    }
    let token = payments_token(&lab, "payments:initiate").await;
    let answer = lab.call(path, &token).await;
    let challenge = answer.header("www-authenticate").unwrap();
    assert!(
        challenge.starts_with("Bearer realm=\"payments-api\""),
        "{challenge}"
    );
    assert!(
        challenge.contains("error=\"insufficient_scope\""),
        "{challenge}"
    );
    assert!(
        challenge.ends_with("scope=\"payments:read\""),
        "{challenge}"
    );
    let body = json_of(&answer);
    assert_eq!(
        body["reasons"],
        json!([{"check": "scope", "found": "`payments:initiate`", "expected": "payments:read", "source": "RFC 6750 §3.1"}])
    );
    for (method, path) in [
        (Method::Post, "/resources/accounts-api"),
        (Method::Delete, path),
    ] {
        let answer = lab.send(method, path, vec![], Body::Empty).await;
        assert_eq!(answer.status, 405);
        assert!(answer.header("allow").unwrap().starts_with("GET, HEAD"));
    }
}

#[tokio::test]
async fn a_token_that_is_not_good_is_refused_with_every_reason() {
    let lab = Lab::new().await;
    let other = Lab::new().await;
    let path = "/resources/payments-api";
    let token = payments_token(&lab, "payments:read").await;
    let claims = Value::Object(claims_of(&token));
    let parts = Compact::split(&token).unwrap();
    let tampered = {
        let payload = claims.to_string().replace("alice", "bob");
        format!(
            "{}.{}.{}",
            parts.header,
            b64::encode(payload),
            parts.signature
        )
    };
    let none = format!(
        "{}.{}.",
        b64::encode(br#"{"alg":"none","typ":"at+jwt"}"#),
        parts.payload
    );
    let hmac = signed_hmac(&lab, &claims);
    for (token, checks) in [
        (
            lab.reforge(&token, &json!({"aud": "accounts-api"})),
            vec!["aud"],
        ),
        (
            lab.reforge(&token, &json!({"aud": ["accounts-api", "documents-api"]})),
            vec!["aud"],
        ),
        (
            lab.reforge(&token, &json!({"aud": lab.issuer()})),
            vec!["aud"],
        ),
        (lab.reforge(&token, &json!({"exp": START})), vec!["exp"]),
        (lab.reforge(&token, &json!({"nbf": START + 1})), vec!["nbf"]),
        (
            lab.reforge(&token, &json!({"iss": "https://as.example"})),
            vec!["iss"],
        ),
        (
            lab.reforge(
                &token,
                &json!({"client_id": null, "jti": null, "iat": null}),
            ),
            vec!["client_id", "jti", "iat"],
        ),
        (
            lab.reforge(
                &token,
                &json!({"aud": "x", "exp": START - 1, "scope": null}),
            ),
            vec!["exp", "aud", "scope"],
        ),
        (lab.forge(&json!({"typ": "JWT"}), &claims), vec!["typ"]),
        (lab.forge(&json!({"typ": "dpop+jwt"}), &claims), vec!["typ"]),
        (lab.forge(&json!({}), &claims), vec!["typ"]),
        (tampered, vec!["signature"]),
        (none, vec!["alg"]),
        (hmac, vec!["alg"]),
        (
            signed(&json!({"typ": "at+jwt"}), &claims, &lab.key("planner")),
            vec!["kid"],
        ),
        (
            payments_token(&other, "payments:read").await,
            vec!["kid", "iss"],
        ),
        ("opaque".to_owned(), vec!["form", "scope"]),
    ] {
        let answer = lab.call(path, &token).await;
        let body = json_of(&answer);
        let found: Vec<_> = body["reasons"]
            .as_array()
            .unwrap()
            .iter()
            .map(|r| r["check"].as_str().unwrap())
            .collect();
        assert_eq!(found, checks, "{body}");
        assert_eq!(
            (answer.status, &body["error"]),
            (401, &json!("invalid_token")),
            "{body}"
        );
        assert_eq!(body["decision"], "refused");
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");
        assert!(
            challenge.contains("resource_metadata=\"http://127.0.0.1"),
            "{challenge}"
        );
        assert!(challenge.is_ascii(), "{challenge}");
    }
    for typ in ["at+jwt", "application/at+jwt", "AT+JWT"] {
        let token = lab.forge(&json!({"typ": typ}), &claims);
        assert_eq!(lab.call(path, &token).await.status, 200, "{typ}");
    }
    let both = lab.reforge(&token, &json!({"aud": ["accounts-api", "payments-api"]}));
    assert_eq!(lab.call(path, &both).await.status, 200);
    lab.later(300);
    assert_eq!(lab.call(path, &token).await.status, 401);
}

/// The classic confusion: HMAC with the public key as secret.
fn signed_hmac(lab: &Lab, claims: &Value) -> String {
    let public = lab.shared.realm.public_key().unwrap();
    let secret = Value::Object(public.0.clone()).to_string();
    let key = Jwk(Map::from_iter([
        ("kty".to_owned(), json!("oct")),
        ("k".to_owned(), json!(b64::encode(secret))),
    ]));
    craft::mint(&json!({"typ": "at+jwt"}), claims, &key, &Alg::Hs256).unwrap()
}

#[tokio::test]
async fn what_an_unverified_token_says_is_marked_so() {
    let lab = Lab::new().await;
    let token = payments_token(&lab, "payments:read").await;
    let claims = Value::Object(claims_of(&token));
    let forged = signed(
        &json!({"typ": "at+jwt", "kid": lab.shared.realm.key.kid()}),
        &claims,
        &lab.key("planner"),
    );
    let body = json_of(&lab.call("/resources/payments-api", &forged).await);
    assert_eq!(
        (&body["saw"]["signature_verified"], &body["saw"]["subject"]),
        (&json!(false), &json!("alice"))
    );
}

#[tokio::test]
async fn an_inner_actor_decides_nothing() {
    let lab = Lab::new().await;
    let token = payments_token(&lab, "payments:read").await;
    let act = json!({"iss": lab.issuer(), "sub": "payments-agent", "act": {"sub": "mallory", "exp": 1, "aud": "x"}});
    let body = good(
        &lab.call(
            "/resources/payments-api",
            &lab.reforge(&token, &json!({"act": act})),
        )
        .await,
    );
    assert_eq!(
        body["saw"]["prior_actors"],
        json!([{"sub": "mallory", "exp": 1, "aud": "x"}])
    );
}

#[tokio::test]
async fn a_request_without_a_usable_header_is_challenged() {
    let lab = Lab::new().await;
    let path = "/resources/documents-api";
    let token = lab.user_token(&[]).await;
    for (path, headers, status, error) in [
        (path.to_owned(), vec![], 401, Value::Null),
        (
            path.to_owned(),
            vec![("authorization", "Basic abc")],
            401,
            Value::Null,
        ),
        (
            path.to_owned(),
            vec![("authorization", "Bearer")],
            401,
            Value::Null,
        ),
        (
            path.to_owned(),
            vec![("authorization", "Bearer a"), ("authorization", "Bearer b")],
            400,
            json!("invalid_request"),
        ),
        (
            format!("{path}?access_token={token}"),
            vec![],
            400,
            json!("invalid_request"),
        ),
    ] {
        let headers = headers
            .into_iter()
            .map(|(n, v)| Field::token(n, v))
            .collect();
        let answer = lab.send(Method::Get, &path, headers, Body::Empty).await;
        let body = json_of(&answer);
        assert_eq!((answer.status, &body["error"]), (status, &error), "{body}");
        let challenge = answer.header("www-authenticate").unwrap();
        // RFC 6750 §3.1: no error code where no credentials were shown.
        assert_eq!(
            challenge.contains("error="),
            error.is_string(),
            "{challenge}"
        );
        assert!(
            challenge.ends_with("scope=\"documents:read\""),
            "{challenge}"
        );
        assert!(
            body["reasons"][0]["expected"]
                .as_str()
                .unwrap()
                .contains("Bearer TOKEN")
        );
        assert!(!String::from_utf8_lossy(&answer.body).contains(&token));
    }
}

#[tokio::test]
async fn a_header_of_a_megabyte_gets_an_answer_and_hurts_nobody() {
    let lab = Lab::new().await;
    let answer = lab
        .call("/resources/payments-api", &"a".repeat(1_000_000))
        .await;
    assert_eq!(answer.status, 431);
    let token = payments_token(&lab, "payments:read").await;
    assert_eq!(
        lab.call("/resources/payments-api", &token).await.status,
        200
    );
    let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    let deep = format!(
        "{}.{}.AAAA",
        b64::encode(r#"{"alg":"ES256","typ":"at+jwt"}"#),
        b64::encode(deep)
    );
    let body = json_of(&lab.call("/resources/payments-api", &deep).await);
    assert_eq!(body["error"], "invalid_token");
}
