//! Encrypted tokens and encrypted keys in the program without a face.
#![allow(clippy::unwrap_used, clippy::panic)] // also in what the tests share

use delegraph::{
    app::{
        Model, encryption, history, keys,
        session::{Selection, View},
        token,
        workspace::TokenEntry,
    },
    jose::{
        Jwk, b64,
        jwe::{Draft, Form},
    },
    kit::{
        ids::{KeyId, TokenId},
        rng::SystemRng,
        secret::Secret,
    },
    token::{Form as TokenForm, decode::decode},
};
use serde_json::{Map, Value, json};

use crate::app::ask_and_wait as ask;

fn last_said(model: &Model) -> &str {
    model.session.notices.last().map_or("", |n| &n.text)
}

fn open_token(model: &Model) -> &TokenEntry {
    model.workspace.token(model.session.token.unwrap()).unwrap()
}

fn generated(model: &mut Model, alg: &str) -> KeyId {
    let (alg, name) = (alg.to_owned(), format!("{alg} key"));
    ask(model, keys::Command::Generate { alg, name });
    model.workspace.keys.last().unwrap().id
}

fn pasted(model: &mut Model, text: &str) -> TokenId {
    ask(model, token::Command::Paste(text.into()));
    model.session.token.unwrap()
}

fn unsigned(claims: &Value) -> String {
    format!(
        "{}.{}.",
        b64::encode(r#"{"alg":"none"}"#),
        b64::encode(claims.to_string())
    )
}

#[test]
fn a_token_is_encrypted_to_a_key_and_opened_again_each_one_step_of_undo() {
    let mut model = Model::default();
    let raw = unsigned(&json!({"sub": "alice"}));
    let id = pasted(&mut model, &raw);
    for alg in ["ECDH-ES+A256KW", "RSA-OAEP-256", "A256KW"] {
        let key = generated(&mut model, alg);
        ask(
            &mut model,
            encryption::Command::Encrypt {
                token: id,
                key,
                enc: "A128CBC-HS256".into(),
            },
        );
        let sealed = open_token(&model).clone();
        assert!(
            sealed.origin.starts_with("encrypted from "),
            "{}",
            sealed.origin
        );
        let token = decode(&sealed.raw);
        assert_eq!(token.form, TokenForm::Jwe);
        assert_eq!(token.header_text("alg"), Some(alg));
        assert_eq!(token.header_text("enc"), Some("A128CBC-HS256"));
        assert_eq!(token.header_text("cty"), Some("JWT"));
        assert_eq!(model.session.view, View::TOKEN);

        ask(&mut model, encryption::Command::Decrypt(sealed.id, None));
        // What was inside is in the tray already: it is shown, not doubled.
        assert_eq!(
            model.session.token,
            Some(id),
            "{alg}: {}",
            last_said(&model)
        );
        ask(&mut model, token::Command::Delete(id));
        ask(&mut model, encryption::Command::Decrypt(sealed.id, None));
        assert_eq!(*open_token(&model).raw, *raw);
        assert!(open_token(&model).origin.starts_with("decrypted from "));
        let count = model.workspace.tokens.len();
        ask(&mut model, history::Command::Undo);
        assert_eq!(model.workspace.tokens.len(), count - 1);
        ask(&mut model, history::Command::Undo);
        assert!(model.workspace.token(id).is_some());
        ask(&mut model, history::Command::Undo);
        assert!(model.workspace.token(sealed.id).is_none());
        model.session.token = Some(id);
    }
    assert!(model.jobs.is_empty());
}

#[test]
fn what_cannot_be_opened_says_why_and_changes_nothing() {
    let mut model = Model::default();
    let secret = Jwk(Map::from_iter([
        ("kty".to_owned(), json!("oct")),
        ("k".to_owned(), b64::encode("correct horse").into()),
    ]));
    let header = json!({"alg": "PBES2-HS256+A128KW", "enc": "A128GCM", "p2c": 1000});
    let sealed = Draft::compact(header.as_object().unwrap().clone(), secret)
        .seal(Form::Compact, br#"{"sub":"alice"}"#, &SystemRng)
        .unwrap();
    let id = pasted(&mut model, &sealed);
    let before = model.workspace.clone();
    ask(&mut model, encryption::Command::Decrypt(id, None));
    assert!(
        last_said(&model).contains("no private key"),
        "{}",
        last_said(&model)
    );
    ask(
        &mut model,
        encryption::Command::Decrypt(id, Some(Secret::new("wrong"))),
    );
    assert!(
        last_said(&model).contains("does not fit"),
        "{}",
        last_said(&model)
    );
    assert_eq!(model.workspace, before);
    ask(
        &mut model,
        encryption::Command::Decrypt(id, Some(Secret::new("correct horse"))),
    );
    let token = decode(&open_token(&model).raw);
    assert_eq!(token.claim_text("sub"), Some("alice"));
    assert!(
        last_said(&model).contains("nobody signed"),
        "{}",
        last_said(&model)
    );

    let signing = generated(&mut model, "ES256");
    ask(
        &mut model,
        encryption::Command::Encrypt {
            token: id,
            key: signing,
            enc: "A256GCM".into(),
        },
    );
    assert!(
        last_said(&model).contains("which signs"),
        "{}",
        last_said(&model)
    );
    ask(
        &mut model,
        encryption::Command::Encrypt {
            token: id,
            key: signing,
            enc: "A1".into(),
        },
    );
    assert!(model.jobs.is_empty());
}

#[test]
fn an_encrypted_key_waits_for_its_passphrase_and_stays_until_it_fits() {
    let path = format!(
        "{}/tests/vectors/openssl/p256.encrypted.pem",
        env!("CARGO_MANIFEST_DIR")
    );
    let text = std::fs::read_to_string(path).unwrap();
    let mut model = Model::default();
    ask(&mut model, token::Command::Paste(text));
    assert!(model.session.locked_keys.asked().is_some());
    assert!(model.workspace.keys.is_empty());
    ask(&mut model, keys::Command::Open(Secret::new("wrong")));
    let locked = model.session.locked_keys.waiting[0].clone();
    assert!(locked.error.as_ref().unwrap().contains("does not fit"));
    ask(
        &mut model,
        keys::Command::Open(Secret::new("correct-horse")),
    );
    assert!(model.session.locked_keys.asked().is_none());
    let key = &model.workspace.keys[0];
    assert!(key.private && key.alg == "ES256", "{key:?}");
    assert_eq!(model.session.selection, Selection::Key(key.id));
    ask(&mut model, history::Command::Undo);
    assert!(model.workspace.keys.is_empty());
    // Given up, it is gone.
    model.session.locked_keys.add(locked);
    ask(&mut model, keys::Command::Open(Secret::default()));
    assert!(model.session.locked_keys.asked().is_none() && model.jobs.is_empty());
}
