//! Typing into a claim set of 200 KB: time of the frame after a keystroke, on one core of a machine that
//! does nothing else, against the same text in a bare `TextEdit`, in one run. Aim: 16 ms.
//!
//! The same with a screen reader, for which egui makes a node of every line: most of the time goes
//! there, in both.
//!
//! `cargo bench --bench typing`

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a measurement that fails says so
#![allow(clippy::disallowed_methods)] // a measurement needs the real clock

use std::time::{Duration, Instant};

use delegraph::{
    app::{Model, token},
    gui::{shell::App, theme},
    io::runtime::Runtime,
    jose::b64,
    kit::clock::{Clock, Timestamp},
};
use egui::accesskit::Role;
use egui_kittest::{Harness, kittest::Queryable as _};
use serde_json::{Map, Value, json};

const KEYS: usize = 25;
const SIZE: usize = 200 * 1024;

/// Milliseconds that the frame after a keystroke takes.
struct Times {
    /// As it is drawn: logic, layout and tessellation.
    drawn: f64,
    /// With the tree that a screen reader reads, made by the frame and taken in by the reader.
    read: f64,
}

fn main() {
    // Both run in a process with threads: without any, allocating is quicker.
    let runtime = Runtime::new(|| {}).unwrap();
    let claims = claims();
    let text = serde_json::to_string_pretty(&claims).unwrap();
    let bare = bare(&text);
    let ours = ours(&claims, runtime);
    println!(
        "frame after a keystroke in {} KB of claims, median of {KEYS}",
        text.len() / 1024
    );
    for (what, ours, bare) in [
        ("as drawn", ours.drawn, bare.drawn),
        ("with a screen reader", ours.read, bare.read),
    ] {
        println!(
            "{what:22} delegraph {ours:5.1} ms  bare TextEdit {bare:5.1} ms  ratio {:.2}",
            ours / bare
        );
    }
    let met = if ours.drawn <= 16.0 { "met" } else { "missed" };
    println!("aim: as drawn at most 16 ms: {met}");
}

fn claims() -> Value {
    let mut claims = Map::new();
    claims.insert("sub".into(), "alice".into());
    let mut size = 0;
    for n in 0.. {
        let (name, value) = (format!("claim_{n}"), json!(format!("value {n} of many")));
        size += name.len() + 28;
        claims.insert(name, value);
        if size >= SIZE {
            break;
        }
    }
    Value::Object(claims)
}

/// The peer: a field with the same text, font and width, and nothing else.
fn bare(text: &str) -> Times {
    struct Bare(String);
    impl eframe::App for Bare {
        fn ui(&mut self, ui: &mut egui::Ui, _: &mut eframe::Frame) {
            egui::ScrollArea::vertical().show(ui, |ui| {
                ui.add(
                    egui::TextEdit::multiline(&mut self.0)
                        .font(egui::TextStyle::Monospace)
                        .desired_width(f32::INFINITY),
                )
                .accessible_name("claims");
            });
        }
    }
    let text = text.to_owned();
    let mut harness = Harness::builder()
        .with_size([1280.0, 800.0])
        .build_eframe(move |cc| {
            theme::install(&cc.egui_ctx);
            Bare(text)
        });
    harness.step();
    harness.get_by_role(Role::MultilineTextInput).focus();
    harness.run_steps(3);
    into_first_value(&mut harness);
    let read = median((0..KEYS).map(|_| {
        harness.event(egui::Event::Text("x".into()));
        let time = timed(|| harness.step());
        harness.run_steps(2); // about as many as ours has until it is analysed
        time
    }));
    let mut screen = Screen::of(&harness);
    let drawn = median((0..KEYS).map(|_| {
        let time = timed(|| screen.frame(harness.state_mut(), Some("x")));
        (0..2).for_each(|_| screen.frame(harness.state_mut(), None));
        time
    }));
    Times { drawn, read }
}

/// Puts the cursor into the value of the first claim, so that the text stays JSON while one types.
fn into_first_value<S>(harness: &mut Harness<'_, S>) {
    harness.key_press_modifiers(egui::Modifiers::CTRL, egui::Key::Home);
    harness.step();
    for _ in 0.."{\n  \"sub\": \"al".len() {
        harness.key_press(egui::Key::ArrowRight);
        harness.step();
    }
}

