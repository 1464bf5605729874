//! The sample chains run here, by the same engine that the program uses.

use std::collections::BTreeMap;

use super::*;
use crate::{
    chain::{
        Step, file, gather, plan,
        run::{
            self, Answer as Reply, Directory, DirectoryError, NodeState, Progress, Run, ServerView,
            Want,
        },
    },
    evidence::Evidence,
    kit::{Env, ids::TokenId},
    oauth::client_auth::Client,
    risk::{self, Report, Severity},
    token::{
        Token, claims,
        validate::{Candidate, Policy, judge},
    },
};

/// The practice server as a chain sees it.
struct Practice(Arc<PracticeInfo>);

impl Directory for Practice {
    fn server(&self, _: Option<&str>) -> Result<ServerView, DirectoryError> {
        Ok(ServerView {
            name: "Practice".into(),
            metadata: Arc::clone(&self.0.metadata),
        })
    }
    fn client(&self, _: Option<&str>, id: &str) -> Result<Client, DirectoryError> {
        let found = self.0.clients.iter().find(|c| c.client_id == id);
        found.cloned().ok_or(DirectoryError::NoClient {
            server: None,
            client: id.to_owned(),
            known: Vec::new(),
        })
    }
    fn resource(&self, name: &str) -> Option<Url> {
        let found = self.0.resources.iter().find(|(n, _, _)| n == name);
        found.map(|(_, url, _)| url.clone())
    }
    fn token(&self, _: TokenId) -> Option<Arc<Token>> {
        None
    }
}

/// Runs a sample on a server with its faults; gives the run and the node ids in order.
async fn sample(name: &str) -> (Run, Vec<String>) {
    let (run, order, _) = sample_with_findings(name).await;
    (run, order)
}

/// [`sample`], its tokens verified, with what the rules find; expectations about findings are judged.
async fn sample_with_findings(name: &str) -> (Run, Vec<String>, Report) {
    let text = file::sample(name).unwrap();
    let chain = file::read(text).unwrap();
    let server = start(0, Faults::named(&chain.faults)).await.unwrap();
    let directory = Practice(Arc::clone(&server.info));
    let http = Http::new().unwrap();
    let env = Env::system(Clock::System);
    let mut run = Run::default();
    let order = plan::order(&chain);
    for id in &order {
        let mut progress = run::start(&chain, id, &run, &directory, &env);
        let ended = loop {
            match progress {
                Progress::End(ended) => break ended,
                Progress::Want(pending, Want::Http(request)) => {
                    let answer = Reply::Http(http.send(&request).await);
                    progress = run::resume(&chain, *pending, answer, &run, &directory, &env);
                }
                Progress::Want(_, want) => panic!("{id}: {want:?}"),
            }
        };
        assert!(ended.failure.is_none(), "{id}: {:?}", ended.failure);
        assert_eq!(
            ended.state,
            NodeState::Done,
            "{id}: {:?}",
            ended.expectations
        );
        run.nodes.insert(id.clone(), *ended);
    }
    let issuer = &server.info.issuer;
    let published = server.info.jwks.keys.iter().map(|jwk| {
        Candidate::new(
            jwk.clone(),
            format!("JWKS of {issuer}"),
            Some(issuer.clone()),
        )
    });
    let candidates: Vec<_> = published.collect();
    let mut hops = gather::evidence(&chain, &run, name);
    for hop in &mut hops {
        hop.verdict = Some(judge(&hop.token, &candidates, &Policy::at(env.now)));
    }
    let evidence = Evidence {
        hops,
        asymmetric_issuers: std::iter::once(issuer.clone()).collect(),
        public_keys: candidates
            .into_iter()
            .map(|c| (issuer.clone(), c.jwk))
            .collect(),
    };
    let report = risk::evaluate(&evidence, &risk::Settings::at(env.now));
    gather::settle(&chain, &mut run, &report, 0);
    (run, order, report)
}

fn actors(run: &Run, node: &str) -> Vec<String> {
    let token = run.nodes[node].token.as_ref().unwrap();
    claims::actors(token)
        .into_iter()
        .map(|a| a.pid.sub)
        .collect()
}

#[tokio::test]
async fn the_sample_chain_runs_to_its_end() {
    let (run, order) = sample("sample").await;
    assert_eq!(order.len(), run.nodes.len());
    for (id, node) in &run.nodes {
        // Nothing departs from what was asked or from the RFCs, so that there is nothing to note.
        assert_eq!(node.notes, Vec::<String>::new(), "{id}");
    }
    assert_eq!(
        actors(&run, "pay"),
        ["payments-agent", "researcher", "planner"]
    );
    let call = run.nodes["call"].exchanged.last().unwrap();
    let body = json_of(call.response.as_ref().unwrap());
    assert_eq!(
        (&body["decision"], &body["saw"]["subject"]),
        (&json!("allowed"), &json!("alice"))
    );
}

