//! Forging: what can be made of the token in front, firing it at a target, and weak secrets.

mod crack;
mod fire;
mod make;
mod plan;
pub mod target;

use std::{collections::VecDeque, path::PathBuf, sync::Arc};

use super::{
    Effect, Model,
    noun::{Noun, Undo},
};
use crate::{
    attack::{Matrix, fire::Plan},
    jose::Jwk,
    kit::{Env, ids::TokenId, text::escape},
};

pub use crack::{Crack, Secret, Tried};
pub use fire::{Fired, Firing, Since, Volley};
pub use make::{Basis, Forged, Order, Shown, is_preparing, keys, make, make_stack};
pub use plan::{
    Shots, actors, aimed, asker, bound, chosen, clients, fitting, foreign, plan, plan_of, suggested,
};

pub(super) use crack::{crack_cancelled, cracked, tried};
pub(super) use fire::{cancel, fired};
pub(super) use make::{forged, settle, stacked};

/// What can be asked of forging.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Put a forgery, or several stacked by name, into the tray.
    Make(TokenId, Vec<String>),
    /// Stack these forgeries, by name; none clears the stack.
    Stack(Vec<String>),
    /// Fire forgeries at a target; one that is not on this machine asks first.
    Fire(Arc<Plan>),
    /// Fire at the target that was asked about, or do not.
    ConfirmFire(bool),
    /// Stop firing; what is known stays.
    CancelFire,
    /// Show what came of an earlier firing, by its number.
    ShowFiring(u32),
    /// Try weak secrets on a token.
    Crack {
        /** The token's text. */
        token: Arc<str>,
        /** A word list, in addition. */
        list: Option<PathBuf>,
        /** Public keys, in addition: some take them for secrets. */
        keys: Vec<Jwk>,
    },
}

impl Noun for Command {
    fn label(&self) -> String {
        match self {
            Self::Make(_, names) => format!("Forge {}", escape(&names.join(" + "))),
            Self::Stack(names) if names.is_empty() => "Clear the stack".into(),
            Self::Stack(_) => "Stack forgeries".into(),
            Self::Fire(plan) => format!("Fire at {}", escape(&plan.target.host())),
            Self::ConfirmFire(true) => "Fire".into(),
            Self::ConfirmFire(false) => "Do not fire".into(),
            Self::CancelFire => "Stop firing".into(),
            Self::ShowFiring(number) => format!("Show firing {number}"),
            Self::Crack { .. } => "Try weak secrets".into(),
        }
    }

    fn undo(&self) -> Undo {
        match self {
            Self::Make(..) => Undo::Step,
            Self::Stack(_)
            | Self::Fire(_)
            | Self::ConfirmFire(_)
            | Self::CancelFire
            | Self::ShowFiring(_)
            | Self::Crack { .. } => Undo::No,
        }
    }

    fn update(self, model: &mut Model, env: &Env, effects: &mut Vec<Effect>) {
        match self {
            Self::Make(id, names) => make::put(model, id, &names),
            Self::Stack(names) => {
                model.forge.stack = names;
                make::restack(model, effects);
            }
            Self::Fire(plan) => fire::ask(model, plan, env, effects),
            Self::ConfirmFire(yes) => {
                if let Some(plan) = model.forge.asks.take()
                    && yes
                {
                    fire::begin(model, plan, env, effects);
                }
            }
            Self::CancelFire => cancel(model, effects),
            Self::ShowFiring(number) => fire::show(model, number),
            Self::Crack { token, list, keys } => crack::crack(model, token, list, keys, effects),
        }
    }
}

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