fn ours(claims: &Value, runtime: Runtime) -> Times {
    let token = format!(
        "{}.{}.",
        b64::encode(r#"{"alg":"none"}"#),
        b64::encode(claims.to_string())
    );
    let mut harness = Harness::builder()
        .with_size([1280.0, 800.0])
        .build_eframe(move |cc| {
            let mut model = Model::default();
            model.session.clock = Clock::Fixed(Timestamp::from_second(1_800_000_000).unwrap());
            let mut app = App::with(&cc.egui_ctx, model, Box::new(runtime));
            app.push(token::Command::Paste(token));
            app
        });
    until_analysed(|| {
        harness.step();
        is_analysed(&harness)
    });
    harness.run_steps(3);
    harness.get_by_label("JSON").click();
    harness.run_steps(6);
    harness.get_by_label("Payload as JSON").focus();
    harness.run_steps(6);
    into_first_value(&mut harness);
    let read = median((0..KEYS).map(|_| {
        harness.event(egui::Event::Text("x".into()));
        let time = timed(|| harness.step());
        until_analysed(|| {
            harness.step();
            is_analysed(&harness)
        });
        time
    }));
    let mut screen = Screen::of(&harness);
    let drawn = median((0..KEYS).map(|_| {
        let time = timed(|| screen.frame(harness.state_mut(), Some("x")));
        until_analysed(|| {
            screen.frame(harness.state_mut(), None);
            is_analysed(&harness)
        });
        time
    }));
    // What was typed has arrived, as an edit of the token.
    let model = harness.state().model();
    let entry = model.workspace.token(model.session.token.unwrap()).unwrap();
    let token = delegraph::token::decode::decode(&entry.raw);
    let sub = token.claim_text("sub").unwrap();
    assert!(sub.starts_with("alxxxx") && sub.ends_with("ice"), "{sub}");
    assert_eq!(sub.len(), "alice".len() + 2 * KEYS);
    Times { drawn, read }
}

/// Draws frames until what was typed has been analysed, on the runtime's own threads.
fn until_analysed(mut frame: impl FnMut() -> bool) {
    for _ in 0..2_000 {
        if frame() {
            return;
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    panic!("the analysis does not come to its end");
}

fn is_analysed(harness: &Harness<'_, App>) -> bool {
    let model = harness.state().model();
    model.analysing.is_none() && model.analysis.revision == model.revision
}

/// Draws frames as a window does in which no screen reader listens.
struct Screen {
    ctx: egui::Context,
    frame: eframe::Frame,
    time: f64,
}

impl Screen {
    fn of<S>(harness: &Harness<'_, S>) -> Self {
        let ctx = harness.ctx.clone();
        ctx.disable_accesskit();
        let time = ctx.input(|i| i.time);
        let frame = eframe::Frame::_new_kittest();
        Self { ctx, frame, time }
    }

    fn frame(&mut self, app: &mut dyn eframe::App, typed: Option<&str>) {
        self.time += 0.25;
        let input = egui::RawInput {
            screen_rect: Some(egui::Rect::from_min_size(
                egui::Pos2::ZERO,
                egui::vec2(1280.0, 800.0),
            )),
            time: Some(self.time),
            events: typed
                .map(|text| egui::Event::Text(text.into()))
                .into_iter()
                .collect(),
            ..egui::RawInput::default()
        };
        let output = self.ctx.run_ui(input, |ui| {
            app.logic(ui.ctx(), &mut self.frame);
            app.ui(ui, &mut self.frame);
        });
        let drawn = self.ctx.tessellate(output.shapes, output.pixels_per_point);
        assert!(!drawn.is_empty());
    }
}

/// Milliseconds.
fn timed(work: impl FnOnce()) -> f64 {
    let began = Instant::now();
    work();
    began.elapsed().as_secs_f64() * 1000.0
}

fn median(times: impl Iterator<Item = f64>) -> f64 {
    let mut times: Vec<f64> = times.collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
