//! The main job on one token: paste, read, edit, sign, undo; by label.

use delegraph::{
    app::{keys, token},
    jose::Alg,
    kit::secret::Secret,
    token::craft,
};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use serde_json::json;

use crate::rig::{TOKEN, key, settle, window};

fn with_token<'a>(dark: bool, size: [f32; 2]) -> Harness<'a, delegraph::gui::shell::App> {
    let public = key().public().unwrap();
    window(
        dark,
        size,
        vec![
            keys::Command::Import {
                text: Secret::new(serde_json::Value::Object(public.0).to_string()),
                name: "issuer".into(),
            }
            .into(),
            token::Command::Paste(TOKEN.into()).into(),
        ],
    )
}

fn raw(harness: &Harness<'_, delegraph::gui::shell::App>) -> String {
    let model = harness.state().model();
    let id = model.session.token.unwrap();
    model.workspace.token(id).unwrap().raw.to_string()
}

#[test]
fn pasting_anywhere_shows_who_acts_for_whom() {
    let mut harness = window(true, [1280.0, 800.0], vec![]);
    harness.event(egui::Event::Paste(format!("Authorization: Bearer {TOKEN}")));
    settle(&mut harness);
    assert!(
        harness
            .query_all_by_label_contains("payments-agent acts for alice now")
            .count()
            >= 1
    );
    harness.get_by_label_contains("Access token, alice ← payments-agent ← researcher ← planner");
    assert_eq!(raw(&harness), TOKEN);
}

#[test]
fn a_scope_can_be_removed_and_the_edit_undone() {
    let mut harness = with_token(false, [1600.0, 1000.0]);
    harness.get_by_label("Signature valid, by a key you gave");
    harness
        .get_by_label("Remove payments:initiate from scope")
        .click();
    settle(&mut harness);
    harness.get_by_label("Edited, unsigned");
    harness.get_by_label("removed payments:initiate");
    assert_ne!(raw(&harness), TOKEN);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Z);
    settle(&mut harness);
    assert_eq!(raw(&harness), TOKEN);
    harness.get_by_label("Signature valid, by a key you gave");
}

#[test]
fn what_the_workspace_knows_completes_a_scope() {
    // Another token of the workspace has `documents:read` and `documents:write`.
    let other = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJib2IiLCJzY29wZSI6ImRvY3VtZW50czpyZWFkIGRvY3VtZW50czp3cml0ZSJ9.";
    let mut harness = window(
        true,
        [1600.0, 1000.0],
        vec![
            token::Command::Paste(other.into()).into(),
            token::Command::Paste(TOKEN.into()).into(),
        ],
    );
    settle(&mut harness);
    let scope = |harness: &Harness<'_, delegraph::gui::shell::App>| {
        let raw = raw(harness);
        let token = delegraph::token::decode::decode(&raw);
        token.claim_text("scope").unwrap().to_owned()
    };
    let before = scope(&harness);
    harness.get_by_label("Add to scope").click();
    settle(&mut harness);
    harness
        .get_by_label("New value of scope")
        .type_text("write");
    settle(&mut harness);
    assert!(
        harness
            .query_by_label("Add documents:read to scope")
            .is_none()
    );
    harness.get_by_label("Add documents:write to scope").click();
    settle(&mut harness);
    assert_eq!(scope(&harness), format!("{before} documents:write"));
    // By keyboard: the first one that fits is taken over by arrow down.
    harness.get_by_label("Add to scope").click();
    settle(&mut harness);
    harness.get_by_label("New value of scope").type_text("docu");
    settle(&mut harness);
    harness.key_press(egui::Key::ArrowDown);
    settle(&mut harness);
    harness.key_press(egui::Key::Enter);
    settle(&mut harness);
    assert_eq!(
        scope(&harness),
        format!("{before} documents:write documents:read")
    );
}

#[test]
fn a_scope_can_be_added() {
    let mut harness = with_token(false, [1600.0, 1000.0]);
    harness.get_by_label("Add to scope").click();
    settle(&mut harness);
    harness
        .get_by_label("New value of scope")
        .type_text("documents:read");
    settle(&mut harness);
    harness.key_press(egui::Key::Enter);
    settle(&mut harness);
    harness.get_by_label("added documents:read");
    let model = harness.state().model();
    let view = &model.analysis.tokens[&model.session.token.unwrap()];
    assert_eq!(
        view.token.claims_map()["scope"],
        "accounts:read payments:initiate documents:read"
    );
}

