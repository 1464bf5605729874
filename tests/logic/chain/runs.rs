//! Runs: what is sent, what an answer becomes, evidence and expectations.

use std::collections::BTreeSet;

use delegraph::{
    chain::{
        Expect, gather, plan,
        run::{self, Answer, FailureKind, NodeState, Progress, Run, Want},
    },
    oauth::http::Request,
    risk::{Confidence, Finding, Report, Severity, rules},
};
use serde_json::{Value, json};

use super::{
    chain,
    fake::{Fake, Reply, get, issued, redirect, run_all, run_node, sample, well_behaved},
};
use crate::oauth::{answer, env};

#[test]
fn the_sample_runs_and_its_tokens_become_evidence() {
    let chain = sample();
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
        assert_eq!(shown.notes, Vec::<String>::new(), "{}", node.id);
        assert!(shown.expectations.iter().all(|(_, held)| *held));
        let judged = node
            .expect
            .iter()
            .filter(|e| !e.is_about_findings())
            .count();
        assert_eq!(shown.expectations.len(), judged);
    }
    let purposes: Vec<&str> = plan::order(&chain)
        .iter()
        .flat_map(|id| &run.nodes[id].exchanged)
        .map(|e| e.purpose.as_str())
        .collect();
    assert_eq!(
        purposes,
        [
            "authorize, alice",
            "sign-in, alice",
            "credentials, planner",
            "exchange, planner",
            "credentials, researcher",
            "exchange, researcher",
            "credentials, payments-agent",
            "exchange, payments-agent",
            "call, payments-api",
        ]
    );
    assert_eq!(run.nodes["alice"].millis, 14);

    let hops = gather::evidence(&chain, &run, "sample");
    let shown: Vec<_> = hops
        .iter()
        .map(|h| (h.name.as_str(), h.parent, h.supporting))
        .collect();
    assert_eq!(
        shown,
        [
            ("sign-in", None, false),
            ("credentials, planner", None, true),
            ("hop 1", Some(0), false),
            ("credentials, researcher", None, true),
            ("hop 2", Some(2), false),
            ("credentials, payments-agent", None, true),
            ("hop 3", Some(4), false),
        ]
    );
    let asked = hops[2].exchange.as_ref().unwrap();
    assert_eq!(asked.client_id.as_deref(), Some("planner"));
    assert!(asked.actor_token_sent);
    assert_eq!(
        asked.actor_token.as_ref().unwrap().claim_text("sub"),
        Some("planner")
    );
    assert_eq!(
        asked.targets,
        Some(BTreeSet::from(["researcher".to_owned()]))
    );
    assert_eq!(asked.scope.as_ref().unwrap().len(), 3);
    assert!(hops[0].exchange.is_none() && hops[1].exchange.is_none());
    assert!(hops.iter().all(|h| h.chain.as_deref() == Some("sample")));

    // The same from a run that was read from a file, without requests.
    let mut saved = run.clone();
    for shown in saved.nodes.values_mut() {
        shown.exchanged.clear();
    }
    let again = gather::evidence(&chain, &saved, "sample");
    for (hop, from_file) in hops.iter().zip(&again) {
        let parts = |h: &delegraph::evidence::Hop| {
            h.exchange.as_ref().map(|a| {
                (
                    a.client_id.clone(),
                    a.actor_token_sent,
                    a.actor_token.clone(),
                    a.scope.clone(),
                    a.targets.clone(),
                )
            })
        };
        assert_eq!(parts(hop), parts(from_file));
    }
}

fn finding(hop: usize, severity: Severity) -> Finding {
    Finding {
        rule: rules::rule("DG-401").unwrap(),
        title: "Scope widened",
        severity,
        hop,
        parent: None,
        claim: "scope".into(),
        found: String::new(),
        expected: String::new(),
        message: String::new(),
        confidence: Confidence::Decoded,
        path: Vec::new(),
    }
}

fn report(findings: Vec<Finding>) -> Report {
    Report {
        findings,
        ..Report::default()
    }
}

