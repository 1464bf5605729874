//! What assistive technology is told of the window, view by view: role, name, value and state of
//! everything, in order. A change of structure must leave `tests/frozen/window` as it is; a change that is
//! meant is accepted with `INSTA_UPDATE=always` and read in the difference.

use std::fmt::Write as _;

use delegraph::{
    app::{
        Command, jobs, keys,
        session::{Selection, View},
        token, view,
    },
    gui::shell::App,
    kit::{clock::Timestamp, ids::TokenId, secret::Secret},
};
use egui::{Key, Modifiers, Role, accesskit::Toggled};
use egui_kittest::{
    Harness,
    kittest::{AccessKitNode, NodeT as _, Queryable as _},
};

use jiff::tz::TimeZone;

use crate::{keep, ran, rig};

/// Large enough that no panel scrolls much: what is out of sight is often not drawn at all.
const SIZE: [f32; 2] = [1600.0, 1400.0];

/// The tree below a node, a line each. Nodes that say nothing are left out: how widgets are nested in
/// layouts is not heard.
fn tell(node: AccessKitNode<'_>, depth: usize, text: &mut String) {
    let role = node.role();
    // The runs of letters of a field repeat its value.
    if role == Role::TextRun {
        return;
    }
    let label = node.label().unwrap_or_default();
    let value = node.value().unwrap_or_default();
    let mut says = String::new();
    for (mark, word) in [("", label), ("= ", value)] {
        if !word.is_empty() {
            let _ = write!(says, " {mark}{word:?}");
        }
    }
    let data = node.data();
    for (mark, word) in [
        ("placeholder", data.placeholder()),
        ("description", data.description()),
        ("role", data.role_description()),
    ] {
        if let Some(word) = word {
            let _ = write!(says, " {mark} {word:?}");
        }
    }
    if let Some(number) = node.numeric_value() {
        let _ = write!(says, " = {number}");
    }
    if let Some(toggled) = node.toggled() {
        says.push_str(match toggled {
            Toggled::False => " off",
            Toggled::True => " on",
            Toggled::Mixed => " mixed",
        });
    }
    for (is, word) in [
        (node.is_disabled(), "disabled"),
        (node.is_text_input() && node.is_read_only(), "read-only"),
        (node.is_selected() == Some(true), "selected"),
        (data.is_expanded() == Some(true), "expanded"),
        (node.is_focused(), "focused"),
        (node.is_hidden(), "hidden"),
        (node.is_modal(), "modal"),
    ] {
        if is {
            let _ = write!(says, " {word}");
        }
    }
    let silent = says.is_empty() && matches!(role, Role::GenericContainer | Role::Unknown);
    if !silent {
        let _ = writeln!(text, "{:depth$}{role:?}{says}", "", depth = depth * 2);
    }
    let depth = if silent { depth } else { depth + 1 };
    for child in node.children() {
        tell(child, depth, text);
    }
}

fn heard(harness: &Harness<'_, App>) -> String {
    let mut text = String::new();
    tell(harness.root().accesskit_node(), 0, &mut text);
    // The tray tells when a run began by the clock on the wall.
    let began = Timestamp::from_second(rig::NOW - 8).unwrap();
    let wall = began.to_zoned(TimeZone::system()).strftime("%H:%M:%S");
    text = text.replace(&format!("= \"{wall}\""), "= \"<when the run began>\"");
    // ECDSA signs differently each time.
    for hop in &harness.state().model().analysis.evidence.hops {
        let (_, signature) = hop.token.raw.rsplit_once('.').unwrap();
        text = text.replace(signature, "<signature>");
    }
    text
}

/// What is heard of the inspector, which comes last.
fn inspected(harness: &Harness<'_, App>) -> String {
    let text = heard(harness);
    let start = text.find("Heading \"Inspector\"").unwrap();
    text[start..].to_owned()
}

/// The main views by the name of their tab.
const VIEWS: [(&str, View); 6] = [
    ("token", View::TOKEN),
    ("chain", View::CHAIN),
    ("graph", View::GRAPH),
    ("compare", View::COMPARE),
    ("forge", View::FORGE),
    ("practice", View::PRACTICE),
];

/// Scenes of the window, by name.
#[derive(Default)]
struct Album(Vec<(String, String)>);

impl Album {
    fn keep(&mut self, name: impl Into<String>, harness: &Harness<'_, App>) {
        self.0.push((name.into(), heard(harness)));
    }
}

