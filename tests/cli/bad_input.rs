//! What must neither crash, hang nor exhaust memory.

use std::time::{Duration, Instant};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as B64};

use crate::harness::{Place, delegated};

#[test]
#[allow(clippy::disallowed_methods)] // measures the program from outside
fn a_hundred_megabytes_of_text_are_searched() {
    let place = Place::new();
    place.key("key.jwk", "ES256");
    let token = place.sign("key.jwk", &delegated());
    let line =
        "2026-03-01T12:00:00Z INFO request served in 12 ms path=/a.b.c user=- eyJ not.a.token\n";
    let mut text = line.repeat(100 * 1024 * 1024 / line.len());
    text.push_str(&format!("Authorization: Bearer {token}\n"));
    let lines = text.lines().count();
    place.write("big.log", text);
    let began = Instant::now();
    let document = place.json(0, &["decode", "big.log"]);
    let found: Vec<_> = document["tokens"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|t| t["claims"]["sub"] == "alice")
        .collect();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["source"]["line"], lines);
    assert!(
        began.elapsed() < Duration::from_secs(100),
        "{:?}",
        began.elapsed()
    );
}

#[test]
fn a_token_of_a_megabyte_is_decoded_and_verified() {
    let place = Place::new();
    place.key("key.jwk", "ES256");
    let mut claims = delegated();
    claims["padding"] = "x".repeat(1024 * 1024).into();
    let token = place.sign("key.jwk", &claims);
    assert!(token.len() > 1024 * 1024);
    place.write("big.jwt", token);
    let at = crate::harness::NOW;
    let document = place.json(0, &["verify", "--key", "key.jwk", "--at", at, "big.jwt"]);
    assert_eq!(
        document["payload"]["padding"].as_str().unwrap().len(),
        1024 * 1024
    );
    let ran = place.run(&["decode", "big.jwt"]);
    assert_eq!(ran.status, 0);
    assert!(
        ran.out.len() < 10_000,
        "{} bytes on a terminal",
        ran.out.len()
    );
}

