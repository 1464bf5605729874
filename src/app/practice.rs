//! Practice servers: what runs, and what they publish.

pub(super) mod servers;
pub(super) mod state;

use self::{
    servers::{stop, stop_one},
    state::Practice,
};
use super::{
    Effect, Model,
    noun::{Entry, Noun, Rank, Undo, offer},
    runs::queue::practice_stops,
};
use crate::{
    kit::{Env, text::escape},
    practice::Faults,
};

pub(super) use self::servers::{changed, start};
pub use self::{
    servers::{is_of_earlier_start, named, named_by},
    state::{brief, title},
};

/// What can be asked of practice servers.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Start the practice server (the one without faults).
    Start,
    /// Start a practice server with these faults.
    StartFaulty(Faults),
    /// Stop the practice server with these faults.
    StopFaulty(Faults),
    /// Stop all practice servers.
    StopAll,
}

impl Noun for Command {
    fn label(&self) -> String {
        match self {
            Self::Start => "Start practice server".into(),
            Self::StartFaulty(faults) => format!("Start {}", escape(&title(faults))),
            Self::StopFaulty(faults) => format!("Stop {}", escape(&title(faults))),
            Self::StopAll => "Stop practice servers".into(),
        }
    }

    fn undo(&self) -> Undo {
        match self {
            Self::Start | Self::StartFaulty(_) | Self::StopFaulty(_) | Self::StopAll => Undo::No,
        }
    }

    fn update(self, model: &mut Model, _env: &Env, effects: &mut Vec<Effect>) {
        match self {
            Self::Start => start(model, Faults::NONE, effects),
            Self::StartFaulty(faults) => start(model, faults, effects),
            Self::StopFaulty(faults) => {
                practice_stops(model, Some(&faults), effects);
                stop_one(model, faults, effects);
            }
            Self::StopAll => {
                practice_stops(model, None, effects);
                stop(model, effects);
            }
        }
    }

    fn palette(model: &Model, entries: &mut Vec<Entry<Self>>) {
        if model.practice().is_none() {
            entries.push(offer(Rank::Whole, "", Self::Start));
        }
        let up = |p: &Practice| matches!(p, Practice::Running(_) | Practice::Starting);
        if model.practice.values().any(up) {
            entries.push(offer(Rank::Whole, "", Self::StopAll));
        }
    }
}
