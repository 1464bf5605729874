//! Keys of the tray: read from files and pasted, named, and what a set of them must not do.

use std::path::PathBuf;

use delegraph::{
    app::{Model, keys, token},
    jose::{Alg, Jwk, b64, crypto, jwk::Task, pem, secret::Encoding},
    kit::secret::Secret,
    token::{
        craft,
        decode::decode,
        validate::{
            Candidate, Policy, Signature, judge,
            steps::{Check, Outcome},
        },
    },
};
use serde_json::{Value, json};

use crate::app::{ask_and_wait as ask, env};

fn vector(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/vectors/openssl")
        .join(file)
}

fn said(model: &Model) -> String {
    let notices = &model.session.notices;
    notices.iter().map(|n| format!("{}\n", n.text)).collect()
}

fn names(model: &Model) -> Vec<&str> {
    model
        .workspace
        .keys
        .iter()
        .map(|k| k.name.as_str())
        .collect()
}

fn text(keys: &[&Jwk]) -> Secret {
    let all: Vec<Value> = keys.iter().map(|k| Value::Object(k.0.clone())).collect();
    Secret::new(json!({ "keys": all }).to_string())
}

fn named(alg: &Alg, kid: &str) -> Jwk {
    let mut key = crypto::generate(alg, None).unwrap();
    key.0.insert("kid".into(), kid.into());
    key
}

#[test]
fn key_files_of_every_form_are_read_wherever_they_are_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let der = |file: &str| {
        let bytes = std::fs::read(vector(file)).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let body: String = text.lines().filter(|l| !l.starts_with("-----")).collect();
        let path = folder.path().join(file.replace(".pem", ".der"));
        let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, body);
        std::fs::write(&path, bytes.unwrap()).unwrap();
        path
    };
    for (path, private) in [
        (vector("p256.sec1.der"), true),
        (vector("rsa.pkcs8.der"), true),
        (vector("p256.cert.der"), false),
        (der("rsa.pkcs1.pem"), true),
        (der("rsa.pkcs1.pub.pem"), false),
        (der("p256.spki.pem"), false),
        (der("p256.pkcs8.pem"), true),
        (der("ed25519.pkcs8.pem"), true),
    ] {
        let mut model = Model::default();
        ask(&mut model, token::Command::ImportFiles(vec![path.clone()]));
        let keys = &model.workspace.keys;
        assert_eq!(keys.len(), 1, "{}: {}", path.display(), said(&model));
        assert_eq!(keys[0].private, private, "{}", path.display());
        // Named by its file, and where it came from is kept.
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        assert!(file.starts_with(&keys[0].name), "{}", keys[0].name);
        assert_eq!(keys[0].origin, format!("file {file}"));
    }
}

#[test]
fn an_encrypted_key_in_der_asks_for_its_passphrase() {
    let mut model = Model::default();
    let path = vector("ed25519.encrypted.der");
    ask(&mut model, token::Command::ImportFiles(vec![path]));
    assert!(model.session.locked_keys.asked().is_some() && model.workspace.keys.is_empty());
    ask(&mut model, keys::Command::Open(Secret::new("wrong")));
    let (_, locked) = model.session.locked_keys.asked().unwrap();
    assert!(locked.error.as_ref().unwrap().contains("does not fit"));
    ask(
        &mut model,
        keys::Command::Open(Secret::new("correct-horse")),
    );
    assert!(model.session.locked_keys.asked().is_none());
    assert!(model.workspace.keys[0].private, "{}", said(&model));
}

#[test]
fn what_is_no_key_is_named_with_the_way_out() {
    let sequence = |inner: &[u8]| {
        let mut bytes = vec![0x30, u8::try_from(inner.len()).unwrap()];
        bytes.extend_from_slice(inner);
        bytes.extend_from_slice(&[0xff]); // never text
        bytes
    };
    for (bytes, named) in [
        (sequence(&[2, 1, 3, 0x30, 0]), "PKCS#12"),
        (sequence(&[6, 1, 0x2a, 0xa0, 0]), "PKCS#7"),
        (sequence(&[0x30, 3, 2, 1, 0]), "certificate request"),
        (vec![0xfe, 0xed, 0xfe, 0xed, 0, 0], "Java key store"),
        (vec![0xff, 0xfe, b'-', 0], "UTF-16"),
        (vec![0x80, 0x81], "neither text nor a key in DER"),
    ] {
        let why = pem::read_bytes(&bytes, None).unwrap_err().to_string();
        assert!(why.contains(named) && why.contains("Accepted are"), "{why}");
    }
}

