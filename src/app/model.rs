//! All state of the program.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::PathBuf,
    sync::Arc,
};

use super::{analysis::Analysis, history::History, session::Session, workspace::Workspace};
use crate::{
    chain::run::{Exchanged, Pending, Run},
    jose::{Jwk, Jwks},
    kit::{
        ids::{ChainId, Ids, JobId},
        secret::Secret,
    },
    oauth::{client_auth::Client, metadata::Metadata},
};

/// All state. Faces read it; only [`super::update`] and [`super::apply`] change it.
#[derive(Default)]
pub struct Model {
    /// The document.
    pub workspace: Arc<Workspace>,
    /// Undo and redo.
    pub history: History,
    /// Selection and views.
    pub session: Session,
    /// Numbers for identifiers; outside the history.
    pub ids: Ids,
    /// Grows with every change of workspace, runs, keys or clock: what derived values depend on.
    pub revision: u64,
    /// Runs of chains. Evidence: not undoable, saved beside the document.
    pub runs: BTreeMap<ChainId, Run>,
    /// Chains that are running.
    pub running: BTreeMap<ChainId, Running>,
    /// HTTP requests and answers, oldest first, bounded.
    pub log: Vec<Exchanged>,
    /// What is derived from it all; lags behind `revision` while it is computed.
    pub analysis: Arc<Analysis>,
    /// Practice servers by their faults (sorted); the one without faults is the default.
    pub practice: BTreeMap<BTreeSet<String>, Practice>,
    /// Key sets of configured issuers and practice servers.
    pub jwks: HashMap<String, Arc<Jwks>>,
    /// Private keys and client secrets, in memory only. Keys: `k3`, `cl7`.
    pub vault: Vault,
    /// Jobs under way: what they do, for progress and cancel.
    pub jobs: BTreeMap<JobId, Job>,
    /// Where the workspace was saved.
    pub path: Option<PathBuf>,
    /// The workspace as last saved, to tell whether there is something to save.
    pub saved: Arc<Workspace>,
    /// A workspace that an earlier start left behind unsaved.
    pub recovery: Option<PathBuf>,
    /// The program is to end.
    pub quit: bool,
}

/// A job under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// In words: `Running sample`, `Fetching metadata of https://as.example`.
    pub what: String,
    /// Whether it can be cancelled.
    pub cancellable: bool,
}

/// A chain that is running.
#[derive(Debug, Clone, Default)]
pub struct Running {
    /// Nodes still to run, next first.
    pub queue: Vec<String>,
    /// The node that waits for an answer, and its job.
    pub pending: Option<(JobId, Pending)>,
}

/// State of a practice server.
#[derive(Debug, Clone)]
pub enum Practice {
    /// Being started.
    Starting,
    /// Running.
    Running(Arc<PracticeInfo>),
    /// Stopped by the user.
    Stopped,
    /// Could not be started.
    Failed(String),
}

/// What a running practice server is.
#[derive(Debug, Clone)]
pub struct PracticeInfo {
    /// Issuer, `http://127.0.0.1:PORT`.
    pub issuer: String,
    /// Its metadata, made in-process.
    pub metadata: Arc<Metadata>,
    /// Its public keys.
    pub jwks: Arc<Jwks>,
    /// Resource servers: name, base URL, scopes.
    pub resources: Vec<(String, url::Url, Vec<String>)>,
    /// Clients with credentials.
    pub clients: Vec<Client>,
    /// Users.
    pub users: Vec<String>,
    /// Faults that are on.
    pub faults: BTreeSet<String>,
}

/// Secrets in memory.
#[derive(Debug, Clone, Default)]
pub struct Vault {
    /// Private keys by key id.
    pub keys: HashMap<crate::kit::ids::KeyId, Jwk>,
    /// Client secrets by client reference.
    pub secrets: HashMap<crate::kit::ids::ClientRef, Secret>,
}

impl Model {
    /// The default practice server, when it runs.
    pub fn practice(&self) -> Option<&Arc<PracticeInfo>> {
        match self.practice.get(&BTreeSet::new()) {
            Some(Practice::Running(info)) => Some(info),
            _ => None,
        }
    }
    /// Whether something would be lost by closing.
    pub fn is_dirty(&self) -> bool {
        *self.workspace != *self.saved
    }
}
