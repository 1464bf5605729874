//! The forge by label: choose, see the difference, stack, fire, read the matrix.

use delegraph::{
    app::{chains, forge::target, keys, session::View, target::TargetEntry, token, view},
    attack::{Row, catalogue},
    gui::shell::App,
    kit::secret::Secret,
};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};

use crate::rig::{TOKEN, key, settle, window};

fn forge<'a>(dark: bool, size: [f32; 2]) -> Harness<'a, App> {
    let public = key().public().unwrap();
    let mut harness = window(
        dark,
        size,
        vec![
            keys::Command::Import {
                text: Secret::new(serde_json::Value::Object(public.0).to_string()),
                name: "issuer".into(),
            }
            .into(),
            token::Command::Paste(TOKEN.into()).into(),
            view::Command::Show(View::FORGE).into(),
        ],
    );
    settle(&mut harness);
    harness
}

fn find(harness: &mut Harness<'_, App>, text: &str) {
    harness.get_by_label("Find a forgery").focus();
    settle(harness);
    harness.get_by_label("Find a forgery").type_text(text);
    settle(harness);
}

/// Opens the part that fires, and enters the address of a target.
fn aim(harness: &mut Harness<'_, App>, url: &str) {
    harness.get_by_label("Fire").click();
    settle(harness);
    harness.get_by_label("Address of the target").focus();
    settle(harness);
    harness.get_by_label("Address of the target").type_text(url);
    settle(harness);
}

#[test]
fn without_a_token_it_says_what_to_do() {
    let mut harness = window(true, [1280.0, 800.0], vec![chains::Command::New.into()]);
    harness.state_mut().push(view::Command::Show(View::FORGE));
    settle(&mut harness);
    harness.get_by_label_contains("Forgeries are made of a good token");
    harness.get_by_label("Paste a token");
    assert!(harness.query_by_label("Take the newest token").is_none());
    let run = crate::ran::sample("sample");
    let mut harness = crate::ran::window(true, [1280.0, 800.0], run, View::FORGE);
    assert_eq!(harness.state().model().session.token, None);
    harness.get_by_label("Take the newest token").click();
    settle(&mut harness);
    assert!(harness.state().model().session.token.is_some());
    harness.get_by_label("Find a forgery");
}

#[test]
fn a_forgery_shows_what_it_changes_and_goes_into_the_tray() {
    let mut harness = forge(true, [1600.0, 1000.0]);
    harness.get_by_label_contains("can be made of this token");
    harness
        .get_by_label("Algorithm none: none, no signature")
        .click();
    settle(&mut harness);
    harness.get_by_label_contains("becomes none, the signature is left out");
    harness.get_by_label("must be refused");
    harness.get_by_label_contains("+   \"alg\": \"none\"");
    harness.get_by_label("Payload unchanged");
    harness.get_by_label("Put into tray").click();
    settle(&mut harness);
    let model = harness.state().model();
    let forged = model.workspace.tokens.last().unwrap();
    assert_eq!(forged.name.as_deref(), Some("alg-none"));
    assert!(forged.raw.ends_with('.'));
    assert_eq!(model.workspace.tokens.len(), 2);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Z);
    settle(&mut harness);
    assert_eq!(harness.state().model().workspace.tokens.len(), 1);
}

#[test]
fn what_cannot_be_made_says_why() {
    let mut harness = forge(false, [1600.0, 1000.0]);
    find(&mut harness, "leading zero");
    harness
        .get_by_label_contains("Leading zero byte, cannot be made of this token")
        .click();
    settle(&mut harness);
    harness.get_by_label_contains("signed with ES256, not with RSA");
    assert!(harness.query_by_label("Put into tray").is_none());
}

#[test]
fn forgeries_are_stacked() {
    let mut harness = forge(true, [1600.0, 1000.0]);
    for (search, row) in [
        ("alg-none", "Algorithm none: none, no signature"),
        ("sub-other", "Parties: Other user"),
    ] {
        let field = harness.get_by_label("Find a forgery");
        field.focus();
        settle(&mut harness);
        harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
        settle(&mut harness);
        harness.get_by_label("Find a forgery").type_text(search);
        settle(&mut harness);
        harness.get_by_label(row).click();
        settle(&mut harness);
        harness.get_by_label("Add to stack").click();
        settle(&mut harness);
    }
    harness.get_by_label("Stack of 2").click();
    settle(&mut harness);
    harness.get_by_label("Put into tray").click();
    settle(&mut harness);
    let model = harness.state().model();
    let id = model.workspace.tokens.last().unwrap().id;
    let token = &model.analysis.tokens[&id].token;
    assert_eq!(token.claim_text("sub"), Some("admin"));
    assert_eq!(token.header_text("alg"), Some("none"));
    harness.get_by_label("Clear the stack").click();
    settle(&mut harness);
    assert!(harness.state().model().forge.stack.is_empty());
}

