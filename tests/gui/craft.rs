//! Crafting a token by hand: templates, times, authorization details, header, bytes; by label.

use delegraph::{
    app::{keys, token, view},
    gui::shell::App,
    token::template::Template,
};
use egui::accesskit::Role;
use egui_kittest::{Harness, kittest::Queryable as _};
use serde_json::{Value, json};

use crate::rig::{NOW, settle, window};

const SIZE: [f32; 2] = [1600.0, 1600.0];

fn claims(harness: &Harness<'_, App>) -> serde_json::Map<String, Value> {
    let model = harness.state().model();
    let view = &model.analysis.tokens[&model.session.token.unwrap()];
    view.token.claims_map().clone()
}

fn header(harness: &Harness<'_, App>) -> serde_json::Map<String, Value> {
    let model = harness.state().model();
    let view = &model.analysis.tokens[&model.session.token.unwrap()];
    view.token.header_map().clone()
}

fn new<'a>(template: Template) -> Harness<'a, App> {
    window(true, SIZE, vec![token::Command::New(template).into()])
}

fn click(harness: &mut Harness<'_, App>, label: &str) {
    harness.get_by_label(label).click();
    settle(harness);
}

fn undo(harness: &mut Harness<'_, App>) {
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Z);
    settle(harness);
}

fn retype(harness: &mut Harness<'_, App>, label: &str, text: &str) {
    let line = harness.query_by_role_and_label(Role::TextInput, label);
    let field =
        line.unwrap_or_else(|| harness.get_by_role_and_label(Role::MultilineTextInput, label));
    field.focus();
    settle(harness);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    harness.event(egui::Event::Text(text.into()));
    settle(harness);
}

#[test]
fn a_token_is_made_from_nothing_and_undone() {
    let mut harness = window(
        true,
        SIZE,
        vec![view::Command::Show(delegraph::app::session::View::TOKEN).into()],
    );
    harness
        .state_mut()
        .push(token::Command::New(Template::AccessToken));
    settle(&mut harness);
    click(&mut harness, "New token");
    click(&mut harness, "Transaction token");
    assert_eq!(header(&harness)["typ"], "txntoken+jwt");
    assert_eq!(claims(&harness)["iat"], NOW);
    assert_eq!(harness.state().model().workspace.tokens.len(), 2);
    undo(&mut harness);
    assert_eq!(harness.state().model().workspace.tokens.len(), 1);
}

#[test]
fn a_day_is_chosen_and_a_span_is_typed() {
    let mut harness = new(Template::AccessToken);
    click(&mut harness, "exp: in 5 min. Change");
    harness.get_by_label("November 2026");
    click(&mut harness, "Thursday 26 November 2026");
    // The time of day stays.
    assert_eq!(claims(&harness)["exp"], NOW + 300 + 3 * 86_400);
    click(&mut harness, "Month after");
    harness.get_by_label("December 2026");
    retype(&mut harness, "Against now", "in 2 h");
    assert_eq!(claims(&harness)["exp"], NOW + 7_200);
    retype(&mut harness, "Against now", "in 2 parsecs");
    harness.get_by_label_contains("Write a span");
    assert_eq!(claims(&harness)["exp"], NOW + 7_200);
    retype(&mut harness, "Seconds", "1795444400");
    assert_eq!(claims(&harness)["exp"], 1_795_444_400);
    assert!(harness.query_by_label_contains("Write a span").is_none());
}

#[test]
fn the_calendar_is_walked_by_keyboard() {
    let mut harness = new(Template::AccessToken);
    click(&mut harness, "exp: in 5 min. Change");
    harness
        .get_by_label("Monday 23 November 2026, today")
        .focus();
    settle(&mut harness);
    harness.key_press(egui::Key::ArrowRight);
    settle(&mut harness);
    harness.key_press(egui::Key::Enter);
    settle(&mut harness);
    assert_eq!(claims(&harness)["exp"], NOW + 300 + 86_400);
    for _ in 0..2 {
        harness.key_press(egui::Key::ArrowDown);
        settle(&mut harness);
    }
    // A week on lies in the next month.
    harness.get_by_label("December 2026");
    for _ in 0..2 {
        harness.key_press(egui::Key::ArrowUp);
        settle(&mut harness);
    }
    harness.get_by_label("November 2026");
    harness.key_press(egui::Key::PageDown);
    settle(&mut harness);
    harness.get_by_label("December 2026");
    harness.key_press(egui::Key::Enter);
    settle(&mut harness);
    assert_eq!(claims(&harness)["exp"], NOW + 300 + 31 * 86_400);
}

