//! `keys generate`, `convert`, `thumbprint`.

use serde_json::{Value, json};

use crate::harness::{Place, members};

#[test]
fn generated_keys_have_the_agreed_shape() {
    let place = Place::new();
    for (alg, kty) in [
        ("ES256", "EC"),
        ("ES384", "EC"),
        ("RS256", "RSA"),
        ("PS256", "RSA"),
        ("EdDSA", "OKP"),
        ("HS256", "oct"),
    ] {
        let document = place.json(0, &["keys", "generate", "--alg", alg, "--kid", "k1"]);
        assert_eq!(
            members(&document),
            ["private", "public", "thumbprint"],
            "{alg}"
        );
        assert_eq!(document["private"]["kty"], kty, "{alg}");
        assert_eq!(document["private"]["kid"], "k1", "{alg}");
        assert_eq!(document["thumbprint"].as_str().unwrap().len(), 43, "{alg}");
        if kty == "oct" {
            assert_eq!(document["public"], Value::Null);
        } else {
            assert_eq!(document["public"]["kty"], kty, "{alg}");
            for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
                assert!(
                    document["public"].get(private).is_none(),
                    "{alg}: {private}"
                );
            }
        }
    }
}

#[test]
fn every_form_of_a_key_signs_and_verifies_alike() {
    let place = Place::new();
    place.key("key.jwk", "ES256");
    let pem = place.run(&["keys", "convert", "--to", "pem", "key.jwk"]);
    assert!(
        pem.out.starts_with("-----BEGIN PRIVATE KEY-----\n"),
        "{}",
        pem.err
    );
    place.write("key.pem", &pem.out);
    let der = {
        use base64::Engine as _;
        let body: String = pem.out.lines().filter(|l| !l.starts_with('-')).collect();
        base64::engine::general_purpose::STANDARD
            .decode(body)
            .unwrap()
    };
    place.write("key.der", der);
    for (to, name) in [
        ("public", "public.jwk"),
        ("jwks", "set.json"),
        ("jwk", "again.jwk"),
    ] {
        let ran = place.run(&["keys", "convert", "--to", to, "key.pem"]);
        assert_eq!(ran.status, 0, "{to}: {}", ran.err);
        place.write(name, ran.out);
    }
    let ran = place.run(&["keys", "convert", "--to", "pem", "public.jwk"]);
    assert!(
        ran.out.starts_with("-----BEGIN PUBLIC KEY-----\n"),
        "{}",
        ran.err
    );
    place.write("public.pem", ran.out);

    let thumbprint = place.run(&["keys", "thumbprint", "key.jwk"]).out;
    for name in [
        "key.pem",
        "key.der",
        "public.jwk",
        "public.pem",
        "set.json",
        "again.jwk",
    ] {
        let ran = place.run(&["keys", "thumbprint", name]);
        assert_eq!(ran.out, thumbprint, "{name}: {}", ran.err);
    }
    for signer in ["key.jwk", "key.pem", "key.der", "again.jwk"] {
        let token = place.sign(signer, &serde_json::json!({ "sub": "alice" }));
        for verifier in ["key.jwk", "key.der", "public.jwk", "public.pem", "set.json"] {
            let ran = place.run_with(token.clone(), &["verify", "--key", verifier]);
            assert_eq!(
                ran.status, 0,
                "{signer}, {verifier}: {}{}",
                ran.out, ran.err
            );
        }
    }
}

#[test]
fn standard_input_is_read_for_no_file_and_for_a_dash() {
    let place = Place::new();
    place.key("key.jwk", "EdDSA");
    let expected = place.run(&["keys", "thumbprint", "key.jwk"]).out;
    let key = place.read("key.jwk");
    assert_eq!(
        place.run_with(key.clone(), &["keys", "thumbprint"]).out,
        expected
    );
    assert_eq!(
        place.run_with(key, &["keys", "thumbprint", "-"]).out,
        expected
    );
}

