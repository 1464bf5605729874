//! The main job, end to end and without a window: through the real runtime and practice servers.

use std::{path::PathBuf, sync::Arc, time::Duration};

use delegraph::{
    app::{
        Command, Model, apply, chains, file, history, keys, practice, runs, servers, session::View,
        token, update,
    },
    chain::run::NodeState,
    io::runtime::{Runtime, Settings},
    kit::{Env, clock::Clock, secret::Secret},
    principal::{NodeKind, Relation},
    risk::Severity,
    token::{claims, craft::Part, validate::Signature},
};
use serde_json::json;

/// A program without a face.
pub struct Bench {
    pub model: Model,
    pub runtime: Runtime,
}

impl Bench {
    /// Keeps autosaves in `state`, uses no keychain, and has no browser.
    pub fn new(state: Option<PathBuf>) -> Self {
        let settings = Settings {
            state,
            keychain: false,
            opener: Arc::new(|_| Err("no browser in a test".into())),
        };
        Self {
            model: Model::default(),
            runtime: Runtime::with(settings, || ()).unwrap(),
        }
    }

    pub fn ask(&mut self, command: impl Into<Command>) {
        for effect in update(&mut self.model, command, &Env::system(Clock::System)) {
            self.runtime.perform(effect);
        }
    }

    /// Takes in the next outcome; `false` when none comes for a while.
    pub fn take_one(&mut self, limit: Duration) -> bool {
        let Some(outcome) = self.runtime.wait(limit) else {
            return false;
        };
        for effect in apply(&mut self.model, outcome, &Env::system(Clock::System)) {
            self.runtime.perform(effect);
        }
        true
    }

    /// Takes outcomes until `holds`, for at most half a minute: a busy machine is slow, not wrong.
    pub fn until(&mut self, holds: impl Fn(&Model) -> bool) {
        for _ in 0..600 {
            if holds(&self.model) {
                return;
            }
            self.take_one(Duration::from_millis(50));
        }
        panic!("what was waited for did not come within 30 s");
    }

    /// Waits until nothing is under way and everything is derived.
    pub fn settle(&mut self) {
        let busy = |model: &Model| {
            !model.running.is_empty()
                || !model.jobs.is_empty()
                || model.analysis.revision != model.revision
        };
        while busy(&self.model) {
            let came = self.take_one(Duration::from_mins(1));
            assert!(came, "no answer for a minute: {:?}", self.model.jobs);
        }
    }

    pub fn do_it(&mut self, command: impl Into<Command>) {
        self.ask(command);
        self.settle();
    }

    /// Fails when anything was complained about.
    pub fn no_complaints(&mut self) {
        let notices = std::mem::take(&mut self.model.session.notices);
        let errors: Vec<_> = notices.iter().filter(|n| n.error).collect();
        assert!(errors.is_empty(), "{errors:?}");
    }

    pub fn has(&self, rule: &str) -> bool {
        let mut findings = self.model.analysis.report.findings.iter();
        findings.any(|f| f.rule.id == rule)
    }
}

#[test]
fn paste_edit_sign_verify() {
    let mut bench = Bench::new(None);
    // {"alg":"ES256"} . {"iss":"https://as.example","sub":"alice","scope":"read write"}
    let token = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJodHRwczovL2FzLmV4YW1wbGUiLCJzdWIiOiJhbGljZSIsInNjb3BlIjoicmVhZCB3cml0ZSJ9.AAAA";
    bench.do_it(token::Command::Paste(format!(
        "Authorization: Bearer {token}"
    )));
    let id = bench.model.session.token.unwrap();
    assert_eq!(
        bench.model.analysis.tokens[&id].verdict.signature,
        Signature::NoKey
    );

    let scope = token::Command::SetMember {
        token: id,
        part: Part::Payload,
        pointer: "/scope".into(),
        value: Some(json!("read")),
    };
    bench.do_it(scope);
    let view = &bench.model.analysis.tokens[&id];
    assert!(view.edited);
    assert_eq!(view.changes[0].before, Some(json!("read write")));

    for alg in ["ES256", "RS256", "PS256", "EdDSA", "HS256"] {
        bench.do_it(keys::Command::Generate {
            alg: alg.into(),
            name: format!("my {alg}"),
        });
        let key = bench.model.workspace.keys.last().unwrap().id;
        bench.do_it(token::Command::Sign(id, key));
        let view = &bench.model.analysis.tokens[&id];
        assert_eq!(
            view.verdict.signature,
            Signature::Valid,
            "{alg}: {}",
            view.verdict.reason
        );
        assert!(!view.edited && view.token.header_text("alg") == Some(alg));
        let used = view.verdict.key.as_ref().unwrap();
        assert!(used.from.contains(&format!("my {alg}")), "{}", used.from);
        assert_eq!(view.token.claim_text("scope"), Some("read"));
    }
    bench.no_complaints();
}

