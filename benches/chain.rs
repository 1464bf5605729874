//! A three-hop run of the sample chain against the same requests by bare reqwest, in one run and at
//! one practice server: the aim is at most 1.2 times.
//!
//! `cargo bench --bench chain`

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a measurement that fails says so

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use delegraph::{
    app::{Command, Model, apply, chains, runs, update},
    chain::{Chain, plan, run::Exchanged},
    io::runtime::Runtime,
    jose::Alg,
    kit::{Env, clock::Clock, ids::ChainId, rng},
    oauth::{
        client_auth::Credential,
        http::{Body, Method, Request},
    },
    token::{craft, decode::decode},
};
use serde_json::{Value, json};

const ROUNDS: u32 = 40;
const AIM: f64 = 1.2;

fn main() {
    let mut ours = Ours::new();
    ours.run();
    ours.rest();
    let recorded = ours.recorded();
    println!(
        "sample chain, {} requests a run, best and median of {ROUNDS} rounds each",
        recorded.len()
    );
    let threads = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let (mut run, mut bare) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        run.push(time(|| ours.run()));
        ours.rest();
        bare.push(time(|| {
            threads.block_on(replay(&client, &recorded, &ours.model));
        }));
    }
    let (ours, theirs) = (summary(&mut run), summary(&mut bare));
    println!(
        "delegraph  best {:7.2} ms  median {:7.2} ms",
        ours.0, ours.1
    );
    println!(
        "reqwest    best {:7.2} ms  median {:7.2} ms",
        theirs.0, theirs.1
    );
    let ratio = ours.1 / theirs.1;
    let verdict = if ratio <= AIM { "met" } else { "missed" };
    println!("ratio of the medians {ratio:.2}; aim: at most {AIM}: {verdict}");
}

/// The program without a face: the same model, commands and runtime as behind the window.
struct Ours {
    model: Model,
    runtime: Runtime,
    chain: ChainId,
}

impl Ours {
    fn new() -> Self {
        let mut ours = Self {
            model: Model::default(),
            runtime: Runtime::new(|| ()).unwrap(),
            chain: ChainId(0),
        };
        ours.ask(chains::Command::LoadSample("sample".into()));
        ours.chain = ours.model.workspace.chains[0].id;
        ours
    }

    fn ask(&mut self, command: impl Into<Command>) {
        for effect in update(&mut self.model, command, &Env::system(Clock::System)) {
            self.runtime.perform(effect);
        }
    }

    /// Runs all nodes, until the last answer is judged.
    fn run(&mut self) {
        self.ask(runs::Command::All(self.chain));
        while !self.model.running.is_empty() {
            let outcome = self.runtime.wait(Duration::from_secs(30)).unwrap();
            for effect in apply(&mut self.model, outcome, &Env::system(Clock::System)) {
                self.runtime.perform(effect);
            }
        }
        let run = &self.model.runs[&self.chain];
        assert!(run.nodes.values().all(|node| node.failure.is_none()));
    }

    /// Waits until the findings of the run are there as well: they are computed beside it, and must
    /// not slow what is measured next.
    fn rest(&mut self) {
        while self.model.analysing.is_some() {
            let outcome = self.runtime.wait(Duration::from_secs(30)).unwrap();
            for effect in apply(&mut self.model, outcome, &Env::system(Clock::System)) {
                self.runtime.perform(effect);
            }
        }
    }

    /// Requests and answers of the last run, in the order in which they were sent.
    fn recorded(&self) -> Vec<Exchanged> {
        let chain: &Chain = self.model.workspace.chain(self.chain).unwrap();
        let run = &self.model.runs[&self.chain];
        plan::order(chain)
            .iter()
            .flat_map(|id| run.nodes[id].exchanged.clone())
            .collect()
    }
}

/// Sends the recorded requests again by bare reqwest. What is good once only (code, assertion) or
/// came out of an answer (tokens) is put in place of the recorded value.
async fn replay(client: &reqwest::Client, recorded: &[Exchanged], model: &Model) {
    let mut fresh: HashMap<String, String> = HashMap::new();
    for exchanged in recorded {
        let request = &exchanged.request;
        let answer = send(client, request, &fresh, model).await;
        let before = exchanged.response.as_ref().unwrap();
        assert_eq!(
            answer.status().as_u16(),
            before.status,
            "{}",
            exchanged.purpose
        );
        if let (Some(old), Some(new)) = (
            before.header("location").and_then(code),
            answer
                .headers()
                .get("location")
                .and_then(|l| code(l.to_str().unwrap())),
        ) {
            fresh.insert(old, new);
        }
        let body = answer.bytes().await.unwrap();
        let token = |body: &[u8]| {
            let value: Value = serde_json::from_slice(body).ok()?;
            Some(value.get("access_token")?.as_str()?.to_owned())
        };
        if let (Some(old), Some(new)) = (token(&before.body), token(&body)) {
            fresh.insert(old, new);
        }
    }
}

async fn send(
    client: &reqwest::Client,
    request: &Request,
    fresh: &HashMap<String, String>,
    model: &Model,
) -> reqwest::Response {
    let method = match request.method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        other => panic!("{other:?} is not in the sample"),
    };
    let renew = |value: &str| {
        value
            .split(' ')
            .map(|word| fresh.get(word).map_or(word, String::as_str))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let mut out = client.request(method, request.url.clone());
    for header in &request.headers {
        out = out.header(&header.name, renew(&header.value));
    }
    match &request.body {
        Body::Empty => {}
        Body::Form(fields) => {
            let fields: Vec<(&str, String)> = fields
                .iter()
                .map(|field| match field.name.as_str() {
                    "client_assertion" => ("client_assertion", assertion(&field.value, model)),
                    name => (name, renew(&field.value)),
                })
                .collect();
            out = out.form(&fields);
        }
        Body::Text { content_type, text } => {
            out = out.header("Content-Type", content_type).body(text.clone());
        }
    }
    out.send().await.unwrap()
}

/// The recorded assertion with a new `jti` and new times, signed by the same client.
fn assertion(recorded: &str, model: &Model) -> String {
    let token = decode(recorded);
    let mut claims = Value::Object(token.claims_map().clone());
    let env = Env::system(Clock::System);
    let now = env.now.as_second();
    claims["jti"] = rng::token(env.rng.as_ref(), 16).into();
    claims["iat"] = now.into();
    claims["exp"] = (now + 60).into();
    if claims.get("nbf").is_some() {
        claims["nbf"] = now.into();
    }
    let id = claims["iss"].as_str().unwrap();
    let practice = model.practice().unwrap();
    let client = practice.clients.iter().find(|c| c.client_id == id).unwrap();
    let Credential::Key(key) = &client.credential else {
        panic!("{id} has no key");
    };
    let alg = Alg::parse(token.header_text("alg").unwrap());
    craft::mint(&json!({ "typ": "JWT" }), &claims, key, &alg).unwrap()
}

fn code(location: &str) -> Option<String> {
    let url = url::Url::parse(location).ok()?;
    let (_, code) = url.query_pairs().find(|(name, _)| name == "code")?;
    Some(code.into_owned())
}

#[allow(clippy::disallowed_methods)] // a measurement needs the real clock
fn time(work: impl FnOnce()) -> f64 {
    let began = Instant::now();
    work();
    began.elapsed().as_secs_f64() * 1000.0
}

/// Best and median.
fn summary(times: &mut [f64]) -> (f64, f64) {
    times.sort_by(f64::total_cmp);
    (times[0], times[times.len() / 2])
}
