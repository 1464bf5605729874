//! Tokens of which a piece is missing, cut off or masked: found, named as such, and never accused.

use delegraph::{
    evidence::Evidence,
    risk::{self, Settings},
    token::find::why_none,
};

use super::*;

fn made(alg: &str) -> (String, Jwk) {
    let alg = Alg::parse(alg);
    let key = match alg {
        Alg::Hs256 => Jwk(json!({ "kty": "oct", "k": b64::encode([7; 32]) })
            .as_object()
            .unwrap()
            .clone()),
        _ => key_for(&alg),
    };
    let claims = json!({ "iss": "https://as.example.com", "sub": "alice", "aud": "api", "exp": NOW + 600,
                         "name": "Zoë", "roles": ["a", "b", { "c": "d" }] });
    let text = craft::mint(&json!({ "typ": "at+jwt" }), &claims, &key, &alg).unwrap();
    (text, key)
}

/// Which of two rules fire on a token: of missing signatures, and of JSON that is read in two ways.
fn accused(token: Token) -> Vec<&'static str> {
    let settings = Settings::at(Timestamp::from_second(NOW).unwrap());
    let report = risk::evaluate(&Evidence::chain_of([token]), &settings);
    report
        .findings
        .iter()
        .map(|f| f.rule.id)
        .filter(|id| matches!(*id, "DG-101" | "DG-113" | "DG-114"))
        .collect()
}

fn cannot_be_judged(text: &str, key: &Jwk, what: &str) {
    let found = find(text);
    assert_eq!(found.len(), 1, "{what}: {text}: {found:?}");
    let token = decode(&found[0].raw);
    assert!(token.is_cut(), "{what}: {text}: {:?}", token.problems);
    let verdict = judge(&token, &[candidate(key)], &at(NOW));
    assert_eq!(
        verdict.signature,
        Signature::Cut,
        "{what}: {text}: {verdict:?}"
    );
    assert!(!verdict.verified());
    assert!(verdict.reason.contains("cut"), "{}", verdict.reason);
    assert_eq!(verdict.claims_problems, [""; 0], "{what}: {text}");
    let without = judge(&token, &[], &at(NOW));
    assert!(
        matches!(without.signature, Signature::Cut | Signature::NoKey),
        "{what}: {text}: {without:?}"
    );
    assert_eq!(accused(token), [""; 0], "{what}: {text}");
}

#[test]
fn a_token_that_is_cut_anywhere_cannot_be_judged() {
    for alg in ["HS256", "EdDSA", "PS256"] {
        let (text, key) = made(alg);
        let dots: Vec<usize> = text.match_indices('.').map(|(at, _)| at).collect();
        for end in dots[0] + 1..text.len() {
            // At the second dot nothing tells a cut from a signature that was taken away; and an RSA
            // signature of a usual length is one of another key.
            let left = (end - dots[1].min(end)).saturating_sub(1);
            if [dots[1], dots[1] + 1].contains(&end)
                || (alg == "PS256" && matches!(left, 171 | 256 | 342))
            {
                continue;
            }
            if alg != "PS256" && [43, 64].contains(&left) {
                continue;
            }
            for (before, after) in [("", ""), ("token=", "\n"), ("\"", "\"")] {
                cannot_be_judged(&format!("{before}{}{after}", &text[..end]), &key, alg);
            }
        }
    }
}

#[test]
fn a_token_that_is_masked_cannot_be_judged() {
    let (text, key) = made("EdDSA");
    let parts: Vec<&str> = text.split('.').collect();
    let (header, payload, signature) = (parts[0], parts[1], parts[2]);
    for mask in [
        "...",
        "…",
        "***",
        "******",
        "[REDACTED]",
        "[Filtered]",
        "<redacted>",
        "(truncated)",
        "•••••",
        "%5BREDACTED%5D",
        "\\u003credacted\\u003e",
        "[...]",
        "<signature>",
    ] {
        for text in [
            format!("{header}.{payload}.{mask}"),
            format!("{header}.{payload}{mask}"),
            format!("{header}.{payload}.{}{mask}", &signature[..20]),
            format!(
                "{header}.{payload}.{}{mask}{}",
                &signature[..8],
                &signature[70..]
            ),
            format!("{header}.{}{mask}", &payload[..30]),
            format!("{header}.{mask}.{signature}"),
            format!("{header}.{mask}.{mask}"),
            format!("{header}.{mask}"),
        ] {
            for (before, after) in [
                ("", ""),
                ("Authorization: Bearer ", "\r\nHost: x\r\n"),
                ("{\"access_token\":\"", "\",\"expires_in\":60}"),
                ("token ", " was refused"),
            ] {
                cannot_be_judged(&format!("{before}{text}{after}"), &key, mask);
            }
        }
    }
    for word in [
        "REDACTED",
        "redacted",
        "SIGNATURE",
        "xxxxxxxxxxxxxxxx",
        "signature-removed",
    ] {
        cannot_be_judged(&format!("{header}.{payload}.{word}"), &key, word);
    }
}