#[test]
fn findings_come_back_to_the_expectations() {
    let mut chain = sample();
    let call = chain.nodes.len() - 1;
    chain.nodes[call].expect = vec![
        Expect::Finding("DG-401".into()),
        Expect::Status(200),
        Expect::NoFinding(Severity::Critical),
    ];
    let fake = Fake::new(&well_behaved);
    let mut run = run_all(&chain, &fake);
    let held = |run: &Run, id: &str| -> Vec<bool> {
        run.nodes[id].expectations.iter().map(|(_, h)| *h).collect()
    };
    assert_eq!(held(&run, "call"), [true]);

    // `plan` is hop 2 of this run, and the run's hops begin at 10 in the evidence.
    gather::settle(
        &chain,
        &mut run,
        &report(vec![finding(12, Severity::High)]),
        10,
    );
    assert_eq!(run.state("plan"), NodeState::Failed);
    let failure = run.nodes["plan"].failure.clone().unwrap();
    assert_eq!(failure.kind, FailureKind::Expectation);
    assert!(failure.said.contains("found DG-401 (high)"), "{failure:?}");
    assert_eq!(run.state("research"), NodeState::Done);
    assert_eq!(
        run.state("call"),
        NodeState::Done,
        "{:?}",
        run.nodes["call"].failure
    );
    assert_eq!(held(&run, "call"), [true, true, true]);
    assert_eq!(
        run.nodes["call"].expectations[0].0,
        Expect::Finding("DG-401".into())
    );

    // Another report: judged anew.
    gather::settle(
        &chain,
        &mut run,
        &report(vec![finding(0, Severity::Critical)]),
        10,
    );
    assert_eq!(run.state("plan"), NodeState::Done);
    assert_eq!(run.state("call"), NodeState::Failed);
    assert_eq!(held(&run, "call"), [false, true, true]);
    gather::settle(
        &chain,
        &mut run,
        &report(vec![finding(2, Severity::Critical)]),
        0,
    );
    assert_eq!(held(&run, "call"), [true, true, false]);
    gather::settle(
        &chain,
        &mut run,
        &report(vec![finding(2, Severity::Medium)]),
        0,
    );
    assert_eq!(run.state("call"), NodeState::Done);
}

#[test]
fn broken_expectations_say_what_was_found() {
    let mut chain = sample();
    chain.nodes[0].expect = vec![
        Expect::Status(201),
        Expect::Subject("bob".into()),
        Expect::Actors(vec!["planner".into()]),
        Expect::Scope(vec!["accounts:read".into()]),
        Expect::Audience(vec!["planner".into()]),
        Expect::Error("invalid_scope".into()),
    ];
    let fake = Fake::new(&well_behaved);
    let shown = run_node(&chain, "alice", &Run::default(), &fake);
    assert_eq!(shown.state, NodeState::Failed);
    let held: Vec<bool> = shown.expectations.iter().map(|(_, h)| *h).collect();
    assert_eq!(held, [false, false, false, false, true, false]);
    let failure = shown.failure.unwrap();
    for words in [
        "the status is 201; found 200",
        "the subject is bob; found alice",
        "the actors are planner; found none",
        "the scope is accounts:read; found accounts:read, documents:read",
        "it is refused with invalid_scope; found no refusal",
    ] {
        assert!(failure.said.contains(words), "{}", failure.said);
    }
    assert!(shown.token.is_some(), "the token is kept all the same");
}

#[test]
fn a_refusal_that_is_expected_is_done_and_another_is_not() {
    let refuse = |_: &Fake<'_>, _: &Request| {
        Ok(answer(
            400,
            "application/json",
            r#"{"error":"invalid_scope","error_description":"wider than the subject token"}"#,
        ))
    };
    let fake = Fake::new(&refuse);
    let with = |expect: &str| {
        chain(&format!(
            "[[node]]\nid = \"a\"\nkind = \"client_credentials\"\nclient = \"planner\"\nexpect = [{expect}]"
        ))
    };
    let run = |expect: &str| run_node(&with(expect), "a", &Run::default(), &fake);
    let shown = run("{ error = \"invalid_scope\" }, { status = 400 }");
    assert_eq!(shown.state, NodeState::Done);
    assert!(shown.failure.is_none());
    assert!(shown.notes[0].contains("refused, as expected: 400 invalid_scope: wider"));
    for expect in [
        "",
        "{ status = 200 }",
        "{ error = \"invalid_target\" }",
        "{ error = \"invalid_scope\" }, { status = 403 }",
    ] {
        let shown = run(expect);
        assert_eq!(shown.state, NodeState::Failed, "{expect}");
        let failure = shown.failure.unwrap();
        assert_eq!(failure.kind, FailureKind::Refused);
        assert_eq!(failure.code.as_deref(), Some("invalid_scope"));
    }
}

