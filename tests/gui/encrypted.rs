//! Encrypted tokens, encrypted keys and the steps of a verdict, by label.

use delegraph::{
    app::{encryption, keys, token},
    jose::{
        Jwk,
        jwe::{Draft, Form},
    },
    kit::{rng::SystemRng, secret::Secret},
};
use egui_kittest::kittest::Queryable as _;
use serde_json::json;

use crate::rig::{TOKEN, key, settle, window};

#[test]
fn an_encrypted_token_is_opened_with_the_key_that_fits() {
    let mut harness = window(
        true,
        [1280.0, 800.0],
        vec![
            token::Command::Paste(TOKEN.into()).into(),
            keys::Command::Generate {
                alg: "A256KW".into(),
                name: "recipient".into(),
            }
            .into(),
        ],
    );
    settle(&mut harness);
    let (id, recipient) = {
        let model = harness.state().model();
        (model.session.token.unwrap(), model.workspace.keys[0].id)
    };
    harness.state_mut().push(encryption::Command::Encrypt {
        token: id,
        key: recipient,
        enc: "A256GCM".into(),
    });
    settle(&mut harness);
    harness.get_by_label("Encrypted");
    harness.get_by_label("with recipient");
    // Nothing is said of claims, life or a signature that cannot be read.
    assert!(
        harness
            .query_by_label_contains("is no JSON object")
            .is_none()
    );
    assert!(harness.query_by_label("Generate ES256 and sign").is_none());
    assert!(harness.query_by_label("does not expire").is_none());
    harness.get_by_label("Decrypt").click();
    settle(&mut harness);
    let model = harness.state().model();
    let open = model.workspace.token(model.session.token.unwrap()).unwrap();
    assert_eq!(&*open.raw, TOKEN);
}

#[test]
fn a_key_is_generated_and_encrypted_to_in_one_step() {
    let mut harness = window(
        false,
        [1280.0, 1000.0],
        vec![token::Command::Paste(TOKEN.into()).into()],
    );
    settle(&mut harness);
    harness.get_by_label("Encrypt to").click();
    settle(&mut harness);
    harness
        .get_by_label("Generate a key for A256KW and encrypt")
        .click();
    settle(&mut harness);
    harness.get_by_label("Encrypted");
    let model = harness.state().model();
    assert_eq!(
        (model.workspace.keys.len(), model.workspace.tokens.len()),
        (1, 2)
    );
}

#[test]
fn a_password_opens_what_was_encrypted_with_it() {
    let secret = Jwk(json!({"kty": "oct", "k": "Y29ycmVjdCBob3JzZQ"})
        .as_object()
        .unwrap()
        .clone());
    let header = json!({"alg": "PBES2-HS256+A128KW", "enc": "A128GCM", "p2c": 1000, "cty": "JWT"});
    let sealed = Draft::compact(header.as_object().unwrap().clone(), secret)
        .seal(Form::Compact, TOKEN.as_bytes(), &SystemRng)
        .unwrap();
    let mut harness = window(
        false,
        [1280.0, 800.0],
        vec![token::Command::Paste(sealed).into()],
    );
    settle(&mut harness);
    let field = harness.get_by_label("Password of the token");
    field.focus();
    field.type_text("correct horse");
    settle(&mut harness);
    harness.get_by_label("Decrypt").click();
    settle(&mut harness);
    let model = harness.state().model();
    let open = model.workspace.token(model.session.token.unwrap()).unwrap();
    assert_eq!(&*open.raw, TOKEN);
}

#[test]
fn the_steps_of_a_verdict_unfold() {
    let public = key().public().unwrap();
    let mut harness = window(
        true,
        [1600.0, 1000.0],
        vec![
            keys::Command::Import {
                text: Secret::new(serde_json::Value::Object(public.0).to_string()),
                name: "issuer".into(),
            }
            .into(),
            token::Command::Paste(TOKEN.into()).into(),
        ],
    );
    settle(&mut harness);
    harness.get_by_label("11 of 11 checks passed").click();
    settle(&mut harness);
    harness.get_by_label("Strict base64url");
    harness.get_by_label("Key strong enough");
    harness.get_by_label("11 of 11 checks passed").click();
    settle(&mut harness);
    assert!(harness.query_by_label("Strict base64url").is_none());
}

#[test]
fn a_key_says_what_it_is_for_and_which_tokens_it_verified() {
    let public = key().public().unwrap();
    let print = public.thumbprint().unwrap();
    let mut harness = window(
        false,
        [1280.0, 1000.0],
        vec![
            token::Command::Paste(TOKEN.into()).into(),
            keys::Command::Import {
                text: Secret::new(serde_json::Value::Object(public.0).to_string()),
                name: "issuer".into(),
            }
            .into(),
        ],
    );
    settle(&mut harness);
    harness.get_by_label("verifies");
    harness.get_by_label(&print);
    harness
        .get_all_by_label_contains("Access token")
        .next()
        .unwrap();
    harness
        .get_by_role_and_label(egui::accesskit::Role::Button, "Copy as")
        .click();
    settle(&mut harness);
    harness.get_by_label("JWK Set");
    harness.get_by_label("Public PEM");
    harness.get_by_label("Thumbprint URI");
}

#[test]
fn an_encrypted_key_asks_for_its_passphrase_in_a_bar() {
    let path = format!(
        "{}/tests/vectors/openssl/p256.encrypted.pem",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(path).unwrap();
    let mut harness = window(
        true,
        [1280.0, 800.0],
        vec![token::Command::Paste(text).into()],
    );
    settle(&mut harness);
    harness.get_by_label_contains("is encrypted.");
    for (passphrase, keys) in [("wrong", 0), ("correct-horse", 1)] {
        let field = harness.get_by_label("Passphrase of the key");
        field.focus();
        field.type_text(passphrase);
        settle(&mut harness);
        harness.get_by_label("Open key").click();
        settle(&mut harness);
        assert_eq!(harness.state().model().workspace.keys.len(), keys);
    }
    assert!(harness.query_by_label("Open key").is_none());
}
