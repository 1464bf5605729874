//! OAuth without I/O: request bytes of the RFCs' examples, and what real servers answer.

use std::{collections::BTreeSet, sync::Arc};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use delegraph::{
    jose::{Alg, Jwks, crypto, jws::Compact},
    kit::{Env, rng::CountingRng, secret::Secret},
    oauth::{
        client_auth::{self, AuthMethod, Client, Credential},
        code::{self, AuthorizationRequest, Pkce},
        exchange::{Exchange, TypedToken},
        failure::{FailureKind, Place},
        grants,
        http::{Body, Request, Response},
        introspect::{self, Form},
        metadata::Metadata,
        token_response::{self, Asked, Scheme},
        token_type,
    },
    token::decode::decode,
};
use serde_json::{Value, json};
use url::Url;

pub fn env() -> Env {
    Env {
        now: "2026-11-23T12:00:00Z".parse().unwrap(),
        rng: Arc::new(CountingRng::default()),
    }
}

pub fn server(more: &Value) -> Metadata {
    let mut document = json!({
        "issuer": "https://as.example.com",
        "authorization_endpoint": "https://as.example.com/authorize?tenant=a",
        "token_endpoint": "https://as.example.com/as/token.oauth2",
        "introspection_endpoint": "https://as.example.com/introspect",
        "revocation_endpoint": "https://as.example.com/revoke",
    });
    for (name, value) in more.as_object().unwrap() {
        document[name] = value.clone();
    }
    Metadata::from_document(document.as_object().unwrap().clone())
}

fn body(request: &Request) -> String {
    request.body.encode().unwrap().1
}

pub fn answer(status: u16, content_type: &str, body: &str) -> Response {
    Response {
        status,
        headers: vec![("Content-Type".into(), content_type.into())],
        body: body.as_bytes().to_vec(),
        millis: 7,
    }
}

fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request
        .headers
        .iter()
        .find(|f| f.name == name)
        .map(|f| f.value.as_str())
}

/// A token with the claims of an example; the RFC publishes no keys, so the signature is a stand-in.
fn example(claims: &Value) -> String {
    let part = |value: &Value| delegraph::jose::b64::encode(value.to_string());
    format!(
        "{}.{}.c2ln",
        part(&json!({"alg": "ES256", "kid": "16"})),
        part(claims)
    )
}

#[test]
fn rfc_8693_section_2_3() {
    let resource = ["https://backend.example.com/api".to_owned()];
    let mut request = Exchange {
        subject: Some(TypedToken {
            token: "accVkjcJyb4BWCxGsndESCJQbdFMogUC5PbRDqceLTC",
            token_type: "access_token",
        }),
        resource: &resource,
        ..Exchange::default()
    }
    .request(&server(&json!({})))
    .unwrap();
    let client = Client {
        client_id: "rs08".into(),
        method: AuthMethod::ClientSecretBasic,
        credential: Credential::Secret(Secret::new("long-secure-random-secret")),
    };
    client_auth::apply(&client, &mut request, &server(&json!({})), &env()).unwrap();
    assert_eq!(
        request.url.as_str(),
        "https://as.example.com/as/token.oauth2"
    );
    assert_eq!(
        header(&request, "Authorization"),
        Some("Basic cnMwODpsb25nLXNlY3VyZS1yYW5kb20tc2VjcmV0")
    );
    let (content_type, text) = request.body.encode().unwrap();
    assert_eq!(content_type, "application/x-www-form-urlencoded");
    assert_eq!(
        text,
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange\
         &resource=https%3A%2F%2Fbackend.example.com%2Fapi\
         &subject_token=accVkjcJyb4BWCxGsndESCJQbdFMogUC5PbRDqceLTC\
         &subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aaccess_token"
    );
}