#[test]
fn sign_in_at_a_configured_server_goes_through_the_browser() {
    let reply = |fake: &Fake<'_>, request: &Request| {
        if request.url.path() == "/authorize" {
            assert_eq!(get(request, "login_hint").as_deref(), Some("carol"));
            return Ok(redirect(request, "xyz"));
        }
        assert_eq!(
            get(request, "redirect_uri").as_deref(),
            Some("http://127.0.0.1:5555/cb")
        );
        assert_eq!(get(request, "code").as_deref(), Some("xyz"));
        Ok(issued(&fake.mint(&json!({"sub": "carol"}))))
    };
    let mut fake = Fake::new(&reply);
    fake.metadata = json!({"code_challenge_methods_supported": ["plain"]});
    let text = "[[node]]\nid = \"a\"\nkind = \"sign_in\"\nserver = \"Keycloak\"\nclient = \"app\"\nuser = \"carol\"";
    let shown = run_node(&chain(text), "a", &Run::default(), &fake);
    assert_eq!(shown.state, NodeState::Done, "{:?}", shown.failure);
    assert!(shown.notes[0].contains("PKCE"), "{:?}", shown.notes);
    // At the practice server, nobody named: the browser as well.
    let anybody = chain("[[node]]\nid = \"a\"\nkind = \"sign_in\"");
    let progress = run::start(&anybody, "a", &Run::default(), &fake, &env());
    let Progress::Want(pending, Want::Browser(want)) = progress else {
        panic!("{progress:?}");
    };
    assert!(want.url.as_str().contains("client_id=workbench"));
    assert!(!want.url.as_str().contains("redirect_uri"));
    let closed = Answer::Redirect(Err("the browser was closed".into()));
    let end = run::resume(&anybody, *pending, closed, &Run::default(), &fake, &env());
    let Progress::End(shown) = end else {
        panic!("{end:?}");
    };
    assert_eq!(shown.failure.unwrap().kind, FailureKind::Unreachable);
}

#[test]
fn sign_in_refusals() {
    let page = |_: &Fake<'_>, _: &Request| {
        Ok(answer(
            200,
            "text/html",
            "<!doctype html><title>Choose a user</title>",
        ))
    };
    let elsewhere = |_: &Fake<'_>, _: &Request| {
        let mut moved = answer(302, "", "");
        moved.headers.push(("location".into(), "/login".into()));
        Ok(moved)
    };
    let nowhere = |_: &Fake<'_>, _: &Request| Ok(answer(302, "", ""));
    let json = |_: &Fake<'_>, _: &Request| {
        Ok(answer(
            400,
            "application/json",
            r#"{"error":"invalid_request","error_description":"redirect_uri"}"#,
        ))
    };
    let gone = |_: &Fake<'_>, _: &Request| Err("connection refused at 127.0.0.1:1".into());
    let replies: [(Reply<'_>, &str); 5] = [
        (&page, "titled “Choose a user”"),
        (&elsewhere, "as.example.com/login"),
        (&nowhere, "without a Location"),
        (&json, "400 invalid_request: redirect_uri"),
        (&gone, "connection refused"),
    ];
    for (reply, words) in replies {
        let fake = Fake::new(reply);
        let shown = run_node(&sample(), "alice", &Run::default(), &fake);
        let failure = shown.failure.unwrap();
        assert!(failure.said.contains(words), "{failure:?}");
        assert!(!failure.try_this.is_empty());
        assert_eq!(shown.exchanged.len(), 1);
        assert_eq!(shown.state, NodeState::Failed);
    }
}

