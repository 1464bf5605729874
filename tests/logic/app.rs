//! The program without a face, one command at a time.

use std::sync::Arc;

use crate::carry::carry_out;
use delegraph::{
    app::{
        Command, Effect, Model, Outcome,
        analysis::{Input, analyse},
        apply, chains,
        effect::Material,
        file, history, jobs, keys,
        log::MAX_LOG,
        model::{Practice, PracticeInfo},
        runs,
        session::{Selection, View},
        token::{self, MAX_AT_ONCE, MAX_TOKENS},
        update, view,
    },
    chain::run::{NodeRun, NodeState, Run},
    jose::{Jwks, b64, crypto},
    kit::{
        Env,
        clock::{Clock, from_numeric_date},
        ids::{ChainId, JobId, TokenId},
        rng::CountingRng,
        secret::Secret,
    },
    oauth::{http::Response, metadata::Metadata},
    practice::{Fault, Faults},
    token::{craft::Part, decode::decode, find, validate::Signature},
};
use serde_json::{Value, json};

const NOW: i64 = 1_800_000_000;

pub fn env() -> Env {
    Env {
        now: from_numeric_date(NOW).unwrap(),
        rng: Arc::new(CountingRng::default()),
    }
}

pub fn ask(model: &mut Model, command: impl Into<Command>) -> Vec<Effect> {
    update(model, command, &env())
}

/// Carries out a command, and what it asks for that needs no network.
pub fn ask_and_wait(model: &mut Model, command: impl Into<Command>) {
    let mut effects = ask(model, command);
    while let Some(effect) = effects.pop() {
        if let Some(outcome) = carry_out(effect) {
            effects.extend(apply(model, outcome, &env()));
        }
    }
}