#[test]
fn signing_again_with_a_generated_key_verifies() {
    let mut harness = with_token(false, [1600.0, 1000.0]);
    harness
        .get_by_label("Remove accounts:read from scope")
        .click();
    settle(&mut harness);
    harness.get_by_label("Sign again").click();
    settle(&mut harness);
    settle(&mut harness);
    harness.get_by_label("Signature valid, by a key you gave");
    assert!(!harness.state().model().workspace.tokens[0].is_edited());
}

#[test]
fn text_and_rows_are_one_value_and_an_error_marks_its_place() {
    let mut harness = with_token(true, [1600.0, 1000.0]);
    harness.get_by_label("JSON").click();
    settle(&mut harness);
    let field = harness.get_by_label("Payload as JSON");
    let text = field.value().unwrap();
    assert!(text.contains("\"sub\": \"alice\""));
    field.focus();
    settle(&mut harness);
    // Half-typed text is kept, and says where it is wrong.
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    harness.event(egui::Event::Text("{\"sub\": \"bob\", ".into()));
    settle(&mut harness);
    harness.get_by_label_contains("Payload, line 1");
    assert_eq!(
        harness.get_by_label("Payload as JSON").value().unwrap(),
        "{\"sub\": \"bob\", "
    );
    harness.event(egui::Event::Text("\"iss\": \"x\"}".into()));
    settle(&mut harness);
    assert!(harness.query_by_label_contains("Payload, line 1").is_none());
    harness.get_by_label("Rows").click();
    settle(&mut harness);
    let model = harness.state().model();
    let view = &model.analysis.tokens[&model.session.token.unwrap()];
    assert_eq!(view.token.claims_map()["sub"], "bob");
}

#[test]
fn hidden_characters_are_shown_escaped() {
    let claims = serde_json::json!({"sub": "ali\u{202E}ce\u{200B}", "iss": "https://as.example"});
    let token = delegraph::token::craft::mint(
        &serde_json::json!({}),
        &claims,
        &key(),
        &delegraph::jose::Alg::Es256,
    )
    .unwrap();
    let harness = window(
        true,
        [1280.0, 800.0],
        vec![token::Command::Paste(token).into()],
    );
    for node in harness.root().children_recursive() {
        for text in [node.accesskit_node().label(), node.accesskit_node().value()]
            .into_iter()
            .flatten()
        {
            assert!(
                !text.contains('\u{202E}') && !text.contains('\u{200B}'),
                "hidden characters reach the screen reader: {text:?}"
            );
        }
    }
}

#[test]
fn a_thousand_tokens_are_listed_without_drawing_them_all() {
    let tokens: Vec<String> = (0..1000)
        .map(|n| {
            let claims =
                serde_json::json!({"sub": format!("user-{n}"), "iss": "https://as.example"});
            let b64 = |v: &serde_json::Value| delegraph::jose::b64::encode(v.to_string());
            format!(
                "{}.{}.c2ln",
                b64(&serde_json::json!({"alg": "ES256"})),
                b64(&claims)
            )
        })
        .collect();
    let harness = window(
        true,
        [1280.0, 800.0],
        vec![token::Command::Paste(tokens.join("\n")).into()],
    );
    assert_eq!(harness.state().model().workspace.tokens.len(), 1000);
    let rows = harness
        .query_all_by_role(egui::accesskit::Role::ListItem)
        .count();
    assert!((5..40).contains(&rows), "{rows} rows drawn");
}

#[test]
fn pictures_of_the_token_view() {
    let mut results = egui_kittest::SnapshotResults::new();
    for (dark, name) in [(true, "token_dark"), (false, "token_light")] {
        let mut harness = with_token(dark, [1600.0, 1000.0]);
        harness.snapshot(name);
        results.extend_harness(&mut harness);
    }
}

