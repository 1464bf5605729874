//! Chains: files, order, and runs against a scripted server, without sockets.

use std::{cell::RefCell, collections::BTreeSet, sync::Arc};

use delegraph::{
    chain::{
        Ask, Chain, Expect, Node, Step, file, gather, plan,
        run::{
            self, Answer, Directory, FailureKind, NodeRun, Progress, Run, ServerView, State, Want,
        },
    },
    jose::{Alg, Jwk, crypto},
    kit::{ids::TokenId, secret::Secret},
    oauth::{
        client_auth::{AuthMethod, Client, Credential},
        http::{Request, Response},
        token_type,
    },
    risk::{Confidence, Finding, Report, Rule, Severity},
    token::{Token, craft, decode::decode},
};
use proptest::prelude::*;
use serde_json::{Value, json};
use url::Url;

use crate::oauth::{answer, env, server};

// ---- files ----

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

fn asks() -> impl Strategy<Value = Ask> {
    (texts(), texts(), texts(), prop::option::of(".{0,6}")).prop_map(
        |(scope, audience, resource, may_act)| Ask {
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
        (some(), asks()).prop_map(|(user, ask)| Step::SignIn { user, ask }),
        asks().prop_map(|ask| Step::ClientCredentials { ask }),
        any::<String>().prop_map(|token| Step::Paste { token }),
        (
            word(),
            prop::option::of(word()),
            some(),
            some(),
            some(),
            asks()
        )
            .prop_map(
                |(
                    subject,
                    actor,
                    subject_token_type,
                    actor_token_type,
                    requested_token_type,
                    ask,
                )| {
                    Step::Exchange {
                        subject,
                        subject_token_type,
                        actor,
                        actor_token_type,
                        requested_token_type,
                        ask,
                    }
                }
            ),
        (word(), "[ -~]{1,12}", some()).prop_map(|(token, url, method)| Step::Call {
            token,
            url,
            method
        }),
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
        prop::sample::select(Severity::ALL.to_vec()).prop_map(Expect::NoFinding),
        "DG-[0-9]{3}".prop_map(Expect::Finding),
    ]
}

/// Chains of up to eight nodes `n0` to `n7`, wired at random: cycles and dangling wires included.
fn chains() -> impl Strategy<Value = Chain> {
    let node = (
        prop::option::of(any::<String>()),
        prop::option::of(any::<String>()),
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
                .map(|(n, (title, client, at, step, expect))| Node {
                    id: format!("n{n}"),
                    title,
                    server: None,
                    client,
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

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,200}") {
        let _ = file::read(&text);
        let _ = file::read(&format!("version = 1\nname = \"x\"\n[[node]]\n{text}"));
    }

    #[test]
    fn the_order_respects_the_wires_and_leaves_out_only_what_cannot_run(chain in chains()) {
        let order = plan::order(&chain);
        let place = |id: &str| order.iter().position(|n| n == id);
        for id in &order {
            let node = chain.node(id).unwrap();
            for (_, input) in node.inputs() {
                if chain.node(input).is_some() {
                    prop_assert!(place(input) < place(id) && place(input).is_some());
                }
            }
            let up_to = plan::up_to(&chain, id);
            prop_assert_eq!(up_to.last(), Some(id));
            let set: BTreeSet<_> = up_to.iter().collect();
            prop_assert_eq!(set.len(), up_to.len());
            for other in &chain.nodes {
                let before = up_to.contains(&other.id) && other.id != *id;
                let after = plan::downstream(&chain, &other.id).contains(id);
                prop_assert_eq!(before, after, "{} {}", other.id, id);
            }
        }
        for node in chain.nodes.iter().filter(|n| place(&n.id).is_none()) {
            // It is on a cycle, or behind one: one of its inputs is left out as well.
            prop_assert!(node.inputs().iter().any(|(_, i)| chain.node(i).is_some() && place(i).is_none()));
            prop_assert_eq!(plan::up_to(&chain, &node.id), Vec::<String>::new());
        }
        let _ = plan::flaws(&chain);
    }
}

fn chain(nodes: &str) -> Chain {
    file::read(&format!("version = 1\nname = \"x\"\n{nodes}")).unwrap()
}

#[test]
fn flaws_of_wiring_and_settings() {
    let mut chain = chain(
        r#"
        [[node]]
        id = "a"
        kind = "exchange"
        client = "c"
        subject = "b"
        [[node]]
        id = "b"
        kind = "exchange"
        client = "c"
        subject = "a"
        [[node]]
        id = "behind"
        kind = "exchange"
        subject = "a"
        actor = "gone"
        [[node]]
        id = "self"
        kind = "call"
        token = "self"
        url = " "
        method = "TRACE"
        [[node]]
        id = "api"
        kind = "exchange"
        client = "c"
        subject = "self"
        actor_token_type = "jwt"
        requested_token_type = "acces_token"
        scope = ["a b"]
        resource = ["payments-api", "https://x.example/#f"]
        audience = [""]
        [[node]]
        id = "empty"
        kind = "paste"
        "#,
    );
    chain.nodes.push(chain.nodes[5].clone());
    let flaws = plan::flaws(&chain);
    let of = |id: &str| -> Vec<&str> {
        flaws
            .iter()
            .filter(|f| f.node == id)
            .map(|f| f.message.as_str())
            .collect()
    };
    let expect = |id: &str, words: &[&str]| {
        let found = of(id);
        assert_eq!(found.len(), words.len(), "{id}: {found:#?}");
        for (message, word) in found.iter().zip(words) {
            assert!(message.contains(word), "{id}: {message}");
        }
    };
    expect("a", &["in a circle"]);
    expect("b", &["in a circle"]);
    expect("behind", &["no such node", "no client"]);
    expect("self", &["in a circle", "no URL", "`TRACE` is no method"]);
    expect(
        "api",
        &[
            "calls an API and gives no token",
            "`a b` is no scope",
            "`payments-api` is no absolute URI",
            "has a fragment",
            "an audience is empty",
            "RFC 8693 §2.1",
            "`acces_token` is no token type",
        ],
    );
    expect("empty", &["no token is pasted", "already a node"]);
    assert_eq!(plan::order(&chain), ["empty"]);
    assert_eq!(plan::downstream(&chain, "a"), ["b", "behind"]);
}

#[test]
fn long_chains_are_ordered_quickly() {
    let mut nodes = String::from("[[node]]\nid = \"n0\"\nkind = \"paste\"\n");
    for n in 1..5_000 {
        nodes.push_str(&format!(
            "[[node]]\nid = \"n{n}\"\nkind = \"exchange\"\nclient = \"c\"\nsubject = \"n{}\"\n",
            n - 1
        ));
    }
    let mut chain = chain(&nodes);
    assert_eq!(plan::order(&chain).len(), 5_000);
    assert_eq!(plan::up_to(&chain, "n4999").len(), 5_000);
    assert_eq!(plan::flaws(&chain).len(), 1); // the paste is empty
    chain.nodes[0] = Node {
        id: "n0".into(),
        ..chain.nodes[4_999].clone()
    };
    if let Step::Exchange { subject, .. } = &mut chain.nodes[0].step {
        *subject = "n4999".into();
    }
    assert_eq!(plan::flaws(&chain).len(), 5_000);
    assert_eq!(plan::order(&chain), Vec::<String>::new());
}

// ---- runs ----

/// What a server answers to a request, or why it cannot be reached.
type Reply<'a> = &'a dyn Fn(&Fake<'_>, &Request) -> Result<Response, String>;

/// A server that follows a script: every request is kept, every answer comes from `reply`.
struct Fake<'a> {
    reply: Reply<'a>,
    key: Jwk,
    sent: RefCell<Vec<Request>>,
    metadata: Value,
}

impl<'a> Fake<'a> {
    fn new(reply: Reply<'a>) -> Self {
        Self {
            reply,
            key: crypto::generate(&Alg::Es256, Some("as")).unwrap(),
            sent: RefCell::default(),
            metadata: json!({}),
        }
    }

    fn mint(&self, claims: &Value) -> String {
        craft::mint(
            &json!({"alg": "ES256", "typ": "at+jwt"}),
            claims,
            &self.key,
            &Alg::Es256,
        )
        .unwrap()
    }
}

impl Directory for Fake<'_> {
    fn server(&self, name: Option<&str>) -> Result<ServerView, String> {
        match name {
            None | Some("Keycloak") => Ok(ServerView {
                name: name.unwrap_or("Practice").into(),
                metadata: Arc::new(server(&self.metadata)),
            }),
            Some(name) => Err(format!("no server `{name}`")),
        }
    }
    fn client(&self, _: Option<&str>, client_id: &str) -> Result<Client, String> {
        let (method, credential) = match client_id {
            "workbench" => (AuthMethod::None, Credential::None),
            "nobody" => return Err("no client `nobody`".into()),
            _ => (
                AuthMethod::ClientSecretBasic,
                Credential::Secret(Secret::new("hush")),
            ),
        };
        Ok(Client {
            client_id: client_id.into(),
            method,
            credential,
        })
    }
    fn resource(&self, name: &str) -> Option<Url> {
        (name == "payments-api")
            .then(|| "http://127.0.0.1:9/resources/payments-api".parse().unwrap())
    }
    fn token(&self, id: TokenId) -> Option<Arc<Token>> {
        (id == TokenId(12)).then(|| Arc::new(decode("tray-token-of-the-user")))
    }
}

fn run_node(chain: &Chain, id: &str, run: &Run, fake: &Fake<'_>) -> NodeRun {
    let mut progress = run::start(chain, id, run, fake, &env());
    for _ in 0..10 {
        match progress {
            Progress::End(shown) => return *shown,
            Progress::Want(pending, Want::Http(request)) => {
                assert_eq!(pending.so_far.state, State::Running);
                let response = (fake.reply)(fake, &request);
                fake.sent.borrow_mut().push(request);
                progress = run::resume(chain, *pending, Answer::Http(response), run, fake, &env());
            }
            Progress::Want(pending, Want::Browser(want)) => {
                let uri: Url = "http://127.0.0.1:5555/cb".parse().unwrap();
                let mut opened = want.url.clone();
                opened
                    .query_pairs_mut()
                    .append_pair("redirect_uri", uri.as_str());
                let response = (fake.reply)(fake, &Request::get(opened));
                let answer =
                    response.map(|r| (uri, Url::parse(r.header("location").unwrap()).unwrap()));
                progress =
                    run::resume(chain, *pending, Answer::Redirect(answer), run, fake, &env());
            }
        }
    }
    panic!("{id} does not end");
}

fn run_all(chain: &Chain, fake: &Fake<'_>) -> Run {
    let mut run = Run::default();
    for id in plan::order(chain) {
        let shown = run_node(chain, &id, &run, fake);
        run.nodes.insert(id, shown);
    }
    run
}

fn get(request: &Request, name: &str) -> Option<String> {
    match request.field(name) {
        Some(field) => Some(field.value.clone()),
        None => request
            .url
            .query_pairs()
            .find(|(n, _)| n == name)
            .map(|(_, v)| v.into_owned()),
    }
}

fn redirect(request: &Request, code: &str) -> Response {
    let mut response = answer(302, "", "");
    response.headers.push((
        "Location".into(),
        format!(
            "{}?code={code}&state={}&iss=https%3A%2F%2Fas.example.com",
            get(request, "redirect_uri").unwrap(),
            get(request, "state").unwrap()
        ),
    ));
    response
}

fn issued(token: &str) -> Response {
    answer(
        200,
        "application/json",
        &json!({
            "access_token": token, "token_type": "Bearer", "expires_in": 300,
            "issued_token_type": token_type::ACCESS_TOKEN,
        })
        .to_string(),
    )
}

/// A server that keeps to RFC 8693.
#[allow(clippy::unnecessary_wraps)] // it is a reply
fn well_behaved(fake: &Fake<'_>, request: &Request) -> Result<Response, String> {
    if request.url.path() == "/authorize" {
        assert_eq!(
            get(request, "code_challenge_method").as_deref(),
            Some("S256")
        );
        assert_eq!(get(request, "may_act").as_deref(), Some("planner"));
        return Ok(redirect(request, "c0de"));
    }
    if request.url.path() == "/resources/payments-api" {
        let token = request
            .headers
            .iter()
            .find(|h| h.name == "Authorization")
            .unwrap();
        assert!(token.value.starts_with("Bearer ey"));
        return Ok(answer(200, "application/json", "{}"));
    }
    let grant = get(request, "grant_type").unwrap();
    let mut claims = json!({
        "iss": "https://as.example.com", "scope": get(request, "scope").unwrap_or_default(),
        "aud": get(request, "audience").unwrap_or_else(|| "https://as.example.com".into()),
    });
    let claims = match grant.as_str() {
        "authorization_code" => {
            assert_eq!(get(request, "code").as_deref(), Some("c0de"));
            assert_eq!(
                get(request, "redirect_uri").as_deref(),
                Some("http://127.0.0.1/callback")
            );
            claims["sub"] = "alice".into();
            claims["scope"] = "accounts:read documents:read payments:read payments:initiate".into();
            claims["aud"] = "planner".into();
            claims
        }
        "client_credentials" => {
            claims["sub"] = client_of(request).into();
            claims
        }
        _ => {
            assert_eq!(
                get(request, "subject_token_type").as_deref(),
                Some(token_type::ACCESS_TOKEN)
            );
            let subject = decode(&get(request, "subject_token").unwrap());
            let actor = decode(&get(request, "actor_token").unwrap());
            assert_eq!(actor.claim_text("sub").unwrap(), client_of(request));
            let mut act = json!({"sub": actor.claim_text("sub")});
            if let Some(earlier) = subject.claim("act") {
                act["act"] = earlier.clone();
            }
            claims["sub"] = subject.claim("sub").unwrap().clone();
            claims["act"] = act;
            claims
        }
    };
    Ok(issued(&fake.mint(&claims)))
}

fn client_of(request: &Request) -> String {
    use base64::Engine as _;
    let header = request
        .headers
        .iter()
        .find(|h| h.name == "Authorization")
        .unwrap();
    let pair = base64::engine::general_purpose::STANDARD
        .decode(header.value.strip_prefix("Basic ").unwrap())
        .unwrap();
    let pair = String::from_utf8(pair).unwrap();
    pair.split(':').next().unwrap().to_owned()
}

fn sample() -> Chain {
    file::read(file::sample("sample").unwrap()).unwrap()
}

#[test]
fn the_sample_runs_and_its_tokens_become_evidence() {
    let chain = sample();
    let fake = Fake::new(&well_behaved);
    let run = run_all(&chain, &fake);
    for node in &chain.nodes {
        let shown = &run.nodes[&node.id];
        assert_eq!(shown.state, State::Done, "{}: {:?}", node.id, shown.failure);
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
        let parts = |h: &delegraph::chain::evidence::Hop| {
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

static RULE: Rule = Rule {
    id: "DG-401",
    title: "Scope widened",
    severity: Severity::High,
    condition: "",
    why: "",
    source: "",
    fix: "",
    false_positives: "",
};

fn finding(hop: usize, severity: Severity) -> Finding {
    Finding {
        rule: &RULE,
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
    assert_eq!(run.state("plan"), State::Failed);
    let failure = run.nodes["plan"].failure.clone().unwrap();
    assert_eq!(failure.kind, FailureKind::Expectation);
    assert!(failure.said.contains("found DG-401 (high)"), "{failure:?}");
    assert_eq!(run.state("research"), State::Done);
    assert_eq!(
        run.state("call"),
        State::Done,
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
    assert_eq!(run.state("plan"), State::Done);
    assert_eq!(run.state("call"), State::Failed);
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
    assert_eq!(run.state("call"), State::Done);
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
    assert_eq!(shown.state, State::Failed);
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
    assert_eq!(shown.state, State::Done);
    assert!(shown.failure.is_none());
    assert!(shown.notes[0].contains("refused, as expected: 400 invalid_scope: wider"));
    for expect in [
        "",
        "{ status = 200 }",
        "{ error = \"invalid_target\" }",
        "{ error = \"invalid_scope\" }, { status = 403 }",
    ] {
        let shown = run(expect);
        assert_eq!(shown.state, State::Failed, "{expect}");
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
    assert_eq!(shown.state, State::Done, "{:?}", shown.failure);
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
        assert_eq!(shown.state, State::Failed);
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
            "no client `nobody`",
        ),
        (
            "kind = \"client_credentials\"\nclient = \"c\"\nserver = \"x\"",
            "no server `x`",
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
    assert_eq!(run.state("p"), State::Done);
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
    run.nodes.get_mut("p").unwrap().scheme = Some("DPoP".into());
    let shown = run_node(&chain, "c", &run, &fake);
    assert!(shown.notes[0].contains("DPoP"), "{:?}", shown.notes);
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
        assert_eq!(shown.state, State::Done, "{:?}", shown.failure);
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
    assert_eq!(run.state("a"), State::Done, "{:?}", run.nodes["a"].failure);
    // A token that only serves as actor token is supporting; this one serves nothing.
    assert!(!gather::evidence(&chain, &run, "x")[0].supporting);
}
