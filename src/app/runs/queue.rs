//! A run under way: a queue of nodes, one request at a time, carried on by each answer.

use std::{collections::BTreeSet, time::Duration};

use crate::{
    app::{
        Effect, Model,
        chains::words::title,
        directory::{Names, faults},
        log::{self, Source},
        model::{Purpose, Running},
        practice::{servers, state::Practice},
        selection,
        session::{Cause, Notice, Selection},
    },
    chain::{
        Chain, Node, plan,
        run::{self, Answer, Exchanged, NodeRun, NodeState, Progress, Run, SigningIn, Want},
    },
    kit::{
        Env,
        ids::{ChainId, JobId, TokenId},
        text::escape,
    },
    practice::Faults,
};

pub(super) fn has_run(run: &Run, node: &str) -> bool {
    run.nodes.get(node).is_some_and(|n| n.token.is_some())
}

/// Queues nodes of a chain and starts the first.
pub(super) fn begin(
    model: &mut Model,
    id: ChainId,
    env: &Env,
    effects: &mut Vec<Effect>,
    afresh: bool,
    choose: impl FnOnce(&Chain, &Run) -> Vec<String>,
) {
    let Some(chain) = model.workspace.chain(id).cloned() else {
        return model.complain("That chain is no longer in the workspace.");
    };
    let title = title(&chain);
    if model.running.contains_key(&id) {
        return model.say(format!(
            "{title} is running: cancel it, or wait until it is done."
        ));
    }
    let old = model.runs.get(&id);
    let number = old.map_or(0, |r| r.number);
    let fresh = || Run {
        number: number + 1,
        started: Some(env.now),
        ..Run::default()
    };
    let run = if afresh {
        fresh()
    } else {
        old.cloned().unwrap_or_else(fresh)
    };
    let queue = choose(&chain, &run);
    let flaws = plan::flaws(&chain);
    if let Some(flaw) = flaws
        .iter()
        .find(|f| queue.contains(&f.node) || queue.is_empty())
    {
        model.session.selection = Selection::ChainNode(id, flaw.node.clone());
        return model.complain(format!(
            "{title} cannot run: {}: {}",
            escape(&flaw.node),
            flaw.message
        ));
    }
    if queue.is_empty() {
        return model.say(format!("{title} has no node that can run: add one."));
    }
    model.runs.insert(id, run);
    if afresh {
        model.evidence += 1;
        model.touch();
        selection::mend(model);
    }
    let mut running = Running {
        queue,
        ..Running::default()
    };
    if running.queue.iter().any(|n| needs_practice(&chain, n)) {
        let wanted = faults(&chain);
        if !matches!(model.practice.get(&wanted), Some(Practice::Running(_))) {
            servers::start(model, wanted.clone(), effects);
            running.waits_for = Some(wanted);
        }
    }
    model.running.insert(id, running);
    advance(model, id, env, effects);
}

fn needs_practice(chain: &Chain, id: &str) -> bool {
    chain.node(id).is_some_and(Node::is_at_practice)
}

/// Starts node after node until one wants an answer, or the queue is empty.
fn advance(model: &mut Model, id: ChainId, env: &Env, effects: &mut Vec<Effect>) {
    loop {
        let Some(running) = model.running.get_mut(&id) else {
            return;
        };
        if running.waits_for.is_some() || running.pending.is_some() {
            return;
        }
        if running.queue.is_empty() {
            return finish(model, id);
        }
        let node = running.queue.remove(0);
        running.logged = 0;
        let (Some(chain), Some(run)) = (model.workspace.chain(id), model.runs.get(&id)) else {
            model.running.remove(&id);
            return;
        };
        if chain.node(&node).is_none() {
            continue; // deleted while the chain ran
        }
        let progress = run::start(chain, &node, run, &Names::of(model, chain), env);
        take(model, id, &node, progress, effects);
    }
}

