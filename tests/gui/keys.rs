//! The dialog of keys: secrets and passwords as keys, files dropped on the window.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use delegraph::{
    app::{encryption, token},
    gui::{files::Want, shell::App},
    token::decode::decode,
};
use egui_kittest::{Harness, kittest::Queryable as _};

use crate::rig::{TOKEN, settle, window};

fn dialog() -> Harness<'static, App> {
    let mut harness = window(
        false,
        [1280.0, 1000.0],
        vec![token::Command::Paste(TOKEN.into()).into()],
    );
    harness.get_by_label("Keys…").click();
    settle(&mut harness);
    harness
}

fn type_into(harness: &mut Harness<'_, App>, field: &str, text: &str) {
    harness.get_by_label(field).focus();
    settle(harness);
    harness.get_by_label(field).type_text(text);
    settle(harness);
}

#[test]
fn a_secret_offers_the_algorithms_that_its_length_fits() {
    let mut harness = dialog();
    harness.get_by_label("Shared secret").click();
    settle(&mut harness);
    type_into(
        &mut harness,
        "Shared secret as a key",
        "000102030405060708090a0b0c0d0e0f",
    );
    // As text these are 32 bytes, and the program says what they look like.
    harness.get_by_label_contains("it looks like hex");
    assert!(harness.query_by_label("A128KW").is_none());
    harness.get_by_label("Base64url").click();
    settle(&mut harness);
    harness.get_by_label("dir");
    harness.get_by_label("Hex").click();
    settle(&mut harness);
    harness.get_by_label_contains("16 bytes. HS256 asks for 32 bytes");
    harness.get_by_label("A128KW").click();
    settle(&mut harness);
    type_into(&mut harness, "Name of the imported key", "wrap");
    harness.get_by_label("Import").click();
    settle(&mut harness);
    let model = harness.state().model();
    let key = &model.workspace.keys[0];
    assert_eq!((key.name.as_str(), key.alg.as_str()), ("wrap", "A128KW"));
}

#[test]
fn a_password_is_a_key_to_encrypt_and_decrypt_with() {
    let mut harness = dialog();
    harness.get_by_label("Password").click();
    settle(&mut harness);
    type_into(&mut harness, "Password as a key", "correct horse");
    harness.get_by_label("Import").click();
    settle(&mut harness);
    let (token, key) = {
        let model = harness.state().model();
        let key = &model.workspace.keys[0];
        assert_eq!(key.alg, "PBES2-HS256+A128KW");
        (model.session.token.unwrap(), key.id)
    };
    let seal = encryption::Command::Encrypt {
        token,
        key,
        enc: "A256GCM".into(),
    };
    harness.state_mut().push(seal);
    settle(&mut harness);
    let sealed = {
        let model = harness.state().model();
        model.session.token.unwrap()
    };
    let raw = harness
        .state()
        .model()
        .workspace
        .token(sealed)
        .unwrap()
        .raw
        .clone();
    assert_eq!(decode(&raw).header_text("alg"), Some("PBES2-HS256+A128KW"));
    harness
        .state_mut()
        .push(encryption::Command::Decrypt(sealed, None));
    settle(&mut harness);
    let model = harness.state().model();
    assert_eq!(
        model.session.token,
        Some(token),
        "what was inside is in the tray already"
    );
}

#[test]
fn a_key_file_is_dropped_on_the_window() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/openssl");
    let mut harness = window(true, [1280.0, 800.0], vec![]);
    let drop = |harness: &mut Harness<'_, App>, file: &str| {
        let path = folder.join(file);
        harness
            .input_mut()
            .dropped_files
            .push(Arc::new(Dropped(path)));
        settle(harness);
    };
    drop(&mut harness, "p256.sec1.der");
    let model = harness.state().model();
    assert_eq!(model.workspace.keys[0].name, "p256.sec1");
    assert!(model.workspace.keys[0].private);
    // An encrypted one asks for its passphrase in the window.
    drop(&mut harness, "ed25519.encrypted.der");
    assert!(
        harness
            .state()
            .model()
            .session
            .locked_keys
            .asked()
            .is_some()
    );
    drop(&mut harness, "README.md");
    harness.get_by_label_contains("holds no token, key or chain");
}

#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }
    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|e| e.to_string())
    }
}

#[test]
fn a_path_is_typed_where_the_system_has_no_file_dialog() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/openssl");
    let mut harness = window(false, [1280.0, 800.0], vec![]);
    let typed = |harness: &mut Harness<'_, App>, want: Want, path: &str, done: &str| {
        let field = format!("{}: path", want.title());
        harness.state_mut().ask_path(want);
        settle(harness);
        type_into(harness, &field, path);
        harness.get_by_label(done).click();
        // The file is read on a thread of its own.
        for _ in 0..50 {
            settle(harness);
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    };
    let key = folder.join("rsa.pkcs8.der");
    typed(&mut harness, Want::Key, &key.to_string_lossy(), "Import");
    let model = harness.state().model();
    assert_eq!(model.workspace.keys[0].name, "rsa.pkcs8");
    // What is no key is named, and nothing is taken.
    let other = folder.join("README.md");
    typed(&mut harness, Want::Key, &other.to_string_lossy(), "Import");
    harness.get_by_label_contains("this is no key in a form that is read here");
    typed(&mut harness, Want::Key, "/nowhere/at-all.pem", "Import");
    harness.get_by_label_contains("/nowhere/at-all.pem");
    let model = harness.state().model();
    assert_eq!(model.workspace.keys.len(), 1);
}

#[test]
fn several_encrypted_keys_dropped_at_once_ask_in_their_turn() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/openssl");
    let mut harness = window(true, [1280.0, 800.0], vec![]);
    for file in [
        "ed25519.encrypted-other.pem",
        "p256.encrypted.pem",
        "ed25519.encrypted.der",
        "rsa.encrypted-aes192-sha1.pem",
    ] {
        let file = Arc::new(Dropped(folder.join(file)));
        harness.input_mut().dropped_files.push(file);
    }
    let answer = |harness: &mut Harness<'_, App>, text: &str| {
        type_into(harness, "Passphrase of the key", text);
        harness.key_press(egui::Key::Enter);
        settle(harness);
    };
    settle(&mut harness);
    harness.get_by_label("The key ed25519.encrypted-other.pem is encrypted. 1 of 4");
    answer(&mut harness, "correct-horse");
    harness.get_by_label_contains("ed25519.encrypted-other.pem: ");
    harness.get_by_label("Skip it").click();
    settle(&mut harness);
    harness.get_by_label("The key p256.encrypted.pem is encrypted. 2 of 4");
    // What fits one is tried on the others, and nothing is asked again.
    answer(&mut harness, "correct-horse");
    assert!(harness.query_by_label("Passphrase of the key").is_none());
    let model = harness.state().model();
    let names: Vec<&str> = model
        .workspace
        .keys
        .iter()
        .map(|k| k.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "p256.encrypted",
            "ed25519.encrypted",
            "rsa.encrypted-aes192-sha1"
        ]
    );
}
