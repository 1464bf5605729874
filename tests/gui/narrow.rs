//! A window as narrow as a small screen at 150 %: the side panels are drawers, nothing stands over another,
//! and nothing is out of reach.

use delegraph::{
    app::session::{Selection, View},
    app::view,
    gui::shell::App,
};
use egui::{Key, Modifiers, Rect, accesskit::Role};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _, by},
};

use crate::{
    ran::{sample, window},
    rig::{self, settle},
};

/// 1280x800 at 150 %.
const NARROW: [f32; 2] = [853.0, 533.0];

const VIEWS: [View; 6] = [
    View::TOKEN,
    View::CHAIN,
    View::GRAPH,
    View::COMPARE,
    View::FORGE,
    View::PRACTICE,
];

/// What can be pressed, read or typed into, with its place.
fn things(harness: &Harness<'_, App>) -> Vec<(String, Rect)> {
    let roles = [
        Role::Button,
        Role::Label,
        Role::TextInput,
        Role::Tab,
        Role::ComboBox,
        Role::CheckBox,
        Role::Status,
    ];
    harness
        .get_all(by().recursive(true))
        .filter(|node| roles.contains(&node.accesskit_node().role()))
        .map(|node| {
            let told = node.accesskit_node();
            let name = told.label().or_else(|| told.value()).unwrap_or_default();
            (name, node.rect())
        })
        .filter(|(name, rect)| !name.is_empty() && rect.area() > 0.0)
        .collect()
}

/// The bars, where things stand beside each other: above the views, and at the head of what stands below.
fn bars(harness: &Harness<'_, App>) -> Vec<(String, Rect)> {
    let below = harness.get_by_role_and_label(Role::Tab, "Findings").rect();
    let bars = |rect: &Rect| {
        let y = rect.center().y;
        y < 124.0 || (below.top() - 2.0..below.bottom() + 36.0).contains(&y)
    };
    let things = things(harness).into_iter();
    things
        .filter(|(_, rect)| rect.height() < 40.0 && bars(rect))
        .collect()
}

fn assert_apart(place: &str, bars: &[(String, Rect)], size: [f32; 2]) {
    for (n, (name, rect)) in bars.iter().enumerate() {
        assert!(
            rect.left() > -1.0 && rect.right() < size[0] + 1.0,
            "{place}: {name} stands outside: {rect:?}"
        );
        for (other, over) in &bars[n + 1..] {
            let both = rect.intersect(*over);
            let overlap = both.width() > 2.0 && both.height() > 4.0;
            // A label that is part of what can be pressed.
            let part =
                rect.expand(1.0).contains_rect(*over) || over.expand(1.0).contains_rect(*rect);
            assert!(
                !overlap || part,
                "{place}: {name} {rect:?} and {other} {over:?} stand over each other"
            );
        }
    }
}

#[test]
fn in_the_bars_of_a_narrow_window_nothing_stands_over_another() {
    for which in ["sample", "sample-risky"] {
        for size in [
            NARROW,
            [800.0, 560.0],
            [1040.0, 700.0],
            [1100.0, 700.0],
            [1280.0, 800.0],
        ] {
            for view in VIEWS {
                let mut model = sample(which);
                model.session.compared = Vec::new();
                let mut harness = window(true, size, model, view);
                let place = format!("{which}, {view:?}, {size:?}");
                assert_apart(&place, &bars(&harness), size);
                // Each of the panels below says how many findings there are beside its tabs.
                for tab in ["HTTP log", "Timeline"] {
                    harness.get_by_role_and_label(Role::Tab, tab).click();
                    settle(&mut harness);
                    assert_apart(&format!("{place}, {tab}"), &bars(&harness), size);
                }
            }
        }
    }
}

#[test]
fn every_tab_can_be_seen_and_reached() {
    for view in VIEWS {
        let harness = window(false, NARROW, sample("sample"), view);
        for tab in [
            "Token", "Chain", "Graph", "Compare", "Forge", "Practice", "Findings", "HTTP log",
            "Timeline",
        ] {
            let rect = harness.get_by_role_and_label(Role::Tab, tab).rect();
            assert!(
                rect.left() >= 0.0 && rect.right() <= NARROW[0],
                "{tab}: {rect:?}"
            );
        }
    }
}

