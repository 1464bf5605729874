//! The principal graph, by label and by picture.

use delegraph::app::session::{Selection, View};
use egui_kittest::kittest::Queryable as _;

use crate::{
    ran::{sample, window},
    rig::settle,
};

const SIZE: [f32; 2] = [1440.0, 900.0];

#[test]
fn pictures_of_the_graph() {
    let mut results = egui_kittest::SnapshotResults::new();
    for (dark, name, which) in [
        (true, "graph_dark", "sample-risky"),
        (false, "graph_light", "sample"),
    ] {
        let mut harness = window(dark, SIZE, sample(which), View::Graph);
        if dark {
            harness
                .get_by_label_contains("payments-agent, agent")
                .click();
            settle(&mut harness);
        }
        harness.snapshot(name);
        results.extend_harness(&mut harness);
    }
}

fn selected(harness: &egui_kittest::Harness<'_, delegraph::gui::shell::App>) -> Selection {
    harness.state().model().session.selection.clone()
}

#[test]
fn nodes_and_wires_have_names_and_select() {
    let mut harness = window(true, SIZE, sample("sample"), View::Graph);
    harness.get_by_label_contains("planner, agent").click();
    settle(&mut harness);
    let Selection::Principal(id) = selected(&harness) else {
        panic!("{:?} is selected", selected(&harness))
    };
    assert!(id.contains("planner"), "{id}");

    harness.key_press(egui::Key::ArrowRight);
    settle(&mut harness);
    let Selection::Principal(id) = selected(&harness) else {
        panic!("{:?} is selected", selected(&harness))
    };
    assert!(
        id.contains("researcher"),
        "the arrow follows the wire: {id}"
    );

    harness
        .get_by_label_contains("alice delegates to planner")
        .click_accesskit();
    settle(&mut harness);
    let Selection::Relation(from, to, relation) = selected(&harness) else {
        panic!("{:?} is selected", selected(&harness))
    };
    assert!(from.contains("alice") && to.contains("planner"));
    assert_eq!(relation, "delegates to");
    // The inspector shows the tokens that make the wire.
    harness.get_by_label_contains("Show planner");
}

#[test]
fn the_table_twin_says_all_that_the_picture_shows() {
    let mut harness = window(true, SIZE, sample("sample-risky"), View::Graph);
    harness.get_by_label("Table").click();
    settle(&mut harness);
    let graph = harness.state().model().analysis.graph.clone();
    harness.get_by_label_contains("alice, person");
    let row = "alice delegates to planner";
    harness.get_by_label_contains(row).click();
    settle(&mut harness);
    let Selection::Relation(from, to, _) = selected(&harness) else {
        panic!("{:?} is selected", selected(&harness))
    };
    assert!(
        graph
            .nodes
            .iter()
            .any(|n| n.id == from && n.label == "alice")
    );
    assert!(
        graph
            .nodes
            .iter()
            .any(|n| n.id == to && n.label == "planner")
    );
}

#[test]
fn an_empty_graph_teaches_in_one_line_and_one_button() {
    let mut harness = window(false, SIZE, delegraph::app::Model::default(), View::Graph);
    let view = 300.0..1100.0; // the tray offers it as well
    harness
        .get_all_by_label("Run the sample chain")
        .find(|button| view.contains(&button.rect().center().x))
        .unwrap()
        .click();
    settle(&mut harness);
    let model = harness.state().model();
    assert!(
        model
            .workspace
            .chains
            .iter()
            .any(|c| c.chain.name == "sample")
    );
}

#[test]
fn at_rest_the_canvases_ask_for_no_frames() {
    for view in [View::Graph, View::Chain] {
        let harness = window(true, SIZE, sample("sample"), view);
        let delay = harness.output().viewport_output[&egui::ViewportId::ROOT].repaint_delay;
        assert!(
            delay > std::time::Duration::from_hours(1),
            "{view:?}: {delay:?}"
        );
    }
}
