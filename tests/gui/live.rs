//! The main job in the window, with the real runtime and the practice server on loopback.

use std::time::Duration;

use delegraph::{
    app::{
        Model, practice, runs,
        session::{Selection, View},
        view,
    },
    gui::shell::App,
    io::runtime::Runtime,
};
use egui_kittest::{Harness, kittest::Queryable as _};

/// Frames until `done` holds, for at most 30 seconds.
fn wait(harness: &mut Harness<'_, App>, what: &str, done: impl Fn(&Model) -> bool) {
    for _ in 0..600 {
        harness.step();
        if done(harness.state().model()) {
            for _ in 0..4 {
                harness.step();
            }
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("waited in vain for: {what}");
}

fn settled(model: &Model) -> bool {
    model.running.is_empty()
        && !model.analysis.graph.nodes.is_empty()
        && model.analysis.revision == model.revision
}

#[test]
fn the_risky_sample_runs_shows_its_graph_and_a_finding_lights_its_path() {
    let mut harness = Harness::builder()
        .with_size([1440.0, 900.0])
        .with_render_cursor(false)
        .build_eframe(|cc| {
            let runtime = Runtime::new(|| ()).unwrap();
            let mut app = App::with(&cc.egui_ctx, Model::default(), Box::new(runtime));
            app.push(practice::Command::Start);
            app
        });
    wait(&mut harness, "the practice server", |m| {
        m.practice().is_some()
    });
    harness.state_mut().push(view::Command::Show(View::CHAIN));
    wait(&mut harness, "the chain view", |m| {
        m.session.view == View::CHAIN
    });
    harness
        .state_mut()
        .push(runs::Command::Sample("sample-risky".into()));
    wait(&mut harness, "the run", |m| {
        !m.runs.is_empty() && settled(m)
    });
    // The run's states are on the canvas in words.
    assert!(
        harness
            .query_all_by_label_contains("Exchange as researcher")
            .next()
            .is_some()
    );

    harness.get_by_label("Graph").click();
    wait(&mut harness, "the graph", |m| m.session.view == View::GRAPH);
    for principal in [
        "alice, person",
        "planner, agent",
        "researcher, agent",
        "payments-api, audience",
    ] {
        harness.get_by_label_contains(principal);
    }
    let report = harness.state().model().analysis.report.clone();
    let worst = report.findings.iter().map(|f| f.severity).max().unwrap();
    let n = report
        .findings
        .iter()
        .position(|f| f.rule.id == "DG-410")
        .unwrap();
    assert_eq!(report.findings[n].severity, worst);
    harness
        .get_by_label_contains("DG-410 Actor not in may_act")
        .click();
    wait(&mut harness, "the selection", |m| {
        m.session.selection == Selection::Finding(n)
    });
    // The inspector shows the same finding with what to do.
    harness.get_by_label_contains("Show the two tokens");
}
