//! Findings: list, filter, selection, and what could not be evaluated.

use delegraph::{
    app::session::{Selection, View},
    risk::Severity,
};
use egui_kittest::kittest::Queryable as _;

use crate::{
    ran::{sample, window},
    rig::settle,
};

const SIZE: [f32; 2] = [1440.0, 900.0];

#[test]
fn a_finding_is_found_by_its_words_and_opens_in_the_inspector() {
    let mut harness = window(true, SIZE, sample("sample-risky"), View::GRAPH);
    harness
        .get_by_label_contains("critical, DG-410 Actor not in may_act")
        .click();
    settle(&mut harness);
    let model = harness.state().model();
    let Selection::Finding(n) = model.session.selection else {
        panic!("{:?} is selected", model.session.selection)
    };
    let analysis = model.analysis.clone();
    let finding = &analysis.report.findings[n];
    assert_eq!(finding.rule.id, "DG-410");
    harness.get_by_label_contains("Show the two tokens").click();
    settle(&mut harness);
    let model = harness.state().model();
    assert_eq!(model.session.view, View::TOKEN);
    let hop = &analysis.evidence.hops[finding.hop];
    assert_eq!(
        model.session.selection,
        Selection::Token(hop.token_id.unwrap())
    );
}

#[test]
fn arrows_walk_the_list_and_severity_filters_it() {
    let mut harness = window(true, SIZE, sample("sample-risky"), View::GRAPH);
    harness.get_by_label_contains("critical, DG-410").click();
    settle(&mut harness);
    harness.key_press(egui::Key::ArrowDown);
    settle(&mut harness);
    let model = harness.state().model();
    let Selection::Finding(n) = model.session.selection else {
        panic!("{:?} is selected", model.session.selection)
    };
    assert_eq!(model.analysis.report.findings[n].severity, Severity::High);

    harness.get_by_label_contains("1 critical").click();
    settle(&mut harness);
    assert_eq!(
        harness.state().model().session.at_least,
        Some(Severity::Critical)
    );
    assert!(harness.query_by_label_contains("high, DG-401").is_none());
    harness.get_by_label_contains("critical, DG-410");
}

#[test]
fn what_could_not_be_evaluated_is_said_and_is_no_pass() {
    let mut harness = window(false, SIZE, sample("sample"), View::CHAIN);
    let missing = harness.state().model().analysis.report.not_evaluable.len();
    assert!(missing > 0);
    harness
        .get_by_label(&format!("{missing} not evaluable"))
        .click();
    settle(&mut harness);
    harness.get_by_label_contains("That is not a pass.");
}

#[test]
fn secrets_are_hidden_in_the_log() {
    let mut harness = window(true, SIZE, sample("sample"), View::CHAIN);
    harness.get_by_label("HTTP log").click();
    settle(&mut harness);
    harness
        .get_by_label_contains("POST /token, exchange, payments-agent")
        .click();
    settle(&mut harness);
    assert!(matches!(
        harness.state().model().session.selection,
        Selection::Log(_)
    ));
    harness.get_by_label("client_assertion");
    assert!(
        harness
            .query_by_label_contains("not to be seen anywhere")
            .is_none()
    );
    harness.get_by_label("cURL").click();
    settle(&mut harness);
    assert!(
        harness
            .query_by_label_contains("not to be seen anywhere")
            .is_none()
    );
    assert_eq!(harness.query_all_by_label("Copy as cURL").count(), 2);
}
