//! What is under way: jobs and the analysis, to be cancelled or asked for again.

use super::{
    Effect, Model, forge,
    model::Purpose,
    noun::{Noun, Undo},
    runs,
};
use crate::kit::{Env, ids::JobId};

/// What can be asked of what is under way.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Cancel a job.
    Cancel(JobId),
    /// End the analysis under way. What is shown stays that of the last one, until something changes
    /// or [`Self::Analyse`] asks for another.
    StopAnalysis,
    /// The moment has come at which a verdict changes, or an analysis that was stopped is wanted
    /// after all: analyse again.
    Analyse,
}

impl Noun for Command {
    fn label(&self) -> String {
        match self {
            Self::Cancel(_) => "Cancel".into(),
            Self::StopAnalysis => "Stop the analysis".into(),
            Self::Analyse => "Bring up to date".into(),
        }
    }

    fn undo(&self) -> Undo {
        match self {
            Self::Cancel(_) | Self::StopAnalysis => Undo::No,
            Self::Analyse => Undo::Unasked,
        }
    }

    fn update(self, model: &mut Model, _env: &Env, effects: &mut Vec<Effect>) {
        match self {
            Self::Cancel(id) => cancel(model, id, effects),
            Self::StopAnalysis => {
                if let Some(under_way) = &model.analysing {
                    under_way.progress.stop();
                    model.not_analysed = Some(model.revision);
                }
            }
            Self::Analyse => model.touch(),
        }
    }
}

fn cancel(model: &mut Model, id: JobId, effects: &mut Vec<Effect>) {
    let Some(job) = model.jobs.get(&id) else {
        return; // it has ended in the meantime
    };
    if !job.cancellable {
        return;
    }
    if let Purpose::Chain(chain) = job.purpose {
        runs::cancel(model, chain, effects);
    } else if job.purpose == Purpose::Fire {
        forge::cancel(model, effects);
    } else if let Some(job) = model.jobs.remove(&id) {
        effects.push(Effect::Cancel(id));
        forge::crack_cancelled(model, id);
        model.say(format!("Cancelled: {}.", job.what));
    }
}
