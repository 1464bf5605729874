//! Chain files: samples, errors and their places, round trips.

use std::sync::Arc;

use delegraph::{
    app::{Workspace, effect::Document, format, model::Vault, workspace::ChainEntry},
    chain::{
        Chain, Dpop, Expect, Node, Step, TokenRequest, file,
        kinds::{Call, ClientCredentials, Exchange, Paste, SignIn, Wait},
        plan,
    },
    risk::Severity,
};
use proptest::prelude::*;

#[test]
fn samples_read_have_no_flaws_and_are_written_as_they_stand() {
    for (name, text) in file::SAMPLES {
        let chain = file::read(text).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert_eq!(chain.name, name);
        assert_eq!(plan::flaws(&chain), [], "{name}");
        let written = file::write(&chain).unwrap();
        assert_eq!(written, text, "{name} is not in the written form");
    }
    assert_eq!(file::sample("sample"), Some(file::SAMPLES[0].1));
    assert_eq!(file::sample("none"), None);
}

#[test]
fn file_errors_name_the_place_and_what_to_do() {
    let head = "version = 1\nname = \"x\"\n";
    let node = |lines: &str| format!("{head}\n[[node]]\nid = \"a\"\n{lines}");
    for (text, place, words) in [
        (String::new(), "line 1, column 1", "version = 1"),
        (
            "version = 2\nname = \"x\"".into(),
            "line 1, column 11",
            "reads version 1",
        ),
        (
            "version = -1".into(),
            "line 1, column 11",
            "must be a number",
        ),
        (
            "version = \"1\"".into(),
            "line 1, column 11",
            "is a string; it must be a number",
        ),
        ("version = 1".into(), "line 1", "no `name`"),
        (
            format!("{head}titel = \"y\""),
            "line 3, column 1",
            "did you mean `title`?",
        ),
        (format!("{head}node = 3"), "line 3, column 8", "[[node]]"),
        (
            format!("{head}faults = [1]"),
            "line 3, column 11",
            "list of strings",
        ),
        (format!("{head}x = \u{7f}"), "line 3", "not TOML"),
        (
            node("kind = \"exchagne\"\nsubject = \"b\""),
            "line 6, column 8",
            "did you mean `exchange`?",
        ),
        (node("kind = \"exchange\""), "line 4", "has no `subject`"),
        (
            node("kind = \"exchange\"\nsubject = \"\""),
            "line 7, column 11",
            "is empty",
        ),
        (
            node("kind = \"call\"\ntoken = \"b\"\nurl = \"u\"\nscope = []"),
            "line 9, column 1",
            "`scope` that is not known here",
        ),
        (
            node("kind = \"sign_in\"\nat = [1]"),
            "line 7, column 6",
            "two numbers",
        ),
        (
            node("kind = \"sign_in\"\nat = [1, nan]"),
            "line 7",
            "two numbers",
        ),
        (
            node("kind = \"sign_in\"\nexpect = [{ status = 99 }]"),
            "line 7, column 22",
            "100 to 599",
        ),
        (
            node("kind = \"sign_in\"\nexpect = [{ stauts = 99 }]"),
            "line 7, column 13",
            "did you mean `status`?",
        ),
        (
            node("kind = \"sign_in\"\nexpect = [{ status = 200, error = \"x\" }]"),
            "line 7, column 11",
            "exactly one field",
        ),
        (
            node("kind = \"sign_in\"\nexpect = [{}]"),
            "line 7",
            "exactly one field",
        ),
        (
            node("kind = \"sign_in\"\nexpect = [{ no_finding = \"bad\" }]"),
            "line 7",
            "info, low, medium, high, critical",
        ),
        (
            node("kind = \"sign_in\"\n[[node]]\nid = \"a\"\nkind = \"sign_in\""),
            "line 8, column 6",
            "already a node",
        ),
        (
            node("kind = \"sign_in\"\n\"\\u202E\" = 1"),
            "line 7",
            "`\\u{202e}`",
        ),
    ] {
        let error = file::read(&text).unwrap_err().to_string();
        assert!(error.starts_with(place), "{text}\n{error}");
        assert!(error.contains(words), "{text}\n{error}");
    }
    let deep = format!("version = {}1{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(file::read(&deep).is_err());
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[a-z:\u{202e}\"\\\\ü]{1,8}", 0..3)
}

fn requests() -> impl Strategy<Value = TokenRequest> {
    (texts(), texts(), texts(), prop::option::of(".{0,6}")).prop_map(
        |(scope, audience, resource, may_act)| TokenRequest {
            scope,
            audience,
            resource,
            may_act,
        },
    )
}

fn steps() -> impl Strategy<Value = Step> {
    let word = || "n[0-7]";
    let some = || prop::option::of("[a-z_]{1,6}");
    prop_oneof![
        (some(), requests()).prop_map(|(user, request)| Step::SignIn(SignIn { user, request })),
        requests().prop_map(|request| Step::ClientCredentials(ClientCredentials { request })),
        any::<String>().prop_map(|token| Step::Paste(Paste { token })),
        (
            word(),
            prop::option::of(word()),
            some(),
            some(),
            some(),
            requests()
        )
            .prop_map(
                |(
                    subject,
                    actor,
                    subject_token_type,
                    actor_token_type,
                    requested_token_type,
                    request,
                )| {
                    Step::Exchange(Exchange {
                        subject,
                        subject_token_type,
                        actor,
                        actor_token_type,
                        requested_token_type,
                        request,
                    })
                }
            ),
        (word(), "[ -~]{1,12}", some()).prop_map(|(token, url, method)| Step::Call(Call {
            token,
            url,
            method
        })),
        (word(), "[ -~]{1,12}").prop_map(|(token, wait)| Step::Wait(Wait { token, wait })),
    ]
}

fn expectations() -> impl Strategy<Value = Expect> {
    prop_oneof![
        (100_u16..600).prop_map(Expect::Status),
        ".{1,8}".prop_map(Expect::Error),
        ".{1,8}".prop_map(Expect::Subject),
        texts().prop_map(Expect::Actors),
        texts().prop_map(Expect::Scope),
        texts().prop_map(Expect::Audience),
        any::<bool>().prop_map(Expect::Bound),
        prop::sample::select(Severity::ALL.to_vec()).prop_map(Expect::NoFinding),
        "DG-[0-9]{3}".prop_map(Expect::Finding),
    ]
}

/// Chains of up to eight nodes `n0` to `n7`, wired at random: cycles and dangling wires included.
pub(super) fn chains() -> impl Strategy<Value = Chain> {
    let node = (
        prop::option::of(any::<String>()),
        prop::option::of(any::<String>()),
        prop::option::of(prop_oneof![
            Just(Dpop::None),
            Just(Dpop::Generated),
            ".{1,8}".prop_map(Dpop::Key),
        ]),
        prop::option::of([-900.0_f32..900.0, -900.0_f32..900.0]),
        steps(),
        prop::collection::vec(expectations(), 0..3),
    );
    (any::<String>(), texts(), prop::collection::vec(node, 0..8)).prop_map(
        |(about, faults, nodes)| Chain {
            version: 1,
            name: "x".into(),
            title: String::new(),
            about,
            faults,
            nodes: nodes
                .into_iter()
                .enumerate()
                .map(|(n, (title, client, dpop, at, step, expect))| Node {
                    id: format!("n{n}"),
                    title,
                    server: None,
                    client,
                    dpop,
                    at,
                    step,
                    expect,
                })
                .collect(),
        },
    )
}

proptest! {
    #[test]
    fn a_written_chain_reads_back_as_itself(chain in chains()) {
        let text = file::write(&chain).unwrap();
        let back = file::read(&text);
        prop_assert_eq!(back.as_ref(), Ok(&chain), "{}", text);
    }

    /// What the program writes it reads again, whatever kinds and settings there will be.
    #[test]
    fn a_workspace_with_any_chain_reads_back_as_itself(chain in chains()) {
        let entry = ChainEntry { id: "c1".parse().unwrap(), chain };
        let workspace = Workspace { chains: vec![entry], ..Workspace::default() };
        let document = Document { workspace: Arc::new(workspace), ..Document::default() };
        let text = format::write(&document, None, &Vault::default(), true).unwrap();
        let back = format::read(&text).map(|read| read.workspace);
        prop_assert_eq!(back, Ok(document.workspace), "{}", text);
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,200}") {
        let _ = file::read(&text);
        let _ = file::read(&format!("version = 1\nname = \"x\"\n[[node]]\n{text}"));
    }
}