/// An answer has come for a chain.
pub(in crate::app) fn answered(
    model: &mut Model,
    job: JobId,
    answer: Answer,
    env: &Env,
    effects: &mut Vec<Effect>,
) {
    let Some(Purpose::Chain(id)) = model.jobs.get(&job).map(|j| j.purpose.clone()) else {
        return; // cancelled: nobody waits for it
    };
    model.jobs.remove(&job);
    let Some(running) = model.running.get_mut(&id) else {
        return;
    };
    let Some((_, pending)) = running.pending.take_if(|(waiting, _)| *waiting == job) else {
        return;
    };
    let node = pending.node.clone();
    let (Some(chain), Some(run)) = (model.workspace.chain(id), model.runs.get(&id)) else {
        model.running.remove(&id);
        return;
    };
    let progress = run::resume(chain, pending, answer, run, &Names::of(model, chain), env);
    take(model, id, &node, progress, effects);
    advance(model, id, env, effects);
}

/// A node of a chain still waits.
pub(in crate::app) fn waiting(model: &mut Model, job: JobId, left: Duration) {
    let mut running = model.running.values_mut();
    let waits = |r: &&mut Running| r.pending.as_ref().is_some_and(|(id, _)| *id == job);
    if let Some(running) = running.find(waits) {
        running.left = Some(left);
    }
}

/// A node of a chain waits for a person to sign in.
pub(in crate::app) fn signing_in(model: &mut Model, job: JobId, state: SigningIn) {
    waiting(model, job, state.left);
    let mut running = model.running.values_mut();
    let waits = |r: &&mut Running| r.pending.as_ref().is_some_and(|(id, _)| *id == job);
    if let Some(running) = running.find(waits) {
        running.signing_in = Some(state);
    }
}

/// Takes in how a node goes on.
fn take(model: &mut Model, id: ChainId, node: &str, progress: Progress, effects: &mut Vec<Effect>) {
    match progress {
        Progress::Want(pending, want) => {
            log(model, id, &pending.so_far.exchanged);
            show(
                model,
                id,
                node,
                NodeRun {
                    state: NodeState::Running,
                    ..pending.so_far.clone()
                },
            );
            let title = model.workspace.chain(id).map(title).unwrap_or_default();
            let what = format!("{title}: {}", escape(node));
            let job = model.begin(what, Purpose::Chain(id));
            if let Some(running) = model.running.get_mut(&id) {
                running.pending = Some((job, *pending));
                running.signing_in = None;
                running.left = match want {
                    Want::Wait(time) => Some(time),
                    Want::Http(_) | Want::Browser(_) | Want::Read(_) => None,
                };
            }
            effects.push(match want {
                Want::Wait(time) => Effect::Wait(job, time),
                Want::Http(request) => Effect::Http(job, request),
                Want::Browser(want) => Effect::Browser(job, want),
                Want::Read(at) => Effect::ReadText(job, at),
            });
        }
        Progress::End(shown) => {
            log(model, id, &shown.exchanged);
            end(model, id, node, *shown);
        }
    }
}

/// A node has ended: its token gets a place in the tray, and what depends on it follows.
fn end(model: &mut Model, id: ChainId, node: &str, mut shown: NodeRun) {
    let failed = shown.state == NodeState::Failed;
    let chain = model.workspace.chain(id);
    let hands_on = chain
        .and_then(|chain| chain.node(node))
        .is_some_and(|node| node.hands_on().is_some());
    if shown.token.is_some() && !hands_on {
        shown.token_id = Some(TokenId(model.ids.allot()));
    }
    show(model, id, node, shown);
    model.evidence += 1;
    model.touch();
    let Some(chain) = model.workspace.chain(id) else {
        return;
    };
    let after: BTreeSet<String> = plan::downstream(chain, node).into_iter().collect();
    let gave_token = model.runs.get(&id).is_some_and(|r| has_run(r, node));
    let mut queued = BTreeSet::new();
    if let Some(running) = model.running.get_mut(&id) {
        if failed && !gave_token {
            running.queue.retain(|n| !after.contains(n));
        }
        queued.extend(running.queue.iter().cloned());
    }
    if let Some(run) = model.runs.get_mut(&id) {
        for (name, shown) in &mut run.nodes {
            if after.contains(name) && !queued.contains(name) && shown.state == NodeState::Done {
                shown.state = NodeState::Stale;
            }
        }
    }
}