#[test]
fn pasted_keys_are_told_apart_by_name() {
    let mut model = Model::default();
    let bare = crypto::generate(&Alg::Es256, None).unwrap();
    let mut bare = bare;
    bare.0.shift_remove("kid");
    bare.0.shift_remove("alg");
    let paste = |key: &Jwk| token::Command::Paste(Value::Object(key.0.clone()).to_string());
    ask(&mut model, paste(&named(&Alg::Es256, "prod-1")));
    ask(&mut model, paste(&bare));
    let print = bare.thumbprint().unwrap();
    // The same `kid` for another key: told apart all the same.
    let again = named(&Alg::Es256, "prod-1");
    ask(&mut model, paste(&again));
    assert_eq!(
        names(&model),
        [
            "prod-1".to_owned(),
            format!("ES256 {}", &print[..6]),
            format!("prod-1 {}", &again.thumbprint().unwrap()[..6]),
        ]
    );
    // Of a secret not even the hash is shown: it could be guessed by it.
    for secret in ["hunter2", "hunter3"] {
        ask(
            &mut model,
            keys::Command::ImportSecret {
                secret: Secret::new(secret),
                encoding: Encoding::Text,
                alg: "HS512".into(),
                name: " ".into(),
            },
        );
    }
    assert_eq!(&names(&model)[3..], ["HS512 secret", "HS512 secret 2"]);
    // The base64 of a PEM without its lines is a key as well.
    let spki = std::fs::read_to_string(vector("p256.spki.pem")).unwrap();
    let body: String = spki.lines().filter(|l| !l.starts_with("-----")).collect();
    ask(&mut model, token::Command::Paste(body));
    assert_eq!(model.workspace.keys.len(), 6, "{}", said(&model));
}

#[test]
fn a_secret_is_taken_as_it_is_written_and_for_what_it_fits() {
    let mut model = Model::default();
    let import = |model: &mut Model, secret: &str, encoding, alg: &str| {
        ask(
            model,
            keys::Command::ImportSecret {
                secret: Secret::new(secret),
                encoding,
                alg: alg.into(),
                name: "s".into(),
            },
        );
    };
    import(
        &mut model,
        "000102030405060708090a0b0c0d0e0f",
        Encoding::Hex,
        "A128KW",
    );
    import(
        &mut model,
        "AAECAwQFBgcICQoLDA0ODw==",
        Encoding::Base64,
        "dir",
    );
    let keys = &model.workspace.keys;
    assert_eq!(
        (keys[0].alg.as_str(), keys[1].alg.as_str()),
        ("A128KW", "dir")
    );
    let k = |n: usize| model.vault.keys[&keys[n].id].text("k").unwrap().to_owned();
    assert_eq!((k(0), k(1)), ("AAECAwQFBgcICQoLDA0ODw".into(), k(0)));
    import(&mut model, "00", Encoding::Hex, "A128KW");
    assert!(
        said(&model).contains("a secret of 1 bytes"),
        "{}",
        said(&model)
    );
    import(&mut model, "0g", Encoding::Hex, "HS256");
    assert!(said(&model).contains("`g` is no hexadecimal digit"));
    import(&mut model, "", Encoding::Text, "HS256");
    assert!(said(&model).contains("the secret is empty"));
    assert_eq!(model.workspace.keys.len(), 2);
}

