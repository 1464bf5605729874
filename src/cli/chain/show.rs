//! A run as JSON and as text.

use serde_json::{Map, Value, json};

use super::super::output::columns;
use crate::{
    chain::{
        Chain, Node,
        run::{Exchanged, NodeRun, NodeState, Run},
    },
    evidence::{Evidence, Hop},
    kit::text::{escape, shorten},
    oauth::http::{Body, Field, Request, Response},
    report::run::state,
    risk::Report,
    token::{claims::holder_key, explain::principal},
};

/// `hops` of the JSON output, in the chain's order.
pub(super) fn hops(chain: &Chain, run: &Run) -> Vec<Value> {
    chain
        .nodes
        .iter()
        .map(|node| hop(node, run.nodes.get(&node.id)))
        .collect()
}

/// The node whose token the hop is.
pub(super) fn node<'a>(run: &'a Run, hop: &Hop) -> Option<&'a str> {
    let id = hop.token_id?;
    run.nodes
        .iter()
        .find(|(_, done)| done.token_id == Some(id))
        .map(|(name, _)| name.as_str())
}

/// `findings` of the JSON output, each with the name of its node.
pub(super) fn findings(run: &Run, report: &Report, evidence: &Evidence) -> Vec<Value> {
    let mut values = crate::report::finding::all(report, evidence);
    for (value, finding) in values.iter_mut().zip(&report.findings) {
        let name = evidence
            .hops
            .get(finding.hop)
            .and_then(|hop| node(run, hop));
        if let Some(members) = value.as_object_mut() {
            members.insert("node".into(), name.into());
        }
    }
    values
}

fn hop(node: &Node, done: Option<&NodeRun>) -> Value {
    let idle = NodeRun::default();
    let done = done.unwrap_or(&idle);
    let last = done.exchanged.last();
    let expectations: Vec<Value> = done
        .expectations
        .iter()
        .map(|(expect, held)| json!({ "expect": expect, "held": held }))
        .collect();
    json!({
        "name": node.id,
        "title": node.title(),
        "state": state(done.state),
        "request": last.map(|e| request(&e.request)),
        "response": last.map(answer),
        "token": done.token.as_ref().map(|t| t.raw.as_ref()),
        "issued_token_type": done.token_type_uri,
        "proved_key": done.proof_key.as_ref().and_then(|key| key.thumbprint().ok()),
        "millis": done.millis,
        "expectations": expectations,
        "failure": done.failure.as_ref().map(|f| json!({
            "said": f.said,
            "expected": f.expected,
            "try": f.try_this,
            "error": f.code,
        })),
        "notes": done.notes,
    })
}

/// Secrets stay out: a field that must not be shown is `…`.
fn request(request: &Request) -> Value {
    let fields = |fields: &[Field]| -> Vec<Value> {
        fields
            .iter()
            .map(|f| json!({ "name": f.name, "value": f.shown() }))
            .collect()
    };
    let mut value = json!({
        "method": request.method.name(),
        "url": request.url,
        "headers": fields(&request.headers),
    });
    if let Some(members) = value.as_object_mut() {
        match &request.body {
            Body::Empty => {}
            Body::Form(form) => {
                members.insert("form".into(), fields(form).into());
            }
            Body::Text { content_type, text } => {
                members.insert("content_type".into(), content_type.as_str().into());
                members.insert("body".into(), text.as_str().into());
            }
        }
    }
    value
}

fn answer(exchanged: &Exchanged) -> Value {
    match &exchanged.response {
        Ok(response) => self::response(response),
        Err(why) => json!({ "error": why }),
    }
}

fn response(response: &Response) -> Value {
    let mut headers = Map::new();
    for (name, value) in &response.headers {
        headers.insert(name.to_lowercase(), value.as_str().into());
    }
    let body = crate::kit::json::parse(&response.body).map_or_else(
        |_| String::from_utf8_lossy(&response.body).into_owned().into(),
        |json| json.value,
    );
    json!({
        "status": response.status,
        "headers": headers,
        "body": body,
        "millis": response.millis,
    })
}

/// A line a hop, and below it what is to be known of it.
pub(super) fn in_words(chain: &Chain, run: &Run) -> String {
    let mut text = format!(
        "{}\n",
        escape(if chain.title.is_empty() {
            &chain.name
        } else {
            &chain.title
        })
    );
    let idle = NodeRun::default();
    let width = chain
        .nodes
        .iter()
        .map(|n| n.id.chars().count())
        .max()
        .unwrap_or(0)
        .min(28);
    for node in &chain.nodes {
        let done = run.nodes.get(&node.id).unwrap_or(&idle);
        let status = match done.exchanged.last().map(|e| &e.response) {
            Some(Ok(response)) => response.status.to_string(),
            Some(Err(_)) => "---".into(),
            None => "   ".into(),
        };
        let who = done
            .token
            .as_ref()
            .map_or_else(String::new, |token| principal(token).short());
        let line = format!(
            "  {:7} {:width$}  {status}  {:>5} ms  {who}",
            state(done.state),
            escape(&node.id),
            done.millis,
        );
        text.push_str(line.trim_end());
        text.push('\n');
        text.push_str(&columns(10, &details(done)));
    }
    text
}

fn details(done: &NodeRun) -> Vec<(&'static str, String)> {
    let mut rows = Vec::new();
    if let Some(failure) = &done.failure {
        let said = match &failure.code {
            Some(code) if !failure.said.contains(code.as_str()) => {
                format!("{code}: {}", failure.said)
            }
            _ => failure.said.clone(),
        };
        rows.push(("said", escape(&said).into_owned()));
        if !failure.expected.is_empty() {
            rows.push(("expected", escape(&failure.expected).into_owned()));
        }
        if !failure.try_this.is_empty() {
            rows.push(("try", escape(&failure.try_this).into_owned()));
        }
    }
    let ended = matches!(done.state, NodeState::Done | NodeState::Failed);
    if let Some(key) = done.token.as_ref().and_then(|token| holder_key(token)) {
        rows.push((
            "bound",
            format!("to the key {}", escape(&shorten(&key, 80))),
        ));
    }
    for (expect, held) in &done.expectations {
        if !held && ended {
            rows.push(("broken", format!("expected that {}", expect.words())));
        }
    }
    for note in &done.notes {
        rows.push(("note", escape(note).into_owned()));
    }
    rows
}