fn show(model: &mut Model, id: ChainId, node: &str, shown: NodeRun) {
    if let Some(run) = model.runs.get_mut(&id) {
        run.nodes.insert(node.to_owned(), shown);
    }
}

/// Puts requests that are not there yet into the log.
fn log(model: &mut Model, id: ChainId, exchanged: &[Exchanged]) {
    let Some(running) = model.running.get_mut(&id) else {
        return;
    };
    let new = exchanged.get(running.logged..).unwrap_or_default();
    running.logged = exchanged.len().max(running.logged);
    for exchanged in new {
        let entry = log::Entry::new(Source::Chain, exchanged.clone());
        model.log.push(entry);
    }
}

fn finish(model: &mut Model, id: ChainId) {
    model.running.remove(&id);
    let (Some(chain), Some(run)) = (model.workspace.chain(id), model.runs.get(&id)) else {
        return;
    };
    let title = title(chain);
    let done = chain
        .nodes
        .iter()
        .filter(|n| run.state(&n.id) == NodeState::Done)
        .count();
    let millis: u64 = run.nodes.values().map(|n| n.millis).sum();
    let failed: Vec<&str> = chain
        .nodes
        .iter()
        .filter(|n| run.state(&n.id) == NodeState::Failed)
        .map(|n| n.id.as_str())
        .collect();
    let count = format!("{title}: {done} of {} done, {millis} ms", chain.nodes.len());
    if let Some(first) = failed.first() {
        let said = run
            .nodes
            .get(*first)
            .and_then(|n| n.failure.as_ref())
            .map(|f| format!(": {}", f.said))
            .unwrap_or_default();
        let text = format!("{count}. Failed at {}{said}", escape(&failed.join(", ")));
        model.complain_of(Cause::Run(id), text);
    } else {
        model.session.notices.push(Notice {
            error: false,
            text: count,
            about: Some(Cause::Run(id)),
        });
    }
}

/// Cancels a run: what has been done stays.
pub(in crate::app) fn cancel(model: &mut Model, id: ChainId, effects: &mut Vec<Effect>) {
    let Some(running) = model.running.remove(&id) else {
        return;
    };
    if let Some((job, pending)) = running.pending {
        model.jobs.remove(&job);
        effects.push(Effect::Cancel(job));
        if let Some(run) = model.runs.get_mut(&id) {
            run.nodes.remove(&pending.node);
        }
    }
    if let Some(chain) = model.workspace.chain(id) {
        let title = title(chain);
        model.say(format!("{title}: cancelled."));
    }
}

/// A practice server is up, or could not be started: chains that wait for it go on.
pub(in crate::app) fn practice_changed(model: &mut Model, env: &Env, effects: &mut Vec<Effect>) {
    let waiting: Vec<ChainId> = model
        .running
        .iter()
        .filter(|(_, r)| {
            r.waits_for.as_ref().is_some_and(|faults| {
                !matches!(model.practice.get(faults), Some(Practice::Starting))
            })
        })
        .map(|(id, _)| *id)
        .collect();
    for id in waiting {
        if let Some(running) = model.running.get_mut(&id) {
            running.waits_for = None;
        }
        // When it could not be started the first node fails and says why.
        advance(model, id, env, effects);
    }
}

/// The practice servers are about to stop, or the one with these faults: chains that use them cannot
/// go on.
pub(in crate::app) fn practice_stops(
    model: &mut Model,
    only: Option<&Faults>,
    effects: &mut Vec<Effect>,
) {
    let using: Vec<ChainId> = model
        .running
        .keys()
        .copied()
        .filter(|id| {
            model.workspace.chain(*id).is_some_and(|chain| {
                only.is_none_or(|f| *f == faults(chain))
                    && chain.nodes.iter().any(|n| needs_practice(chain, &n.id))
            })
        })
        .collect();
    for id in using {
        cancel(model, id, effects);
    }
}
