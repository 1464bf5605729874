//! The line at the foot of the window: what is said there covers nothing, is not said twice, and leaves when
//! its cause is gone. And what is said in place.

use delegraph::{
    app::{
        Model, chains, file, history,
        session::{Cause, Notice, Selection, View},
        token, view,
        workspace::Workspace,
    },
    chain::run::{Failure, FailureKind, NodeState},
    gui::shell::App,
    kit::ids::ChainId,
};
use egui::{Key, accesskit::Role};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _, by},
};

use crate::{
    ran::{sample, window},
    rig::{self, settle},
};

const SIZE: [f32; 2] = [1440.0, 900.0];

fn notice(error: bool, text: &str, about: Option<Cause>) -> Notice {
    Notice {
        error,
        text: text.into(),
        about,
    }
}

#[test]
fn a_message_covers_no_row_of_the_panels() {
    let mut model = sample("sample-risky");
    model
        .session
        .notices
        .push(notice(true, "Something failed: here is why.", None));
    model
        .session
        .notices
        .push(notice(false, "Something was done.", None));
    let mut harness = window(true, SIZE, model, View::GRAPH);
    let done = harness.get_by_role_and_label(Role::Status, "Something was done.");
    assert!(done.rect().bottom() <= SIZE[1]);
    for tab in ["Findings", "HTTP log", "Timeline"] {
        harness.get_by_role_and_label(Role::Tab, tab).click();
        settle(&mut harness);
        let said = harness.get_by_role_and_label(Role::Alert, "Something failed: here is why.");
        let panel = harness.get_by_role_and_label(Role::Tab, tab).rect();
        assert!(said.rect().top() > panel.bottom() + 60.0, "below the panel");
        assert!(said.rect().bottom() <= SIZE[1]);
        // What is drawn of the rows ends above the messages.
        let first = harness.get_by_role_and_label(Role::Alert, "Something failed: here is why.");
        let top = first.rect().top();
        let seen = harness
            .query_all_by_role(Role::Row)
            .filter(|row| row.rect().top() < top - 8.0);
        assert!(seen.count() > 0);
    }
    harness
        .get_all_by_label("Close message")
        .next()
        .unwrap()
        .click();
    settle(&mut harness);
    assert!(
        harness
            .query_by_label("Something failed: here is why.")
            .is_none()
    );
}

/// The planner's exchange is refused.
fn fail(model: &mut Model, chain: ChainId) {
    let run = model.runs.get_mut(&chain).unwrap();
    let node = run.nodes.get_mut("plan").unwrap();
    node.state = NodeState::Failed;
    node.failure = Some(Failure {
        kind: FailureKind::Refused,
        code: Some("invalid_scope".into()),
        said: "no such scope".into(),
        expected: String::new(),
        try_this: String::new(),
    });
}

#[test]
fn what_the_node_shows_is_not_said_again() {
    for (view, said) in [(View::CHAIN, false), (View::GRAPH, true)] {
        let mut model = sample("sample");
        let chain = model.session.chain.unwrap();
        fail(&mut model, chain);
        let about = Some(Cause::Run(chain));
        model
            .session
            .notices
            .push(notice(true, "Sample chain: Failed at plan", about));
        let harness = window(true, SIZE, model, view);
        let told = harness.query_by_label_contains("Failed at plan").is_some();
        assert_eq!(told, said, "{view:?}");
    }
}