#[test]
fn a_payment_is_edited_as_a_form() {
    let mut harness = new(Template::AccessToken);
    click(&mut harness, "Add claim");
    click(&mut harness, "authorization_details");
    harness.get_by_label("Payment initiation");
    retype(&mut harness, "authorization_details/0 amount", "123.50");
    assert_eq!(
        claims(&harness)["authorization_details"][0]["instructedAmount"],
        json!({ "currency": "EUR", "amount": "123.50" })
    );
    retype(&mut harness, "authorization_details/0 amount", "12,3");
    harness.get_by_label_contains("amount: a decimal number");
    click(&mut harness, "authorization_details/0: cancel");
    assert_eq!(
        claims(&harness)["authorization_details"][0]["actions"],
        json!(["initiate", "cancel"])
    );
    click(&mut harness, "Add authorization details");
    click(&mut harness, "Account information");
    assert_eq!(
        claims(&harness)["authorization_details"][1]["type"],
        "account_information"
    );
    click(&mut harness, "Remove authorization_details/0");
    let left = claims(&harness)["authorization_details"].clone();
    assert_eq!(left.as_array().unwrap().len(), 1);
    undo(&mut harness);
    assert_eq!(
        claims(&harness)["authorization_details"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[test]
fn the_header_takes_parameters_and_the_key_of_a_proof() {
    let mut harness = window(
        true,
        SIZE,
        vec![
            keys::Command::Generate {
                alg: "ES256".into(),
                name: "holder".into(),
            }
            .into(),
        ],
    );
    harness
        .state_mut()
        .push(token::Command::New(Template::DpopProof));
    settle(&mut harness);
    assert_eq!(header(&harness)["jwk"]["crv"], "P-256");
    assert!(header(&harness)["jwk"].get("d").is_none());
    harness.get_by_label("key holder");
    click(&mut harness, "Add header parameter");
    click(&mut harness, "kid");
    assert_eq!(header(&harness)["kid"], "");
}

#[test]
fn bytes_say_what_no_json_can() {
    let mut harness = new(Template::ClientAssertion);
    click(&mut harness, "Bytes");
    let before = harness.get_by_label("Payload as bytes").value().unwrap();
    assert!(before.starts_with("7b 22 69 73 73 22"), "{before}");
    retype(&mut harness, "Payload as bytes", "7b ff 7d");
    let model = harness.state().model();
    let raw = &model.workspace.tokens[0].raw;
    assert_eq!(raw.split('.').nth(1), Some("e_99"));
    retype(&mut harness, "Payload as bytes", "7b f");
    harness.get_by_label_contains("Payload, line 1: a byte has two digits");
    let model = harness.state().model();
    assert_eq!(
        model.workspace.tokens[0].raw.split('.').nth(1),
        Some("e_99")
    );
}

#[test]
fn the_inspector_leads_back_to_an_earlier_state() {
    let mut harness = new(Template::AccessToken);
    retype(&mut harness, "sub", "bob");
    harness
        .get_by_role_and_label(Role::TextInput, "iss")
        .focus();
    settle(&mut harness);
    retype(&mut harness, "client_id", "planner");
    assert_eq!(claims(&harness)["sub"], "bob");
    click(&mut harness, "Back to state 1: Made here");
    assert_eq!(claims(&harness)["sub"], "alice");
    assert_eq!(claims(&harness)["client_id"], "workbench");
    click(&mut harness, "Back to state 2: Edit sub");
    assert_eq!(claims(&harness)["sub"], "bob");
    assert_eq!(claims(&harness)["client_id"], "workbench");
    undo(&mut harness);
    assert_eq!(claims(&harness)["sub"], "alice");
}
