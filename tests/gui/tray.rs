//! The tray: filter, order, groups, and many at once.

use std::{cell::RefCell, collections::VecDeque, rc::Rc, sync::Arc};

use delegraph::{
    app::{
        Effect, Model, Outcome,
        analysis::{Analysis, Input, analyse, analyse_while_wanted},
        token,
    },
    gui::shell::{App, Carrier},
    jose::b64,
    kit::clock::{Clock, Timestamp},
};
use egui::{Key, accesskit::Role};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use serde_json::json;

use crate::rig::{self, settle, window};

fn token(sub: &str, iss: &str, exp: i64) -> String {
    let encode = |v: serde_json::Value| b64::encode(v.to_string());
    format!(
        "{}.{}.c2ln",
        encode(json!({"alg": "ES256", "typ": "at+jwt"})),
        encode(json!({"sub": sub, "iss": iss, "exp": exp, "aud": "api"}))
    )
}

/// Carol, alice, bob; then alice again, and others who come last in every order.
fn tray<'a>() -> Harness<'a, App> {
    let tokens = [
        token("carol", "https://b.example", 1_900_000_000),
        token("alice", "https://a.example", 1_950_000_000),
        token("bob", "https://b.example", 1_850_000_000),
    ];
    let others: String = (10..20)
        .map(|n| token(&format!("zed-{n}"), "https://z.example", 1_990_000_000) + "\n")
        .collect();
    let text = format!("{}\n{}\n{others}", tokens.join("\n"), tokens[1]);
    window(
        true,
        [1280.0, 800.0],
        vec![token::Command::Paste(text).into()],
    )
}

/// Subjects of the rows, from above.
fn subjects(harness: &Harness<'_, App>) -> Vec<String> {
    let mut rows: Vec<(f32, String)> = harness
        .query_all_by_role(egui::accesskit::Role::ListItem)
        .map(|node| {
            let label = node.accesskit_node().label().unwrap_or_default();
            let subject = label.split(", ").nth(1).unwrap_or("").to_owned();
            (node.rect().top(), subject)
        })
        .filter(|(_, s)| ["alice", "bob", "carol"].contains(&s.as_str()))
        .collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0));
    rows.into_iter().map(|(_, s)| s).collect()
}

fn order(harness: &mut Harness<'_, App>, by: &str) {
    harness.get_by_label("Order of the tray").click();
    settle(harness);
    harness.get_all_by_label(by).next().unwrap().click();
    settle(harness);
}

#[test]
fn rows_are_filtered_sorted_and_grouped() {
    let mut harness = tray();
    assert_eq!(subjects(&harness), ["carol", "alice", "bob"]);
    order(&mut harness, "Principal");
    assert_eq!(subjects(&harness), ["alice", "bob", "carol"]);
    order(&mut harness, "Expiry");
    assert_eq!(subjects(&harness), ["bob", "carol", "alice"]);
    harness.get_by_label("Filter tokens").focus();
    settle(&mut harness);
    harness.get_by_label("Filter tokens").type_text("B.EXAMPLE");
    settle(&mut harness);
    assert_eq!(subjects(&harness), ["bob", "carol"]);
    harness.get_by_label("2 of 13 shown");
}

#[test]
fn a_token_found_twice_is_one_row_that_says_so() {
    let harness = tray();
    assert_eq!(harness.state().model().workspace.tokens.len(), 13);
    let said = harness
        .query_all_by_role(egui::accesskit::Role::ListItem)
        .filter_map(|node| node.accesskit_node().label())
        .any(|label| label.contains("alice") && label.contains("found 2 times"));
    assert!(said);
}

#[test]
fn several_rows_are_picked_and_deleted_with_one_undo() {
    let mut harness = tray();
    let row = |harness: &Harness<'_, App>, who: &str| {
        harness
            .query_all_by_role(egui::accesskit::Role::ListItem)
            .find(|n| n.accesskit_node().label().unwrap_or_default().contains(who))
            .unwrap()
            .rect()
            .center()
    };
    for (who, modifiers) in [
        ("carol", egui::Modifiers::NONE),
        ("bob", egui::Modifiers::SHIFT),
    ] {
        let at = row(&harness, who);
        harness.event_modifiers(egui::Event::PointerMoved(at), modifiers);
        for pressed in [true, false] {
            harness.event_modifiers(
                egui::Event::PointerButton {
                    pos: at,
                    button: egui::PointerButton::Primary,
                    pressed,
                    modifiers,
                },
                modifiers,
            );
        }
        settle(&mut harness);
    }
    harness.get_by_label("3 picked");
    harness.get_by_label("Delete").click();
    settle(&mut harness);
    assert_eq!(harness.state().model().workspace.tokens.len(), 10);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Z);
    settle(&mut harness);
    assert_eq!(harness.state().model().workspace.tokens.len(), 13);
}

