//! Chains whose nodes prove keys (RFC 9449).

use std::{cell::RefCell, collections::BTreeSet};

use delegraph::{
    chain::{
        Chain, Dpop,
        run::{FailureKind, NodeState},
    },
    oauth::{
        dpop::{self, Demand, Judged},
        http::{Request, Response, Sensitivity},
    },
    token::{claims::holder_key, decode::decode},
};
use serde_json::json;

use super::{
    chain,
    fake::{Fake, get, redirect, run_all, run_node},
};
use crate::oauth::{answer, env};

/// A chain of two clients, whose keys are made for the run, and a call.
fn bound() -> Chain {
    chain(
        "[[node]]\nid = \"alice\"\nkind = \"sign_in\"\nclient = \"workbench\"\ndpop = \"generated\"\nuser = \"alice\"\n\
         [[node]]\nid = \"own\"\nkind = \"client_credentials\"\nclient = \"planner\"\ndpop = \"generated\"\n\
         [[node]]\nid = \"plan\"\nkind = \"exchange\"\nclient = \"planner\"\ndpop = \"generated\"\nsubject = \"alice\"\nactor = \"own\"\nexpect = [{ bound = true }]\n\
         [[node]]\nid = \"call\"\nkind = \"call\"\ntoken = \"plan\"\nurl = \"payments-api\"\nexpect = [{ bound = true }]\n",
    )
}

fn proofs(request: &Request) -> Vec<&str> {
    let headers = request.headers.iter();
    headers
        .filter(|h| h.name == dpop::HEADER)
        .map(|h| h.value.as_str())
        .collect()
}

/// The proof of a request, which must be good.
fn proven(request: &Request, token: Option<&str>, nonces: &[String]) -> Judged {
    let demand = Demand {
        method: request.method.name(),
        url: &request.url,
        now: env().now.as_second(),
        token,
        jkt: None,
        nonces,
    };
    let judged = dpop::judge(&proofs(request), &demand);
    assert!(judged.is_good(), "{}: {:?}", request.url, judged.steps);
    judged
}

/// The token of an Authorization header, and its scheme.
fn sent_token(request: &Request) -> (String, String) {
    let header = request.headers.iter().find(|h| h.name == "Authorization");
    let (scheme, token) = header.unwrap().value.split_once(' ').unwrap();
    (scheme.to_owned(), token.to_owned())
}

/// A server that binds what it issues to the key of the proof, and checks what it is sent.
#[allow(clippy::unnecessary_wraps)] // it is a reply
fn binds(fake: &Fake<'_>, request: &Request) -> Result<Response, String> {
    if request.url.path() == "/authorize" {
        return Ok(redirect(request, "c0de"));
    }
    if request.url.path().starts_with("/resources") {
        let (scheme, token) = sent_token(request);
        assert_eq!(scheme, "DPoP");
        let judged = proven(request, Some(&token), &[]);
        let key = format!("jkt:{}", judged.thumbprint.unwrap());
        assert_eq!(holder_key(&decode(&token)), Some(key));
        return Ok(answer(200, "application/json", "{}"));
    }
    let judged = proven(request, None, &[]);
    let token = fake.mint(&json!({
        "sub": "alice", "client_id": get(request, "client_id"),
        "cnf": { "jkt": judged.thumbprint },
        "act": get(request, "actor_token").map(|_| json!({ "sub": "alice" })),
    }));
    let body = json!({ "access_token": token, "token_type": "DPoP",
        "issued_token_type": delegraph::oauth::token_type::ACCESS_TOKEN });
    Ok(answer(200, "application/json", &body.to_string()))
}

#[test]
fn each_client_proves_its_own_key_and_the_call_that_of_its_token() {
    let chain = bound();
    let fake = Fake::new(&binds);
    let run = run_all(&chain, &fake);
    for (id, shown) in &run.nodes {
        assert_eq!(shown.state, NodeState::Done, "{id}: {:?}", shown.failure);
        assert_eq!(shown.notes, Vec::<String>::new(), "{id}");
    }
    let key = |id: &str| {
        let key = run.nodes[id].proof_key.as_ref().unwrap();
        key.thumbprint().unwrap()
    };
    assert_eq!(key("own"), key("plan"), "one client, one key");
    assert_ne!(key("alice"), key("plan"), "two clients, two keys");
    assert_eq!(key("call"), key("plan"));
    // RFC 9449 §10: the authorization request names the key.
    let asked = &run.nodes["alice"].exchanged[0].request;
    assert_eq!(get(asked, "dpop_jkt"), Some(key("alice")));
    assert!(proofs(asked).is_empty());
    // Each proof is a new one, and it is shown.
    let mut seen = BTreeSet::new();
    for request in fake.sent.borrow().iter().skip(1) {
        let header = request.headers.iter().find(|h| h.name == dpop::HEADER);
        let header = header.unwrap();
        assert_eq!(header.sensitivity, Sensitivity::Token);
        assert!(request.curl().contains(&format!("DPoP: {}", header.value)));
        assert!(
            !format!("{request:?}").contains(&header.value),
            "not in a log"
        );
        let jti = decode(&header.value).claim_text("jti").unwrap().to_owned();
        assert!(seen.insert(jti), "a proof serves once");
    }
    assert_eq!(seen.len(), 4);
    // A node that runs again keeps its key: what hangs on it stays good.
    let again = run_node(&chain, "own", &run, &fake);
    assert_eq!(again.proof_key, run.nodes["own"].proof_key);
    // A new run has new keys.
    let other = run_all(&chain, &fake);
    assert_ne!(other.nodes["own"].proof_key, run.nodes["own"].proof_key);
}

