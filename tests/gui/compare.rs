//! The compare view and what verdicts ask for, by label.

use delegraph::{
    app::session::View,
    gui::shell::App,
    kit::clock::{Clock, Timestamp},
};
use egui::accesskit::Role;
use egui_kittest::{Harness, kittest::Queryable as _};

use crate::{
    ran::{sample, window},
    rig::{NOW, settle},
};

const SIZE: [f32; 2] = [1600.0, 1000.0];

fn click(harness: &mut Harness<'_, App>, label: &str) {
    harness.get_by_label(label).click();
    settle(harness);
}

#[test]
fn the_hops_of_a_run_stand_side_by_side() {
    let mut harness = window(true, SIZE, sample("sample"), View::COMPARE);
    click(&mut harness, "Compare Sample chain · run 3");
    assert_eq!(harness.state().model().session.compared.len(), 4);
    harness.get_by_label_contains("scope: accounts:read documents:read payments:initiate narrowed");
    harness.get_by_label_contains("members differ");
    // The same issuer all along: gone when only differences are shown.
    assert!(harness.query_all_by_label_contains("iss: http://").count() >= 4);
    click(&mut harness, "Differences");
    assert_eq!(
        harness.query_all_by_label_contains("iss: http://").count(),
        0
    );
    let first = harness.state().model().session.compared[0];
    click(&mut harness, "Move Access token, alice right");
    assert_eq!(harness.state().model().session.compared[1], first);
    click(&mut harness, "Take Access token, alice out");
    assert!(!harness.state().model().session.compared.contains(&first));
    click(&mut harness, "Clear");
    harness.get_by_label_contains("Drag two or more tokens here");
}

#[test]
fn tokens_are_chosen_from_a_list() {
    let mut harness = window(false, SIZE, sample("sample-risky"), View::COMPARE);
    click(&mut harness, "Choose tokens");
    for place in [0, 3] {
        let boxes: Vec<_> = harness.query_all_by_role(Role::CheckBox).collect();
        boxes[place].click();
        settle(&mut harness);
    }
    assert_eq!(harness.state().model().session.compared.len(), 2);
    assert!(harness.query_all_by_label_contains("scope:").count() >= 2);
}

#[test]
fn verdicts_ask_for_leeway_audience_and_issuer() {
    let mut model = sample("sample");
    // The last token ended 10 s ago.
    let end = NOW + 164;
    model.session.clock = Clock::Fixed(Timestamp::from_second(end + 10).unwrap());
    let mut harness = window(true, SIZE, model, View::TOKEN);
    let expired = |h: &Harness<'_, App>| h.query_all_by_label_contains(", expired,").count();
    let before = expired(&harness);
    assert!(before >= 1);
    harness.get_by_label_contains("Clock: ").click();
    settle(&mut harness);
    let retype = |harness: &mut Harness<'_, App>, label: &str, text: &str| {
        let field = harness.get_by_role_and_label(Role::TextInput, label);
        field.focus();
        settle(harness);
        harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
        harness.event(egui::Event::Text(text.into()));
        settle(harness);
    };
    retype(&mut harness, "Leeway in seconds", "60");
    assert!(expired(&harness) < before);
    retype(&mut harness, "Leeway in seconds", "soon");
    harness.get_by_label_contains("Leeway is a number of seconds");
    retype(&mut harness, "Leeway in seconds", "60");
    retype(&mut harness, "Required audience", "another-api");
    assert!(
        harness
            .query_all_by_label_contains("claims do not hold")
            .count()
            >= 4
    );
    click(&mut harness, "Ask for nothing");
    assert_eq!(expired(&harness), before);
}

#[test]
fn tokens_are_dragged_from_the_tray_into_the_comparison() {
    let mut harness = window(true, SIZE, sample("sample"), View::COMPARE);
    for n in 0..2 {
        let rows: Vec<_> = harness.query_all_by_role(Role::ListItem).collect();
        let from = rows[n].rect().center();
        // On the empty view first, then on what is there.
        let to = egui::pos2(700.0, 300.0);
        harness.hover_at(from);
        harness.drag_at(from);
        harness.step();
        harness.hover_at(from + egui::vec2(40.0, 12.0));
        harness.step();
        harness.hover_at(to);
        harness.step();
        harness.drop_at(to);
        settle(&mut harness);
        assert_eq!(harness.state().model().session.compared.len(), n + 1);
    }
    assert!(harness.query_all_by_label_contains("scope:").count() >= 2);
}