/// What a newcomer sees first: a chain whose delegation is in order, and one whose faults show.
#[tokio::test]
async fn findings_tell_the_samples_apart() {
    let (run, _, report) = sample_with_findings("sample").await;
    let shown: Vec<_> = report
        .findings
        .iter()
        .map(|f| {
            format!(
                "{} {} {}: {}",
                f.hop,
                f.rule.id,
                f.severity.name(),
                f.message
            )
        })
        .collect();
    assert!(
        report.findings.iter().all(|f| f.severity < Severity::High),
        "{shown:#?}"
    );
    // Bearer tokens are what the practice server gives; nothing else is to be said.
    assert!(
        report.findings.iter().all(|f| f.rule.id == "DG-601"),
        "{shown:#?}"
    );
    for (id, node) in &run.nodes {
        assert_eq!(node.state, NodeState::Done, "{id}: {:?}", node.failure);
    }

    let (run, _, report) = sample_with_findings("sample-risky").await;
    for (id, node) in &run.nodes {
        assert_eq!(node.state, NodeState::Done, "{id}: {:?}", node.failure);
    }
    for rule in ["DG-401", "DG-405", "DG-410", "DG-501"] {
        assert!(
            report
                .findings
                .iter()
                .any(|f| f.rule.id == rule && f.severity >= Severity::High),
            "{rule}"
        );
    }
    assert!(report.count(Severity::Critical) > 0);
}

#[tokio::test]
async fn the_risky_chain_runs_and_goes_wrong_where_it_says() {
    let (run, _) = sample("sample-risky").await;
    assert_eq!(
        actors(&run, "pay"),
        ["payments-agent"],
        "prior actors are gone"
    );
    let claims: BTreeMap<_, _> = run
        .nodes
        .iter()
        .filter_map(|(id, node)| Some((id.as_str(), node.token.as_ref()?.claims_map().clone())))
        .collect();
    assert_eq!(claims["plan"]["may_act"]["sub"], "reporter");
    assert_eq!(claims["research"]["client_id"], "researcher");
    assert!(
        claims["pay"]["scope"]
            .as_str()
            .unwrap()
            .contains("payments:initiate")
    );
    assert!(
        !claims["research"]["scope"]
            .as_str()
            .unwrap()
            .contains("payments")
    );
    assert!(claims["plan"]["exp"].as_i64() > claims["alice"]["exp"].as_i64());
}

#[tokio::test]
async fn the_bound_chain_binds_every_token_and_no_thief_gets_through() {
    let (run, _, report) = sample_with_findings("sample-dpop").await;
    let bound: Vec<_> = run
        .nodes
        .iter()
        .filter_map(|(id, node)| Some((id.as_str(), claims::holder_key(node.token.as_ref()?)?)))
        .collect();
    let tokens = run.nodes.values().filter(|n| n.token.is_some()).count();
    assert_eq!((bound.len(), tokens), (5, 5));
    let keys: std::collections::BTreeSet<_> = bound.iter().map(|(_, key)| key).collect();
    assert_eq!(keys.len(), 3, "each party has a key of its own: {bound:?}");
    for (thief, reason) in [
        ("as-bearer", "Bearer, for a token that is bound"),
        ("other-key", "a proof by the key"),
        ("without-proof", "no DPoP header"),
    ] {
        let answer = run.nodes[thief].exchanged.last().unwrap();
        let body = String::from_utf8_lossy(&answer.response.as_ref().unwrap().body).into_owned();
        assert!(body.contains(reason), "{thief}: {body}");
    }
    let call = run.nodes["call"].exchanged.last().unwrap();
    let body = json_of(call.response.as_ref().unwrap());
    assert_eq!(body["saw"]["binding"]["proven"], true);
    // Nothing is left to say of tokens that are bound, narrowed and short-lived.
    let shown: Vec<_> = report
        .findings
        .iter()
        .map(|f| format!("{} {}: {}", f.hop, f.rule.id, f.message))
        .collect();
    assert_eq!(shown, Vec::<String>::new());
    for (id, node) in &run.nodes {
        assert_eq!(node.state, NodeState::Done, "{id}: {:?}", node.failure);
    }
}

#[tokio::test]
async fn every_sample_is_tried_here() {
    let mut names: Vec<_> = file::SAMPLES.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    assert_eq!(names, ["sample", "sample-dpop", "sample-risky"]);
    for (_, text) in file::SAMPLES {
        let chain = file::read(text).unwrap();
        assert!(
            chain
                .nodes
                .iter()
                .any(|n| matches!(n.step, Step::Call { .. }))
        );
    }
}
