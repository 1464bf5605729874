//! `decrypt`, `encrypt`, and the forms that `sign` and `verify` know beside the compact one.

use serde_json::{Value, json};

use crate::harness::{NOW, Place, delegated, members};

#[test]
fn what_is_encrypted_is_decrypted_for_every_kind_of_key() {
    let place = Place::new();
    place.write("text", "guten Tag\n");
    for alg in [
        "RSA-OAEP-256",
        "ECDH-ES",
        "ECDH-ES+A256KW",
        "A128KW",
        "A256GCMKW",
        "dir",
        "PBES2-HS256+A128KW",
    ] {
        place.key("key.jwk", alg);
        for form in ["compact", "flattened", "general"] {
            let token = place.run(&["encrypt", "--key", "key.jwk", "--form", form, "text"]);
            assert_eq!(token.status, 0, "{alg} {form}: {}", token.err);
            let document = place.json_with(token.out, 0, &["decrypt", "--key", "key.jwk"]);
            assert_eq!(document["decrypted"], true, "{alg} {form}");
            assert_eq!(document["plaintext"], "guten Tag\n", "{alg} {form}");
            assert_eq!(document["header"]["alg"], alg, "{alg} {form}");
        }
    }
}

#[test]
fn decrypt_has_the_agreed_shape_good_or_bad() {
    let place = Place::new();
    place
        .key("key.jwk", "ECDH-ES+A256KW")
        .key("other.jwk", "ECDH-ES+A256KW");
    place.write("bytes", [0xff, 0xfe, 0]);
    let token = place.run(&["encrypt", "--key", "key.jwk", "bytes"]).out;
    place.write("token", &token);
    let good = place.json(0, &["decrypt", "--key", "key.jwk", "token"]);
    assert_eq!(
        members(&good),
        [
            "decrypted",
            "reason",
            "header",
            "layers",
            "plaintext_base64url"
        ]
    );
    assert_eq!(good["plaintext_base64url"], "__4A");
    let bad = place.json(1, &["decrypt", "--key", "other.jwk", "token"]);
    assert_eq!(members(&bad), ["decrypted", "reason", "header", "layers"]);
    assert_eq!(bad["decrypted"], false);
    assert!(
        bad["reason"]
            .as_str()
            .unwrap()
            .contains("no key has the `kid`"),
        "{bad}"
    );
    let none = place.json(1, &["decrypt", "token"]);
    assert!(
        none["reason"].as_str().unwrap().contains("no key"),
        "{none}"
    );
    // What is no JWE says so.
    place.key("sign.jwk", "ES256");
    let signed = place.sign("sign.jwk", &delegated());
    let wrong = place.json_with(signed, 1, &["decrypt", "--key", "key.jwk"]);
    assert!(
        wrong["reason"].as_str().unwrap().contains("3 parts"),
        "{wrong}"
    );
    let ran = place.run_with("", &["decrypt", "--key", "key.jwk"]);
    assert_eq!(ran.status, 3);
}

#[test]
fn a_signed_token_inside_encrypted_ones_is_reached_and_verified() {
    let place = Place::new();
    place
        .key("sign.jwk", "ES256")
        .key("outer.jwk", "A256KW")
        .key("inner.jwk", "dir");
    let signed = place.sign("sign.jwk", &delegated());
    place.write("signed", &signed);
    let nested = r#"{"cty":"JWT"}"#;
    let inner = place.run(&[
        "encrypt",
        "--key",
        "inner.jwk",
        "--header",
        nested,
        "signed",
    ]);
    let outer = place
        .run_with(
            inner.out.trim(),
            &["encrypt", "--key", "outer.jwk", "--header", nested],
        )
        .out;
    place.write("token", &outer);
    let all = [
        "--key",
        "outer.jwk",
        "--key",
        "inner.jwk",
        "--key",
        "sign.jwk",
    ];
    let document = place.json(0, &[&["decrypt", "--at", NOW, "token"], &all[..]].concat());
    assert_eq!(document["plaintext"], signed);
    assert_eq!(document["layers"].as_array().unwrap().len(), 2);
    assert_eq!(document["nested"]["signature"], "valid");
    assert_eq!(document["nested"]["claims"]["sub"], delegated()["sub"]);
    // `verify` opens what it must.
    let verdict = place.json(0, &[&["verify", "--at", NOW, "token"], &all[..]].concat());
    assert_eq!(verdict["verified"], true);
    assert_eq!(verdict["payload"]["sub"], delegated()["sub"]);
    // The inner layer stays closed without its key: that is not the core.
    let half = place.json(1, &["decrypt", "--key", "outer.jwk", "token"]);
    assert_eq!(half["decrypted"], false);
    assert_eq!(half["plaintext"].as_str().unwrap(), inner.out.trim());
    assert!(
        half["reason"]
            .as_str()
            .unwrap()
            .starts_with("decrypted; the next"),
        "{half}"
    );
    // Encryption alone proves nothing about who made it.
    place.write("claims", delegated().to_string());
    let token = place.run(&["encrypt", "--key", "inner.jwk", "claims"]).out;
    let verdict = place.json_with(token, 1, &["verify", "--key", "inner.jwk"]);
    assert!(
        verdict["reason"].as_str().unwrap().contains("not signed"),
        "{verdict}"
    );
}