#[test]
fn what_keeps_a_node_from_starting_is_said() {
    let fake = Fake::new(&well_behaved);
    let node = |lines: &str| chain(&format!("[[node]]\nid = \"a\"\n{lines}"));
    for (lines, words) in [
        ("kind = \"client_credentials\"", "no client is chosen"),
        (
            "kind = \"client_credentials\"\nclient = \"nobody\"",
            "the practice server has no client nobody",
        ),
        (
            "kind = \"client_credentials\"\nclient = \"c\"\nserver = \"x\"",
            "no server named x",
        ),
        ("kind = \"paste\"", "no token is pasted"),
        (
            "kind = \"paste\"\ntoken = \"tray:t13\"",
            "the tray has no token `t13`",
        ),
        ("kind = \"paste\"\ntoken = \"tray:\\u202E\"", "`\\u{202e}`"),
        (
            "kind = \"exchange\"\nclient = \"c\"\nsubject = \"b\"",
            "there is no such node",
        ),
        (
            "kind = \"exchange\"\nclient = \"c\"\nsubject = \"a\"",
            "has given no token",
        ),
        (
            "kind = \"call\"\ntoken = \"a\"\nurl = \"payments-api\"",
            "has given no token",
        ),
    ] {
        let shown = run_node(&node(lines), "a", &Run::default(), &fake);
        let failure = shown.failure.unwrap();
        assert_eq!(failure.kind, FailureKind::Setup);
        assert!(failure.said.contains(words), "{lines}: {failure:?}");
    }
    let failure = run_node(&sample(), "none", &Run::default(), &fake).failure;
    assert!(failure.unwrap().said.contains("no node `none`"));
    assert!(fake.sent.borrow().is_empty());
}

#[test]
fn pasted_tokens_and_calls() {
    let reply = |_: &Fake<'_>, request: &Request| {
        assert_eq!(request.method.name(), "POST");
        let mut refused = answer(403, "application/json", "{}");
        refused.headers.push((
            "WWW-Authenticate".into(),
            "Bearer error=\"insufficient_scope\", scope=\"payments:initiate\"".into(),
        ));
        Ok(refused)
    };
    let fake = Fake::new(&reply);
    let chain = chain(
        "[[node]]\nid = \"p\"\nkind = \"paste\"\ntoken = \"tray:t12\"\n\
         [[node]]\nid = \"c\"\nkind = \"call\"\ntoken = \"p\"\nurl = \"https://api.example/x\"\nmethod = \"post\"\n\
         [[node]]\nid = \"bad\"\nkind = \"call\"\ntoken = \"p\"\nurl = \"file:///etc/passwd\"\n\
         [[node]]\nid = \"unused\"\nkind = \"paste\"\ntoken = \"opaque-and-not-used\"\n",
    );
    let mut run = run_all(&chain, &fake);
    assert_eq!(run.state("p"), NodeState::Done);
    assert_eq!(&*run.token("p").unwrap().raw, "tray-token-of-the-user");
    let failure = run.nodes["c"].failure.clone().unwrap();
    assert_eq!(failure.code.as_deref(), Some("insufficient_scope"));
    assert!(failure.said.contains("payments:initiate"), "{failure:?}");
    let sent = &run.nodes["c"].exchanged[0].request;
    assert!(!format!("{sent:?}").contains("tray-token"));
    assert_eq!(
        run.nodes["bad"].failure.as_ref().unwrap().kind,
        FailureKind::Setup
    );
    let names: Vec<_> = gather::evidence(&chain, &run, "x")
        .iter()
        .map(|h| (h.name.clone(), h.supporting))
        .collect();
    assert_eq!(
        names,
        [("p".to_owned(), false), ("unused".to_owned(), false)]
    );

    // RFC 8693 §2.2.1: what was issued as N_A is never sent.
    run.nodes.get_mut("p").unwrap().scheme = Some("N_A".into());
    let shown = run_node(&chain, "c", &run, &fake);
    assert!(shown.failure.unwrap().expected.contains("RFC 8693 §2.2.1"));
    assert_eq!(fake.sent.borrow().len(), 1);
    // RFC 9449 §7.1: one that is bound is not sent without its key.
    run.nodes.get_mut("p").unwrap().scheme = Some("DPoP".into());
    let shown = run_node(&chain, "c", &run, &fake);
    let failure = shown.failure.unwrap();
    assert!(failure.expected.contains("RFC 9449"), "{failure:?}");
    assert_eq!(fake.sent.borrow().len(), 1);
}

