//! Work is not lost: what would replace it asks first, what fails keeps what was typed, and undo takes
//! back one edit at a time, by its name.

use delegraph::{
    app::{Command, Model, chains, file, recovery::Recovery, session::Selection, view},
    gui::{files::Want, shell::App},
    kit::ids::ChainId,
};
use egui::{Key, Modifiers, accesskit::Role};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};

use crate::{
    ran,
    rig::{over, settle, window},
};

const SIZE: [f32; 2] = [1440.0, 900.0];

/// A window over a workspace that is not saved, with one of an earlier start to take back.
fn with_recovery<'a>(folder: &std::path::Path) -> Harness<'a, App> {
    let left = folder.join("autosave-x.toml");
    let mut other = window(
        true,
        SIZE,
        vec![
            file::Command::Rename("night shift".into()).into(),
            file::Command::SaveAs(left.clone()).into(),
        ],
    );
    settle(&mut other);
    let model = Model {
        recovery: Some(Recovery {
            path: left,
            name: "night shift".into(),
        }),
        ..Model::default()
    };
    over(
        true,
        SIZE,
        model,
        vec![
            file::Command::Rename("day shift".into()).into(),
            chains::Command::New.into(),
        ],
    )
}

#[test]
fn taking_work_back_asks_for_what_is_not_saved_and_names_what_comes_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = with_recovery(folder.path());
    harness.get_by_label_contains("before night shift was saved");
    harness.get_by_label("Take them back").click();
    settle(&mut harness);
    harness.get_by_label("Save the changes of day shift?");
    harness.get_by_label("Cancel").click();
    settle(&mut harness);
    let model = harness.state().model();
    assert_eq!(model.workspace.name, "day shift");
    assert!(model.recovery.is_some(), "it can still be taken back");
    assert!(!model.history.undo.is_empty());

    harness.get_by_label("Take them back").click();
    settle(&mut harness);
    harness.get_by_label("Go on without saving").click();
    settle(&mut harness);
    let model = harness.state().model();
    assert_eq!(model.workspace.name, "night shift");
    assert!(model.recovery.is_none());
}

#[test]
fn what_an_earlier_start_left_is_dropped_only_after_a_question() {
    let folder = tempfile::tempdir().unwrap();
    let mut harness = with_recovery(folder.path());
    harness.get_by_label("Drop them").click();
    settle(&mut harness);
    harness.get_by_label("Drop the changes of night shift?");
    harness.get_by_label("Keep them").click();
    settle(&mut harness);
    assert!(harness.state().model().recovery.is_some());
    harness.get_by_label("Drop them").click();
    settle(&mut harness);
    harness.get_by_label("Drop the changes").click();
    settle(&mut harness);
    assert!(harness.state().model().recovery.is_none());
}

