//! The fourteen points of the exchange, one by one.

use super::*;

#[tokio::test]
async fn a_good_exchange_is_answered_as_rfc_8693_says() {
    let lab = Lab::new().await;
    let subject = lab.user_token(&[("may_act", "planner")]).await;
    let actor = lab.own_token("planner").await;
    lab.later(10);
    let answer = lab
        .exchange(
            "planner",
            &subject,
            &[
                ("actor_token", &actor),
                ("actor_token_type", token_type::ACCESS_TOKEN),
                ("scope", "payments:read"),
                ("audience", "payments-api"),
                ("may_act", "researcher"),
            ],
        )
        .await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let mut body = good(&answer);
    let token = token_of(&body);
    body.as_object_mut().unwrap().remove("access_token");
    assert_eq!(
        body,
        json!({
            "issued_token_type": token_type::ACCESS_TOKEN,
            "token_type": "Bearer",
            "expires_in": 290,
            "scope": "payments:read",
        })
    );
    assert_eq!(part(&token, true)["typ"], "at+jwt");
    let mut claims = claims_of(&token);
    let jti = claims.remove("jti").unwrap();
    assert_ne!(jti, claims_of(&subject)["jti"]);
    let iss = lab.issuer();
    assert_eq!(
        Value::Object(claims),
        json!({
            "iss": iss, "sub": "alice", "aud": "payments-api", "client_id": "planner",
            "exp": START + 300, "iat": START + 10, "scope": "payments:read", "auth_time": START,
            "act": {"iss": iss, "sub": "planner"},
            "may_act": {"iss": iss, "sub": "researcher"},
        })
    );
    // RFC 8693 §2.1: the input is not used up.
    good(
        &lab.exchange(
            "planner",
            &subject,
            &[
                ("actor_token", &actor),
                ("actor_token_type", token_type::JWT),
            ],
        )
        .await,
    );
}

#[tokio::test]
async fn point_1_actor_fields_come_in_pairs() {
    let lab = Lab::new().await;
    let subject = lab.user_token(&[]).await;
    let actor = lab.own_token("planner").await;
    let only_token = lab
        .exchange("planner", &subject, &[("actor_token", &actor)])
        .await;
    let words = refused(&only_token, 400, "invalid_request");
    assert!(words.contains("without actor_token_type"), "{words}");
    let only_type = [("actor_token_type", token_type::ACCESS_TOKEN)];
    let only_type = lab.exchange("planner", &subject, &only_type).await;
    let words = refused(&only_type, 400, "invalid_request");
    assert!(words.contains("without actor_token;"), "{words}");
    for missing in ["subject_token", "subject_token_type"] {
        let answer = lab.exchange("planner", &subject, &[(missing, "")]).await;
        assert!(refused(&answer, 400, "invalid_request").contains(missing));
    }
}

#[tokio::test]
async fn point_2_token_types_are_known() {
    let lab = Lab::new().await;
    let subject = lab.user_token(&[]).await;
    let actor = lab.own_token("planner").await;
    for parameter in [
        "subject_token_type",
        "actor_token_type",
        "requested_token_type",
    ] {
        for (kind, says) in [
            ("access_token", "no token type URI"),
            ("urn:example:unknown", "no token type URI"),
            (token_type::REFRESH_TOKEN, "neither takes nor issues"),
            (token_type::ID_TOKEN, "neither takes nor issues"),
            (token_type::SAML2, "neither takes nor issues"),
        ] {
            let mut extra = vec![(parameter, kind)];
            if parameter == "actor_token_type" {
                extra.push(("actor_token", &actor));
            }
            let words = refused(
                &lab.exchange("planner", &subject, &extra).await,
                400,
                "invalid_request",
            );
            assert!(
                words.contains(says) && words.contains(parameter),
                "{kind}: {words}"
            );
        }
    }
    good(
        &lab.exchange(
            "planner",
            &subject,
            &[("subject_token_type", token_type::JWT)],
        )
        .await,
    );
}