#[test]
fn rfc_8693_appendix_a_1() {
    let subject = example(&json!({
        "aud": "https://as.example.com", "iss": "https://original-issuer.example.net",
        "exp": 1_441_910_600, "nbf": 1_441_909_000, "sub": "bdc@example.net",
        "scope": "orders profile history"
    }));
    let audience = ["urn:example:cooperation-context".to_owned()];
    let request = Exchange {
        subject: Some(TypedToken {
            token: &subject,
            token_type: token_type::JWT,
        }),
        audience: &audience,
        ..Exchange::default()
    }
    .request(&server(&json!({})))
    .unwrap();
    assert_eq!(
        body(&request),
        format!(
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange\
             &audience=urn%3Aexample%3Acooperation-context\
             &subject_token={subject}\
             &subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Ajwt"
        )
    );
}

#[test]
fn rfc_8693_appendix_a_2() {
    let subject = example(&json!({
        "aud": "https://as.example.com", "iss": "https://original-issuer.example.net",
        "exp": 1_441_910_060, "scope": "status feed", "sub": "user@example.net",
        "may_act": {"sub": "admin@example.net"}
    }));
    let actor = example(&json!({
        "aud": "https://as.example.com", "iss": "https://original-issuer.example.net",
        "exp": 1_441_910_060, "sub": "admin@example.net"
    }));
    let audience = ["urn:example:cooperation-context".to_owned()];
    let request = Exchange {
        subject: Some(TypedToken {
            token: &subject,
            token_type: "jwt",
        }),
        actor: Some(TypedToken {
            token: &actor,
            token_type: "jwt",
        }),
        audience: &audience,
        ..Exchange::default()
    }
    .request(&server(&json!({})))
    .unwrap();
    assert_eq!(
        body(&request),
        format!(
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Atoken-exchange\
             &audience=urn%3Aexample%3Acooperation-context\
             &subject_token={subject}\
             &subject_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Ajwt\
             &actor_token={actor}\
             &actor_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Ajwt"
        )
    );
    // What appendix A.2 answers.
    let issued = token_response::read(
        &answer(
            200,
            "application/json",
            &json!({
                "access_token": example(&json!({"sub": "user@example.net"})),
                "issued_token_type": token_type::JWT,
                "token_type": "N_A",
                "expires_in": 3600
            })
            .to_string(),
        ),
        &asked(Place::Exchange, ""),
    )
    .unwrap();
    assert_eq!(issued.scheme, Scheme::NotApplicable);
    assert_eq!(issued.expires_in, Some(3600));
    assert_eq!(issued.notes, Vec::<String>::new());
}

#[test]
fn actor_fields_come_in_pairs_and_targets_repeat() {
    let audience = ["a".to_owned(), "b".to_owned()];
    let resource = [
        "https://x.example/1".to_owned(),
        "https://x.example/2".to_owned(),
    ];
    let scope = ["s1".to_owned(), "s2".to_owned()];
    let typed = |token| {
        Some(TypedToken {
            token,
            token_type: "access_token",
        })
    };
    let request = Exchange {
        subject: typed("S"),
        actor: typed(""),
        requested_token_type: Some("id_token"),
        audience: &audience,
        resource: &resource,
        scope: &scope,
        may_act: Some("planner"),
    }
    .request(&server(&json!({})))
    .unwrap();
    let Body::Form(fields) = &request.body else {
        panic!("a form");
    };
    let all = |name: &str| -> Vec<&str> {
        fields
            .iter()
            .filter(|f| f.name == name)
            .map(|f| f.value.as_str())
            .collect()
    };
    assert_eq!(all("audience"), ["a", "b"]);
    assert_eq!(all("resource"), resource);
    assert_eq!(all("scope"), ["s1 s2"]);
    assert_eq!(all("requested_token_type"), [token_type::ID_TOKEN]);
    assert_eq!(all("may_act"), ["planner"]);
    assert!(all("actor_token").is_empty() && all("actor_token_type").is_empty());
    assert!(Exchange::default().request(&server(&json!({}))).is_err());
    assert!(!format!("{request:?}").contains("subject_token: S"));
}