fn ask(harness: &mut Harness<'_, App>, command: impl Into<Command>) {
    harness.state_mut().push(command);
    rig::settle(harness);
}

fn press(harness: &mut Harness<'_, App>, key: Key) {
    harness.key_press_modifiers(Modifiers::COMMAND, key);
    rig::settle(harness);
}

/// Carries out the line of the palette that fits the words best.
fn palette(harness: &mut Harness<'_, App>, words: &str) {
    press(harness, Key::K);
    harness
        .get_by_label("Search tokens and commands")
        .type_text(words);
    rig::settle(harness);
    harness.key_press(Key::Enter);
    rig::settle(harness);
}

/// A window over a sample that has run, its first two tokens in the comparison.
fn over(sample: &str) -> Harness<'static, App> {
    let mut harness = rig::over(
        true,
        SIZE,
        ran::sample(sample),
        vec![jobs::Command::Analyse.into()],
    );
    let compared = tokens(&harness).into_iter().take(2).collect();
    ask(&mut harness, view::Command::Compare(compared));
    harness
}

/// The tokens of the run, in order.
fn tokens(harness: &Harness<'_, App>) -> Vec<TokenId> {
    let hops = &harness.state().model().analysis.evidence.hops;
    hops.iter().filter_map(|hop| hop.token_id).collect()
}

fn views(album: &mut Album, prefix: &str, harness: &mut Harness<'_, App>) {
    for (name, view) in VIEWS {
        ask(harness, view::Command::Show(view));
        album.keep(format!("{prefix}-{name}"), harness);
    }
}

#[test]
fn frozen_views_without_anything() {
    let mut album = Album::default();
    let mut harness = rig::window(true, SIZE, Vec::new());
    album.keep("start", &harness);
    views(&mut album, "view", &mut harness);
    keep::frozen("window/empty", &album.0);
}

#[test]
fn frozen_views_of_the_samples() {
    for sample in ["sample", "sample-risky"] {
        let mut album = Album::default();
        let mut harness = over(sample);
        views(&mut album, "view", &mut harness);
        let last = *tokens(&harness).last().unwrap();
        ask(&mut harness, view::Command::Select(Selection::Token(last)));
        for (name, view) in VIEWS {
            // Which forgeries can be made depends on the bytes of the signature.
            if view != View::FORGE {
                ask(&mut harness, view::Command::Show(view));
                album.keep(format!("token-selected-{name}"), &harness);
            }
        }
        harness.get_by_label("HTTP log").click();
        rig::settle(&mut harness);
        album.keep("log", &harness);
        ask(&mut harness, view::Command::Select(Selection::Log(0)));
        album.keep("log-entry", &harness);
        keep::frozen(&format!("window/{sample}"), &album.0);
    }
}

/// What the inspector tells of each of these, one after the other.
fn inspect(
    harness: &mut Harness<'_, App>,
    view: View,
    selections: impl IntoIterator<Item = Selection>,
) -> String {
    ask(harness, view::Command::Show(view));
    let mut text = String::new();
    for selection in selections {
        ask(harness, view::Command::Select(selection));
        text.push_str(&inspected(harness));
        text.push('\n');
    }
    text
}

#[test]
fn frozen_inspector() {
    for sample in ["sample", "sample-risky"] {
        let mut harness = over(sample);
        let model = harness.state().model();
        let (id, chain) = (
            model.session.chain.unwrap(),
            &model.workspace.chains[0].chain,
        );
        let nodes: Vec<_> = chain
            .nodes
            .iter()
            .map(|node| Selection::ChainNode(id, node.id.clone()))
            .collect();
        let graph = &model.analysis.graph;
        let name = |n: usize| graph.nodes[n].id.clone();
        let principals: Vec<_> = (0..graph.nodes.len())
            .map(|n| Selection::Principal(name(n)))
            .collect();
        let relations: Vec<_> = graph
            .edges
            .iter()
            .map(|e| Selection::Relation(name(e.from), name(e.to), e.relation.name()))
            .collect();
        let findings = 0..model.analysis.report.findings.len();
        let log = 0..model.log.len();
        let tokens = tokens(&harness);
        let claims = ["iss", "sub", "aud", "scope", "exp", "iat", "jti", "may_act"]
            .map(|claim| Selection::Claim(tokens[0], format!("/{claim}")));
        let texts = [
            (
                "none",
                inspect(&mut harness, View::CHAIN, [Selection::None]),
            ),
            ("nodes", inspect(&mut harness, View::CHAIN, nodes)),
            ("principals", inspect(&mut harness, View::GRAPH, principals)),
            ("relations", inspect(&mut harness, View::GRAPH, relations)),
            (
                "findings",
                inspect(&mut harness, View::GRAPH, findings.map(Selection::Finding)),
            ),
            (
                "tokens",
                inspect(
                    &mut harness,
                    View::TOKEN,
                    tokens.into_iter().map(Selection::Token),
                ),
            ),
            ("claims", inspect(&mut harness, View::TOKEN, claims)),
            (
                "log",
                inspect(&mut harness, View::CHAIN, log.map(Selection::Log)),
            ),
        ]
        .map(|(name, text)| (name.to_owned(), text));
        keep::frozen(&format!("window/{sample}-inspector"), &texts);
    }
}

