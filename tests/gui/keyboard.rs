//! The keyboard reaches everything, is never lost, and what it reaches has a name.

use delegraph::{
    app::{Model, session::View, view},
    gui::shell::App,
};
use egui::{Key, Modifiers};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _, by},
};

use crate::{
    ran::{sample, window},
    rig::{self, settle},
};

const SIZE: [f32; 2] = [1440.0, 900.0];

/// Role and name of what has the keyboard.
fn focused(harness: &Harness<'_, App>) -> Option<(String, String)> {
    let node = harness
        .get_all(by().recursive(true))
        .find(|n| n.accesskit_node().is_focused())?;
    let node = node.accesskit_node();
    let role = format!("{:?}", node.role());
    let name = node.label().filter(|l| !l.trim().is_empty());
    Some((role, name.or_else(|| node.value()).unwrap_or_default()))
}

fn name(harness: &Harness<'_, App>) -> String {
    focused(harness).map(|(_, name)| name).unwrap_or_default()
}

fn press(harness: &mut Harness<'_, App>, modifiers: Modifiers, key: Key) {
    harness.key_press_modifiers(modifiers, key);
    settle(harness);
}

#[test]
fn a_dialog_takes_the_keyboard_and_gives_it_back() {
    let mut harness = rig::window(true, SIZE, Vec::new());
    let card = "Connect your authorization server";
    harness.get_by_label(card).focus();
    settle(&mut harness);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert_eq!(name(&harness), "Issuer URL");
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(harness.query_by_label("Issuer URL").is_none());
    assert_eq!(name(&harness), card);
    // Closed by its cross as well.
    press(&mut harness, Modifiers::NONE, Key::Enter);
    harness.get_by_label("Close dialog").click_accesskit();
    settle(&mut harness);
    assert!(harness.query_by_label("Issuer URL").is_none());
    assert_eq!(name(&harness), card);
}

#[test]
fn the_palette_and_a_menu_give_it_back() {
    let mut harness = window(true, SIZE, sample("sample"), View::GRAPH);
    harness.get_by_label("Fold").focus();
    settle(&mut harness);
    press(&mut harness, Modifiers::COMMAND, Key::K);
    assert_eq!(name(&harness), "Search tokens and commands");
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert_eq!(name(&harness), "Fold");
    press(&mut harness, Modifiers::NONE, Key::Enter);
    press(&mut harness, Modifiers::NONE, Key::Tab);
    press(&mut harness, Modifiers::NONE, Key::Tab);
    assert_eq!(name(&harness), "By kind");
    press(&mut harness, Modifiers::NONE, Key::Space);
    assert!(harness.state().model().picture.by.is_some());
    assert_eq!(name(&harness), "Fold");
}

#[test]
fn escape_and_enter_do_not_send_tab_to_the_top() {
    let mut harness = window(true, SIZE, sample("sample"), View::GRAPH);
    let mut after = |keys: &[Key]| {
        harness.get_by_label_contains("planner, agent").focus();
        settle(&mut harness);
        for key in keys {
            press(&mut harness, Modifiers::NONE, *key);
        }
        name(&harness)
    };
    assert_eq!(after(&[Key::Escape, Key::Tab]), after(&[Key::Tab]));
    // A field that is left by Enter keeps the keyboard.
    harness.get_by_label("Find a principal").focus();
    settle(&mut harness);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert_eq!(name(&harness), "Find a principal");
}

#[test]
fn a_change_of_view_goes_to_its_tab_and_the_arrows_walk_the_tabs() {
    let mut harness = window(true, SIZE, sample("sample"), View::TOKEN);
    let tab = |name: &str| Some(("Tab".to_owned(), name.to_owned()));
    press(&mut harness, Modifiers::COMMAND, Key::Num3);
    assert_eq!(focused(&harness), tab("Graph"));
    press(&mut harness, Modifiers::NONE, Key::ArrowRight);
    assert_eq!(harness.state().model().session.view, View::COMPARE);
    assert_eq!(focused(&harness), tab("Compare"));
    press(&mut harness, Modifiers::NONE, Key::ArrowLeft);
    assert_eq!(focused(&harness), tab("Graph"));
    // The next stop is in the view: the other tabs are none.
    press(&mut harness, Modifiers::NONE, Key::Tab);
    assert_eq!(name(&harness), "What to show");
    // Enter on a principal shows its token, and the keyboard is there.
    harness.get_by_label_contains("planner, agent").focus();
    settle(&mut harness);
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert_eq!(harness.state().model().session.view, View::TOKEN);
    assert_eq!(focused(&harness), tab("Token"));
}