#[test]
fn firing_shows_the_matrix_with_what_was_accepted() {
    let mut harness = forge(false, [1600.0, 1000.0]);
    aim(&mut harness, "http://127.0.0.1:8080/accounts");
    harness.get_by_label_contains("Fire 3").click();
    for _ in 0..40 {
        settle(&mut harness);
    }
    let matrix = harness.state().model().forge.matrix.clone().unwrap();
    assert_eq!(matrix.void, None);
    let accepted: Vec<&str> = matrix.findings().map(Row::name).collect();
    assert!(accepted.contains(&"alg-none"), "{accepted:?}");
    harness.get_by_label_contains("forgeries were accepted");
    harness
        .get_by_label_contains(&format!("{} accepted", accepted.len()))
        .click();
    settle(&mut harness);
    harness
        .get_by_label("none, no signature, accepted although forged, 200")
        .click();
    settle(&mut harness);
    // The inspector shows what was sent for this row, and what came back.
    harness.get_by_label("forge: alg-none");
    harness.get_by_label("Response").click();
    settle(&mut harness);
    harness.get_by_label_contains("balance");
    harness.get_by_label("Export the matrix").click();
    settle(&mut harness);
    harness.get_by_label("SARIF 2.1.0 file…");
}

#[test]
fn what_was_fired_stands_in_the_log_apart_from_chains() {
    let mut harness = forge(true, [1600.0, 1000.0]);
    harness.get_by_label("HTTP log").click();
    settle(&mut harness);
    harness.get_by_label_contains("Requests of chains, and what the forge fires");
    aim(&mut harness, "http://127.0.0.1:8080/accounts");
    harness.get_by_label_contains("Fire 3").click();
    for _ in 0..4 {
        settle(&mut harness);
    }
    let [(chains, _), (forge, _)] = harness.state().model().log.kept();
    assert_eq!(chains, 0);
    assert!(forge > 200, "{forge}");
    harness.get_by_label(&format!("Forge {forge}"));
    harness.get_by_label("Chains 0").click();
    settle(&mut harness);
    harness.get_by_label_contains("Requests of chains, and what the forge fires");
}

#[test]
fn another_machine_is_asked_about_first() {
    let mut harness = forge(true, [1600.0, 1000.0]);
    aim(&mut harness, "https://api.example/accounts");
    harness.get_by_label_contains("Fire 3").click();
    settle(&mut harness);
    harness.get_by_label_contains("requests at api.example:443?");
    assert!(harness.state().model().forge.firing.is_none());
    assert!(harness.state().model().jobs.is_empty());
    harness.get_by_label("Cancel").click();
    settle(&mut harness);
    assert!(harness.state().model().forge.asks.is_none());
    assert!(harness.state().model().forge.matrix.is_none());
}

#[test]
fn a_target_that_is_none_is_said() {
    let mut harness = forge(true, [1600.0, 1000.0]);
    harness.get_by_label("Fire").click();
    settle(&mut harness);
    harness.get_by_label_contains("Fire 3").click();
    settle(&mut harness);
    harness.get_by_label_contains("Enter the address of the target");
}

#[test]
fn weak_secrets_are_for_hmac_tokens() {
    let mut harness = forge(true, [1600.0, 1000.0]);
    harness.get_by_label("Weak secrets").click();
    settle(&mut harness);
    harness.get_by_label_contains("The header of this one says ES256");
    assert!(harness.query_by_label("Try weak secrets").is_none());
}

#[test]
fn every_forgery_can_be_walked_through_without_a_fault() {
    let mut harness = forge(false, [1280.0, 800.0]);
    harness.get_by_label("Family Signature, 13 of 13").click();
    settle(&mut harness);
    for _ in 0..catalogue().len() + 40 {
        harness.key_press(egui::Key::ArrowDown);
        harness.step();
        harness.step();
    }
    let model = harness.state().model();
    assert_eq!(model.workspace.tokens.len(), 1);
    assert!(harness.root().children().count() > 0);
}

