//! What kill -9 would take is offered back by the next start.

use std::{
    path::Path,
    process::{Command as Process, Stdio},
    time::Duration,
};

use delegraph::app::{file, history, token};

use crate::main_job::Bench;

/// Tells the test below that it is the program that is to be killed, and where it keeps its state.
const CHILD: &str = "DELEGRAPH_TEST_STATE";

fn files(dir: &Path) -> usize {
    std::fs::read_dir(dir).map_or(0, Iterator::count)
}

/// Waits for what an earlier start left behind.
fn begin(bench: &mut Bench) {
    bench.ask(file::Command::Begin);
    while bench.model.practice().is_none() {
        assert!(bench.take_one(Duration::from_secs(30)));
    }
    while bench.take_one(Duration::from_millis(300)) {}
}

#[test]
fn work_that_was_killed_is_offered_back_once() {
    if let Some(state) = std::env::var_os(CHILD) {
        // The child: makes something, waits until it is kept, and ends without any goodbye.
        let state = std::path::PathBuf::from(state);
        let mut bench = Bench::new(Some(state.clone()));
        bench.ask(file::Command::Begin);
        bench.ask(file::Command::Rename("unsaved work".into()));
        bench.ask(token::Command::Paste(
            "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.".into(),
        ));
        let kept = || {
            let entries = std::fs::read_dir(&state).into_iter().flatten().flatten();
            entries
                .map(|e| e.path())
                .any(|p| p.extension().is_some_and(|e| e == "toml"))
        };
        while !kept() {
            bench.take_one(Duration::from_millis(50));
        }
        std::process::abort();
    }
    let dir = tempfile::tempdir().unwrap();
    let status = Process::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "workspace::work_that_was_killed_is_offered_back_once",
        ])
        .env(CHILD, dir.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(!status.success(), "the child was to die");

    let state = || Some(dir.path().to_owned());
    let mut bench = Bench::new(state());
    begin(&mut bench);
    bench.until(|model| model.recovery.is_some()); // it is offered
    assert!(
        bench.model.workspace.is_empty(),
        "and not forced on anybody"
    );
    let left = bench.model.recovery.clone().unwrap();
    assert_eq!(left.name, "unsaved work");
    let left = left.path;
    bench.do_it(file::Command::Recover(true));
    bench.until(|model| model.workspace.name == "unsaved work" && model.recovery.is_none());
    // It has become this start's own autosave; what the earlier one left is gone.
    bench.until(|_| !left.exists());
    assert_eq!(bench.model.workspace.tokens.len(), 1);
    assert!(bench.model.is_dirty(), "it is still unsaved");
    assert_eq!(bench.model.recovery, None);

    // A start beside this one is not offered what this one keeps.
    let mut beside = Bench::new(state());
    begin(&mut beside);
    assert_eq!(beside.model.recovery, None);
    beside.ask(file::Command::Quit);
    drop(beside);

    let elsewhere = tempfile::tempdir().unwrap();
    bench.do_it(file::Command::SaveAs(elsewhere.path().join("saved.toml")));
    drop(bench);
    assert_eq!(files(dir.path()), 0, "saved: nothing is left behind");
}

#[test]
fn what_is_not_wanted_back_is_dropped() {
    let dir = tempfile::tempdir().unwrap();
    let left = dir.path().join("autosave-x.toml");
    std::fs::write(&left, "version = 1\nname = \"old\"\n").unwrap();
    let mut bench = Bench::new(Some(dir.path().to_owned()));
    begin(&mut bench);
    bench.until(|model| {
        model
            .recovery
            .as_ref()
            .is_some_and(|r| r.path == left && r.name == "old")
    });
    bench.ask(file::Command::Recover(false));
    bench.until(|_| !left.exists());
    bench.until(|model| model.recovery.is_none());
    assert_eq!(bench.model.recovery, None);
}

#[test]
fn undoing_all_changes_drops_the_autosave() {
    let dir = tempfile::tempdir().unwrap();
    let mut bench = Bench::new(Some(dir.path().to_owned()));
    begin(&mut bench);
    bench.ask(file::Command::Rename("x".into()));
    while files(dir.path()) == 0 {
        bench.take_one(Duration::from_millis(50));
    }
    bench.ask(history::Command::Undo);
    while files(dir.path()) > 0 {
        bench.take_one(Duration::from_millis(50));
    }
    assert!(!bench.model.is_dirty());
}
