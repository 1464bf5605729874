//! Timeline: the lives of tokens by label.

use delegraph::{
    app::session::{Selection, View},
    gui::shell::App,
};
use egui::accesskit::Role;
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};

use crate::{
    ran::{sample, window},
    rig::settle,
};

const SIZE: [f32; 2] = [1280.0, 800.0];

fn open(harness: &mut Harness<'_, App>) {
    harness.get_by_role_and_label(Role::Tab, "Timeline").click();
    settle(harness);
}

#[test]
fn each_token_of_a_run_is_a_row_that_tells_its_life_and_selects_it() {
    let mut harness = window(true, SIZE, sample("sample"), View::CHAIN);
    open(&mut harness);
    let tokens = harness.state().model().analysis.tokens.len();
    harness.get_by_label(&format!("{tokens} tokens, {tokens} alive now"));
    let rows: Vec<_> = harness
        .query_all_by_role(Role::Row)
        .filter_map(|row| Some((row.accesskit_node().label()?, row)))
        .filter(|(name, _)| name.contains("expires in"))
        .collect();
    assert!(rows.len() > 1, "{}", rows.len());
    let (name, row) = &rows[1];
    assert!(name.contains("alice") && name.contains("planner"), "{name}");
    row.click();
    settle(&mut harness);
    let session = &harness.state().model().session;
    assert!(
        matches!(session.selection, Selection::Token(_)),
        "{:?}",
        session.selection
    );
    harness.key_press(egui::Key::Enter);
    settle(&mut harness);
    assert_eq!(harness.state().model().session.view, View::TOKEN);
}

#[test]
fn without_tokens_it_says_what_will_be_there() {
    let mut model = sample("sample");
    model.runs.clear();
    let mut harness = window(true, SIZE, model, View::CHAIN);
    open(&mut harness);
    harness.get_by_label("When each token begins and ends shows here as soon as there are tokens.");
}

#[test]
fn a_token_that_cannot_be_read_is_not_called_alive() {
    let mut harness = window(true, SIZE, sample("sample"), View::CHAIN);
    harness
        .state_mut()
        .push(delegraph::app::token::Command::Paste(
            "Authorization: Bearer 2YotnFZFEjr1zCsicMWpAA\n".into(),
        ));
    settle(&mut harness);
    open(&mut harness);
    let model = harness.state().model();
    let all = model.analysis.tokens.values();
    let unread = all.filter(|view| view.token.claims.is_none()).count();
    assert_eq!(unread, 1);
    let read = model.analysis.tokens.len() - unread;
    harness.get_by_label(&format!(
        "{read} tokens, {read} alive now; of 1 token more the life cannot be read"
    ));
}
