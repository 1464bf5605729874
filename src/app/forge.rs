//! Forging: what can be made of the token in front, firing it at a target, and weak secrets.

mod crack;
mod fire;
mod make;
mod target;

use std::{collections::VecDeque, sync::Arc};

use super::{Command, Effect, Model};
use crate::{
    attack::{Matrix, fire::Plan},
    kit::Env,
};

pub use crack::{Crack, Secret, Tried};
pub use fire::{Fired, Firing, Since, Volley};
pub use make::{Basis, Forged, Order, Shown, is_preparing, keys, make, make_stack};

pub use target::{
    Shots, actors, aimed, asker, bound, chosen, clients, fitting, foreign, plan, plan_of, suggested,
};

pub(super) use crack::{crack_cancelled, cracked, tried};
pub(super) use fire::{cancel, fired};
pub(super) use make::{forged, settle, stacked};

/// What forging has come to. Neither saved nor undoable.
#[derive(Default)]
pub struct Forging {
    /// The token in front with everything that can be made of it; lags behind while it is made.
    pub forged: Option<Arc<Forged>>,
    /// Names of forgeries that are stacked, and what they make together.
    pub stack: Vec<String>,
    /// See [`Self::stack`]; `None` while it is made.
    pub stacked: Option<Result<Shown, String>>,
    /// What is being made.
    preparing: Option<Basis>,
    /// A plan that waits for the user's word: its target is not on this machine.
    pub asks: Option<Arc<Plan>>,
    /// Firing under way.
    pub firing: Option<Firing>,
    /// How often was fired, the one under way included.
    pub firings: u32,
    /// What came of the last firing, or of an earlier one that is looked at.
    pub matrix: Option<Arc<Matrix>>,
    /// What came of the last firings, oldest first.
    pub past: VecDeque<Fired>,
    /// Which of them [`Self::matrix`] is.
    pub shown: u32,
    /// The search for a weak secret.
    pub crack: Option<Crack>,
}

pub(super) fn update(model: &mut Model, command: Command, env: &Env, effects: &mut Vec<Effect>) {
    match command {
        Command::Forge(id, names) => make::put(model, id, &names),
        Command::StackForgeries(names) => {
            model.forge.stack = names;
            make::restack(model, effects);
        }
        Command::Fire(plan) => fire::ask(model, plan, env, effects),
        Command::ConfirmFire(yes) => {
            if let Some(plan) = model.forge.asks.take()
                && yes
            {
                fire::begin(model, plan, env, effects);
            }
        }
        Command::CancelFire => cancel(model, effects),
        Command::ShowFiring(number) => fire::show(model, number),
        Command::Crack(raw, list, keys) => crack::crack(model, raw, list, keys, effects),
        other => target::update(model, other),
    }
}
