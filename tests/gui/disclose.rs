//! An SD-JWT in the window: claims at their place, hidden and disclosed again, bound to the holder.

use delegraph::{
    app::{Command, Model, history, keys, session::Selection, token},
    gui::shell::App,
    jose::{Alg, b64, crypto},
    kit::{ids::TokenId, secret::Secret},
    token::{Token, craft, decode::decode, sd_jwt},
};
use egui_kittest::{Harness, kittest::Queryable as _};
use serde_json::{Value, json};

use crate::rig::{NOW, key, settle, window};

fn disclosure(content: &Value) -> (String, String) {
    let text = b64::encode(content.to_string());
    let hash = b64::encode(crypto::sha256(text.as_bytes()));
    (text, hash)
}

/// A credential of which name and street are disclosed, bound to the holder's key.
fn credential() -> String {
    let (street, street_hash) = disclosure(&json!(["s1", "street_address", "Main Street 1"]));
    let (name, name_hash) = disclosure(&json!(["s2", "given_name", "Ann"]));
    let claims = json!({
        "iss": "https://issuer.example",
        "vct": "https://credentials.example/person",
        "_sd": [name_hash, "eW91IGNhbm5vdCBrbm93IHdoYXQgdGhpcyBpcw"],
        "address": {"_sd": [street_hash], "country": "DE"},
        "cnf": {"jwk": key().public().unwrap().0},
    });
    let header = json!({"typ": "dc+sd-jwt"});
    let issued = craft::mint(&header, &claims, &key(), &Alg::Es256).unwrap();
    let free = decode(&format!("{issued}~{street}~{name}~"));
    sd_jwt::bind(
        &free,
        &key(),
        &Alg::Es256,
        "https://verifier.example",
        "n-1",
        NOW - 5,
    )
    .unwrap()
}

fn open(commands: Vec<Command>) -> Harness<'static, App> {
    let mut all = vec![token::Command::Paste(credential()).into()];
    all.extend(commands);
    let mut harness = window(true, [1280.0, 1600.0], all);
    settle(&mut harness);
    harness
}

fn import() -> Command {
    keys::Command::Import {
        text: Secret::new(Value::Object(key().0).to_string()),
        name: "wallet".into(),
    }
    .into()
}

fn shown(model: &Model) -> (TokenId, Token) {
    let id = model.session.token.unwrap();
    (id, decode(&model.workspace.token(id).unwrap().raw))
}

#[test]
fn claims_stand_at_their_place_and_hashes_are_named() {
    let harness = open(vec![]);
    harness.get_by_label("Hide given_name");
    harness.get_by_label("Hide street_address");
    harness.get_by_label("2 disclosed, 1 not disclosed or decoys");
    harness.get_by_label("not disclosed");
    let top = |label: &str| harness.get_by_label(label).rect();
    // In the order of what was signed; the street inside the address.
    assert!(top("given_name").top() < top("address").top());
    assert!(top("address").top() < top("street_address").top());
    assert!(top("address").left() < top("street_address").left());
    assert!(top("street_address").top() < top("country").top());
    // What the issuer signed in clear can be edited where it stands.
    assert_eq!(
        harness.get_by_label("/address/country").value().as_deref(),
        Some("DE")
    );
    // The key binding is a part of its own.
    harness.get_by_label("KEY BINDING");
    harness.get_by_label("https://verifier.example");
}

#[test]
fn what_is_hidden_comes_back_and_the_signature_holds() {
    let mut harness = open(vec![]);
    harness.get_by_label("Hide street_address").click();
    settle(&mut harness);
    let (_, less) = shown(harness.state().model());
    let sd = less.disclosed.as_ref().unwrap();
    assert_eq!((sd.disclosures.len(), sd.hidden), (1, 2));
    // The holder's key is not at hand: the binding of the other presentation is left out, and told.
    assert!(sd.binding.is_none());
    harness.get_by_label_contains("the other presentation and is left out");
    assert!(harness.query_by_label("Edited, unsigned").is_none());
    harness.get_by_label("Disclose street_address").click();
    settle(&mut harness);
    let (_, again) = shown(harness.state().model());
    assert_eq!(again.disclosed.as_ref().unwrap().disclosures.len(), 2);
    for _ in 0..2 {
        harness.state_mut().push(history::Command::Undo);
        settle(&mut harness);
    }
    let model = harness.state().model();
    let (id, back) = shown(model);
    assert_eq!(back.raw, model.workspace.token(id).unwrap().received);
    harness.get_by_label("Hide all").click();
    settle(&mut harness);
    harness.get_by_label("Disclose all").click();
    settle(&mut harness);
    let (_, all) = shown(harness.state().model());
    assert_eq!(all.disclosed.as_ref().unwrap().disclosures.len(), 2);
}

