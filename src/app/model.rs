//! All state of the program.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use super::{
    analysis::{Analysis, Begun},
    forge::Forging,
    history::History,
    log::Log,
    recovery::Recovery,
    session::{Cause, LockedKey, Notice, Session},
    vault::Sealing,
    workspace::Workspace,
};
use crate::{
    chain::run::{NodeState, Pending, Run, SigningIn},
    jose::Jwks,
    kit::{
        ids::{ChainId, ClientRef, Ids, JobId, ServerId, TokenId},
        progress::Progress,
        secret::Secret,
    },
    oauth::client_auth::Credential,
    practice::Faults,
    principal::picture::{Picture, Seen},
};

pub use super::{
    practice::state::{Practice, PracticeInfo},
    vault::Vault,
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
    /// Numbers for jobs: not part of what a file keeps, so that the same content is the same file.
    pub job_ids: Ids,
    /// Grows with every change of workspace, runs, keys or clock: what derived values depend on.
    pub revision: u64,
    /// Runs of chains. Evidence: not undoable, saved beside the document.
    pub runs: BTreeMap<ChainId, Run>,
    /// Chains that are running.
    pub running: BTreeMap<ChainId, Running>,
    /// HTTP requests and answers.
    pub log: Log,
    /// What is derived from it all; lags behind `revision` while it is computed.
    pub analysis: Arc<Analysis>,
    /// The principal graph as it is looked at; lags behind the session's wish while it is drawn up.
    pub picture: Arc<Picture>,
    /// What it is being drawn up for.
    pub picturing: Option<Seen>,
    /// Practice servers by their faults (sorted); the one without faults is the default.
    pub practice: BTreeMap<Faults, Practice>,
    /// The faults of the practice server that has, or had, a port of this machine: an address alone
    /// does not say that a server is broken on purpose.
    pub practice_ports: BTreeMap<u16, Faults>,
    /// Key sets of configured issuers and practice servers.
    pub jwks: HashMap<String, Arc<Jwks>>,
    /// Key sets as they were before the last fetch that changed them, to show a rotation.
    pub former_jwks: HashMap<String, Arc<Jwks>>,
    /// Private keys, client secrets and header values, in memory only. Keys: `k3`, `cl7`, `h9`.
    pub vault: Vault,
    /// What clients prove themselves with that stands elsewhere, as it was read, or why it could not be:
    /// in memory only, never saved.
    pub referenced: HashMap<ClientRef, Result<Credential, String>>,
    /// Why the metadata or keys of servers could not be fetched.
    pub unreachable: HashMap<ServerId, String>,
    /// Jobs under way: what they do, for progress and cancel.
    pub jobs: BTreeMap<JobId, Job>,
    /// Where the workspace was saved.
    pub path: Option<PathBuf>,
    /// The workspace as last saved, to tell whether there is something to save.
    pub saved: Arc<Workspace>,
    /// Names the document in the system's keychain; empty until it is first saved.
    pub document_id: String,
    /// How secrets are kept in the file, and those of it that are still locked.
    pub sealing: Sealing,
    /// Grows with every run: what the file keeps of them depends on it.
    pub evidence: u64,
    /// [`Self::evidence`] as last saved.
    pub saved_evidence: u64,
    /// Whether unsaved work is kept for a start after a crash. Off in programs without a window.
    pub autosave: bool,
    /// What was last given to the autosave.
    pub autosaved: Option<(Arc<Workspace>, u64)>,
    /// The analysis under way.
    pub analysing: Option<Underway>,
    /// The revision of which the user wants no analysis.
    pub not_analysed: Option<u64>,
    /// What the analysis that was stopped last had found out.
    pub begun: Arc<Begun>,
    /// Analyses that were stopped, one after the other: see [`super::update`].
    pub analyses_stopped: u8,
    /// Analysing is put off while a chain runs.
    pub analysis_delay: AnalysisDelay,
    /// Forgeries of the token in front, and what came of firing them.
    pub forge: Forging,
    /// A workspace that an earlier start left behind unsaved.
    pub recovery: Option<Recovery>,
    /// Counts files that were opened or saved.
    pub files: u64,
    /// A server that could not be connected: its issuer, and why.
    pub not_connected: Option<(String, String)>,
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
    /// What its outcome is for.
    pub purpose: Purpose,
}

/// An analysis under way.
#[derive(Debug, Clone)]
pub struct Underway {
    /// The revision that it is made from.
    pub revision: u64,
    /// How far it has come; stops it.
    pub progress: Arc<Progress>,
}

/// Whether analysing is put off. A quick run is analysed once, at its end: analysing each of its
/// steps would take longer than the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AnalysisDelay {
    /// No.
    #[default]
    No,
    /// For a moment, which the runtime counts.
    Waiting,
    /// The moment is over: the next analysis is due, whatever runs.
    Over,
}

