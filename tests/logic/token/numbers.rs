//! Numbers are exact: they stay as they are written, whatever their size.

use delegraph::token::craft::mint;

use super::*;

/// Numbers as tokens have them.
const NUMBERS: [&str; 9] = [
    "1.10",
    "1147953659032899585",
    "18446744073709551616",
    "-9223372036854775809",
    "123456789012345678901234567890.5",
    "1e+400",
    "1e-400",
    "0.30000000000000004441",
    "-0.0",
];

fn made(claims: &str) -> String {
    format!(
        "{}.{}.",
        b64::encode(r#"{"alg":"none"}"#),
        b64::encode(claims)
    )
}

#[test]
fn what_is_read_is_what_is_written() {
    for number in NUMBERS {
        let claims = format!(r#"{{"iss":"i","n":{number},"in":{{"list":[{number}]}}}}"#);
        let token = decode(&made(&claims));
        assert!(token.problems.is_empty(), "{number}: {:?}", token.problems);
        assert_eq!(token.claims.as_ref().unwrap().value.to_string(), claims);
    }
    // Grown to what the grammar allows.
    let digits = "9".repeat(100_000);
    let token = decode(&made(&format!(r#"{{"exp":{digits},"sub":"a"}}"#)));
    assert_eq!(token.claim("exp").unwrap().to_string(), digits);
    assert_eq!(claims::numeric_date(&token, "exp"), None);
}

#[test]
fn edits_and_signatures_keep_other_numbers() {
    let alg = Alg::Es256;
    let key = key_for(&alg);
    for number in NUMBERS {
        let claims = format!(r#"{{"n":{number},"sub":"a"}}"#);
        let edited = craft::set(&made(&claims), Part::Payload, "/sub", Some("b".into())).unwrap();
        let written = craft::text(&edited, Part::Payload).unwrap();
        assert!(written.contains(&format!("\"n\": {number},")), "{written}");
        let value = delegraph::kit::json::parse(claims.as_bytes())
            .unwrap()
            .value;
        let signed = mint(&json!({}), &value, &key, &alg).unwrap();
        let payload = b64::decode(signed.split('.').nth(1).unwrap()).unwrap();
        assert_eq!(String::from_utf8(payload).unwrap(), claims);
    }
}

/// RFC 7519 §2: a NumericDate may have a fraction.
#[test]
fn a_fraction_of_a_second_ends_and_begins_a_life_when_it_does() {
    let life = |claims: &str, now: i64| {
        let token = decode(&made(claims));
        let verdict = judge(&token, &[], &at(now));
        (verdict.life, verdict.claims_problems)
    };
    for (claims, now, expected) in [
        (r#"{"exp":1000.5}"#, 1000, Life::Valid),
        (r#"{"exp":1000.5}"#, 1001, Life::Expired),
        (r#"{"exp":1e3}"#, 999, Life::Valid),
        (r#"{"exp":1E3}"#, 1000, Life::Expired),
        (r#"{"exp":1000.0}"#, 1000, Life::Expired),
        (r#"{"exp":2000,"nbf":1000.25}"#, 1000, Life::NotYet),
        (r#"{"exp":2000,"nbf":1000.25}"#, 1001, Life::Valid),
    ] {
        let (life, problems) = life(claims, now);
        assert_eq!(life, expected, "{claims} at {now}");
        let malformed = problems.iter().any(|p| p.contains("not a number"));
        assert!(!malformed, "{claims}: {problems:?}");
    }
    // Beyond every calendar, and what is no number at all.
    for (claims, words) in [
        (
            r#"{"exp":1e+400}"#,
            "`exp` is 1e+400, a number beyond every calendar",
        ),
        (
            r#"{"nbf":18446744073709551616}"#,
            "`nbf` is 18446744073709551616, a number beyond every calendar",
        ),
        (
            r#"{"iat":"1000"}"#,
            "`iat` is \"1000\", not a number of seconds",
        ),
    ] {
        let (_, problems) = life(claims, 1000);
        assert!(
            problems.iter().any(|p| p.starts_with(words)),
            "{claims}: {problems:?}"
        );
    }
}
