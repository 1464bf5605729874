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
            harness.get_by_label_contains("payments-agent, agent").click();
            settle(&mut harness);
        }
        harness.snapshot(name);
        results.extend_harness(&mut harness);
    }
}