#[test]
fn f6_goes_from_panel_to_panel() {
    let mut harness = window(true, SIZE, sample("sample"), View::CHAIN);
    // A panel's heading, not the button that closes it: Enter after F6 does no harm.
    let round = ["Tokens", "Chain", "Findings", "Inspector"];
    for expected in round.iter().chain(&round) {
        press(&mut harness, Modifiers::NONE, Key::F6);
        assert_eq!(name(&harness), *expected);
    }
    press(&mut harness, Modifiers::SHIFT, Key::F6);
    assert_eq!(name(&harness), "Findings");
}

#[test]
fn the_question_about_unsaved_work_has_the_keyboard() {
    let mut harness = window(true, SIZE, sample("sample"), View::CHAIN);
    harness.get_by_label("Run all").focus();
    settle(&mut harness);
    press(&mut harness, Modifiers::COMMAND, Key::N);
    assert_eq!(name(&harness), "Save");
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert_eq!(name(&harness), "Run all");
}

fn filled(view: View) -> Harness<'static, App> {
    let mut model: Model = sample("sample-risky");
    model.session.compared = model.analysis.tokens.keys().copied().take(2).collect();
    let mut harness = window(false, SIZE, model, view);
    let token = harness
        .state()
        .model()
        .analysis
        .evidence
        .hops
        .iter()
        .find_map(|h| h.token_id);
    if let (Some(id), true) = (token, view == View::TOKEN) {
        harness.state_mut().push(view::Command::Select(
            delegraph::app::session::Selection::Token(id),
        ));
        settle(&mut harness);
    }
    harness
}

const VIEWS: [View; 6] = [
    View::TOKEN,
    View::CHAIN,
    View::GRAPH,
    View::COMPARE,
    View::FORGE,
    View::PRACTICE,
];

#[test]
fn every_stop_of_tab_has_a_name_and_is_in_sight() {
    for view in VIEWS {
        let mut harness = filled(view);
        let mut first = None;
        for n in 0..220 {
            press_quickly(&mut harness, Key::Tab);
            let stop = focused(&harness);
            let Some((role, name)) = &stop else {
                panic!("{view:?}: stop {n} is none, after {first:?}")
            };
            assert!(
                !name.is_empty() || role.contains("TextInput"),
                "{view:?}: stop {n}, a {role}, has no name: {:?}",
                harness
                    .get_all(by().recursive(true))
                    .find(|n| n.accesskit_node().is_focused())
                    .map(|n| n.rect())
            );
            let id = harness.ctx.memory(egui::Memory::focused).unwrap();
            let widget = harness.ctx.read_response(id).unwrap();
            let (whole, seen) = (widget.rect, widget.interact_rect);
            assert!(
                seen.height() + 1.0 >= whole.height().min(200.0),
                "{view:?}: stop {n}, {role} {name:?} at {whole:?} is out of sight: {seen:?}"
            );
            if first.is_none() {
                first = stop;
            } else if n > 5 && stop == first {
                break; // once round
            }
        }
    }
}

fn press_quickly(harness: &mut Harness<'_, App>, key: Key) {
    harness.key_press(key);
    for _ in 0..8 {
        harness.step();
    }
}

#[test]
fn everything_that_acts_has_a_name() {
    use egui::Role;
    for view in VIEWS {
        let harness = filled(view);
        for node in harness.get_all(by().recursive(true)) {
            let node = node.accesskit_node();
            let acts = matches!(
                node.role(),
                Role::Button
                    | Role::CheckBox
                    | Role::RadioButton
                    | Role::TextInput
                    | Role::MultilineTextInput
                    | Role::ComboBox
                    | Role::Link
                    | Role::Tab
                    | Role::ListItem
                    | Role::Row
                    | Role::MenuItem
                    | Role::SpinButton
                    | Role::Slider
            );
            let named = node.label().is_some_and(|l| !l.trim().is_empty());
            assert!(
                !acts || named,
                "{view:?}: a {:?} at {:?} has no name, value {:?}",
                node.role(),
                node.bounding_box(),
                node.value()
            );
        }
    }
}
