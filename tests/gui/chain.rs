//! The chain canvas, by label and by picture.

use delegraph::app::{
    chains, history, runs,
    session::{Selection, View},
    view,
};
use egui_kittest::kittest::Queryable as _;

use crate::{
    ran::{sample, window},
    rig::settle,
};

const SIZE: [f32; 2] = [1440.0, 900.0];

#[test]
fn pictures_of_the_chain() {
    let mut results = egui_kittest::SnapshotResults::new();
    for (dark, name, which) in [
        (true, "chain_dark", "sample"),
        (false, "chain_light", "sample-risky"),
    ] {
        let mut model = sample(which);
        let id = model.session.chain.unwrap();
        model.session.selection = Selection::ChainNode(id, "research".into());
        let mut harness = window(dark, SIZE, model, View::CHAIN);
        harness.snapshot(name);
        results.extend_harness(&mut harness);
    }
}

#[test]
fn a_node_selects_by_click_and_the_arrows_walk_along_wires() {
    let mut harness = window(true, SIZE, sample("sample"), View::CHAIN);
    let id = harness.state().model().session.chain.unwrap();
    harness
        .get_by_label_contains("Sign in as alice, aud planner")
        .click();
    settle(&mut harness);
    let selected = |h: &egui_kittest::Harness<'_, delegraph::gui::shell::App>| {
        h.state().model().session.selection.clone()
    };
    assert_eq!(selected(&harness), Selection::ChainNode(id, "alice".into()));
    harness.key_press(egui::Key::ArrowRight);
    settle(&mut harness);
    assert_eq!(selected(&harness), Selection::ChainNode(id, "plan".into()));
    harness.key_press(egui::Key::Delete);
    settle(&mut harness);
    assert!(
        harness
            .state()
            .model()
            .workspace
            .chain(id)
            .unwrap()
            .node("plan")
            .is_none()
    );
    harness.state_mut().push(history::Command::Undo);
    settle(&mut harness);
    assert!(
        harness
            .state()
            .model()
            .workspace
            .chain(id)
            .unwrap()
            .node("plan")
            .is_some()
    );
}

#[test]
fn a_wait_stands_on_the_canvas_says_what_is_left_and_burns_no_frames() {
    let text = "version = 1\nname = \"x\"\n\
         [[node]]\nid = \"p\"\nkind = \"paste\"\ntoken = \"opaque\"\n\
         [[node]]\nid = \"queue\"\nkind = \"wait\"\ntoken = \"p\"\nwait = \"1m 30s\"\n";
    let mut harness = crate::rig::window(
        true,
        SIZE,
        vec![
            chains::Command::Import(text.into()).into(),
            view::Command::Show(View::CHAIN).into(),
        ],
    );
    settle(&mut harness);
    let id = harness.state().model().session.chain.unwrap();
    harness
        .get_by_label("Wait, for 1 min 30 s, not run")
        .click();
    settle(&mut harness);
    let selected = Selection::ChainNode(id, "queue".into());
    assert_eq!(harness.state().model().session.selection, selected);

    // Each settling ends only when no further frame is asked for.
    harness.state_mut().push(runs::Command::All(id));
    settle(&mut harness);
    harness.get_by_label("Wait, for 1 min 30 s, waiting, 1 min 30 s left");
    assert_eq!(
        harness
            .query_all_by_label("Waiting, 1 min 30 s left")
            .count(),
        2
    );
    harness.state_mut().push(runs::Command::Cancel(id));
    settle(&mut harness);
    harness.get_by_label("Wait, for 1 min 30 s, not run");

    harness
        .get_by_role_and_label(egui::accesskit::Role::TextInput, "Time")
        .focus();
    settle(&mut harness);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
    harness.event(egui::Event::Text("2h".into()));
    harness.key_press(egui::Key::Enter);
    settle(&mut harness);
    harness.get_by_label("Wait, for 2h, not run");
    harness.get_by_label_contains("2h is too long: a chain waits 1h at most");
}

#[test]
fn a_wait_is_added_behind_the_selected_node() {
    let mut harness = window(true, SIZE, sample("sample"), View::CHAIN);
    let id = harness.state().model().session.chain.unwrap();
    let plan = Selection::ChainNode(id, "plan".into());
    harness.state_mut().push(view::Command::Select(plan));
    settle(&mut harness);
    harness.get_by_label("Add a node").click();
    settle(&mut harness);
    harness.get_by_label("Wait").click();
    settle(&mut harness);
    let chain = harness.state().model().workspace.chain(id).unwrap();
    let wait = chain.node("wait").unwrap();
    assert_eq!(wait.hands_on(), Some("plan"));
    assert_eq!(delegraph::chain::plan::flaws(chain), []);
}

#[test]
fn a_sign_in_waits_for_the_browser_with_its_address_and_can_be_cancelled() {
    let text = "version = 1\nname = \"x\"\n\
         [[server]]\nname = \"as\"\nissuer = \"https://as.example\"\n\
         authorization_endpoint = \"https://as.example/authorize\"\n\
         token_endpoint = \"https://as.example/token\"\n\
         [[server.client]]\nclient_id = \"app\"\n\
         [[node]]\nid = \"alice\"\nkind = \"sign_in\"\nserver = \"as\"\nclient = \"app\"\nuser = \"alice\"\n";
    let mut harness = crate::rig::window(
        true,
        SIZE,
        vec![
            chains::Command::Import(text.into()).into(),
            view::Command::Show(View::CHAIN).into(),
        ],
    );
    settle(&mut harness);
    let id = harness.state().model().session.chain.unwrap();
    harness.get_by_label("Sign in as alice, not run").click();
    settle(&mut harness);
    harness.state_mut().push(runs::Command::All(id));
    settle(&mut harness);
    let words = "aiting for your browser, 4 min left";
    assert_eq!(harness.query_all_by_label_contains(words).count(), 3);
    harness.get_by_label_contains("https://as.example/authorize?response_type=code&client_id=app");
    harness.get_by_label("Copy the address");
    harness.get_by_label("Cancel the sign-in").click();
    settle(&mut harness);
    assert!(harness.query_by_label("Copy the address").is_none());
    assert!(harness.state().model().running.is_empty());
}