#[test]
fn an_error_leaves_when_its_cause_is_gone() {
    let mut model = sample("sample");
    let chain = model.session.chain.unwrap();
    fail(&mut model, chain);
    let about = Some(Cause::Run(chain));
    model
        .session
        .notices
        .push(notice(true, "Sample chain: Failed at plan", about));
    let mut harness = window(true, SIZE, model, View::GRAPH);
    harness.get_by_label_contains("Failed at plan");
    // The node is changed: it is stale, and nothing is known to fail.
    let node = harness
        .state()
        .model()
        .workspace
        .chain(chain)
        .unwrap()
        .node("plan")
        .unwrap()
        .clone();
    let mut changed = node.clone();
    changed.client = Some("researcher".into());
    harness.state_mut().push(chains::Command::SetNode {
        chain,
        id: "plan".into(),
        node: Box::new(changed),
    });
    settle(&mut harness);
    assert!(harness.query_by_label_contains("Failed at plan").is_none());
    assert_eq!(
        harness.state().model().runs[&chain].state("plan"),
        NodeState::Stale
    );
    harness.state_mut().push(history::Command::Undo);
    settle(&mut harness);
    assert!(harness.query_by_label_contains("Failed at plan").is_none());
}

#[test]
fn an_error_leaves_when_the_same_is_asked_for_and_works() {
    let mut harness = rig::window(
        true,
        SIZE,
        vec![
            chains::Command::New.into(),
            chains::Command::Import("nonsense".into()).into(),
        ],
    );
    settle(&mut harness);
    let alerts = |h: &Harness<'_, App>| h.query_all_by_role(Role::Alert).count();
    assert_eq!(alerts(&harness), 1);
    harness.state_mut().push(view::Command::Show(View::GRAPH));
    settle(&mut harness);
    assert_eq!(alerts(&harness), 1, "it can still be read");
    harness.state_mut().push(chains::Command::New);
    settle(&mut harness);
    assert_eq!(alerts(&harness), 0);
}

#[test]
fn an_empty_chain_has_nothing_to_run() {
    let mut harness = rig::window(true, SIZE, vec![chains::Command::New.into()]);
    settle(&mut harness);
    let button = harness.get_by_role_and_label(Role::Button, "Run all");
    assert!(button.accesskit_node().is_disabled());
    let step = harness.get_by_label_contains("Step");
    assert!(step.accesskit_node().is_disabled());
    harness.get_by_label("Add a sign-in").click();
    settle(&mut harness);
    let button = harness.get_by_role_and_label(Role::Button, "Run all");
    assert!(!button.accesskit_node().is_disabled());
}

fn connect(harness: &mut Harness<'_, App>, issuer: &str) {
    harness.get_by_label("Issuer URL").focus();
    settle(harness);
    harness.key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
    harness.get_by_label("Issuer URL").type_text(issuer);
    settle(harness);
    harness
        .get_by_role_and_label(Role::Button, "Connect")
        .click();
    settle(harness);
}

