//! The program as it is shipped, in a real window on a virtual screen: start, run the sample chain,
//! see who acts for whom, end.
//!
//! `DELEGRAPH_PICTURES=1 cargo test --features inspection --test window` also makes the pictures of
//! the README (`assets/pictures`).

// In tests a broken expectation is a failed test; clippy knows only functions marked as tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[allow(dead_code)] // a driver for measurements as well
mod driver;

use std::path::PathBuf;

use delegraph::attack::{Forgery, catalogue};
use driver::{Screen, Tree, Window};
use egui::{Key, Modifiers, accesskit::Role};

/// Principals of the sample chain as the graph names them to a screen reader.
const PRINCIPALS: [&str; 5] = [
    "alice, person",
    "planner, agent",
    "researcher, agent",
    "payments-agent, agent",
    "payments-api, audience",
];

/// Where a picture goes: beside the README when asked for, else among the build's files.
fn picture(name: &str) -> PathBuf {
    let folder = if std::env::var_os("DELEGRAPH_PICTURES").is_some() {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets/pictures")
    } else {
        PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("window")
    };
    folder.join(name)
}

fn command() -> Modifiers {
    Modifiers::COMMAND | Modifiers::CTRL
}

fn whole_graph(tree: &Tree) -> Option<()> {
    PRINCIPALS
        .iter()
        .all(|name| tree.has(Role::Button, name))
        .then_some(())
}

#[test]
fn the_sample_chain_runs_and_the_graph_shows_its_principals() {
    let screen = Screen::start(1600, 1000);
    let mut window = Window::open(&screen, &["--fresh"]);
    window.wait("the start screen", |tree| {
        tree.has(Role::Button, "Paste a token").then_some(())
    });
    window.picture(&picture("start.png"));

    window.click(Role::Button, "Run the sample chain");
    window.key(Key::Num3, command());
    window.wait("the graph of the sample chain", whole_graph);
    window.wait("the delegation to the planner", |tree| {
        tree.says("alice delegates to planner").then_some(())
    });
    window.picture(&picture("graph.png"));

    window.key(Key::Num2, command());
    window.wait("the chain view", |tree| {
        tree.says("payments-agent").then_some(())
    });
    window.picture(&picture("chain.png"));

    let (status, said) = window.quit();
    assert!(status.success(), "{status}: {said}");
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn forgeries_are_fired_at_the_practice_server_and_refused() {
    let screen = Screen::start(1600, 1000);
    let mut window = Window::open(&screen, &["--fresh"]);
    window.click(Role::Button, "Run the sample chain");
    window.click(Role::ListItem, "Access token, alice ← payments-agent");
    window.key(Key::Num5, command());
    window.wait("the forgeries of the token", |tree| {
        tree.says("Forgeries of this token").then_some(())
    });
    window.click(Role::Row, "Algorithm none: none, no signature");
    window.wait("what is changed", |tree| {
        tree.says("\"alg\": \"none\"").then_some(())
    });
    window.picture(&picture("forge.png"));

    window.click(Role::Button, "Fire");
    window.click(Role::Button, "Targets");
    window.click(Role::Button, "POST payments-api");
    window.click(Role::Button, "None");
    let families = ["Signature", "Algorithm none", "Key pointers"];
    for family in families {
        window.click(Role::Button, family);
    }
    let fired = |f: &&Forgery| families.contains(&f.family.title);
    let count = catalogue().iter().filter(fired).count();
    window.click(Role::Button, &format!("Fire {count} forgeries"));
    window.wait("the matrix of verdicts", |tree| {
        tree.says("No forgery was accepted").then_some(())
    });
    window.picture(&picture("matrix.png"));
    let (status, said) = window.quit();
    assert!(status.success(), "{status}: {said}");
    assert!(!said.contains("panicked"), "{said}");
}

/// What is copied is on the system's clipboard, where another program finds it: egui has a clipboard of
/// its own when it is built without the system's, and Ctrl+V then pastes nothing.
#[test]
fn what_is_copied_in_one_window_is_pasted_in_another() {
    let screen = Screen::start(1600, 1000);
    let mut window = Window::open(&screen, &["--fresh"]);
    window.click(Role::Button, "Run the sample chain");
    window.click(Role::ListItem, "Access token, alice ← payments-agent");
    window.click(Role::Button, "Copy as");
    window.click(Role::Button, "Copy token");
    window.wait("the notice of the copy", |tree| {
        tree.says("copied").then_some(())
    });

    let mut other = Window::open(&screen, &["--fresh"]);
    other.click(Role::Button, "Paste a token");
    other.wait("the token in the other window", |tree| {
        tree.has(Role::ListItem, "Access token, alice ← payments-agent")
            .then_some(())
    });
    for window in [other, window] {
        let (status, said) = window.quit();
        assert!(status.success(), "{status}: {said}");
    }
}

#[test]
fn a_pasted_token_is_read_out() {
    let screen = Screen::start(1600, 1000);
    let mut window = Window::open(&screen, &["--fresh"]);
    // RFC 8693 §4.1: user@example.com, on whose behalf admin@example.com acts; unsigned here.
    window.paste(concat!(
        "Authorization: Bearer eyJhbGciOiJub25lIn0.",
        "eyJhdWQiOiJodHRwczovL2NvbnN1bWVyLmV4YW1wbGUuY29tIiwiaXNzIjoiaHR0cHM6Ly9pc3N1ZXIuZXhh",
        "bXBsZS5jb20iLCJleHAiOjE0NDM5MDQxNzcsIm5iZiI6MTQ0MzkwNDA3Nywic3ViIjoidXNlckBleGFtcGxl",
        "LmNvbSIsImFjdCI6eyJzdWIiOiJhZG1pbkBleGFtcGxlLmNvbSJ9fQ."
    ));
    window.wait("the principals of the token", |tree| {
        (tree.says("user@example.com") && tree.says("admin@example.com")).then_some(())
    });
    window.picture(&picture("token.png"));
    let (status, said) = window.quit();
    assert!(status.success(), "{status}: {said}");
}
