//! Undo and redo, as a property: any sequence of undoable commands, undone, gives the start; redone,
//! gives the end.

mod past;

use std::{collections::HashSet, sync::Arc};

use delegraph::{
    app::{
        Command, Effect, Model, Outcome, Workspace, apply, chains,
        command::palette,
        file,
        history::{self, MAX_STEPS},
        jobs, keys, servers,
        session::{OfferedView, Selection, View},
        token, update, view,
    },
    chain::{
        Node, Step,
        kinds::ClientCredentials,
        run::{NodeRun, NodeState, Run},
    },
    jose::{Alg, crypto},
    kit::{
        Env,
        clock::{Clock, from_numeric_date},
        ids::{ChainId, ClientRef, KeyId, ServerId, TokenId},
        rng::CountingRng,
        secret::Secret,
    },
    oauth::client_auth::AuthMethod,
    token::{craft::Part, decode::decode},
};
use proptest::prelude::*;
use serde_json::json;

fn env() -> Env {
    Env {
        now: from_numeric_date(1_800_000_000).unwrap(),
        rng: Arc::new(CountingRng::default()),
    }
}

/// A token with a `jti` of its own, unsigned.
fn token(n: u8) -> String {
    use delegraph::jose::b64::encode;
    let claims = json!({ "sub": "alice", "scope": "a b", "jti": n.to_string() });
    format!(
        "{}.{}.c2ln",
        encode(r#"{"alg":"ES256"}"#),
        encode(claims.to_string())
    )
}

fn node(id: &str) -> Node {
    Node {
        id: id.to_owned(),
        title: None,
        server: None,
        client: None,
        dpop: None,
        at: None,
        step: Step::ClientCredentials(ClientCredentials::default()),
        expect: Vec::new(),
    }
}

/// What is asked, before it is known what there is to ask it of: numbers pick from what is there.
#[derive(Debug, Clone)]
struct Op {
    kind: u8,
    which: u8,
    other: u8,
    text: String,
}

fn op() -> impl Strategy<Value = Op> {
    (0_u8..46, 0_u8..4, 0_u8..4, "[a-z]{0,3}").prop_map(|(kind, which, other, text)| Op {
        kind,
        which,
        other,
        text,
    })
}

/// One of `list`, or an id that nothing has.
fn pick<T: Copy>(list: &[T], n: u8, none: T) -> T {
    list.get(usize::from(n) % list.len().max(1))
        .copied()
        .unwrap_or(none)
}

fn command(op: &Op, model: &Model) -> Command {
    let workspace = &model.workspace;
    let mut tokens: Vec<TokenId> = workspace.tokens.iter().map(|t| t.id).collect();
    tokens.extend(
        model
            .runs
            .values()
            .flat_map(|r| r.nodes.values())
            .filter_map(|n| n.token_id),
    );
    let keys: Vec<KeyId> = workspace.keys.iter().map(|k| k.id).collect();
    let servers: Vec<ServerId> = workspace.servers.iter().map(|s| s.id).collect();
    let clients = workspace
        .servers
        .iter()
        .flat_map(|s| &s.clients)
        .map(|c| c.id);
    let clients: Vec<ClientRef> = clients.collect();
    let chains: Vec<ChainId> = workspace.chains.iter().map(|c| c.id).collect();
    let token_id = pick(&tokens, op.which, TokenId(9_999));
    let key = pick(&keys, op.other, KeyId(9_999));
    let server = pick(&servers, op.which, ServerId(9_999));
    let client = pick(&clients, op.other, ClientRef(9_999));
    let chain = pick(&chains, op.which, ChainId(9_999));
    let node_id = workspace.chain(chain).and_then(|c| {
        let n = usize::from(op.other) % c.nodes.len().max(1);
        c.nodes.get(n).map(|n| n.id.clone())
    });
    let node_id = node_id.unwrap_or_else(|| "nobody".into());
    let text = op.text.clone();
    match op.kind {
        0 => token::Command::Paste(token(op.which)).into(),
        1 => token::Command::Paste(format!("{} and {}", token(op.which), token(op.other))).into(),
        2 => token::Command::Paste(text).into(),
        3 => token::Command::SetRaw(token_id, text).into(),
        4 => token::Command::SetText {
            token: token_id,
            part: Part::Payload,
            text: format!("{{\"x\":\"{text}\"}}"),
        }
        .into(),
        5 => token::Command::SetText {
            token: token_id,
            part: Part::Header,
            text,
        }
        .into(),
        6 => token::Command::SetMember {
            token: token_id,
            part: Part::Payload,
            pointer: "/scope".into(),
            value: Some(json!(text)),
        }
        .into(),
        7 => token::Command::SetMember {
            token: token_id,
            part: Part::Payload,
            pointer: "/sub".into(),
            value: None,
        }
        .into(),
        8 => token::Command::Sign(token_id, key).into(),
        9 => token::Command::Revert(token_id).into(),
        10 => token::Command::Rename(token_id, text).into(),
        11 => token::Command::Duplicate(token_id).into(),
        12 => token::Command::Delete(token_id).into(),
        13 => keys::Command::ImportSecret {
            secret: Secret::new(format!("s{text}")),
            encoding: delegraph::jose::secret::Encoding::Text,
            alg: "HS256".into(),
            name: text,
        }
        .into(),
        14 => keys::Command::Import {
            text: Secret::new(text.clone()),
            name: text,
        }
        .into(),
        15 => keys::Command::Rename(key, text).into(),
        16 => keys::Command::Delete(key).into(),
        17 => servers::Command::Connect(format!("https://{text}.example")).into(),
        18 => servers::Command::Remove(server).into(),
        19 | 20 => servers::Command::SetClient {
            server,
            client: (op.kind == 20).then_some(client),
            client_id: text,
            method: AuthMethod::ALL[usize::from(op.other) % 4],
            secret: Some(Secret::new("hush")),
            key: Some(key),
        }
        .into(),
        21 => servers::Command::RemoveClient(server, client).into(),
        22 => chains::Command::LoadSample("sample".into()).into(),
        23 => chains::Command::New.into(),
        24 => chains::Command::Import(format!("version = 1\nname = \"x{text}\"\n")).into(),
        25 => chains::Command::Rename(chain, text).into(),
        26 => chains::Command::Delete(chain).into(),
        27 => chains::Command::AddNode(chain, Box::new(node(&text))).into(),
        28 => chains::Command::SetNode {
            chain,
            id: node_id,
            node: Box::new(node(&text)),
        }
        .into(),
        29 => chains::Command::MoveNode {
            chain,
            id: node_id,
            at: [f32::from(op.which), f32::from(op.other)],
        }
        .into(),
        30 => chains::Command::DeleteNode(chain, node_id).into(),
        31 => {
            let mut changed = workspace.chain(chain).cloned();
            if let Some(chain) = &mut changed {
                chain.about = text;
            }
            changed.map_or(chains::Command::New.into(), |c| {
                chains::Command::Set(chain, Box::new(c)).into()
            })
        }
        32 => file::Command::Rename(text).into(),
        33 => file::Command::KeepPracticeKeysInClear(op.which > 1).into(),
        34 => keys::Command::Generate {
            alg: "HS256".into(),
            name: text,
        }
        .into(),
        35 => view::Command::Select(Selection::Token(token_id)).into(),
        36 => view::Command::Show(View::GRAPH).into(),
        37 => jobs::Command::Analyse.into(),
        38 => view::Command::SetClock(Clock::Fixed(from_numeric_date(op.which.into()).unwrap()))
            .into(),
        39 => view::Command::Filter(text).into(),
        40 => token::Command::SetMember {
            token: token_id,
            part: Part::Payload,
            pointer: "/act/sub".into(),
            value: Some(json!(text)),
        }
        .into(),
        41 => {
            let all = delegraph::token::template::Template::ALL;
            token::Command::New(all[usize::from(op.which) % all.len()]).into()
        }
        42 => token::Command::SetBytes {
            token: token_id,
            part: Part::Payload,
            bytes: vec![op.which, 0xff],
        }
        .into(),
        43 => token::Command::Restore {
            token: token_id,
            raw: token(op.other).into(),
            sealed: token(op.which).into(),
        }
        .into(),
        44 => view::Command::Compare(tokens.clone()).into(),
        _ => file::Command::SetPassphrase(Secret::new(text)).into(),
    }
}

/// Carries out a command, and the effects that change the document.
fn ask(model: &mut Model, command: impl Into<Command>) {
    let env = env();
    for effect in update(model, command, &env) {
        if let Effect::GenerateKey(job, id, alg) = effect {
            let key = crypto::generate_named(&alg, None).map_err(|e| e.to_string());
            apply(model, Outcome::Key(job, id, key), &env);
        }
    }
}

/// A model with a run whose token is evidence.
fn start() -> Model {
    let mut model = Model::default();
    ask(
        &mut model,
        chains::Command::LoadSample("sample-risky".into()),
    );
    let chain = model.workspace.chains[0].id;
    let shown = NodeRun {
        state: NodeState::Done,
        token: Some(Arc::new(decode(&token(200)))),
        token_id: Some(TokenId(model.ids.allot())),
        ..NodeRun::default()
    };
    let mut run = Run {
        number: 1,
        ..Run::default()
    };
    run.nodes.insert("alice".into(), shown);
    model.runs.insert(chain, run);
    model.history = delegraph::app::history::History::default();
    model
}

fn ids(workspace: &Workspace) -> Vec<String> {
    let tokens = workspace.tokens.iter().map(|t| t.id.to_string());
    let keys = workspace.keys.iter().map(|k| k.id.to_string());
    let servers = workspace.servers.iter().map(|s| s.id.to_string());
    let chains = workspace.chains.iter().map(|c| c.id.to_string());
    tokens.chain(keys).chain(servers).chain(chains).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn undone_gives_the_start_and_redone_the_end(ops in prop::collection::vec(op(), 0..60)) {
        let mut model = start();
        let first = (*model.workspace).clone();
        for op in &ops {
            let command = command(op, &model);
            ask(&mut model, command);
            let all = ids(&model.workspace);
            prop_assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len(), "an id twice");
        }
        let last = (*model.workspace).clone();
        let steps = model.history.undo.len();
        for _ in 0..steps {
            let before = Arc::clone(&model.workspace);
            ask(&mut model, history::Command::Undo);
            prop_assert!(*before != *model.workspace, "a step that changes nothing");
        }
        prop_assert_eq!(&*model.workspace, &first);
        for _ in 0..steps {
            ask(&mut model, history::Command::Redo);
        }
        prop_assert_eq!(&*model.workspace, &last);
        prop_assert!(model.history.redo.is_empty());
    }

    /// Whatever is asked, the palette offers no two commands for the same keys.
    #[test]
    fn shortcuts_never_clash(ops in prop::collection::vec(op(), 0..20)) {
        let mut model = start();
        model.session.views = vec![OfferedView {
            view: View::TOKEN,
            label: "Show token".into(),
            keys: &["Ctrl+1"],
        }];
        for op in &ops {
            let command = command(op, &model);
            ask(&mut model, command);
        }
        let mut taken = HashSet::new();
        for entry in palette(&model) {
            prop_assert!(!entry.label.is_empty());
            let keys = entry.shortcut;
            prop_assert!(keys.is_empty() || taken.insert(keys), "{} twice", keys);
        }
        prop_assert!(taken.contains("Ctrl+S") && taken.contains("Ctrl+1"));
    }
}