#[test]
fn with_the_holders_key_the_presentation_is_bound_anew() {
    let mut harness = open(vec![import()]);
    harness.get_by_label("Hide given_name").click();
    settle(&mut harness);
    let (_, less) = shown(harness.state().model());
    let sd = less.disclosed.as_ref().unwrap();
    let kb = sd.binding.as_ref().unwrap();
    assert_eq!(sd.hash_fits, Some(true));
    assert_eq!(sd_jwt::binding(&less), Some(Ok(())));
    assert_eq!(kb.claim_text("nonce"), Some("n-1"));
    assert_eq!(kb.claim("iat"), Some(&json!(NOW)));
    harness.get_by_label("Remove the key binding").click();
    settle(&mut harness);
    assert!(shown(harness.state().model()).1.raw.ends_with('~'));
    harness.get_by_label_contains("not bound to its holder");
    let field = harness.get_by_label("Nonce of the key binding");
    field.focus();
    settle(&mut harness);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    harness
        .get_by_label("Nonce of the key binding")
        .type_text("fresh");
    settle(&mut harness);
    harness.get_by_label("Bind to the holder's key").click();
    settle(&mut harness);
    let (_, bound) = shown(harness.state().model());
    let kb = bound.disclosed.as_ref().unwrap().binding.as_ref().unwrap();
    assert_eq!(kb.claim_text("nonce"), Some("fresh"));
    assert_eq!(sd_jwt::binding(&bound), Some(Ok(())));
}

/// Presses an item of the menu of a claim.
fn choose(harness: &mut Harness<'_, App>, claim: &str, item: &str) {
    let role = egui::accesskit::Role::Button;
    harness.get_by_role_and_label(role, claim).click_secondary();
    settle(harness);
    harness.get_by_label(item).click();
    settle(harness);
}

fn claims(harness: &Harness<'_, App>) -> Value {
    let (_, token) = shown(harness.state().model());
    token.disclosed.unwrap().claims
}

#[test]
fn what_is_disclosed_is_typed_over_as_one_step_of_undo() {
    let mut harness = open(vec![]);
    let before = claims(&harness);
    for (field, typed) in [("/given_name", "Bea"), ("/address/street_address", "Side")] {
        harness.get_by_label(field).focus();
        settle(&mut harness);
        harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
        // A letter at a time, the analysis between them.
        for letter in typed.chars() {
            harness.get_by_label(field).type_text(&letter.to_string());
            settle(&mut harness);
            if letter == 'B' {
                harness.get_by_label_contains("made for the claims as they were");
            }
        }
    }
    let mut wanted = before.clone();
    wanted["given_name"] = json!("Bea");
    wanted["address"]["street_address"] = json!("Side");
    assert_eq!(claims(&harness), wanted);
    let (_, token) = shown(harness.state().model());
    let sd = token.disclosed.as_ref().unwrap();
    assert_eq!(
        (sd.disclosures.len(), sd.hidden, sd.binding.is_none()),
        (2, 1, true)
    );
    assert!(token.problems.is_empty(), "{:?}", token.problems);
    // What was received stands beside it; the issuer's signature fits no longer; the binding is gone.
    harness.get_by_label("Edited, unsigned");
    harness.get_by_label("removed Ann");
    harness.get_by_label("removed Main Street 1");
    harness.state_mut().push(history::Command::Undo);
    settle(&mut harness);
    assert_eq!(claims(&harness)["address"], before["address"]);
    harness.state_mut().push(history::Command::Undo);
    settle(&mut harness);
    let model = harness.state().model();
    let (id, back) = shown(model);
    assert_eq!(back.raw, model.workspace.token(id).unwrap().received);
}

#[test]
fn the_menu_of_a_claim_renames_reveals_conceals_and_removes() {
    let mut harness = open(vec![]);
    let before = claims(&harness);
    let count = |harness: &Harness<'_, App>| {
        let (_, token) = shown(harness.state().model());
        token.disclosed.unwrap().disclosures.len()
    };
    choose(&mut harness, "given_name", "Make it plain");
    assert_eq!((claims(&harness), count(&harness)), (before.clone(), 1));
    choose(
        &mut harness,
        "given_name",
        "Make it selectively disclosable",
    );
    assert_eq!((claims(&harness), count(&harness)), (before.clone(), 2));
    choose(&mut harness, "country", "Make it selectively disclosable");
    assert_eq!((claims(&harness), count(&harness)), (before.clone(), 3));
    harness.get_by_label("Hide country");

    choose(&mut harness, "given_name", "Rename… F2");
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    harness
        .get_by_label("New name of the member")
        .type_text("first_name");
    settle(&mut harness);
    harness.key_press(egui::Key::Enter);
    settle(&mut harness);
    assert_eq!(claims(&harness)["first_name"], "Ann");
    harness.get_by_label("Hide first_name");
    choose(&mut harness, "first_name", "Remove");
    assert_eq!(
        (claims(&harness).get("first_name"), count(&harness)),
        (None, 2)
    );
    for _ in 0..5 {
        harness.state_mut().push(history::Command::Undo);
        settle(&mut harness);
    }
    let model = harness.state().model();
    let (id, back) = shown(model);
    assert_eq!(back.raw, model.workspace.token(id).unwrap().received);
}