#[test]
fn a_wrong_issuer_adds_nothing_keeps_the_text_and_says_why_in_place() {
    let mut harness = rig::window(true, SIZE, vec![chains::Command::New.into()]);
    harness.get_by_label_contains("Server: ").click();
    settle(&mut harness);
    harness
        .get_by_label("Connect an authorization server…")
        .click();
    settle(&mut harness);
    for (issuer, why) in [
        ("as.example", "This is no URL"),
        ("http://as.example", "An issuer is an https URL"),
        ("https://as.example?x=1", "no query"),
        (
            "https://wrong.example",
            "https://wrong.example does not answer",
        ),
        (
            "https://wrong.example/tenant",
            "https://wrong.example/tenant does not answer",
        ),
    ] {
        connect(&mut harness, issuer);
        let alerts: Vec<String> = harness
            .query_all_by_role(Role::Alert)
            .filter_map(|node| node.accesskit_node().label())
            .collect();
        assert_eq!(alerts.len(), 1, "{issuer}: said once, in place: {alerts:?}");
        assert!(alerts[0].contains(why), "{alerts:?}");
        let typed = harness.get_by_label("Issuer URL").value();
        assert_eq!(typed.as_deref(), Some(issuer));
        let model = harness.state().model();
        assert!(model.workspace.servers.is_empty(), "{issuer}");
    }
    connect(&mut harness, "https://as.example");
    assert_eq!(harness.state().model().workspace.servers.len(), 1);
    assert_eq!(harness.query_all_by_role(Role::Alert).count(), 0);
    assert_eq!(
        harness.get_by_label("Issuer URL").value().as_deref(),
        Some("")
    );

    // Keys can be made from the form of a client, whether there are some or not.
    harness.get_by_label("Add client").click();
    settle(&mut harness);
    harness.get_by_label("private_key_jwt").click();
    settle(&mut harness);
    harness
        .get_by_role_and_label(Role::TextInput, "Client id")
        .focus();
    settle(&mut harness);
    harness
        .get_by_role_and_label(Role::TextInput, "Client id")
        .type_text("agent-7");
    settle(&mut harness);
    let typed = harness
        .get_by_role_and_label(Role::TextInput, "Client id")
        .value();
    assert_eq!(typed.as_deref(), Some("agent-7"));
    harness.get_by_role_and_label(Role::Button, "Keys…").click();
    settle(&mut harness);
    harness.get_by_label("Generate ES256").click();
    settle(&mut harness);
    let keys = harness.query_all_by_role_and_label(Role::Button, "Keys…");
    assert_eq!(
        keys.count(),
        2,
        "the form's, and the inspector's of the new key"
    );
    let typed = harness
        .get_by_role_and_label(Role::TextInput, "Client id")
        .value();
    assert_eq!(typed.as_deref(), Some("agent-7"), "the form is as it was");
}

fn told(harness: &Harness<'_, App>) -> Vec<String> {
    harness
        .get_all(by().recursive(true))
        .flat_map(|node| {
            let node = node.accesskit_node();
            // What a token or a file says stands in fields as it is.
            let value = node.value().filter(|_| !node.is_text_input());
            [
                node.label(),
                value,
                node.data().description().map(str::to_owned),
            ]
        })
        .flatten()
        .collect()
}

#[test]
fn no_backtick_and_no_identifier_of_the_program_is_told() {
    let models: Vec<Box<dyn Fn() -> Model>> = vec![
        Box::new(|| sample("sample")),
        Box::new(|| sample("sample-risky")),
        Box::new(|| {
            let mut model = sample("sample");
            model.jwks.clear();
            model
        }),
    ];
    for model in models {
        for view in [
            View::TOKEN,
            View::CHAIN,
            View::GRAPH,
            View::COMPARE,
            View::FORGE,
            View::PRACTICE,
        ] {
            let mut harness = window(true, SIZE, model(), view);
            let findings = harness.state().model().analysis.report.findings.len();
            let mut selections: Vec<Selection> = (0..findings).map(Selection::Finding).collect();
            let model = harness.state().model();
            selections.extend(model.analysis.tokens.keys().copied().map(Selection::Token));
            let chain = model.session.chain.unwrap();
            let nodes = model.workspace.chain(chain).unwrap().nodes.iter();
            selections.extend(nodes.map(|n| Selection::ChainNode(chain, n.id.clone())));
            let nodes = model.analysis.graph.nodes.iter();
            selections.extend(nodes.map(|n| Selection::Principal(n.id.clone())));
            for selection in selections {
                harness
                    .state_mut()
                    .push(view::Command::Select(selection.clone()));
                harness.step();
                harness.step();
                for words in told(&harness) {
                    assert!(!words.contains('`'), "{view:?}, {selection:?}: {words}");
                    let id = |word: &str| {
                        word.strip_prefix(['k', 'c'])
                            .is_some_and(|n| !n.is_empty() && n.chars().all(|c| c.is_ascii_digit()))
                    };
                    assert!(
                        !words.split(' ').any(id),
                        "{view:?}, {selection:?}: {words}"
                    );
                }
            }
        }
    }
}

