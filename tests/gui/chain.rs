//! The chain canvas, by label and by picture.

use delegraph::app::{
    history,
    session::{Selection, View},
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
        let mut harness = window(dark, SIZE, model, View::Chain);
        harness.snapshot(name);
        results.extend_harness(&mut harness);
    }
}

#[test]
fn a_node_selects_by_click_and_the_arrows_walk_along_wires() {
    let mut harness = window(true, SIZE, sample("sample"), View::Chain);
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