#[test]
fn a_server_that_asks_for_its_nonce_gets_a_new_proof_with_it() {
    let asked = RefCell::new(Vec::new());
    let reply = |fake: &Fake<'_>, request: &Request| {
        if request.url.path() == "/authorize" {
            return Ok(redirect(request, "c0de"));
        }
        let proof = decode(proofs(request)[0]);
        let place = request.url.path().to_owned();
        let nonce = format!("n{place}");
        if proof.claim_text("nonce") == Some(&nonce) {
            return match place.as_str() {
                "/as/token.oauth2" => {
                    let judged = proven(request, None, &[nonce]);
                    let cnf = json!({ "jkt": judged.thumbprint });
                    let actor = get(request, "actor_token");
                    let act = actor.map(|_| json!({ "sub": "alice" }));
                    let token = fake.mint(&json!({ "sub": "alice", "cnf": cnf, "act": act }));
                    let body = json!({ "access_token": token, "token_type": "DPoP",
                        "issued_token_type": delegraph::oauth::token_type::ACCESS_TOKEN });
                    Ok(answer(200, "application/json", &body.to_string()))
                }
                _ => Ok(answer(200, "application/json", "{}")),
            };
        }
        asked.borrow_mut().push(place.clone());
        let mut refusal = if place == "/as/token.oauth2" {
            answer(400, "application/json", r#"{"error":"use_dpop_nonce"}"#)
        } else {
            let mut refusal = answer(401, "", "");
            let challenge = r#"DPoP error="use_dpop_nonce", algs="ES256""#;
            refusal
                .headers
                .push(("WWW-Authenticate".into(), challenge.into()));
            refusal
        };
        refusal.headers.push(("DPoP-Nonce".into(), nonce));
        Ok(refusal)
    };
    let fake = Fake::new(&reply);
    let chain = bound();
    let run = run_all(&chain, &fake);
    for (id, shown) in &run.nodes {
        assert_eq!(shown.state, NodeState::Done, "{id}: {:?}", shown.failure);
        let [note] = &shown.notes[..] else {
            panic!("{id}: {:?}", shown.notes)
        };
        assert!(note.contains("nonce"), "{note}");
        let last = shown.exchanged.last().unwrap();
        assert!(last.purpose.ends_with(", with nonce"), "{}", last.purpose);
    }
    assert_eq!(asked.borrow().len(), 4, "asked once a node");
    let plan = &run.nodes["plan"].exchanged;
    assert_eq!(plan.len(), 2);
    let jti = |n: usize| {
        let proof = decode(proofs(&plan[n].request)[0]);
        proof.claim_text("jti").unwrap().to_owned()
    };
    assert_ne!(jti(0), jti(1));

    // One that never has enough is not asked for ever.
    let never = |_: &Fake<'_>, _: &Request| {
        let mut refusal = answer(400, "application/json", r#"{"error":"use_dpop_nonce"}"#);
        refusal.headers.push(("DPoP-Nonce".into(), "n".into()));
        Ok(refusal)
    };
    let fake = Fake::new(&never);
    let shown = run_node(&chain, "own", &run, &fake);
    assert_eq!(shown.state, NodeState::Failed);
    let failure = shown.failure.unwrap();
    assert_eq!(failure.code.as_deref(), Some("use_dpop_nonce"));
    assert_eq!(fake.sent.borrow().len(), 2);
}

