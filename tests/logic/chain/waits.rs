//! A wait: the token is held, time passes, and the same token goes on.

use delegraph::{
    app::{Effect, Model, Outcome, apply, chains, runs, update},
    chain::{
        Chain, Step, file, gather,
        kinds::Wait,
        plan,
        run::{NodeState, Run},
    },
    kit::ids::{ChainId, JobId},
    risk::Report,
};

use super::{
    chain,
    fake::{Fake, run_all, well_behaved},
};
use crate::oauth::env;

/// The sample, in which the exchange `research` takes its subject token, and its actor token, after a wait.
fn waiting() -> Chain {
    let text = file::sample("sample").unwrap();
    let text = text.replace(
        "[[node]]\nid = \"research\"",
        "[[node]]\nid = \"queue\"\nkind = \"wait\"\ntoken = \"plan\"\nwait = \"1m 30s\"\n\
         expect = [{ subject = \"alice\" }, { no_finding = \"high\" }]\n\n\
         [[node]]\nid = \"research\"",
    );
    let mut chain = file::read(&text).unwrap();
    let research = chain.nodes.iter_mut().find(|n| n.id == "research").unwrap();
    research.rewire("plan", "queue");
    assert_eq!(research.main_input(), Some("queue"));
    chain
}

#[test]
fn a_wait_is_read_and_written() {
    let chain = waiting();
    let wait = chain.node("queue").unwrap();
    let settings = Wait {
        token: "plan".into(),
        wait: "1m 30s".into(),
    };
    assert_eq!(wait.step, Step::Wait(settings));
    assert_eq!(wait.title(), "Wait");
    assert_eq!(wait.hands_on(), Some("plan"));
    assert!(!wait.is_at_practice());
    let text = file::write(&chain).unwrap();
    assert!(
        text.contains("kind = \"wait\"\ntoken = \"plan\"\nwait = \"1m 30s\"\n"),
        "{text}"
    );
    assert_eq!(file::read(&text).unwrap(), chain);
    assert_eq!(plan::flaws(&chain), []);
}

#[test]
fn what_a_wait_cannot_do_is_said_before_it_runs() {
    let flaws = |more: &str| {
        let chain = chain(&format!(
            "[[node]]\nid = \"p\"\nkind = \"paste\"\ntoken = \"x\"\n\
             [[node]]\nid = \"w\"\nkind = \"wait\"\ntoken = \"p\"\n{more}\n"
        ));
        plan::flaws(&chain)
            .into_iter()
            .map(|f| f.message)
            .collect::<Vec<_>>()
    };
    assert_eq!(flaws("wait = \"1h\""), Vec::<String>::new());
    for (more, words) in [
        ("wait = \"61m\"", "waits 1h at most"),
        ("wait = \"90\"", "write 90s, 5m or 1h"),
        ("wait = \"0s\"", "is no wait"),
        (
            "wait = \"1s\"\nexpect = [{ status = 200 }]",
            "nothing is sent",
        ),
    ] {
        let found = flaws(more);
        assert!(found.len() == 1 && found[0].contains(words), "{found:?}");
    }
    let missing = file::read(
        "version = 1\nname = \"x\"\n[[node]]\nid = \"w\"\nkind = \"wait\"\ntoken = \"p\"\n",
    );
    assert!(missing.unwrap_err().to_string().contains("has no `wait`"));
}

#[test]
fn what_follows_a_wait_uses_the_clock_after_it_and_sends_the_same_token() {
    let chain = waiting();
    let fake = Fake::new(&well_behaved);
    let run = run_all(&chain, &fake);
    for node in &chain.nodes {
        let shown = &run.nodes[&node.id];
        assert_eq!(
            shown.state,
            NodeState::Done,
            "{}: {:?}",
            node.id,
            shown.failure
        );
    }
    let (before, queue) = (&run.nodes["plan"], &run.nodes["queue"]);
    assert_eq!(queue.millis, 90_000);
    assert_eq!(
        queue.token.as_ref().unwrap().raw,
        before.token.as_ref().unwrap().raw
    );
    assert_eq!(queue.token_type_uri, before.token_type_uri);
    assert!(queue.exchanged.is_empty() && queue.proof_key.is_none());
    let sent = |id: &str| run.nodes[id].exchanged[0].at;
    let between = sent("research").duration_since(sent("plan"));
    assert!(between.as_secs() >= 90, "{between}");
}

