//! Encrypted tokens: the examples of RFC 7520 and of the CFRG curves in both directions, what a
//! recipient must refuse, and every combination there and back.
#![allow(clippy::unwrap_used, clippy::panic)] // also in what the tests share

use std::{collections::VecDeque, sync::Mutex};

use delegraph::{
    jose::{
        Jwk, b64, crypto,
        jwe::{
            self, Draft, Form, JweError, MAX_ITERATIONS, MAX_PLAIN, To,
            names::{Bits, Enc, Hash, Manage},
        },
    },
    kit::rng::{Rng, SystemRng},
    token::{Form as TokenForm, decrypt::decrypt},
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

const EXAMPLES: [&str; 14] = [
    "jwe/5_1.key_encryption_using_rsa_v15_and_aes-hmac-sha2",
    "jwe/5_2.key_encryption_using_rsa-oaep_with_aes-gcm",
    "jwe/5_3.key_wrap_using_pbes2-aes-keywrap_with-aes-cbc-hmac-sha2",
    "jwe/5_4.key_agreement_with_key_wrapping_using_ecdh-es_and_aes-keywrap_with_aes-gcm",
    "jwe/5_5.key_agreement_using_ecdh-es_with_aes-cbc-hmac-sha2",
    "jwe/5_6.direct_encryption_using_aes-gcm",
    "jwe/5_7.key_wrap_using_aes-gcm_keywrap_with_aes-cbc-hmac-sha2",
    "jwe/5_8.key_wrap_using_aes-keywrap_with_aes-gcm",
    "jwe/5_9.compressed_content",
    "jwe/5_10.including_additional_authentication_data",
    "jwe/5_11.protecting_specific_header_fields",
    "jwe/5_12.protecting_content_only",
    "jwe/5_13.encrypting_to_multiple_recipients",
    "curve25519/ecdh-es",
];

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

fn secret(bytes: &[u8]) -> Jwk {
    Jwk(object(&json!({ "kty": "oct", "k": b64::encode(bytes) })))
}

fn keys(example: &Value) -> Vec<Jwk> {
    match example["input"]["pwd"].as_str() {
        Some(password) => vec![secret(password.as_bytes())],
        None => list(&example["input"]["key"])
            .iter()
            .map(|key| Jwk(object(key)))
            .collect(),
    }
}

fn serialised(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

#[test]
fn every_example_opens_in_every_form_for_every_recipient() {
    let mut opened = 0;
    for name in EXAMPLES {
        let example = example(name);
        let plain = example["input"]["plaintext"].as_str().unwrap();
        for form in ["compact", "json", "json_flat"] {
            let Some(text) = serialised(&example["output"][form]) else {
                continue;
            };
            let jwe = jwe::read(&text).unwrap();
            for key in keys(&example) {
                let found = jwe
                    .open(std::slice::from_ref(&key))
                    .unwrap_or_else(|e| panic!("{name} {form} {key:?}: {e}"));
                assert_eq!(found.plain.as_slice(), plain.as_bytes(), "{name} {form}");
                opened += 1;
            }
        }
    }
    assert_eq!(opened, 39);
}

/// Gives out what the example's authors drew.
struct Drawn(Mutex<VecDeque<Vec<u8>>>);

impl Rng for Drawn {
    fn fill(&self, out: &mut [u8]) {
        let next = self.0.lock().unwrap().pop_front().unwrap();
        out.copy_from_slice(&next);
    }
}

#[test]
fn what_can_be_made_again_is_made_again_to_the_byte() {
    // RSA draws randomness that cannot be given; DEFLATE may be carried out in more than one way; of
    // the curve's example the ephemeral private key is another one's.
    let drawn_inside = ["5_1.", "5_2.", "5_9.", "5_13.", "curve25519"];
    let mut made = 0;
    for name in EXAMPLES
        .iter()
        .filter(|n| !drawn_inside.iter().any(|d| n.contains(d)))
    {
        let example = example(name);
        let mut drawn = VecDeque::new();
        let mut draw = |value: &Value| {
            if let Some(text) = value.as_str() {
                drawn.push_back(b64::decode(text).unwrap());
            }
        };
        draw(&example["generated"]["cek"]);
        draw(&example["generated"]["iv"]);
        draw(&example["encrypting_key"]["iv"]);
        let content = &example["encrypting_content"];
        let ephemeral = example["encrypting_key"]
            .get("epk")
            .map(|epk| Jwk(object(epk)));
        let draft = Draft {
            protected: object(&content["protected"]),
            unprotected: object(&content["unprotected"]),
            recipients: vec![To {
                key: keys(&example).remove(0),
                header: Map::new(),
                ephemeral,
            }],
            aad: example["input"]["aad"]
                .as_str()
                .map(|aad| aad.as_bytes().to_vec()),
        };
        let plain = example["input"]["plaintext"].as_str().unwrap().as_bytes();
        for (form, output) in [
            (Form::Compact, "compact"),
            (Form::General, "json"),
            (Form::Flattened, "json_flat"),
        ] {
            let Some(expected) = serialised(&example["output"][output]) else {
                continue;
            };
            let rng = Drawn(Mutex::new(drawn.clone()));
            let text = draft.clone().seal(form, plain, &rng).unwrap();
            if form == Form::Compact {
                assert_eq!(text, expected, "{name}");
            } else {
                let parsed = |text: &str| -> Value { serde_json::from_str(text).unwrap() };
                let (mut got, mut expected) = (parsed(&text), parsed(&expected));
                // An empty recipient says nothing: `dir` has one, or none.
                for value in [&mut got, &mut expected] {
                    if value["recipients"] == json!([{}]) {
                        value.as_object_mut().unwrap().shift_remove("recipients");
                    }
                }
                assert_eq!(got, expected, "{name} {output}");
            }
            made += 1;
        }
    }
    assert_eq!(made, 24);
}

#[test]
fn a_token_inside_is_reached_and_told() {
    let path = format!(
        "{}/tests/vectors/jose-cookbook/6.nesting_signatures_and_encryption.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let example: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let compact = example["encrypt"]["output"]["compact"].as_str().unwrap();
    let key = Jwk(object(&example["encrypt"]["input"]["key"]));
    let found = decrypt(compact, &[key]);
    assert!(found.is_complete());
    assert_eq!(found.layers.len(), 1);
    let inner = found.inner.unwrap();
    assert_eq!(inner.form, TokenForm::Compact);
    assert_eq!(
        inner.raw.as_ref(),
        example["sign"]["output"]["compact"].as_str().unwrap()
    );
}

fn header(alg: Manage, enc: Enc) -> Map<String, Value> {
    object(&json!({ "alg": alg.name(), "enc": enc.name() }))
}

/// A key for each key management; RSA keys are slow to make and shared.
fn key(alg: Manage, enc: Enc, crv: Option<&str>) -> Jwk {
    static RSA: std::sync::LazyLock<Jwk> = std::sync::LazyLock::new(|| {
        let all = crypto::generate_for_encryption(Manage::Rsa15, Enc::Gcm(Bits::B128), None, None);
        let mut key = all.unwrap();
        key.0.shift_remove("alg");
        key
    });
    match alg {
        Manage::Rsa15 | Manage::Oaep(_) => RSA.clone(),
        _ => crypto::generate_for_encryption(alg, enc, crv, None).unwrap(),
    }
}

fn any_alg() -> impl Strategy<Value = Manage> {
    proptest::sample::select(Manage::all().collect::<Vec<_>>())
}

fn any_enc() -> impl Strategy<Value = Enc> {
    proptest::sample::select(Enc::all().collect::<Vec<_>>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_encrypted_is_decrypted_and_by_its_key_alone(
        alg in any_alg(),
        enc in any_enc(),
        crv in proptest::sample::select(vec!["P-256", "P-384", "P-521", "X25519"]),
        form in proptest::sample::select(vec![Form::Compact, Form::Flattened, Form::General]),
        plain in proptest::collection::vec(any::<u8>(), 0..200),
        flip in any::<(u8, u16)>(),
    ) {
        let mut members = header(alg, enc);
        if matches!(alg, Manage::Pbes2(..)) {
            members.insert("p2c".into(), 1_000.into());
        }
        let own = key(alg, enc, Some(crv));
        let public = own.public().unwrap_or_else(|| own.clone());
        let text = Draft::compact(members, public).seal(form, &plain, &SystemRng).unwrap();
        let jwe = jwe::read(&text).unwrap();
        prop_assert_eq!(&*jwe.open(std::slice::from_ref(&own)).unwrap().plain, &plain);
        // Another key of the same kind does not open it.
        if !matches!(alg, Manage::Rsa15 | Manage::Oaep(_)) {
            let mut other = key(alg, enc, Some(crv));
            other.0.shift_remove("kid");
            prop_assert_eq!(jwe.open(&[other]).err(), Some(JweError::Failed));
        }
        // Nor does it open when a bit of any part is changed.
        if form == Form::Compact {
            let mut parts: Vec<String> = text.split('.').map(str::to_owned).collect();
            let n = 1 + usize::from(flip.0) % 4;
            let mut bytes = b64::decode(&parts[n]).unwrap();
            if !bytes.is_empty() {
                let at = usize::from(flip.1) % bytes.len();
                bytes[at] ^= 1 << (flip.0 >> 5);
                parts[n] = b64::encode(bytes);
                let changed = jwe::read(&parts.join(".")).unwrap();
                prop_assert_eq!(changed.open(&[own]).err(), Some(JweError::Failed));
            }
        }
    }

    #[test]
    fn hostile_text_is_refused_in_words(text in "\\PC{0,80}|([A-Za-z0-9_-]{0,20}\\.){0,6}") {
        if let Err(error) = jwe::read(&text) {
            prop_assert!(!error.to_string().is_empty());
        }
    }
}

#[test]
fn several_recipients_each_open_the_same() {
    let enc = Enc::Cbc(Bits::B256);
    let algs = [
        Manage::Oaep(Hash::Sha256),
        Manage::EcdhEsKw(Bits::B128),
        Manage::GcmKw(Bits::B192),
        Manage::AesKw(Bits::B256),
    ];
    let keys: Vec<Jwk> = algs.iter().map(|alg| key(*alg, enc, None)).collect();
    let draft = Draft {
        protected: object(&json!({ "enc": enc.name() })),
        recipients: algs
            .iter()
            .zip(&keys)
            .map(|(alg, key)| To {
                key: key.public().unwrap_or_else(|| key.clone()),
                header: object(&json!({ "alg": alg.name() })),
                ephemeral: None,
            })
            .collect(),
        ..Draft::default()
    };
    let text = draft.seal(Form::General, b"to all", &SystemRng).unwrap();
    let jwe = jwe::read(&text).unwrap();
    for (n, key) in keys.iter().enumerate() {
        let found = jwe.open(std::slice::from_ref(key)).unwrap();
        assert_eq!((&**found.plain, found.recipient), (&b"to all"[..], n));
    }
}

/// A compact JWE with a header of one's own, under `A128KW` and `A128GCM`.
fn with_header(change: impl Fn(&mut Map<String, Value>)) -> (String, Jwk) {
    let (alg, enc) = (Manage::AesKw(Bits::B128), Enc::Gcm(Bits::B128));
    let own = key(alg, enc, None);
    let text = Draft::compact(header(alg, enc), own.clone())
        .seal(Form::Compact, b"{}", &SystemRng)
        .unwrap();
    let (first, rest) = text.split_once('.').unwrap();
    let mut members = object(&serde_json::from_slice(&b64::decode(first).unwrap()).unwrap());
    change(&mut members);
    let first = b64::encode(Value::Object(members).to_string());
    (format!("{first}.{rest}"), own)
}

#[test]
fn what_a_recipient_must_refuse_is_refused_with_its_clause() {
    let set = |name: &'static str, value: Value| {
        move |members: &mut Map<String, Value>| {
            members.insert(name.into(), value.clone());
        }
    };
    for (change, expected) in [
        (set("crit", json!(["exp"])), "`exp` is understood"),
        (set("crit", json!([])), "at least one name"),
        (set("alg", json!(7)), "`alg` is not a string"),
        (set("enc", Value::Null), "`enc` is not a string"),
        (set("kid", json!({})), "`kid` is not a string"),
        (
            set("alg", json!("A193KW")),
            "`A193KW` is not supported here",
        ),
        (
            set("alg", json!("a128kw")),
            "`a128kw` is not supported here",
        ),
        (
            set("enc", json!("A129GCM")),
            "`A129GCM` is not supported here",
        ),
        (set("kid", json!("another")), "no key has the `kid`"),
        (
            set("typ", json!("changed")),
            "the key does not fit, or the encrypted text was changed",
        ),
    ] {
        let (text, own) = with_header(change);
        let error = match jwe::read(&text).map(|jwe| jwe.open(&[own]).err()) {
            Ok(error) => error.map(|e| e.to_string()).unwrap_or_default(),
            Err(error) => error.to_string(),
        };
        assert!(error.contains(expected), "{expected}: {error}");
    }
    let (text, _) = with_header(|_| ());
    let parts: Vec<&str> = text.split('.').collect();
    for (text, expected) in [
        (parts[..4].join("."), "4 parts"),
        (format!("{text}.x"), "more than 5 parts"),
        (text.replacen('.', "=.", 1), "not a base64url character"),
        (format!(".{}", parts[1..].join(".")), "header is missing"),
        (
            format!("{}.{}", b64::encode("[]"), parts[1..].join(".")),
            "not an object",
        ),
        (
            format!("{}.{}", b64::encode(r#"{"alg":"dir","alg":"dir"}"#), parts[1..].join(".")),
            "`alg` twice",
        ),
        (
            json!({"protected": parts[0], "unprotected": {"enc": "A128GCM"}, "encrypted_key": parts[1],
                "iv": parts[2], "ciphertext": parts[3], "tag": parts[4]})
            .to_string(),
            "stands in two headers",
        ),
        (
            json!({"protected": parts[0], "unprotected": {"zip": "DEF"}, "encrypted_key": parts[1],
                "iv": parts[2], "ciphertext": parts[3], "tag": parts[4]})
            .to_string(),
            "not protected",
        ),
        (json!({"ciphertext": "", "recipients": []}).to_string(), "at least one recipient"),
    ] {
        let error = jwe::read(&text).unwrap_err().to_string();
        assert!(error.contains(expected), "{expected}: {error}");
    }
}

#[test]
fn work_and_memory_are_bounded() {
    let password = secret(b"correct horse");
    let alg = Manage::Pbes2(Hash::Sha256, Bits::B128);
    let enc = Enc::Gcm(Bits::B128);
    let sealed = Draft::compact(header(alg, enc), password.clone())
        .seal(Form::Compact, b"x", &SystemRng)
        .unwrap();
    let (first, rest) = sealed.split_once('.').unwrap();
    let mut members = object(&serde_json::from_slice(&b64::decode(first).unwrap()).unwrap());
    members.insert("p2c".into(), (u64::from(MAX_ITERATIONS) + 1).into());
    let text = format!("{}.{rest}", b64::encode(Value::Object(members).to_string()));
    let result = jwe::read(&text).unwrap().open(&[password]);
    assert!(matches!(result.err(), Some(JweError::Excessive(_))));

    // Nor do many recipients multiply the work.
    let many = |count: usize, iterations: u32| {
        let one = json!({"encrypted_key": "AAAA", "header": {
            "alg": "PBES2-HS256+A128KW", "p2s": "AAAAAAAAAAAAAAAAAAAAAA", "p2c": iterations}});
        json!({"protected": b64::encode(r#"{"enc":"A128GCM"}"#), "recipients": vec![one; count],
            "iv": "AAAAAAAAAAAAAAAA", "ciphertext": "AA", "tag": "AAAAAAAAAAAAAAAAAAAAAA"})
        .to_string()
    };
    for text in [many(2, MAX_ITERATIONS), many(100, 1_000_000), many(101, 1)] {
        let result = jwe::read(&text).unwrap().open(&[secret(b"x")]);
        assert!(matches!(result.err(), Some(JweError::Excessive(_))));
    }

    let own = key(Manage::Dir, enc, None);
    let bomb = |size: usize| {
        let mut members = header(Manage::Dir, enc);
        members.insert("zip".into(), "DEF".into());
        let plain = vec![b'a'; size];
        let text = Draft::compact(members, own.clone()).seal(Form::Compact, &plain, &SystemRng);
        jwe::read(&text.unwrap())
            .unwrap()
            .open(std::slice::from_ref(&own))
    };
    assert_eq!(bomb(MAX_PLAIN).unwrap().plain.len(), MAX_PLAIN);
    assert!(matches!(
        bomb(MAX_PLAIN + 1).err(),
        Some(JweError::Excessive(_))
    ));
    assert!(matches!(
        bomb(50_000_000).err(),
        Some(JweError::Excessive(_))
    ));
}

#[test]
fn a_key_that_may_not_decrypt_does_not() {
    let (alg, enc) = (Manage::EcdhEs, Enc::Gcm(Bits::B128));
    let own = key(alg, enc, None);
    let text = Draft::compact(header(alg, enc), own.public().unwrap())
        .seal(Form::Compact, b"x", &SystemRng)
        .unwrap();
    let jwe = jwe::read(&text).unwrap();
    for (name, value, expected) in [
        ("use", json!("sig"), "its `use` is `sig`"),
        ("key_ops", json!(["sign"]), "do not allow it"),
        ("key_ops", json!(["deriveKey", "deriveKey"]), "twice"),
        ("key_ops", json!(["deriveKey", "sign"]), "contradict"),
        ("alg", json!("ECDH-ES+A128KW"), "its `alg` is"),
        ("x", json!(b64::encode([1; 32])), "not a point"),
        ("d", json!(b64::encode([1; 32])), "does not belong"),
    ] {
        let mut key = own.clone();
        key.0.insert(name.into(), value);
        let error = jwe.open(&[key]).err().unwrap().to_string();
        assert!(error.contains(expected), "{name}: {error}");
    }
    let error = jwe
        .open(&[own.public().unwrap()])
        .err()
        .unwrap()
        .to_string();
    assert!(error.contains("this is a public key"), "{error}");
    assert!(matches!(jwe.open(&[]).err(), Some(JweError::NoKey(_))));
}
