//! Keys and signatures against the RFCs' own examples, and against jsonwebtoken's public face.
#![allow(clippy::unwrap_used, clippy::panic)] // also in what the tests share

use std::path::PathBuf;

use delegraph::jose::{
    Alg, Jwk, KeyError, b64, crypto,
    crypto::VerifyError,
    jwk::{Locked, Task},
    jws::Compact,
    pem,
};
use delegraph::kit::secret::Secret;
use serde_json::{Value, json};

fn vector(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/vectors")
        .join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn jwk(value: &Value) -> Jwk {
    Jwk(value.as_object().unwrap().clone())
}

fn verify(token: &str, key: &Jwk, alg: &Alg) -> Result<(), VerifyError> {
    let parts = Compact::split(token.trim()).unwrap();
    crypto::verify(
        key,
        alg,
        parts.signing_input().as_bytes(),
        &b64::decode(parts.signature).unwrap(),
    )
}

const ALGS: [Alg; 15] = [
    Alg::Hs256,
    Alg::Hs384,
    Alg::Hs512,
    Alg::Rs256,
    Alg::Rs384,
    Alg::Rs512,
    Alg::Ps256,
    Alg::Ps384,
    Alg::Ps512,
    Alg::Es256,
    Alg::Es384,
    Alg::Es512,
    Alg::Es256K,
    Alg::EdDsa,
    Alg::Ed25519,
];

/// One key for each algorithm; RSA keys are slow to make and shared.
pub fn key_for(alg: &Alg) -> Jwk {
    static RSA: std::sync::LazyLock<Jwk> = std::sync::LazyLock::new(|| {
        let mut key = crypto::generate(&Alg::Rs256, Some("rsa")).unwrap();
        key.0.shift_remove("alg");
        key
    });
    if matches!(alg.name().as_bytes()[0], b'R' | b'P') {
        RSA.clone()
    } else {
        crypto::generate(alg, None).unwrap()
    }
}

#[test]
fn rfc_7515_examples_verify() {
    for (name, alg) in [
        ("rfc7515_A.1", Alg::Hs256),
        ("rfc7515_A.2", Alg::Rs256),
        ("rfc7515_A.3", Alg::Es256),
        ("rfc7515_A.4", Alg::Es512),
    ] {
        let key = pem::read(&vector(&format!("rfc-examples/{name}.jwk")))
            .unwrap()
            .remove(0);
        let token = vector(&format!("rfc-examples/{name}.jwsc"));
        assert_eq!(verify(&token, &key, &alg), Ok(()), "{name}");
        // The first character of the signature changed: another signature.
        let (head, signature) = token.trim().rsplit_once('.').unwrap();
        let first = if signature.starts_with('A') { 'B' } else { 'A' };
        let forged = format!("{head}.{first}{}", &signature[1..]);
        assert_eq!(
            verify(&forged, &key, &alg),
            Err(VerifyError::Invalid),
            "{name}"
        );
    }
}

#[test]
fn rfc_7520_and_rfc_8037_examples_verify_and_deterministic_ones_repeat() {
    for name in [
        "jws/4_1.rsa_v15_signature",
        "jws/4_2.rsa-pss_signature",
        "jws/4_3.ecdsa_signature",
        "jws/4_4.hmac-sha2_integrity_protection",
        "curve25519/jws",
    ] {
        let example: Value =
            serde_json::from_str(&vector(&format!("jose-cookbook/{name}.json"))).unwrap();
        let key = jwk(&example["input"]["key"]);
        let alg = Alg::parse(example["input"]["alg"].as_str().unwrap());
        let compact = example["output"]["compact"].as_str().unwrap();
        assert_eq!(verify(compact, &key, &alg), Ok(()), "{name}");
        let deterministic = !matches!(alg, Alg::Ps384 | Alg::Ps256 | Alg::Es512);
        if deterministic {
            let parts = Compact::split(compact).unwrap();
            let again = crypto::sign(&key, &alg, parts.signing_input().as_bytes()).unwrap();
            assert_eq!(b64::encode(again), parts.signature, "{name}");
        }
    }
}

#[test]
fn thumbprints_of_rfc_7638_and_rfc_8037() {
    let key = pem::read(&vector("rfc-examples/rfc7638_3.1.jwk"))
        .unwrap()
        .remove(0);
    assert_eq!(
        key.thumbprint().unwrap(),
        vector("rfc-examples/rfc7638_3.1.thp").trim()
    );
    let key = jwk(&json!({"kty":"OKP","crv":"Ed25519",
        "d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
        "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}));
    assert_eq!(
        key.thumbprint().unwrap(),
        "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    );
}

#[test]
fn what_one_key_signs_only_that_key_and_algorithm_verify() {
    let message = b"header.payload";
    for alg in &ALGS {
        let key = key_for(alg);
        let signature = crypto::sign(&key, alg, message).unwrap();
        assert_eq!(
            crypto::verify(&key, alg, message, &signature),
            Ok(()),
            "{alg}"
        );
        if let Some(public) = key.public() {
            assert!(!public.is_private());
            assert_eq!(
                crypto::verify(&public, alg, message, &signature),
                Ok(()),
                "{alg}"
            );
            assert!(matches!(
                crypto::sign(&public, alg, message),
                Err(KeyError::Member { member: "d", .. })
            ));
        }
        assert_eq!(
            crypto::verify(&key, alg, b"header.payloae", &signature),
            Err(VerifyError::Invalid),
            "{alg}"
        );
        for other in &ALGS {
            let same_bytes =
                alg == other || (alg.name().starts_with("Ed") && other.name().starts_with("Ed"));
            if !same_bytes {
                assert!(
                    crypto::verify(&key, other, message, &signature).is_err(),
                    "{alg} accepted as {other}"
                );
            }
        }
        assert!(crypto::verify(&key, alg, message, b"").is_err(), "{alg}");
        assert!(
            crypto::verify(&key, alg, message, &[0; 64]).is_err(),
            "{alg}"
        );
        assert!(
            crypto::verify(&key, alg, message, &[0; 132]).is_err(),
            "{alg}"
        );
    }
}

#[test]
fn the_key_decides_the_algorithm() {
    let mut key = key_for(&Alg::Rs256);
    let fits = |key: &Jwk, alg: &Alg| crypto::fits(key, alg, Task::Verify);
    assert!(fits(&key, &Alg::Ps512).is_ok());
    assert!(matches!(
        fits(&key, &Alg::Hs256),
        Err(KeyError::Mismatch { .. })
    ));
    assert!(matches!(
        fits(&key, &Alg::Es256),
        Err(KeyError::Mismatch { .. })
    ));
    key.0.insert("alg".into(), "PS256".into());
    let error = fits(&key, &Alg::Rs256).unwrap_err().to_string();
    assert!(error.contains("its `alg` is PS256"), "{error}");
    assert!(fits(&key, &Alg::Ps256).is_ok());
    key.0.insert("use".into(), "enc".into());
    assert!(fits(&key, &Alg::Ps256).is_err());
    key.0.shift_remove("use");
    key.0.insert("key_ops".into(), json!(["verify"]));
    assert!(fits(&key, &Alg::Ps256).is_ok());
    assert!(crypto::fits(&key, &Alg::Ps256, Task::Sign).is_err());
    let none = crypto::verify(&key, &Alg::None, b"x", b"");
    assert!(matches!(none, Err(VerifyError::Unsupported(_))));
    let other = crypto::verify(&key, &Alg::parse("ML-DSA-44"), b"x", b"");
    assert!(matches!(other, Err(VerifyError::Unsupported(_))));
}

#[test]
fn damaged_keys_are_refused_with_the_member_or_the_reason() {
    let good = key_for(&Alg::Es256);
    let with = |name: &str, value: Value| {
        let mut key = good.clone();
        key.0.insert(name.into(), value);
        crypto::sign(&key, &Alg::Es256, b"x").unwrap_err()
    };
    assert!(matches!(
        with("x", json!("AQAB")),
        KeyError::Member { member: "x", .. }
    ));
    assert!(matches!(
        with("d", json!(7)),
        KeyError::Member { member: "d", .. }
    ));
    assert!(
        with("x", json!(b64::encode([1; 32])))
            .to_string()
            .contains("not a point")
    );
    assert!(
        with("d", json!(b64::encode([1; 32])))
            .to_string()
            .contains("does not belong")
    );
    let small = jwk(&json!({"kty":"RSA","n":b64::encode([0xc1; 128]),"e":"AQAB"}));
    assert_eq!(small.describe(), "RSA 1024");
    let refused = crypto::verify(&small, &Alg::Rs256, b"x", &[1; 128]).unwrap_err();
    assert!(refused.to_string().contains("1024 bit"), "{refused}");
}

#[test]
fn generated_keys_are_named_by_their_thumbprint_and_debug_shows_nothing_secret() {
    let key = crypto::generate(&Alg::Es384, None).unwrap();
    assert_eq!(key.kid().unwrap(), key.thumbprint().unwrap());
    assert_eq!(key.alg(), Some(Alg::Es384));
    let shown = format!("{key:?}");
    assert!(!shown.contains(key.text("d").unwrap()), "{shown}");
    assert_eq!(
        crypto::generate(&Alg::EdDsa, Some("mine")).unwrap().kid(),
        Some("mine")
    );
    assert!(crypto::generate(&Alg::None, None).is_err());
    let secret = crypto::generate(&Alg::Hs512, None).unwrap();
    assert_eq!(secret.describe(), "oct 512 bit");
    assert_ne!(secret.kid().unwrap(), secret.thumbprint().unwrap());
}

fn bare(key: &Jwk) -> Jwk {
    let mut key = key.clone();
    for member in ["kid", "alg", "use"] {
        key.0.shift_remove(member);
    }
    key
}

#[test]
fn jwk_to_pem_and_back_loses_nothing() {
    for alg in ALGS.iter().filter(|a| !a.name().starts_with("HS")) {
        let key = bare(&key_for(alg));
        let private = pem::write(&key).unwrap();
        assert!(
            private.starts_with("-----BEGIN PRIVATE KEY-----\n"),
            "{alg}"
        );
        assert!(private.ends_with("-----END PRIVATE KEY-----\n"));
        let back = pem::read(&private).unwrap().remove(0);
        assert_eq!(back.0, reordered(&back, &key), "{alg}");
        let public = key.public().unwrap();
        let text = pem::write(&public).unwrap();
        assert!(text.starts_with("-----BEGIN PUBLIC KEY-----\n"), "{alg}");
        let back = pem::read(&text).unwrap().remove(0);
        assert_eq!(back.0, reordered(&back, &public), "{alg}");
        // One line, as keys stand in JSON and environment files; and without its armour.
        assert_eq!(
            pem::read(&text.replace('\n', "\\n")).unwrap()[0],
            back,
            "{alg}"
        );
        let body: String = text.lines().filter(|l| !l.starts_with('-')).collect();
        assert_eq!(pem::read(&body).unwrap()[0], back, "{alg}");
        let der = pem::spki_der(&public).unwrap();
        assert_eq!(pem::read_bytes(&der, None).unwrap()[0], back, "{alg}");
    }
}

/// The members of `key` in the order of `like`: order does not matter in a key.
fn reordered(like: &Jwk, key: &Jwk) -> serde_json::Map<String, Value> {
    assert_eq!(like.0.len(), key.0.len());
    like.0
        .keys()
        .map(|k| (k.clone(), key.0[k].clone()))
        .collect()
}

#[test]
fn keys_written_by_openssl_are_read() {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/openssl");
    for (file, what, private) in [
        ("p256.sec1.pem", "EC P-256", true),
        ("p256.pkcs8.pem", "EC P-256", true),
        ("p256.spki.pem", "EC P-256", false),
        ("p521.sec1.pem", "EC P-521", true),
        ("ed25519.pkcs8.pem", "OKP Ed25519", true),
        ("ed25519.spki.pem", "OKP Ed25519", false),
        ("rsa.pkcs1.pem", "RSA 2048", true),
        ("rsa.pkcs8.pem", "RSA 2048", true),
        ("rsa.pkcs1.pub.pem", "RSA 2048", false),
        ("rsa.spki.pem", "RSA 2048", false),
        ("rsa1024.spki.pem", "RSA 1024", false),
        ("p256.cert.pem", "EC P-256", false),
        ("rsa.cert.pem", "RSA 2048", false),
        ("x25519.spki.pem", "OKP X25519", false),
        ("rsa.pkcs8.der", "RSA 2048", true),
        ("p256.sec1.der", "EC P-256", true),
        ("p256.cert.der", "EC P-256", false),
    ] {
        let bytes = std::fs::read(dir.join(file)).unwrap();
        let key = pem::read_bytes(&bytes, None)
            .unwrap_or_else(|e| panic!("{file}: {e}"))
            .remove(0);
        assert_eq!(key.describe(), what, "{file}");
        assert_eq!(key.is_private(), private, "{file}");
    }
    let one = |file: &str| {
        let bytes = std::fs::read(dir.join(file)).unwrap();
        pem::read_bytes(&bytes, None)
            .unwrap()
            .remove(0)
            .thumbprint()
            .unwrap()
    };
    assert_eq!(one("p256.sec1.pem"), one("p256.cert.der"));
    assert_eq!(one("rsa.pkcs1.pem"), one("rsa.cert.pem"));
    assert_eq!(one("rsa.pkcs1.pub.pem"), one("rsa.pkcs8.der"));
    assert_eq!(one("ed25519.pkcs8.pem"), one("ed25519.spki.pem"));
    assert_eq!(one("x25519.pkcs8.pem"), one("x25519.spki.pem"));
}

#[test]
fn encrypted_keys_open_with_their_passphrase_only() {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/openssl");
    let read = |file: &str, passphrase: Option<&str>| {
        let bytes = std::fs::read(dir.join(file)).unwrap();
        pem::read_bytes(&bytes, passphrase.map(Secret::new).as_ref())
    };
    for (file, plain) in [
        ("p256.encrypted.pem", "p256.pkcs8.pem"),
        ("p256.encrypted-aes128-sha512.pem", "p256.pkcs8.pem"),
        ("rsa.encrypted-aes192-sha1.pem", "rsa.pkcs8.pem"),
        ("ed25519.encrypted.der", "ed25519.pkcs8.pem"),
    ] {
        let expected = read(plain, None).unwrap();
        assert_eq!(
            read(file, Some("correct-horse")).unwrap(),
            expected,
            "{file}"
        );
        assert!(
            matches!(
                read(file, None),
                Err(KeyError::Locked(Locked::NoPassphrase))
            ),
            "{file}"
        );
        assert!(
            matches!(
                read(file, Some("wrong")),
                Err(KeyError::Locked(Locked::WrongPassphrase))
            ),
            "{file}"
        );
    }
    for file in ["p256.encrypted-des3.pem", "p256.legacy-encrypted.pem"] {
        let error = read(file, Some("correct-horse")).unwrap_err().to_string();
        assert!(error.contains("openssl pkcs8 -topk8"), "{file}: {error}");
    }
}

#[test]
fn what_is_no_key_is_named() {
    for (text, expected) in [
        ("", "empty"),
        ("hunter2", "shared secret is a JWK"),
        ("eyJhbGciOiJIUzI1NiJ9.e30.x", "a token, not a key"),
        ("ssh-ed25519 AAAAC3Nz you@host", "OpenSSH public key"),
        (
            "-----BEGIN OPENSSH PRIVATE KEY-----\nAA==\n-----END OPENSSH PRIVATE KEY-----",
            "ssh-keygen -p",
        ),
        ("-----BEGIN PUBLIC KEY-----\nAA==\n", "no END line"),
        (
            "-----BEGIN PUBLIC KEY-----\nA*==\n-----END PUBLIC KEY-----",
            "not base64",
        ),
        (
            "-----BEGIN PUBLIC KEY-----\nMAA=\n-----END PUBLIC KEY-----",
            "damaged",
        ),
        (
            "-----BEGIN PGP PUBLIC KEY BLOCK-----\nAA==\n-----END PGP PUBLIC KEY BLOCK-----",
            "PGP PUBLIC KEY BLOCK",
        ),
        (
            "{\"issuer\":\"https://as.example\",\"jwks_uri\":\"https://as.example/jwks\"}",
            "jwks_uri",
        ),
        ("{\"a\":1}", "no `kty`"),
        ("{\"keys\":[]}", "no key"),
        ("{\"kty\":\"NEW\"}", "not supported"),
        (
            "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AQAB\",\"y\":\"AQAB\"}",
            "needs 32",
        ),
        ("{\"kty\":", "not JSON"),
        ("https://as.example/jwks", "a URL"),
    ] {
        let error = pem::read(text).unwrap_err().to_string();
        assert!(error.contains(expected), "{text:?}: {error}");
        assert!(!error.contains("hunter2"));
    }
    // Keys of unknown types stay in a set.
    let set = pem::read(r#"{"keys":[{"kty":"NEW"},{"kty":"oct","k":"AQAB"}]}"#).unwrap();
    assert_eq!(set.len(), 2);
}

proptest::proptest! {
    #[test]
    fn reading_keys_never_panics(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..200), text in ".{0,200}") {
        let _ = pem::read_bytes(&bytes, None);
        let mut der = vec![0x30];
        der.extend_from_slice(&bytes);
        let _ = pem::read_bytes(&der, None);
        let _ = pem::read(&text);
        let _ = pem::read(&format!("-----BEGIN {text}-----END "));
    }
}
