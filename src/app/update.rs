//! The one way in which state changes: dispatch to a file per noun.

use super::{Command, Effect, Model, Outcome};
use crate::kit::Env;

/// Carries out a command.
pub fn update(model: &mut Model, command: Command, env: &Env) -> Vec<Effect> {
    let _ = (model, command, env);
    todo!("owner: app")
}

/// Takes in what came of an effect.
pub fn apply(model: &mut Model, outcome: Outcome, env: &Env) -> Vec<Effect> {
    let _ = (model, outcome, env);
    todo!("owner: app")
}