#[test]
fn the_sample_chain_runs_and_its_graph_tells_who_acts_for_whom() {
    let mut bench = Bench::new(None);
    bench.do_it(runs::Command::Sample("sample".into()));
    bench.no_complaints();
    let model = &bench.model;
    let chain = model.session.chain.unwrap();
    let run = &model.runs[&chain];
    for node in &model.workspace.chain(chain).unwrap().nodes {
        let shown = &run.nodes[&node.id];
        assert_eq!(
            shown.state,
            NodeState::Done,
            "{}: {:?}",
            node.id,
            shown.failure
        );
        assert!(
            shown.expectations.iter().all(|(_, held)| *held),
            "{}",
            node.id
        );
    }
    let last = run.nodes["pay"].token.as_ref().unwrap();
    let actors: Vec<_> = claims::actors(last)
        .into_iter()
        .map(|a| a.pid.sub)
        .collect();
    assert_eq!(actors, ["payments-agent", "researcher", "planner"]);

    let graph = &model.analysis.graph;
    let node = |name: &str, kinds: &[NodeKind]| {
        let found = graph
            .nodes
            .iter()
            .position(|n| n.label == name && kinds.contains(&n.kind));
        found.unwrap_or_else(|| panic!("no {name} in {:?}", graph.nodes))
    };
    let party = [NodeKind::Person, NodeKind::Agent, NodeKind::Client];
    let path = ["alice", "planner", "researcher", "payments-agent"].map(|n| node(n, &party));
    for (n, pair) in path.windows(2).enumerate() {
        let delegates = graph
            .edges
            .iter()
            .any(|e| (e.from, e.to, e.relation) == (pair[0], pair[1], Relation::Delegates));
        assert!(delegates, "hop {n}: {:?}", graph.edges);
    }
    let api = node("payments-api", &[NodeKind::Audience, NodeKind::Service]);
    assert!(
        graph
            .edges
            .iter()
            .any(|e| (e.from, e.to, e.relation) == (path[3], api, Relation::Reaches))
    );
    assert_eq!(
        model.picture.layout.nodes.len(),
        model.picture.graph.nodes.len()
    );

    // Every token is verified with the practice server's keys; nothing high is found.
    for view in model.analysis.tokens.values() {
        assert_eq!(
            view.verdict.signature,
            Signature::Valid,
            "{}",
            view.verdict.reason
        );
    }
    let high = model
        .analysis
        .report
        .findings
        .iter()
        .filter(|f| f.severity >= Severity::High);
    assert_eq!(high.count(), 0);
    let tray = &model.analysis.tray;
    assert_eq!(tray[0].title, "Sample chain · run 1");
    assert_eq!(
        (tray[0].tokens.len(), tray[1].title.as_str()),
        (4, "Actors")
    );
    assert!(!model.log.is_empty());

    bench.do_it(runs::Command::All(chain));
    assert_eq!(bench.model.runs[&chain].number, 2);
    bench.do_it(runs::Command::Reset(chain));
    assert!(bench.model.analysis.tokens.is_empty());
}

#[test]
fn the_risky_sample_shows_its_risks() {
    let mut bench = Bench::new(None);
    bench.do_it(runs::Command::Sample("sample-risky".into()));
    bench.no_complaints();
    for rule in ["DG-401", "DG-410", "DG-501", "DG-405"] {
        assert!(bench.has(rule), "{rule} is missing");
    }
    let worst = bench
        .model
        .analysis
        .graph
        .edges
        .iter()
        .filter_map(|e| e.severity)
        .max();
    assert!(
        worst >= Some(Severity::High),
        "the graph shows it: {worst:?}"
    );
}