/// A pasted token with its issuer's key.
fn pasted() -> Harness<'static, App> {
    let public = rig::key().public().unwrap();
    let commands = vec![
        keys::Command::Import {
            text: Secret::new(serde_json::Value::Object(public.0).to_string()),
            name: "issuer".into(),
        }
        .into(),
        token::Command::Paste(rig::TOKEN.into()).into(),
    ];
    let mut harness = rig::window(true, SIZE, commands);
    rig::settle(&mut harness);
    harness
}

#[test]
fn frozen_views_of_a_pasted_token() {
    let mut album = Album::default();
    let mut harness = pasted();
    views(&mut album, "view", &mut harness);
    let key = harness.state().model().workspace.keys[0].id;
    ask(&mut harness, view::Command::Select(Selection::Key(key)));
    album.keep("key", &harness);
    ask(&mut harness, view::Command::Show(View::FORGE));
    harness
        .get_by_label("Algorithm none: none, no signature")
        .click();
    rig::settle(&mut harness);
    album.keep("forgery", &harness);
    keep::frozen("window/pasted", &album.0);
}

#[test]
fn frozen_dialogs() {
    let mut album = Album::default();
    for (name, words) in [
        ("keys", "Keys…"),
        ("connect", "Connect an authorization server…"),
        ("about", "About Delegraph"),
    ] {
        let mut harness = pasted();
        palette(&mut harness, words);
        album.keep(name, &harness);
    }
    let mut harness = pasted();
    press(&mut harness, Key::N);
    album.keep("unsaved", &harness);
    keep::frozen("window/dialogs", &album.0);
}

/// The lines of the palette, in order: it draws those in sight only, so the choice goes down through all.
fn lines(harness: &mut Harness<'_, App>) -> String {
    /// Fewer than are in sight at once.
    const DOWN: usize = 8;
    let mut lines: Vec<String> = Vec::new();
    press(harness, Key::K);
    let mut same = 0;
    loop {
        let all = heard(harness);
        let mut new = false;
        let shown = all.lines().skip_while(|line| !line.contains("MenuItem"));
        let mut line = String::new();
        for part in shown.chain(["MenuItem"]) {
            let part = part.trim();
            let part = [" on", " off"]
                .iter()
                .find_map(|state| part.strip_suffix(state))
                .unwrap_or(part);
            if part == "ScrollBar" {
                continue;
            }
            if part.starts_with("MenuItem") && !line.is_empty() {
                if !lines.contains(&line) {
                    lines.push(std::mem::take(&mut line));
                    new = true;
                }
                line.clear();
            }
            line.push_str(part);
            line.push('\n');
        }
        // The choice is at the end when nothing comes for longer than the lines in sight.
        same = if new { 0 } else { same + 1 };
        if same == 3 {
            return lines.concat();
        }
        for _ in 0..DOWN {
            harness.key_press(Key::ArrowDown);
            harness.step();
        }
        rig::settle(harness);
    }
}

#[test]
fn frozen_palette() {
    let mut texts = Vec::new();
    let windows = vec![
        ("empty", rig::window(true, SIZE, Vec::new())),
        ("pasted", pasted()),
        ("sample", over("sample")),
        ("sample-risky", over("sample-risky")),
    ];
    for (name, mut harness) in windows {
        texts.push((name.to_owned(), lines(&mut harness)));
    }
    keep::frozen("window/palette", &texts);
}