#[test]
fn a_thumbprint_shows_nothing_private() {
    let place = Place::new();
    place.key("key.jwk", "ES256");
    let secret = serde_json::from_str::<Value>(&place.read("key.jwk")).unwrap()["d"]
        .as_str()
        .unwrap()
        .to_owned();
    for arguments in [
        &["keys", "thumbprint", "key.jwk"][..],
        &["--json", "keys", "thumbprint", "key.jwk"],
        &["--json", "keys", "convert", "--to", "public", "key.jwk"],
    ] {
        let ran = place.run(arguments);
        assert_eq!(ran.status, 0, "{}", ran.err);
        assert!(
            !ran.out.contains(&secret) && !ran.err.contains(&secret),
            "{arguments:?}"
        );
    }
}

#[test]
fn what_is_no_key_is_refused_with_what_it_looks_like() {
    let place = Place::new();
    place
        .write("text.txt", "correct horse battery staple")
        .write("bytes.bin", [0x30, 0x82, 0xff, 0x00, 0x01])
        .write("cut.pem", "-----BEGIN PRIVATE KEY-----\nMIGH\n")
        .write("empty", "");
    for name in ["text.txt", "bytes.bin", "cut.pem", "empty"] {
        let ran = place.run(&["keys", "thumbprint", name]);
        assert_eq!(ran.status, 3, "{name}: {}", ran.out);
        assert!(ran.err.contains(name), "{name}: {}", ran.err);
        assert!(
            !ran.err.contains("battery"),
            "a secret was shown: {}",
            ran.err
        );
    }
}

#[test]
fn a_number_with_a_leading_zero_octet_is_refused_a_thumbprint_and_mended() {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let place = Place::new();
    place.key("key.jwk", "RS256");
    let thumbprint = place.run(&["keys", "thumbprint", "key.jwk"]).out;
    let token = place.sign("key.jwk", &serde_json::json!({ "sub": "alice" }));
    let mut key: Value = serde_json::from_str(&place.read("key.jwk")).unwrap();
    let octets = URL_SAFE_NO_PAD.decode(key["n"].as_str().unwrap()).unwrap();
    key["n"] = URL_SAFE_NO_PAD.encode([&[0], &*octets].concat()).into();
    place.write("padded.jwk", key.to_string());

    let ran = place.run(&["keys", "thumbprint", "padded.jwk"]);
    assert_eq!((ran.status, ran.out.as_str()), (3, ""));
    assert!(
        ran.err.contains("`n`") && ran.err.contains("RFC 7518") && ran.err.contains("convert"),
        "{}",
        ran.err
    );
    for to in ["jwk", "public", "jwks", "pem"] {
        let ran = place.run(&["keys", "convert", "--to", to, "padded.jwk"]);
        assert_eq!(ran.status, 0, "{to}: {}", ran.err);
        assert!(ran.err.contains("`n` begins with a zero octet"), "{to}");
        place.write("mended", ran.out);
        let again = place.run(&["keys", "thumbprint", "mended"]);
        assert_eq!(again.out, thumbprint, "{to}: {}", again.err);
    }
    // The verdict does not accept what such a key verifies, and says why.
    let ran = place.run_with(token.clone(), &["verify", "--key", "padded.jwk"]);
    assert_eq!(ran.status, 1, "{}", ran.err);
    assert!(ran.out.contains("the key is malformed"), "{}", ran.out);
    assert!(ran.out.contains("zero octet"), "{}", ran.out);
    let ran = place.run_with(token, &["verify", "--key", "mended"]);
    assert_eq!(ran.status, 0, "{}", ran.out);
}