#[test]
fn a_claim_of_any_token_becomes_selectively_disclosable() {
    let raw = craft::mint(
        &json!({}),
        &json!({"sub": "alice", "n": 1}),
        &key(),
        &Alg::Es256,
    );
    let mut harness = window(
        true,
        [1280.0, 800.0],
        vec![token::Command::Paste(raw.unwrap()).into()],
    );
    settle(&mut harness);
    choose(&mut harness, "sub", "Make it selectively disclosable");
    assert_eq!(claims(&harness), json!({"n": 1, "sub": "alice"}));
    harness.get_by_label("Hide sub").click();
    settle(&mut harness);
    assert_eq!(claims(&harness), json!({"n": 1}));
    // Of the header nothing can be hidden.
    let role = egui::accesskit::Role::Button;
    harness.get_by_role_and_label(role, "alg").click_secondary();
    settle(&mut harness);
    assert!(
        harness
            .query_by_label("Make it selectively disclosable")
            .is_none()
    );
}

#[test]
fn a_member_in_clear_is_renamed_and_stays_in_clear() {
    let raw = craft::mint(
        &json!({"typ": "JWT"}),
        &json!({"sub": "alice", "n": 1}),
        &key(),
        &Alg::Es256,
    );
    let mut harness = window(
        true,
        [1280.0, 1400.0],
        vec![token::Command::Paste(raw.unwrap()).into()],
    );
    settle(&mut harness);
    let rename = |harness: &mut Harness<'_, App>, old: &str, new: &str, end: egui::Key| {
        choose(harness, old, "Rename… F2");
        harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
        harness
            .get_by_label("New name of the member")
            .type_text(new);
        settle(harness);
        harness.key_press(end);
        settle(harness);
        assert!(harness.query_by_label("New name of the member").is_none());
    };
    rename(&mut harness, "sub", "user", egui::Key::Enter);
    rename(&mut harness, "typ", "cty", egui::Key::Enter);
    rename(&mut harness, "n", "left", egui::Key::Escape);
    // By keyboard alone as well.
    let role = egui::accesskit::Role::Button;
    harness.get_by_role_and_label(role, "n").focus();
    settle(&mut harness);
    harness.key_press(egui::Key::F2);
    settle(&mut harness);
    harness.key_press(egui::Key::Escape);
    settle(&mut harness);
    // What was clicked is meant as well.
    harness.ctx.memory_mut(egui::Memory::stop_text_input);
    harness.get_by_role_and_label(role, "n").click();
    settle(&mut harness);
    harness.key_press(egui::Key::F2);
    settle(&mut harness);
    harness.key_press(egui::Key::End);
    settle(&mut harness);
    harness
        .get_by_label("New name of the member")
        .type_text("umber");
    settle(&mut harness);
    harness.key_press(egui::Key::Enter);
    settle(&mut harness);
    let (_, token) = shown(harness.state().model());
    assert!(token.disclosed.is_none());
    let selection = &harness.state().model().session.selection;
    assert!(
        matches!(selection, Selection::Claim(_, path) if path == "/number"),
        "{selection:?}"
    );
    let names: Vec<&String> = token.claims_map().keys().collect();
    assert_eq!(names, ["user", "number"]);
    assert_eq!(token.header_text("cty"), Some("JWT"));
    harness.state_mut().push(history::Command::Undo);
    harness.state_mut().push(history::Command::Undo);
    harness.state_mut().push(history::Command::Undo);
    settle(&mut harness);
    let (_, token) = shown(harness.state().model());
    assert_eq!(token.claim_text("sub"), Some("alice"));
}

#[test]
fn the_inspector_says_how_a_claim_stands_and_changes_it() {
    let mut harness = open(vec![]);
    let before = claims(&harness);
    for (claim, says, button, then) in [
        ("given_name", "Disclosed by the holder.", "Make it plain", 1),
        (
            "country",
            "Signed in clear.",
            "Make it selectively disclosable",
            2,
        ),
        (
            "iss",
            "Signed in clear.",
            "Make it selectively disclosable",
            3,
        ),
    ] {
        let role = egui::accesskit::Role::Button;
        harness.get_by_role_and_label(role, claim).click();
        settle(&mut harness);
        harness.get_by_label(says);
        harness.get_by_label(button).click();
        settle(&mut harness);
        let (_, token) = shown(harness.state().model());
        let sd = token.disclosed.unwrap();
        assert_eq!(
            (&sd.claims, sd.disclosures.len()),
            (&before, then),
            "{claim}"
        );
    }
}
