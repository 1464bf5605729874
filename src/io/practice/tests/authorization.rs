//! The authorization endpoint and the code it gives.

use super::*;

#[tokio::test]
async fn a_login_hint_signs_in_at_once() {
    let lab = Lab::new().await;
    let answer = lab.authorize(&[]).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert!(
        answer
            .header("location")
            .unwrap()
            .starts_with(&format!("{CALLBACK}?code="))
    );
    let back = returned(&answer);
    assert_eq!(
        (&back["state"], &back["iss"]),
        (&json!("s1"), &json!(lab.issuer()))
    );
    let body = good(&lab.redeem(back["code"].as_str().unwrap(), &[]).await);
    assert_eq!(body["token_type"], "Bearer");
    assert_eq!(
        (&body["scope"], &body["expires_in"]),
        (&json!("profile"), &json!(300))
    );
    assert!(body.get("refresh_token").is_none());
}

#[tokio::test]
async fn access_tokens_follow_rfc_9068() {
    let lab = Lab::new().await;
    let body = lab
        .sign_in(&[
            ("scope", "payments:read payments:initiate"),
            ("login_hint", "bob"),
            ("may_act", "planner"),
        ])
        .await;
    let token = token_of(&body);
    assert_eq!(part(&token, true)["typ"], "at+jwt");
    assert_eq!(part(&token, true)["alg"], "ES256");
    let mut claims = claims_of(&token);
    assert_eq!(claims.remove("jti").unwrap().as_str().unwrap().len(), 22);
    assert_eq!(
        Value::Object(claims),
        json!({
            "iss": lab.issuer(), "sub": "bob", "aud": "payments-api", "client_id": "workbench",
            "exp": START + 300, "iat": START, "scope": "payments:initiate payments:read",
            "auth_time": START, "may_act": {"iss": lab.issuer(), "sub": "planner"},
        })
    );
}

#[tokio::test]
async fn any_loopback_port_can_be_returned_to() {
    let lab = Lab::new().await;
    for uri in ["http://127.0.0.1/callback", "http://[::1]:40000/callback"] {
        let back = lab.authorize(&[("redirect_uri", uri)]).await;
        assert!(
            back.header("location").unwrap().starts_with(uri),
            "{back:?}"
        );
        let code = returned(&back)["code"].as_str().unwrap().to_owned();
        good(&lab.redeem(&code, &[("redirect_uri", uri)]).await);
    }
}

#[tokio::test]
async fn without_a_hint_a_page_offers_the_users() {
    let lab = Lab::new().await;
    let answer = lab
        .authorize(&[
            ("login_hint", ""),
            ("scope", "payments:read"),
            ("may_act", "planner"),
        ])
        .await;
    let html = String::from_utf8(answer.body.clone()).unwrap();
    assert_eq!(answer.status, 200);
    assert!(
        answer
            .header("content-type")
            .unwrap()
            .starts_with("text/html")
    );
    let policy = answer.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
    assert!(html.contains("payments:read") && html.contains("planner, and no other agent"));
    for user in ["alice", "bob"] {
        let link = html
            .split("href=\"")
            .find(|part| part.contains(&format!("login_hint={user}\"")))
            .and_then(|part| part.split('"').next())
            .unwrap()
            .replace("&amp;", "&");
        let code = returned(&lab.get(&link).await)["code"]
            .as_str()
            .unwrap()
            .to_owned();
        let body = good(&lab.redeem(&code, &[]).await);
        assert_eq!(claim(&body, "sub"), user);
    }
    let deny = html
        .split("href=\"")
        .find(|part| part.contains("deny=1\""))
        .and_then(|part| part.split('"').next())
        .unwrap()
        .replace("&amp;", "&");
    let back = returned(&lab.get(&deny).await);
    assert_eq!(
        (&back["error"], &back["state"]),
        (&json!("access_denied"), &json!("s1"))
    );
}

