//! Tokens as something to paste elsewhere.

use delegraph::token::snippet::{self, Language};

use super::*;

/// What a token may try to smuggle into a program.
const HOSTILE: &str =
    "https://as\"; evil(); //'${evil}`#{evil}\\u0022\\\nevil\r\u{2028}\u{202e}\0\u{7f}é😀*/";

fn with(claims: &Value, typ: &str, alg: &str) -> Token {
    decode(&format!(
        "{}.{}.c2ln",
        b64::encode(json!({"alg":alg,"typ":typ,"kid":"k"}).to_string()),
        b64::encode(claims.to_string())
    ))
}

#[test]
fn programs_pin_what_a_verifier_must_pin_and_hold_no_credential() {
    let token = with(
        &json!({"iss":"https://as.example/realm","aud":"payments-api","exp":1,"sub":"alice"}),
        "at+jwt",
        "ES256",
    );
    for language in Language::ALL {
        let text = snippet::program(&token, language).unwrap();
        for pinned in [
            "\"https://as.example/realm\"",
            "\"payments-api\"",
            "ES256",
            "\"at+jwt\"",
            "https://as.example/.well-known/oauth-authorization-server/realm",
            "TOKEN",
            "exp",
        ] {
            let text = if pinned == "exp" {
                text.to_lowercase()
            } else {
                text.clone()
            };
            assert!(text.contains(pinned), "{language:?} {pinned}\n{text}");
        }
        assert!(
            !text.contains(&*token.raw) && !text.contains("alice"),
            "{text}"
        );
        let shared = snippet::program(
            &with(&json!({"iss":"i","aud":"a"}), "JWT", "HS256"),
            language,
        )
        .unwrap();
        assert!(
            shared.contains("SECRET") && shared.contains("HS256"),
            "{shared}"
        );
    }
    for (alg, claims) in [("none", json!({})), ("evil\"", json!({}))] {
        assert!(snippet::program(&with(&claims, "JWT", alg), Language::Python).is_err());
    }
    assert!(snippet::program(&decode("opaque-token-1234567890"), Language::Go).is_err());
    assert!(snippet::program(&with(&json!({}), "JWT", "ES512"), Language::Rust).is_err());
    let placeholder = snippet::program(&with(&json!({}), "JWT", "ES256"), Language::Node).unwrap();
    assert!(placeholder.contains("names no issuer") && placeholder.contains("names no audience"));
}

/// The content of the literal in double quotes after `before`, by the rules that all five languages
/// share: it ends at the first quote that no backslash stands before.
fn literal<'a>(text: &'a str, before: &str) -> &'a str {
    let start = text.find(before).unwrap() + before.len();
    let mut escaped = false;
    for (n, c) in text[start..].char_indices() {
        match c {
            '\\' if !escaped => escaped = true,
            '"' if !escaped => return &text[start..start + n],
            _ => escaped = false,
        }
    }
    panic!("no end: {text}");
}

#[test]
fn hostile_names_stay_inside_their_literals() {
    let token = with(&json!({"iss":HOSTILE,"aud":HOSTILE}), HOSTILE, "ES256");
    for (language, before) in [
        (Language::Python, "ISSUER = \""),
        (Language::Node, "const ISSUER = \""),
        (Language::Go, "const issuer = \""),
        (Language::Rust, "const ISSUER: &str = \""),
        (Language::Java, "String ISSUER = \""),
    ] {
        let text = snippet::program(&token, language).unwrap();
        // Printable ASCII alone, so that no reader and no terminal sees anything else.
        assert!(
            text.chars()
                .all(|c| c == '\n' || c == '\t' || (' '..='~').contains(&c)),
            "{text}"
        );
        let inside = literal(&text, before);
        assert!(inside.ends_with("*/"), "{language:?}: {inside}");
        assert!(!inside.contains('\n'));
        let after = &text[text.find(inside).unwrap() + inside.len()..];
        assert!(
            after.starts_with("\"\n") || after.starts_with("\";\n"),
            "{language:?}: {after}"
        );
        if language == Language::Node {
            // JSON reads it as JavaScript does.
            let read: String = serde_json::from_str(&format!("\"{inside}\"")).unwrap();
            assert_eq!(read, HOSTILE);
        }
        if language == Language::Java {
            // An escape that the lexer would read before the string must not make a quote or a line.
            for bad in ["\\u0022", "\\u000a", "\\u000d", "\\u005c"] {
                for (n, _) in inside.match_indices(bad) {
                    assert!(inside[..n].ends_with('\\'), "{inside}");
                }
            }
        }
    }
}

#[test]
fn header_lines_and_commands_are_quoted_for_a_shell() {
    let bound = with(
        &json!({"cnf":{"jkt":"x"},"aud":"https://api/'$(evil)'\u{202e}\n"}),
        "at+jwt",
        "ES256",
    );
    assert!(snippet::header_line(&bound).starts_with("Authorization: DPoP ey"));
    let curl = snippet::curl(&bound);
    assert!(curl.ends_with("'https://api/'\\''$(evil)'\\'''"), "{curl}");
    assert!(
        snippet::header_line(&with(&json!({}), "JWT", "ES256"))
            .starts_with("Authorization: Bearer ey")
    );
}
