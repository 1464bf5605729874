//! A JWS with several signatures: which is shown, made anew, added, removed.

use delegraph::{
    app::{Command, keys, token},
    gui::shell::App,
    jose::{Alg, Jwk, crypto, jws},
    kit::secret::Secret,
    token::{decode::decode, validate::Signature},
};
use egui_kittest::{Harness, kittest::Queryable as _};
use serde_json::{Map, Value, json};

use crate::rig::{key, settle, window};

fn import(key: &Jwk) -> Command {
    keys::Command::Import {
        text: Secret::new(Value::Object(key.0.clone()).to_string()),
        name: String::new(),
    }
    .into()
}

fn two_signatures(other: &Jwk) -> String {
    let signer = |key: &Jwk, alg: Alg| jws::Signer {
        protected: Map::from_iter([
            ("alg".to_owned(), alg.name().into()),
            ("kid".to_owned(), json!(key.kid())),
        ]),
        header: Map::new(),
        key: key.clone(),
        alg,
    };
    let all = [signer(&key(), Alg::Es256), signer(other, Alg::EdDsa)];
    jws::sign(
        br#"{"iss":"https://i","sub":"alice"}"#,
        &all,
        jws::Form::General,
        false,
    )
    .unwrap()
}

fn states(harness: &Harness<'_, App>) -> Vec<Signature> {
    let model = harness.state().model();
    let view = &model.analysis.tokens[&model.session.token.unwrap()];
    view.verdict
        .signatures
        .iter()
        .map(|s| s.signature)
        .collect()
}

fn field<'h>(harness: &'h Harness<'_, App>, name: &'h str) -> egui_kittest::Node<'h> {
    harness.get_by_role_and_label(egui::accesskit::Role::TextInput, name)
}

#[test]
fn each_signature_is_chosen_edited_and_made_anew() {
    let other = crypto::generate(&Alg::EdDsa, Some("ed-1")).unwrap();
    let raw = two_signatures(&other);
    let mut harness = window(
        false,
        [1280.0, 1400.0],
        vec![
            import(&key()),
            import(&other),
            token::Command::Paste(raw).into(),
        ],
    );
    settle(&mut harness);
    harness.get_by_label("SIGNATURES (2)");
    harness.get_by_label("Signature 1, valid");
    assert_eq!(field(&harness, "alg").value().as_deref(), Some("ES256"));
    harness.get_by_label("Signature 2, valid").click();
    settle(&mut harness);
    assert_eq!(field(&harness, "kid").value().as_deref(), Some("ed-1"));
    field(&harness, "kid").focus();
    settle(&mut harness);
    field(&harness, "kid").type_text("x");
    settle(&mut harness);
    let raw = |harness: &Harness<'_, App>| {
        let model = harness.state().model();
        model
            .workspace
            .token(model.session.token.unwrap())
            .unwrap()
            .raw
            .clone()
    };
    let header = |harness: &Harness<'_, App>, n: usize| {
        decode(&raw(harness)).headers[n].as_ref().unwrap().value["kid"].clone()
    };
    assert_eq!(header(&harness, 0), json!("prac-1"));
    assert_ne!(header(&harness, 1), json!("ed-1"));
    // All again: each with the key that fits its header.
    harness.get_by_label("Sign all again").click();
    settle(&mut harness);
    assert_eq!(states(&harness), [Signature::Valid; 2]);
    assert_eq!(header(&harness, 1), json!("ed-1"));
    harness.get_by_label("Remove signature 2").click();
    settle(&mut harness);
    assert_eq!(states(&harness), [Signature::Valid]);
    harness.get_by_label("Add a signature").click();
    settle(&mut harness);
    harness.get_by_label("by ed-1 (EdDSA)").click();
    settle(&mut harness);
    assert_eq!(states(&harness), [Signature::Valid; 2]);
    harness.get_by_label("Signature 2, valid").click();
    settle(&mut harness);
    harness.get_by_label("Sign this one again").click();
    settle(&mut harness);
    // The key that signs is the first of the tray: now both name it.
    assert_eq!(header(&harness, 1), json!("prac-1"));
    assert_eq!(states(&harness), [Signature::Valid; 2]);
}
