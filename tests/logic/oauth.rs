//! OAuth without I/O: request bytes of the RFCs' examples, and what real servers answer.
#![allow(clippy::unwrap_used)] // also in what tests share

mod answers;
mod dpop;

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use delegraph::{
    jose::{Alg, crypto, jws::Compact},
    kit::{Env, rng::CountingRng, secret::Secret},
    oauth::{
        client_auth::{self, AuthMethod, Client, Credential},
        code::{self, AuthorizationRequest, Pkce},
        exchange::{Exchange, TypedToken},
        failure::RefusalPlace,
        grants,
        http::{Body, Request, Response},
        introspect,
        metadata::Metadata,
        token_response::{self, Scheme},
        token_type,
    },
    token::decode::decode,
};
use serde_json::{Value, json};
use url::Url;

use answers::asked;

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
        assertion_audience: delegraph::oauth::client_auth::AssertionAudience::Issuer,
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
        &asked(RefusalPlace::Exchange, ""),
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
        assertion_audience: delegraph::oauth::client_auth::AssertionAudience::Issuer,
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
            assertion_audience: delegraph::oauth::client_auth::AssertionAudience::Issuer,
            client_id: "c".into(),
            method,
            credential,
        };
        let server = server(&metadata);
        let mut request = grants::client_credentials(&server, &[], &[], &[]).unwrap();
        let error = client_auth::apply(&client, &mut request, &server, &env()).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
    }
    // A public client is tried even where `none` is not announced.
    let server = server(&announces(&["client_secret_basic"]));
    let mut request = grants::client_credentials(&server, &[], &[], &[]).unwrap();
    let client = Client {
        assertion_audience: delegraph::oauth::client_auth::AssertionAudience::Issuer,
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
        dpop_jkt: Some("jkt-1"),
    }
    .url(&server(&json!({})))
    .unwrap();
    assert_eq!(
        url.as_str(),
        "https://as.example.com/authorize?tenant=a&response_type=code&client_id=workbench\
         &redirect_uri=http%3A%2F%2F127.0.0.1%2Fcallback&scope=a%3Ab+c&state=st\
         &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256\
         &audience=api&login_hint=alice&may_act=planner&dpop_jkt=jkt-1"
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