#[test]
fn side_panels_are_drawers_below_a_width_and_come_back_above_it() {
    let mut harness = window(true, NARROW, sample("sample"), View::GRAPH);
    let inspector = |h: &Harness<'_, App>| h.query_by_label("Close inspector").is_some();
    assert!(!inspector(&harness));
    assert!(
        harness
            .query_by_label("Paste or drop text with tokens")
            .is_none()
    );
    harness.get_by_label_contains("researcher, agent").click();
    settle(&mut harness);
    harness.get_by_label("Open inspector").click();
    settle(&mut harness);
    harness.get_by_label_contains("Acts now for alice");
    harness.get_by_label("Open tokens").click();
    settle(&mut harness);
    harness.get_by_label("Paste or drop text with tokens");
    // Esc shuts them, and keeps what is selected.
    harness.key_press(Key::Escape);
    settle(&mut harness);
    assert!(
        harness
            .query_by_label("Paste or drop text with tokens")
            .is_none()
    );
    let selection = harness.state().model().session.selection.clone();
    assert!(
        matches!(selection, Selection::Principal(_)),
        "{selection:?}"
    );
    // The rail shuts what it opened.
    harness.get_by_label("Open tokens").click();
    settle(&mut harness);
    let rail = |h: &Harness<'_, App>| {
        let mut all: Vec<Rect> = h
            .query_all_by_label("Close tokens")
            .map(|n| n.rect())
            .collect();
        all.sort_by(|a, b| a.left().total_cmp(&b.left()));
        all[0].center()
    };
    let at = rail(&harness);
    harness.event(egui::Event::PointerMoved(at));
    for pressed in [true, false] {
        harness.event(egui::Event::PointerButton {
            pos: at,
            button: egui::PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        });
    }
    settle(&mut harness);
    assert!(
        harness
            .query_by_label("Paste or drop text with tokens")
            .is_none()
    );

    harness.set_size(egui::vec2(1440.0, 900.0));
    settle(&mut harness);
    assert!(inspector(&harness), "made wide, it stands beside the views");
    harness.get_by_label("Paste or drop text with tokens");
    assert!(harness.query_by_label("Open inspector").is_none());
}

#[test]
fn the_start_screen_has_no_rails() {
    let harness = rig::window(true, NARROW, Vec::new());
    assert!(harness.query_by_label("Open inspector").is_none());
    harness.get_by_label("Paste a token");
}

#[test]
fn a_token_is_chosen_from_the_drawer() {
    let mut harness = window(true, NARROW, sample("sample"), View::GRAPH);
    harness.get_by_label("Open tokens").click();
    settle(&mut harness);
    let model = harness.state().model();
    let wanted = model.analysis.tray[0].tokens[1];
    let name = model.analysis.tokens[&wanted].principal.short();
    harness
        .get_all_by_label_contains(&name)
        .next()
        .unwrap()
        .click();
    settle(&mut harness);
    assert_eq!(
        harness.state().model().session.selection,
        Selection::Token(wanted)
    );
    harness.state_mut().push(view::Command::Show(View::TOKEN));
    settle(&mut harness);
    assert_eq!(harness.state().model().session.token, Some(wanted));
}

/// `DELEGRAPH_LOOK=folder cargo test --test gui -- narrow::pictures` draws every view to be looked at.
#[test]
fn pictures_for_the_eye() {
    let Some(folder) = std::env::var_os("DELEGRAPH_LOOK") else {
        // Still drawn, so that what only the painter does cannot panic unseen.
        let mut harness = window(true, NARROW, sample("sample"), View::GRAPH);
        assert!(harness.render().is_ok());
        return;
    };
    let folder = std::path::PathBuf::from(folder);
    let sizes = [
        (NARROW, "1280x800-150"),
        ([1280.0, 800.0], "1280x800"),
        ([1920.0, 1080.0], "1920x1080"),
    ];
    for (size, name) in sizes {
        for dark in [true, false] {
            for view in VIEWS {
                for drawer in [None, Some("Open inspector"), Some("Open tokens")] {
                    if drawer.is_some() && (name != "1280x800-150" || view == View::PRACTICE) {
                        continue;
                    }
                    let mut model = sample("sample-risky");
                    if let Some(chain) = model.session.chain {
                        model.session.selection = Selection::ChainNode(chain, "research".into());
                    }
                    let mut harness = window(dark, size, model, view);
                    settle(&mut harness);
                    if view == View::COMPARE {
                        let model = harness.state().model();
                        let ids = model.analysis.tray[0].tokens.clone();
                        harness.state_mut().push(view::Command::Compare(ids));
                        settle(&mut harness);
                    }
                    if let Some(drawer) = drawer {
                        harness.get_by_label(drawer).click();
                        settle(&mut harness);
                    }
                    let theme = if dark { "dark" } else { "light" };
                    let what = drawer.map_or("", |d| &d[5..]);
                    let file = format!("{name}-{theme}-{}{what}.png", view.name());
                    harness.render().unwrap().save(folder.join(file)).unwrap();
                }
            }
        }
    }
}