#[test]
fn a_chain_is_run_step_by_step_and_up_to_a_node() {
    let mut bench = Bench::new(None);
    bench.do_it(chains::Command::LoadSample("sample".into()));
    let chain = bench.model.session.chain.unwrap();
    bench.do_it(runs::Command::Step(chain));
    let done = |bench: &Bench| {
        let nodes = bench.model.runs[&chain].nodes.values();
        nodes.filter(|n| n.state == NodeState::Done).count()
    };
    assert_eq!(done(&bench), 1);
    bench.do_it(runs::Command::Step(chain));
    assert_eq!(done(&bench), 2);
    bench.do_it(runs::Command::To(chain, "plan".into()));
    assert_eq!(done(&bench), 3, "what had run is not run again");
    assert_eq!(bench.model.runs[&chain].state("pay"), NodeState::Idle);
    for _ in 0..5 {
        bench.do_it(runs::Command::Step(chain));
    }
    assert_eq!(done(&bench), 8);
    bench.no_complaints();
}

#[test]
fn an_edit_of_a_runs_token_is_compared_with_what_it_came_from() {
    let mut bench = Bench::new(None);
    bench.do_it(runs::Command::Sample("sample".into()));
    let chain = bench.model.session.chain.unwrap();
    assert!(!bench.has("DG-401"));
    let id = bench.model.runs[&chain].nodes["pay"].token_id.unwrap();
    let wider = json!("payments:initiate payments:refund");
    bench.do_it(token::Command::SetMember {
        token: id,
        part: Part::Payload,
        pointer: "/scope".into(),
        value: Some(wider),
    });
    assert!(
        bench.has("DG-401"),
        "the copy has a scope that its subject token lacks"
    );
    let copy = bench.model.session.token.unwrap();
    assert!(bench.model.analysis.tokens[&copy].edited);
    bench.do_it(history::Command::Undo);
    assert!(!bench.has("DG-401"));
}

#[test]
fn stopping_the_practice_server_is_told_and_a_run_starts_it_again() {
    let mut bench = Bench::new(None);
    bench.do_it(runs::Command::Sample("sample".into()));
    bench.do_it(practice::Command::StopAll);
    assert!(bench.model.practice().is_none());
    let chain = bench.model.session.chain.unwrap();
    bench.do_it(runs::Command::All(chain));
    assert!(bench.model.practice().is_some());
    bench.no_complaints();
    assert_eq!(bench.model.runs[&chain].state("call"), NodeState::Done);
}

#[test]
fn the_practice_server_can_be_connected_like_any_other() {
    let mut bench = Bench::new(None);
    bench.ask(practice::Command::Start);
    while bench.model.practice().is_none() {
        assert!(bench.take_one(Duration::from_secs(30)));
    }
    let issuer = bench.model.practice().unwrap().issuer.clone();
    bench.do_it(servers::Command::Connect(issuer.clone()));
    bench.no_complaints();
    let server = &bench.model.workspace.servers[0];
    assert_eq!(server.metadata.as_ref().unwrap().issuer, issuer);
    assert!(!bench.model.jwks[&issuer].keys.is_empty());
    bench.ask(practice::Command::StopAll);
    bench.do_it(servers::Command::Refresh(
        bench.model.workspace.servers[0].id,
    ));
    let server = &bench.model.workspace.servers[0];
    assert!(server.metadata.is_some(), "what was known stays");
}

#[test]
fn files_are_read_off_the_frame_and_each_problem_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("app.log");
    let mut bytes = b"\xff first line\n token=".to_vec();
    bytes.extend_from_slice(b"eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.\n");
    std::fs::write(&log, bytes).unwrap();
    let mut bench = Bench::new(None);
    let paths = vec![log, dir.path().to_owned(), dir.path().join("missing")];
    bench.do_it(token::Command::ImportFiles(paths));
    assert_eq!(bench.model.workspace.tokens.len(), 1);
    assert_eq!(
        bench.model.workspace.tokens[0].origin,
        "file app.log, line 2, token"
    );
    let notices = &bench.model.session.notices;
    assert!(notices.iter().any(|n| n.text.contains("UTF-8")));
    assert!(notices.iter().any(|n| n.error && n.text.contains("folder")));
    assert!(
        notices
            .iter()
            .any(|n| n.error && n.text.contains("missing"))
    );
    assert_eq!(bench.model.session.view, View::TOKEN);
}

