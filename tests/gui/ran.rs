//! A model in which a sample chain has run: the tokens are those that the practice server gives, minted
//! here with a fixed key at a fixed moment, so that pictures are the same in every run.

use std::sync::Arc;

use delegraph::{
    app::{
        Model, jobs,
        log::{Entry, Source},
        session::View,
        view,
        workspace::ChainEntry,
    },
    chain::{
        Chain, Expect, Node, Step, file,
        kinds::{Call, Exchange, SignIn},
        run::{Exchanged, NodeRun, NodeState, Run},
    },
    gui::shell::App,
    jose::{Alg, Jwks},
    kit::{
        clock::{Clock, Timestamp},
        ids::{ChainId, TokenId},
    },
    oauth::http::{Field, Request, Response},
    token::{craft, decode},
};
use egui_kittest::Harness;
use serde_json::{Map, Value, json};

use crate::rig::{NOW, key, over};

const ISSUER: &str = "http://127.0.0.1:41873";

/// The sample of that name after a run.
pub fn sample(name: &str) -> Model {
    let chain = file::read(file::sample(name).unwrap()).unwrap();
    let mut model = Model::default();
    model.session.clock = Clock::Fixed(Timestamp::from_second(NOW).unwrap());
    let id = ChainId(model.ids.allot());
    let risky = !chain.faults.is_empty();
    let run = run(&mut model, &chain, risky);
    for node in &chain.nodes {
        for exchanged in &run.nodes[&node.id].exchanged {
            let entry = Entry::new(Source::Chain, exchanged.clone());
            model.log.push(entry);
        }
    }
    model.runs.insert(id, run);
    let mut workspace = delegraph::app::Workspace::clone(&model.workspace);
    workspace.name = "payments-review".into();
    workspace.chains.push(ChainEntry { id, chain });
    model.workspace = Arc::new(workspace);
    model.session.chain = Some(id);
    let public = key().public().unwrap();
    model
        .jwks
        .insert(ISSUER.into(), Arc::new(Jwks { keys: vec![public] }));
    model.revision += 1;
    model
}

fn run(model: &mut Model, chain: &Chain, risky: bool) -> Run {
    let mut run = Run {
        number: 3,
        started: Some(Timestamp::from_second(NOW - 8).unwrap()),
        ..Run::default()
    };
    for (n, node) in chain.nodes.iter().enumerate() {
        let client = node.client_id().unwrap_or("").to_owned();
        let parent = |id: &str| run.nodes[id].token.as_ref().unwrap().claims_map().clone();
        let mut claims: Map<String, Value> = Map::new();
        let (purpose, gives) = match &node.step {
            Step::SignIn(SignIn { user, request: ask }) => {
                claims.insert("sub".into(), json!(user));
                claims.insert("aud".into(), json!(ask.audience[0]));
                claims.insert("scope".into(), json!(ask.scope.join(" ")));
                may_act(&mut claims, ask.may_act.as_deref());
                (format!("sign-in, {}", user.as_deref().unwrap()), true)
            }
            Step::ClientCredentials { .. } => {
                claims.insert("sub".into(), json!(client));
                claims.insert("aud".into(), json!(ISSUER));
                (format!("client credentials, {client}"), true)
            }
            Step::Exchange(Exchange {
                subject,
                request: ask,
                ..
            }) => {
                let before = parent(subject);
                claims.insert("sub".into(), before["sub"].clone());
                claims.insert("aud".into(), json!(ask.audience[0]));
                let mut scope = ask.scope.clone();
                if risky && client == "payments-agent" {
                    scope = vec!["payments:read".into(), "payments:initiate".into()];
                }
                claims.insert("scope".into(), json!(scope.join(" ")));
                let mut act = json!({ "sub": client });
                if let Some(inner) = before.get("act").filter(|_| !risky) {
                    act["act"] = inner.clone();
                }
                claims.insert("act".into(), act);
                may_act(&mut claims, ask.may_act.as_deref());
                (format!("exchange, {client}"), true)
            }
            Step::Call(Call { url, .. }) => (format!("call {url}"), false),
            Step::Paste { .. } | Step::Wait { .. } => {
                unreachable!("the samples paste nothing and do not wait")
            }
        };
        let life = match node.step {
            Step::ClientCredentials { .. } => 3600,
            Step::Exchange { .. } if risky => 900 + 300 * i64::try_from(n).unwrap(),
            Step::Exchange { .. } => 292 - 20 * i64::try_from(n).unwrap(),
            _ => 300,
        };
        let mut done = NodeRun {
            state: NodeState::Done,
            millis: 7 + n as u64,
            ..NodeRun::default()
        };
        let mut body =
            json!({ "service": "payments-api", "subject": "alice", "actor": "payments-agent" });
        if gives {
            claims.insert("iss".into(), json!(ISSUER));
            claims.insert("client_id".into(), json!(client));
            claims.insert("iat".into(), json!(NOW - 8));
            claims.insert("exp".into(), json!(NOW - 8 + life));
            claims.insert("jti".into(), json!(format!("jti-{n:04}")));
            let header = json!({ "typ": "at+jwt", "alg": "ES256", "kid": "prac-1" });
            let raw = craft::mint(&header, &Value::Object(claims), &key(), &Alg::Es256).unwrap();
            body = json!({ "access_token": raw, "token_type": "Bearer", "expires_in": life });
            done.token = Some(Arc::new(decode::decode(&raw)));
            done.token_id = Some(TokenId(model.ids.allot()));
        }
        done.exchanged.push(exchanged(
            &purpose,
            asked(node, &run, gives),
            &body,
            done.millis,
        ));
        done.expectations = node
            .expect
            .iter()
            .filter(|e| !matches!(e, Expect::Finding(_) | Expect::NoFinding(_)))
            .map(|e| (e.clone(), true))
            .collect();
        run.nodes.insert(node.id.clone(), done);
    }
    run
}