#[test]
fn an_address_that_is_typed_is_a_target_of_the_workspace() {
    let mut harness = forge(false, [1600.0, 1000.0]);
    harness.get_by_label("Fire").click();
    settle(&mut harness);
    harness.get_by_label("Address of the target").focus();
    settle(&mut harness);
    for part in ["https://api.", "example/", "accounts"] {
        harness
            .get_by_label("Address of the target")
            .type_text(part);
        settle(&mut harness);
    }
    let targets = &harness.state().model().workspace.targets;
    assert_eq!(targets.len(), 1);
    assert_eq!(targets[0].url, "https://api.example/accounts");
    harness.get_by_label("Add a header").click();
    settle(&mut harness);
    harness.get_by_label("Name of a header").focus();
    settle(&mut harness);
    harness
        .get_by_label("Name of a header")
        .type_text("X-Api-Key");
    settle(&mut harness);
    harness.get_by_label("Value of the header").focus();
    settle(&mut harness);
    harness
        .get_by_label("Value of the header")
        .type_text("hunter2");
    settle(&mut harness);
    let model = harness.state().model();
    let header = &model.workspace.targets[0].headers[0];
    assert_eq!((header.name.as_str(), &header.value), ("X-Api-Key", &None));
    assert_eq!(model.vault.headers[&header.id].expose(), "hunter2");
    harness.get_by_label("Delete this target").click();
    settle(&mut harness);
    assert!(harness.state().model().workspace.targets.is_empty());
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Z);
    settle(&mut harness);
    assert_eq!(harness.state().model().workspace.targets.len(), 1);
    harness.get_by_label("Targets").click();
    settle(&mut harness);
    harness.get_by_label("GET api.example/accounts").click();
    settle(&mut harness);
    assert!(harness.state().model().session.target.is_some());
}

#[test]
fn an_exchange_is_asked_for_by_its_form() {
    let mut harness = forge(true, [1600.0, 1000.0]);
    harness.get_by_label("Fire").click();
    settle(&mut harness);
    harness.get_by_label("Where the token goes").click();
    settle(&mut harness);
    harness.get_by_label("Subject token of an exchange").click();
    settle(&mut harness);
    harness.get_by_label_contains("No client can ask there");
    for (label, text) in [
        ("Audience to ask for", "accounts-api"),
        ("Scope to ask for", "accounts:read"),
        ("Resource to ask for", "https://api.example/"),
        ("Paste an actor token", TOKEN),
    ] {
        harness.get_by_label(label).focus();
        settle(&mut harness);
        harness.get_by_label(label).type_text(text);
        settle(&mut harness);
    }
    harness.get_by_label("Kind of token to ask for").click();
    settle(&mut harness);
    harness.get_by_label("jwt").click();
    settle(&mut harness);
    let model = harness.state().model();
    let asked = &model.workspace.targets[0].exchange;
    assert_eq!(asked.audience, "accounts-api");
    assert_eq!(asked.scope, "accounts:read");
    assert_eq!(asked.resource, "https://api.example/");
    assert_eq!(asked.requested_token_type, "jwt");
    assert_eq!(asked.actor, Some(model.workspace.tokens[0].id));
    harness.get_by_label("No actor token").click();
    settle(&mut harness);
    let model = harness.state().model();
    assert_eq!(model.workspace.targets[0].exchange.actor, None);
    harness.get_by_label_contains("Fire ").click();
    settle(&mut harness);
    harness.get_by_label_contains("Choose the client");
}

#[test]
fn a_server_is_broken_by_ticking_faults_and_is_named_by_them() {
    let mut harness = forge(false, [1280.0, 800.0]);
    harness
        .state_mut()
        .push(view::Command::Show(View::PRACTICE));
    settle(&mut harness);
    harness.get_by_label("Faults").click();
    settle(&mut harness);
    for fault in ["key-confusion", "crit-ignored"] {
        harness.get_by_label(fault).click();
        settle(&mut harness);
    }
    harness.get_by_label("Start with these 2 faults").click();
    settle(&mut harness);
    let model = harness.state().model();
    let names: Vec<Vec<&str>> = model
        .practice
        .keys()
        .map(|faults| faults.names().collect())
        .collect();
    assert_eq!(names, [vec!["crit-ignored", "key-confusion"]]);
    harness.get_by_label("Practice with crit-ignored, key-confusion");
    harness.get_by_label("runs already");
    harness.get_by_label("Stop").click();
    settle(&mut harness);
    assert!(
        harness
            .query_by_label("Practice with crit-ignored, key-confusion")
            .is_none()
    );
}

