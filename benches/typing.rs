//! Typing into a claim set of 200 KB: CPU time of the frame after a keystroke, against the same text
//! in a bare `TextEdit`, in one run. Aim: 16 ms, and what our views add stays below what the field
//! itself takes.
//!
//! `cargo bench --bench typing`

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a measurement that fails says so
#![allow(clippy::disallowed_methods)] // a measurement needs the real clock

use std::{cell::RefCell, collections::VecDeque, sync::Arc, time::Instant};

use delegraph::{
    app::{
        Command, Effect, Model, Outcome,
        analysis::{Analysis, analyse},
    },
    gui::{
        shell::{App, Carrier},
        theme,
    },
    jose::b64,
    kit::clock::{Clock, Timestamp},
};
use egui::accesskit::Role;
use egui_kittest::{Harness, kittest::Queryable as _};
use serde_json::{Map, Value, json};

const KEYS: usize = 25;
const SIZE: usize = 200 * 1024;

fn main() {
    let claims = claims();
    let text = serde_json::to_string_pretty(&claims).unwrap();
    let bare = bare(&text);
    let ours = ours(&claims);
    let ratio = ours / bare;
    println!(
        "frame after a keystroke in {} KB of claims, median of {KEYS}: delegraph {ours:.1} ms, bare TextEdit {bare:.1} ms, ratio {ratio:.2}",
        text.len() / 1024
    );
    println!(
        "aim: at most 16 ms, and a ratio of at most 2: {}",
        if ours <= 16.0 && ratio <= 2.0 {
            "met"
        } else {
            "missed"
        }
    );
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
fn bare(text: &str) -> f64 {
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
    median((0..KEYS).map(|_| {
        harness.event(egui::Event::Text("x".into()));
        timed(|| harness.step())
    }))
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

/// Carries out analyses between the frames, as the runtime does beside them.
#[derive(Default)]
struct Beside(RefCell<VecDeque<Outcome>>);

impl Carrier for Beside {
    fn perform(&self, effect: Effect) {
        // Done where it is not measured: the frame only hands it over.
        let began = Instant::now();
        if let Effect::Analyse(input, previous) = effect {
            let outcome = Outcome::Analysed(Arc::new(analyse(&input, &previous)));
            self.0.borrow_mut().push_back(outcome);
        }
        OFF_FRAME.with(|off| *off.borrow_mut() += began.elapsed().as_secs_f64());
    }

    fn poll(&self) -> Option<Outcome> {
        self.0.borrow_mut().pop_front()
    }
}

thread_local! {
    /// Seconds of a step that the program spends on its other threads.
    static OFF_FRAME: RefCell<f64> = const { RefCell::new(0.0) };
}

fn ours(claims: &Value) -> f64 {
    let token = format!(
        "{}.{}.",
        b64::encode(r#"{"alg":"none"}"#),
        b64::encode(claims.to_string())
    );
    let mut harness = Harness::builder()
        .with_size([1280.0, 800.0])
        .build_eframe(move |cc| {
            let mut model = Model {
                analysis: Arc::new(Analysis::default()),
                ..Model::default()
            };
            model.session.clock = Clock::Fixed(Timestamp::from_second(1_800_000_000).unwrap());
            let mut app = App::with(&cc.egui_ctx, model, Box::<Beside>::default());
            app.push(Command::Paste(token));
            app
        });
    harness.run_steps(8);
    harness.get_by_label("JSON").click();
    harness.run_steps(6);
    harness.get_by_label("Payload as JSON").focus();
    harness.run_steps(6);
    into_first_value(&mut harness);
    let time = median((0..KEYS).map(|_| {
        harness.event(egui::Event::Text("x".into()));
        OFF_FRAME.with(|off| *off.borrow_mut() = 0.0);
        let whole = timed(|| harness.step());
        whole - OFF_FRAME.with(|off| *off.borrow() * 1000.0)
    }));
    // What was typed has arrived, as an edit of the token.
    let model = harness.state().model();
    let entry = model.workspace.token(model.session.token.unwrap()).unwrap();
    let token = delegraph::token::decode::decode(&entry.raw);
    let sub = token.claim_text("sub").unwrap();
    assert!(sub.starts_with("alxxxx") && sub.ends_with("ice"), "{sub}");
    time
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