/// Frames, while threads read and write.
fn wait(harness: &mut Harness<'_, App>, done: impl Fn(&Harness<'_, App>) -> bool) {
    for _ in 0..200 {
        harness.step();
        if done(harness) {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("waited in vain");
}

#[test]
fn a_save_that_fails_keeps_its_dialog_and_what_was_typed() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder
        .path()
        .join("no/such/folder/w.toml")
        .display()
        .to_string();
    let mut harness = window(
        true,
        SIZE,
        vec![file::Command::Rename("kept".into()).into()],
    );
    harness.state_mut().ask_path(Want::SaveAs("kept".into()));
    settle(&mut harness);
    let field = "Save the workspace: path";
    harness.get_by_label(field).focus();
    settle(&mut harness);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.get_by_label(field).type_text(&nowhere);
    settle(&mut harness);
    harness.get_by_role_and_label(Role::Button, "Save").click();
    wait(&mut harness, |h| {
        h.query_by_label_contains("was not saved").is_some()
    });
    settle(&mut harness);
    let typed = harness.get_by_label(field).accesskit_node().value();
    assert_eq!(typed.as_deref(), Some(nowhere.as_str()));
    // Said once: in the dialog, and by no message beside it.
    assert_eq!(
        harness.query_all_by_label_contains("was not saved").count(),
        1
    );

    let good = folder.path().join("w.toml");
    harness.get_by_label(field).focus();
    settle(&mut harness);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness
        .get_by_label(field)
        .type_text(&good.display().to_string());
    settle(&mut harness);
    harness.get_by_role_and_label(Role::Button, "Save").click();
    wait(&mut harness, |h| h.query_by_label(field).is_none());
    assert!(good.exists());
    assert_eq!(
        harness.state().model().path.as_deref(),
        Some(good.as_path())
    );
}

#[test]
fn a_save_that_failed_lets_nothing_happen_after_the_next_one() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("w.toml");
    let mut harness = window(true, SIZE, vec![file::Command::SaveAs(file.clone()).into()]);
    settle(&mut harness);
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap(); // a folder stands there now
    harness
        .state_mut()
        .push(file::Command::Rename("kept".into()));
    harness.state_mut().push(file::Command::New);
    settle(&mut harness);
    harness
        .get_by_label_contains("Save the changes of")
        .accesskit_node();
    harness.get_by_role_and_label(Role::Button, "Save").click();
    settle(&mut harness);
    assert_eq!(harness.state().model().workspace.name, "kept");
    std::fs::remove_dir(&file).unwrap();
    harness.state_mut().push(file::Command::Save);
    settle(&mut harness);
    let model = harness.state().model();
    assert!(!model.is_dirty());
    assert_eq!(
        model.workspace.name, "kept",
        "New was forgotten with the save that failed"
    );
}

fn select(harness: &mut Harness<'_, App>, chain: ChainId, node: &str) {
    let node = Selection::ChainNode(chain, node.into());
    harness.state_mut().push(view::Command::Select(node));
    settle(harness);
}

fn add(harness: &mut Harness<'_, App>, to: &str, value: &str) {
    harness.get_by_label(&format!("Add to {to}")).click();
    settle(harness);
    harness
        .get_by_label(&format!("New value of {to}"))
        .type_text(value);
    settle(harness);
    harness.key_press(Key::Enter);
    settle(harness);
}

fn steps(harness: &Harness<'_, App>) -> Vec<String> {
    let undo = &harness.state().model().history.undo;
    undo.iter().map(|step| step.label.clone()).collect()
}

#[test]
fn each_edit_of_a_node_is_a_step_named_by_what_changed() {
    let model = ran::sample("sample");
    let chain = model.session.chain.unwrap();
    let mut harness = ran::window(true, SIZE, model, delegraph::app::session::View::CHAIN);
    select(&mut harness, chain, "plan");
    add(&mut harness, "Scope", "more:read");
    add(&mut harness, "Audience", "other-api");
    add(&mut harness, "Scope", "still:more");
    assert_eq!(
        steps(&harness),
        [
            "Change scope of plan",
            "Change audience of plan",
            "Change scope of plan",
        ]
    );
    harness.get_by_label("Undo change scope of plan").click();
    settle(&mut harness);
    let node = |harness: &Harness<'_, App>| {
        let workspace = &harness.state().model().workspace;
        let node = workspace.chain(chain).unwrap().node("plan").unwrap();
        serde_json::to_string(node).unwrap()
    };
    assert!(!node(&harness).contains("still:more"));
    assert!(node(&harness).contains("other-api"));
    harness.get_by_label("Undo change audience of plan").click();
    settle(&mut harness);
    assert!(!node(&harness).contains("other-api"));
    assert!(node(&harness).contains("more:read"));
}

#[test]
fn each_chip_of_a_token_is_a_step_of_its_own() {
    let mut harness = window(
        true,
        SIZE,
        vec![Command::from(delegraph::app::token::Command::Paste(
            crate::rig::TOKEN.into(),
        ))],
    );
    settle(&mut harness);
    for scope in ["accounts:read", "payments:initiate"] {
        let cross = format!("Remove {scope}");
        harness
            .get_all_by_label_contains(&cross)
            .next()
            .unwrap()
            .click();
        settle(&mut harness);
    }
    let steps = steps(&harness);
    assert_eq!(steps.len(), 3, "{steps:?}");
}
