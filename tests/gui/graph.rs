//! The principal graph, by label and by picture.

use delegraph::{
    app::{
        session::{Selection, View},
        token, view,
    },
    jose::b64,
    principal::{fold::By, picture::Choice},
};
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use crate::{
    ran::{sample, window},
    rig::settle,
};

const SIZE: [f32; 2] = [1440.0, 900.0];

#[test]
fn pictures_of_the_graph() {
    let mut results = egui_kittest::SnapshotResults::new();
    for (dark, name, which) in [
        (true, "graph_dark", "sample-risky"),
        (false, "graph_light", "sample"),
    ] {
        let mut harness = window(dark, SIZE, sample(which), View::GRAPH);
        if dark {
            harness
                .get_by_label_contains("payments-agent, agent")
                .click();
            settle(&mut harness);
        }
        harness.snapshot(name);
        results.extend_harness(&mut harness);
    }
}

fn selected(harness: &egui_kittest::Harness<'_, delegraph::gui::shell::App>) -> Selection {
    harness.state().model().session.selection.clone()
}

#[test]
fn nodes_and_wires_have_names_and_select() {
    let mut harness = window(true, SIZE, sample("sample"), View::GRAPH);
    harness.get_by_label_contains("planner, agent").click();
    settle(&mut harness);
    let Selection::Principal(id) = selected(&harness) else {
        panic!("{:?} is selected", selected(&harness))
    };
    assert!(id.contains("planner"), "{id}");

    harness.key_press(egui::Key::ArrowRight);
    settle(&mut harness);
    let Selection::Principal(id) = selected(&harness) else {
        panic!("{:?} is selected", selected(&harness))
    };
    assert!(
        id.contains("researcher"),
        "the arrow follows the wire: {id}"
    );

    harness
        .get_by_label_contains("alice delegates to planner")
        .click_accesskit();
    settle(&mut harness);
    let Selection::Relation(from, to, relation) = selected(&harness) else {
        panic!("{:?} is selected", selected(&harness))
    };
    assert!(from.contains("alice") && to.contains("planner"));
    assert_eq!(relation, "delegates to");
    // The inspector shows the tokens that make the wire.
    harness.get_by_label_contains("Show planner");
}

#[test]
fn the_table_twin_says_all_that_the_picture_shows() {
    let mut harness = window(true, SIZE, sample("sample-risky"), View::GRAPH);
    harness.get_by_label("Table").click();
    settle(&mut harness);
    let graph = harness.state().model().analysis.graph.clone();
    harness.get_by_label_contains("alice, principal");
    let row = "alice delegates to planner";
    harness.get_by_label_contains(row).click();
    settle(&mut harness);
    let Selection::Relation(from, to, _) = selected(&harness) else {
        panic!("{:?} is selected", selected(&harness))
    };
    assert!(
        graph
            .nodes
            .iter()
            .any(|n| n.id == from && n.label == "alice")
    );
    assert!(
        graph
            .nodes
            .iter()
            .any(|n| n.id == to && n.label == "planner")
    );
}

#[test]
fn an_empty_graph_teaches_in_one_line_and_one_button() {
    let mut harness = window(false, SIZE, delegraph::app::Model::default(), View::GRAPH);
    let view = 300.0..1100.0; // the tray offers it as well
    harness
        .get_all_by_label("Run the sample chain")
        .find(|button| view.contains(&button.rect().center().x))
        .unwrap()
        .click();
    settle(&mut harness);
    let model = harness.state().model();
    assert!(
        model
            .workspace
            .chains
            .iter()
            .any(|c| c.chain.name == "sample")
    );
}

#[test]
fn at_rest_the_canvases_ask_for_no_frames() {
    for view in [View::GRAPH, View::CHAIN] {
        let harness = window(true, SIZE, sample("sample"), view);
        let delay = harness.output().viewport_output[&egui::ViewportId::ROOT].repaint_delay;
        assert!(
            delay > std::time::Duration::from_hours(1),
            "{view:?}: {delay:?}"
        );
    }
}

/// Sixty people of some issuers, each with one of forty agents, at three audiences.
fn crowd(issuers: usize) -> String {
    let part = |value: serde_json::Value| b64::encode(value.to_string());
    (0..60)
        .map(|n| {
            let claims = serde_json::json!({
                "iss": format!("https://as{}.example", n % issuers), "sub": format!("person-{n}"),
                "aud": format!("api-{}", n % 3), "exp": crate::rig::NOW + 600, "auth_time": crate::rig::NOW - 60,
                "act": { "sub": format!("agent-{}", n % 40), "iss": format!("https://as{}.example", n % issuers) },
            });
            let header = part(serde_json::json!({ "alg": "ES256", "typ": "at+jwt" }));
            format!("{header}.{}.{}\n", part(claims), "A".repeat(86))
        })
        .collect()
}

