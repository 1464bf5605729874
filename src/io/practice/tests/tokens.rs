//! The token endpoint without exchange; introspection and revocation.

use base64::Engine as _;

use super::*;

const CREDENTIALS: (&str, &str) = ("grant_type", "client_credentials");

fn basic(id: &str, secret: &str) -> Vec<Field> {
    let pair = base64::engine::general_purpose::STANDARD.encode(format!("{id}:{secret}"));
    vec![Field::secret("authorization", format!("Basic {pair}"))]
}

#[tokio::test]
async fn agents_get_their_own_tokens() {
    let lab = Lab::new().await;
    for client in ["planner", "researcher", "payments-agent"] {
        let body = good(&lab.as_agent(client, "/token", &[CREDENTIALS]).await);
        assert_eq!(body["expires_in"], 600);
        assert!(body.get("scope").is_none() && body.get("refresh_token").is_none());
        for (name, value) in [
            ("sub", client),
            ("client_id", client),
            ("aud", lab.issuer()),
        ] {
            assert_eq!(claim(&body, name), value);
        }
        assert!(claim(&body, "auth_time").is_null());
    }
    let fields = [CREDENTIALS, ("scope", "payments:initiate")];
    let body = good(&lab.as_agent("payments-agent", "/token", &fields).await);
    assert_eq!(body["scope"], "payments:initiate");
    assert_eq!(claim(&body, "aud"), "payments-api");
}

#[tokio::test]
async fn agents_get_no_more_than_their_own() {
    let lab = Lab::new().await;
    for (client, extra, code, says) in [
        (
            "planner",
            ("scope", "payments:initiate"),
            "invalid_scope",
            "for itself",
        ),
        (
            "planner",
            ("scope", "offline_access"),
            "invalid_scope",
            "no refresh token",
        ),
        (
            "planner",
            ("scope", "accounts:read documents:read"),
            "invalid_scope",
            "accounts-api and documents-api",
        ),
        (
            "planner",
            ("scope", "no:such"),
            "invalid_scope",
            "`no:such`",
        ),
        (
            "planner",
            ("audience", "nowhere"),
            "invalid_target",
            "`nowhere`",
        ),
    ] {
        let answer = lab.as_agent(client, "/token", &[CREDENTIALS, extra]).await;
        let words = refused(&answer, 400, code);
        assert!(words.contains(says), "{words}");
    }
}

#[tokio::test]
async fn the_secret_goes_by_header_or_by_form() {
    let lab = Lab::new().await;
    let secret = lab.secret("reporter");
    let by_form = [
        CREDENTIALS,
        ("client_id", "reporter"),
        ("client_secret", &secret),
    ];
    good(&lab.post("/token", &by_form).await);
    let header = basic("reporter", &secret);
    let answer = lab
        .send(Method::Post, "/token", header, form(&[CREDENTIALS]))
        .await;
    assert_eq!(claim(&good(&answer), "sub"), "reporter");
    // Form-urlencoded inside Basic (RFC 6749 §2.3.1).
    let header = basic("%72eporter", &secret);
    good(
        &lab.send(Method::Post, "/token", header, form(&[CREDENTIALS]))
            .await,
    );
}

#[tokio::test]
async fn clients_that_do_not_prove_themselves_are_refused() {
    let lab = Lab::new().await;
    let secret = lab.secret("reporter");
    for (headers, fields, says) in [
        (vec![], vec![], "which client"),
        (vec![], vec![("client_id", "nobody")], "`nobody`"),
        (vec![], vec![("client_id", "planner")], "no proof"),
        (vec![], vec![("client_secret", "x")], "client_id is not"),
        (
            vec![],
            vec![("client_id", "reporter"), ("client_secret", "x")],
            "wrong",
        ),
        (
            vec![],
            vec![("client_id", "planner"), ("client_secret", "x")],
            "private_key_jwt",
        ),
        (
            vec![],
            vec![("client_id", "workbench"), ("client_secret", "x")],
            "public",
        ),
        (
            vec![],
            vec![("client_assertion", "x")],
            "client_assertion_type",
        ),
        (
            vec![],
            vec![
                ("client_assertion", "x"),
                ("client_assertion_type", JWT_BEARER),
            ],
            "not a JWT",
        ),
        (basic("reporter", "x"), vec![], "wrong"),
        (basic("nobody", "x"), vec![], "`nobody`"),
        (
            basic("reporter", &secret),
            vec![("client_id", "planner")],
            "`planner`",
        ),
        (
            vec![Field::plain("authorization", "Basic ***")],
            vec![],
            "base64",
        ),
        (
            vec![Field::plain("authorization", "Bearer abc")],
            vec![],
            "Basic",
        ),
    ] {
        let challenged = !headers.is_empty();
        let mut all = vec![CREDENTIALS];
        all.extend(fields.clone());
        let answer = lab.send(Method::Post, "/token", headers, form(&all)).await;
        let words = refused(&answer, 401, "invalid_client");
        assert!(words.contains(says), "{fields:?}: {words}");
        assert_eq!(
            answer.header("www-authenticate").is_some(),
            challenged,
            "{fields:?}"
        );
        assert!(!words.contains(&secret));
    }
    let both = [
        CREDENTIALS,
        ("client_id", "reporter"),
        ("client_secret", &secret),
    ];
    let answer = lab
        .send(
            Method::Post,
            "/token",
            basic("reporter", &secret),
            form(&both),
        )
        .await;
    assert!(refused(&answer, 400, "invalid_request").contains("more than one way"));
}

