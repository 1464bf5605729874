//! Tokens in text: where they stand, where there are none, and how long it takes.

use super::*;

#[test]
fn tokens_are_found_wherever_they_stand() {
    let t = signed(&json!({"sub":"alice"}));
    let refresh = "tGzv3JOkF0XG5Qx2TlKWIA";
    for (text, expected) in [
        (t.clone(), vec![(t.as_str(), None)]),
        (
            format!("Authorization: Bearer {t}\r\nDPoP: {t}\r\n"),
            vec![(&t, Some("Bearer")), (&t, Some("header DPoP"))],
        ),
        (format!("Authorization: DPoP {t}"), vec![(&t, Some("DPoP"))]),
        (
            format!("curl -H 'Authorization: Bearer {t}' -H \"DPoP: {t}\" https://api"),
            vec![(&t, Some("Bearer")), (&t, Some("header DPoP"))],
        ),
        (
            format!(
                "{{\"access_token\":\"{t}\",\"refresh_token\":\"{refresh}\",\"expires_in\":60}}"
            ),
            vec![(&t, Some("access_token")), (refresh, Some("refresh_token"))],
        ),
        (
            format!("{{\"text\":\"{{\\\"access_token\\\":\\\"{refresh}\\\"}}\"}}"),
            vec![(refresh, Some("access_token"))],
        ),
        (
            format!(
                "grant_type=x&subject_token={t}&actor_token=abc%2Bdef12345&actor_token_type=urn%3Aietf"
            ),
            vec![
                (&t, Some("subject_token")),
                ("abc+def12345", Some("actor_token")),
            ],
        ),
        (
            format!("{{\"name\":\"Authorization\",\"value\":\"Bearer {t}\"}}"),
            vec![(&t, Some("Bearer"))],
        ),
        (
            format!("{{\"name\": \"dpop\", \"value\": \"{t}\"}}"),
            vec![(&t, Some("header DPoP"))],
        ),
        (
            format!("https://app/cb#id_token={t}&state=1"),
            vec![(&t, Some("id_token"))],
        ),
        (
            format!("redirect%3Fid_token%3D{t}"),
            vec![(&t, Some("id_token"))],
        ),
        (format!("The token is {t}. It ends."), vec![(&t, None)]),
        (format!("{t}\n{t}\n"), vec![(&t, None), (&t, None)]),
        (
            "Bearer mF_9.B5f-4.1JqM".into(),
            vec![("mF_9.B5f-4.1JqM", Some("Bearer"))],
        ),
        (
            "accVkjcJyb4BWCxGsndESCJQbdFMogUC5PbRDqceLTC\n".into(),
            vec![("accVkjcJyb4BWCxGsndESCJQbdFMogUC5PbRDqceLTC", None)],
        ),
        (
            format!("Authorization: Bearer {refresh}\nHost: x"),
            vec![(refresh, Some("Bearer"))],
        ),
    ] {
        let found = find(&text);
        let got: Vec<(&str, Option<&str>)> = found
            .iter()
            .map(|f| (&*f.raw, f.context.as_deref()))
            .collect();
        assert_eq!(got, expected, "{text}");
    }
}

#[test]
fn prose_and_code_hold_no_tokens() {
    for text in [
        "",
        "The bearer token is sent in the Authorization header: Bearer tokens are for whoever holds them.",
        "let access_token = response.access_token();\nlet id_token: String = parse(id_token);",
        "eyes eyJ eye.of.the.storm e30.e30.e30 www.example.com 1.2.3",
        "{\"token_type\":\"Bearer\",\"access_token\":\"<your token>\"}",
        "see https://example.com/eyJhbGciOiJub25lIn0/x for more",
        "two words",
    ] {
        assert_eq!(find(text), [], "{text}");
    }
}

