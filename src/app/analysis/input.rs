//! What an analysis is made from.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::Begun;
use crate::{
    app::{Model, Workspace, session::Demands},
    chain::run::Run,
    jose::{Jwk, Jwks},
    kit::{
        clock::{Clock, Timestamp},
        ids::ChainId,
        progress::Progress,
        text::escape,
    },
    principal::picture::Seen,
    token::validate::Candidate,
};

/// A copy of what the analysis needs, so that it can be made on another thread. Cheap: `Arc`s.
#[derive(Clone)]
pub struct Input {
    /// Revision of the model.
    pub revision: u64,
    /// The moment.
    pub now: Timestamp,
    /// What verdicts ask for.
    pub demands: Demands,
    /// What is looked at of the graph.
    pub seen: Seen,
    /// Whether time goes on by itself.
    pub ticking: bool,
    /// Tokens of the user.
    pub workspace: Arc<Workspace>,
    /// Tokens of the runs, with their exchanges. Only of chains that are in the workspace.
    pub runs: BTreeMap<ChainId, Run>,
    /// Key sets by issuer: the practice servers' and those of configured servers. Nothing is ever
    /// fetched because a token names it.
    pub jwks: HashMap<String, Arc<Jwks>>,
    /// Keys of the vault that verify HMAC, and public keys of the workspace.
    pub keys: Vec<Candidate>,
    /// What an analysis before this one had found out when it was stopped.
    pub begun: Arc<Begun>,
    /// How far this one has come; stops it.
    pub progress: Arc<Progress>,
}

impl Input {
    /// Takes what is needed from the model.
    pub fn of(model: &Model, now: Timestamp) -> Self {
        let workspace = &model.workspace;
        let keys = workspace.keys.iter().filter_map(|entry| {
            let jwk = match (&entry.public, model.vault.keys.get(&entry.id)) {
                (Some(serde_json::Value::Object(members)), _) => Jwk(members.clone()),
                (_, Some(symmetric)) if symmetric.kty() == "oct" => symmetric.clone(),
                _ => return None,
            };
            Some(Candidate::new(
                jwk,
                format!("key {} of the workspace", escape(&entry.name)),
                None,
            ))
        });
        let runs = model.runs.iter();
        Self {
            revision: model.revision,
            now,
            demands: model.session.demands.clone(),
            seen: model.session.seen.clone(),
            ticking: model.session.clock == Clock::System,
            workspace: Arc::clone(workspace),
            runs: runs
                .filter(|(id, _)| workspace.chain(**id).is_some())
                .map(|(id, run)| (*id, run.clone()))
                .collect(),
            jwks: model.jwks.clone(),
            keys: keys.collect(),
            begun: Arc::clone(&model.begun),
            progress: Arc::default(),
        }
    }
}