#[test]
fn the_keyboard_walks_through_rows_that_are_not_drawn_yet() {
    let all: String = (0..200)
        .map(|n| token(&format!("user-{n}"), "https://a.example", 1_990_000_000) + "\n")
        .collect();
    let mut harness = window(
        true,
        [1280.0, 800.0],
        vec![token::Command::Paste(all).into()],
    );
    let selected = |harness: &Harness<'_, App>| {
        let model = harness.state().model();
        let id = model.session.token.unwrap();
        model.analysis.tokens[&id]
            .token
            .claim_text("sub")
            .unwrap()
            .to_owned()
    };
    harness.get_by_label_contains("user-2,").click();
    settle(&mut harness);
    for (key, expected) in [
        (Key::ArrowDown, "user-3"),
        (Key::ArrowUp, "user-2"),
        (Key::End, "user-199"),
        (Key::ArrowUp, "user-198"),
        (Key::PageUp, "user-189"),
        (Key::Home, "user-0"),
        (Key::ArrowUp, "user-0"),
        (Key::PageDown, "user-9"),
    ] {
        harness.key_press(key);
        settle(&mut harness);
        assert_eq!(selected(&harness), expected, "{key:?}");
        // It is in sight, and has the keyboard.
        let name = format!("{expected},");
        let row = harness.get_by_label_contains(&name);
        assert!(row.is_focused(), "{key:?}");
        assert!(
            row.rect().top() > 40.0 && row.rect().bottom() < 760.0,
            "{key:?} {:?}",
            row.rect()
        );
    }
}

#[test]
fn what_a_group_is_named_after_is_not_written_in_capitals() {
    let mut harness = tray();
    order(&mut harness, "Issuer");
    harness.get_by_label("Order of the tray").click();
    settle(&mut harness);
    harness.get_all_by_label("Issuer").last().unwrap().click();
    settle(&mut harness);
    harness.get_by_label("https://b.example");
    assert!(harness.query_by_label("HTTPS://B.EXAMPLE").is_none());
    harness.get_by_label("13 tokens");
}

type Asked = (Input, Arc<Analysis>);

/// Keeps analyses back, as if each took for ever, until the test lets one go.
#[derive(Clone, Default)]
struct Slow {
    asked: Rc<RefCell<Vec<Asked>>>,
    made: Rc<RefCell<VecDeque<Outcome>>>,
}

impl Carrier for Slow {
    fn perform(&self, effect: Effect) {
        if let Effect::Analyse(input, previous) = effect {
            self.asked.borrow_mut().push((input, previous));
        }
    }
    fn poll(&self) -> Option<Outcome> {
        self.made.borrow_mut().pop_front()
    }
}

#[test]
fn a_long_analysis_tells_how_far_it_is() {
    let slow = Slow::default();
    let carrier = slow.clone();
    let mut harness = Harness::builder()
        .with_size([1280.0, 800.0])
        .build_eframe(move |cc| {
            let mut model = Model::default();
            model.session.clock = Clock::Fixed(Timestamp::from_second(rig::NOW).unwrap());
            let mut app = App::with(&cc.egui_ctx, model, Box::new(carrier));
            let all: String = (0..300)
                .map(|n| token(&format!("user-{n}"), "https://as.example", 100) + "\n")
                .collect();
            app.push(token::Command::Paste(all));
            app
        });
    settle(&mut harness);
    let (input, previous) = slow.asked.borrow_mut().pop().expect("one analysis");
    input.progress.plan(1_000);
    input.progress.step(420);
    settle(&mut harness);
    harness.get_by_role_and_label(Role::ProgressIndicator, "Analysing 300 tokens · 42 %");
    harness.get_by_label("Stop the analysis").click();
    settle(&mut harness);
    assert!(input.progress.is_stopped());
    let begun = analyse_while_wanted(&input, &previous).expect_err("it was stopped");
    let stopped = Outcome::AnalysisStopped(Arc::new(begun));
    slow.made.borrow_mut().push_back(stopped);
    settle(&mut harness);
    harness.get_by_role_and_label(Role::Status, "Not up to date");
    assert!(slow.asked.borrow().is_empty());
    harness.get_by_label("Analyse").click();
    settle(&mut harness);
    let (input, previous) = slow.asked.borrow_mut().pop().expect("another analysis");
    let done = Outcome::Analysed(Arc::new(analyse(&input, &previous)));
    slow.made.borrow_mut().push_back(done);
    settle(&mut harness);
    assert!(harness.query_by_label_contains("Analysing").is_none());
    assert!(harness.query_by_label("Not up to date").is_none());
}