#[test]
fn wrapped_tokens_are_joined_and_neighbours_left_alone() {
    let t = signed(
        &json!({"iss":"https://as.example.com","sub":"alice","aud":"https://api.example.com","exp":1_441_913_610}),
    );
    for width in [20, 64, 76, 100] {
        for (open, indent, eol) in [
            ("", "", "\n"),
            ("  ", "    ", "\r\n"),
            ("> ", "> ", "\n"),
            ("\"", "", "\\\n"),
        ] {
            let lines: Vec<&str> = t
                .as_bytes()
                .chunks(width)
                .map(|c| std::str::from_utf8(c).unwrap())
                .collect();
            let text = format!(
                "Here:\n{open}{}\n\nDone\n",
                lines.join(&format!("{eol}{indent}"))
            );
            let found = find(&text);
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(&*found[0].raw, t, "{width} {eol:?}");
            assert_eq!(found[0].line, 2);
            assert_eq!(found[0].cleaned, ["line breaks inside the token"]);
            assert_eq!(&text[found[0].span.clone()][..10], &t[..10]);
        }
    }
    // A line of the signature may start with the letters that tokens start with.
    for line in ["eyjhA", "eyK-", "eyA_bbbbbbbb"] {
        let (head, _) = t.rsplit_once('.').unwrap();
        let most = format!("{head}.{}", "A".repeat(86 - line.len()));
        let found = find(&format!("{most}\n{line}\n"));
        assert_eq!(found.len(), 1, "{line}");
        assert_eq!(*found[0].raw, format!("{most}{line}"));
    }
    // The length of an RSA signature depends on the key, of an encrypted token on nothing.
    let rsa = craft::mint(
        &json!({}),
        &json!({"sub":"alice"}),
        &key_for(&Alg::Ps256),
        &Alg::Ps256,
    )
    .unwrap();
    let jwe = format!(
        "{}.{}.{}.{}.{}",
        b64::encode(r#"{"alg":"RSA-OAEP","enc":"A256GCM"}"#),
        b64::encode([7; 256]),
        b64::encode([8; 12]),
        b64::encode([9; 300]),
        b64::encode([10; 16])
    );
    for token in [&rsa, &jwe] {
        for width in [64, 76, 10_000] {
            let text: Vec<&str> = token
                .as_bytes()
                .chunks(width)
                .map(|c| std::str::from_utf8(c).unwrap())
                .collect();
            for after in ["", "\nDone\n", "\nEND\n", "\n\nmore1\n", "\nsome more\n"] {
                let found = find(&format!("{}{after}", text.join("\n")));
                assert_eq!(found.len(), 1);
                assert_eq!(&*found[0].raw, *token, "{width} {after:?}");
            }
        }
        assert_eq!(find(&format!("{token}\n{token}\n{t}")).len(), 3);
    }
    // As RFCs print them: dots on lines of their own.
    let display = t.replace('.', "\n.\n");
    assert_eq!(&*find(&display)[0].raw, t);
    // A complete token is not joined with the word below it.
    assert_eq!(&*find(&format!("{t}\nDone\n"))[0].raw, t);
    let two = t.rsplit_once('.').unwrap().0;
    assert_eq!(&*find(&format!("{two}\nDone\n"))[0].raw, two);
}

#[test]
fn places_are_lines_and_columns_of_characters() {
    let t = signed(&json!({"sub":"alice"}));
    let text = format!("über\n  é {t} {t}");
    let found = find(&text);
    assert_eq!((found[0].line, found[0].column), (2, 5));
    assert_eq!((found[1].line, found[1].column), (2, 6 + t.len()));
    assert_eq!(&text[found[1].span.clone()], t);
}

#[test]
fn hostile_text_is_searched_in_linear_time() {
    for part in [
        "eyJ",
        "eyJ\n",
        "eyJx.",
        "eyJ.\nabc\n",
        "e30.",
        "Bearer ",
        "access_token=",
        "\"id_token\":\"",
        "eyJhbGciOiJIUzI1NiJ9.",
        "eyJhbGciOiJSUzI1NiJ9\n",
    ] {
        let text = part.repeat((1 << 19) / part.len());
        let found = find(&text); // quadratic behaviour would take many minutes here
        assert!(found.len() <= text.len() / 20, "{part}: {}", found.len());
    }
}
