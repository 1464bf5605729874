//! Chains that prove keys (RFC 9449) in the program without a window, at a real practice server.

use std::sync::Arc;

use delegraph::{
    app::{
        chains,
        directory::key_of,
        file,
        forge::{self, plan},
        history, keys, runs,
        session::{Selection, View},
        target::TargetEntry,
        view,
    },
    chain::{Dpop, run::NodeState},
    jose::b64,
    kit::clock::Clock,
    oauth::http::Method,
    practice::Faults,
    principal::{NodeKind, Relation},
    token::claims::holder_key,
};

use crate::main_job::Bench;

#[test]
fn the_sample_runs_and_the_graph_shows_who_holds_which_key() {
    let mut bench = Bench::new(None);
    bench.do_it(runs::Command::Sample("sample-dpop".into()));
    bench.no_complaints();
    let chain = bench.model.session.chain.unwrap();
    let run = &bench.model.runs[&chain];
    for (id, node) in &run.nodes {
        assert_eq!(node.state, NodeState::Done, "{id}: {:?}", node.failure);
    }
    assert!(!bench.has("DG-601"));
    let graph = &bench.model.analysis.graph;
    let keys = graph.nodes.iter().filter(|n| n.kind == NodeKind::Key);
    assert_eq!(keys.count(), 3);
    let holds = graph.edges.iter().filter(|e| e.relation == Relation::Holds);
    assert!(holds.count() >= 3);
    // What a token is bound to can be proved, for instance to forge around it.
    let token = run.token("research").unwrap();
    let jkt = holder_key(token).unwrap().replace("jkt:", "");
    assert!(key_of(&bench.model, &jkt).unwrap().is_private());
    assert_eq!(key_of(&bench.model, "other"), None);
    bench.do_it(runs::Command::Reset(chain));
    assert_eq!(key_of(&bench.model, &jkt), None);
}

#[test]
fn a_node_takes_a_key_of_the_workspace_and_undo_takes_it_back() {
    let mut bench = Bench::new(None);
    bench.do_it(chains::Command::LoadSample("sample".into()));
    let chain = bench.model.session.chain.unwrap();
    bench.do_it(keys::Command::Generate {
        alg: "ES256".into(),
        name: "mine".into(),
    });
    bench.do_it(runs::Command::To(chain, "alice".into()));
    assert!(holder_key(bench.model.runs[&chain].token("alice").unwrap()).is_none());
    let key = bench.model.workspace.keys[0].id;
    let own = bench.model.vault.keys[&key].thumbprint().unwrap();
    let node = |bench: &Bench| bench.model.workspace.chain(chain).unwrap().nodes[0].clone();
    for name in ["mine".to_owned(), key.to_string()] {
        let mut changed = node(&bench);
        changed.dpop = Some(Dpop::Key(name));
        let change = chains::Command::SetNode {
            chain,
            id: "alice".into(),
            node: Box::new(changed),
        };
        bench.do_it(change);
        assert_eq!(bench.model.runs[&chain].state("alice"), NodeState::Stale);
        bench.do_it(runs::Command::To(chain, "alice".into()));
        bench.no_complaints();
        let token = bench.model.runs[&chain].token("alice").unwrap();
        assert_eq!(holder_key(token), Some(format!("jkt:{own}")));
    }
    bench.do_it(history::Command::Undo);
    bench.do_it(history::Command::Undo);
    assert_eq!(node(&bench).dpop, None);
    assert_eq!(bench.model.runs[&chain].state("alice"), NodeState::Stale);
    bench.do_it(history::Command::Redo);
    assert_eq!(node(&bench).dpop, Some(Dpop::Key("mine".into())));

    // A key that is not there, or is a public one, is told.
    bench.do_it(keys::Command::Delete(key));
    bench.do_it(runs::Command::To(chain, "alice".into()));
    let shown = &bench.model.runs[&chain].nodes["alice"];
    let failure = shown.failure.as_ref().unwrap();
    assert!(failure.said.contains("no key mine"), "{failure:?}");
    assert_eq!(
        key_of(&bench.model, &own),
        None,
        "a deleted key is not used"
    );
}