#[test]
fn typing_in_one_field_is_one_step_and_another_field_begins_a_new_one() {
    let mut model = Model::default();
    ask(&mut model, token::Command::Paste(token(1)));
    let id = model.session.token.unwrap();
    for text in ["r", "re", "rea", "read"] {
        let scope = token::Command::SetMember {
            token: id,
            part: Part::Payload,
            pointer: "/scope".into(),
            value: Some(json!(text)),
        };
        ask(&mut model, scope);
    }
    ask(
        &mut model,
        token::Command::SetMember {
            token: id,
            part: Part::Payload,
            pointer: "/sub".into(),
            value: Some(json!("bob")),
        },
    );
    let labels: Vec<_> = model
        .history
        .undo
        .iter()
        .map(|s| s.label.as_str())
        .collect();
    assert_eq!(labels, ["Paste", "Edit scope", "Edit sub"]);
    ask(&mut model, history::Command::Undo);
    ask(&mut model, history::Command::Undo);
    assert_eq!(*model.workspace.tokens[0].raw, *token(1));
}

#[test]
fn typing_after_a_save_is_a_new_step() {
    let mut model = Model::default();
    ask(&mut model, file::Command::Rename("a".into()));
    ask(&mut model, file::Command::Save);
    ask(&mut model, file::Command::Rename("ab".into()));
    assert_eq!(model.history.undo.len(), 2);
}