#[test]
fn any_content_is_signed_in_every_form_and_verified() {
    let place = Place::new();
    place.key("key.jwk", "ES256");
    place.write("content", "$.02 to pay");
    for form in ["compact", "flattened", "general"] {
        for (more, detached) in [
            (&[][..], false),
            (&["--detached"][..], true),
            (&["--detached", "--unencoded"][..], true),
        ] {
            let mut arguments = vec!["sign", "--key", "key.jwk", "--raw", "--form", form];
            arguments.extend(more);
            arguments.push("content");
            let token = place.run(&arguments);
            assert_eq!(token.status, 0, "{arguments:?}: {}", token.err);
            place.write("token", &token.out);
            let mut arguments = vec!["verify", "--key", "key.jwk"];
            if detached {
                let without = place.json(1, &[&arguments[..], &["token"]].concat());
                assert_eq!(without["verified"], false);
                arguments.extend(["--detached", "content"]);
            }
            arguments.push("token");
            let verdict = place.json(0, &arguments);
            assert_eq!(verdict["verified"], true, "{arguments:?}");
            assert_eq!(verdict["payload"], "JC4wMiB0byBwYXk", "{arguments:?}");
        }
    }
    // A dot would be taken for the end of the payload.
    let ran = place.run(&[
        "sign",
        "--key",
        "key.jwk",
        "--raw",
        "--unencoded",
        "content",
    ]);
    assert_eq!(ran.status, 3);
    assert!(ran.err.contains("RFC 7797 §5.2"), "{}", ran.err);
    let ran = place.run(&["sign", "--key", "key.jwk", "--form", "general", "content"]);
    assert_eq!(ran.status, 3);
    assert!(ran.err.contains("not JSON"), "{}", ran.err);
}

#[test]
fn verify_tells_its_steps_and_takes_a_word_as_it_stands() {
    let place = Place::new();
    place.key("key.jwk", "ES256");
    let token = place.sign("key.jwk", &json!({"sub": "alice"}));
    let checks = |document: &Value| -> Vec<(String, String)> {
        let steps = document["signatures"][0]["steps"].as_array().unwrap();
        let text = |v: &Value| v.as_str().unwrap().to_owned();
        steps
            .iter()
            .map(|s| (text(&s["check"]), text(&s["outcome"])))
            .collect()
    };
    let good = place.json_with(token.clone(), 0, &["verify", "--key", "key.jwk"]);
    assert_eq!(checks(&good).len(), 11);
    assert!(checks(&good).iter().all(|(_, outcome)| outcome == "passed"));
    for (changed, failing) in [
        (format!("{token}="), "encoding"),
        (format!("{token}.more"), "form"),
    ] {
        let bad = place.json_with(changed.clone(), 1, &["verify", "--key", "key.jwk"]);
        let failed = checks(&bad).into_iter().find(|(_, o)| o == "failed");
        assert_eq!(failed.unwrap().0, failing, "{changed}");
    }
    // The end of a sentence is no part of it.
    for sentence in [
        format!("{token}."),
        format!("{token}?"),
        format!("({token}),"),
    ] {
        place.json_with(sentence, 0, &["verify", "--key", "key.jwk"]);
    }
}