#[test]
fn a_private_key_on_the_command_line_is_refused_and_not_repeated() {
    let place = Place::new();
    place.key("k.jwk", "ES256");
    place.write("t", "eyJhbGciOiJub25lIn0.e30.");
    let jwk = place.read("k.jwk");
    let pem = place.run(&["keys", "convert", "--to", "pem", "k.jwk"]).out;
    let d = serde_json::from_str::<Value>(&jwk).unwrap()["d"].clone();
    let d = d.as_str().unwrap();
    let body = pem.lines().nth(1).unwrap();
    let add = [
        "server",
        "add",
        "--workspace",
        "w.toml",
        "--issuer",
        "http://127.0.0.1:9/a",
    ];
    for typed in [
        pem.as_str(),
        jwk.as_str(),
        &format!("env:{jwk}"),
        &format!("file:{pem}"),
    ] {
        for arguments in [
            &["verify", "--key", typed, "t"] as &[&str],
            &["--json", "verify", "--jwks", typed, "t"],
            &["sign", "--key", typed],
            &[&add as &[&str], &["--client-id", "c", "--key", typed]].concat(),
            &[&add as &[&str], &["--client-id", "c", "--secret", typed]].concat(),
            &["decode", typed],
        ] {
            let ran = place.run(arguments);
            assert_eq!(ran.status, 2, "{}{}", ran.out, ran.err);
            let said = format!("{}{}", ran.out, ran.err);
            assert!(!said.contains(d) && !said.contains(body), "{said}");
            assert!(said.contains("private key"), "{said}");
        }
    }
    // In a chain file as well.
    for (member, typed) in [("key", &pem), ("key", &jwk), ("secret", &pem)] {
        let value = Value::from(typed.as_str()).to_string();
        place.write(
            "c.toml",
            format!(
                "version = 1\nname = \"c\"\n[[server]]\nname = \"s\"\nissuer = \"http://127.0.0.1:9\"\n\
                 [[server.client]]\nclient_id = \"c\"\nmethod = \"private_key_jwt\"\n{member} = {value}\n"
            ),
        );
        let ran = place.run(&["chain", "run", "c.toml"]);
        assert_ne!(ran.status, 0, "{}{}", ran.out, ran.err);
        let said = format!("{}{}", ran.out, ran.err);
        assert!(!said.contains(d) && !said.contains(body), "{said}");
    }
}

#[test]
fn a_set_without_keys_is_an_answer_and_certificates_are_remarked_on() {
    let place = Place::new();
    place.key("k.jwk", "ES256");
    place.write("t", place.sign("k.jwk", &json!({ "sub": "alice" })));
    for empty in ["{\"keys\":[]}", "{\"keys\": [ ]}\n", "[]"] {
        place.write("empty.json", empty);
        for option in ["--jwks", "--key"] {
            let document = place.json(1, &["verify", option, "empty.json", "t"]);
            assert_eq!(document["signature"], "no_key", "{empty}");
            assert!(document["reason"].as_str().unwrap().contains("no key"));
        }
    }
    let bundle = |domain: &str| {
        let mut key: Value = serde_json::from_str(&place.read("k.jwk")).unwrap();
        key.as_object_mut().unwrap().remove("d");
        key["use"] = "jwt-svid".into();
        json!({ "trust_domains": { domain: { "keys": [key] } } }).to_string()
    };
    let mut signing: Value = serde_json::from_str(&place.read("k.jwk")).unwrap();
    signing.as_object_mut().unwrap().remove("use");
    place.write("sign.jwk", signing.to_string());
    let svid = json!({ "sub": "spiffe://a.example/w", "aud": ["api"], "exp": 4_000_000_000_i64 });
    place.write("svid", place.sign("sign.jwk", &svid));
    place.write("a.json", bundle("a.example"));
    place.write("b.json", bundle("b.example"));
    let document = place.json(0, &["verify", "--jwks", "a.json", "svid"]);
    assert_eq!(document["signature"], "valid", "{document:#}");
    let document = place.json(1, &["verify", "--jwks", "b.json", "svid"]);
    assert_eq!(document["signature"], "no_key", "{document:#}");
    assert!(document["reason"].as_str().unwrap().contains("a.example"));
}
