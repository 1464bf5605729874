//! What is derived from the document, once per revision and off the frame: decoded tokens,
//! verdicts, findings, graph and layout.

use std::{collections::HashMap, sync::Arc};

use super::{model::Model, workspace::TokenEntry};
use crate::{
    chain::evidence::Evidence,
    kit::{
        clock::Timestamp,
        ids::{ChainId, TokenId},
    },
    principal::{Graph, layout::Layout},
    risk::{Report, Severity},
    token::{Token, diff::Row, explain::Principal, validate::Verdict},
};

/// Everything derived.
#[derive(Debug, Default)]
pub struct Analysis {
    /// The revision of the model it was made from.
    pub revision: u64,
    /// Every token of the tray and of the runs.
    pub tokens: HashMap<TokenId, TokenView>,
    /// Tray order: groups of a chain's tokens, then the user's.
    pub tray: Vec<Group>,
    /// Input of rules and graph; findings and graph name hops by index into it.
    pub evidence: Arc<Evidence>,
    /// Findings.
    pub report: Arc<Report>,
    /// Principal graph.
    pub graph: Arc<Graph>,
    /// Its layout.
    pub layout: Arc<Layout>,
    /// The next moment at which a verdict changes by itself; analyse again then.
    pub next_change: Option<Timestamp>,
}

/// A heading of the tray with its tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// `Sample chain · run 3`, `Actors`, `Tokens`.
    pub title: String,
    /// Caption at the right: the time of the run.
    pub caption: String,
    /// Tokens in order.
    pub tokens: Vec<TokenId>,
    /// The chain they came from.
    pub chain: Option<ChainId>,
}

/// A token with all that is shown of it.
#[derive(Debug, Clone)]
pub struct TokenView {
    /// Decoded.
    pub token: Arc<Token>,
    /// As it was received, decoded, when it differs.
    pub received: Option<Arc<Token>>,
    /// Changed claims against `received`, kept ones left out.
    pub changes: Vec<Row>,
    /// Verdict with all keys that are known.
    pub verdict: Verdict,
    /// Who is acting for whom.
    pub principal: Principal,
    /// Name for lists.
    pub title: String,
    /// Worst finding.
    pub severity: Option<Severity>,
    /// Index into the evidence's hops.
    pub hop: usize,
    /// Edited and not signed since.
    pub edited: bool,
    /// Belongs to a run: an edit makes a copy.
    pub evidence_only: bool,
    /// `iat`, `exp` in seconds since the epoch.
    pub iat: Option<i64>,
    /// See `iat`.
    pub exp: Option<i64>,
}

/// A copy of what the analysis needs, so that it can be made on another thread. Cheap: `Arc`s.
#[derive(Clone)]
pub struct Input {
    /// Revision of the model.
    pub revision: u64,
    /// The moment.
    pub now: Timestamp,
    /// Tokens of the user.
    pub workspace: Arc<super::Workspace>,
    /// Tokens of the runs, with their exchanges.
    pub runs: std::collections::BTreeMap<ChainId, crate::chain::run::Run>,
    /// Key sets by issuer.
    pub jwks: HashMap<String, Arc<crate::jose::Jwks>>,
    /// Keys of the vault that verify HMAC, and public keys of the workspace.
    pub keys: Vec<crate::token::validate::Candidate>,
}

impl Input {
    /// Takes what is needed from the model.
    pub fn of(model: &Model, now: Timestamp) -> Self {
        let _ = (model, now);
        todo!("owner: app")
    }
}

/// Makes the analysis. Pure; runs off the frame.
pub fn analyse(input: &Input, previous: &Analysis) -> Analysis {
    let _ = (input, previous);
    todo!("owner: app")
}

/// A token as lists call it.
pub fn title(entry: &TokenEntry, token: &Token) -> String {
    entry
        .name
        .clone()
        .unwrap_or_else(|| token.kind.label().to_owned())
}
