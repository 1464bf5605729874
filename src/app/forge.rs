//! Forging: what can be made of the token in front, firing it at a target, and weak secrets.

mod crack;
mod fire;
mod made;
mod make;
mod plan;
mod state;
pub mod target;

use std::{path::PathBuf, sync::Arc};

use super::{
    Effect, Model,
    noun::{Noun, Undo},
};
use crate::{
    attack::fire::Plan,
    jose::Jwk,
    kit::{Env, ids::TokenId, text::escape},
};

pub use made::{Basis, Forged, Order, Shown, make, make_stack};
pub use make::{is_preparing, keys};
pub use plan::{
    Shots, actors, aimed, asker, bound, chosen, clients, fitting, foreign, plan, plan_of, suggested,
};
pub use state::{Crack, Fired, Firing, Forging, Secret, Since, Tried, Volley};

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