#[test]
fn keys_of_one_set_that_share_a_kid_are_named() {
    let (one, two) = (named(&Alg::Es256, "a"), named(&Alg::Es256, "a"));
    let other = named(&Alg::Es256, "b");
    let mut model = Model::default();
    let import = |keys: &[&Jwk]| keys::Command::Import {
        text: text(keys),
        name: String::new(),
    };
    ask(&mut model, import(&[&one, &other, &one]));
    assert!(
        !said(&model).contains("RFC 7517"),
        "the same key twice is one key"
    );
    ask(&mut model, import(&[&one, &two, &other]));
    assert!(
        said(&model).contains("2 different keys of this set have the `kid` `a`"),
        "{}",
        said(&model)
    );

    // The verdict tries each, and its step says that there were several.
    let token = craft::mint(&json!({}), &json!({"iss": "https://i"}), &two, &Alg::Es256).unwrap();
    let of = |key: &Jwk| {
        Candidate::new(
            key.public().unwrap(),
            "JWKS of https://i".into(),
            Some("https://i".into()),
        )
    };
    let policy = Policy {
        keys_given: false,
        ..Policy::at(env().now)
    };
    let verdict = judge(&decode(&token), &[of(&one), of(&two), of(&other)], &policy);
    assert_eq!(verdict.signature, Signature::Valid);
    assert!(
        verdict.reason.contains("2 different keys of that set"),
        "{}",
        verdict.reason
    );
    let step = verdict.signatures[0]
        .steps
        .iter()
        .find(|s| s.check == Check::Key)
        .unwrap();
    assert_eq!(step.outcome, Outcome::Passed);
    assert!(step.detail.contains("RFC 7517 §4.5"), "{}", step.detail);
    let verdict = judge(&decode(&token), &[of(&two), of(&other)], &policy);
    assert!(
        !verdict.reason.contains("different keys"),
        "{}",
        verdict.reason
    );
    let third = craft::mint(
        &json!({"kid": "a"}),
        &json!({"iss": "https://i"}),
        &named(&Alg::Es256, "c"),
        &Alg::Es256,
    )
    .unwrap();
    let verdict = judge(&decode(&third), &[of(&one), of(&two)], &policy);
    assert_eq!(verdict.signature, Signature::Invalid);
    assert!(
        verdict.reason.contains("should be distinct"),
        "{}",
        verdict.reason
    );
}

/// The key with a zero octet before each of these numbers.
fn padded(key: &Jwk, names: &[&str]) -> Jwk {
    let mut out = key.clone();
    for name in names {
        let octets = b64::decode(key.text(name).unwrap()).unwrap();
        out.0.insert(
            (*name).into(),
            b64::encode([&[0], &*octets].concat()).into(),
        );
    }
    out
}

#[test]
fn a_number_that_begins_with_a_zero_octet_is_a_fault_of_the_key() {
    let private = crypto::generate(&Alg::Rs256, Some("k")).unwrap();
    let public = private.public().unwrap();
    let print = public.thumbprint().unwrap();
    assert_eq!(private.malformed(), None);
    for names in [&["n"][..], &["e"], &["n", "e"]] {
        let bad = padded(&public, names);
        let what = bad.malformed().unwrap();
        assert!(
            what.contains(names[0]) && what.contains("RFC 7518"),
            "{what}"
        );
        // It has no thumbprint rather than another one than the same key has after PEM.
        assert!(bad.thumbprint().is_err(), "{names:?}");
        assert_eq!(bad.clone().well_formed(), public);
        let after_pem = pem::read(&pem::write(&bad).unwrap()).unwrap().remove(0);
        assert_eq!(after_pem.thumbprint().unwrap(), print);
        assert_eq!(
            pem::read(&Value::Object(bad.0).to_string()).unwrap().len(),
            1
        );
    }
    // Private numbers likewise; they do not stand in the thumbprint.
    for name in ["d", "p", "q", "dp", "dq", "qi"] {
        let bad = padded(&private, &[name]);
        assert!(bad.malformed().unwrap().contains(&format!("`{name}`")));
        assert_eq!(bad.thumbprint().unwrap(), print);
        assert_eq!(bad.well_formed(), private);
    }
    // What is no such number is no such fault: zero itself, a coordinate, a secret, no base64url.
    let of = |value: Value| Jwk(value.as_object().unwrap().clone());
    for key in [
        of(json!({"kty": "RSA", "n": "AA", "e": "AQAB"})),
        of(json!({"kty": "RSA", "n": "", "e": "é"})),
        of(json!({"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA"})),
        of(json!({"kty": "oct", "k": "AAAA"})),
    ] {
        assert_eq!(key.malformed(), None);
        assert_eq!(key.clone().well_formed(), key);
    }
    let zeros = of(json!({"kty": "RSA", "n": "AAAA"})).well_formed();
    assert_eq!(zeros.text("n"), Some("AA"));
    let endless = of(json!({"kty": "RSA", "n": "AAAA*"}));
    assert_eq!(endless.clone().well_formed(), endless);
}

