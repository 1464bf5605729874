//! From a run to what the rules see, and from findings back to the run's expectations.

use std::collections::{HashMap, HashSet};

use super::{
    Chain, Expect, Givers, Node, Role, expectation, plan,
    run::{FailureKind, NodeRun, NodeState, Run},
};
use crate::{
    evidence::{
        Hop,
        sent::{Scheme, Sent},
    },
    kit::text,
    risk::{Finding, Report},
};

/// The nodes that gave a token of their own in this run, in the order in which [`evidence`] lists their hops.
pub fn nodes(chain: &Chain, run: &Run) -> Vec<String> {
    let handed_on: HashSet<&str> = chain
        .nodes
        .iter()
        .filter(|node| node.hands_on().is_some())
        .map(|node| node.id.as_str())
        .collect();
    plan::order(chain)
        .into_iter()
        .filter(|id| run.token(id).is_some() && !handed_on.contains(id.as_str()))
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
    let givers = Givers::of(chain);
    let supporting = supporting(chain, &givers);
    let presented = presented(run);
    let requests_known = run.nodes.values().any(|shown| !shown.exchanged.is_empty());
    let mut exchanges = 0;
    ids.iter()
        .filter_map(|id| {
            let node = *by_id.get(id.as_str())?;
            let shown = run.nodes.get(id)?;
            let token = shown.token.clone()?;
            exchanges += usize::from(node.step.kind().is_exchange());
            let parent = node
                .inputs()
                .into_iter()
                .find(|(role, _)| *role == Role::Subject)
                .and_then(|(_, subject)| position.get(givers.giver(subject)).copied());
            Some(Hop {
                token_id: shown.token_id,
                name: name(node, exchanges),
                verdict: None,
                parent,
                exchange: node.step.kind().asked(node, shown, run),
                supporting: supporting.contains(id.as_str()),
                sent: requests_known.then(|| Sent {
                    scheme: presented.get(&*token.raw).copied(),
                    ..Sent::default()
                }),
                token,
                chain: Some(label.to_owned()),
            })
        })
        .collect()
}

/// The tokens that servers took from `Authorization`, and by which scheme: once as a bearer token is
/// enough to be one. A chain may send a bound token without proof on purpose, to see it refused.
fn presented(run: &Run) -> HashMap<&str, Scheme> {
    let mut presented = HashMap::new();
    let all = run.nodes.values().flat_map(|shown| &shown.exchanged);
    let taken = all.filter(|exchanged| matches!(&exchanged.response, Ok(r) if r.status < 400));
    for header in taken.flat_map(|exchanged| &exchanged.request.headers) {
        if header.name.eq_ignore_ascii_case("authorization")
            && let Some((scheme, token)) = header.value.split_once(' ')
            && let Some(scheme) = Scheme::parse(scheme)
        {
            let at = presented.entry(token).or_insert(scheme);
            if scheme == Scheme::Bearer {
                *at = scheme;
            }
        }
    }
    presented
}

/// What to call the hop of a node.
fn name(node: &Node, exchanges: usize) -> String {
    match &node.title {
        Some(title) => text::shorten(&text::escape(title), 60).into_owned(),
        None => node.step.kind().hop_name(node, exchanges),
    }
}

/// The sources whose tokens are used as actor tokens and as nothing else.
fn supporting<'a>(chain: &'a Chain, givers: &Givers<'a>) -> HashSet<&'a str> {
    let (mut actors, mut others) = (HashSet::new(), HashSet::new());
    for node in chain.nodes.iter().filter(|n| n.hands_on().is_none()) {
        for (role, id) in node.inputs() {
            let id = givers.giver(id);
            if role == Role::Actor {
                actors.insert(id);
            } else {
                others.insert(id);
            }
        }
        if !node.inputs().is_empty() {
            others.insert(node.id.as_str());
        }
    }
    actors.difference(&others).copied().collect()
}

/// Judges the expectations about findings, and sets the states of their nodes anew. `offset` is the
/// place in the evidence of the first hop that [`evidence`] gave for this run; `report` was made from
/// that evidence.
///
/// A node that gives a token answers for its own hop; a call answers for every hop that led to it.
/// Can be called again with another report.
pub fn settle(chain: &Chain, run: &mut Run, report: &Report, offset: usize) {
    let ids = nodes(chain, run);
    let givers = Givers::of(chain);
    let hop_of = |id: &str| {
        let giver = givers.giver(id);
        ids.iter().position(|n| n == giver).map(|n| n + offset)
    };
    for node in &chain.nodes {
        if !node.expect.iter().any(Expect::is_about_findings) {
            continue;
        }
        let hops: Vec<usize> = if node.gives_token() {
            hop_of(&node.id).into_iter().collect()
        } else {
            let before = plan::up_to(chain, &node.id);
            before.iter().filter_map(|id| hop_of(id)).collect()
        };
        let Some(shown) = run.nodes.get_mut(&node.id) else {
            continue;
        };
        if !matches!(shown.state, NodeState::Done | NodeState::Failed) {
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
                NodeState::Failed
            } else {
                NodeState::Done
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