#[tokio::test]
async fn an_assertion_is_checked_in_every_respect() {
    let lab = Lab::new().await;
    let key = lab.key("planner");
    let typ = json!({"typ": "JWT"});
    let now = lab.now();
    for (header, change, says) in [
        (&typ, json!({"iss": "researcher"}), "iss is `researcher`"),
        (&typ, json!({"sub": "researcher"}), "registered key"),
        (&typ, json!({"sub": "reporter"}), "registered with a secret"),
        (&typ, json!({"sub": "alice"}), "no client"),
        (&typ, json!({"aud": "https://as.example"}), "aud is"),
        (&typ, json!({"aud": null}), "aud is"),
        (&typ, json!({"exp": now}), "expired"),
        (&typ, json!({"exp": now + 601}), "at most 600 s"),
        (&typ, json!({"exp": null}), "exp is missing"),
        (&typ, json!({"exp": "soon"}), "exp is missing"),
        (&typ, json!({"nbf": now + 1}), "nbf"),
        (&typ, json!({"jti": null}), "jti is missing"),
        (
            &typ,
            json!({"jti": "x".repeat(300)}),
            "jti is missing or longer",
        ),
        (
            &json!({"typ": "at+jwt"}),
            json!({}),
            "another kind of token",
        ),
        (&json!({"typ": "JWT", "crit": ["x"]}), json!({}), "critical"),
    ] {
        let mut claims = lab.assertion_claims("planner");
        for (name, value) in change.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let assertion = signed(header, &claims, &key);
        let fields = [
            CREDENTIALS,
            ("client_assertion_type", JWT_BEARER),
            ("client_assertion", &assertion),
        ];
        let words = refused(&lab.post("/token", &fields).await, 401, "invalid_client");
        assert!(words.contains(says), "{change}: {words}");
    }
    // Signed by another agent's key; without a signature; with alg none.
    let claims = lab.assertion_claims("planner");
    let foreign = signed(&typ, &claims, &lab.key("researcher"));
    let good_one = lab.assertion("planner");
    let cut = good_one.rsplit_once('.').unwrap().0.to_owned() + ".";
    let none = format!(
        "{}.{}.",
        b64::encode(br#"{"alg":"none"}"#),
        b64::encode(claims.to_string())
    );
    for (assertion, says) in [
        (foreign, "registered key"),
        (cut, "registered key"),
        (none, "alg is `none`"),
    ] {
        let fields = [
            CREDENTIALS,
            ("client_assertion_type", JWT_BEARER),
            ("client_assertion", &assertion),
        ];
        let words = refused(&lab.post("/token", &fields).await, 401, "invalid_client");
        assert!(words.contains(says), "{words}");
    }
}

#[tokio::test]
async fn an_assertion_may_name_issuer_or_endpoint_and_holds_once() {
    let lab = Lab::new().await;
    let endpoint = lab.url("/token").to_string();
    for aud in [
        json!(lab.issuer()),
        json!(endpoint),
        json!([endpoint, "https://other.example"]),
    ] {
        let mut claims = lab.assertion_claims("planner");
        claims["aud"] = aud;
        let assertion = signed(&json!({}), &claims, &lab.key("planner"));
        let fields = [
            CREDENTIALS,
            ("client_assertion_type", JWT_BEARER),
            ("client_assertion", &assertion),
        ];
        good(&lab.post("/token", &fields).await);
        let words = refused(&lab.post("/token", &fields).await, 401, "invalid_client");
        assert!(words.contains("used before"), "{words}");
    }
}

#[tokio::test]
async fn grants_are_for_those_they_are_for() {
    let lab = Lab::new().await;
    let public = |grant| [("client_id", "workbench"), ("grant_type", grant)];
    for grant in ["client_credentials", exchange::GRANT_TYPE] {
        let words = refused(
            &lab.post("/token", &public(grant)).await,
            400,
            "unauthorized_client",
        );
        assert!(words.contains("public client"), "{words}");
    }
    let answer = lab
        .as_agent("planner", "/token", &[("grant_type", "refresh_token")])
        .await;
    refused(&answer, 400, "unauthorized_client");
    for grant in ["password", "urn:ietf:params:oauth:grant-type:jwt-bearer"] {
        let words = refused(
            &lab.post("/token", &public(grant)).await,
            400,
            "unsupported_grant_type",
        );
        assert!(words.contains("authorization_code"), "{words}");
    }
    let none = lab.post("/token", &[("client_id", "workbench")]).await;
    assert!(refused(&none, 400, "invalid_request").contains("grant_type"));
}

#[tokio::test]
async fn a_request_of_the_wrong_form_is_refused() {
    let lab = Lab::new().await;
    let text = |content_type: &str, text: String| Body::Text {
        content_type: content_type.into(),
        text,
    };
    let json = text(
        "application/json",
        r#"{"grant_type":"client_credentials"}"#.into(),
    );
    let answer = lab.send(Method::Post, "/token", vec![], json).await;
    assert!(refused(&answer, 400, "invalid_request").contains("`application/json`"));
    let form = "application/x-www-form-urlencoded";
    let flood = text(form, "a=1&".repeat(200));
    let answer = lab.send(Method::Post, "/token", vec![], flood).await;
    assert!(refused(&answer, 400, "invalid_request").contains("100 parameters"));
    let huge = text(form, "a".repeat(MAX_REQUEST + 1));
    let answer = lab.send(Method::Post, "/token", vec![], huge).await;
    assert!(refused(&answer, 413, "invalid_request").contains("larger"));
    let broken = text(form, "grant_type=%ff%fe&client_id=workbench".into());
    let answer = lab.send(Method::Post, "/token", vec![], broken).await;
    refused(&answer, 400, "unsupported_grant_type");
}

#[tokio::test]
async fn refresh_tokens_rotate_and_their_reuse_ends_the_grant() {
    let lab = Lab::new().await;
    let first = lab
        .sign_in(&[
            ("scope", "payments:read payments:initiate offline_access"),
            ("may_act", "planner"),
        ])
        .await;
    assert_eq!(
        first["scope"], "payments:initiate payments:read",
        "offline_access is no scope of the token"
    );
    let use_it = async |body: &Value, scope: &str| {
        let refresh = body["refresh_token"].as_str().unwrap();
        let fields = [
            ("grant_type", "refresh_token"),
            ("client_id", "workbench"),
            ("refresh_token", refresh),
            ("scope", scope),
        ];
        lab.post("/token", &fields).await
    };
    lab.later(100);
    let second = good(&use_it(&first, "").await);
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    assert_eq!(
        claim(&second, "auth_time"),
        START,
        "the user signed in once"
    );
    assert_eq!(claim(&second, "exp"), START + 400);
    assert_eq!(claim(&second, "may_act"), claim(&first, "may_act"));
    let third = good(&use_it(&second, "payments:read").await);
    assert_eq!(third["scope"], "payments:read");
    refused(&use_it(&third, "accounts:read").await, 400, "invalid_scope");
    let fourth = good(&use_it(&third, "payments:initiate").await);
    assert_eq!(
        fourth["scope"], "payments:initiate",
        "narrowing is for one token"
    );
    let token = token_of(&fourth);
    let words = refused(&use_it(&first, "").await, 400, "invalid_grant");
    assert!(words.contains("now revoked"), "{words}");
    refused(&use_it(&fourth, "").await, 400, "invalid_grant");
    let active = lab
        .as_agent("planner", "/introspect", &[("token", &token)])
        .await;
    assert_eq!(good(&active), json!({"active": false}));
}

#[tokio::test]
async fn refresh_tokens_end_and_keep_their_target() {
    let lab = Lab::new().await;
    let body = lab
        .sign_in(&[("scope", "payments:read offline_access")])
        .await;
    let refresh = body["refresh_token"].as_str().unwrap();
    let fields = [
        ("grant_type", "refresh_token"),
        ("client_id", "workbench"),
        ("refresh_token", refresh),
    ];
    let mut elsewhere = fields.to_vec();
    elsewhere.push(("audience", "accounts-api"));
    let words = refused(&lab.post("/token", &elsewhere).await, 400, "invalid_target");
    assert!(words.contains("payments-api"), "{words}");
    lab.later(8 * 3600);
    refused(&lab.post("/token", &fields).await, 400, "invalid_grant");
}

#[tokio::test]
async fn introspection_tells_authenticated_clients_what_a_token_says() {
    let lab = Lab::new().await;
    let subject = lab.user_token(&[]).await;
    let fields = [
        ("scope", "payments:read"),
        ("audience", "payments-api"),
        ("may_act", "researcher"),
    ];
    let token = token_of(&good(&lab.exchange("planner", &subject, &fields).await));
    let ask = async |token: &str| {
        let answer = lab
            .as_agent("researcher", "/introspect", &[("token", token)])
            .await;
        good(&answer)
    };
    let body = ask(&token).await;
    let claims = claims_of(&token);
    for name in [
        "iss",
        "sub",
        "aud",
        "client_id",
        "exp",
        "iat",
        "jti",
        "scope",
        "act",
        "may_act",
        "auth_time",
    ] {
        assert_eq!(body[name], claims[name], "{name}");
    }
    assert_eq!(
        (&body["active"], &body["username"]),
        (&json!(true), &json!("alice"))
    );

    let mut tampered = token.clone();
    tampered.truncate(tampered.len() - 4);
    let other = Lab::new().await;
    let foreign = other.user_token(&[]).await;
    for bad in [
        &tampered,
        &foreign,
        &"opaque".to_owned(),
        &lab.reforge(&token, &json!({"exp": START})),
    ] {
        assert_eq!(ask(bad).await, json!({"active": false}));
    }
    lab.later(301);
    assert_eq!(ask(&token).await, json!({"active": false}));

    let nobody = lab.post("/introspect", &[("token", &token)]).await;
    refused(&nobody, 401, "invalid_client");
    let public = lab
        .post(
            "/introspect",
            &[("token", &token), ("client_id", "workbench")],
        )
        .await;
    refused(&public, 400, "unauthorized_client");
    let without = lab.as_agent("planner", "/introspect", &[]).await;
    refused(&without, 400, "invalid_request");
}

#[tokio::test]
async fn a_client_revokes_its_own_tokens() {
    let lab = Lab::new().await;
    let token = lab.own_token("planner").await;
    let active = async |token: &str| {
        let answer = lab
            .as_agent("researcher", "/introspect", &[("token", token)])
            .await;
        good(&answer)["active"].clone()
    };
    let answer = lab
        .as_agent("researcher", "/revoke", &[("token", &token)])
        .await;
    let words = refused(&answer, 400, "unauthorized_client");
    assert!(words.contains("planner"), "{words}");
    assert_eq!(active(&token).await, true);
    good(
        &lab.as_agent("planner", "/revoke", &[("token", &token)])
            .await,
    );
    assert_eq!(active(&token).await, false);
    // RFC 7009 §2.2: an unknown token is no error.
    good(
        &lab.as_agent("planner", "/revoke", &[("token", "unknown")])
            .await,
    );
    good(
        &lab.as_agent(
            "planner",
            "/revoke",
            &[("token", &token), ("token_type_hint", "refresh_token")],
        )
        .await,
    );
    refused(
        &lab.post("/revoke", &[("token", &token)]).await,
        401,
        "invalid_client",
    );
    refused(
        &lab.as_agent("planner", "/revoke", &[]).await,
        400,
        "invalid_request",
    );

    let body = lab
        .sign_in(&[("scope", "accounts:read offline_access")])
        .await;
    let refresh = body["refresh_token"].as_str().unwrap();
    let answer = lab
        .as_agent("planner", "/revoke", &[("token", refresh)])
        .await;
    refused(&answer, 400, "unauthorized_client");
    good(
        &lab.post("/revoke", &[("token", refresh), ("client_id", "workbench")])
            .await,
    );
    assert_eq!(
        active(&token_of(&body)).await,
        false,
        "the grant's access tokens end with it"
    );
}