fn unsigned(claims: &Value) -> String {
    format!(
        "{}.{}.",
        b64::encode(r#"{"alg":"none"}"#),
        b64::encode(claims.to_string())
    )
}

pub fn alice(extra: &Value) -> String {
    let mut claims = json!({ "iss": "https://as.example", "sub": "alice", "exp": NOW + 300 });
    claims
        .as_object_mut()
        .unwrap()
        .extend(extra.as_object().unwrap().clone());
    unsigned(&claims)
}

fn last_notice(model: &Model) -> &str {
    &model.session.notices.last().unwrap().text
}

/// A model with a run of one token, which is evidence.
fn with_run() -> (Model, ChainId, TokenId) {
    let mut model = Model::default();
    ask_and_wait(&mut model, chains::Command::LoadSample("sample".into()));
    let chain = model.workspace.chains[0].id;
    let id = TokenId(model.ids.allot());
    let mut run = Run {
        number: 3,
        ..Run::default()
    };
    run.nodes.insert(
        "alice".into(),
        NodeRun {
            state: NodeState::Done,
            token: Some(Arc::new(decode(&alice(&json!({ "scope": "a b" }))))),
            token_id: Some(id),
            ..NodeRun::default()
        },
    );
    model.runs.insert(chain, run);
    ask_and_wait(&mut model, jobs::Command::Analyse);
    (model, chain, id)
}

#[test]
fn a_paste_takes_every_token_shows_the_first_and_knows_them_again() {
    let mut model = Model::default();
    let (one, two) = (alice(&json!({ "jti": "1" })), alice(&json!({ "jti": "2" })));
    ask_and_wait(
        &mut model,
        token::Command::Paste(format!("Authorization: Bearer {one}\n\n{two}\n")),
    );
    assert_eq!(model.workspace.tokens.len(), 2);
    assert_eq!(model.session.view, View::TOKEN);
    let first = model.workspace.tokens[0].id;
    assert_eq!(model.session.selection, Selection::Token(first));
    assert!(last_notice(&model).contains("2 tokens"));

    ask_and_wait(&mut model, token::Command::Paste(two));
    assert_eq!(model.workspace.tokens.len(), 2);
    assert_eq!(model.session.token, Some(model.workspace.tokens[1].id));
    assert!(last_notice(&model).contains("already"));
}

#[test]
fn a_paste_without_anything_says_what_is_looked_for_and_changes_nothing() {
    let mut model = Model::default();
    for text in ["", "   \n", "nothing here, only some words.", "{\"a\":1}"] {
        ask(&mut model, token::Command::Paste(text.into()));
        assert!(model.workspace.is_empty(), "{text}");
        assert!(model.session.notices.last().unwrap().error);
    }
    assert!(model.history.undo.is_empty());
}

#[test]
fn a_pasted_key_becomes_a_key_a_chain_a_chain_and_claims_an_unsigned_token() {
    let mut model = Model::default();
    let key = crypto::generate(&delegraph::jose::Alg::Es256, None).unwrap();
    let text = Value::Object(key.0.clone()).to_string();
    ask(&mut model, token::Command::Paste(text.clone()));
    assert_eq!(model.workspace.keys.len(), 1);
    assert!(model.workspace.keys[0].private);
    let public = model.workspace.keys[0].public.as_ref().unwrap();
    assert!(
        public.get("d").is_none(),
        "the private part is not in the document"
    );
    ask(&mut model, token::Command::Paste(text));
    assert_eq!(model.workspace.keys.len(), 1, "known again");

    let sample = delegraph::chain::file::sample("sample").unwrap();
    ask(&mut model, token::Command::Paste(sample.into()));
    assert_eq!(model.workspace.chains.len(), 1);
    assert_eq!(model.session.view, View::CHAIN);

    ask(
        &mut model,
        token::Command::Paste(r#"{ "sub": "alice", "scope": "a" }"#.into()),
    );
    let token = decode(&model.workspace.tokens[0].raw);
    assert_eq!(token.claim_text("sub"), Some("alice"));
    assert_eq!(token.header_text("alg"), Some("none"));
}

#[test]
fn a_long_text_is_searched_off_the_frame() {
    let mut model = Model::default();
    let token = alice(&json!({}));
    let text = format!("{}{token}", "x ".repeat(MAX_AT_ONCE / 2 + 1));
    let effects = ask(&mut model, token::Command::Paste(text));
    let Some(Effect::FindTokens(job, text)) = effects.into_iter().next() else {
        panic!("no effect");
    };
    assert!(model.workspace.tokens.is_empty());
    let found = find::find(&text);
    apply(&mut model, Outcome::Found(job, found.clone()), &env());
    assert_eq!(*model.workspace.tokens[0].raw, *token);
    assert!(model.jobs.is_empty());
    ask(&mut model, history::Command::Undo);
    assert!(model.workspace.tokens.is_empty(), "one step of undo");
    apply(&mut model, Outcome::Found(job, found), &env());
    assert!(
        model.workspace.tokens.is_empty(),
        "a second answer is stale"
    );
}

#[test]
fn a_flood_of_tokens_is_bounded_and_told() {
    let mut model = Model::default();
    let token = |n: usize| find::Found {
        raw: alice(&json!({ "jti": n })).into(),
        line: n,
        column: 1,
        span: 0..0,
        context: None,
        cleaned: Vec::new(),
        inside: None,
    };
    let effects = ask(
        &mut model,
        token::Command::ImportFiles(vec!["huge.log".into()]),
    );
    let Some(Effect::ReadFiles(job, paths)) = effects.into_iter().next() else {
        panic!("no effect");
    };
    let material = Material {
        found: (0..MAX_TOKENS + 7).map(token).collect(),
        ..Material::default()
    };
    apply(
        &mut model,
        Outcome::Files(job, vec![(paths[0].clone(), Ok(material))]),
        &env(),
    );
    assert_eq!(model.workspace.tokens.len(), MAX_TOKENS);
    assert!(
        last_notice(&model).contains("7 more"),
        "{}",
        last_notice(&model)
    );
    assert_eq!(model.workspace.tokens[3].origin, "file huge.log, line 3");
}

#[test]
fn an_edit_keeps_what_was_received_and_signing_seals_it() {
    let mut model = Model::default();
    ask_and_wait(
        &mut model,
        token::Command::Paste(alice(&json!({ "scope": "a b" }))),
    );
    let id = model.session.token.unwrap();
    ask_and_wait(
        &mut model,
        token::Command::SetMember {
            token: id,
            part: Part::Payload,
            pointer: "/scope".into(),
            value: Some(json!("a")),
        },
    );
    let view = &model.analysis.tokens[&id];
    assert!(view.edited);
    assert_eq!(view.changes.len(), 1);
    assert_eq!(view.changes[0].claim, "scope");

    ask_and_wait(
        &mut model,
        keys::Command::Generate {
            alg: "ES256".into(),
            name: "mine".into(),
        },
    );
    let key = model.workspace.keys[0].id;
    ask_and_wait(&mut model, token::Command::Sign(id, key));
    let view = &model.analysis.tokens[&id];
    assert!(!view.edited);
    assert_eq!(
        view.verdict.signature,
        Signature::Valid,
        "{}",
        view.verdict.reason
    );
    assert!(
        view.received.is_some(),
        "the old values stay beside the new"
    );

    ask_and_wait(&mut model, token::Command::Revert(id));
    assert!(model.analysis.tokens[&id].changes.is_empty());
}

#[test]
fn half_typed_json_is_kept_and_a_member_then_cannot_be_set() {
    let mut model = Model::default();
    ask(&mut model, token::Command::Paste(alice(&json!({}))));
    let id = model.session.token.unwrap();
    ask(
        &mut model,
        token::Command::SetText {
            token: id,
            part: Part::Payload,
            text: "{\"sub\": \"al".into(),
        },
    );
    let raw = Arc::clone(&model.workspace.tokens[0].raw);
    ask(
        &mut model,
        token::Command::SetMember {
            token: id,
            part: Part::Payload,
            pointer: "/sub".into(),
            value: Some(json!("bob")),
        },
    );
    assert_eq!(model.workspace.tokens[0].raw, raw, "nothing is lost");
    assert!(model.session.notices.last().unwrap().error);
}

#[test]
fn evidence_is_never_edited_its_copy_is() {
    let (mut model, chain, id) = with_run();
    ask_and_wait(
        &mut model,
        token::Command::SetMember {
            token: id,
            part: Part::Payload,
            pointer: "/scope".into(),
            value: Some(json!("a b c")),
        },
    );
    let original = model.runs[&chain].nodes["alice"].token.as_ref().unwrap();
    assert_eq!(original.claim_text("scope"), Some("a b"));
    let copy = &model.workspace.tokens[0];
    assert_eq!(model.session.token, Some(copy.id));
    assert_eq!(copy.copy_of, Some(id));
    assert_eq!(copy.origin, "edited from sign-in");
    assert_eq!(
        model.analysis.tokens[&copy.id].token.claim_text("scope"),
        Some("a b c")
    );
    ask(&mut model, token::Command::Delete(id));
    assert!(last_notice(&model).contains("reset the run"));
}

#[test]
fn the_tray_lists_runs_then_the_users_tokens() {
    let (mut model, chain, id) = with_run();
    ask_and_wait(
        &mut model,
        token::Command::Paste(alice(&json!({ "jti": "mine" }))),
    );
    let tray = &model.analysis.tray;
    assert_eq!(tray[0].title, "Sample chain · run 3");
    assert_eq!(
        (tray[0].chain, tray[0].tokens.as_slice()),
        (Some(chain), &[id][..])
    );
    assert_eq!(tray[1].title, "Tokens");
    assert_eq!(tray[1].tokens, [model.session.token.unwrap()]);
}

#[test]
fn the_clock_moves_verdicts_and_the_next_change_is_known() {
    let mut model = Model::default();
    ask_and_wait(&mut model, token::Command::Paste(alice(&json!({}))));
    let id = model.session.token.unwrap();
    let next = model.analysis.next_change.unwrap();
    assert_eq!(next.as_second(), NOW + 240, "a minute of skew before exp");
    let later = from_numeric_date(NOW + 400).unwrap();
    let input = Input {
        now: later,
        ..Input::of(&model, later)
    };
    let analysis = analyse(&input, &model.analysis);
    let life = analysis.tokens[&id].verdict.life;
    assert_eq!(life, delegraph::token::validate::Life::Expired);
    ask_and_wait(&mut model, view::Command::SetClock(Clock::Fixed(later)));
    assert_eq!(
        model.analysis.next_change, None,
        "a fixed clock does not tick"
    );
}

#[test]
fn tokens_pasted_together_are_judged_as_the_hops_they_are() {
    let mut model = Model::default();
    let parent = alice(&json!({ "scope": "a" }));
    let child = alice(&json!({ "scope": "a b", "act": { "sub": "planner" } }));
    ask_and_wait(
        &mut model,
        token::Command::Paste(format!("{parent}\n{child}")),
    );
    let has = |model: &Model, rule| {
        model
            .analysis
            .report
            .findings
            .iter()
            .any(|f| f.rule.id == rule)
    };
    assert!(has(&model, "DG-401"), "scope widened");

    let mut apart = Model::default();
    ask_and_wait(&mut apart, token::Command::Paste(parent));
    ask_and_wait(&mut apart, token::Command::Paste(child));
    assert!(
        !has(&apart, "DG-401"),
        "tokens that came apart are not compared"
    );
}

#[test]
fn nothing_is_fetched_because_a_token_says_so() {
    let mut model = Model::default();
    let claims = json!({ "iss": "https://evil.example", "jku": "https://evil.example/keys" });
    let header = r#"{"alg":"ES256","jku":"https://evil.example/k","x5u":"https://evil.example/x"}"#;
    let token = format!(
        "{}.{}.AAAA",
        b64::encode(header),
        b64::encode(claims.to_string())
    );
    let effects = ask(&mut model, token::Command::Paste(token));
    assert!(effects.iter().all(|e| matches!(e, Effect::Analyse(..))));
}

fn info(faults: Faults) -> Arc<PracticeInfo> {
    let endpoint = |path: &str| Some(format!("http://127.0.0.1:1{path}"));
    Arc::new(PracticeInfo {
        issuer: "http://127.0.0.1:1".into(),
        metadata: Arc::new(Metadata {
            issuer: "http://127.0.0.1:1".into(),
            authorization_endpoint: endpoint("/authorize"),
            token_endpoint: endpoint("/token"),
            ..Metadata::default()
        }),
        jwks: Arc::new(Jwks::default()),
        resources: Vec::new(),
        clients: vec![delegraph::oauth::client_auth::Client {
            assertion_audience: delegraph::oauth::client_auth::AssertionAudience::Issuer,
            client_id: "workbench".into(),
            method: delegraph::oauth::client_auth::AuthMethod::None,
            credential: delegraph::oauth::client_auth::Credential::None,
        }],
        key: delegraph::jose::Jwk(serde_json::Map::new()),
        users: vec!["alice".into()],
        faults,
    })
}

#[test]
fn a_chain_waits_for_its_practice_server_then_goes_on() {
    let mut model = Model::default();
    let effects = ask(&mut model, runs::Command::Sample("sample-risky".into()));
    let faults = effects.iter().find_map(|e| match e {
        Effect::StartPractice(faults) => Some(faults.clone()),
        _ => None,
    });
    let faults = faults.expect("a server with the chain's faults is started");
    assert!(faults.contains(Fault::MayActIgnored));
    let chain = model.session.chain.unwrap();
    assert!(model.running[&chain].waits_for.is_some());

    let up = Outcome::Practice(faults.clone(), Ok(info(faults)));
    let effects = apply(&mut model, up, &env());
    assert!(
        effects.iter().any(|e| matches!(e, Effect::Http(..))),
        "the first request"
    );
    assert_eq!(model.runs[&chain].state("alice"), NodeState::Running);
}

#[test]
fn a_cancelled_run_ends_at_once_and_its_answer_is_dropped() {
    let mut model = Model::default();
    ask(&mut model, runs::Command::Sample("sample".into()));
    let chain = model.session.chain.unwrap();
    let up = Outcome::Practice(Faults::NONE, Ok(info(Faults::NONE)));
    let effects = apply(&mut model, up, &env());
    let sent = effects.iter().find_map(|e| match e {
        Effect::Http(job, _) => Some(*job),
        _ => None,
    });
    let job = sent.unwrap();
    assert!(model.jobs[&job].cancellable);
    let effects = ask(&mut model, jobs::Command::Cancel(job));
    assert!(
        effects
            .iter()
            .any(|e| matches!(e, Effect::Cancel(j) if *j == job))
    );
    assert!(model.running.is_empty() && model.jobs.is_empty());
    assert_eq!(model.runs[&chain].state("alice"), NodeState::Idle);

    let late = Response {
        status: 302,
        headers: Vec::new(),
        body: Vec::new(),
        millis: 1,
    };
    let before = model.revision;
    assert!(apply(&mut model, Outcome::Http(job, Ok(late)), &env()).is_empty());
    assert_eq!(model.revision, before);
}

#[test]
fn a_server_that_cannot_be_reached_fails_the_node_with_words_and_ends_the_run() {
    let mut model = Model::default();
    ask(&mut model, runs::Command::Sample("sample".into()));
    let chain = model.session.chain.unwrap();
    let mut effects = apply(
        &mut model,
        Outcome::Practice(Faults::NONE, Ok(info(Faults::NONE))),
        &env(),
    );
    let mut answered = 0;
    while let Some(effect) = effects.pop() {
        if let Effect::Http(job, _) = effect {
            answered += 1;
            let refused = Outcome::Http(job, Err("127.0.0.1:1 refused the connection".into()));
            effects.extend(apply(&mut model, refused, &env()));
        }
    }
    assert!(answered >= 1);
    assert!(model.running.is_empty());
    let failure = model.runs[&chain].nodes["alice"].failure.as_ref().unwrap();
    assert!(
        failure.said.contains("refused the connection"),
        "{}",
        failure.said
    );
    assert_eq!(
        model.runs[&chain].state("plan"),
        NodeState::Idle,
        "what depends on it is not run"
    );
    assert_eq!(model.log.len(), answered);
    assert!(model.log.len() <= MAX_LOG);
    assert!(
        model
            .session
            .notices
            .iter()
            .any(|n| n.error && n.text.contains("alice"))
    );
}

#[test]
fn a_chain_that_cannot_run_says_which_node_and_why() {
    let mut model = Model::default();
    ask(&mut model, chains::Command::New);
    let chain = model.session.chain.unwrap();
    ask(&mut model, runs::Command::All(chain));
    assert!(
        model
            .session
            .notices
            .last()
            .unwrap()
            .text
            .contains("no node")
    );
    ask(&mut model, chains::Command::LoadSample("sample".into()));
    let sample = model.session.chain.unwrap();
    ask(
        &mut model,
        chains::Command::DeleteNode(sample, "plan".into()),
    );
    ask(&mut model, runs::Command::All(sample));
    let notice = last_notice(&model);
    assert!(
        notice.contains("research") && model.running.is_empty(),
        "{notice}"
    );
}

#[test]
fn an_edited_node_and_what_depends_on_it_are_stale() {
    let (mut model, chain, _) = with_run();
    let shown = NodeRun {
        state: NodeState::Done,
        ..NodeRun::default()
    };
    for node in ["plan", "planner-token"] {
        let run = model.runs.get_mut(&chain).unwrap();
        run.nodes.insert(node.into(), shown.clone());
    }
    ask(
        &mut model,
        chains::Command::MoveNode {
            chain,
            id: "alice".into(),
            at: [1.0, 2.0],
        },
    );
    assert_eq!(
        model.runs[&chain].state("plan"),
        NodeState::Done,
        "a place changes nothing"
    );
    let run = model.runs.get_mut(&chain).unwrap();
    run.nodes.get_mut("plan").unwrap().state = NodeState::Failed;
    let mut node = model
        .workspace
        .chain(chain)
        .unwrap()
        .node("alice")
        .unwrap()
        .clone();
    node.client = Some("other".into());
    ask(
        &mut model,
        chains::Command::SetNode {
            chain,
            id: "alice".into(),
            node: Box::new(node),
        },
    );
    assert_eq!(model.runs[&chain].state("alice"), NodeState::Stale);
    // What failed before the change need not fail after it.
    assert_eq!(model.runs[&chain].state("plan"), NodeState::Stale);
    assert_eq!(model.runs[&chain].state("planner-token"), NodeState::Done);
    ask(&mut model, history::Command::Undo);
    assert_eq!(model.runs[&chain].state("plan"), NodeState::Stale);
}

#[test]
fn wires_follow_a_renamed_node_and_names_stay_unique() {
    let mut model = Model::default();
    ask(&mut model, chains::Command::LoadSample("sample".into()));
    let chain = model.session.chain.unwrap();
    let mut node = model
        .workspace
        .chain(chain)
        .unwrap()
        .node("plan")
        .unwrap()
        .clone();
    node.id = "planning".into();
    ask(
        &mut model,
        chains::Command::SetNode {
            chain,
            id: "plan".into(),
            node: Box::new(node.clone()),
        },
    );
    let inputs = |model: &Model, id: &str| -> Vec<String> {
        let chain = model.workspace.chain(chain).unwrap();
        let node = chain.node(id).unwrap();
        node.inputs()
            .into_iter()
            .map(|(_, from)| from.to_owned())
            .collect()
    };
    assert_eq!(inputs(&model, "research"), ["planning", "researcher-token"]);
    ask(
        &mut model,
        chains::Command::AddNode(chain, Box::new(node.clone())),
    );
    assert!(
        model
            .workspace
            .chain(chain)
            .unwrap()
            .node("planning-2")
            .is_some()
    );
    node.id = "research".into();
    ask(
        &mut model,
        chains::Command::SetNode {
            chain,
            id: "planning".into(),
            node: Box::new(node),
        },
    );
    assert!(last_notice(&model).contains("already"));
    ask(
        &mut model,
        chains::Command::DeleteNode(chain, "planning".into()),
    );
    assert_eq!(inputs(&model, "research"), ["", "researcher-token"]);
}

#[test]
fn an_outcome_of_an_unknown_job_changes_nothing() {
    let mut model = Model::default();
    let job = JobId(77);
    let late = vec![
        Outcome::Http(job, Err("late".into())),
        Outcome::Discovered(job, Err("late".into())),
        Outcome::Found(job, Vec::new()),
        Outcome::Files(job, Vec::new()),
        Outcome::Loaded(job, "x".into(), Err("late".into())),
        Outcome::Unsealed(job, Err("late".into())),
        Outcome::Practice(Faults::NONE, Ok(info(Faults::NONE))),
    ];
    for outcome in late {
        assert!(apply(&mut model, outcome, &env()).is_empty());
    }
    assert!(model.session.notices.is_empty());
    assert!(!matches!(
        model.practice.values().next(),
        Some(Practice::Running(_))
    ));
}

#[test]
fn a_command_shows_no_secret() {
    let commands: [Command; 4] = [
        keys::Command::ImportSecret {
            secret: Secret::new("hunter2"),
            encoding: delegraph::jose::secret::Encoding::Text,
            alg: "HS256".into(),
            name: "x".into(),
        }
        .into(),
        file::Command::SetPassphrase(Secret::new("hunter2")).into(),
        file::Command::Unlock(Secret::new("hunter2")).into(),
        keys::Command::Import {
            text: Secret::new("hunter2"),
            name: "x".into(),
        }
        .into(),
    ];
    for command in commands {
        assert!(!format!("{command:?}").contains("hunter2"));
        assert!(!command.label().contains("hunter2"));
    }
}
