//! Runs of chains.

pub(super) mod queue;
mod stale;
pub(super) mod tokens;

use self::queue::{begin, has_run};
use super::{
    Effect, Model,
    chains::{self, AtPractice},
    noun::{Entry, Keys, Noun, Rank, Undo, offer},
    practice, selection,
};
use crate::{
    chain::{
        Node,
        file::SAMPLES,
        plan,
        run::{NodeState, Run},
    },
    kit::{Env, ids::ChainId, text::escape},
    practice::Faults,
};

pub(super) use self::{
    queue::{answered, cancel, practice_changed, signing_in, waiting},
    stale::{mark_stale, settle_findings},
    tokens::{found, token},
};

/// What can be asked of runs.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Run all nodes of a chain.
    All(ChainId),
    /// Run the next node that can run.
    Step(ChainId),
    /// Run a node and what it needs.
    To(ChainId, String),
    /// Cancel a run.
    Cancel(ChainId),
    /// Forget the run.
    Reset(ChainId),
    /// Put a sample chain into the workspace, show it and run it.
    Sample(String),
    /// Run a chain at the practice server with these faults, which is started for it: a copy, so that
    /// the chain itself stays as it is.
    AtPractice(AtPractice, Faults),
}

impl Noun for Command {
    fn label(&self) -> String {
        match self {
            Self::All(_) => "Run all".into(),
            Self::Step(_) => "Run the next node".into(),
            Self::To(_, id) => format!("Run to {}", escape(id)),
            Self::Cancel(_) => "Cancel the run".into(),
            Self::Reset(_) => "Reset the run".into(),
            Self::Sample(name) => format!("Run {}", chains::sample_in_words(name)),
            Self::AtPractice(what, faults) => {
                let what = match what {
                    AtPractice::Sample(_) => "the sample",
                    AtPractice::Chain(_) => "the chain",
                };
                format!("Run {what} at {}", escape(&practice::title(faults)))
            }
        }
    }

    fn undo(&self) -> Undo {
        match self {
            // They may bring a chain into the workspace; the run itself is evidence.
            Self::Sample(_) | Self::AtPractice(..) => Undo::Step,
            Self::All(_) | Self::Step(_) | Self::To(..) | Self::Cancel(_) | Self::Reset(_) => {
                Undo::No
            }
        }
    }

    fn update(self, model: &mut Model, env: &Env, effects: &mut Vec<Effect>) {
        match self {
            Self::All(id) => all(model, id, env, effects),
            Self::Step(id) => step(model, id, env, effects),
            Self::To(id, node) => begin(model, id, env, effects, false, |chain, run| {
                let mut queue = plan::up_to(chain, &node);
                queue.retain(|n| *n == node || run.state(n) != NodeState::Done);
                queue
            }),
            Self::Cancel(id) => cancel(model, id, effects),
            Self::Reset(id) => {
                cancel(model, id, effects);
                if model.runs.remove(&id).is_some() {
                    model.evidence += 1;
                    model.touch();
                    selection::mend(model);
                }
            }
            Self::Sample(name) => {
                if let Some(chain) = chains::sample(model, &name) {
                    all(model, chain, env, effects);
                }
            }
            Self::AtPractice(what, faults) => {
                if let Some(chain) = chains::at_practice(model, &what, &faults) {
                    all(model, chain, env, effects);
                }
            }
        }
    }

    fn palette(model: &Model, entries: &mut Vec<Entry<Self>>) {
        if let Some(id) = model.session.chain
            && let Some(title) = model.workspace.chain(id).map(chains::title)
        {
            let mut add = |command| entries.push(offer(Rank::Front, &title, command));
            if model.running.contains_key(&id) {
                add(Self::Cancel(id));
            } else {
                if model
                    .workspace
                    .chain(id)
                    .is_some_and(|c| !c.nodes.is_empty())
                {
                    add(Self::All(id));
                    add(Self::Step(id));
                }
                if model.runs.contains_key(&id) {
                    add(Self::Reset(id));
                }
            }
        }
        for (name, _) in SAMPLES {
            let sample = Self::Sample(name.into());
            entries.push(offer(Rank::Whole, "on the practice server", sample));
        }
    }

    fn shortcuts(model: &Model) -> Vec<(Self, Keys)> {
        let of = |id| -> Vec<(Self, Keys)> {
            vec![(Self::All(id), &["Ctrl+Enter"]), (Self::Step(id), &["F10"])]
        };
        model.session.chain.map(of).unwrap_or_default()
    }
}

fn all(model: &mut Model, id: ChainId, env: &Env, effects: &mut Vec<Effect>) {
    begin(model, id, env, effects, true, |chain, _| plan::order(chain));
}

fn step(model: &mut Model, id: ChainId, env: &Env, effects: &mut Vec<Effect>) {
    let done = |run: &Run, node: &str| run.state(node) == NodeState::Done;
    let finished = model.workspace.chain(id).is_some_and(|chain| {
        let order = plan::order(chain);
        let run = model.runs.get(&id);
        !order.is_empty() && run.is_some_and(|r| order.iter().all(|n| done(r, n)))
    });
    begin(model, id, env, effects, finished, |chain, run| {
        let ready = |node: &&String| {
            let inputs = chain.node(node).map(Node::inputs).unwrap_or_default();
            !done(run, node) && inputs.iter().all(|(_, from)| has_run(run, from))
        };
        plan::order(chain)
            .iter()
            .find(ready)
            .cloned()
            .into_iter()
            .collect()
    });
}