#[test]
fn a_workspace_keeps_the_setting_and_no_key_of_a_run() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("bound.toml");
    let mut bench = Bench::new(None);
    bench.do_it(runs::Command::Sample("sample-dpop".into()));
    let chain = bench.model.session.chain.unwrap();
    bench.do_it(file::Command::SaveAs(path.clone()));
    bench.no_complaints();
    let text = std::fs::read_to_string(&path).unwrap();
    let keys = bench.model.runs[&chain].nodes.values();
    let mut made = 0;
    for key in keys.filter_map(|n| n.proof_key.as_ref()) {
        assert!(!text.contains(key.text("d").unwrap()), "a key in the file");
        made += 1;
    }
    assert!(made >= 5);
    let mut again = Bench::new(None);
    again.do_it(file::Command::Open(path.clone()));
    assert_eq!(*again.model.workspace, *bench.model.workspace);
    let chain = again.model.workspace.chains[0].id;
    let nodes = &again.model.workspace.chains[0].chain.nodes;
    assert_eq!(nodes[0].dpop, Some(Dpop::Generated));
    // The tokens are there, their keys are not: a call says so, and a new run makes new ones.
    again.do_it(runs::Command::To(chain, "call".into()));
    let shown = &again.model.runs[&chain].nodes["call"];
    let failure = shown.failure.as_ref().unwrap();
    assert!(failure.said.contains("key that is not here"), "{failure:?}");
    again.do_it(runs::Command::All(chain));
    assert_eq!(again.model.runs[&chain].state("call"), NodeState::Done);

    // A file from before, without the setting.
    let older: String = text
        .lines()
        .filter(|line| !line.starts_with("dpop = "))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_ne!(older, text);
    std::fs::write(&path, older).unwrap();
    let mut old = Bench::new(None);
    old.do_it(file::Command::Open(path));
    old.no_complaints();
    let chain = &old.model.workspace.chains[0].chain;
    assert!(chain.nodes.iter().all(|n| n.dpop.is_none()));
}

#[test]
fn a_server_with_nonces_is_answered() {
    let mut bench = Bench::new(None);
    bench.do_it(chains::Command::LoadSample("sample-dpop".into()));
    let id = bench.model.session.chain.unwrap();
    let mut chain = bench.model.workspace.chain(id).unwrap().clone();
    chain.faults = vec!["dpop-nonce-demanded".into()];
    bench.do_it(chains::Command::Set(id, Box::new(chain)));
    bench.do_it(runs::Command::All(id));
    bench.no_complaints();
    let run = &bench.model.runs[&id];
    for (name, node) in &run.nodes {
        assert_eq!(node.state, NodeState::Done, "{name}: {:?}", node.failure);
    }
    let call = &run.nodes["call"];
    assert_eq!(call.exchanged.len(), 2);
    let proof = call.exchanged[1]
        .request
        .headers
        .iter()
        .find(|h| h.name == "DPoP");
    let claims = proof.unwrap().value.split('.').nth(1).unwrap();
    let claims = String::from_utf8(b64::decode(claims).unwrap()).unwrap();
    assert!(claims.contains("\"nonce\""), "{claims}");
}

#[test]
fn a_token_of_a_run_is_fired_with_proofs_of_the_key_that_was_made_for_it() {
    let mut bench = Bench::new(None);
    bench.do_it(runs::Command::Sample("sample-dpop".into()));
    let chain = bench.model.session.chain.unwrap();
    let id = bench.model.runs[&chain].nodes["research"].token_id.unwrap();
    bench.do_it(view::Command::Select(Selection::Token(id)));
    bench.do_it(view::Command::Show(View::FORGE));
    bench.until(|model| model.forge.forged.is_some());
    let target = TargetEntry::practice("documents-api", Method::Get, Faults::NONE);
    let now = Clock::System.now().as_second();
    let mut plan = plan(&bench.model, id, &target, now).unwrap();
    plan.forgeries.retain(|f| f.family.name == "dpop");
    plan.pace.per_second = 200;
    bench.do_it(forge::Command::Fire(Arc::new(plan)));
    bench.until(|model| model.forge.matrix.is_some() && model.forge.firing.is_none());
    let matrix = bench.model.forge.matrix.clone().unwrap();
    assert_eq!(matrix.void, None);
    assert_eq!(matrix.count("control_accepted"), 2);
    assert_eq!(matrix.count("refused"), 25);
    assert_eq!(matrix.findings().count(), 0);
}