#[test]
fn typed_there_and_back_leaves_nothing_to_undo() {
    let mut model = Model::default();
    ask(&mut model, file::Command::Rename("a".into()));
    ask(&mut model, file::Command::Rename(String::new()));
    assert!(model.history.undo.is_empty());
    assert!(!model.is_dirty());
}

#[test]
fn history_is_bounded() {
    let mut model = Model::default();
    for _ in 0..MAX_STEPS + 50 {
        ask(&mut model, chains::Command::New);
    }
    assert_eq!(model.history.undo.len(), MAX_STEPS);
}

#[test]
fn a_new_edit_forgets_what_was_undone() {
    let mut model = Model::default();
    ask(&mut model, chains::Command::New);
    ask(&mut model, history::Command::Undo);
    assert_eq!(model.history.redo.len(), 1);
    ask(&mut model, file::Command::Rename("x".into()));
    assert!(model.history.redo.is_empty());
}

#[test]
fn undo_brings_a_deleted_key_back_with_its_private_part() {
    let mut model = Model::default();
    ask(
        &mut model,
        keys::Command::Generate {
            alg: "ES256".into(),
            name: "mine".into(),
        },
    );
    let key = model.workspace.keys[0].id;
    ask(&mut model, token::Command::Paste(token(1)));
    let id = model.session.token.unwrap();
    ask(&mut model, keys::Command::Delete(key));
    ask(&mut model, history::Command::Undo);
    ask(&mut model, token::Command::Sign(id, key));
    let entry = model.workspace.token(id).unwrap();
    assert!(
        !entry.is_edited() && *entry.raw != *token(1),
        "signed with the key"
    );
    assert_eq!(decode(&entry.raw).header_text("alg"), Some("ES256"));
    let _ = Alg::Es256;
}