#[tokio::test]
async fn a_hint_that_is_no_user_becomes_text_not_markup() {
    let lab = Lab::new().await;
    let answer = lab
        .authorize(&[("login_hint", "<script>\u{202e}"), ("state", "\"><script>")])
        .await;
    let html = String::from_utf8(answer.body).unwrap();
    assert!(!html.contains("<script"), "{html}");
    assert!(html.contains("&lt;script&gt;\\u{202e}"), "{html}");
}

#[tokio::test]
async fn nothing_is_sent_to_an_unknown_place() {
    let lab = Lab::new().await;
    for (extra, says) in [
        (("client_id", ""), "client_id"),
        (("client_id", "nobody"), "`nobody`"),
        (("redirect_uri", ""), "redirect_uri"),
        (
            ("redirect_uri", "https://evil.example/callback"),
            "evil.example",
        ),
        (("redirect_uri", "http://localhost:7/callback"), "127.0.0.1"),
        (("redirect_uri", "http://127.0.0.1:7/other"), "/callback"),
    ] {
        let words = refused(&lab.authorize(&[extra]).await, 400, "invalid_request");
        assert!(words.contains(says), "{extra:?}: {words}");
    }
    let answer = lab.authorize(&[("client_id", "planner")]).await;
    refused(&answer, 400, "unauthorized_client");
    let twice = lab
        .get("/authorize?client_id=workbench&client_id=workbench")
        .await;
    refused(&twice, 400, "invalid_request");
    let html = vec![Field::plain("accept", "text/html")];
    let page = lab
        .send(
            Method::Get,
            "/authorize?client_id=%3Cb%3E",
            html,
            Body::Empty,
        )
        .await;
    assert_eq!((page.status, page.header("location")), (400, None));
    let text = String::from_utf8(page.body).unwrap();
    assert!(
        text.contains("&lt;b&gt;") && !text.contains("<b>"),
        "{text}"
    );
}

#[tokio::test]
async fn other_refusals_go_back_with_state_and_issuer() {
    let lab = Lab::new().await;
    for (extra, code, says) in [
        (
            vec![("response_type", "token")],
            "unsupported_response_type",
            "`token`",
        ),
        (
            vec![("response_type", "")],
            "invalid_request",
            "response_type",
        ),
        (
            vec![("response_mode", "form_post")],
            "invalid_request",
            "response_mode",
        ),
        (vec![("request", "eyJ")], "invalid_request", "request"),
        (vec![("code_challenge", "")], "invalid_request", "PKCE"),
        (
            vec![("code_challenge_method", "")],
            "invalid_request",
            "plain",
        ),
        (
            vec![("code_challenge_method", "plain")],
            "invalid_request",
            "S256",
        ),
        (vec![("code_challenge", "short")], "invalid_request", "43"),
        (
            vec![("scope", "payments:steal")],
            "invalid_scope",
            "`payments:steal`",
        ),
        (
            vec![("scope", "payments:read"), ("audience", "accounts-api")],
            "invalid_scope",
            "payments-api",
        ),
        (
            vec![("scope", "payments:read accounts:read")],
            "invalid_scope",
            "accounts-api and payments-api",
        ),
        (
            vec![("audience", "nowhere-api")],
            "invalid_target",
            "`nowhere-api`",
        ),
        (
            vec![("audience", "accounts-api"), ("audience", "payments-api")],
            "invalid_target",
            "one target",
        ),
        (
            vec![("resource", "accounts-api")],
            "invalid_target",
            "absolute URI",
        ),
        (
            vec![("resource", "https://evil.example/#x")],
            "invalid_target",
            "fragment",
        ),
        (vec![("may_act", "alice")], "invalid_request", "no agent"),
        (
            vec![("scope", "profile"), ("scope", "profile")],
            "invalid_request",
            "more than once",
        ),
    ] {
        let back = returned(&lab.authorize(&extra).await);
        assert_eq!(back["error"], code, "{extra:?}: {back:?}");
        let words = back["error_description"].as_str().unwrap();
        assert!(words.contains(says), "{extra:?}: {words}");
        assert_eq!(
            (&back["state"], &back["iss"]),
            (&json!("s1"), &json!(lab.issuer()))
        );
        assert!(!back.contains_key("code"));
    }
}

