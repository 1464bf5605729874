//! Forging: what can be made of the token in front, firing it at a target, and weak secrets.

mod crack;
mod fire;
mod make;

use std::sync::Arc;

use super::{Command, Effect, Model, directory::credential, model::Practice};
use crate::{
    attack::{Matrix, fire::Plan},
    kit::{Env, text::escape},
    oauth::{client_auth::Client, metadata::Metadata},
};

pub use crack::{Crack, Secret, Tried};
pub use fire::{Firing, Volley};
pub use make::{Basis, Forged, Order, Shown, is_preparing, keys, make, make_stack};

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
    /// What came of the last firing.
    pub matrix: Option<Arc<Matrix>>,
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
        Command::Crack(raw, list, keys) => crack::crack(model, raw, list, keys, effects),
        _ => {}
    }
}

/// Clients that can ask for an exchange: name of the server, its metadata, the client.
pub fn clients(model: &Model) -> Vec<(String, Arc<Metadata>, Client)> {
    let mut all = Vec::new();
    for (faults, practice) in &model.practice {
        let Practice::Running(info) = practice else {
            continue;
        };
        let name = if faults.is_empty() {
            "Practice".to_owned()
        } else {
            let names: Vec<&str> = faults.iter().map(String::as_str).collect();
            format!("Practice with {}", names.join(", "))
        };
        for client in &info.clients {
            all.push((name.clone(), Arc::clone(&info.metadata), client.clone()));
        }
    }
    for server in &model.workspace.servers {
        let Some(metadata) = &server.metadata else {
            continue;
        };
        let metadata = Arc::new(metadata.clone());
        for entry in &server.clients {
            if let Ok(credential) = credential(model, entry) {
                let client = Client {
                    client_id: entry.client_id.clone(),
                    method: entry.method,
                    credential,
                };
                let name = escape(&server.name).into_owned();
                all.push((name, Arc::clone(&metadata), client));
            }
        }
    }
    all
}