#[test]
fn a_call_can_be_told_what_to_prove() {
    let seen = RefCell::new(Vec::new());
    let reply = |fake: &Fake<'_>, request: &Request| {
        if !request.url.path().starts_with("/resources") {
            return binds(fake, request);
        }
        let (scheme, token) = sent_token(request);
        let by = proofs(request)
            .first()
            .map(|_| proven(request, Some(&token), &[]).thumbprint.unwrap());
        seen.borrow_mut().push((scheme, by));
        Ok(answer(200, "application/json", "{}"))
    };
    let fake = Fake::new(&reply);
    let mut chain = bound();
    let run = run_all(&chain, &fake);
    let mut set = |dpop: Option<Dpop>| {
        chain.nodes[3].dpop = dpop;
        run_node(&chain, "call", &run, &fake)
    };
    set(Some(Dpop::Generated));
    let shown = set(Some(Dpop::None));
    assert!(shown.notes[0].contains("as Bearer"), "{:?}", shown.notes);
    assert!(shown.proof_key.is_none());
    let shown = set(Some(Dpop::Key("gone".into())));
    let failure = shown.failure.unwrap();
    assert_eq!(failure.kind, FailureKind::Setup);
    assert!(failure.said.contains("gone"), "{failure:?}");
    let seen = seen.borrow();
    let own = run.nodes["plan"].proof_key.as_ref().unwrap();
    assert_eq!(seen.len(), 3);
    assert_eq!(seen[0], ("DPoP".into(), own.thumbprint().ok()));
    assert_eq!(seen[1].0, "DPoP");
    assert_ne!(seen[1].1, seen[0].1, "a key that nothing is bound to");
    assert_eq!(seen[2], ("Bearer".into(), None));
}

#[test]
fn what_is_not_bound_though_a_key_was_proved_is_noted() {
    let answers = |claims: serde_json::Value, scheme: &'static str| {
        let reply = move |fake: &Fake<'_>, _: &Request| {
            let body = json!({ "access_token": fake.mint(&claims), "token_type": scheme });
            Ok(answer(200, "application/json", &body.to_string()))
        };
        let chain = chain(
            "[[node]]\nid = \"own\"\nkind = \"client_credentials\"\nclient = \"planner\"\ndpop = \"generated\"\nexpect = [{ bound = true }]\n",
        );
        run_all(&chain, &Fake::new(&reply)).nodes["own"].clone()
    };
    for (claims, scheme, note) in [
        (json!({ "sub": "a" }), "Bearer", "not protected"),
        (json!({ "sub": "a" }), "DPoP", "no `cnf`"),
        (
            json!({ "sub": "a", "cnf": { "jkt": "x" } }),
            "DPoP",
            "bound to another",
        ),
    ] {
        let shown = answers(claims, scheme);
        assert!(shown.notes[0].contains(note), "{:?}", shown.notes);
        assert_eq!(shown.state, NodeState::Failed);
        let failure = shown.failure.unwrap();
        assert_eq!(failure.kind, FailureKind::Expectation);
        assert!(failure.said.contains("bound"), "{failure:?}");
    }
}

#[test]
fn a_bound_token_whose_key_is_not_here_is_not_sent_as_a_bearer_token() {
    let fake = Fake::new(&binds);
    let token = fake.mint(&json!({ "sub": "alice", "cnf": { "jkt": "elsewhere" } }));
    let chain = chain(&format!(
        "[[node]]\nid = \"p\"\nkind = \"paste\"\ntoken = \"{token}\"\n\
         [[node]]\nid = \"c\"\nkind = \"call\"\ntoken = \"p\"\nurl = \"payments-api\"\n"
    ));
    let run = run_all(&chain, &fake);
    let failure = run.nodes["c"].failure.clone().unwrap();
    assert_eq!(failure.kind, FailureKind::Setup);
    assert!(failure.said.contains("elsewhere"), "{failure:?}");
    assert!(fake.sent.borrow().is_empty());
}

#[test]
fn the_setting_is_read_written_and_refused_with_its_place() {
    let text = |dpop: &str| {
        format!(
            "version = 1\nname = \"x\"\n\n[[node]]\nid = \"a\"\nkind = \"client_credentials\"\nclient = \"p\"\ndpop = \"{dpop}\"\n"
        )
    };
    for (word, dpop) in [
        ("none", Dpop::None),
        ("generated", Dpop::Generated),
        ("key:my key", Dpop::Key("my key".into())),
    ] {
        let chain = delegraph::chain::file::read(&text(word)).unwrap();
        assert_eq!(chain.nodes[0].dpop, Some(dpop));
        assert_eq!(delegraph::chain::file::write(&chain).unwrap(), text(word));
    }
    for wrong in ["", "key:", "Generated", "yes"] {
        let error = delegraph::chain::file::read(&text(wrong)).unwrap_err();
        assert!(error.to_string().starts_with("line 8, column 8"), "{error}");
        assert!(error.to_string().contains("key:NAME"), "{error}");
    }
}