#[test]
fn a_token_is_not_accepted_by_a_malformed_key() {
    let private = crypto::generate(&Alg::Rs256, Some("k")).unwrap();
    let token = craft::mint(&json!({}), &json!({"sub": "a"}), &private, &Alg::Rs256).unwrap();
    let verdict = |key: Jwk| {
        let candidate = Candidate::new(key, "given".into(), None);
        judge(&decode(&token), &[candidate], &Policy::at(env().now))
    };
    assert!(verdict(private.public().unwrap()).verified());
    for key in [
        padded(&private.public().unwrap(), &["n"]),
        padded(&private.public().unwrap(), &["e"]),
        padded(&private, &["qi"]),
    ] {
        let verdict = verdict(key);
        assert_eq!(verdict.signature, Signature::Valid);
        assert!(!verdict.verified() && !verdict.weak_key());
        assert!(verdict.key_problems[0].contains("zero octet"));
        assert!(verdict.reason.contains("But its `"), "{}", verdict.reason);
        let step = |check| {
            let steps = &verdict.signatures[0].steps;
            steps.iter().find(|s| s.check == check).unwrap().outcome
        };
        assert_eq!(step(Check::KeyForm), Outcome::Failed);
        assert_eq!(step(Check::KeyStrength), Outcome::Passed);
    }
    // A coordinate of another width than its curve has leaves no key to check with.
    let signer = crypto::generate(&Alg::Es256, None).unwrap();
    let token = craft::mint(&json!({}), &json!({}), &signer, &Alg::Es256).unwrap();
    let candidate = Candidate::new(padded(&signer, &["x"]), "given".into(), None);
    let verdict = judge(&decode(&token), &[candidate], &Policy::at(env().now));
    assert_eq!(verdict.signature, Signature::Invalid);
    assert!(verdict.reason.contains("33 bytes"), "{}", verdict.reason);
    let failed = verdict.signatures[0]
        .steps
        .iter()
        .find(|s| s.outcome == Outcome::Failed);
    assert_eq!(failed.unwrap().check, Check::KeyForm);
}

#[test]
fn a_malformed_key_is_taken_in_and_named() {
    let public = named(&Alg::Rs256, "rsa-1").public().unwrap();
    let bad = padded(&public, &["n"]);
    let import = |key: &Jwk| keys::Command::Import {
        text: text(&[key]),
        name: String::new(),
    };
    let mut model = Model::default();
    ask(&mut model, import(&bad));
    assert_eq!(names(&model), ["rsa-1"]);
    assert!(
        said(&model).contains("The key `rsa-1` is malformed: its `n` begins with a zero octet"),
        "{}",
        said(&model)
    );
    // The same again is the same; as its standard has it, it is taken as well.
    ask(&mut model, import(&bad));
    assert_eq!(model.workspace.keys.len(), 1);
    ask(&mut model, import(&public));
    assert_eq!(model.workspace.keys.len(), 2);
    ask(&mut model, import(&bad));
    assert_eq!(model.workspace.keys.len(), 2);
}

/// The key that is asked for: its name, which it is, of how many, and why the last try failed.
fn asked(model: &Model) -> Option<(&str, usize, usize, bool)> {
    let keys = &model.session.locked_keys;
    let (number, key) = keys.asked()?;
    assert!(!model.tries(key));
    Some((&key.name, number, keys.total, key.error.is_some()))
}

