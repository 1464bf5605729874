//! What the program wants done, as plain data, and what came of it.

use std::{path::PathBuf, sync::Arc, time::Duration};

use super::{
    analysis::{Analysis, Begun, Input},
    forge::{Basis, Forged, Order, Secret as FoundSecret, Shown, Tried, Volley},
    practice::state::PracticeInfo,
    recovery::Recovery,
    vault::Vault,
    workspace::Workspace,
};
use crate::{
    attack::fire::Fire,
    chain::{
        Reference,
        run::{BrowserWant, SigningIn},
    },
    jose::{Jwk, Jwks, KeyError},
    kit::{
        clock::{Clock, Timestamp},
        ids::{ChainId, ClientRef, Ids, JobId, KeyId, TokenId},
        secret::Secret,
    },
    oauth::{
        client_auth::{AuthMethod, Credential},
        http,
        metadata::Metadata,
    },
    practice::Faults,
    principal::picture::{Picture, Seen},
    token::{decrypt::Decrypted, find::Found},
};

pub use super::vault::Sealing;

/// What the program wants done off the frame. Carried out by `io::runtime`.
pub enum Effect {
    /// Send a request; answered by [`Outcome::Http`].
    Http(JobId, http::Request),
    /// Fire forgeries, at the moments of this clock; answered by [`Outcome::Fired`], again and again.
    Fire(JobId, Box<Fire>, Clock),
    /// Make every forgery of a token; answered by [`Outcome::Forged`].
    Forge(Box<Order>),
    /// Stack forgeries; answered by [`Outcome::Stacked`].
    StackForgeries(Arc<Forged>, Vec<String>),
    /// Try weak secrets, those of a word list as well; public keys too.
    Crack(JobId, Arc<str>, Option<PathBuf>, Vec<Jwk>),
    /// Sign in through the user's browser; answered by [`Outcome::SigningIn`] at once and once a second,
    /// and at last by [`Outcome::Redirect`].
    Browser(JobId, BrowserWant),
    /// Let this time pass, whatever the clock says; answered by [`Outcome::Waiting`] once a second, and at
    /// last by [`Outcome::Waited`].
    Wait(JobId, Duration),
    /// Fetch metadata (RFC 8414, then OIDC Discovery) and keys of an issuer.
    Discover(JobId, String),
    /// Fetch the keys of a server whose metadata was made by hand, or read them where they stand;
    /// answered by [`Outcome::Discovered`].
    FetchKeys(JobId, Box<Metadata>, Option<Reference>),
    /// Read a text of a file or a variable; answered by [`Outcome::Text`].
    ReadText(JobId, Reference),
    /// Read what clients prove themselves with by these methods; answered by
    /// [`Outcome::CredentialsRead`].
    ReadCredentials(JobId, Vec<(ClientRef, Reference, AuthMethod)>),
    /// Start a practice server with faults.
    StartPractice(Faults),
    /// Stop the practice server with these faults.
    StopOnePractice(Faults),
    /// Stop all practice servers.
    StopPractice,
    /// Derive everything; answered by [`Outcome::Analysed`], or by [`Outcome::AnalysisStopped`] when
    /// it was stopped by [`Input::progress`].
    Analyse(Input, Arc<Analysis>),
    /// Draw up the graph of an analysis as it is wanted now; answered by [`Outcome::Pictured`].
    Picture(Arc<Analysis>, Arc<Picture>, Box<Seen>),
    /// Let go of an analysis that a newer one has replaced, once the panels have: of thousands of
    /// tokens that alone takes longer than a frame.
    DropAnalysis(Arc<Analysis>),
    /// Wait a moment, then answer [`Outcome::AnalysisDue`]: a run is analysed now and then, not at each
    /// of its steps.
    DelayAnalysis,
    /// Generate a key.
    GenerateKey(JobId, KeyId, String),
    /// Read keys that need a passphrase; answered by [`Outcome::KeysRead`].
    ReadKeys(JobId, Secret, Secret),
    /// Open an encrypted token with these keys; answered by [`Outcome::Decrypted`].
    Decrypt(JobId, Arc<str>, Vec<Jwk>),
    /// Encrypt a text: protected header with `alg` and `enc`, and the recipient's key; answered by
    /// [`Outcome::Encrypted`].
    Encrypt(
        JobId,
        Arc<str>,
        serde_json::Map<String, serde_json::Value>,
        Jwk,
    ),
    /// Find the tokens of a text that is too long for a frame.
    FindTokens(JobId, Arc<str>),
    /// Read files for tokens.
    ReadFiles(JobId, Vec<PathBuf>),
    /// Read a workspace.
    Load(JobId, PathBuf),
    /// Write the workspace, atomically.
    Save(JobId, PathBuf, Box<Document>),
    /// Open sealed secrets with a passphrase.
    Unseal(JobId, Arc<str>, Secret),
    /// Keep what kill -9 would take. The newest replaces one that was not yet written.
    Autosave(Box<Document>),
    /// Drop the autosave: nothing is unsaved.
    DropAutosave,
    /// Look for what an earlier start left behind; answered by [`Outcome::Recoverable`].
    LookForRecovery,
    /// Drop what an earlier start left behind, once this start's own autosave is written.
    DropRecovery(PathBuf),
    /// Stop a job; its outcome, if it still comes, is dropped. Firing says its last word.
    Cancel(JobId),
}