#[test]
fn client_authentication_by_every_method() {
    let new = || grants::client_credentials(&server(&json!({})), &["a".into()], &[], &[]).unwrap();
    let client = |method, credential| Client {
        client_id: "s6 BhdR:k%t3+".into(),
        method,
        credential,
    };
    let secret = || Credential::Secret(Secret::new("p:a ss%&+ü"));

    // RFC 6749 §2.3.1: form-encoded before they are joined.
    let mut request = new();
    let basic = client(AuthMethod::ClientSecretBasic, secret());
    client_auth::apply(&basic, &mut request, &server(&json!({})), &env()).unwrap();
    let sent = header(&request, "Authorization").unwrap();
    let pair = STANDARD
        .decode(sent.strip_prefix("Basic ").unwrap())
        .unwrap();
    assert_eq!(
        String::from_utf8(pair).unwrap(),
        "s6+BhdR%3Ak%25t3%2B:p%3Aa+ss%25%26%2B%C3%BC"
    );
    assert!(request.field("client_secret").is_none() && request.field("client_id").is_none());
    assert!(!format!("{request:?}").contains(sent) && !request.curl().contains(sent));

    let mut request = new();
    let post = client(AuthMethod::ClientSecretPost, secret());
    client_auth::apply(&post, &mut request, &server(&json!({})), &env()).unwrap();
    assert!(header(&request, "Authorization").is_none());
    assert!(
        body(&request)
            .ends_with("&client_id=s6+BhdR%3Ak%25t3%2B&client_secret=p%3Aa+ss%25%26%2B%C3%BC")
    );
    assert!(!format!("{request:?} {}", request.curl()).contains("p:a ss"));

    let mut request = new();
    let public = client(AuthMethod::None, Credential::None);
    client_auth::apply(&public, &mut request, &server(&json!({})), &env()).unwrap();
    assert_eq!(request.field("client_id").unwrap().value, "s6 BhdR:k%t3+");

    for alg in [Alg::Es256, Alg::EdDsa, Alg::Es384] {
        let key = crypto::generate(&alg, Some("k1")).unwrap();
        let public = key.public().unwrap();
        let mut request = new();
        let by_key = client(AuthMethod::PrivateKeyJwt, Credential::Key(key));
        client_auth::apply(&by_key, &mut request, &server(&json!({})), &env()).unwrap();
        let assertion = request.field("client_assertion").unwrap().value.clone();
        let parts = Compact::split(&assertion).unwrap();
        let signature = delegraph::jose::b64::decode(parts.signature).unwrap();
        crypto::verify(&public, &alg, parts.signing_input().as_bytes(), &signature).unwrap();
        let token = decode(&assertion);
        assert_eq!(token.header_text("kid"), Some("k1"));
        assert_eq!(token.claim("aud"), Some(&json!("https://as.example.com")));
        assert_eq!(token.claim_text("iss"), token.claim_text("sub"));
        let number = |name: &str| token.claim(name).unwrap().as_i64().unwrap();
        assert_eq!(number("exp") - number("iat"), 60);
        assert!(token.claim_text("jti").unwrap().len() >= 20);
        assert_eq!(
            request.field("client_assertion_type").unwrap().value,
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        );
        assert!(!format!("{request:?} {}", request.curl()).contains(&assertion));
    }
}