fn may_act(claims: &mut Map<String, Value>, who: Option<&str>) {
    if let Some(who) = who {
        claims.insert("may_act".into(), json!({ "iss": ISSUER, "sub": who }));
    }
}

/// The form of the request for a token; none for a call.
fn asked(node: &Node, run: &Run, gives: bool) -> Option<Vec<Field>> {
    if !gives {
        return None;
    }
    let raw = |id: &str| run.nodes[id].token.as_ref().unwrap().raw.to_string();
    let mut fields = Vec::new();
    if let Step::Exchange(Exchange {
        subject,
        actor,
        request: ask,
        ..
    }) = &node.step
    {
        let grant = "urn:ietf:params:oauth:grant-type:token-exchange";
        fields.push(Field::plain("grant_type", grant));
        fields.push(Field::token("subject_token", raw(subject)));
        fields.extend(actor.iter().map(|a| Field::token("actor_token", raw(a))));
        fields.push(Field::plain("scope", ask.scope.join(" ")));
        fields.extend(ask.audience.iter().map(|a| Field::plain("audience", a)));
    } else {
        fields.push(Field::plain("grant_type", "client_credentials"));
    }
    fields.push(Field::plain("client_id", node.client_id().unwrap_or("")));
    fields.push(Field::secret("client_assertion", "not to be seen anywhere"));
    Some(fields)
}

fn exchanged(purpose: &str, form: Option<Vec<Field>>, body: &Value, millis: u64) -> Exchanged {
    let path = if form.is_some() {
        "/token"
    } else {
        "/resources/payments-api"
    };
    let url = url::Url::parse(&format!("{ISSUER}{path}")).unwrap();
    let request = match form {
        Some(fields) => Request::form(url, fields),
        None => Request::get(url),
    };
    Exchanged {
        at: Timestamp::from_second(NOW - 8).unwrap(),
        purpose: purpose.into(),
        request,
        response: Ok(Response {
            status: 200,
            headers: vec![("content-type".into(), "application/json".into())],
            body: body.to_string().into_bytes(),
            millis,
        }),
    }
}

/// A window over a model.
pub fn window<'a>(dark: bool, size: [f32; 2], model: Model, view: View) -> Harness<'a, App> {
    over(
        dark,
        size,
        model,
        vec![
            jobs::Command::Analyse.into(),
            view::Command::Show(view).into(),
        ],
    )
}