#[test]
fn the_same_token_is_no_further_hop() {
    let (with, without) = (waiting(), super::fake::sample());
    let fake = Fake::new(&well_behaved);
    let mut run = run_all(&with, &fake);
    let hops = gather::evidence(&with, &run, "x");
    let fake = Fake::new(&well_behaved);
    let expected = gather::evidence(&without, &run_all(&without, &fake), "x");
    let shape = |hops: &[delegraph::evidence::Hop]| -> Vec<_> {
        hops.iter()
            .map(|h| (h.name.clone(), h.parent, h.supporting))
            .collect()
    };
    assert_eq!(shape(&hops), shape(&expected));
    // Its expectations about findings are those of the token that it holds.
    gather::settle(&with, &mut run, &Report::default(), 0);
    let queue = &run.nodes["queue"];
    assert_eq!(queue.state, NodeState::Done, "{:?}", queue.failure);
    assert_eq!(queue.expectations.len(), 2);
    assert!(queue.expectations.iter().all(|(_, held)| *held));
}

/// A pasted token that is held for 90 s, in the program without a face.
fn begun() -> (Model, JobId, ChainId) {
    let mut model = Model::default();
    let text = "version = 1\nname = \"x\"\n\
         [[node]]\nid = \"p\"\nkind = \"paste\"\ntoken = \"opaque\"\n\
         [[node]]\nid = \"w\"\nkind = \"wait\"\ntoken = \"p\"\nwait = \"90s\"\n";
    update(&mut model, chains::Command::Import(text.into()), &env());
    let id = model.session.chain.unwrap();
    let effects = update(&mut model, runs::Command::All(id), &env());
    let job = effects.iter().find_map(|effect| match effect {
        Effect::Wait(job, time) => {
            assert_eq!(time.as_secs(), 90);
            Some(*job)
        }
        _ => None,
    });
    (model, job.unwrap(), id)
}

#[test]
fn a_wait_is_told_of_while_it_lasts_and_ends_with_the_token() {
    let (mut model, job, id) = begun();
    assert_eq!(model.runs[&id].state("w"), NodeState::Running);
    assert_eq!(model.running[&id].left.unwrap().as_secs(), 90);
    let revision = model.revision;
    let left = std::time::Duration::from_secs(42);
    apply(&mut model, Outcome::Waiting(job, left), &env());
    assert_eq!(model.running[&id].left, Some(left));
    assert_eq!(model.revision, revision, "nothing is derived anew");
    apply(&mut model, Outcome::Waited(job, 90_001), &env());
    let run: &Run = &model.runs[&id];
    assert_eq!(run.state("w"), NodeState::Done);
    assert_eq!(run.nodes["w"].millis, 90_001);
    assert!(run.nodes["p"].token_id.is_some());
    assert_eq!(run.nodes["w"].token_id, None, "the tray has it once");
    assert!(model.running.is_empty());
}

#[test]
fn a_wait_can_be_cancelled() {
    let (mut model, job, id) = begun();
    let effects = update(&mut model, runs::Command::Cancel(id), &env());
    assert!(
        effects
            .iter()
            .any(|e| matches!(e, Effect::Cancel(j) if *j == job))
    );
    assert!(model.running.is_empty() && model.jobs.is_empty());
    assert_eq!(model.runs[&id].state("w"), NodeState::Idle);
    let revision = model.revision;
    assert!(apply(&mut model, Outcome::Waited(job, 90_000), &env()).is_empty());
    assert_eq!(model.revision, revision);
}
