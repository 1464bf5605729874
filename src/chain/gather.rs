//! From a run to what the rules see, and from findings back to the run's expectations.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::{
    Chain, Expect, Node, Role, Step, expectation, plan,
    run::{FailureKind, NodeRun, Run, State},
};
use crate::{
    evidence::{Asked, Hop},
    kit::text,
    oauth::{
        exchange::GRANT_TYPE,
        http::{Body, Request},
    },
    risk::{Finding, Report},
    token::{Token, decode::decode},
};

/// The nodes that gave a token in this run, in the order in which [`evidence`] lists their hops.
pub fn nodes(chain: &Chain, run: &Run) -> Vec<String> {
    plan::order(chain)
        .into_iter()
        .filter(|id| run.token(id).is_some())
        .collect()
}

/// The tokens of a run as hops, parents before children. `label` tells the chain from others in the
/// same evidence; the parents' indices count from the first hop of this list.
pub fn evidence(chain: &Chain, run: &Run, label: &str) -> Vec<Hop> {
    let ids = nodes(chain, run);
    let position: HashMap<&str, usize> = ids
        .iter()
        .enumerate()
        .map(|(n, id)| (id.as_str(), n))
        .collect();
    let mut by_id: HashMap<&str, &Node> = HashMap::new();
    for node in &chain.nodes {
        by_id.entry(&node.id).or_insert(node);
    }
    let supporting = supporting(chain);
    let mut exchanges = 0;
    ids.iter()
        .filter_map(|id| {
            let node = *by_id.get(id.as_str())?;
            let shown = run.nodes.get(id)?;
            let token = shown.token.clone()?;
            if matches!(node.step, Step::Exchange { .. }) {
                exchanges += 1;
            }
            let parent = node
                .inputs()
                .into_iter()
                .find(|(role, _)| *role == Role::Subject)
                .and_then(|(_, subject)| position.get(subject).copied());
            Some(Hop {
                token_id: shown.token_id,
                name: name(node, exchanges),
                token,
                verdict: None,
                parent,
                exchange: asked(node, shown, run),
                supporting: supporting.contains(id.as_str()),
                chain: Some(label.to_owned()),
            })
        })
        .collect()
}

/// What to call the hop of a node.
fn name(node: &Node, exchanges: usize) -> String {
    if let Some(title) = &node.title {
        return text::shorten(&text::escape(title), 60).into_owned();
    }
    match &node.step {
        Step::SignIn { .. } => "sign-in".into(),
        Step::Exchange { .. } => format!("hop {exchanges}"),
        Step::ClientCredentials { .. } => format!(
            "credentials, {}",
            text::shorten(&text::escape(node.client_id().unwrap_or(&node.id)), 60)
        ),
        Step::Paste { .. } | Step::Call { .. } => {
            text::shorten(&text::escape(&node.id), 60).into_owned()
        }
    }
}

/// The sources whose tokens are used as actor tokens and as nothing else.
fn supporting(chain: &Chain) -> HashSet<&str> {
    let (mut actors, mut others) = (HashSet::new(), HashSet::new());
    for node in &chain.nodes {
        for (role, id) in node.inputs() {
            if role == Role::Actor {
                actors.insert(id);
            } else {
                others.insert(id);
            }
        }
        if matches!(node.step, Step::Exchange { .. } | Step::Call { .. }) {
            others.insert(node.id.as_str());
        }
    }
    actors.difference(&others).copied().collect()
}

/// What an exchange asked for: from the request that was sent, or, where the run was read from a file
/// and has none, from the chain.
fn asked(node: &Node, shown: &NodeRun, run: &Run) -> Option<Asked> {
    let Step::Exchange { actor, ask, .. } = &node.step else {
        return None;
    };
    let actor_token = actor.as_deref().and_then(|id| run.token(id)).cloned();
    let sent = shown.exchanged.iter().rev().find_map(|exchanged| {
        exchanged
            .request
            .field("grant_type")
            .filter(|f| f.value == GRANT_TYPE)
            .map(|_| &exchanged.request)
    });
    let Some(request) = sent else {
        return Some(Asked {
            client_id: node.client_id().map(str::to_owned),
            actor_token_sent: actor.is_some(),
            actor_token,
            scope: (!ask.scope.is_empty()).then(|| ask.scope.iter().cloned().collect()),
            targets: (!ask.audience.is_empty() || !ask.resource.is_empty())
                .then(|| ask.audience.iter().chain(&ask.resource).cloned().collect()),
        });
    };
    let sent_actor = request.field("actor_token").map(|f| f.value.as_str());
    let targets: std::collections::BTreeSet<String> = values(request, "audience")
        .chain(values(request, "resource"))
        .map(str::to_owned)
        .collect();
    Some(Asked {
        client_id: request
            .field("client_id")
            .map(|f| f.value.clone())
            .or_else(|| node.client_id().map(str::to_owned)),
        actor_token_sent: sent_actor.is_some(),
        actor_token: sent_actor.map(|raw| match actor_token {
            Some(token) if *token.raw == *raw => token,
            _ => Arc::<Token>::new(decode(raw)),
        }),
        scope: request.field("scope").map(|f| {
            f.value
                .split_ascii_whitespace()
                .map(str::to_owned)
                .collect()
        }),
        targets: (!targets.is_empty()).then_some(targets),
    })
}

