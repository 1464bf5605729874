//! Practice servers: what runs, and what they publish.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    Effect, Model,
    model::{Practice, PracticeInfo},
};

/// Starts the server with these faults, unless it runs or is being started.
pub(super) fn start(model: &mut Model, faults: BTreeSet<String>, effects: &mut Vec<Effect>) {
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
pub fn title(faults: &BTreeSet<String>) -> String {
    if faults.is_empty() {
        return "Practice".into();
    }
    let names: Vec<&str> = faults.iter().map(String::as_str).collect();
    format!("Practice with {}", names.join(", "))
}

/// Stops one.
pub(super) fn stop_one(model: &mut Model, faults: BTreeSet<String>, effects: &mut Vec<Effect>) {
    if let Some(state) = model.practice.get_mut(&faults) {
        *state = Practice::Stopped;
        effects.push(Effect::StopOnePractice(faults));
    }
}

/// Stops all. What they published stays known: tokens that they issued can still be verified.
pub(super) fn stop(model: &mut Model, effects: &mut Vec<Effect>) {
    for state in model.practice.values_mut() {
        *state = Practice::Stopped;
    }
    effects.push(Effect::StopPractice);
}

/// Takes in a server's new state.
pub(super) fn changed(
    model: &mut Model,
    faults: &BTreeSet<String>,
    state: Result<Arc<PracticeInfo>, String>,
) {
    if !matches!(model.practice.get(faults), Some(Practice::Starting)) {
        return; // stopped in the meantime
    }
    let state = match state {
        Ok(info) => {
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
