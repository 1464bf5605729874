//! Whatever comes in: an answer or a closed connection, never a panic, and the server lives on.

use proptest::{arbitrary::any, prelude::*};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::*;

fn keys() -> &'static Realm {
    static REALM: std::sync::LazyLock<Realm> = std::sync::LazyLock::new(|| {
        Realm::new("http://127.0.0.1:1".into(), &Faults::NONE, &SystemRng)
            .unwrap()
            .0
    });
    &REALM
}

/// JSON of any shape, a few levels deep.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        let name = prop_oneof![
            Just("act".to_owned()),
            Just("sub".to_owned()),
            Just("iss".to_owned()),
            "[a-z]{0,4}",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_text_as_a_token_has_a_flaw(text in ".{0,200}", dots in "[A-Za-z0-9_-]{0,40}\\.[A-Za-z0-9_-]{0,40}\\.[A-Za-z0-9_-]{0,40}") {
        for token in [text, dots] {
            let seen = issued::see(&token, &[issued::ACCESS_TOKEN], keys(), &Faults::NONE, START, &|_| false);
            prop_assert!(!seen.verified && !seen.flaws.is_empty());
        }
    }

    #[test]
    fn claims_of_any_shape_signed_by_this_server_never_panic(
        claim in prop_oneof![
            Just("act"), Just("may_act"), Just("aud"), Just("exp"), Just("iat"), Just("nbf"),
            Just("scope"), Just("sub"), Just("jti"), Just("client_id"), Just("auth_time"),
        ],
        value in any_json(),
    ) {
        let realm = keys();
        let mut claims = json!({
            "iss": realm.issuer, "sub": "alice", "aud": "planner", "client_id": "workbench",
            "exp": START + 60, "iat": START, "jti": "j", "scope": "accounts:read",
        });
        claims[claim] = value;
        let token = signed(&json!({"typ": "at+jwt"}), &claims, &realm.key);
        let fields = format!(
            "subject_token={token}&subject_token_type={}",
            token_type::ACCESS_TOKEN
        );
        let form = Form::read(fields.as_bytes()).unwrap();
        let ask = exchange::Ask::read(&form, realm).unwrap();
        let ground = exchange::Ground {
            key: None,
            realm,
            faults: &Faults::NONE,
            now: START,
            revoked: &|_| false,
            jti: "k".into(),
        };
        let planner = realm::agent("planner").unwrap();
        if let Ok(decision) = exchange::decide(&ask, planner, &ground) {
            // Whatever was in it: the result is no wider, no longer, and names who acts.
            prop_assert_eq!(&decision.scope, "accounts:read");
            prop_assert!(decision.expires_in <= 300 && decision.expires_in > 0);
            prop_assert_eq!(&decision.claims["act"]["sub"], "planner");
        }
    }

    #[test]
    fn any_form_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(form) = Form::read(&bytes) {
            let _ = exchange::Ask::read(&form, keys());
            let _ = target::plan(keys(), &form, &[]);
        }
    }
}

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