#[test]
fn saved_and_opened_again_everything_is_there_and_no_secret_in_clear() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("review.toml");
    let mut bench = Bench::new(None);
    bench.do_it(runs::Command::Sample("sample".into()));
    let token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.";
    bench.do_it(token::Command::Paste(token.into()));
    let id = bench.model.session.token.unwrap();
    bench.do_it(token::Command::SetMember {
        token: id,
        part: Part::Payload,
        pointer: "/scope".into(),
        value: Some(json!("a")),
    });
    bench.do_it(keys::Command::Generate {
        alg: "ES256".into(),
        name: "mine".into(),
    });
    let key = bench.model.workspace.keys[0].id;
    bench.do_it(keys::Command::ImportSecret {
        secret: Secret::new("s3cr3t-hmac"),
        encoding: delegraph::jose::secret::Encoding::Text,
        alg: "HS256".into(),
        name: "shared".into(),
    });
    let d = bench.model.vault.keys[&key].text("d").unwrap().to_owned();
    bench.no_complaints();

    // Without keychain and passphrase the private parts stay in memory, and that is told.
    bench.do_it(file::Command::SaveAs(path.clone()));
    assert!(
        bench
            .model
            .session
            .notices
            .iter()
            .any(|n| n.error && n.text.contains("passphrase"))
    );
    assert!(!bench.model.is_dirty());
    bench.do_it(file::Command::SetPassphrase(Secret::new("correct horse")));
    bench.do_it(file::Command::Save);
    let text = std::fs::read_to_string(&path).unwrap();
    let hmac = delegraph::jose::b64::encode("s3cr3t-hmac");
    for secret in [d.as_str(), "s3cr3t-hmac", &hmac, "correct horse"] {
        assert!(!text.contains(secret), "a secret stands in the file");
    }
    bench.do_it(file::Command::Save);
    let rewritten = std::fs::read_to_string(&path).unwrap();
    let changed: Vec<_> = rewritten.lines().filter(|l| !text.contains(l)).collect();
    assert!(
        changed.is_empty() && rewritten.len() == text.len(),
        "same content: {changed:?}"
    );

    let mut again = Bench::new(None);
    again.do_it(file::Command::Open(path));
    assert_eq!(*again.model.workspace, *bench.model.workspace);
    assert!(!again.model.is_dirty());
    assert_eq!(again.model.title(), bench.model.title());
    let chain = again.model.workspace.chains[0].id;
    let before = &bench.model.runs[&chain].nodes["pay"];
    let after = &again.model.runs[&chain].nodes["pay"];
    assert_eq!(
        after.token.as_ref().unwrap().raw,
        before.token.as_ref().unwrap().raw
    );
    assert_eq!(after.token_id, before.token_id);

    again.do_it(token::Command::Sign(id, key));
    let locked = again.model.session.notices.pop().unwrap();
    assert!(
        locked.error && locked.text.contains("locked"),
        "{}",
        locked.text
    );
    again.do_it(file::Command::Unlock(Secret::new("wrong")));
    let refused = again.model.session.notices.pop().unwrap();
    assert!(
        refused.error && refused.text.contains("passphrase"),
        "{}",
        refused.text
    );
    again.do_it(file::Command::Unlock(Secret::new("correct horse")));
    again.do_it(token::Command::Sign(id, key));
    let view = &again.model.analysis.tokens[&id];
    assert_eq!(
        view.verdict.signature,
        Signature::Valid,
        "{}",
        view.verdict.reason
    );
}

#[test]
fn a_file_that_cannot_be_read_or_written_leaves_everything_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let broken = dir.path().join("broken.toml");
    std::fs::write(&broken, "version = 1\nname = [").unwrap();
    let mut bench = Bench::new(None);
    bench.do_it(chains::Command::New);
    let before = Arc::clone(&bench.model.workspace);
    for path in [broken, dir.path().join("none.toml"), dir.path().to_owned()] {
        bench.do_it(file::Command::Open(path));
        assert!(bench.model.session.notices.pop().unwrap().error);
    }
    bench.do_it(file::Command::SaveAs(
        dir.path().join("no/such/folder.toml"),
    ));
    assert!(bench.model.session.notices.pop().unwrap().error);
    assert_eq!(*bench.model.workspace, *before);
    assert!(bench.model.is_dirty());
}