#[test]
fn the_findings_of_tokens_whose_key_is_not_known_do_not_cry_wolf() {
    let mut model = sample("sample");
    model.jwks.clear(); // an earlier start's practice server
    let mut harness = window(true, SIZE, model, View::TOKEN);
    let rows: Vec<String> = harness
        .query_all_by_role(Role::Row)
        .filter_map(|row| row.accesskit_node().label())
        .filter(|name| name.contains("DG-113"))
        .collect();
    assert!(!rows.is_empty());
    for row in rows {
        assert!(row.contains("Signing key not known"), "{row}");
        assert!(
            !row.starts_with("critical") && !row.starts_with("high"),
            "{row}"
        );
    }
    let token = harness.state().model().analysis.tray[0].tokens[0];
    harness
        .state_mut()
        .push(view::Command::Select(Selection::Token(token)));
    settle(&mut harness);
    harness.get_by_role_and_label(Role::Status, "Not verified");
    harness.get_by_label_contains("A practice server of an earlier start issued it");

    // One letter of the signature is another: that is another finding.
    let raw = rig::TOKEN.replace(".2qty", ".3qty");
    let mut harness = rig::window(
        true,
        SIZE,
        vec![
            delegraph::app::keys::Command::Import {
                text: delegraph::kit::secret::Secret::new(
                    serde_json::to_string(&rig::key().public().unwrap().0).unwrap(),
                ),
                name: "issuer".into(),
            }
            .into(),
            token::Command::Paste(raw).into(),
        ],
    );
    settle(&mut harness);
    harness.get_by_label_contains("DG-113 Signature does not verify");
}

#[test]
fn what_matters_is_shown_whole_in_the_findings_and_in_the_comparison() {
    let mut harness = window(true, [1280.0, 800.0], sample("sample-risky"), View::COMPARE);
    let ids = harness.state().model().analysis.tray[0].tokens.clone();
    harness.state_mut().push(view::Command::Compare(ids));
    settle(&mut harness);
    // A row is as high as its longest cell needs.
    let cell = |h: &Harness<'_, App>, name: &str| {
        let cell = h.query_all_by_role(Role::Cell).find(|c| {
            c.accesskit_node()
                .label()
                .is_some_and(|l| l.starts_with(name))
        });
        cell.unwrap_or_else(|| panic!("no {name}")).rect().height()
    };
    assert!(cell(&harness, "scope:") > cell(&harness, "sub:") + 10.0);

    harness.state_mut().push(view::Command::Show(View::GRAPH));
    settle(&mut harness);
    let row = harness.query_all_by_role(Role::Row).find(|row| {
        row.accesskit_node()
            .label()
            .is_some_and(|l| l.contains("DG-401"))
    });
    assert!(
        row.expect("DG-401").rect().height() > 40.0,
        "two lines at least"
    );
}

#[test]
fn a_workspace_opens_where_it_was_left() {
    let folder = tempfile::tempdir().unwrap();
    let first = folder.path().join("first.toml");
    let other = folder.path().join("other.toml");
    let mut harness = rig::window(
        true,
        SIZE,
        vec![
            token::Command::Paste(rig::TOKEN.into()).into(),
            chains::Command::New.into(),
            chains::Command::New.into(),
        ],
    );
    settle(&mut harness);
    let workspace: Workspace = (*harness.state().model().workspace).clone();
    let chain: ChainId = workspace.chains[0].id;
    harness
        .state_mut()
        .push(file::Command::SaveAs(first.clone()));
    settle(&mut harness);
    harness.state_mut().push(chains::Command::Show(chain));
    harness.state_mut().push(view::Command::Show(View::GRAPH));
    settle(&mut harness);
    harness.state_mut().push(file::Command::New);
    settle(&mut harness);
    harness.state_mut().push(file::Command::SaveAs(other));
    settle(&mut harness);
    harness.state_mut().push(file::Command::Open(first));
    settle(&mut harness);
    let session = &harness.state().model().session;
    assert_eq!(session.view, View::GRAPH);
    assert_eq!(session.chain, Some(chain));
}
