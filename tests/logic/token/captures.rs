//! Tokens in what testers capture: HAR files, cURL, cookies, URLs, secrets, escaped texts.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use delegraph::token::find::{cut, find_in_part};

use super::*;

fn jwt() -> String {
    signed(&json!({"iss":"https://as.example","sub":"alice","aud":"api","exp":1_441_913_610}))
}

/// The tokens of `text` with their contexts.
fn raws(text: &str) -> Vec<(String, Option<String>)> {
    find(text)
        .into_iter()
        .map(|f| (f.raw.to_string(), f.context))
        .collect()
}

fn one(text: &str, token: &str) {
    let found = find(text);
    let got: Vec<&str> = found.iter().map(|f| &*f.raw).collect();
    assert_eq!(got, [token], "{text}");
}

#[test]
fn urls_cookies_and_escaped_texts_hold_whole_tokens() {
    let t = jwt();
    let encoded = t.replace('.', "%2E");
    let twice = t.replace('.', "%252e");
    for (text, context) in [
        (
            format!("https://app/cb#access_token={t}&token_type=Bearer"),
            Some("access_token"),
        ),
        (
            format!("https://app/cb?id_token={encoded}&state=1"),
            Some("id_token"),
        ),
        (
            format!("https://app/?next=%2Fcb%3Fid_token%3D{encoded}"),
            Some("id_token"),
        ),
        (
            format!("https://app/?next=%252Fcb%253Fid_token%253D{twice}"),
            Some("id_token"),
        ),
        (
            format!("Cookie: theme=dark; session={t}; lang=en"),
            Some("session"),
        ),
        (
            format!("Set-Cookie: __Host-at={t}; Path=/; Secure; HttpOnly"),
            Some("__Host-at"),
        ),
        (
            format!("Set-Cookie: s=j%3A%7B%22access_token%22%3A%22{t}%22%7D; Path=/"),
            Some("access_token"),
        ),
        (
            format!("{{\"log\":\"got {{\\\"access_token\\\":\\\"{t}\\\"}}\"}}"),
            Some("access_token"),
        ),
        (
            format!("\"token\\u0022:\\u0022{}\\u0022", t.replace('.', "\\u002e")),
            Some("token"),
        ),
        (
            format!("{{\"message\":\"sent\\nAuthorization: Bearer {t}\\nto api\"}}"),
            Some("Bearer"),
        ),
        (format!("{{\"m\":\"token:\\n{t}\\nend\"}}"), None),
        (format!("--token={t} --x"), Some("token")),
        (format!("TOKEN={t} curl -s https://api"), Some("TOKEN")),
        (
            format!("curl 'https://api' -H 'authorization: Bearer {t}' --data-raw 'x=1'"),
            Some("Bearer"),
        ),
        (
            format!("X-Forwarded-Access-Token: {t}"),
            Some("X-Forwarded-Access-Token"),
        ),
        (
            format!("<input name=\"id_token\" value=\"{t}\">"),
            Some("value"),
        ),
        (format!("Bearer%20{t}"), Some("Bearer")),
    ] {
        let got = raws(&text);
        assert_eq!(got.len(), 1, "{text}: {got:?}");
        assert_eq!(got[0].0, t, "{text}");
        if !text.starts_with("{\"m\"") {
            assert_eq!(got[0].1.as_deref(), context, "{text}");
        }
    }
}