#[test]
fn what_keeps_a_client_from_authenticating_is_said_in_words() {
    let secret = || Credential::Secret(Secret::new("x"));
    let key = |alg| Credential::Key(crypto::generate(alg, None).unwrap());
    let announces = |methods: &[&str]| json!({"token_endpoint_auth_methods_supported": methods});
    let cases = [
        (
            AuthMethod::ClientSecretBasic,
            Credential::None,
            json!({}),
            "has no secret",
        ),
        (
            AuthMethod::ClientSecretPost,
            key(&Alg::Es256),
            json!({}),
            "has no secret",
        ),
        (
            AuthMethod::PrivateKeyJwt,
            secret(),
            json!({}),
            "has no private key",
        ),
        (
            AuthMethod::PrivateKeyJwt,
            key(&Alg::Hs256),
            json!({}),
            "asymmetric",
        ),
        (
            AuthMethod::ClientSecretBasic,
            secret(),
            announces(&["private_key_jwt"]),
            "announces only private_key_jwt",
        ),
        (
            AuthMethod::PrivateKeyJwt,
            key(&Alg::Es256),
            json!({"token_endpoint_auth_signing_alg_values_supported": ["PS256"]}),
            "announces only PS256",
        ),
        (
            AuthMethod::PrivateKeyJwt,
            Credential::Key(
                crypto::generate(&Alg::Es256, None)
                    .unwrap()
                    .public()
                    .unwrap(),
            ),
            json!({}),
            "no private part",
        ),
    ];
    for (method, credential, metadata, words) in cases {
        let client = Client {
            client_id: "c".into(),
            method,
            credential,
        };
        let server = server(&metadata);
        let mut request = grants::client_credentials(&server, &[], &[], &[]).unwrap();
        let error = client_auth::apply(&client, &mut request, &server, &env()).unwrap_err();
        assert!(error.contains(words), "{error}");
    }
    // A public client is tried even where `none` is not announced.
    let server = server(&announces(&["client_secret_basic"]));
    let mut request = grants::client_credentials(&server, &[], &[], &[]).unwrap();
    let client = Client {
        client_id: "c".into(),
        method: AuthMethod::None,
        credential: Credential::None,
    };
    client_auth::apply(&client, &mut request, &server, &env()).unwrap();
}

