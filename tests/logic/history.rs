//! Undo and redo, as a property: any sequence of undoable commands, undone, gives the start; redone,
//! gives the end.

mod past;

use std::{collections::HashSet, sync::Arc};

use delegraph::{
    app::{
        Command, Effect, Model, Outcome, Workspace, apply,
        command::palette,
        history::MAX_STEPS,
        session::{Selection, View},
        update,
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
        0 => Command::Paste(token(op.which)),
        1 => Command::Paste(format!("{} and {}", token(op.which), token(op.other))),
        2 => Command::Paste(text),
        3 => Command::SetRaw(token_id, text),
        4 => Command::SetText(token_id, Part::Payload, format!("{{\"x\":\"{text}\"}}")),
        5 => Command::SetText(token_id, Part::Header, text),
        6 => Command::SetMember(token_id, Part::Payload, "/scope".into(), Some(json!(text))),
        7 => Command::SetMember(token_id, Part::Payload, "/sub".into(), None),
        8 => Command::Sign(token_id, key),
        9 => Command::Revert(token_id),
        10 => Command::RenameToken(token_id, text),
        11 => Command::DuplicateToken(token_id),
        12 => Command::DeleteToken(token_id),
        13 => Command::ImportSecret {
            secret: Secret::new(format!("s{text}")),
            encoding: delegraph::jose::secret::Encoding::Text,
            alg: "HS256".into(),
            name: text,
        },
        14 => Command::ImportKey {
            text: Secret::new(text.clone()),
            name: text,
        },
        15 => Command::RenameKey(key, text),
        16 => Command::DeleteKey(key),
        17 => Command::ConnectServer(format!("https://{text}.example")),
        18 => Command::RemoveServer(server),
        19 | 20 => Command::SetClient {
            server,
            client: (op.kind == 20).then_some(client),
            client_id: text,
            method: AuthMethod::ALL[usize::from(op.other) % 4],
            secret: Some(Secret::new("hush")),
            key: Some(key),
        },
        21 => Command::RemoveClient(server, client),
        22 => Command::LoadSample("sample".into()),
        23 => Command::NewChain,
        24 => Command::ImportChain(format!("version = 1\nname = \"x{text}\"\n")),
        25 => Command::RenameChain(chain, text),
        26 => Command::DeleteChain(chain),
        27 => Command::AddNode(chain, Box::new(node(&text))),
        28 => Command::SetNode(chain, node_id, Box::new(node(&text))),
        29 => Command::MoveNode(chain, node_id, [f32::from(op.which), f32::from(op.other)]),
        30 => Command::DeleteNode(chain, node_id),
        31 => {
            let mut changed = workspace.chain(chain).cloned();
            if let Some(chain) = &mut changed {
                chain.about = text;
            }
            changed.map_or(Command::NewChain, |c| Command::SetChain(chain, Box::new(c)))
        }
        32 => Command::Rename(text),
        33 => Command::KeepPracticeKeysInClear(op.which > 1),
        34 => Command::GenerateKey {
            alg: "HS256".into(),
            name: text,
        },
        35 => Command::Select(Selection::Token(token_id)),
        36 => Command::Show(View::Graph),
        37 => Command::Tick,
        38 => Command::SetClock(Clock::Fixed(from_numeric_date(op.which.into()).unwrap())),
        39 => Command::Filter(text),
        40 => Command::SetMember(
            token_id,
            Part::Payload,
            "/act/sub".into(),
            Some(json!(text)),
        ),
        41 => {
            let all = delegraph::token::template::Template::ALL;
            Command::NewToken(all[usize::from(op.which) % all.len()])
        }
        42 => Command::SetBytes(token_id, Part::Payload, vec![op.which, 0xff]),
        43 => Command::Restore(token_id, token(op.other).into(), token(op.which).into()),
        44 => Command::Compare(tokens.clone()),
        _ => Command::SetPassphrase(Secret::new(text)),
    }
}

/// Carries out a command, and the effects that change the document.
fn ask(model: &mut Model, command: Command) {
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
    ask(&mut model, Command::LoadSample("sample-risky".into()));
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
            ask(&mut model, Command::Undo);
            prop_assert!(*before != *model.workspace, "a step that changes nothing");
        }
        prop_assert_eq!(&*model.workspace, &first);
        for _ in 0..steps {
            ask(&mut model, Command::Redo);
        }
        prop_assert_eq!(&*model.workspace, &last);
        prop_assert!(model.history.redo.is_empty());
    }

    /// Whatever is asked, the palette offers no two commands for the same keys.
    #[test]
    fn shortcuts_never_clash(ops in prop::collection::vec(op(), 0..20)) {
        let mut model = start();
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
    ask(&mut model, Command::Paste(token(1)));
    let id = model.session.token.unwrap();
    for text in ["r", "re", "rea", "read"] {
        let scope = Command::SetMember(id, Part::Payload, "/scope".into(), Some(json!(text)));
        ask(&mut model, scope);
    }
    ask(
        &mut model,
        Command::SetMember(id, Part::Payload, "/sub".into(), Some(json!("bob"))),
    );
    let labels: Vec<_> = model
        .history
        .undo
        .iter()
        .map(|s| s.label.as_str())
        .collect();
    assert_eq!(labels, ["Paste", "Edit scope", "Edit sub"]);
    ask(&mut model, Command::Undo);
    ask(&mut model, Command::Undo);
    assert_eq!(*model.workspace.tokens[0].raw, *token(1));
}

#[test]
fn typing_after_a_save_is_a_new_step() {
    let mut model = Model::default();
    ask(&mut model, Command::Rename("a".into()));
    ask(&mut model, Command::Save);
    ask(&mut model, Command::Rename("ab".into()));
    assert_eq!(model.history.undo.len(), 2);
}

#[test]
fn typed_there_and_back_leaves_nothing_to_undo() {
    let mut model = Model::default();
    ask(&mut model, Command::Rename("a".into()));
    ask(&mut model, Command::Rename(String::new()));
    assert!(model.history.undo.is_empty());
    assert!(!model.is_dirty());
}

#[test]
fn history_is_bounded() {
    let mut model = Model::default();
    for _ in 0..MAX_STEPS + 50 {
        ask(&mut model, Command::NewChain);
    }
    assert_eq!(model.history.undo.len(), MAX_STEPS);
}

#[test]
fn a_new_edit_forgets_what_was_undone() {
    let mut model = Model::default();
    ask(&mut model, Command::NewChain);
    ask(&mut model, Command::Undo);
    assert_eq!(model.history.redo.len(), 1);
    ask(&mut model, Command::Rename("x".into()));
    assert!(model.history.redo.is_empty());
}

#[test]
fn undo_brings_a_deleted_key_back_with_its_private_part() {
    let mut model = Model::default();
    ask(
        &mut model,
        Command::GenerateKey {
            alg: "ES256".into(),
            name: "mine".into(),
        },
    );
    let key = model.workspace.keys[0].id;
    ask(&mut model, Command::Paste(token(1)));
    let id = model.session.token.unwrap();
    ask(&mut model, Command::DeleteKey(key));
    ask(&mut model, Command::Undo);
    ask(&mut model, Command::Sign(id, key));
    let entry = model.workspace.token(id).unwrap();
    assert!(
        !entry.is_edited() && *entry.raw != *token(1),
        "signed with the key"
    );
    assert_eq!(decode(&entry.raw).header_text("alg"), Some("ES256"));
    let _ = Alg::Es256;
}
