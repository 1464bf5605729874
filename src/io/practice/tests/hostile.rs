//! Whatever comes in: an answer or a closed connection, never a panic, and the server lives on.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::*;

#[tokio::test]
async fn bytes_that_are_no_request_do_not_stop_the_server() {
    let lab = Lab::new().await;
    let address = lab.issuer().trim_start_matches("http://").to_owned();
    let huge = format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(1_000_000)).into_bytes();
    let many = "X: y\r\n".repeat(10_000);
    let many = format!("GET / HTTP/1.1\r\nHost: {address}\r\n{many}\r\n").into_bytes();
    let cut = format!("POST /token HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\ngrant").into_bytes();
    let length = format!("POST /token HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 99999999999\r\n\r\n").into_bytes();
    for bytes in [
        b"\x16\x03\x01\x02\x00".to_vec(),
        b"\r\n\r\n\0\0\0".to_vec(),
        huge,
        many,
        cut,
        length,
    ] {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        let _ = stream.write_all(&bytes).await;
        let _ = stream.shutdown().await;
        let mut answer = Vec::new();
        let read = stream.read_to_end(&mut answer);
        let _ = tokio::time::timeout(Duration::from_secs(5), read)
            .await
            .unwrap();
        let answer = String::from_utf8_lossy(&answer);
        assert!(!answer.starts_with("HTTP/1.1 2"), "{answer}");
    }
    assert_eq!(lab.get("/jwks").await.status, 200);
}

#[tokio::test]
async fn a_code_redeemed_at_the_same_time_gives_one_token_at_most() {
    let lab = Lab::new().await;
    let code = lab.code(&[]).await;
    let (a, b, c) = tokio::join!(
        lab.redeem(&code, &[]),
        lab.redeem(&code, &[]),
        lab.redeem(&code, &[])
    );
    let mut statuses = [a.status, b.status, c.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400, 400]);
}

#[tokio::test]
async fn an_assertion_sent_at_the_same_time_holds_once() {
    let lab = Lab::new().await;
    let assertion = lab.assertion("planner");
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", assertion.as_str()),
    ];
    let (a, b) = tokio::join!(lab.post("/token", &fields), lab.post("/token", &fields));
    assert_eq!(a.status.min(b.status), 200);
    assert_eq!(a.status.max(b.status), 401);
}