/// Servers differ in what they write into the issued token; the notes say what was seen.
#[test]
fn notes_on_what_an_exchange_gave() {
    let subject = json!({
        "sub": "alice", "act": {"sub": "planner", "act": {"sub": "first"}},
        "may_act": {"sub": "researcher", "iss": "https://as.example.com", "client_id": "r"},
    });
    let actor = json!({"sub": "researcher", "act": {"sub": "launcher"}});
    let scope = "a b";
    let good = json!({"sub": "alice", "scope": scope, "aud": "api",
        "act": {"sub": "researcher", "act": {"sub": "planner", "act": {"sub": "first"}}}});
    let with = |changes: Value| {
        let mut claims = good.clone();
        for (name, value) in changes.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
    };
    let cases: [(Value, &[&str]); 8] = [
        (good.clone(), &[]),
        // Keycloak and go-oidc-provider nest the actor token's history.
        (
            with(json!({"act": {"sub": "researcher", "act": {"sub": "launcher"}}})),
            &["nests the actor's own history"],
        ),
        // Keycloak copies `may_act`.
        (
            with(json!({"act": subject["may_act"]})),
            &["copied with all its members"],
        ),
        // Elsewhere the client is the actor.
        (
            with(
                json!({"act": {"sub": "research-client", "act": {"sub": "planner", "act": {"sub": "first"}}}}),
            ),
            &["the client that asked"],
        ),
        (with(json!({"act": null})), &["has no `act`"]),
        (
            with(json!({"aud": "requester"})),
            &["the token is for requester"],
        ),
        (with(json!({"aud": null})), &["names no audience"]),
        (
            with(json!({"scope": "a"})),
            &["narrowed the scope: b", "RFC 6749 §5.1 requires"],
        ),
    ];
    for (claims, notes) in cases {
        let claims = Value::Object(
            claims
                .as_object()
                .unwrap()
                .iter()
                .filter(|(_, v)| !v.is_null())
                .map(|(k, v)| (k.clone(), v.clone()))
                .collect(),
        );
        let reply = |fake: &Fake<'_>, _: &Request| Ok(issued(&fake.mint(&claims)));
        let fake = Fake::new(&reply);
        let chain = chain(&format!(
            "[[node]]\nid = \"s\"\nkind = \"paste\"\ntoken = \"{}\"\n\
             [[node]]\nid = \"a\"\nkind = \"paste\"\ntoken = \"{}\"\n\
             [[node]]\nid = \"x\"\nkind = \"exchange\"\nclient = \"research-client\"\nsubject = \"s\"\nactor = \"a\"\nscope = [\"a\", \"b\"]\naudience = [\"api\"]\n",
            fake.mint(&subject),
            fake.mint(&actor)
        ));
        let run = run_all(&chain, &fake);
        let shown = &run.nodes["x"];
        assert_eq!(shown.state, NodeState::Done, "{:?}", shown.failure);
        assert_eq!(
            shown.notes.len(),
            notes.len(),
            "{claims}: {:?}",
            shown.notes
        );
        for (note, words) in shown.notes.iter().zip(notes) {
            assert!(note.contains(words), "{note}");
        }
    }
}

#[test]
fn opaque_tokens_are_judged_by_the_answer() {
    let reply = |_: &Fake<'_>, _: &Request| {
        Ok(answer(
            200,
            "application/json",
            r#"{"access_token":"2YotnFZFEjr1zCsicMWpAA","token_type":"Bearer","scope":"a"}"#,
        ))
    };
    let fake = Fake::new(&reply);
    let chain = chain(
        "[[node]]\nid = \"a\"\nkind = \"client_credentials\"\nclient = \"c\"\nscope = [\"a\"]\n\
         expect = [{ scope = [\"a\"] }, { actors = [] }]",
    );
    let run = run_all(&chain, &fake);
    assert_eq!(
        run.state("a"),
        NodeState::Done,
        "{:?}",
        run.nodes["a"].failure
    );
    // A token that only serves as actor token is supporting; this one serves nothing.
    assert!(!gather::evidence(&chain, &run, "x")[0].supporting);
}