#[test]
fn several_encrypted_keys_ask_one_after_the_other_and_nothing_twice() {
    let files = || {
        let names = [
            "p256.encrypted.pem",
            "rsa.encrypted-aes192-sha1.pem",
            "p256.spki.pem",
            "ed25519.encrypted.der",
        ];
        token::Command::ImportFiles(names.map(vector).to_vec())
    };
    let open = |text: &str| keys::Command::Open(Secret::new(text));
    // One passphrase opens all; the key that needs none is there at once.
    let mut model = Model::default();
    ask(&mut model, files());
    assert_eq!(model.workspace.keys.len(), 1);
    assert_eq!(asked(&model), Some(("p256.encrypted", 1, 3, false)));
    ask(&mut model, open("wrong"));
    assert_eq!(asked(&model), Some(("p256.encrypted", 1, 3, true)));
    // The same files again wait once.
    ask(&mut model, files());
    assert_eq!(model.session.locked_keys.total, 3);
    ask(&mut model, open("correct-horse"));
    assert_eq!(asked(&model), None);
    assert_eq!(model.session.locked_keys.total, 0);
    let private = model.workspace.keys.iter().filter(|k| k.private).count();
    assert_eq!(private, 3, "{}", said(&model));

    // One that is skipped leaves the others.
    let mut model = Model::default();
    ask(&mut model, files());
    ask(&mut model, keys::Command::Open(Secret::default()));
    assert_eq!(
        asked(&model),
        Some(("rsa.encrypted-aes192-sha1", 2, 3, false))
    );
    ask(&mut model, keys::Command::Open(Secret::default()));
    assert_eq!(asked(&model), Some(("ed25519.encrypted", 3, 3, false)));
    ask(&mut model, open("correct-horse"));
    assert_eq!((asked(&model), model.workspace.keys.len()), (None, 2));
}

#[test]
fn a_passphrase_that_opened_one_key_says_nothing_against_another() {
    let names = [
        "p256.encrypted.pem",
        "ed25519.encrypted-other.pem",
        "rsa.encrypted-aes192-sha1.pem",
    ];
    let open = |text: &str| keys::Command::Open(Secret::new(text));
    let mut model = Model::default();
    ask(
        &mut model,
        token::Command::ImportFiles(names.map(vector).to_vec()),
    );
    ask(&mut model, open("correct-horse"));
    // The first and the third are open; of the second it is not said that a passphrase failed.
    assert_eq!(model.workspace.keys.len(), 2);
    assert_eq!(
        asked(&model),
        Some(("ed25519.encrypted-other", 3, 3, false))
    );
    ask(&mut model, open("correct-horse"));
    assert_eq!(asked(&model), Some(("ed25519.encrypted-other", 3, 3, true)));
    ask(&mut model, open("battery-staple"));
    assert_eq!((asked(&model), model.workspace.keys.len()), (None, 3));
}