#[test]
fn a_header_that_is_cut_is_no_opaque_token() {
    let (text, _) = made("EdDSA");
    let header = text.split('.').next().unwrap();
    for end in ["...", "…", "***", "[REDACTED]"] {
        let cut = &header[..header.len() - 9];
        let response =
            format!("{{\"access_token\":\"{cut}{end}\",\"refresh_token\":\"8xLOxBtZp8QnTgM2\"}}");
        let found = find(&response);
        assert_eq!(found.len(), 2, "{response}: {found:?}");
        assert!(decode(&found[0].raw).is_cut(), "{found:?}");
        assert!(!decode(&found[1].raw).is_cut(), "{found:?}");
        // Alone there is nothing that could be read.
        let alone = format!("{cut}{end}");
        assert_eq!(find(&alone), [], "{alone}");
        assert!(why_none(&alone, 0)[0].contains("line 1 is cut"), "{alone}");
    }
    assert!(why_none("a\n{\"t\":\"eyJ***\"}", 0)[0].contains("line 2 is cut"));
    // The line is that of the file, whatever was taken away above it.
    assert!(why_none("a\u{ad}\nb\u{200b}\neyJhbGciOiJ…\n", 0)[0].contains("line 3 is cut"));
}

#[test]
fn a_cut_encrypted_token_is_named_so() {
    let header = b64::encode(r#"{"alg":"RSA-OAEP","enc":"A256GCM"}"#);
    let rest = [
        b64::encode([7; 256]),
        b64::encode([8; 12]),
        b64::encode([9; 40]),
        b64::encode([10; 16]),
    ];
    let whole = format!("{header}.{}", rest.join("."));
    for end in header.len() + 1..whole.len() {
        let token = decode(&find(&whole[..end])[0].raw);
        assert!(token.is_cut(), "{end}: {:?}", token.problems);
        assert_eq!(judge(&token, &[], &at(NOW)).signature, Signature::Cut);
    }
    assert!(!decode(&whole).is_cut());
    assert!(decode(&find(&format!("{header}.[REDACTED].x.y.z"))[0].raw).is_cut());
}

#[test]
fn a_whole_token_with_dots_or_markup_behind_it_is_whole() {
    for alg in ["HS256", "EdDSA", "PS256"] {
        let (text, key) = made(alg);
        for (before, after) in [
            ("token ", "... and so on"),
            ("", "…"),
            ("***", "***"),
            ("**", "**"),
            ("[", "](https://jwt.example)"),
            ("<Signature>", "</Signature>"),
            ("(", ")."),
            ("", " (truncated)"),
        ] {
            let found = find(&format!("{before}{text}{after}"));
            assert_eq!(found.len(), 1, "{alg} {after}: {found:?}");
            assert_eq!(*found[0].raw, text, "{alg} {after}");
            let token = decode(&found[0].raw);
            assert!(!token.is_cut());
            assert!(judge(&token, &[candidate(&key)], &at(NOW)).verified());
        }
        // What was cut to nothing is a token without signature: that is worth an alarm.
        let bare = format!("{}.", text.rsplit_once('.').unwrap().0);
        let found = find(&format!("Authorization: Bearer {bare}\r\n"));
        assert_eq!(*found[0].raw, bare);
        assert_eq!(accused(decode(&bare)), ["DG-101"], "{alg}");
        // Without the dot it may be either.
        let two = decode(&bare[..bare.len() - 1]);
        assert_eq!(accused(two.clone()), [""; 0], "{alg}");
        let verdict = judge(&two, &[candidate(&key)], &at(NOW));
        assert!(
            verdict.reason.contains("or it is cut"),
            "{}",
            verdict.reason
        );
    }
    // A signature of zeros is no mask.
    let (text, key) = made("EdDSA");
    let zeros = format!("{}.{}", text.rsplit_once('.').unwrap().0, "A".repeat(86));
    let verdict = judge(&decode(&zeros), &[candidate(&key)], &at(NOW));
    assert_eq!(verdict.signature, Signature::Invalid);
}

#[test]
fn a_word_is_no_token_whatever_stands_around_it() {
    for text in [
        "hello",
        "\"hello\"",
        "'hello'",
        "hello,",
        "`hello`;",
        "<hello>",
        "\"eyes\"",
        "eyes",
        "eye-opening",
        "\"12345678901234567890\"",
        "'true',",
    ] {
        assert_eq!(find(text), [], "{text}");
    }
    for text in [
        "\"8xLOxBtZp8QnTgM2\"",
        "8xLOxBtZp8QnTgM2,",
        "Bearer mF_9.B5f",
    ] {
        assert_eq!(find(text).len(), 1, "{text}");
    }
}