#[test]
fn an_encrypted_key_asks_for_its_passphrase() {
    let place = Place::new();
    let vector = |name: &str| {
        std::fs::read(format!(
            "{}/tests/vectors/openssl/{name}",
            env!("CARGO_MANIFEST_DIR")
        ))
        .unwrap()
    };
    place.write("key.pem", vector("p256.encrypted.pem"));
    place
        .write("pass", "correct-horse\n")
        .write("wrong", "battery\n");
    let ran = place.run(&["keys", "thumbprint", "key.pem"]);
    assert_eq!(ran.status, 3);
    assert!(ran.err.contains("--passphrase-file"), "{}", ran.err);
    let ran = place.run(&[
        "keys",
        "thumbprint",
        "--passphrase-file",
        "wrong",
        "key.pem",
    ]);
    assert_eq!(ran.status, 3);
    assert!(ran.err.contains("does not fit"), "{}", ran.err);
    let with = ["--passphrase-file", "pass"];
    let token = place.run_with(
        r#"{"sub":"alice"}"#,
        &[&["sign", "--key", "key.pem"], &with[..]].concat(),
    );
    assert_eq!(token.status, 0, "{}", token.err);
    place.write("plain.pem", vector("p256.pkcs8.pem"));
    let verdict = place.json_with(token.out, 0, &["verify", "--key", "plain.pem"]);
    assert_eq!(verdict["verified"], true);
}

#[test]
fn several_keys_make_several_recipients() {
    let place = Place::new();
    place
        .key("a.jwk", "RSA-OAEP")
        .key("b.jwk", "ECDH-ES+A128KW");
    place.write("text", "to both");
    let both = ["encrypt", "--key", "a.jwk", "--key", "b.jwk", "text"];
    let ran = place.run(&both);
    assert_eq!(ran.status, 3);
    assert!(ran.err.contains("general"), "{}", ran.err);
    let token = place.run(&[&both[..], &["--form", "general"]].concat()).out;
    for key in ["a.jwk", "b.jwk"] {
        let document = place.json_with(token.clone(), 0, &["decrypt", "--key", key]);
        assert_eq!(document["plaintext"], "to both", "{key}");
    }
    for (arguments, expected) in [
        (&["--enc", "A128"][..], "no content encryption"),
        (&["--alg", "RSA"][..], "no key management"),
        (&["--header", "[]"][..], "not a JSON object"),
    ] {
        let base = ["encrypt", "--key", "a.jwk", "text"];
        let ran = place.run(&[&base[..], arguments].concat());
        assert_eq!(ran.status, 2, "{arguments:?}");
        assert!(ran.err.contains(expected), "{}", ran.err);
    }
}

#[test]
fn a_proof_is_judged_by_the_key_that_it_brings_and_says_what_that_is_worth() {
    let place = Place::new();
    place.key("holder.jwk", "ES256").key("other.jwk", "ES256");
    let public = place
        .run(&["keys", "convert", "--to", "public", "holder.jwk"])
        .out;
    let header =
        json!({ "typ": "dpop+jwt", "jwk": serde_json::from_str::<Value>(&public).unwrap() });
    let claims = json!({ "jti": "1", "htm": "GET", "htu": "https://api.example/", "iat": 1 });
    let sign = |key: &str, header: &Value| {
        let arguments = ["sign", "--key", key, "--header", &header.to_string()];
        let ran = place.run_with(claims.to_string(), &arguments);
        assert_eq!(ran.status, 0, "{}", ran.err);
        ran.out
    };
    let proof = sign("holder.jwk", &header);
    let good = place.json_with(proof.clone(), 0, &["verify"]);
    assert_eq!(good["verified"], true);
    assert_eq!(good["key"]["owner"], "brought");
    assert!(good["reason"].as_str().unwrap().contains("possession"));
    let ran = place.run_with(proof.clone(), &["verify"]);
    assert!(
        ran.out
            .starts_with("Verified, by the key that the proof brings\n")
            && ran.out.contains("not whose it is"),
        "{}",
        ran.out
    );
    // Signed by another key than the one that it brings.
    let forged = place.json_with(sign("other.jwk", &header), 1, &["verify"]);
    assert_eq!(forged["signature"], "invalid");
    // A key that is given is what decides, and of other kinds the key that they bring does not.
    let given = place.json_with(proof, 1, &["verify", "--key", "other.jwk"]);
    assert_eq!(given["signature"], "invalid");
    let mut other = header;
    other["typ"] = "at+jwt".into();
    let token = place.json_with(sign("holder.jwk", &other), 1, &["verify"]);
    assert_eq!(token["signature"], "no_key");
}
