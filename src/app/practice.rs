//! Practice servers: what runs, and what they publish.

use std::sync::Arc;

use super::{
    Effect, Model,
    model::{Practice, PracticeInfo},
    noun::{Entry, Noun, Rank, Undo, offer},
    runs,
};
use crate::{
    kit::{Env, text::escape},
    oauth::metadata::is_loopback,
    practice::Faults,
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
                runs::practice_stops(model, Some(&faults), effects);
                stop_one(model, faults, effects);
            }
            Self::StopAll => {
                runs::practice_stops(model, None, effects);
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

/// Starts the server with these faults, unless it runs or is being started.
pub(super) fn start(model: &mut Model, faults: Faults, effects: &mut Vec<Effect>) {
    if matches!(
        model.practice.get(&faults),
        Some(Practice::Running(_) | Practice::Starting)
    ) {
        return;
    }
    model.practice.insert(faults.clone(), Practice::Starting);
    effects.push(Effect::StartPractice(faults));
}

/// What a practice server is called: its faults belong to its name wherever it is named.
pub fn title(faults: &Faults) -> String {
    if faults.is_empty() {
        return "Practice".into();
    }
    let names: Vec<&str> = faults.names().collect();
    format!("Practice with {}", names.join(", "))
}

/// [`title`] where there is little room: several faults are counted.
pub fn brief(faults: &Faults) -> String {
    match faults.len() {
        0 | 1 => title(faults),
        n => format!("Practice with {n} faults"),
    }
}

/// What the server at an address is called, if it is a practice server of this start, even one that
/// was stopped since.
pub fn named(model: &Model, url: &url::Url) -> Option<String> {
    let port = url.port_or_known_default().filter(|_| is_loopback(url))?;
    model.practice_ports.get(&port).map(title)
}

/// [`named`], for an issuer or another address as text.
pub fn named_by(model: &Model, address: &str) -> Option<String> {
    named(model, &url::Url::parse(address).ok()?)
}

/// Stops one.
fn stop_one(model: &mut Model, faults: Faults, effects: &mut Vec<Effect>) {
    if let Some(state) = model.practice.get_mut(&faults) {
        *state = Practice::Stopped;
        effects.push(Effect::StopOnePractice(faults));
    }
}

/// Stops all. What they published stays known: tokens that they issued can still be verified.
fn stop(model: &mut Model, effects: &mut Vec<Effect>) {
    for state in model.practice.values_mut() {
        *state = Practice::Stopped;
    }
    effects.push(Effect::StopPractice);
}

/// Takes in a server's new state.
pub(super) fn changed(
    model: &mut Model,
    faults: &Faults,
    state: Result<Arc<PracticeInfo>, String>,
) {
    if !matches!(model.practice.get(faults), Some(Practice::Starting)) {
        return; // stopped in the meantime
    }
    let state = match state {
        Ok(info) => {
            let url = url::Url::parse(&info.issuer).ok();
            if let Some(port) = url.and_then(|url| url.port_or_known_default()) {
                model.practice_ports.insert(port, faults.clone());
            }
            model
                .jwks
                .insert(info.issuer.clone(), Arc::clone(&info.jwks));
            model.touch();
            Practice::Running(info)
        }
        Err(why) => {
            model.complain(format!("The practice server could not be started: {why}"));
            Practice::Failed(why)
        }
    };
    model.practice.insert(faults.clone(), state);
}