#[test]
fn padding_and_the_other_alphabet_do_not_split_a_token() {
    let header = b64::encode(r#"{"alg":"HS256"}"#);
    // `>` and `?` give `+` and `/` in the standard alphabet.
    let payload = STANDARD.encode("{\"sub\":\"a>>>>???\u{ff}\u{ff}~~~\"}");
    assert!(payload.contains(['+', '/']), "{payload}");
    let signature = "a".repeat(20) + "+/" + &"b".repeat(21);
    for token in [
        format!("{header}.{payload}.{signature}"),
        format!("{header}.{payload}.{signature}="),
        format!(
            "{header}==.{}.{}",
            b64::encode(r#"{"sub":"alice"}"#),
            "c".repeat(43)
        ),
    ] {
        one(&format!("x={token}&y=1"), &token);
        one(&format!("\"{token}\""), &token);
    }
    // A path behind a token is no part of it.
    let t = jwt();
    one(&format!("https://x/{t}/next/page.html"), &t);
    one(&format!("q={t}+and+more"), &t);
}

#[test]
fn a_har_file_gives_every_token_once_for_each_place() {
    let (t, other) = (jwt(), signed(&json!({"sub":"bob"})));
    let body = json!({"access_token": other, "token_type": "Bearer", "expires_in": 60}).to_string();
    let har = json!({"log":{"version":"1.2","entries":[
        {"request":{"method":"POST","url":format!("https://as/token?hint={t}"),
            "headers":[{"name":"Authorization","value":format!("Bearer {t}")},{"name":"DPoP","value":t}],
            "cookies":[{"name":"sid","value":t}],
            "postData":{"mimeType":"application/x-www-form-urlencoded","text":format!("subject_token={t}&scope=a"),
                "params":[{"name":"subject_token","value":t}]}},
         "response":{"content":{"mimeType":"application/json","text":body}}},
        {"request":{"method":"GET","url":"https://api/"},
         "response":{"content":{"mimeType":"application/json","encoding":"base64","text":STANDARD.encode(&body)}}},
    ]}});
    for text in [har.to_string(), serde_json::to_string_pretty(&har).unwrap()] {
        let got = raws(&text);
        let contexts: Vec<(&str, &str)> = got
            .iter()
            .map(|(raw, c)| {
                (
                    if *raw == t {
                        "t"
                    } else {
                        assert_eq!(*raw, other);
                        "other"
                    },
                    c.as_deref().unwrap_or(""),
                )
            })
            .collect();
        assert_eq!(
            contexts,
            [
                ("t", "hint"),
                ("t", "Bearer"),
                ("t", "header DPoP"),
                ("t", "sid"),
                ("t", "subject_token"),
                ("t", "subject_token"),
                ("other", "access_token"),
                ("other", "access_token"),
            ]
        );
    }
}

#[test]
fn kubernetes_secrets_and_base64_in_base64_are_opened() {
    let t = jwt();
    let wrapped = |text: &str| {
        let encoded = STANDARD.encode(text);
        let lines: Vec<&str> = encoded
            .as_bytes()
            .chunks(76)
            .map(|c| std::str::from_utf8(c).unwrap())
            .collect();
        lines.join("\n    ")
    };
    let secret = format!(
        "apiVersion: v1\nkind: Secret\ndata:\n  ca.crt: {}\n  namespace: ZGVmYXVsdA==\n  token: {}\ntype: kubernetes.io/service-account-token\n",
        STANDARD.encode("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"),
        STANDARD.encode(&t),
    );
    let found = find(&secret);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(&*found[0].raw, t);
    assert_eq!(found[0].context.as_deref(), Some("token"));
    assert_eq!((found[0].line, found[0].column), (6, 10));
    assert_eq!(found[0].cleaned, ["base64 around the token"]);
    assert!(secret[found[0].span.clone()].starts_with("ZXlK"));

    one(
        &json!({"kind":"Secret","data":{"token":STANDARD.encode(&t)}}).to_string(),
        &t,
    );
    one(&format!("data:\n  jwt: |\n    {}\n", wrapped(&t)), &t);
    one(&STANDARD.encode(STANDARD.encode(&t)), &t);
    one(&STANDARD.encode(STANDARD.encode(STANDARD.encode(&t))), &t);
    one(&STANDARD.encode(json!({"id_token": t}).to_string()), &t);
    one(
        &format!(
            "body={}",
            STANDARD
                .encode(format!("a=1&b={t}?>?>"))
                .replace('+', "%2B")
                .replace('/', "%2F")
        ),
        &t,
    );
    // Four layers are one too many: nothing is found, and nothing is lost of what stands beside.
    let four = STANDARD.encode(STANDARD.encode(STANDARD.encode(STANDARD.encode(&t))));
    one(&format!("{four} {t}"), &t);
    for text in [
        "data:\n  password: c2VjcmV0LXBhc3N3b3JkLXRoYXQtaXMtbG9uZw==\n",
        "VGhlIHF1aWNrIGJyb3duIGZveCBqdW1wcyBvdmVyIHRoZSBsYXp5IGRvZw== and more",
    ] {
        assert_eq!(find(text), [], "{text}");
    }
}

#[test]
fn tokens_in_json_form_are_found_inside_a_larger_text() {
    let t = jwt();
    let [header, payload, signature] = t.split('.').collect::<Vec<_>>()[..] else {
        panic!("three parts");
    };
    let flat =
        json!({"payload":payload,"protected":header,"header":{"kid":"{odd"},"signature":signature})
            .to_string();
    let general = json!({"payload":payload,"signatures":[
        {"protected":header,"signature":signature},{"protected":header,"header":{"kid":"2"},"signature":signature}]}).to_string();
    let jwe = json!({"protected":b64::encode(r#"{"alg":"dir","enc":"A128GCM"}"#),"iv":"AA","ciphertext":"AA","tag":"AA"}).to_string();
    // A brace inside a string only hides the object that holds it.
    let flat = flat.replace("{odd", "odd");
    for object in [&flat, &general, &jwe] {
        one(object, object);
        one(&format!("got {object}, thanks"), object);
        one(&format!("{{\"a\":1,\"jws\":{object},\"b\":[]}}"), object);
        let line = json!({"msg":"body","text":object}).to_string();
        one(&format!("{{}}\n{line}\n"), object);
        one(&json!({"outer": line}).to_string(), object);
        let place = find(&format!("über {object}"));
        assert_eq!((place[0].line, place[0].column), (1, 6));
    }
    // Members of that name make no token.
    for text in [
        r#"{"payload":"hello","signature":"sha256=abcdef"} "#,
        r#"x {"payload":{"a":1},"signature":"x"}"#,
        r#"x {"ciphertext":"AAAA","iv":"AA"}"#,
    ] {
        assert_eq!(find(text), [], "{text}");
    }
}

#[test]
fn sd_jwts_are_kept_whole() {
    let t = jwt();
    let disclosures = [
        "WyJzYWx0IiwibmFtZSIsImFsaWNlIl0",
        "WyJzYWx0MiIsImFnZSIsMzBd",
    ];
    let kb = {
        let header = b64::encode(r#"{"alg":"ES256","typ":"kb+jwt"}"#);
        format!(
            "{header}.{}.{}",
            b64::encode(r#"{"nonce":"1","aud":"v","iat":1,"sd_hash":"x"}"#),
            "k".repeat(86)
        )
    };
    let bare = format!("{t}~{}~", disclosures.join("~"));
    let bound = format!("{bare}{kb}");
    for token in [&bare, &bound, &format!("{t}~")] {
        one(token, token);
        one(&format!("vp_token={token}&state=1"), token);
        one(&format!("{{\"credential\":\"{token}\"}}"), token);
        one(&format!("vp_token={}", token.replace('~', "%7E")), token);
        one(&format!("See {token}."), token);
        for width in [64, 70, 76] {
            let lines: Vec<&str> = token
                .as_bytes()
                .chunks(width)
                .map(|c| std::str::from_utf8(c).unwrap())
                .collect();
            one(&format!("{}\n\nDone\n", lines.join("\n")), token);
        }
    }
    let two = format!("{bound}\n{bare}\n{t}\n");
    let found = find(&two);
    let got: Vec<&str> = found.iter().map(|f| &*f.raw).collect();
    assert_eq!(got, [&bound, &bare, &t]);
}

#[test]
fn saml_assertions_and_foreign_families_are_found() {
    let assertion = "<saml2:Assertion xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"_1\" Version=\"2.0\" IssueInstant=\"2026-01-01T00:00:00Z\"><saml2:Issuer>https://idp</saml2:Issuer></saml2:Assertion>";
    one(
        &format!("<samlp:Response>{assertion}</samlp:Response>"),
        assertion,
    );
    let form = STANDARD.encode(format!("<samlp:Response>{assertion}</samlp:Response>"));
    one(
        &format!(
            "SAMLResponse={}&RelayState=x",
            form.replace('+', "%2B")
                .replace('/', "%2F")
                .replace('=', "%3D")
        ),
        assertion,
    );
    one(
        &format!(
            "subject_token={}&subject_token_type=urn:ietf:params:oauth:token-type:saml2",
            b64::encode(assertion)
        ),
        assertion,
    );
    assert_eq!(find("<p>An <Assertion> about things</Assertion></p>"), []);
    let paseto = "v4.public.eyJzdWIiOiJhbGljZSJ9c2lnbmF0dXJlc2lnbmF0dXJl.Zm9vdGVy";
    one(&format!("token is {paseto}."), paseto);
    assert_eq!(decode(paseto).kind, Kind::Paseto);
}

#[test]
#[allow(clippy::disallowed_methods)] // measures from outside
fn hostile_repetitions_cost_linear_time() {
    for part in [
        "{\"payload\":\"\",\"signature\":",
        "{\"ciphertext\":{",
        "}{",
        "<Assertion ID= Version=\"2\">",
        "<a:Assertion AssertionID=>",
        "SGVsbG8h/",
        "SGVsbG8h",
        "ZXlK",
        "ewog",
        "eyJhbGciOiJFUzI1NiJ9.e30.x~",
        "eyJhbGciOiJFUzI1NiJ9.e30~\n",
        "eyJhbGciOiJIUzI1NiJ9%2E",
        "%2E%2E",
        "\\u002e",
        "eyJhbGciOiJIUzI1NiJ9+/",
        "eyJhbGciOiJIUzI1NiJ9.eyJ+/",
        "v4.public.",
        "token:",
        "Bearer a.",
        "access_token=eyJ=",
        "~eyJhbGciOiJFUzI1NiJ9.",
    ] {
        let text = part.repeat((1 << 19) / part.len());
        let began = std::time::Instant::now();
        let found = find(&text); // quadratic behaviour would take many minutes here
        assert!(found.len() <= text.len() / 20, "{part}: {}", found.len());
        assert!(
            began.elapsed().as_secs() < 30,
            "{part}: {:?}",
            began.elapsed()
        );
        let _ = cut(text.as_bytes());
    }
}

/// Cuts `text` as a reader does that takes `size` bytes at a time.
fn in_pieces(text: &str, size: usize) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let (mut from, mut to, mut line) = (0, 0, 0);
    while from < text.len() {
        to = (to.max(from) + size).min(text.len());
        let piece = &text.as_bytes()[from..to];
        let end = if to == text.len() {
            Some(piece.len())
        } else {
            cut(piece)
        };
        let Some(end) = end else { continue };
        let piece = &text[from..from + end];
        found.extend(
            find_in_part(piece)
                .into_iter()
                .map(|f| (f.raw.to_string(), f.line + line)),
        );
        line += piece.matches('\n').count();
        from += end;
    }
    found
}

#[test]
fn a_text_cut_in_pieces_gives_the_same_tokens() {
    let t = jwt();
    let lines: Vec<&str> = t
        .as_bytes()
        .chunks(64)
        .map(|c| std::str::from_utf8(c).unwrap())
        .collect();
    let wrapped = lines.join("\n");
    let object =
        json!({"payload":t.split('.').nth(1),"protected":t.split('.').next(),"signature":"AA"});
    let mut text = String::new();
    for n in 0..40 {
        text += &format!("2026-11-24T10:00:{n:02}Z GET /a Authorization: Bearer {t}\n");
        text += &format!("token {n}:\n{wrapped}\n\n{t}\n{t}\n");
        text += &format!(
            "{}\n",
            serde_json::to_string_pretty(&json!({"n":n,"inner":{"jws":object}})).unwrap()
        );
        text += &format!("  data: {}\n", STANDARD.encode(&t));
    }
    let whole: Vec<(String, usize)> = find(&text)
        .into_iter()
        .map(|f| (f.raw.to_string(), f.line))
        .collect();
    assert_eq!(whole.len(), 240);
    for size in [500, 777, 1_500, 4_096, 10_000] {
        assert_eq!(in_pieces(&text, size), whole, "{size}");
    }
}

/// Text that stands between tokens, and may hold anything but a name that claims what follows.
fn between() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("\nGET /a HTTP/1.1\r\nAuthorization: Bearer ".to_owned()),
        Just("\n{\"log\":\"x\",\"access_token\":\"".to_owned()),
        Just("\"}\n{\"a\":{\"b\":\"".to_owned()),
        Just("\n2026-11-24 10:00:00 tok=".to_owned()),
        Just("&id_token=".to_owned()),
        Just("%26x%3D".to_owned()),
        Just("; session=".to_owned()),
        Just("\n\n".to_owned()),
        Just("'\n    token: '".to_owned()),
        "\\PC{0,30}".prop_map(|text| format!("\n{text}\n: ")),
    ]
}

proptest! {
    #[test]
    fn no_token_is_dropped_or_split(pieces in proptest::collection::vec((between(), 0usize..4), 1..12)) {
        static TOKENS: LazyLock<[String; 4]> = LazyLock::new(|| {
            let t = jwt();
            let sd = format!("{t}~WyJzYWx0IiwibmFtZSIsImFsaWNlIl0~");
            let jwe = format!("{}..{}.{}.{}", b64::encode(r#"{"alg":"dir","enc":"A256GCM"}"#), b64::encode([1; 12]), b64::encode([2; 40]), b64::encode([3; 16]));
            [t, sd, signed(&json!({"sub":"bob"})), jwe]
        });
        let mut text = String::new();
        let mut expected = Vec::new();
        for (before, which) in &pieces {
            text += before;
            let line = text.matches('\n').count() + 1;
            let column = text.chars().rev().take_while(|c| *c != '\n').count() + 1;
            expected.push((TOKENS[*which].clone(), line, column));
            text += &TOKENS[*which];
            // The end of a value.
            text += " ";
        }
        let found: Vec<_> = find(&text)
            .into_iter()
            .filter(|f| f.raw.starts_with("ey"))
            .map(|f| (f.raw.to_string(), f.line, f.column))
            .collect();
        prop_assert_eq!(found, expected, "{}", text);
    }
}