#[test]
fn authorization_request_and_pkce() {
    // RFC 7636 appendix B.
    let pkce = Pkce::of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    assert_eq!(
        pkce.challenge,
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    );
    let fresh = Pkce::new(env().rng.as_ref());
    assert_eq!(fresh.verifier.expose().len(), 43);

    let scope = ["a:b".to_owned(), "c".to_owned()];
    let audience = ["api".to_owned()];
    let url = AuthorizationRequest {
        client_id: "workbench",
        redirect_uri: Some("http://127.0.0.1/callback"),
        state: "st",
        challenge: &pkce.challenge,
        scope: &scope,
        audience: &audience,
        resource: &[],
        login_hint: Some("alice"),
        may_act: Some("planner"),
    }
    .url(&server(&json!({})))
    .unwrap();
    assert_eq!(
        url.as_str(),
        "https://as.example.com/authorize?tenant=a&response_type=code&client_id=workbench\
         &redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback&scope=a%3Ab+c&state=st\
         &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256\
         &audience=api&login_hint=alice&may_act=planner"
    );

    let request = code::token_request(
        &server(&json!({})),
        &Secret::new("SplxlOBeZQQYbYS6WxSbIA"),
        "http://127.0.0.1/callback",
        &pkce,
        &[],
    )
    .unwrap();
    assert_eq!(
        body(&request),
        "grant_type=authorization_code&code=SplxlOBeZQQYbYS6WxSbIA\
         &redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback\
         &code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    );
    assert!(!format!("{request:?}").contains("dBjft"));
}

#[test]
fn refresh_and_revocation_requests() {
    let server = server(&json!({}));
    let request = grants::refresh(&server, "tGzv3JOkF0XG5Qx2TlKWIA", &["a".into()], &[]).unwrap();
    assert_eq!(
        body(&request),
        "grant_type=refresh_token&refresh_token=tGzv3JOkF0XG5Qx2TlKWIA&scope=a"
    );
    // RFC 7009 §2.1.
    let request = introspect::revocation(&server, "45ghiukldjahdnhzdauz", "refresh_token").unwrap();
    assert_eq!(
        body(&request),
        "token=45ghiukldjahdnhzdauz&token_type_hint=refresh_token"
    );
    let request = introspect::introspection(&server, "mF_9.B5f-4.1JqM").unwrap();
    assert_eq!(
        body(&request),
        "token=mF_9.B5f-4.1JqM&token_type_hint=access_token"
    );
    assert!(introspect::read_revocation(&answer(200, "", "")).is_ok());
    let refused = introspect::read_revocation(&answer(
        400,
        "application/json",
        r#"{"error":"unsupported_token_type"}"#,
    ))
    .unwrap_err();
    assert!(refused.expected.contains("RFC 7009 §2.2.1"));
}

#[test]
fn redirects_are_checked_before_a_code_is_taken() {
    let uri: Url = "http://127.0.0.1:4000/callback".parse().unwrap();
    let read = |query: &str, metadata: Value| {
        let received: Url = format!("http://127.0.0.1:4000/callback?{query}")
            .parse()
            .unwrap();
        code::read_redirect(&received, &uri, "st", &server(&metadata))
    };
    let announced = json!({"authorization_response_iss_parameter_supported": true});
    assert_eq!(read("code=c1&state=st", json!({})).unwrap().expose(), "c1");
    let good = "code=c1&state=st&iss=https%3A%2F%2Fas.example.com";
    assert_eq!(read(good, announced.clone()).unwrap().expose(), "c1");

    for (query, metadata, words) in [
        ("code=c1&state=other", json!({}), "another `state`"),
        ("code=c1", json!({}), "no `state`"),
        ("code=c1&code=c2&state=st", json!({}), "twice"),
        (
            "code=c1&state=st&iss=https%3A%2F%2Fevil.example",
            json!({}),
            "not from",
        ),
        (
            "code=c1&state=st&iss=https%3A%2F%2Fas.example.com%2F",
            json!({}),
            "not from",
        ),
        ("code=c1&state=st", announced, "no `iss`"),
        ("state=st", json!({}), "neither a code nor an error"),
        ("state=st&response=eyJ", json!({}), "JARM"),
        (
            "error=access_denied&state=evil",
            json!({}),
            "another `state`",
        ),
    ] {
        let failure = read(query, metadata).unwrap_err();
        assert!(failure.said.contains(words), "{query}: {failure:?}");
        assert!(failure.expected.contains("RFC "), "{failure:?}");
    }
    let denied = read(
        "error=access_denied&error_description=no%E2%80%AE&state=st",
        json!({}),
    );
    let denied = denied.unwrap_err();
    assert_eq!(denied.code.as_deref(), Some("access_denied"));
    assert_eq!(denied.said, "access_denied: no\\u{202e}");
    let elsewhere: Url = "https://as.example.com/login?code=c1&state=st"
        .parse()
        .unwrap();
    let failure = code::read_redirect(&elsewhere, &uri, "st", &server(&json!({}))).unwrap_err();
    assert!(failure.said.contains("as.example.com/login"), "{failure:?}");
}

fn asked(place: Place, scope: &str) -> Asked {
    Asked {
        place,
        scope: scope.split_whitespace().map(str::to_owned).collect(),
        requested_token_type: None,
    }
}

const GOOD: &str = r#""issued_token_type":"urn:ietf:params:oauth:token-type:access_token""#;

#[test]
fn answers_that_depart_from_the_rfc_and_can_be_used() {
    let json = "application/json";
    let cases: [(&str, String, &[&str]); 12] = [
        (
            json,
            format!(r#"{{"access_token":"t","token_type":"Bearer",{GOOD}}}"#),
            &[],
        ),
        (
            json,
            format!(r#"{{"access_token":"t","token_type":"bearer",{GOOD},"scope":"a"}}"#),
            &[],
        ),
        (
            "application/json; charset=utf-8",
            format!(r#"{{"access_token":"t","token_type":"DPoP",{GOOD}}}"#),
            &[],
        ),
        (
            json,
            r#"{"access_token":"t","token_type":"Bearer"}"#.into(),
            &["`issued_token_type` is missing"],
        ),
        (
            json,
            format!(r#"{{"access_token":"t","token_type":"access_token",{GOOD}}}"#),
            &["taken as Bearer"],
        ),
        (
            json,
            format!(r#"{{"access_token":"t",{GOOD}}}"#),
            &["`token_type` is missing"],
        ),
        (
            json,
            format!(r#"{{"access_token":"t","token_type":"Bearer",{GOOD},"scope":["a"]}}"#),
            &["`scope` is a list"],
        ),
        (
            json,
            format!(r#"{{"access_token":"t","token_type":"Bearer",{GOOD},"scope":"a b"}}"#),
            &["more scope than was asked for: b"],
        ),
        (
            json,
            format!(r#"{{"access_token":"t","token_type":"Bearer",{GOOD},"scope":""}}"#),
            &["narrowed the scope: a not granted"],
        ),
        (
            "text/plain",
            format!(r#"{{"access_token":"t","token_type":"Bearer",{GOOD},"expires_in":"60"}}"#),
            &["says to be `text/plain`", "`expires_in` is a string"],
        ),
        (
            json,
            format!(r#"{{"access_token":"t","token_type":"Bearer",{GOOD},"refresh_token":"r"}}"#),
            &["a refresh token came as well"],
        ),
        (
            json,
            format!(
                "\u{feff}{{\"access_token\":\"t\",\"access_token\":\"t\",\"token_type\":\"Bearer\",{GOOD}}}"
            ),
            &["occur twice"],
        ),
    ];
    for (content_type, text, notes) in cases {
        let issued = token_response::read(
            &answer(200, content_type, &text),
            &asked(Place::Exchange, "a"),
        )
        .unwrap_or_else(|e| panic!("{text}: {e:?}"));
        assert_eq!(&*issued.token, "t");
        assert_eq!(issued.token_type_uri, token_type::ACCESS_TOKEN);
        assert_eq!(
            issued.notes.len(),
            notes.len(),
            "{text}: {:?}",
            issued.notes
        );
        for (note, words) in issued.notes.iter().zip(notes) {
            assert!(note.contains(words), "{note}");
        }
        assert!(!format!("{issued:?}").contains("\"t\""));
    }
    // Another type than was requested is what the server says it is.
    let mut wanted = asked(Place::Exchange, "");
    wanted.requested_token_type = Some(token_type::JWT.into());
    let text = format!(r#"{{"access_token":"t","token_type":"Bearer",{GOOD}}}"#);
    let issued = token_response::read(&answer(200, json, &text), &wanted).unwrap();
    assert!(issued.notes[0].contains("though"), "{:?}", issued.notes);
    // A plain grant has no `issued_token_type`, and none is missed.
    let text = r#"{"access_token":"t","token_type":"Bearer","scope":"a"}"#;
    let issued = token_response::read(&answer(200, json, text), &asked(Place::Code, "a")).unwrap();
    assert_eq!(issued.notes, Vec::<String>::new());
    assert_eq!(issued.scope, Some(BTreeSet::from(["a".to_owned()])));
}

#[test]
fn refusals_as_real_servers_send_them() {
    let json = "application/json";
    // status, content type, body; what is said, what was expected
    let cases = [
        (
            401,
            json,
            r#"{"error":"invalid_client","error_description":"client authentication failed"}"#,
            "401 invalid_client: client authentication failed",
            "RFC 6749 §5.2",
        ),
        (
            400,
            json,
            r#"{"error":"invalid_request","error_description":"Actor token not supported"}"#,
            "400 invalid_request: Actor token not supported",
            "RFC 8693 §2.2.2",
        ),
        (
            400,
            json,
            r#"{"error":"invalid_target","error_description":"Unknown audience"}"#,
            "400 invalid_target: Unknown audience",
            "RFC 8707 §2",
        ),
        (
            400,
            json,
            r#"{"error":"invalid_request","error_description":"exactly one resource parameter is required"}"#,
            "exactly one resource",
            "RFC 8693 §2.2.2",
        ),
        (
            400,
            json,
            r#"{"error":"invalid_grant"}"#,
            "400 invalid_grant",
            "asks for `invalid_request`",
        ),
        (
            400,
            json,
            r#"{"error":"unsupported_token_type"}"#,
            "400 unsupported_token_type",
            "asks for `invalid_request`",
        ),
        (
            400,
            json,
            r#"{"error":"use_dpop_nonce","error_description":"x"}"#,
            "use_dpop_nonce",
            "RFC 9449 §8",
        ),
        (
            400,
            json,
            r#"{"error":"invalid_dpop_proof","error_description":"DPoP proof htu mismatch"}"#,
            "htu mismatch",
            "RFC 9449",
        ),
        (
            400,
            json,
            r#"{"error":"scope_invalid"}"#,
            "scope_invalid",
            "a code of this server's own",
        ),
        (
            400,
            json,
            r#"{"error":"invalid_scope"}"#,
            "invalid_scope",
            "RFC 6749 §5.2",
        ),
        (
            403,
            json,
            r#"{"error":"access_denied"}"#,
            "403 access_denied",
            "server's own",
        ),
        (
            400,
            "text/html",
            r#"{"error":"unauthorized_client"}"#,
            "unauthorized_client",
            "may not use this grant",
        ),
        (
            200,
            json,
            r#"{"error":"invalid_target"}"#,
            "200 invalid_target",
            "not for a success",
        ),
        (400, "", "", "400 and an empty body", "RFC 6749 §5.2"),
        (403, "", " \n", "403 and an empty body", "RFC 6749 §5.2"),
        (
            502,
            "text/html",
            "<html><head><title>Bad\n Gateway</title></head>",
            "502 and an HTML page titled “Bad Gateway”",
            "RFC 6749 §5.2",
        ),
        (
            200,
            "text/html",
            "<!DOCTYPE html><title>Log in</title>",
            "titled “Log in”",
            "RFC 6749 §5.1",
        ),
        (
            200,
            json,
            "access_token=hush&token_type=bearer",
            "no JSON, with the word “token” in it",
            "RFC 6749 §5.1",
        ),
        (200, json, "[1]", "no object", "RFC 6749 §5.1"),
        (
            200,
            json,
            r#"{"id_token":"hush","token_type":"Bearer"}"#,
            "it has `id_token`, `token_type`",
            "RFC 6749 §5.1",
        ),
        (
            200,
            json,
            r#"{"access_token":"","x\u202e":1}"#,
            "`x\\u{202e}`",
            "RFC 6749 §5.1",
        ),
        (
            200,
            json,
            r#"{"access_token":{"hush":1}}"#,
            "without `access_token`",
            "RFC 6749 §5.1",
        ),
        (
            400,
            json,
            r#"{"code":7}"#,
            "without `error`",
            "RFC 6749 §5.2",
        ),
        (500, json, "oops", "“oops”", "RFC 6749 §5.2"),
        (429, "", "", "429 and an empty body", "RFC 6749 §5.2"),
    ];
    for (status, content_type, text, said, expected) in cases {
        let failure = token_response::read(
            &answer(status, content_type, text),
            &asked(Place::Exchange, "a"),
        )
        .unwrap_err();
        assert_eq!(failure.kind, FailureKind::Refused);
        assert!(failure.said.contains(said), "{text}: {}", failure.said);
        assert!(
            failure.expected.contains(expected),
            "{text}: {}",
            failure.expected
        );
        assert!(!failure.try_this.is_empty(), "{text}");
        assert!(!failure.line().contains("hush"), "{}", failure.line());
    }
    let mut moved = answer(302, "", "");
    moved
        .headers
        .push(("Location".into(), "https://login.example/\u{7}".into()));
    let failure = token_response::read(&moved, &asked(Place::Exchange, "")).unwrap_err();
    assert!(
        failure
            .said
            .contains("redirect to https://login.example/\\u{7}"),
        "{failure:?}"
    );
    // The same code at another place means something else.
    let invalid_grant = answer(400, json, r#"{"error":"invalid_grant"}"#);
    let code = token_response::read(&invalid_grant, &asked(Place::Code, "")).unwrap_err();
    assert!(code.expected.contains("PKCE"), "{code:?}");
    assert_eq!(code.code.as_deref(), Some("invalid_grant"));
}

#[test]
fn hostile_answers_end_in_words() {
    let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
    let long = format!(
        r#"{{"error":"{}","error_description":"{}"}}"#,
        "x".repeat(100_000),
        "\\u202e".repeat(50_000)
    );
    let wide = format!(
        "{{{}}}",
        (0..50_000)
            .map(|n| format!("\"m{n}\":1"))
            .collect::<Vec<_>>()
            .join(",")
    );
    let title = format!("<html><title>{}", "t".repeat(1_000_000));
    for text in [deep, long, wide, title] {
        let failure = token_response::read(&answer(400, "x", &text), &asked(Place::Exchange, ""))
            .unwrap_err();
        assert!(failure.line().len() < 2_000, "{}", failure.line().len());
        assert!(!failure.line().contains('\u{202e}'));
    }
    let mut bytes = answer(200, "application/json", "");
    bytes.body = vec![0xff; 1000];
    let failure = token_response::read(&bytes, &asked(Place::Exchange, "")).unwrap_err();
    assert!(failure.said.contains("no text"), "{failure:?}");
}

#[test]
fn introspection_in_its_forms() {
    let signed = |claims: &Value| example(claims);
    let nested =
        signed(&json!({"iss": "x", "token_introspection": {"active": true, "sub": "alice"}}));
    let flat = signed(&json!({"active": true, "sub": "alice"}));
    let with_jwt = json!({"active": true, "sub": "alice", "jwt": flat}).to_string();
    let media = "application/token-introspection+jwt";
    for (content_type, text, form, notes) in [
        (
            "application/json",
            r#"{"active":true,"sub":"alice"}"#.to_owned(),
            Form::Json,
            0,
        ),
        (
            "application/json",
            r#"{"active":"true","sub":"alice"}"#.to_owned(),
            Form::Json,
            1,
        ),
        (media, nested.clone(), Form::SignedNested, 0),
        ("application/jwt", nested, Form::SignedNested, 1),
        (media, flat, Form::SignedFlat, 1),
        ("application/json", with_jwt, Form::JsonWithJwt, 0),
    ] {
        let found = introspect::read_introspection(&answer(200, content_type, &text)).unwrap();
        assert!(found.active, "{text}");
        assert_eq!(found.form, form);
        assert_eq!(found.members["sub"], "alice");
        assert_eq!(found.notes.len(), notes, "{:?}", found.notes);
    }
    let dead =
        introspect::read_introspection(&answer(200, "application/json", r#"{"active":false}"#));
    assert!(!dead.unwrap().active);
    for (status, text, said) in [
        (401, "", "401 and an empty body"),
        (200, "<html>", "HTML"),
        (200, "{}", "no `active`"),
        (200, "eyJhbGciOiJub25lIn0.e30.", "tells nothing"),
        (200, "ey...", "tells nothing"),
    ] {
        let failure = introspect::read_introspection(&answer(status, "", text)).unwrap_err();
        assert!(failure.said.contains(said), "{text}: {failure:?}");
    }
}

#[test]
fn key_sets_as_servers_publish_them() {
    let set =
        Jwks::parse(br#"{"keys":[{"kty":"EC","kid":"a"},"x",{"kty":"new"}],"more":1}"#).unwrap();
    assert_eq!(set.keys.len(), 2);
    assert_eq!(set.keys[0].kid(), Some("a"));
    for (text, words) in [
        ("<html>", "web page"),
        ("{", "line 1"),
        ("[]", "object"),
        ("{}", "has `keys`"),
        (r#"{"keys":{}}"#, "no list"),
        (r#"{"kty":"EC"}"#, "one JWK"),
    ] {
        let error = Jwks::parse(text.as_bytes()).unwrap_err().to_string();
        assert!(error.contains(words), "{text}: {error}");
    }
}