/// What the outcome of a job is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// A request of a chain that is running.
    Chain(ChainId),
    /// Metadata and keys of a configured server.
    Discover(ServerId),
    /// Metadata and keys of an issuer that is to become a server of the workspace.
    Connect(String),
    /// What clients prove themselves with.
    Credentials,
    /// A key that is being generated.
    Key {
        /** Its name. */
        name: String,
        /** Its algorithm. */
        alg: String,
    },
    /// A forgery that was sent.
    Fire,
    /// Weak secrets that are being tried.
    Crack,
    /// A passphrase that is tried on a key that waits for one.
    Keys {
        /** The passphrase. */
        passphrase: Secret,
        /** It has opened a key before: nobody said that it opens this one. */
        proven: bool,
    },
    /// The content of an encrypted token.
    Decrypt(TokenId),
    /// A token that is being encrypted.
    Encrypt(TokenId),
    /// Tokens of a long text.
    Paste,
    /// Files for tokens.
    Files,
    /// A workspace file.
    Load {
        /// It was left behind by an earlier start.
        recovery: Option<Recovery>,
    },
    /// The workspace that is being written, with [`Model::evidence`] as it was.
    Save(u64),
    /// Secrets that are being opened.
    Unseal(Secret),
}

/// A chain that is running.
#[derive(Debug, Clone, Default)]
pub struct Running {
    /// Nodes still to run, next first.
    pub queue: Vec<String>,
    /// The node that waits for an answer, and its job.
    pub pending: Option<(JobId, Pending)>,
    /// How long that node still waits, for one that lets time pass or a person sign in.
    pub left: Option<Duration>,
    /// The sign-in that it waits for.
    pub signing_in: Option<SigningIn>,
    /// Waits for the practice server with these faults.
    pub waits_for: Option<Faults>,
    /// How many requests of the pending node are in the log already.
    pub logged: usize,
}

impl Model {
    /// The default practice server, when it runs.
    pub fn practice(&self) -> Option<&Arc<PracticeInfo>> {
        match self.practice.get(&Faults::NONE) {
            Some(Practice::Running(info)) => Some(info),
            _ => None,
        }
    }

    /// Whether the user stopped the analysis of what there is now: what is shown is older.
    pub fn is_analysis_refused(&self) -> bool {
        self.not_analysed == Some(self.revision) && self.analysis.revision != self.revision
    }

    /// What the workspace is called: as it was named, else as its file is, else `untitled`.
    pub fn title(&self) -> Cow<'_, str> {
        let name = self.workspace.name.as_str();
        if !name.is_empty() {
            return name.into();
        }
        let stem = self.path.as_deref().and_then(Path::file_stem);
        stem.map_or("untitled".into(), |stem| stem.to_string_lossy())
    }

    /// Whether something would be lost by closing.
    pub fn is_dirty(&self) -> bool {
        let same = Arc::ptr_eq(&self.workspace, &self.saved) || *self.workspace == *self.saved;
        !same
            || (self.evidence != self.saved_evidence
                && !(self.runs.is_empty() && self.vault.headers.is_empty()))
    }

    /// The document, to change it. Undo is recorded by [`super::update`].
    pub(super) fn document(&mut self) -> &mut Workspace {
        Arc::make_mut(&mut self.workspace)
    }

    /// Something that derived values depend on has changed.
    pub(super) fn touch(&mut self) {
        self.revision += 1;
    }

    /// Tells the user what was done.
    pub(super) fn say(&mut self, text: impl Into<String>) {
        self.session.notices.push(Notice {
            error: false,
            text: text.into(),
            about: None,
        });
    }

    /// Tells the user what could not be done, and what to do.
    pub(super) fn complain(&mut self, text: impl Into<String>) {
        self.session.notices.push(Notice {
            error: true,
            text: text.into(),
            about: None,
        });
    }

    /// The same, of something that may be over one day: then the message leaves.
    pub(super) fn complain_of(&mut self, about: Cause, text: impl Into<String>) {
        self.session.notices.push(Notice {
            error: true,
            text: text.into(),
            about: Some(about),
        });
    }

    /// Whether a passphrase is being tried on a key that waits for one.
    pub fn tries(&self, key: &LockedKey) -> bool {
        key.job.is_some_and(|job| self.jobs.contains_key(&job))
    }

    /// Whether what a message is about is over.
    pub fn is_over(&self, cause: &Cause) -> bool {
        match cause {
            Cause::Run(chain) => {
                let failed = |run: &Run| run.nodes.values().any(|n| n.state == NodeState::Failed);
                self.running.contains_key(chain)
                    || self.workspace.chain(*chain).is_none()
                    || !self.runs.get(chain).is_some_and(failed)
            }
            Cause::Server(id) => {
                let known = self.workspace.servers.iter().any(|s| s.id == *id);
                !known || !self.unreachable.contains_key(id)
            }
            Cause::Connect => self.not_connected.is_none(),
            Cause::File(files) => self.files != *files,
            Cause::Practice(faults) => {
                !matches!(self.practice.get(faults), Some(Practice::Failed(_)))
            }
            Cause::Locked => self.sealing.sealed.is_none(),
        }
    }

    /// Registers a job.
    pub(super) fn begin(&mut self, what: impl Into<String>, purpose: Purpose) -> JobId {
        let id = JobId(self.job_ids.allot());
        let cancellable = !matches!(purpose, Purpose::Save(_));
        self.jobs.insert(
            id,
            Job {
                what: what.into(),
                cancellable,
                purpose,
            },
        );
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workspace_is_called_as_it_was_named_else_as_its_file() {
        let mut model = Model::default();
        assert_eq!(model.title(), "untitled");
        model.path = Some("/home/alice/payments.toml".into());
        assert_eq!(model.title(), "payments");
        model.document().name = "Payments, hop by hop".into();
        assert_eq!(model.title(), "Payments, hop by hop");
    }
}
