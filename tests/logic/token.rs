//! Tokens: decoding, kinds, principals, verdicts, edits, differences, and finding them in text.
#![allow(clippy::unwrap_used, clippy::panic)] // also in what the tests share

mod captures;
mod corpus;
mod cuts;
mod edits;
mod encodings;
mod guide;
mod held;
mod kinds;
mod naming;
mod numbers;
mod owners;
mod places;
mod properties;
mod registry;
mod saml;
mod sd_edits;
mod sd_jwt;
mod signatures;
mod snippet;
mod would_fit;

use std::sync::LazyLock;

use delegraph::{
    jose::{Alg, Jwk, b64, crypto, pem},
    kit::clock::Timestamp,
    token::{
        Form, Kind, ProblemKind, Token, claims,
        craft::{self, CraftError, Part},
        decode::decode,
        diff::{self, Change},
        explain::{duration, principal},
        find::find,
        validate::{self, Candidate, Life, Policy, Signature, judge},
    },
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::jose::key_for;

/// 2015-09-10T18:40:00Z, around the times in RFC 8693.
const NOW: i64 = 1_441_910_400;

fn at(seconds: i64) -> Policy {
    Policy::at(Timestamp::from_second(seconds).unwrap())
}

fn unsigned(header: &Value, claims: &Value) -> String {
    format!(
        "{}.{}.",
        b64::encode(header.to_string()),
        b64::encode(claims.to_string())
    )
}

#[allow(clippy::needless_pass_by_value)] // reads better where it is called
fn token(claims: Value) -> Token {
    decode(&unsigned(&json!({"alg":"none"}), &claims))
}

fn candidate(jwk: &Jwk) -> Candidate {
    Candidate::new(jwk.clone(), "pasted".into(), None)
}

static KEY: LazyLock<Jwk> = LazyLock::new(|| key_for(&Alg::Es256));

fn signed(claims: &Value) -> String {
    craft::mint(&json!({"typ":"at+jwt"}), claims, &KEY, &Alg::Es256).unwrap()
}

fn kinds(token: &Token) -> Vec<(ProblemKind, String)> {
    token
        .problems
        .iter()
        .map(|p| (p.kind, p.pointer.clone()))
        .collect()
}

// ---- decode -------------------------------------------------------------------------------

#[test]
fn pastes_are_cleaned_and_said_to_be() {
    let plain = unsigned(&json!({"alg":"none"}), &json!({"sub":"alice"}));
    let wrapped = format!("{}\n  {}", &plain[..20], &plain[20..]);
    for text in [
        format!("Bearer {plain}"),
        format!("Authorization: Bearer {plain}"),
        format!("\"{plain}\""),
        format!("'{plain}',\n"),
        format!("“{plain}”"),
        wrapped,
        format!("{}\u{200b}{}", &plain[..9], &plain[9..]),
        format!("\u{feff}{plain}\u{200b}"),
    ] {
        let token = decode(&text);
        assert_eq!(&*token.raw, plain, "{text:?}");
        assert_eq!(token.claim_text("sub"), Some("alice"));
    }
    assert!(decode(&plain).problems.is_empty());
    let cleaned = decode(&format!("Bearer \"{plain}\""));
    assert!(
        cleaned
            .problems
            .iter()
            .all(|p| p.kind == ProblemKind::Cleaned)
    );
    assert_eq!(cleaned.problems.len(), 2);
}

#[test]
fn missing_and_damaged_parts_are_reported_not_fatal() {
    let full = signed(&json!({"sub":"alice"}));
    let two = full.rsplit_once('.').unwrap().0;
    let token = decode(two);
    assert_eq!(token.form, Form::Compact);
    assert_eq!(token.claim_text("sub"), Some("alice"));
    assert!(!token.signature_present);
    assert_eq!(kinds(&token)[0].0, ProblemKind::SignatureMissing);

    let padded = format!("{}==.e30=.AQAB", b64::encode(r#"{"alg":"HS256"}"#));
    let token = decode(&padded);
    assert_eq!(token.header_text("alg"), Some("HS256"));
    assert_eq!(token.claims_map().len(), 0);
    assert!(
        token
            .problems
            .iter()
            .any(|p| p.kind == ProblemKind::Encoding && p.part == "payload")
    );

    let token = decode(&format!(
        "{}.{}.x",
        b64::encode("{}"),
        b64::encode("{\"a\":\"\u{7f}")
    ));
    assert!(token.claims.is_none());
    assert!(token.payload_bytes.is_some());
    assert!(
        token
            .problems
            .iter()
            .any(|p| p.kind == ProblemKind::Json && p.message.contains("line 1"))
    );

    let token = decode(&format!(
        "{}.{}.x",
        b64::encode("{}"),
        b64::encode(b"{\"a\":\"\xff\"}")
    ));
    assert!(
        token
            .problems
            .iter()
            .any(|p| p.message.contains("not UTF-8"))
    );

    let extra = decode(&format!("{full}.AQAB"));
    assert_eq!(extra.claim_text("sub"), Some("alice"));
    assert!(extra.problems.iter().any(|p| p.message.contains("4 parts")));
}

#[test]
fn duplicates_and_hidden_characters_are_named_by_pointer() {
    let header = r#"{"alg":"none","alg":"HS256"}"#;
    let payload = "{\"act\":{\"sub\":\"a\",\"sub\":\"b\"},\"n\":[\"x\u{202e}y\"],\"e\u{200b}\":1}";
    let token = decode(&format!(
        "{}.{}.",
        b64::encode(header),
        b64::encode(payload)
    ));
    let found = kinds(&token);
    assert!(found.contains(&(ProblemKind::Duplicate, "/alg".into())));
    assert!(found.contains(&(ProblemKind::Duplicate, "/act/sub".into())));
    assert!(found.contains(&(ProblemKind::HiddenCharacters, "/n/0".into())));
    assert!(found.contains(&(ProblemKind::HiddenCharacters, "/e\u{200b}".into())));
    for problem in &token.problems {
        assert!(!problem.message.contains('\u{202e}') && !problem.message.contains('\u{200b}'));
    }
}

#[test]
fn forms_are_told_apart() {
    let jwe = format!(
        "{}.a.b.c.d",
        b64::encode(r#"{"alg":"dir","enc":"A256GCM"}"#)
    );
    let token = decode(&jwe);
    assert_eq!((token.form, token.kind), (Form::Jwe, Kind::Encrypted));
    assert_eq!(token.header_text("enc"), Some("A256GCM"));
    for opaque in [
        "accVkjcJyb4BWCxGsndESCJQbdFMogUC5PbRDqceLTC",
        "www.example.com",
        "ya29.a0Af.x",
        "",
        "a.b",
    ] {
        assert_eq!(decode(opaque).form, Form::Opaque, "{opaque}");
    }
    let vector = |name: &str| {
        std::fs::read_to_string(format!(
            "{}/tests/vectors/{name}",
            env!("CARGO_MANIFEST_DIR")
        ))
        .unwrap()
    };
    let general = decode(&vector("rfc-examples/rfc7515_A.6.jwsg"));
    assert_eq!(general.form, Form::General);
    assert_eq!(general.claim_text("iss"), Some("joe"));
    assert_eq!(general.header_text("kid"), Some("2010-12-29"));
    let flat = decode(&vector("rfc-examples/rfc7515_A.7.jwsf"));
    assert_eq!(flat.form, Form::Flattened);
    let key = pem::read(&vector("rfc-examples/rfc7515_A.7.jwk"))
        .unwrap()
        .remove(0);
    assert_eq!(
        judge(&flat, &[candidate(&key)], &at(1_300_000_000)).signature,
        Signature::Valid
    );
    let unsecured = decode(&vector("rfc-examples/rfc7515_A.5.jwsc"));
    assert_eq!(judge(&unsecured, &[], &at(NOW)).signature, Signature::None);
}

#[test]
fn nesting_beyond_the_limit_is_refused_not_overflowed() {
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(5_000), "]".repeat(5_000));
    let token = decode(&format!(
        "{}.{}.",
        b64::encode(r#"{"alg":"none"}"#),
        b64::encode(deep)
    ));
    assert!(token.claims.is_none());
    assert!(token.problems.iter().any(|p| p.message.contains("127")));
    let mut act = json!({"sub":"a0"});
    for i in 1..100 {
        act = json!({"sub": format!("a{i}"), "act": act});
    }
    let token = self::token(json!({"sub":"alice","act":act}));
    assert_eq!(claims::actors(&token).len(), 100);
    assert!(
        principal(&token)
            .sentence()
            .starts_with("alice is the subject. a99 acts")
    );
}

#[test]
fn a_megabyte_token_is_read_and_found() {
    let big = "x".repeat(1 << 20);
    let text = unsigned(&json!({"alg":"none"}), &json!({"sub":"alice","big":big}));
    assert_eq!(decode(&text).claim_text("sub"), Some("alice"));
    assert_eq!(find(&format!("see {text} here")).len(), 1);
    let wrapped: String = text
        .as_bytes()
        .chunks(64)
        .map(|c| format!("{}\n", std::str::from_utf8(c).unwrap()))
        .collect();
    let found = find(&wrapped);
    assert_eq!(found.len(), 1);
    assert_eq!(&*found[0].raw, text);
}

// ---- explain ------------------------------------------------------------------------------

#[test]
fn rfc_8693_examples_say_who_acts_for_whom() {
    let nested = token(
        json!({"aud":"https://service26.example.com","iss":"https://issuer.example.com",
        "exp":1_443_904_100,"nbf":1_443_904_000,"sub":"user@example.com",
        "act":{"sub":"https://service16.example.com","act":{"sub":"https://service77.example.com"}}}),
    );
    let p = principal(&nested);
    assert_eq!(
        p.authoritative,
        "user@example.com is the subject. https://service16.example.com acts for user@example.com now."
    );
    assert_eq!(
        p.information,
        "https://service77.example.com acted before: information only (RFC 8693 §4.1)."
    );
    assert_eq!(
        p.short(),
        "user@example.com ← https://service16.example.com ← https://service77.example.com"
    );
    let delegated = token(
        json!({"aud":"urn:example:cooperation-context","iss":"https://as.example.com",
        "exp":1_441_913_610,"scope":"status feed","sub":"user@example.net","act":{"sub":"admin@example.net"}}),
    );
    assert_eq!(
        principal(&delegated).sentence(),
        "user@example.net is the subject. admin@example.net acts for user@example.net now."
    );
    let impersonated = token(
        json!({"aud":"urn:example:cooperation-context","iss":"https://as.example.com",
        "exp":1_441_913_610,"sub":"bdc@example.net","scope":"orders profile history"}),
    );
    let p = principal(&impersonated);
    assert!(
        p.authoritative
            .starts_with("bdc@example.net is the subject. No actor is named"),
        "{}",
        p.authoritative
    );
    assert!(p.information.is_empty());
}

#[test]
fn principals_of_every_sort() {
    let say = |claims: Value| principal(&token(claims)).sentence();
    assert_eq!(
        say(
            json!({"iss":"i","sub":"alice","act":{"sub":"payments-agent","act":{"sub":"researcher","act":{"sub":"planner"}}}})
        ),
        "alice is the subject. payments-agent acts for alice now. researcher and planner acted before: information only (RFC 8693 §4.1)."
    );
    assert_eq!(
        say(json!({"sub":"planner","client_id":"planner"})),
        "planner acts for itself: subject and client are the same."
    );
    assert!(say(json!({"sub":"alice","act":"mallory"})).contains("`act` is not an object"));
    assert!(
        say(json!({"sub":"alice","act":{"sub":"a","act":7}}))
            .contains("An inner `act` is not an object")
    );
    assert!(
        say(json!({"sub":"alice","act":{"iss":"https://as"}}))
            .contains("someone at https://as acts for alice")
    );
    assert!(say(json!({"iss":"https://as","act":{"sub":"a"}})).contains("names no subject"));
    assert!(say(json!({"iss":"https://as"})).contains("No subject is named"));
    assert!(
        say(json!({"sub":"alice","client_id":"web","cnf":{"jkt":"x"}}))
            .contains("whoever holds its key acts as alice")
    );
    let escaped = principal(&token(
        json!({"sub":"ali\u{202e}ce","act":{"sub":"b\u{200b}ob"}}),
    ));
    assert!(!escaped.sentence().contains(['\u{202e}', '\u{200b}']));
    assert!(
        principal(&decode("opaque-token"))
            .authoritative
            .contains("opaque")
    );
}

#[test]
fn durations_in_words() {
    for (seconds, words) in [
        (0, "0 s"),
        (59, "59 s"),
        (284, "4 min 44 s"),
        (300, "5 min"),
        (7_500, "2 h 5 min"),
        (259_200, "3 d"),
        (-61, "−1 min 1 s"),
    ] {
        assert_eq!(duration(seconds), words);
    }
    assert!(duration(i64::MIN).starts_with('−'));
}

// ---- claims -------------------------------------------------------------------------------

#[test]
fn typed_claims() {
    let t = token(
        json!({"iss":"https://as","scope":"a b  a","aud":["x","y"],"exp":1.9,"nbf":"1","iat":1e300,
        "act":{"sub":"r","iss":"https://other","act":{"sub":"p"}},"cnf":{"x5t#S256":"h"}}),
    );
    assert_eq!(
        claims::scopes(&t).unwrap().into_iter().collect::<Vec<_>>(),
        ["a", "b"]
    );
    assert_eq!(claims::audiences(&t).unwrap().len(), 2);
    // A fraction counts as a whole second: the token lives till then.
    assert_eq!(claims::numeric_date(&t, "exp"), Some(2));
    assert_eq!(claims::numeric_date(&t, "nbf"), None);
    assert_eq!(claims::numeric_date(&t, "iat"), None);
    let actors = claims::actors(&t);
    assert_eq!(actors[0].pid.iss.as_deref(), Some("https://other"));
    assert_eq!(actors[1].pid.iss.as_deref(), Some("https://as"));
    assert_eq!(actors[1].pointer, "/act/act");
    assert!(!actors[0].members.contains_key("act"));
    assert_eq!(claims::holder_key(&t).unwrap(), "x5t#S256:h");
    let jwk = token(json!({"cnf":{"jwk":KEY.public().unwrap().0}}));
    assert_eq!(
        claims::holder_key(&jwk).unwrap(),
        format!("jkt:{}", KEY.thumbprint().unwrap())
    );
    assert_eq!(
        claims::scopes(&token(json!({"scp":["a","b"]})))
            .unwrap()
            .len(),
        2
    );
    assert_eq!(claims::audiences(&token(json!({"aud":[1]}))), None);
}

// ---- validate -----------------------------------------------------------------------------

#[test]
fn a_good_token_is_verified_and_the_key_named() {
    let text = signed(&json!({"iss":"https://as","sub":"alice","aud":"api","exp":NOW + 60}));
    let mut policy = at(NOW);
    policy.audience = Some("api".into());
    policy.issuer = Some("https://as".into());
    let verdict = judge(&decode(&text), &[candidate(&KEY)], &policy);
    assert!(verdict.verified(), "{verdict:?}");
    assert_eq!(verdict.life, Life::Valid);
    let used = verdict.key.unwrap();
    assert_eq!(used.kid.as_deref(), KEY.kid());
    assert_eq!(used.thumbprint, KEY.thumbprint().ok());
    assert!(verdict.reason.contains("ES256") && verdict.reason.contains("pasted"));
    // No white space, no padding, no stray bits: the received bytes, strictly.
    for bad in [
        format!("{text}="),
        format!("{text}A"),
        text.replacen('.', "=.", 1),
    ] {
        assert_eq!(
            judge(&decode(&bad), &[candidate(&KEY)], &policy).signature,
            Signature::Invalid,
            "{bad}"
        );
    }
}

#[test]
fn keys_of_another_issuer_or_kid_never_verify() {
    let text = signed(&json!({"iss":"https://as","sub":"alice"}));
    let mut foreign = candidate(&KEY);
    foreign.issuer = Some("https://evil".into());
    let verdict = judge(&decode(&text), &[foreign.clone()], &at(NOW));
    assert_eq!(verdict.signature, Signature::NoKey);
    assert!(verdict.reason.contains("https://as"), "{}", verdict.reason);
    foreign.issuer = Some("https://as".into());
    assert_eq!(
        judge(&decode(&text), &[foreign], &at(NOW)).signature,
        Signature::Valid
    );
    let mut renamed = candidate(&KEY);
    renamed.jwk.0.insert("kid".into(), "other".into());
    let verdict = judge(&decode(&text), &[renamed], &at(NOW));
    assert_eq!(verdict.signature, Signature::NoKey);
    assert!(verdict.reason.contains("`other`"), "{}", verdict.reason);
    assert_eq!(
        judge(&decode(&text), &[], &at(NOW)).signature,
        Signature::NoKey
    );
}

#[test]
fn keys_that_merely_are_at_hand_say_nothing_against_a_token() {
    let mut policy = at(NOW);
    policy.keys_given = false;
    let stranger = craft::mint(
        &json!({"kid":""}),
        &json!({"iss":"https://as","sub":"alice"}),
        &key_for(&Alg::Es256),
        &Alg::Es256,
    )
    .unwrap();
    let stranger = craft::set(&stranger, Part::Header, "/kid", None).unwrap();
    let stranger = decode(&stranger);
    let mut key = candidate(&KEY);
    assert_eq!(
        judge(&stranger, std::slice::from_ref(&key), &policy).signature,
        Signature::NoKey
    );
    // The issuer's own key does speak.
    key.issuer = Some("https://as".into());
    assert_eq!(
        judge(&stranger, std::slice::from_ref(&key), &policy).signature,
        Signature::Invalid
    );
    // And so does one that the header names.
    key.issuer = None;
    let text = signed(&json!({"sub":"alice"}));
    let forged = craft::set(&text, Part::Payload, "/sub", Some(json!("bob"))).unwrap();
    assert_eq!(
        judge(&decode(&forged), std::slice::from_ref(&key), &policy).signature,
        Signature::Invalid
    );
    assert!(judge(&decode(&text), &[key], &policy).verified());
}

#[test]
fn forged_headers_are_refused_with_the_reason() {
    let claims = json!({"iss":"https://as","sub":"alice"});
    let good = signed(&claims);
    let header = |value: Value| {
        let rest = good.split_once('.').unwrap().1;
        format!("{}.{rest}", b64::encode(value.to_string()))
    };
    let verdict = |text: &str| judge(&decode(text), &[candidate(&KEY)], &at(NOW));
    for (text, signature, says) in [
        (
            header(json!({"alg":"none"})),
            Signature::None,
            "proves nothing",
        ),
        (
            header(json!({"alg":"nOnE"})),
            Signature::None,
            "careless comparison",
        ),
        (
            header(json!({"alg":"ES384"})),
            Signature::Invalid,
            "does not fit the key",
        ),
        (
            header(json!({"alg":"HS256"})),
            Signature::Invalid,
            "Key confusion",
        ),
        (
            header(json!({"alg":"ML-DSA-44"})),
            Signature::Unsupported,
            "not an algorithm",
        ),
        (
            header(json!({"alg":"es256"})),
            Signature::Unsupported,
            "not an algorithm",
        ),
        (header(json!({"alg":7})), Signature::Invalid, "not a string"),
        (header(json!({"typ":"JWT"})), Signature::Invalid, "no `alg`"),
        (
            header(json!({"alg":"ES256","kid":null})),
            Signature::Invalid,
            "`kid`",
        ),
        (
            header(json!({"alg":"ES256","crit":["exp"],"exp":1})),
            Signature::Invalid,
            "not understood",
        ),
        (
            header(json!({"alg":"ES256","crit":[]})),
            Signature::Invalid,
            "at least one name",
        ),
        (
            header(json!({"alg":"ES256","crit":["b64"]})),
            Signature::Invalid,
            "does not have",
        ),
        (
            header(json!({"alg":"ES256","crit":["alg"]})),
            Signature::Invalid,
            "no extension",
        ),
        (
            header(json!({"alg":"ES256","b64":false})),
            Signature::Invalid,
            "`crit` does not name it",
        ),
        (
            format!("{}.", good.rsplit_once('.').unwrap().0),
            Signature::None,
            "not signed",
        ),
        (
            good.rsplit_once('.').unwrap().0.to_owned(),
            Signature::None,
            "missing: the token was never signed, or it is cut",
        ),
        (format!("{good}.AQAB"), Signature::Invalid, "three parts"),
    ] {
        let verdict = verdict(&text);
        assert_eq!(verdict.signature, signature, "{text}: {}", verdict.reason);
        assert!(verdict.reason.contains(says), "{says}: {}", verdict.reason);
        assert!(!verdict.verified());
    }
    let twice = format!(
        "{}.{}",
        b64::encode(r#"{"alg":"ES256","alg":"ES256"}"#),
        good.split_once('.').unwrap().1
    );
    assert!(verdict(&twice).reason.contains("twice"));
    let mut policy = at(NOW);
    policy.algs = vec![Alg::Ps256];
    assert!(
        judge(&decode(&good), &[candidate(&KEY)], &policy)
            .reason
            .contains("not allowed")
    );
}

#[test]
fn hmac_with_the_public_key_is_called_by_its_name() {
    let public = KEY.public().unwrap();
    let secret = Jwk(Map::from_iter([
        ("kty".to_owned(), "oct".into()),
        (
            "k".to_owned(),
            b64::encode(pem::write(&public).unwrap()).into(),
        ),
    ]));
    let forged = craft::mint(&json!({}), &json!({"sub":"alice"}), &secret, &Alg::Hs256).unwrap();
    let forged = decode(&forged);
    assert_eq!(validate::confusion(&forged, &KEY), Some("PEM"));
    let verdict = judge(&forged, &[candidate(&public)], &at(NOW));
    assert_eq!(verdict.signature, Signature::Invalid);
    assert!(
        verdict
            .reason
            .contains("made with the public key as the secret (PEM)"),
        "{}",
        verdict.reason
    );
}

#[test]
fn a_short_secret_verifies_and_is_reported() {
    let short = Jwk(Map::from_iter([
        ("kty".to_owned(), "oct".into()),
        ("k".to_owned(), b64::encode("secret").into()),
    ]));
    let text = craft::mint(&json!({}), &json!({"sub":"alice"}), &short, &Alg::Hs256).unwrap();
    let verdict = judge(&decode(&text), &[candidate(&short)], &at(NOW));
    assert_eq!(verdict.signature, Signature::Valid);
    assert!(
        verdict.reason.contains("48 bit where HS256 needs 256"),
        "{}",
        verdict.reason
    );
}

#[test]
fn claims_are_judged_at_the_moment_with_leeway() {
    let problems = |claims: Value, now: i64, leeway: i64| {
        let mut policy = at(now);
        policy.leeway = leeway;
        policy.audience = Some("api".into());
        judge(&token(claims), &[], &policy).claims_problems
    };
    assert!(problems(json!({"aud":"api","exp":100}), 99, 0).is_empty());
    assert!(problems(json!({"aud":"api","exp":100}), 100, 0)[0].contains("Expired 0 s ago"));
    assert!(problems(json!({"aud":"api","exp":100}), 105, 10).is_empty());
    assert!(problems(json!({"aud":"api","nbf":200}), 100, 0)[0].contains("Not valid before"));
    assert!(problems(json!({"aud":"api","iat":200}), 100, 0)[0].contains("future"));
    assert!(problems(json!({"aud":"other"}), 0, 0)[0].contains("not for api"));
    assert!(problems(json!({}), 0, 0)[0].contains("names no audience"));
    assert!(problems(json!({"aud":"api","exp":"100"}), 0, 0)[0].contains("not a number"));
    assert!(problems(json!({"aud":"api","exp":NOW * 1000}), 0, 0)[0].contains("milliseconds"));
    assert!(problems(json!({"aud":["api", 7]}), 0, 0)[0].contains("neither"));
    assert!(problems(json!({"aud":"api","sub":7}), 0, 0)[0].contains("`sub`"));
    let life =
        |claims: Value| validate::life(&token(claims), Timestamp::from_second(100).unwrap(), 0);
    assert_eq!(life(json!({"exp":101})), Life::Valid);
    assert_eq!(life(json!({"exp":100})), Life::Expired);
    assert_eq!(life(json!({"nbf":101})), Life::NotYet);
    assert_eq!(life(json!({})), Life::NoExpiry);
    assert_eq!(life(json!({"exp":i64::MAX})), Life::Valid);
}

// ---- diff ---------------------------------------------------------------------------------

#[test]
fn hops_are_compared_claim_by_claim() {
    let before = token(
        json!({"iss":"as","sub":"alice","scope":"mail:read calendar:read payments:read","aud":["a","b"],"iat":0,"exp":300,"jti":"1","cnf":{"jkt":"x"}}),
    );
    let after = token(
        json!({"iss":"as","sub":"alice","scope":"payments:read","aud":"payments-api","iat":16,"exp":300,"jti":"2","act":{"sub":"researcher"}}),
    );
    let rows = diff::claims(&before, &after);
    let change = |name: &str| rows.iter().find(|r| r.claim == name).unwrap().change;
    assert_eq!(change("sub"), Change::Kept);
    assert_eq!(change("scope"), Change::Narrowed);
    assert_eq!(change("aud"), Change::Changed);
    assert_eq!(change("exp"), Change::Kept);
    assert_eq!(change("jti"), Change::Changed);
    assert_eq!(change("act"), Change::Added);
    assert_eq!(change("cnf"), Change::Dropped);
    assert_eq!(rows.last().unwrap().claim, "cnf");
    assert_eq!(
        diff::wire(&before, &after),
        [
            "−2 scopes",
            "+actor researcher",
            "aud → payments-api",
            "life 5 min → 4 min 44 s",
            "no longer bound to a key"
        ]
    );
    let wider = token(
        json!({"sub":"alice","scope":"payments:initiate payments:read","aud":["a","b","c"],"exp":400}),
    );
    let rows = diff::claims(
        &token(json!({"sub":"alice","scope":"payments:read","aud":["b","a"],"exp":300})),
        &wider,
    );
    assert_eq!(
        rows.iter().map(|r| r.change).collect::<Vec<_>>(),
        [
            Change::Kept,
            Change::Widened,
            Change::Widened,
            Change::Widened
        ]
    );
    assert_eq!(diff::wire(&after, &wider)[0], "+payments:initiate");
    assert!(diff::wire(&after, &after).is_empty());
    assert!(diff::wire(&after, &decode("opaque")).is_empty());
    let lost = token(json!({"sub":"alice"}));
    assert!(diff::wire(&after, &lost).contains(&"actors dropped".to_owned()));
}