fn values<'a>(request: &'a Request, name: &'a str) -> impl Iterator<Item = &'a str> {
    let fields = match &request.body {
        Body::Form(fields) => fields.as_slice(),
        _ => &[],
    };
    fields
        .iter()
        .filter(move |f| f.name == name)
        .map(|f| f.value.as_str())
}

/// Judges the expectations about findings, and sets the states of their nodes anew. `offset` is the
/// place in the evidence of the first hop that [`evidence`] gave for this run; `report` was made from
/// that evidence.
///
/// A node that gives a token answers for its own hop; a call answers for every hop that led to it.
/// Can be called again with another report.
pub fn settle(chain: &Chain, run: &mut Run, report: &Report, offset: usize) {
    let ids = nodes(chain, run);
    let hop_of = |id: &str| ids.iter().position(|n| n == id).map(|n| n + offset);
    for node in &chain.nodes {
        if !node.expect.iter().any(Expect::is_about_findings) {
            continue;
        }
        let hops: Vec<usize> = match &node.step {
            Step::Call { .. } => plan::up_to(chain, &node.id)
                .iter()
                .filter_map(|id| hop_of(id))
                .collect(),
            _ => hop_of(&node.id).into_iter().collect(),
        };
        let Some(shown) = run.nodes.get_mut(&node.id) else {
            continue;
        };
        if !matches!(shown.state, State::Done | State::Failed) {
            continue;
        }
        let found: Vec<&Finding> = report
            .findings
            .iter()
            .filter(|f| hops.contains(&f.hop))
            .collect();
        settle_node(node, shown, &found, !hops.is_empty());
    }
}

fn settle_node(node: &Node, shown: &mut NodeRun, found: &[&Finding], judged: bool) {
    let before = std::mem::take(&mut shown.expectations);
    let mut earlier = before.iter().filter(|(e, _)| !e.is_about_findings());
    let mut broken = Vec::new();
    for expect in &node.expect {
        let held = match expect {
            // Without a token nothing was examined: that is no pass.
            Expect::NoFinding(_) | Expect::Finding(_) if !judged => false,
            Expect::NoFinding(severity) => !found.iter().any(|f| f.severity >= *severity),
            Expect::Finding(rule) => found.iter().any(|f| f.rule.id == rule),
            _ => match earlier.next() {
                Some((_, held)) => *held,
                None => continue,
            },
        };
        if !held && expect.is_about_findings() {
            broken.push(format!(
                "{}; found {}",
                expect.words(),
                if judged {
                    list(found)
                } else {
                    "no token".into()
                }
            ));
        }
        shown.expectations.push((expect.clone(), held));
    }
    let others_broken = before
        .iter()
        .any(|(e, held)| !e.is_about_findings() && !held);
    match &shown.failure {
        Some(failure) if failure.kind != FailureKind::Expectation || others_broken => {}
        _ => {
            shown.failure = expectation::broken_expectations(&broken);
            shown.state = if shown.failure.is_some() {
                State::Failed
            } else {
                State::Done
            };
        }
    }
}

fn list(found: &[&Finding]) -> String {
    if found.is_empty() {
        return "none".into();
    }
    let mut shown: Vec<String> = found
        .iter()
        .take(8)
        .map(|f| format!("{} ({})", f.rule.id, f.severity.name()))
        .collect();
    if found.len() > shown.len() {
        shown.push(format!("{} more", found.len() - shown.len()));
    }
    shown.join(", ")
}
