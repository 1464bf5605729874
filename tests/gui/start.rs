//! The start screen: each way in is there by name and leads somewhere.

use delegraph::app::Command;
use egui_kittest::kittest::Queryable as _;

use crate::rig::{settle, window};

#[test]
fn every_way_in_is_there_by_name() {
    let harness = window(false, [1280.0, 800.0], vec![]);
    for name in [
        "Paste a token",
        "Run the sample chain",
        "Connect your authorization server",
        "Run the risky sample",
        "Open a workspace",
    ] {
        harness.get_by_label(name);
    }
}

#[test]
fn the_sample_is_one_click_away() {
    let mut harness = window(true, [1280.0, 800.0], vec![]);
    harness.get_by_label("Run the sample chain").click();
    settle(&mut harness);
    assert_eq!(harness.state().model().workspace.chains.len(), 1);
    harness.get_by_role_and_label(egui::accesskit::Role::Tab, "Chain");
}

#[test]
fn connecting_opens_the_dialog_and_escape_closes_it() {
    let mut harness = window(true, [1280.0, 800.0], vec![]);
    harness
        .get_by_label("Connect your authorization server")
        .click();
    settle(&mut harness);
    harness.get_by_label("Issuer URL");
    harness.key_press(egui::Key::Escape); // leaves the field, if it has the cursor
    settle(&mut harness);
    harness.key_press(egui::Key::Escape);
    settle(&mut harness);
    assert!(harness.query_by_label("Issuer URL").is_none());
}

#[test]
fn the_palette_finds_and_runs_commands() {
    let mut harness = window(true, [1280.0, 800.0], vec![]);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::K);
    settle(&mut harness);
    harness
        .get_by_label("Search tokens and commands")
        .type_text("practice servers show");
    settle(&mut harness);
    harness
        .get_by_label("Search tokens and commands")
        .type_text("");
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::K);
    settle(&mut harness);
    assert!(
        harness
            .query_by_label("Search tokens and commands")
            .is_none()
    );
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::K);
    settle(&mut harness);
    harness
        .get_by_label("Search tokens and commands")
        .type_text("keys");
    settle(&mut harness);
    harness.key_press(egui::Key::Enter);
    settle(&mut harness);
    harness.get_by_label("Generate ES256");
}

#[test]
fn an_idle_window_asks_for_no_frames() {
    let mut harness = window(true, [1280.0, 800.0], vec![]);
    harness.run(); // panics when frames keep being asked for
    let delay = harness.output().viewport_output[&egui::ViewportId::ROOT].repaint_delay;
    assert_eq!(delay, std::time::Duration::MAX);
}

#[test]
fn pictures_of_the_start_screen() {
    let mut results = egui_kittest::SnapshotResults::new();
    for (dark, name) in [(true, "start_dark"), (false, "start_light")] {
        let mut harness = window(dark, [1280.0, 800.0], Vec::<Command>::new());
        harness.snapshot(name);
        results.extend_harness(&mut harness);
    }
}