#[tokio::test]
async fn point_3_input_tokens_are_verified() {
    let lab = Lab::new().await;
    let other = Lab::new().await;
    let subject = lab.user_token(&[]).await;
    let tampered = {
        let mut claims = claims_of(&subject);
        claims.insert("sub".into(), "bob".into());
        let parts = Compact::split(&subject).unwrap();
        let payload = b64::encode(Value::Object(claims).to_string());
        format!("{}.{payload}.{}", parts.header, parts.signature)
    };
    let parts = Compact::split(&subject).unwrap();
    let unsigned = format!(
        "{}.{}.",
        b64::encode(br#"{"alg":"none","typ":"at+jwt"}"#),
        parts.payload
    );
    let hmac = format!(
        "{}.{}.{}",
        b64::encode(br#"{"alg":"HS256","typ":"at+jwt"}"#),
        parts.payload,
        parts.signature
    );
    let twice = {
        let payload = b64::encode(br#"{"sub":"alice","sub":"bob"}"#);
        format!("{}.{payload}.{}", parts.header, parts.signature)
    };
    let deep = {
        let payload = format!("{{\"act\":{}1{}}}", "[".repeat(10_000), "]".repeat(10_000));
        format!(
            "{}.{}.{}",
            parts.header,
            b64::encode(payload),
            parts.signature
        )
    };
    for (token, says) in [
        (tampered, "signature"),
        (unsigned, "alg: found `none`"),
        (hmac, "alg: found `HS256`"),
        (twice, "twice"),
        (deep, "recursion"),
        (format!("{}.{}", parts.header, parts.payload), "form"),
        (format!("{}.{}.", parts.header, parts.payload), "signature"),
        (other.user_token(&[]).await, "kid"),
        ("opaque".to_owned(), "form"),
        ("a".repeat(1_000_000), "form"),
        (
            format!(
                "{}.{}.{}",
                parts.header,
                "e".repeat(1_000_000),
                parts.signature
            ),
            "payload",
        ),
        (
            lab.reforge(&subject, &json!({"iss": "https://as.example"})),
            "iss",
        ),
        (lab.reforge(&subject, &json!({"exp": START})), "exp"),
        (lab.reforge(&subject, &json!({"exp": null})), "exp"),
        (lab.reforge(&subject, &json!({"exp": "1900000000"})), "exp"),
        (lab.reforge(&subject, &json!({"nbf": START + 60})), "nbf"),
        (
            lab.reforge(&subject, &json!({"aud": "https://other.example"})),
            "neither this server",
        ),
        (lab.reforge(&subject, &json!({"aud": null})), "aud"),
        (lab.reforge(&subject, &json!({"sub": null})), "sub"),
        (lab.reforge(&subject, &json!({"jti": 7})), "jti"),
        (
            lab.forge(&json!({"typ": "JWT"}), &Value::Object(claims_of(&subject))),
            "typ: found `JWT`",
        ),
        (
            lab.forge(
                &json!({"typ": "at+jwt", "crit": ["x"], "x": 1}),
                &Value::Object(claims_of(&subject)),
            ),
            "crit",
        ),
        (
            format!(
                "{}.{}.{}",
                parts.header,
                b64::encode("[1]"),
                parts.signature
            ),
            "not an object",
        ),
    ] {
        let words = refused(
            &lab.exchange("planner", &token, &[]).await,
            400,
            "invalid_request",
        );
        assert!(words.contains(says), "{says}: {words}");
        assert!(words.contains("subject_token"), "{words}");
        let actor = [
            ("actor_token", token.as_str()),
            ("actor_token_type", token_type::ACCESS_TOKEN),
        ];
        let words = refused(
            &lab.exchange("planner", &subject, &actor).await,
            400,
            "invalid_request",
        );
        assert!(words.contains("actor_token is"), "{says}: {words}");
    }
    lab.later(300);
    let words = refused(
        &lab.exchange("planner", &subject, &[]).await,
        400,
        "invalid_request",
    );
    assert!(words.contains("0 s ago"), "{words}");
}

#[tokio::test]
async fn point_3_a_revoked_token_is_refused() {
    let lab = Lab::new().await;
    let subject = lab.user_token(&[]).await;
    let token = token_of(&good(&lab.exchange("planner", &subject, &[]).await));
    good(
        &lab.post(
            "/revoke",
            &[("token", &subject), ("client_id", "workbench")],
        )
        .await,
    );
    let words = refused(
        &lab.exchange("planner", &subject, &[]).await,
        400,
        "invalid_request",
    );
    assert!(words.contains("revoked"), "{words}");
    // RFC 8693 §2.1 makes no lasting link: what was exchanged before still holds.
    good(&lab.exchange("researcher", &token, &[]).await);
}

#[tokio::test]
async fn point_4_nobody_delegates_to_themselves() {
    let lab = Lab::new().await;
    let own = lab.own_token("planner").await;
    let words = refused(
        &lab.exchange("planner", &own, &[]).await,
        400,
        "invalid_request",
    );
    assert!(words.contains("its own actor"), "{words}");
    let actor = [
        ("actor_token", own.as_str()),
        ("actor_token_type", token_type::ACCESS_TOKEN),
    ];
    refused(
        &lab.exchange("planner", &own, &actor).await,
        400,
        "invalid_request",
    );
}

#[tokio::test]
async fn an_actor_token_is_the_clients_own() {
    let lab = Lab::new().await;
    let subject = lab.user_token(&[]).await;
    let delegated = token_of(&good(&lab.exchange("planner", &subject, &[]).await));
    for (actor, says) in [
        (lab.own_token("researcher").await, "`researcher`"),
        (lab.user_token(&[("login_hint", "bob")]).await, "`bob`"),
        (delegated, "act claim"),
    ] {
        let extra = [
            ("actor_token", actor.as_str()),
            ("actor_token_type", token_type::ACCESS_TOKEN),
        ];
        let words = refused(
            &lab.exchange("planner", &subject, &extra).await,
            400,
            "invalid_request",
        );
        assert!(words.contains(says), "{words}");
    }
}

#[tokio::test]
async fn point_5_may_act_names_the_actor() {
    let lab = Lab::new().await;
    let subject = lab.user_token(&[("may_act", "planner")]).await;
    let words = refused(
        &lab.exchange("researcher", &subject, &[]).await,
        400,
        "invalid_request",
    );
    assert!(
        words.contains("`planner`") && words.contains("researcher asked"),
        "{words}"
    );
    let body = good(&lab.exchange("planner", &subject, &[]).await);
    assert!(claim(&body, "may_act").is_null(), "it is used up");
    for (may_act, accepted) in [
        (json!({"sub": "planner"}), true),
        (json!({"iss": lab.issuer(), "sub": "planner"}), true),
        (
            json!({"iss": "https://as.example", "sub": "planner"}),
            false,
        ),
        (json!({"sub": "Planner"}), false),
        (json!({"iss": lab.issuer()}), false),
        (json!("planner"), false),
        (json!([{"sub": "planner"}]), false),
    ] {
        let subject = lab.reforge(&subject, &json!({"may_act": may_act}));
        let answer = lab.exchange("planner", &subject, &[]).await;
        if accepted {
            good(&answer);
        } else {
            refused(&answer, 400, "invalid_request");
        }
    }
    let unknown = lab
        .exchange("planner", &subject, &[("may_act", "mallory")])
        .await;
    assert!(refused(&unknown, 400, "invalid_request").contains("`mallory`"));
}

#[tokio::test]
async fn point_6_scope_is_narrowed_never_widened() {
    let lab = Lab::new().await;
    let subject = lab
        .user_token(&[("scope", "payments:read accounts:read profile")])
        .await;
    for (scope, audience, granted) in [
        ("payments:read", "payments-api", "payments:read"),
        ("", "payments-api", "payments:read profile"),
        (
            "payments:read payments:read",
            "payments-api",
            "payments:read",
        ),
        ("", "researcher", "accounts:read payments:read profile"),
        ("accounts:read", "", "accounts:read"),
    ] {
        let body = good(
            &lab.exchange(
                "planner",
                &subject,
                &[("scope", scope), ("audience", audience)],
            )
            .await,
        );
        assert_eq!(
            (&body["scope"], &claim(&body, "scope")),
            (&json!(granted), &json!(granted))
        );
    }
    for (scope, audience, says) in [
        (
            "payments:initiate",
            "payments-api",
            "narrows and never widens",
        ),
        (
            "payments:read payments:initiate",
            "researcher",
            "`payments:initiate`",
        ),
        ("accounts:read", "payments-api", "belongs to accounts-api"),
        ("Payments:read", "payments-api", "no scope of this server"),
        ("offline_access", "", "no refresh token"),
    ] {
        let answer = lab
            .exchange(
                "planner",
                &subject,
                &[("scope", scope), ("audience", audience)],
            )
            .await;
        let words = refused(&answer, 400, "invalid_scope");
        assert!(words.contains(says), "{scope}: {words}");
    }
    let narrow = lab.user_token(&[("scope", "accounts:read")]).await;
    let words = refused(
        &lab.exchange("planner", &narrow, &[("audience", "payments-api")])
            .await,
        400,
        "invalid_scope",
    );
    assert!(words.contains("nothing is left"), "{words}");
}

#[tokio::test]
async fn point_7_the_target_is_known_and_allowed() {
    let lab = Lab::new().await;
    let subject = lab.user_token(&[]).await;
    let url = format!("{}/resources/payments-api", lab.issuer());
    for (extra, aud) in [
        (vec![], "planner"),
        (vec![("audience", "payments-api")], "payments-api"),
        (vec![("resource", url.as_str())], url.as_str()),
        (
            vec![("audience", "payments-api"), ("resource", url.as_str())],
            "payments-api",
        ),
        (vec![("audience", lab.issuer())], lab.issuer()),
        (vec![("audience", "reporter")], "reporter"),
    ] {
        let body = good(&lab.exchange("planner", &subject, &extra).await);
        assert_eq!(claim(&body, "aud"), aud, "{extra:?}");
    }
    for (extra, says) in [
        (vec![("audience", "nowhere-api")], "`nowhere-api`"),
        (vec![("audience", "Payments-api")], "`Payments-api`"),
        (
            vec![("resource", "https://evil.example/api")],
            "evil.example",
        ),
        (vec![("resource", "payments-api")], "absolute URI"),
        (
            vec![("audience", "payments-api"), ("audience", "accounts-api")],
            "one target at a time",
        ),
        (
            vec![("audience", "accounts-api"), ("resource", url.as_str())],
            "one target at a time",
        ),
    ] {
        let words = refused(
            &lab.exchange("planner", &subject, &extra).await,
            400,
            "invalid_target",
        );
        assert!(words.contains(says), "{extra:?}: {words}");
    }
    let subject = lab.user_token(&[("audience", "payments-agent")]).await;
    let answer = lab
        .exchange("payments-agent", &subject, &[("audience", "documents-api")])
        .await;
    let words = refused(&answer, 400, "invalid_target");
    assert!(words.contains("may not act at documents-api"), "{words}");
}

#[tokio::test]
async fn point_8_nothing_outlives_what_it_came_from() {
    let lab = Lab::new().await;
    let actor = lab.own_token("planner").await;
    let actor_fields = [
        ("actor_token", actor.as_str()),
        ("actor_token_type", token_type::ACCESS_TOKEN),
    ];
    lab.later(200);
    let subject = lab.user_token(&[]).await;
    for (later, with_actor, expires_in) in [(50, false, 250), (0, true, 250), (200, true, 50)] {
        lab.later(later);
        let extra: &[_] = if with_actor { &actor_fields } else { &[] };
        let body = good(&lab.exchange("planner", &subject, extra).await);
        assert_eq!(body["expires_in"], expires_in);
        assert_eq!(claim(&body, "exp"), lab.now() + expires_in);
    }
    // The actor's end comes first; then the server's own limit.
    let long = lab.reforge(&subject, &json!({"exp": lab.now() + 9000}));
    let body = good(&lab.exchange("planner", &long, &actor_fields).await);
    assert_eq!(body["expires_in"], 150);
    let body = good(&lab.exchange("planner", &long, &[]).await);
    assert_eq!(body["expires_in"], 300);
}

#[tokio::test]
async fn point_9_act_nests_and_keeps_what_is_inside() {
    let lab = Lab::new().await;
    let iss = lab.issuer().to_owned();
    let subject = lab.user_token(&[]).await;
    let first = token_of(&good(&lab.exchange("planner", &subject, &[]).await));
    let second = token_of(&good(&lab.exchange("researcher", &first, &[]).await));
    let third = token_of(&good(&lab.exchange("payments-agent", &second, &[]).await));
    let party = |sub: &str| json!({"iss": iss, "sub": sub});
    let mut one = party("planner");
    assert_eq!(claims_of(&first)["act"], one);
    let mut two = party("researcher");
    two["act"] = one.clone();
    assert_eq!(claims_of(&second)["act"], two);
    let mut three = party("payments-agent");
    three["act"] = two.clone();
    assert_eq!(claims_of(&third)["act"], three);
    assert_eq!(
        (&claims_of(&third)["sub"], &claims_of(&third)["client_id"]),
        (&json!("alice"), &json!("payments-agent"))
    );

    // Members that this server would not write stay as they are.
    one["extra"] = json!({"nested": [1, 2]});
    one["exp"] = json!(1);
    let odd = lab.reforge(&first, &json!({"act": one}));
    let body = good(&lab.exchange("researcher", &odd, &[]).await);
    assert_eq!(claim(&body, "act")["act"], one);

    // The current actor exchanges again: nobody hands over to itself.
    let again = good(&lab.exchange("researcher", &second, &[]).await);
    assert_eq!(claim(&again, "act"), two);
    // An agent that acted earlier and comes back is named twice: that did happen.
    let back = good(&lab.exchange("planner", &second, &[]).await);
    assert_eq!(
        claim(&back, "act"),
        json!({"iss": iss, "sub": "planner", "act": two})
    );
}

#[tokio::test]
async fn point_10_the_chain_has_a_limit() {
    let lab = Lab::new().await;
    let mut token = lab.user_token(&[]).await;
    for hop in 0..realm::MAX_ACTORS {
        let client = ["planner", "researcher"][hop % 2];
        token = token_of(&good(&lab.exchange(client, &token, &[]).await));
    }
    let words = refused(
        &lab.exchange("researcher", &token, &[]).await,
        400,
        "invalid_request",
    );
    assert!(words.contains("6 actors") && words.contains('5'), "{words}");
    let mut act = json!({"sub": "x"});
    for _ in 0..100 {
        act = json!({"sub": "x", "act": act});
    }
    let deep = lab.reforge(&token, &json!({"act": act}));
    refused(
        &lab.exchange("researcher", &deep, &[]).await,
        400,
        "invalid_request",
    );
}

#[tokio::test]
async fn point_12_a_jwt_is_no_access_token() {
    let lab = Lab::new().await;
    let subject = lab.user_token(&[]).await;
    let extra = [
        ("requested_token_type", token_type::JWT),
        ("audience", "payments-api"),
    ];
    let body = good(&lab.exchange("planner", &subject, &extra).await);
    assert_eq!(
        (&body["issued_token_type"], &body["token_type"]),
        (&json!(token_type::JWT), &json!("N_A"))
    );
    let token = token_of(&body);
    assert_eq!(part(&token, true)["typ"], "JWT");
    assert_eq!(
        lab.call("/resources/payments-api", &token).await.status,
        401
    );
    refused(
        &lab.exchange("researcher", &token, &[]).await,
        400,
        "invalid_request",
    );
    good(
        &lab.exchange(
            "researcher",
            &token,
            &[("subject_token_type", token_type::JWT)],
        )
        .await,
    );
    let extra = [("requested_token_type", token_type::ACCESS_TOKEN)];
    let body = good(&lab.exchange("planner", &subject, &extra).await);
    assert_eq!(body["token_type"], "Bearer");
}

#[tokio::test]
async fn point_13_an_exchange_gives_no_refresh_token() {
    let lab = Lab::new().await;
    let extra = [
        ("scope", "payments:read offline_access"),
        ("audience", "planner"),
    ];
    let body = lab.sign_in(&extra).await;
    assert!(body["refresh_token"].is_string());
    let body = good(&lab.exchange("planner", &token_of(&body), &[]).await);
    assert!(body.get("refresh_token").is_none());
}

#[tokio::test]
async fn point_14_inputs_and_output_are_logged_without_tokens() {
    let lab = Lab::new().await;
    let subject = lab.user_token(&[]).await;
    let actor = lab.own_token("planner").await;
    let ground = exchange::Ground {
        key: None,
        realm: &lab.shared.realm,
        faults: &Faults::NONE,
        now: START,
        revoked: &|_| false,
        jti: "issued-1".into(),
    };
    let fields = format!(
        "subject_token={subject}&subject_token_type={0}&actor_token={actor}&actor_token_type={0}",
        token_type::ACCESS_TOKEN
    );
    let form = Form::read(fields.as_bytes()).unwrap();
    let ask = exchange::ExchangeRequest::read(&form, &lab.shared.realm).unwrap();
    let planner = realm::agent("planner").unwrap();
    let decision = exchange::decide(&ask, planner, &ground).unwrap();
    assert_eq!(
        decision.record(),
        format!(
            "exchanged by planner: subject token {}, actor token {}, issued issued-1",
            claims_of(&subject)["jti"].as_str().unwrap(),
            claims_of(&actor)["jti"].as_str().unwrap()
        )
    );
}
