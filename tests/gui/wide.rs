//! One token with far more of something than anybody means: every view draws as much of it as it has room for.
use delegraph::{
    app::{
        session::{Selection, View},
        token, view,
    },
    gui::shell::App,
};
use egui::{Rect, Shape};
use egui_kittest::{Harness, kittest::Queryable as _};
use serde_json::Value;

use crate::{
    many::{self, Counts},
    rig::{settle, window},
};

#[test]
fn every_view_draws_the_first_of_a_wide_token_only() {
    let counts = Counts {
        names: 10_000,
        details: 2_000,
        disclosures: 5_000,
        members: 20_000,
    };
    for (what, text) in many::wide(&counts) {
        let mut harness = window(
            true,
            [1280.0, 800.0],
            vec![token::Command::Paste(text).into()],
        );
        let id = harness.state().model().session.token.expect(what);
        assert_eq!(harness.state().model().analysis.tokens.len(), 1, "{what}");
        for view in [View::TOKEN, View::GRAPH, View::COMPARE, View::FORGE] {
            harness.state_mut().push(view::Command::Show(view));
            settle(&mut harness);
            few(&mut harness, &format!("{what}, {view:?}"));
        }
        // The inspector with the claim, and the text as JSON.
        for claim in [
            "/aud",
            "/scope",
            "/authorization_details",
            "/act",
            "header/crit",
            "/_sd",
        ] {
            let selection = Selection::Claim(id, claim.into());
            harness.state_mut().push(view::Command::Select(selection));
            settle(&mut harness);
            few(&mut harness, &format!("{what}, {claim}"));
        }
        harness.state_mut().push(view::Command::Show(View::TOKEN));
        settle(&mut harness);
        harness.get_by_label("JSON").click();
        settle(&mut harness);
        few(&mut harness, &format!("{what}, JSON"));
    }
}

/// A frame holds what a window has room for, and not every entry of the token: neither shapes nor
/// signs of text, but for those of an editor outside of what it shows.
fn few(harness: &mut Harness<'_, App>, what: &str) {
    harness.step();
    let shapes = &harness.output().shapes;
    let signs: usize = shapes.iter().map(|s| signs(&s.shape, s.clip_rect)).sum();
    assert!(shapes.len() < 8_000, "{what}: {} shapes", shapes.len());
    assert!(signs < 20_000, "{what}: {signs} signs");
    println!("{what}: {} shapes, {signs} signs", shapes.len());
}

/// Signs of text in a shape, in rows that are seen.
fn signs(shape: &Shape, clip: Rect) -> usize {
    match shape {
        Shape::Text(text) => {
            let rows = text.galley.rows.iter();
            rows.filter(|row| row.rect().translate(text.pos.to_vec2()).intersects(clip))
                .map(|row| row.row.glyphs.len())
                .sum()
        }
        Shape::Vec(shapes) => shapes.iter().map(|s| signs(s, clip)).sum(),
        _ => 0,
    }
}

#[test]
fn of_very_many_audiences_the_first_are_drawn_and_the_others_counted() {
    let all: Value = (0..250)
        .map(|n| Value::from(format!("api-{n:03}")))
        .collect();
    let mut harness = window(
        true,
        [1280.0, 800.0],
        vec![token::Command::Paste(many::with("aud", all)).into()],
    );
    harness.get_by_label("and 226 more");
    let graph = &harness.state().model().analysis.graph;
    let labels: Vec<&str> = graph.nodes.iter().map(|n| n.label.as_str()).collect();
    assert!(labels.contains(&"api-099") && !labels.contains(&"api-100"));
    assert!(labels.contains(&"150 more audiences"), "{labels:?}");
    harness.step();
}