#[tokio::test]
async fn the_target_is_what_was_asked_or_what_the_scopes_say() {
    let lab = Lab::new().await;
    let url = format!("{}/resources/payments-api", lab.issuer());
    let slash = format!("{url}/");
    for (extra, aud) in [
        (vec![], lab.issuer()),
        (vec![("scope", "accounts:read profile")], "accounts-api"),
        (
            vec![("scope", "payments:read"), ("resource", url.as_str())],
            url.as_str(),
        ),
        (
            vec![
                ("scope", "payments:read accounts:read"),
                ("audience", lab.issuer()),
            ],
            lab.issuer(),
        ),
        (
            vec![
                ("scope", "payments:read accounts:read"),
                ("audience", "planner"),
            ],
            "planner",
        ),
    ] {
        let body = lab.sign_in(&extra).await;
        assert_eq!(claim(&body, "aud"), aud, "{extra:?}");
    }
    let near = returned(&lab.authorize(&[("resource", &slash)]).await);
    let words = near["error_description"].as_str().unwrap();
    assert!(words.contains("without the slash"), "{words}");
}

#[tokio::test]
async fn a_code_is_bound_to_verifier_redirect_and_client() {
    let lab = Lab::new().await;
    let code = lab.code(&[]).await;
    let long = "a".repeat(129);
    let wrong = "a".repeat(43);
    for (extra, error, says) in [
        (("code_verifier", ""), "invalid_request", "code_verifier"),
        (("code_verifier", "short"), "invalid_request", "43 to 128"),
        (
            ("code_verifier", long.as_str()),
            "invalid_request",
            "43 to 128",
        ),
        (
            ("code_verifier", wrong.as_str()),
            "invalid_grant",
            "code_challenge",
        ),
        (("redirect_uri", ""), "invalid_request", "redirect_uri"),
        (
            ("redirect_uri", "http://127.0.0.1:8/callback"),
            "invalid_grant",
            "redirect_uri",
        ),
        (("code", "made-up"), "invalid_grant", "unknown"),
        (("code", ""), "invalid_request", "code"),
    ] {
        let words = refused(&lab.redeem(&code, &[extra]).await, 400, error);
        assert!(words.contains(says), "{extra:?}: {words}");
    }
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    let other = lab.as_agent("planner", "/token", &fields).await;
    refused(&other, 400, "unauthorized_client");
    good(&lab.redeem(&code, &[]).await);
}

#[tokio::test]
async fn a_code_expires() {
    let lab = Lab::new().await;
    let code = lab.code(&[]).await;
    lab.later(59);
    let other = lab.code(&[]).await;
    lab.later(1);
    let words = refused(&lab.redeem(&code, &[]).await, 400, "invalid_grant");
    assert!(
        words.contains("expired 0 s ago") && words.contains("60 s"),
        "{words}"
    );
    good(&lab.redeem(&other, &[]).await);
}

#[tokio::test]
async fn a_code_used_twice_revokes_what_came_of_it() {
    let lab = Lab::new().await;
    let code = lab.code(&[("scope", "accounts:read offline_access")]).await;
    let body = good(&lab.redeem(&code, &[]).await);
    let token = token_of(&body);
    assert_eq!(
        lab.call("/resources/accounts-api", &token).await.status,
        200
    );
    let words = refused(&lab.redeem(&code, &[]).await, 400, "invalid_grant");
    assert!(words.contains("revoked"), "{words}");
    assert_eq!(
        lab.call("/resources/accounts-api", &token).await.status,
        401
    );
    let refresh = [
        ("grant_type", "refresh_token"),
        ("client_id", "workbench"),
        ("refresh_token", body["refresh_token"].as_str().unwrap()),
    ];
    refused(&lab.post("/token", &refresh).await, 400, "invalid_grant");
}
