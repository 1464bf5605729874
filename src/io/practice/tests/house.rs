//! What holds for every answer: metadata, keys, hosts, no CORS, start and stop.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::*;

/// Sends bytes as they are and gives the answer.
async fn raw(lab: &Lab, text: &str) -> String {
    let address = lab.issuer().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn metadata_stands_at_both_places_and_names_this_server() {
    let lab = Lab::new().await;
    let one = json_of(&lab.get("/.well-known/oauth-authorization-server").await);
    let two = json_of(&lab.get("/.well-known/openid-configuration").await);
    assert_eq!(one, two);
    assert_eq!(one["issuer"], lab.issuer());
    assert_eq!(one["code_challenge_methods_supported"], json!(["S256"]));
    assert_eq!(one["grant_types_supported"][3], exchange::GRANT_TYPE);
    let info = &lab.server.info;
    assert_eq!(Value::Object(info.metadata.document.clone()), one);
    for (member, typed) in [
        (
            "authorization_endpoint",
            &info.metadata.authorization_endpoint,
        ),
        ("token_endpoint", &info.metadata.token_endpoint),
        ("jwks_uri", &info.metadata.jwks_uri),
        (
            "introspection_endpoint",
            &info.metadata.introspection_endpoint,
        ),
        ("revocation_endpoint", &info.metadata.revocation_endpoint),
    ] {
        assert_eq!(one[member].as_str(), typed.as_deref(), "{member}");
        let url = Url::parse(one[member].as_str().unwrap()).unwrap();
        assert_ne!(
            lab.get(url.path()).await.status,
            404,
            "{member} leads nowhere"
        );
    }
}

#[tokio::test]
async fn published_keys_are_public_and_verify_tokens() {
    let lab = Lab::new().await;
    let jwks = json_of(&lab.get("/jwks").await);
    let key = &jwks["keys"][0];
    assert_eq!((&key["use"], &key["alg"]), (&json!("sig"), &json!("ES256")));
    assert!(key.get("d").is_none(), "the private part is published");
    let token = token_of(&lab.sign_in(&[]).await);
    assert_eq!(part(&token, true)["kid"], key["kid"]);
    let parts = Compact::split(&token).unwrap();
    crate::jose::crypto::verify(
        &Jwk(key.as_object().unwrap().clone()),
        &Alg::Es256,
        parts.signing_input().as_bytes(),
        &b64::decode(parts.signature).unwrap(),
    )
    .unwrap();
}

#[tokio::test]
async fn keys_and_secrets_are_fresh_at_each_start() {
    let (one, two) = (Lab::new().await, Lab::new().await);
    assert_ne!(one.shared.realm.jwks, two.shared.realm.jwks);
    assert_ne!(one.secret("reporter"), two.secret("reporter"));
    for client in ["planner", "researcher", "payments-agent"] {
        assert_ne!(one.key(client), two.key(client));
        assert!(one.key(client).is_private());
    }
    let debug = format!("{:?} {:?}", one.server.info, one.shared.realm);
    assert!(!debug.contains(&one.secret("reporter")));
    assert!(!debug.contains(one.key("planner").text("d").unwrap()));
    assert!(!debug.contains(one.shared.realm.key.text("d").unwrap()));
}

#[tokio::test]
async fn info_lists_resources_users_and_clients() {
    let lab = Lab::new().await;
    let info = &lab.server.info;
    assert_eq!(info.users, ["alice", "bob"]);
    let names: Vec<_> = info.resources.iter().map(|(n, _, _)| n.as_str()).collect();
    assert_eq!(names, ["accounts-api", "payments-api", "documents-api"]);
    assert_eq!(info.resources[1].2, ["payments:read", "payments:initiate"]);
    for (name, url, scopes) in &info.resources {
        let metadata = json_of(
            &lab.get(&format!(
                "/.well-known/oauth-protected-resource{}",
                url.path()
            ))
            .await,
        );
        assert_eq!(metadata["resource"], url.as_str(), "{name}");
        assert_eq!(metadata["scopes_supported"], json!(scopes));
    }
}

#[tokio::test]
async fn a_foreign_host_is_refused_in_words() {
    let lab = Lab::new().await;
    let own = lab.issuer().trim_start_matches("http://").to_owned();
    let port = own.split(':').nth(1).unwrap().to_owned();
    let ask = |target: &str, host: &str| {
        format!("GET {target} HTTP/1.1\r\n{host}Connection: close\r\n\r\n")
    };
    for host in [
        own.clone(),
        format!("localhost:{port}"),
        format!("[::1]:{port}"),
    ] {
        let answer = raw(&lab, &ask("/jwks", &format!("Host: {host}\r\n"))).await;
        assert!(answer.starts_with("HTTP/1.1 200"), "{host}: {answer}");
    }
    for host in [
        "evil.example".to_owned(),
        format!("evil.example:{port}"),
        format!("127.0.0.1.evil.example:{port}"),
        "127.0.0.1".to_owned(),
        "localhost:1".to_owned(),
    ] {
        let answer = raw(&lab, &ask("/jwks", &format!("Host: {host}\r\n"))).await;
        assert!(answer.starts_with("HTTP/1.1 421"), "{host}: {answer}");
        assert!(
            answer.contains("misdirected_request") && answer.contains(&own),
            "{answer}"
        );
        assert!(!answer.contains("\"keys\""), "{answer}");
    }
    let none = raw(&lab, "GET /jwks HTTP/1.0\r\n\r\n").await;
    assert!(none.starts_with("HTTP/1.0 421"), "{none}");
    let absolute = ask("http://evil.example/jwks", &format!("Host: {own}\r\n"));
    let absolute = raw(&lab, &absolute).await;
    assert!(absolute.starts_with("HTTP/1.1 421"), "{absolute}");
    let twice = format!("Host: {own}\r\nHost: evil.example\r\n");
    let twice = raw(&lab, &ask("/jwks", &twice)).await;
    assert!(!twice.starts_with("HTTP/1.1 200"), "{twice}");
}

#[tokio::test]
async fn no_answer_permits_another_origin() {
    let lab = Lab::new().await;
    let own = lab.issuer().trim_start_matches("http://").to_owned();
    for path in [
        "/.well-known/oauth-authorization-server",
        "/jwks",
        "/authorize",
        "/token",
        "/introspect",
        "/revoke",
        "/resources/accounts-api",
        "/nowhere",
    ] {
        for method in ["GET", "POST", "OPTIONS"] {
            let answer = raw(
                &lab,
                &format!(
                    "{method} {path} HTTP/1.1\r\nHost: {own}\r\nOrigin: https://evil.example\r\nAccess-Control-Request-Method: POST\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                ),
            )
            .await
            .to_lowercase();
            assert!(answer.starts_with("http/1.1 "), "{answer}");
            assert!(
                !answer.contains("access-control"),
                "{method} {path}: {answer}"
            );
            assert!(
                answer.contains("x-content-type-options: nosniff"),
                "{answer}"
            );
        }
    }
}

#[tokio::test]
async fn what_is_not_there_says_what_is() {
    let lab = Lab::new().await;
    let words = refused(&lab.get("/nowhere").await, 404, "not_found");
    assert!(words.contains("/resources/payments-api"), "{words}");
    refused(&lab.get("/resources/unknown-api").await, 404, "not_found");
    refused(&lab.get("/token").await, 405, "method_not_allowed");
    refused(&lab.post("/jwks", &[]).await, 405, "method_not_allowed");
}

#[tokio::test]
async fn a_port_in_use_and_an_unknown_fault_are_clear_errors() {
    let lab = Lab::new().await;
    let port = lab.url("/").port().unwrap();
    let error = start(port, Faults::NONE).await.err().unwrap();
    assert!(
        error.contains(&format!("port {port}")) && error.contains("in use"),
        "{error}"
    );
    let error = start(0, Faults::named(["act-lost"])).await.err().unwrap();
    assert!(
        error.contains("`act-lost`") && error.contains("act-flattened"),
        "{error}"
    );
}

#[tokio::test]
async fn a_dropped_server_frees_its_port() {
    let lab = Lab::new().await;
    let url = lab.url("/jwks");
    let port = url.port().unwrap();
    // A connection that is kept open must not keep the server alive.
    assert_eq!(lab.get("/jwks").await.status, 200);
    let Lab { server, http, .. } = lab;
    drop(server);
    let mut again = Err(String::new());
    for _ in 0..100 {
        again = start(port, Faults::NONE).await;
        if again.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let again = again.unwrap();
    again.stop().await;
    let request = HttpRequest {
        method: Method::Get,
        url,
        headers: vec![],
        body: Body::Empty,
    };
    let error = http.send(&request).await.unwrap_err();
    assert!(error.contains("no server listens there"), "{error}");
}

#[tokio::test]
async fn start_uses_the_systems_clock() {
    let server = start(0, Faults::NONE).await.unwrap();
    let lab = Lab::new().await;
    assert_ne!(server.info.issuer, lab.issuer());
    let request = HttpRequest {
        method: Method::Get,
        url: Url::parse(&format!("{}/jwks", server.info.issuer)).unwrap(),
        headers: vec![],
        body: Body::Empty,
    };
    assert_eq!(lab.http.send(&request).await.unwrap().status, 200);
}
