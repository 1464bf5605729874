//! What the program wants done, as plain data, and what came of it.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

use super::{
    analysis::{Analysis, Input},
    model::{PracticeInfo, Vault},
    workspace::Workspace,
};
use crate::{
    chain::run::BrowserWant,
    jose::{Jwk, Jwks},
    kit::ids::{Ids, JobId, KeyId},
    oauth::{http, metadata::Metadata},
};

/// What the program wants done off the frame. Carried out by `io::runtime`.
pub enum Effect {
    /// Send a request; answered by [`Outcome::Http`].
    Http(JobId, http::Request),
    /// Sign in through the user's browser; answered by [`Outcome::Redirect`].
    Browser(JobId, BrowserWant),
    /// Fetch metadata (RFC 8414, then OIDC Discovery) and keys of an issuer.
    Discover(JobId, String),
    /// Start a practice server with faults.
    StartPractice(BTreeSet<String>),
    /// Stop all practice servers.
    StopPractice,
    /// Derive everything.
    Analyse(Input, Arc<Analysis>),
    /// Generate a key.
    GenerateKey(JobId, KeyId, crate::jose::Alg),
    /// Read files for tokens.
    ReadFiles(JobId, Vec<PathBuf>),
    /// Read a workspace.
    Load(JobId, PathBuf),
    /// Write the workspace, atomically.
    Save(JobId, PathBuf, Document),
    /// Keep what kill -9 would take.
    Autosave(Document),
    /// Drop the autosave: nothing is unsaved.
    DropAutosave,
    /// Store or delete secrets in the keychain.
    Keychain(KeychainJob),
    /// Stop a job; its outcome, if it still comes, is dropped.
    Cancel(JobId),
}

/// What a file holds.
#[derive(Clone)]
pub struct Document {
    /// The document.
    pub workspace: Arc<Workspace>,
    /// Runs: the tokens of the last run of each chain.
    pub runs: Vec<SavedRun>,
    /// Numbers used.
    pub ids: Ids,
    /// Secrets to be stored where the system keeps secrets, or sealed into the file.
    pub vault: Vault,
}

/// Tokens of a run, as saved.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct SavedRun {
    /// The chain.
    pub chain: crate::kit::ids::ChainId,
    /// Number of the run.
    pub number: u32,
    /// When.
    pub started: Option<crate::kit::clock::Timestamp>,
    /// Node, token id, token.
    pub tokens: Vec<(String, crate::kit::ids::TokenId, Arc<str>)>,
}

/// Work for the keychain.
#[derive(Debug, Clone)]
pub enum KeychainJob {
    /// Forget a secret.
    Forget(String),
}

/// What came of an [`Effect`].
pub enum Outcome {
    /// Response, or why there is none.
    Http(JobId, Result<http::Response, String>),
    /// The redirect of a sign-in: redirect URI, URL received.
    Redirect(JobId, Result<(url::Url, url::Url), String>),
    /// Metadata and keys.
    Discovered(JobId, Result<(Metadata, Jwks), String>),
    /// A practice server's state.
    Practice(BTreeSet<String>, Result<Arc<PracticeInfo>, String>),
    /// Derived.
    Analysed(Arc<Analysis>),
    /// A key.
    Key(JobId, KeyId, Result<Jwk, String>),
    /// Texts of files, and those that could not be read.
    Files(JobId, Vec<(PathBuf, Result<String, String>)>),
    /// A workspace.
    Loaded(JobId, PathBuf, Result<Box<Document>, String>),
    /// Written.
    Saved(JobId, PathBuf, Arc<Workspace>, Result<(), String>),
    /// The keychain could not be used.
    Keychain(Result<(), String>),
}