#[test]
fn ten_thousand_levels_are_refused_not_overflowed() {
    let place = Place::new();
    let deep = format!(
        "{}{}",
        "{\"act\":".repeat(10_000),
        "1".to_owned() + &"}".repeat(10_000)
    );
    let token = format!(
        "{}.{}.c2ln",
        B64.encode(r#"{"alg":"ES256"}"#),
        B64.encode(&deep)
    );
    for arguments in [&["decode"][..], &["lint"], &["graph", "--format", "json"]] {
        let ran = place.run_with(token.clone(), arguments);
        assert!(ran.status <= 3, "{arguments:?}");
        assert!(!ran.err.contains("panicked"), "{}", ran.err);
    }
    let document = place.json_with(token, 0, &["decode"]);
    assert!(
        !document["tokens"][0]["problems"]
            .as_array()
            .unwrap()
            .is_empty(),
        "{document:#}"
    );
    place.key("key.jwk", "ES256");
    let ran = place.run_with(deep, &["sign", "--key", "key.jwk"]);
    assert_eq!(ran.status, 3);
    assert!(ran.err.contains("recursion"), "{}", ran.err);
    let brackets = "[".repeat(10_000);
    for arguments in [
        &["decode"][..],
        &["keys", "thumbprint"],
        &["chain", "run", "-"],
    ] {
        let ran = place.run_with(brackets.clone(), arguments);
        assert!((1..=3).contains(&ran.status), "{arguments:?}: {}", ran.out);
        assert!(!ran.err.contains("panicked"), "{arguments:?}: {}", ran.err);
    }
}

#[test]
fn bytes_that_are_not_text_are_said_and_searched_nonetheless() {
    let place = Place::new();
    place.key("key.jwk", "ES256");
    let token = place.sign("key.jwk", &delegated());
    let mut bytes = b"\xff\xfe\x00binary\n".to_vec();
    bytes.extend_from_slice(format!("Authorization: Bearer {token}\n").as_bytes());
    place.write("log.bin", bytes);
    let ran = place.run(&["--json", "decode", "log.bin"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(ran.err.contains("not UTF-8 at byte 0"), "{}", ran.err);
    let document: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(document["tokens"][0]["source"]["line"], 2);
}

#[test]
fn bits_and_pieces_never_crash_a_command() {
    let place = Place::new();
    place.key("key.jwk", "ES256");
    let token = place.sign("key.jwk", &delegated());
    let header = B64.encode(r#"{"alg":"ES256"}"#);
    let cases: Vec<Vec<u8>> = vec![
        b"".to_vec(),
        b".".to_vec(),
        b"..".to_vec(),
        b"....".to_vec(),
        b"\0\0\0".to_vec(),
        b"eyJ".to_vec(),
        b"eyJhbGciOiJub25lIn0".to_vec(),
        b"{}".to_vec(),
        b"null".to_vec(),
        br#"{"payload":"","signatures":[]}"#.to_vec(),
        br#"{"payload":1,"protected":[],"signature":{}}"#.to_vec(),
        format!("{header}..").into_bytes(),
        format!("{header}.bnVsbA.").into_bytes(),
        format!("{header}.W10.AAAA").into_bytes(),
        format!(
            "{header}.{}.AA",
            B64.encode(r#"{"act":[],"aud":{},"scope":1,"exp":"x","cnf":7}"#)
        )
        .into_bytes(),
        format!(
            "{header}.{}.AA",
            B64.encode(r#"{"exp":9e999,"iat":-1e300,"nbf":99999999999999999999}"#)
        )
        .into_bytes(),
        format!(
            "{header}.{}.AA",
            B64.encode(r#"{"exp":-9223372036854775808,"iat":9223372036854775807}"#)
        )
        .into_bytes(),
        token.as_bytes()[..token.len() / 2].to_vec(),
        format!("\"{}\n {}\"", &token[..40], &token[40..]).into_bytes(),
        "ｅｙＪ．ｅｙＪ．ｘ".as_bytes().to_vec(),
    ];
    let commands: [&[&str]; 7] = [
        &["decode"],
        &["--json", "decode"],
        &["verify", "--key", "key.jwk"],
        &["--json", "verify", "--key", "key.jwk"],
        &["lint", "--chain"],
        &["graph", "--format", "svg"],
        &["keys", "thumbprint"],
    ];
    for case in &cases {
        for arguments in commands {
            let ran = place.run_with(case.clone(), arguments);
            let shown = String::from_utf8_lossy(case);
            assert!(
                (0..=3).contains(&ran.status),
                "{arguments:?} on {shown}: {}",
                ran.status
            );
            assert!(
                !ran.err.contains("panicked"),
                "{arguments:?} on {shown}: {}",
                ran.err
            );
        }
    }
}

#[test]
fn a_long_log_of_tokens_is_read_in_pieces() {
    let place = Place::new();
    place.key("key.jwk", "ES256");
    let token = place.sign("key.jwk", &delegated());
    // More than two pieces of what is read at once, and a token over several lines in between.
    let line = format!(
        "2026-03-01T12:00:00Z GET / Authorization: Bearer {token} 200 {}\n",
        "x".repeat(1200)
    );
    let wrapped: String = token
        .as_bytes()
        .chunks(64)
        .map(|c| format!("{}\n", std::str::from_utf8(c).unwrap()))
        .collect();
    let block = format!("{}{wrapped}\n", line.repeat(100));
    let blocks = 40 * 1024 * 1024 / block.len();
    place.write("long.log", block.repeat(blocks));
    let document = place.json(0, &["decode", "long.log"]);
    let tokens = document["tokens"].as_array().unwrap();
    assert_eq!(tokens.len(), blocks * 101);
    let lines_of_block = 101 + wrapped.lines().count();
    for (n, found) in tokens.iter().enumerate() {
        let at = n / 101 * lines_of_block + n % 101 + 1;
        assert_eq!(found["source"]["line"], at, "token {n}");
        assert_eq!(found["claims"]["sub"], "alice");
    }
}

#[test]
fn what_was_found_before_a_file_broke_off_is_told() {
    let place = Place::new();
    place.key("key.jwk", "ES256");
    place.write("a", place.sign("key.jwk", &delegated()));
    std::fs::create_dir(place.path("folder")).unwrap();
    let document = place.json(3, &["decode", "a", "folder"]);
    assert!(document["error"].as_str().unwrap().contains("folder"));
    let document = place.json(3, &["decode", "a", "absent"]);
    assert!(document["error"].as_str().unwrap().contains("absent"));
}