/// What a file holds.
#[derive(Debug, Clone, Default)]
pub struct Document {
    /// Names the document in the system's keychain; random, made at the first save.
    pub id: String,
    /// The document.
    pub workspace: Arc<Workspace>,
    /// Runs: the tokens of the last run of each chain.
    pub runs: Vec<SavedRun>,
    /// Numbers used.
    pub ids: Ids,
    /// Secrets to be stored where the system keeps secrets, or sealed into the file.
    pub vault: Vault,
    /// How secrets are kept in the file.
    pub sealing: Sealing,
    /// Where the workspace was last saved: for an autosave.
    pub path: Option<PathBuf>,
}

/// Tokens of a run, as saved.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct SavedRun {
    /// The chain.
    pub chain: ChainId,
    /// Number of the run.
    pub number: u32,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Timestamp>,
    /// Node, token id, token.
    #[serde(default, rename = "token", with = "tables")]
    pub tokens: Vec<(String, TokenId, Arc<str>)>,
}

/// The tokens of a run as tables, which a line-based diff can follow.
mod tables {
    use std::sync::Arc;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::TokenId;

    #[derive(Serialize, Deserialize)]
    struct Row {
        node: String,
        id: TokenId,
        raw: Arc<str>,
    }

    type Tokens = Vec<(String, TokenId, Arc<str>)>;

    #[allow(clippy::ptr_arg)] // serde gives the field as it is
    pub(super) fn serialize<S: Serializer>(tokens: &Tokens, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(tokens.iter().map(|(node, id, raw)| Row {
            node: node.clone(),
            id: *id,
            raw: Arc::clone(raw),
        }))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Tokens, D::Error> {
        let rows = Vec::<Row>::deserialize(from)?;
        Ok(rows.into_iter().map(|r| (r.node, r.id, r.raw)).collect())
    }
}

/// What reading a file gave.
#[derive(Debug, Clone, Default)]
pub struct Material {
    /// The text, when it is short enough to be a key or a chain as well.
    pub text: Option<Arc<str>>,
    /// The tokens in it.
    pub found: Vec<Found>,
    /// What its reader should know, in a sentence; may be empty.
    pub note: String,
}

/// Where the secrets of a saved document are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// How many are in the system's keychain.
    pub keychain: usize,
    /// How many are sealed into the file.
    pub sealed: usize,
    /// How many practice keys stand in the file in clear.
    pub clear: usize,
    /// Names of those that are nowhere but in memory: `k3`, `cl7`.
    pub unkept: Vec<String>,
}

/// What came of an [`Effect`].
pub enum Outcome {
    /// Response, or why there is none.
    Http(JobId, Result<http::Response, String>),
    /// Every forgery of a token.
    Forged(Basis, Result<Arc<Forged>, String>),
    /// News of firing.
    Fired(JobId, Box<Volley>),
    /// A stack of forgeries.
    Stacked(Vec<String>, Result<Shown, String>),
    /// How far the search for a secret has come.
    Tried(JobId, Tried),
    /// What came of it.
    Cracked(JobId, Tried, Result<Option<FoundSecret>, String>),
    /// A sign-in waits for the user.
    SigningIn(JobId, Box<SigningIn>),
    /// The redirect of a sign-in: redirect URI, URL received.
    Redirect(JobId, Result<(url::Url, url::Url), String>),
    /// What is left of a wait.
    Waiting(JobId, Duration),
    /// A wait is over: milliseconds.
    Waited(JobId, u64),
    /// Metadata and keys.
    Discovered(JobId, Result<(Metadata, Jwks), String>),
    /// The text of a file or a variable, or why it cannot be read.
    Text(JobId, Result<Secret, String>),
    /// What clients prove themselves with, or why it cannot be read.
    CredentialsRead(JobId, Vec<(ClientRef, Result<Credential, String>)>),
    /// A practice server's state.
    Practice(Faults, Result<Arc<PracticeInfo>, String>),
    /// Derived.
    Analysed(Arc<Analysis>),
    /// An analysis that nobody wants any more has ended; what it had found out.
    AnalysisStopped(Arc<Begun>),
    /// The picture of an analysis's graph.
    Pictured(Arc<Analysis>, Arc<Picture>),
    /// What was put off is due.
    AnalysisDue,
    /// A key.
    Key(JobId, KeyId, Result<Jwk, String>),
    /// Keys that a passphrase opened.
    KeysRead(JobId, Result<Vec<Jwk>, KeyError>),
    /// What came out of an encrypted token.
    Decrypted(JobId, Box<Decrypted>),
    /// An encrypted token.
    Encrypted(JobId, Result<String, String>),
    /// Tokens of a long text.
    Found(JobId, Vec<Found>),
    /// What files held, and those that could not be read.
    Files(JobId, Vec<(PathBuf, Result<Material, String>)>),
    /// A workspace.
    Loaded(JobId, PathBuf, Result<Box<Document>, String>),
    /// Written: the document's id, the workspace as written, where its secrets are.
    Saved(JobId, PathBuf, Arc<Workspace>, Result<Kept, String>),
    /// Secrets opened.
    Unsealed(JobId, Result<Box<Vault>, String>),
    /// What an earlier start left behind, the newest; `None` when there is nothing.
    Recoverable(Option<Recovery>),
    /// The autosave could not be written.
    AutosaveFailed(String),
}