fn large<'a>() -> egui_kittest::Harness<'a, delegraph::gui::shell::App> {
    let commands = vec![
        token::Command::Paste(crowd(2)).into(),
        view::Command::Select(Selection::None).into(),
        view::Command::Show(View::GRAPH).into(),
    ];
    let mut harness = crate::rig::window(false, SIZE, commands);
    settle(&mut harness);
    harness
}

fn focused(harness: &egui_kittest::Harness<'_, delegraph::gui::shell::App>) -> String {
    harness
        .get_all(egui_kittest::kittest::by().recursive(true))
        .find(|n| n.accesskit_node().is_focused())
        .and_then(|n| n.accesskit_node().label())
        .unwrap_or_default()
}

#[test]
fn names_are_read_whole_where_a_whole_picture_is_small() {
    let commands = vec![
        token::Command::Paste(crowd(7)).into(),
        view::Command::Select(Selection::None).into(),
        view::Command::Show(View::GRAPH).into(),
    ];
    let mut harness = crate::rig::window(false, [1280.0, 800.0], commands);
    settle(&mut harness);
    let drawn: Vec<String> = harness
        .output()
        .shapes
        .iter()
        .filter_map(|clipped| match &clipped.shape {
            egui::Shape::Text(text) => Some(text.galley.text().to_owned()),
            _ => None,
        })
        .collect();
    for name in ["8 people", "9 people", "8 agents"] {
        assert!(drawn.iter().any(|text| text == name), "{name}: {drawn:?}");
    }
}

#[test]
fn a_large_graph_is_folded_and_opens_by_keyboard() {
    let mut harness = large();
    let picture = harness.state().model().picture.clone();
    assert_eq!(picture.by, Some(By::Issuer));
    assert!(picture.graph.nodes.len() < 12, "{:?}", picture.graph.nodes);
    harness.get_by_label("Fold");
    let fold = "30 people, folded, as0.example";
    harness.get_by_label_contains(fold).focus();
    settle(&mut harness);
    harness.key_press(egui::Key::Enter);
    settle(&mut harness);
    let first = focused(&harness);
    assert!(first.starts_with("person-"), "the first member: {first}");
    assert!(harness.query_by_label_contains(fold).is_none());
    // From one to the next, and back into the fold.
    harness.key_press(egui::Key::ArrowDown);
    settle(&mut harness);
    let next = focused(&harness);
    assert!(!next.is_empty() && next != first, "{next}");
    harness.key_press(egui::Key::ArrowUp);
    settle(&mut harness);
    assert_eq!(focused(&harness), first);
    harness.key_press(egui::Key::Backspace);
    settle(&mut harness);
    assert!(focused(&harness).starts_with(fold), "{}", focused(&harness));
    // A wire between folds says how many relations it stands for.
    let wires: Vec<_> = harness
        .get_all_by_label_contains("30 people delegates to 20 agents")
        .collect();
    assert_eq!(wires.len(), 2, "one for each issuer");
    let name = wires[0].accesskit_node().label().unwrap_or_default();
    assert!(name.contains("30 relations"), "{name}");
}

#[test]
fn what_is_selected_comes_out_of_its_fold() {
    let mut harness = large();
    let apart = |harness: &egui_kittest::Harness<'_, delegraph::gui::shell::App>, name: &str| {
        let picture = &harness.state().model().picture;
        let node = picture.graph.nodes.iter().find(|n| n.label == name);
        node.is_some_and(|n| n.fold.is_none())
    };
    assert!(!apart(&harness, "person-7"));
    let token = harness.state().model().workspace.tokens[7].id;
    harness
        .state_mut()
        .push(view::Command::Select(Selection::Token(token)));
    settle(&mut harness);
    assert!(apart(&harness, "person-7") && apart(&harness, "agent-7"));
    assert!(!apart(&harness, "person-9"));
    // A finding of another token: its path instead.
    let report = harness.state().model().analysis.report.clone();
    let n = report
        .findings
        .iter()
        .position(|f| f.path.iter().any(|p| p == "person-9"))
        .unwrap();
    harness
        .state_mut()
        .push(view::Command::Select(Selection::Finding(n)));
    settle(&mut harness);
    assert!(apart(&harness, "person-9") && !apart(&harness, "person-7"));
    harness
        .state_mut()
        .push(view::Command::Select(Selection::None));
    settle(&mut harness);
    assert!(!apart(&harness, "person-9"));
    // By name, with Enter.
    harness.get_by_label("Find a principal").focus();
    settle(&mut harness);
    harness
        .get_by_label("Find a principal")
        .type_text("person-23");
    settle(&mut harness);
    harness.key_press(egui::Key::Enter);
    settle(&mut harness);
    assert!(apart(&harness, "person-23"));
    assert!(focused(&harness).starts_with("person-23"));
}

