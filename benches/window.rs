//! The window against an empty eframe window, in one run: time to the first frame (aim: at most 1.3
//! times), and frames drawn in 10 s of idleness (aim: none).
//!
//! Needs Xvfb. `cargo bench --features inspection --bench window`

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a measurement that fails says so

#[path = "../tests/window/driver.rs"]
#[allow(dead_code)] // a driver for tests as well
mod driver;

use std::time::Duration;

use driver::{Screen, Window};
use egui::accesskit::Role;

const ROUNDS: usize = 9;
const AIM: f64 = 1.3;
const IDLE: Duration = Duration::from_secs(10);

fn main() {
    if std::env::var_os("DELEGRAPH_EMPTY_WINDOW").is_some() {
        return empty();
    }
    let screen = Screen::start(1600, 1000);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        theirs.push(Window::open_empty(&screen).opened().as_secs_f64());
        ours.push(Window::open(&screen, &["--fresh"]).opened().as_secs_f64());
    }
    ours.sort_by(f64::total_cmp);
    theirs.sort_by(f64::total_cmp);
    let (ours, theirs) = (ours[ROUNDS / 2], theirs[ROUNDS / 2]);
    let ratio = ours / theirs;
    println!(
        "start to first frame, median of {ROUNDS}: delegraph {ours:.3} s, empty window {theirs:.3} s"
    );
    println!(
        "ratio {ratio:.2}; aim: at most {AIM}: {}",
        verdict(ratio <= AIM)
    );

    let mut window = Window::open(&screen, &["--fresh"]);
    window.wait("the start screen", |tree| {
        tree.has(Role::Button, "Paste a token").then_some(())
    });
    // The start is over when the practice server is there.
    window.wait("the practice server", |tree| {
        tree.says("Practice · 127.0.0.1").then_some(())
    });
    window.settle();
    let frames = window.frames_in(IDLE);
    println!(
        "frames in {} s of idleness: {frames}; aim: 0: {}",
        IDLE.as_secs(),
        verdict(frames == 0)
    );
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "missed" }
}

/// The peer: the least that eframe opens, with the same renderer and size.
fn empty() {
    struct Empty;
    impl eframe::App for Empty {
        fn ui(&mut self, ui: &mut egui::Ui, _: &mut eframe::Frame) {
            ui.label("empty");
        }
    }
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default().with_inner_size([1440.0, 900.0]),
        ..Default::default()
    };
    eframe::run_native("empty", options, Box::new(|_| Ok(Box::new(Empty)))).unwrap();
}