#[test]
fn an_actor_is_added_and_moved_without_dragging() {
    let mut harness = with_token(true, [1600.0, 1000.0]);
    harness.get_by_label("Add actor").click();
    settle(&mut harness);
    harness
        .get_by_label("Name of the actor")
        .type_text("auditor");
    settle(&mut harness);
    harness.key_press(egui::Key::Enter);
    settle(&mut harness);
    let actors = |harness: &Harness<'_, delegraph::gui::shell::App>| {
        let model = harness.state().model();
        model.analysis.tokens[&model.session.token.unwrap()]
            .principal
            .actors
            .clone()
    };
    assert_eq!(
        actors(&harness),
        ["auditor", "payments-agent", "researcher", "planner"]
    );
    harness.get_by_label("Edit actor auditor").click();
    settle(&mut harness);
    harness
        .get_by_label("Make it act earlier (move right)")
        .click();
    settle(&mut harness);
    assert_eq!(
        actors(&harness),
        ["payments-agent", "auditor", "researcher", "planner"]
    );
}

#[test]
fn unsaved_work_is_asked_about_before_it_is_lost() {
    let mut harness = with_token(true, [1280.0, 800.0]);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::N);
    settle(&mut harness);
    harness.get_by_label("Save the changes of untitled?");
    harness.get_by_label("Cancel").click();
    settle(&mut harness);
    assert_eq!(harness.state().model().workspace.tokens.len(), 1);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::N);
    settle(&mut harness);
    harness.get_by_label("Go on without saving").click();
    settle(&mut harness);
    assert!(harness.state().model().workspace.is_empty());
    harness.get_by_label("Paste a token");
}

#[test]
fn tab_goes_from_the_tabs_through_the_whole_view() {
    let mut harness = with_token(true, [1600.0, 1000.0]);
    harness.get_by_label("Practice").focus();
    settle(&mut harness);
    let mut seen = Vec::new();
    for _ in 0..60 {
        harness.key_press(egui::Key::Tab);
        settle(&mut harness);
        let focused = harness
            .root()
            .children_recursive()
            .find(egui_kittest::Node::is_focused)
            .and_then(|n| n.accesskit_node().label());
        seen.extend(focused);
    }
    let mut from = 0;
    for wanted in [
        "Subject alice",
        "Edit actor payments-agent",
        "Add actor",
        "Sign again",
        "Raw token",
        "Rows",
        "iss",
        "Add to aud",
        "scope",
        "Add claim",
    ] {
        let at = seen[from..].iter().position(|label| label == wanted);
        from += at.unwrap_or_else(|| panic!("{wanted} is not reached after {:?}", &seen[..from]));
    }
}

#[test]
fn keys_of_an_issuer_are_fetched_when_the_user_says_so_and_not_before() {
    let raw = craft::mint(
        &json!({"typ": "at+jwt"}),
        &json!({"iss": "https://as.example/tenant", "sub": "alice"}),
        &key(),
        &Alg::Es256,
    );
    let mut harness = window(
        true,
        [1280.0, 800.0],
        vec![token::Command::Paste(raw.unwrap()).into()],
    );
    settle(&mut harness);
    harness.get_by_label("Get a key").click();
    settle(&mut harness);
    harness
        .get_by_label("Fetch the keys of as.example/tenant…")
        .click();
    settle(&mut harness);
    let field = harness.get_by_label("Issuer URL").value();
    assert_eq!(field.as_deref(), Some("https://as.example/tenant"));
    assert!(harness.state().model().workspace.servers.is_empty());
    harness.get_by_label("Connect").click();
    settle(&mut harness);
    let servers = &harness.state().model().workspace.servers;
    assert_eq!(servers[0].issuer, "https://as.example/tenant");
    harness.key_press(egui::Key::Escape);
    settle(&mut harness);
    harness.get_by_label("Get a key").click();
    settle(&mut harness);
    harness.get_by_label("Fetch the keys of as.example/tenant again");
}

#[test]
fn an_issuer_that_no_keys_can_be_fetched_of_is_not_offered() {
    let raw = craft::mint(&json!({}), &json!({"iss": "joe"}), &key(), &Alg::Es256);
    let mut harness = window(
        true,
        [1280.0, 800.0],
        vec![token::Command::Paste(raw.unwrap()).into()],
    );
    settle(&mut harness);
    assert!(harness.query_by_label("Get a key").is_none());
    harness.get_by_label("Add a key…").click();
    settle(&mut harness);
    harness.get_by_label("Close dialog");
}