#[test]
fn the_menu_folds_and_unfolds_and_the_table_lists_everybody() {
    let mut harness = large();
    let shown = |harness: &egui_kittest::Harness<'_, delegraph::gui::shell::App>| {
        harness.state().model().picture.graph.nodes.len()
    };
    harness.get_by_label("Fold").click();
    settle(&mut harness);
    harness.get_by_label("By kind").click();
    settle(&mut harness);
    assert_eq!(
        harness.state().model().session.seen.fold,
        Choice::By(By::Kind)
    );
    assert_eq!(shown(&harness), 4);
    harness.get_by_label("Table").click();
    settle(&mut harness);
    harness.get_by_label_contains("agent-1, agent, current actor");
    harness.get_by_label("Fold").click();
    settle(&mut harness);
    harness.get_by_label("Unfold all").click();
    settle(&mut harness);
    let model = harness.state().model();
    assert_eq!(shown(&harness), model.analysis.graph.nodes.len());
    assert_eq!(model.picture.by, None);
}

#[test]
fn a_principal_speaks_for_each_of_its_live_tokens() {
    let model = sample("sample");
    let mut harness = window(true, SIZE, model, View::GRAPH);
    harness.get_by_label_contains("researcher, agent").click();
    settle(&mut harness);
    // It acts by hop 2, which lives for minutes; in the newest token it acted before.
    harness.get_by_label_contains("Acts now for alice by 1 live token.");
    harness.get_by_label_contains("it acted before: that is history, not authority.");
    harness.get_by_label("AUTHORITY NOW");
    harness.get_by_label("acts for alice");
    harness.get_by_label("payments:initiate");
    harness.get_by_label("HISTORY, NOT AUTHORITY");
    harness.get_by_label_contains("payments-agent acts now, for alice");
    let expires = harness
        .query_all_by_label_contains("expires in 4 min")
        .count();
    assert!(expires > 0, "until when");

    // An hour later nothing of it is authority.
    let later = delegraph::kit::clock::Timestamp::from_second(crate::rig::NOW + 7200).unwrap();
    let clock = delegraph::kit::clock::Clock::Fixed(later);
    harness.state_mut().push(view::Command::SetClock(clock));
    settle(&mut harness);
    assert!(harness.query_by_label_contains("Acts now for").is_none());
    assert!(harness.query_by_label("AUTHORITY NOW").is_none());
    harness.get_by_label_contains("is alive now: it has no authority");
}

#[test]
fn a_token_that_nobody_ought_to_take_is_no_authority() {
    let mut model = sample("sample");
    model.jwks.clear(); // not verified is not unsound
    let mut harness = window(true, SIZE, model, View::GRAPH);
    harness.get_by_label_contains("researcher, agent").click();
    settle(&mut harness);
    harness.get_by_label("AUTHORITY NOW");
    assert!(harness.query_all_by_label("not verified").count() > 0);

    let parts: Vec<String> = [
        serde_json::json!({ "alg": "none" }),
        serde_json::json!({ "iss": "https://as.example", "sub": "alice", "exp": crate::rig::NOW + 60,
            "act": { "sub": "mallory" } }),
    ]
    .iter()
    .map(|part| b64::encode(part.to_string()))
    .collect();
    let unsigned = format!("{}.", parts.join("."));
    let mut harness = window(true, SIZE, delegraph::app::Model::default(), View::GRAPH);
    harness.state_mut().push(view::Command::SetClock(
        delegraph::kit::clock::Clock::Fixed(
            delegraph::kit::clock::Timestamp::from_second(crate::rig::NOW).unwrap(),
        ),
    ));
    harness.state_mut().push(token::Command::Paste(unsigned));
    settle(&mut harness);
    harness.state_mut().push(view::Command::Show(View::GRAPH));
    settle(&mut harness);
    harness.get_by_label_contains("mallory, agent").click();
    settle(&mut harness);
    assert!(harness.query_by_label("AUTHORITY NOW").is_none());
    harness.get_by_label("NOT SOUND");
    harness.get_by_label_contains("no token that a sound server would take");
}