#[test]
fn keys_are_found_in_the_json_that_services_publish() {
    let key = crypto::generate(&Alg::Es256, None).unwrap();
    let pem_text = pem::write(&key).unwrap();
    let mut public = key.public().unwrap();
    public.0.remove("kid");
    let certificate = include_str!("../vectors/certificates/leaf.b64").trim();
    let armoured =
        format!("-----BEGIN CERTIFICATE-----\n{certificate}\n-----END CERTIFICATE-----\n");
    for (json, kids) in [
        // Google, Firebase: certificates by key identifier.
        (
            serde_json::json!({ "k1": armoured, "k2": armoured }),
            vec!["k1", "k2"],
        ),
        (
            serde_json::json!({ "6a4f87ff5d93": armoured }),
            vec!["6a4f87ff5d93"],
        ),
        // The key file of a service account.
        (
            serde_json::json!({ "type": "service_account", "private_key_id": "a1", "private_key": pem_text }),
            vec!["a1"],
        ),
        // A key beside its certificate, in members that say so, and not which key it is.
        (
            serde_json::json!({ "certificate": armoured, "private_key": pem_text }),
            vec!["", ""],
        ),
        (
            serde_json::json!({ "publicKey": pem::write(&public).unwrap(), "privateKey": pem_text }),
            vec![""],
        ),
        (
            serde_json::json!({ "tls.crt": armoured, "ca.crt": armoured }),
            vec!["", ""],
        ),
        (
            serde_json::json!({ "signing-key-2026": armoured }),
            vec!["signing-key-2026"],
        ),
        // What a document is called is no name of its key.
        (
            serde_json::json!({ "id": "realm-1", "certificate": armoured }),
            vec![""],
        ),
        // A realm's description: the key without its lines.
        (
            serde_json::json!({ "realm": "lab", "public_key": certificate }),
            vec![""],
        ),
        // Sets and keys under other names.
        (
            serde_json::json!({ "jwks": { "keys": [public.0] } }),
            vec![""],
        ),
        (
            serde_json::json!({ "data": [{ "jwk": public.0 }] }),
            vec![""],
        ),
    ] {
        let read = pem::read(&json.to_string()).unwrap_or_else(|e| panic!("{json}: {e}"));
        let named: Vec<&str> = read.iter().map(|k| k.kid().unwrap_or("")).collect();
        assert_eq!(named, kids, "{json}");
    }
    let cut = serde_json::json!({ "private_key": "-----BEGIN PRIVATE KEY-----\nMIIB" });
    let why = pem::read(&cut.to_string()).unwrap_err().to_string();
    assert!(
        why.contains("in `private_key`") && why.contains("no END line"),
        "{why}"
    );
    let nothing = pem::read("{\"a\":{\"b\":\"c\"}}").unwrap_err().to_string();
    assert!(nothing.contains("kty"), "{nothing}");
}

#[test]
fn keys_of_spiffe_bundles_verify_their_own_kind_alone() {
    let mut key = crypto::generate(&Alg::Es256, None).unwrap();
    let raw = crypto::sign(&key, &Alg::Es256, b"text").unwrap();
    key.0.insert("use".into(), "jwt-svid".into());
    assert!(crypto::verify(&key, &Alg::Es256, b"text", &raw).is_ok());
    assert!(key.allows(Task::Encrypt).is_err());
    key.0.insert("use".into(), "x509-svid".into());
    assert!(crypto::verify(&key, &Alg::Es256, b"text", &raw).is_err());
}

#[test]
fn a_bundle_verifies_the_workloads_of_its_own_domain_alone() {
    let mut key = crypto::generate(&Alg::Es256, Some("k")).unwrap();
    key.0.insert("use".into(), "jwt-svid".into());
    let claims = |domain: &str| json!({ "sub": format!("spiffe://{domain}/a"), "aud": "api", "exp": 4_000_000_000_i64 });
    let mut of_a = Candidate::new(key.public().unwrap(), "bundle".into(), None);
    of_a = of_a.of_trust_domain("a.example".into());
    let policy = Policy::at(delegraph::kit::clock::Timestamp::from_second(1_000).unwrap());
    for (claims, signature) in [
        (claims("a.example"), Signature::Valid),
        (claims("b.example"), Signature::NoKey),
        (claims("a.example.b.example"), Signature::NoKey),
        (json!({ "sub": "alice", "aud": "api" }), Signature::NoKey),
        (json!({ "iss": "https://a.example" }), Signature::NoKey),
    ] {
        let raw = craft::mint(&json!({}), &claims, &key, &Alg::Es256).unwrap();
        let verdict = judge(&decode(&raw), std::slice::from_ref(&of_a), &policy);
        assert_eq!(verdict.signature, signature, "{claims}: {}", verdict.reason);
    }
    // A key for identity tokens signs no SVID.
    key.0.insert("use".into(), "wit-svid".into());
    let raw = craft::mint(&json!({}), &claims("a.example"), &key, &Alg::Es256).unwrap();
    let other = Candidate::new(key.public().unwrap(), "bundle".into(), None);
    let verdict = judge(&decode(&raw), &[other], &policy);
    assert_eq!(verdict.signature, Signature::NoKey, "{}", verdict.reason);
}