fn aimed<'a>() -> Harness<'a, App> {
    let mut harness = forge(true, [1600.0, 1000.0]);
    aim(&mut harness, "http://127.0.0.1:8080/accounts");
    harness
}

fn rows(harness: &Harness<'_, App>) -> Vec<String> {
    let matrix = harness.state().model().forge.matrix.clone().unwrap();
    matrix.rows.iter().map(|r| r.name().to_owned()).collect()
}

#[test]
fn one_forgery_or_the_stack_is_fired_alone_and_earlier_firings_stay() {
    let mut harness = aimed();
    harness.get_by_label_contains("Fire 3").click();
    settle(&mut harness);
    let all = rows(&harness).len();
    assert!(all > 200, "{all}");
    harness.get_by_label("Forgeries").click();
    settle(&mut harness);
    find(&mut harness, "alg-none");
    harness
        .get_by_label("Algorithm none: none, no signature")
        .click();
    settle(&mut harness);
    harness.get_by_label("Fire this one").click();
    settle(&mut harness);
    assert_eq!(rows(&harness), ["control", "alg-none", "control"]);
    harness.get_by_label_contains("Since firing 1: the same is accepted");

    harness.get_by_label("Forgeries").click();
    settle(&mut harness);
    harness.get_by_label("Add to stack").click();
    settle(&mut harness);
    harness.get_by_label("Stack of 1").click();
    settle(&mut harness);
    harness.get_by_label("Fire the stack").click();
    settle(&mut harness);
    assert_eq!(rows(&harness), ["control", "stack", "control"]);
    harness
        .get_by_label("The stack, accepted although forged, 200")
        .click();
    settle(&mut harness);
    harness.get_by_label("forge: stack");

    harness.get_by_label("Earlier firings").click();
    settle(&mut harness);
    harness.get_by_label_contains("1 · ").click();
    settle(&mut harness);
    assert_eq!(rows(&harness).len(), all);
    // Its rows lead to its own requests.
    harness
        .get_by_label("none, no signature, accepted although forged, 200")
        .click();
    settle(&mut harness);
    harness.get_by_label("forge: alg-none");
}

#[test]
fn a_token_is_sent_once_as_it_is_and_its_answer_stands_in_the_inspector() {
    let mut harness = aimed();
    harness.get_by_label("Send it once").click();
    settle(&mut harness);
    assert_eq!(rows(&harness), ["control"]);
    assert_eq!(harness.state().model().forge.firings, 1);
    harness.get_by_label("The token was accepted");
    harness.get_by_label("forge: the token as it is");
    harness.get_by_label_contains("balance");
}

#[test]
fn without_a_target_firing_one_leads_to_the_form() {
    let mut harness = forge(true, [1600.0, 1000.0]);
    harness
        .get_by_label("Algorithm none: none, no signature")
        .click();
    settle(&mut harness);
    harness.get_by_label("Fire this one").click();
    settle(&mut harness);
    harness.get_by_label("Address of the target");
    assert!(harness.state().model().forge.matrix.is_none());
}

#[test]
fn families_that_are_not_aimed_at_the_target_cannot_be_chosen() {
    let mut harness = aimed();
    let disabled = |harness: &Harness<'_, App>, name: &str| {
        let node = harness.get_by_role_and_label(egui::accesskit::Role::Button, name);
        node.accesskit_node().is_disabled()
    };
    assert!(disabled(&harness, "Exchange request"));
    assert!(!disabled(&harness, "DPoP"));
    harness.get_by_label("Where the token goes").click();
    settle(&mut harness);
    harness.get_by_label("Subject token of an exchange").click();
    settle(&mut harness);
    assert!(!disabled(&harness, "Exchange request"));
    assert!(disabled(&harness, "DPoP"));
}

#[test]
fn the_media_type_stands_where_there_is_a_body() {
    let mut harness = aimed();
    harness.get_by_label("Method").click();
    settle(&mut harness);
    harness.get_by_label("POST").click();
    settle(&mut harness);
    let media = "Media type of the body";
    assert!(harness.query_by_label(media).is_none());
    harness.get_by_label("Body").focus();
    settle(&mut harness);
    for part in ["{\"a\"", ":1}"] {
        harness.get_by_label("Body").type_text(part);
        settle(&mut harness);
    }
    harness.get_by_label(media);
    let target = harness.state().model().workspace.targets[0].clone();
    assert_eq!(
        target.body, "{\"a\":1}",
        "the field does not move while it is typed in"
    );
}

