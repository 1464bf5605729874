//! Selection and open views: not undoable.

use crate::{
    kit::{
        clock::Clock,
        ids::{ChainId, JobId, KeyId, ServerId, TargetId, TokenId},
        secret::Secret,
    },
    practice::Faults,
    principal::picture::Seen,
    risk::Severity,
};

/// A main view, by the name that stored arrangements have of it. Those that others go to are named here; what
/// is known of one stands with its panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct View(&'static str);

impl View {
    /// What greets whoever has nothing open.
    pub const START: Self = Self("Start");
    /// One token.
    pub const TOKEN: Self = Self("Token");
    /// One chain.
    pub const CHAIN: Self = Self("Chain");
    /// The principal graph.
    pub const GRAPH: Self = Self("Graph");
    /// Tokens side by side.
    pub const COMPARE: Self = Self("Compare");
    /// Forgeries.
    pub const FORGE: Self = Self("Forge");
    /// Practice servers.
    pub const PRACTICE: Self = Self("Practice");

    /// The main view of that name.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// Its name.
    pub const fn name(self) -> &'static str {
        self.0
    }
}

impl Default for View {
    fn default() -> Self {
        Self::START
    }
}

/// A main view that the face has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferedView {
    /// The view.
    pub view: View,
    /// What showing it is called: `Show graph`.
    pub label: String,
    /// The keys that show it.
    pub keys: &'static [&'static str],
}

/// What is selected. Graph, tray, chain and findings all follow it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Selection {
    /// Nothing.
    #[default]
    None,
    /// A token.
    Token(TokenId),
    /// A claim of a token: JSON Pointer.
    Claim(TokenId, String),
    /// A node of a chain.
    ChainNode(ChainId, String),
    /// A principal, by its graph id.
    Principal(String),
    /// A relation of the graph: from id, to id, relation's name.
    Relation(String, String, &'static str),
    /// A finding, by its index in the analysis.
    Finding(usize),
    /// A key.
    Key(KeyId),
    /// A server.
    Server(ServerId),
    /// An entry of the HTTP log, by its number.
    Log(usize),
}

/// A message to the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Whether something failed.
    pub error: bool,
    /// What happened, where, what to do.
    pub text: String,
    /// What an error is about: it leaves when that is over.
    pub about: Option<Cause>,
}

/// What an error is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The run of a chain failed; its nodes show it as well.
    Run(ChainId),
    /// A server could not be reached.
    Server(ServerId),
    /// A server that is to be connected could not be reached; its form shows it as well.
    Connect,
    /// A file was not read or written, with [`Model::files`] as it was.
    File(u64),
    /// A practice server could not be started.
    Practice(Faults),
    /// The secrets of the workspace were not unlocked.
    Locked,
}

/// An encrypted key that is to be imported and waits for its passphrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedKey {
    /// The PEM text.
    pub text: Secret,
    /// Name for the tray.
    pub name: String,
    /// Where it came from.
    pub origin: String,
    /// Why the last try failed.
    pub error: Option<String>,
    /// The job that tries a passphrase on it, while it runs.
    pub job: Option<JobId>,
}

/// Encrypted keys that wait for their passphrases: each is asked for in its turn.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LockedKeys {
    /// In the order in which they are asked for.
    pub waiting: Vec<LockedKey>,
    /// How many there were since none last waited.
    pub total: usize,
}

impl LockedKeys {
    /// Takes a key in, once.
    pub fn add(&mut self, key: LockedKey) {
        if self.waiting.iter().all(|other| other.text != key.text) {
            self.waiting.push(key);
            self.total += 1;
        }
    }

    /// Takes a key out: it has been opened, or given up.
    pub fn remove(&mut self, place: usize) -> Option<LockedKey> {
        let gone = (place < self.waiting.len()).then(|| self.waiting.remove(place));
        if self.waiting.is_empty() {
            self.total = 0;
        }
        gone
    }

    /// The key that is asked for, and which of all it is.
    pub fn asked(&self) -> Option<(usize, &LockedKey)> {
        let key = self.waiting.first()?;
        Some((self.total - self.waiting.len() + 1, key))
    }
}

/// What a verdict asks of claims, beside the moment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Demands {
    /// Allowed clock difference, in seconds.
    pub leeway: i64,
    /// Audience that a token must name.
    pub audience: Option<String>,
    /// Issuer that a token must have.
    pub issuer: Option<String>,
}

/// Most seconds of clock difference that a verdict can allow: a day.
pub const MAX_LEEWAY: i64 = 86_400;

/// Most tokens that are compared at a time.
pub const MAX_COMPARED: usize = 12;

/// What is not saved and not undone.
#[derive(Debug, Clone, Default)]
pub struct Session {
    /// The main views that the face has, in the order of their tabs.
    pub views: Vec<OfferedView>,
    /// The view in front.
    pub view: View,
    /// What is selected.
    pub selection: Selection,
    /// The token in the token view; stays when something else is selected.
    pub token: Option<TokenId>,
    /// The chain in the chain view.
    pub chain: Option<ChainId>,
    /// The target of the forge.
    pub target: Option<TargetId>,
    /// Where time comes from.
    pub clock: Clock,
    /// What verdicts ask for.
    pub demands: Demands,
    /// The tokens of the compare view, in order.
    pub compared: Vec<TokenId>,
    /// Findings and graph show this severity and worse.
    pub at_least: Option<Severity>,
    /// Text filter of the current view (Ctrl+F).
    pub filter: String,
    /// What is looked at of the principal graph.
    pub seen: Seen,
    /// Keys that wait for their passphrases.
    pub locked_keys: LockedKeys,
    /// Messages not yet shown; the face takes them.
    pub notices: Vec<Notice>,
}
