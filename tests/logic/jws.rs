//! Signed tokens in every form: the examples of RFC 7520 and RFC 7797 in both directions, what must
//! be refused step by step, and agreement with jsonwebtoken.
#![allow(clippy::unwrap_used, clippy::panic)] // also in what the tests share

use delegraph::{
    jose::{
        Alg, Jwk, b64, crypto,
        jws::{self, Form, Signer},
    },
    kit::clock::from_numeric_date,
    token::{
        craft::{self, Part},
        decode::decode,
        validate::{
            Candidate, Policy, Signature, Verdict, judge,
            steps::{Check, Outcome},
        },
    },
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn example(name: &str) -> Value {
    let path = format!(
        "{}/tests/vectors/jose-cookbook/{name}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

fn list(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(all) => all.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    }
}

fn candidates(keys: &[Jwk]) -> Vec<Candidate> {
    keys.iter()
        .map(|jwk| Candidate::new(jwk.clone(), "given".into(), None))
        .collect()
}

fn judged(text: &str, keys: &[Jwk], detached: Option<&str>) -> Verdict {
    let policy = Policy {
        detached: detached.map(|text| text.as_bytes().to_vec()),
        ..Policy::at(from_numeric_date(1_700_000_000).unwrap())
    };
    judge(&decode(text), &candidates(keys), &policy)
}

fn serialised(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

const EXAMPLES: [&str; 10] = [
    "jws/4_1.rsa_v15_signature",
    "jws/4_2.rsa-pss_signature",
    "jws/4_3.ecdsa_signature",
    "jws/4_4.hmac-sha2_integrity_protection",
    "jws/4_5.signature_with_detached_content",
    "jws/4_6.protecting_specific_header_fields",
    "jws/4_7.protecting_content_only",
    "jws/4_8.multiple_signatures",
    "curve25519/jws",
    "rfc7797/hmac-sha2_b64_false",
];

fn keys(example: &Value) -> Vec<Jwk> {
    list(&example["input"]["key"])
        .iter()
        .map(|key| Jwk(object(key)))
        .collect()
}

#[test]
fn every_example_verifies_in_every_form_by_each_of_its_keys() {
    let mut checked = 0;
    for name in EXAMPLES {
        let example = example(name);
        let detached = name
            .contains("detached")
            .then(|| example["input"]["payload"].as_str().unwrap());
        for form in ["compact", "json", "json_flat"] {
            let Some(text) = serialised(&example["output"][form]) else {
                continue;
            };
            for key in keys(&example) {
                let verdict = judged(&text, std::slice::from_ref(&key), detached);
                assert!(
                    verdict.verified(),
                    "{name} {form} {key:?}: {}",
                    verdict.reason
                );
                checked += 1;
            }
            assert!(judged(&text, &keys(&example), detached).verified());
            if detached.is_some() {
                assert!(!judged(&text, &keys(&example), Some("another")).verified());
                assert!(!judged(&text, &keys(&example), None).verified());
            } else {
                let twice = judged(&text, &keys(&example), Some("another"));
                assert_eq!(twice.signature, Signature::Invalid, "{name} {form}");
            }
        }
    }
    assert_eq!(checked, 28);
}

#[test]
fn the_example_that_forgets_crit_is_refused_for_that() {
    // RFC 7797 §6: `crit` must name `b64` where it is false.
    let example = example("rfc7797/4.2.hmac-sha2_b64_false");
    let verdict = judged(
        &example["output"]["json"].to_string(),
        &keys(&example),
        None,
    );
    assert_eq!(verdict.signature, Signature::Invalid);
    assert!(verdict.reason.contains("RFC 7797 §6"), "{}", verdict.reason);
}

#[test]
fn what_is_deterministic_is_made_again_to_the_byte() {
    let mut made = 0;
    for name in EXAMPLES {
        let example = example(name);
        let signing = list(&example["signing"]);
        let algs = list(&example["input"]["alg"]);
        let signers: Vec<Signer> = keys(&example)
            .into_iter()
            .zip(&algs)
            .zip(&signing)
            .map(|((key, alg), signing)| Signer {
                key,
                alg: Alg::parse(alg.as_str().unwrap()),
                protected: object(&signing["protected"]),
                header: object(&signing["unprotected"]),
            })
            .collect();
        let random = signers
            .iter()
            .any(|s| matches!(s.alg, Alg::Ps256 | Alg::Ps384 | Alg::Es512));
        let payload = example["input"]["payload"].as_str().unwrap().as_bytes();
        let detached = name.contains("detached");
        for (form, output) in [
            (Form::Compact, "compact"),
            (Form::General, "json"),
            (Form::Flattened, "json_flat"),
        ] {
            let Some(expected) = serialised(&example["output"][output]) else {
                continue;
            };
            let text = jws::sign(payload, &signers, form, detached).unwrap();
            if random {
                let given = detached.then(|| example["input"]["payload"].as_str().unwrap());
                assert!(
                    judged(&text, &keys(&example), given).verified(),
                    "{name} {output}"
                );
            } else if form == Form::Compact {
                assert_eq!(text, expected, "{name}");
            } else {
                let parsed = |text: &str| -> Value { serde_json::from_str(text).unwrap() };
                assert_eq!(parsed(&text), parsed(&expected), "{name} {output}");
            }
            made += 1;
        }
    }
    assert_eq!(made, 26);
}

fn key(alg: &Alg) -> Jwk {
    crate::jose::key_for(alg)
}

fn outcome(verdict: &Verdict, check: Check) -> Outcome {
    let steps = &verdict.signatures[0].steps;
    steps.iter().find(|s| s.check == check).unwrap().outcome
}

#[test]
fn each_step_is_told_and_the_first_that_fails_ends_it() {
    let own = key(&Alg::Es256);
    let other = key(&Alg::Es384);
    let claims = json!({"sub": "alice", "exp": 1_800_000_000});
    let sign = |header: Value| craft::mint(&header, &claims, &own, &Alg::Es256).unwrap();
    let good = sign(json!({}));
    let parts: Vec<&str> = good.split('.').collect();
    let with = |name: &str, value: Value| {
        let mut key = own.clone();
        key.0.insert(name.into(), value);
        key
    };
    let text = |header: &str| format!("{}.{}.{}", b64::encode(header), parts[1], parts[2]);
    let cases: Vec<(String, Vec<Jwk>, Option<Check>)> = vec![
        (good.clone(), vec![own.clone()], None),
        (format!("{good}.x"), vec![own.clone()], Some(Check::Form)),
        (format!("{good}="), vec![own.clone()], Some(Check::Encoding)),
        (
            format!("{}.{}=.{}", parts[0], parts[1], parts[2]),
            vec![own.clone()],
            Some(Check::Encoding),
        ),
        (
            text(r#"{"alg":"ES256","alg":"ES256"}"#),
            vec![own.clone()],
            Some(Check::Json),
        ),
        (
            text(r#"{"alg":"ES256","kid":7}"#),
            vec![own.clone()],
            Some(Check::Json),
        ),
        (
            sign(json!({"crit": ["x"], "x": 1})),
            vec![own.clone()],
            Some(Check::Critical),
        ),
        (
            text(r#"{"alg":"es256"}"#),
            vec![own.clone()],
            Some(Check::Algorithm),
        ),
        (
            text(r#"{"alg":null}"#),
            vec![own.clone()],
            Some(Check::Algorithm),
        ),
        (
            text(r#"{"alg":"ML-DSA-44"}"#),
            vec![own.clone()],
            Some(Check::Algorithm),
        ),
        (good.clone(), vec![], Some(Check::Key)),
        (
            good.clone(),
            vec![with("kid", json!("x"))],
            Some(Check::Key),
        ),
        (
            text(r#"{"alg":"ES256"}"#),
            vec![other],
            Some(Check::KeyType),
        ),
        (
            good.clone(),
            vec![with("alg", json!("ES384"))],
            Some(Check::KeyType),
        ),
        (
            good.clone(),
            vec![with("use", json!("enc"))],
            Some(Check::KeyUse),
        ),
        (
            good.clone(),
            vec![with("use", json!(7))],
            Some(Check::KeyUse),
        ),
        (
            good.clone(),
            vec![with("key_ops", json!(["verify", "verify"]))],
            Some(Check::KeyUse),
        ),
        (
            good.replace(parts[1], &b64::encode("{}")),
            vec![own.clone()],
            Some(Check::Signature),
        ),
    ];
    for (n, (text, keys, failing)) in cases.iter().enumerate() {
        let verdict = judged(text, keys, None);
        assert_eq!(
            verdict.verified(),
            failing.is_none(),
            "{n}: {}",
            verdict.reason
        );
        for check in Check::ALL {
            let expected = match failing {
                None => Outcome::Passed,
                Some(at) if check < *at => Outcome::Passed,
                Some(at) if check > *at => Outcome::NotReached,
                Some(_) => {
                    let found = outcome(&verdict, check);
                    assert!(
                        matches!(found, Outcome::Failed | Outcome::Open),
                        "{n} {check:?}: {}",
                        verdict.reason
                    );
                    continue;
                }
            };
            assert_eq!(
                outcome(&verdict, check),
                expected,
                "{n} {check:?}: {}",
                verdict.reason
            );
        }
    }
}

#[test]
fn a_key_that_is_too_weak_does_not_make_an_accepted_token() {
    let short = Jwk(object(
        &json!({"kty": "oct", "k": b64::encode("your-256-bit-secret")}),
    ));
    let token = craft::mint(&json!({}), &json!({"sub": "alice"}), &short, &Alg::Hs256).unwrap();
    let verdict = judged(&token, &[short], None);
    assert_eq!(verdict.signature, Signature::Valid);
    assert!(!verdict.verified());
    assert_eq!(outcome(&verdict, Check::KeyStrength), Outcome::Failed);
    assert_eq!(outcome(&verdict, Check::Signature), Outcome::Passed);
    assert!(
        verdict.key_problems[0].contains("152 bit"),
        "{:?}",
        verdict.key_problems
    );
}

#[test]
fn of_several_signatures_each_has_its_verdict_and_one_bad_spoils_all() {
    let algs = [Alg::Es256, Alg::EdDsa, Alg::Hs256];
    let keys: Vec<Jwk> = algs.iter().map(key).collect();
    let signers: Vec<Signer> = algs
        .iter()
        .zip(&keys)
        .map(|(alg, key)| Signer {
            key: key.clone(),
            alg: alg.clone(),
            protected: object(&json!({"kid": key.kid()})),
            header: Map::new(),
        })
        .collect();
    let text = jws::sign(br#"{"sub":"alice"}"#, &signers, Form::General, false).unwrap();
    assert!(judged(&text, &keys, None).verified());
    // One key at hand: the others say nothing.
    let one = judged(&text, &keys[1..2], None);
    assert!(one.verified());
    let states: Vec<Signature> = one.signatures.iter().map(|s| s.signature).collect();
    assert_eq!(
        states,
        [Signature::NoKey, Signature::Valid, Signature::NoKey]
    );
    // A signature changed, removed, or made `none` is bad even beside good ones.
    let mut value: Value = serde_json::from_str(&text).unwrap();
    for signature in [
        json!(b64::encode([1; 64])),
        json!(""),
        json!(7),
        Value::Null,
    ] {
        value["signatures"][2]["signature"] = signature;
        let verdict = judged(&value.to_string(), &keys, None);
        assert_eq!(verdict.signature, Signature::Invalid);
        assert!(
            verdict.reason.starts_with("Signature 3 of 3"),
            "{}",
            verdict.reason
        );
    }
    // The form must not be mixed (RFC 7515 §7.2.2), nor a member stand twice.
    let mixed = text.replacen('{', r#"{"signature":"AA","#, 1);
    assert_eq!(judged(&mixed, &keys, None).signature, Signature::Invalid);
    let twice = text.replacen('{', r#"{"payload":"e30","#, 1);
    assert_eq!(judged(&twice, &keys, None).signature, Signature::Invalid);
    let empty = r#"{"payload":"e30","signatures":[]}"#;
    assert_eq!(judged(empty, &keys, None).signature, Signature::None);
}

#[test]
fn many_signatures_are_refused_before_any_is_verified() {
    let one = json!({"protected": b64::encode(r#"{"alg":"ES256"}"#), "signature": "AAAA"});
    let text = |count: usize| {
        json!({"payload": "A".repeat(400_000), "signatures": vec![one.clone(); count]}).to_string()
    };
    let keys = [key(&Alg::Es256)];
    assert_eq!(judged(&text(100), &keys, None).signatures.len(), 100);
    let verdict = judged(&text(20_000), &keys, None);
    assert_eq!(verdict.signature, Signature::Invalid);
    assert!(
        verdict.reason.contains("More than 100"),
        "{}",
        verdict.reason
    );
}

#[test]
fn what_is_not_protected_may_name_the_key_but_demands_nothing() {
    let own = key(&Alg::Hs256);
    let sign = |protected: Value, header: Value| {
        let signer = Signer {
            key: own.clone(),
            alg: Alg::Hs256,
            protected: object(&protected),
            header: object(&header),
        };
        jws::sign(b"{}", &[signer], Form::Flattened, false).unwrap()
    };
    let keys = [own.clone()];
    assert!(judged(&sign(json!({}), json!({"kid": own.kid()})), &keys, None).verified());
    for (header, expected) in [
        (json!({"crit": ["b64"]}), "not protected"),
        (json!({"b64": true}), "not protected"),
    ] {
        let verdict = judged(&sign(json!({}), header), &keys, None);
        assert_eq!(verdict.signature, Signature::Invalid);
        assert!(verdict.reason.contains(expected), "{}", verdict.reason);
    }
    let text = sign(json!({"typ": "x"}), json!({"kid": own.kid()}));
    let twice = text.replace(r#""header":{"#, r#""header":{"typ":"y","#);
    let verdict = judged(&twice, &keys, None);
    assert!(verdict.reason.contains("`typ` twice"), "{}", verdict.reason);
}

/// A signed token; `open` stands unprotected where the form has room for it.
fn in_form(form: Form, own: &Jwk, open: &Value) -> String {
    let signer = Signer {
        key: own.clone(),
        alg: Alg::Es256,
        protected: object(&json!({"typ": "at+jwt"})),
        header: if form == Form::Compact {
            Map::new()
        } else {
            object(open)
        },
    };
    jws::sign(br#"{"sub":"alice","n":1.0}"#, &[signer], form, false).unwrap()
}

#[test]
fn json_forms_are_edited_and_signed_as_the_compact_one() {
    let own = key(&Alg::Es256);
    for form in [Form::Compact, Form::Flattened, Form::General] {
        let text = in_form(form, &own, &json!({"kid": "old"}));
        let edited = craft::set(&text, Part::Payload, "/sub", Some(json!("bob"))).unwrap();
        let edited = craft::set(&edited, Part::Header, "/typ", Some(json!("JWT"))).unwrap();
        assert_eq!(decode(&edited).claim_text("sub"), Some("bob"), "{form:?}");
        assert!(!judged(&edited, std::slice::from_ref(&own), None).verified());
        let signed = craft::sign(&edited, &own, &Alg::Es256).unwrap();
        let verdict = judged(&signed, std::slice::from_ref(&own), None);
        assert!(verdict.verified(), "{form:?}: {}", verdict.reason);
        let token = decode(&signed);
        assert_eq!(token.header_text("typ"), Some("JWT"));
        assert_eq!(token.header_text("kid"), own.kid());
        assert_eq!(
            craft::text(&signed, Part::Payload)
                .unwrap()
                .replace([' ', '\n'], ""),
            r#"{"sub":"bob","n":1.0}"#
        );
    }
}

#[test]
fn members_are_renamed_at_their_place_in_every_form() {
    let own = key(&Alg::Es256);
    for form in [Form::Compact, Form::Flattened, Form::General] {
        let text = in_form(form, &own, &json!({"x": 1}));
        let edited = craft::rename(&text, Part::Payload, "/sub", "user/id").unwrap();
        let payload = craft::text(&edited, Part::Payload).unwrap();
        assert_eq!(
            payload.replace([' ', '\n'], ""),
            r#"{"user/id":"alice","n":1.0}"#,
            "{form:?}"
        );
        let edited = craft::rename(&edited, Part::Header, "/typ", "cty").unwrap();
        assert_eq!(decode(&edited).header_text("cty"), Some("at+jwt"));
        if form != Form::Compact {
            let open = craft::rename(&edited, Part::Header, "/x", "y").unwrap();
            assert_eq!(decode(&open).header_map()["y"], 1, "{form:?}");
        }
        let taken = craft::rename(&edited, Part::Payload, "/n", "user/id");
        assert_eq!(
            taken.unwrap_err().to_string(),
            "there is a member `user/id` already"
        );
        assert!(craft::rename(&edited, Part::Payload, "/gone", "x").is_err());
    }
}

fn any_alg() -> impl Strategy<Value = Alg> {
    proptest::sample::select(vec![
        Alg::Hs256,
        Alg::Hs384,
        Alg::Hs512,
        Alg::Rs256,
        Alg::Rs512,
        Alg::Ps256,
        Alg::Ps384,
        Alg::Es256,
        Alg::Es384,
        Alg::Es512,
        Alg::Es256K,
        Alg::EdDsa,
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_signed_verifies_in_every_form(
        alg in any_alg(),
        form in proptest::sample::select(vec![Form::Compact, Form::Flattened, Form::General]),
        payload in proptest::collection::vec(any::<u8>(), 0..80),
        detached in any::<bool>(),
    ) {
        let own = key(&alg);
        let signer = Signer {
            key: own.clone(),
            alg: alg.clone(),
            protected: Map::new(),
            header: Map::new(),
        };
        let text = jws::sign(&payload, &[signer], form, detached).unwrap();
        let policy = Policy {
            detached: detached.then(|| payload.clone()),
            ..Policy::at(from_numeric_date(1_700_000_000).unwrap())
        };
        let verdict = judge(&decode(&text), &candidates(&[own]), &policy);
        prop_assert_eq!(verdict.signature, Signature::Valid, "{}", verdict.reason);
    }

    /// What we accept, jsonwebtoken accepts; what it refuses, we refuse. We may refuse more.
    #[test]
    fn we_are_never_more_lenient_than_jsonwebtoken(
        alg in proptest::sample::select(vec![(Alg::Hs256, jsonwebtoken::Algorithm::HS256), (Alg::Es256, jsonwebtoken::Algorithm::ES256)]),
        at in any::<u16>(),
        byte in any::<u8>(),
        change in any::<bool>(),
    ) {
        let (alg, theirs) = alg;
        let own = key(&alg);
        let token = craft::mint(&json!({"typ": "JWT"}), &json!({"sub": "alice", "exp": 4_000_000_000_u32}), &own, &alg).unwrap();
        let mut bytes = token.into_bytes();
        if change {
            let at = usize::from(at) % bytes.len();
            bytes[at] = byte % 95 + 32;
        }
        let text = String::from_utf8(bytes).unwrap();
        let decoding = if alg == Alg::Hs256 {
            jsonwebtoken::DecodingKey::from_secret(&crypto::keys::secret(&own).unwrap())
        } else {
            jsonwebtoken::DecodingKey::from_ec_components(own.text("x").unwrap(), own.text("y").unwrap()).unwrap()
        };
        let mut validation = jsonwebtoken::Validation::new(theirs);
        validation.validate_aud = false;
        let they = jsonwebtoken::decode::<Value>(&text, &decoding, &validation).is_ok();
        let policy = Policy::at(from_numeric_date(1_700_000_000).unwrap());
        let we = judge(&decode(&text), &candidates(&[own]), &policy).verified();
        prop_assert!(!we || they, "{}", text);
        prop_assert!(change || (we && they));
    }
}