#[test]
fn a_secret_that_was_found_becomes_a_key_that_forgeries_are_signed_with() {
    use delegraph::{
        app::forge::{Crack, Secret as Found},
        attack::secrets::Guess,
    };
    let secret = delegraph::jose::Jwk(serde_json::Map::from_iter([
        ("kty".to_owned(), "oct".into()),
        ("k".to_owned(), "Y2hhbmdlbWU".into()),
    ]));
    let raw = delegraph::token::craft::mint(
        &serde_json::json!({}),
        &serde_json::json!({ "sub": "alice" }),
        &secret,
        &delegraph::jose::Alg::Hs256,
    )
    .unwrap();
    let (tried, found) = Guess::of(&raw).unwrap().try_small_list();
    let mut model = delegraph::app::Model::default();
    model.forge.crack = Some(Crack {
        raw: raw.as_str().into(),
        job: None,
        tried: 1_234_567 + tried,
        done: 1000,
        rate: 1,
        result: Some(Ok(found.map(Found::Word))),
    });
    let commands = vec![
        token::Command::Paste(raw).into(),
        view::Command::Show(View::FORGE).into(),
    ];
    let mut harness = crate::rig::over(true, [1440.0, 900.0], model, commands);
    settle(&mut harness);
    harness.get_by_label("Weak secrets").click();
    settle(&mut harness);
    harness.get_by_label_contains("Found after 1,234,");
    assert!(harness.query_by_label("changeme").is_none());
    harness.get_by_label("Show the secret").click();
    settle(&mut harness);
    harness.get_by_label("changeme");
    harness.get_by_label("Add as a key").click();
    settle(&mut harness);
    let forged = harness.state().model().forge.forged.clone().unwrap();
    assert!(forged.with.signing.is_some());
    harness.get_by_label_contains("It is a key in the tray");
    harness.get_by_label("Forge with it").click();
    settle(&mut harness);
    harness.get_by_label("Find a forgery");
}

#[test]
fn the_log_and_the_inspector_name_a_server_that_is_broken_on_purpose() {
    let mut model = delegraph::app::Model::default();
    model
        .practice_ports
        .insert(8080, [delegraph::practice::Fault::KeyConfusion].into());
    let commands = vec![
        token::Command::Paste(TOKEN.into()).into(),
        view::Command::Show(View::FORGE).into(),
        target::Command::Add(Box::new(TargetEntry {
            url: "http://127.0.0.1:8080/accounts".into(),
            ..TargetEntry::default()
        }))
        .into(),
    ];
    let mut harness = crate::rig::over(true, [1600.0, 1000.0], model, commands);
    settle(&mut harness);
    harness.get_by_label("Fire").click();
    settle(&mut harness);
    harness.get_by_label_contains("Fire 3").click();
    settle(&mut harness);
    harness.get_by_label("HTTP log").click();
    settle(&mut harness);
    let row = harness.get_all_by_label_contains("200, 3 ms").next();
    row.unwrap().click();
    settle(&mut harness);
    let chosen = harness
        .get_all_by_label_contains("with key-confusion")
        .count();
    assert!(chosen > 1, "each row says it");
    harness.get_by_label("Practice with key-confusion: broken on purpose");
}

#[test]
fn a_callback_of_the_testers_stands_in_what_is_forged() {
    let mut harness = aimed();
    let callback = "Address of yours that forged key pointers lead to";
    harness.get_by_label(callback).focus();
    settle(&mut harness);
    harness
        .get_by_label(callback)
        .type_text("https://me.example/x");
    settle(&mut harness);
    let own = |harness: &Harness<'_, App>| {
        let forged = harness.state().model().forge.forged.clone().unwrap();
        assert_eq!(
            forged.with.callback.as_deref(),
            Some("https://me.example/x")
        );
        forged.with.own.thumbprint().unwrap()
    };
    let before = own(&harness);
    harness.get_by_label("Forgeries").click();
    settle(&mut harness);
    find(&mut harness, "jku-own");
    harness
        .get_by_label("Key pointers: jku to the forger's server")
        .click();
    settle(&mut harness);
    harness.get_by_label_contains("https://me.example/x/jwks.json");
    harness.get_by_label("Copy what to host").click();
    settle(&mut harness);
    assert_eq!(own(&harness), before, "what is hosted stays good");
}
