//! One run of a chain as a state machine without I/O: [`start`] a node, carry out what it asks,
//! [`resume`] with the answer, until it is done.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use url::Url;

use super::{Chain, Expect, Reference, engine};
use crate::{
    jose::Jwk,
    kit::{Env, clock::Timestamp, ids::TokenId, secret::Secret},
    oauth::http,
    token::Token,
};

pub use super::directory::{Access, Directory, DirectoryError, ServerView};
pub use crate::oauth::failure::{Failure, FailureKind};

/// How far a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NodeState {
    /// Not run.
    #[default]
    Idle,
    /// Waiting for an answer.
    Running,
    /// Done as expected; a refusal that the node expects counts as done.
    Done,
    /// Refused, unreachable, or an expectation broken.
    Failed,
    /// Done, but something before it changed since.
    Stale,
}

/// A request with its answer, for the inspector and the log.
#[derive(Debug, Clone)]
pub struct Exchanged {
    /// When it was sent.
    pub at: Timestamp,
    /// What for, in words: `sign-in, alice`, `exchange, planner`.
    pub purpose: String,
    /// The request.
    pub request: http::Request,
    /// The answer, or why there is none.
    pub response: Result<http::Response, String>,
}

/// What a node has to show.
#[derive(Debug, Clone, Default)]
pub struct NodeRun {
    /// How far it is.
    pub state: NodeState,
    /// Requests and answers, in order.
    pub exchanged: Vec<Exchanged>,
    /// The token it gave, decoded.
    pub token: Option<Arc<Token>>,
    /// Where the token stands in the tray.
    pub token_id: Option<TokenId>,
    /// `issued_token_type` or the type that the grant implies, as a URI.
    pub token_type_uri: Option<String>,
    /// The private key that its request proved (RFC 9449). In memory only: a run that was opened again
    /// asks to be run again.
    pub proof_key: Option<Jwk>,
    /// How the token is sent: `Bearer`, `DPoP`, `N_A`, or the server's own word.
    pub scheme: Option<String>,
    /// The scope that was granted: the answer's, else what was asked for (RFC 6749 §5.1).
    pub granted: Option<BTreeSet<String>>,
    /// What went wrong: what the server said, what the RFC would have expected, what to try.
    pub failure: Option<Failure>,
    /// Expectations and whether they held, in the chain's order. Those about findings are missing
    /// until [`super::gather::settle`] has seen the findings.
    pub expectations: Vec<(Expect, bool)>,
    /// Things a client must cope with: `issued_token_type` missing, scope narrowed silently.
    pub notes: Vec<String>,
    /// Milliseconds in all.
    pub millis: u64,
}

/// One run of a chain.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// Counts runs of this chain from 1.
    pub number: u32,
    /// When it began.
    pub started: Option<Timestamp>,
    /// Node id to what it has to show.
    pub nodes: BTreeMap<String, NodeRun>,
}

impl Run {
    /// The state of a node.
    pub fn state(&self, id: &str) -> NodeState {
        self.nodes.get(id).map_or(NodeState::Idle, |n| n.state)
    }

    /// The token that a node gave.
    pub fn token(&self, id: &str) -> Option<&Arc<Token>> {
        self.nodes.get(id)?.token.as_ref()
    }
}

/// What a node wants from the world.
#[derive(Debug, Clone)]
pub enum Want {
    /// Send this, answer with [`Answer::Http`].
    Http(http::Request),
    /// Listen on a free loopback port, let `authorize` make the URL for that redirect URI, open it
    /// in the user's browser, answer with [`Answer::Redirect`].
    Browser(BrowserWant),
    /// Read the text there, answer with [`Answer::Text`].
    Read(Reference),
    /// Let this time pass, whatever the clock says (it may be set to another moment); answer with
    /// [`Answer::Waited`].
    Wait(Duration),
}

/// A sign-in that needs the user's browser.
#[derive(Debug, Clone)]
pub struct BrowserWant {
    /// Authorization request without `redirect_uri`; the carrier adds it.
    pub url: Url,
    /// `state` that the redirect must carry.
    pub state: String,
}

/// A sign-in under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningIn {
    /// The address that signs in, whichever browser opens it.
    pub address: Url,
    /// How long it is still good.
    pub left: Duration,
    /// Why no browser was opened, if none was.
    pub no_browser: Option<String>,
}

/// What the world answers.
#[derive(Debug, Clone)]
pub enum Answer {
    /// Response, or why there is none.
    Http(Result<http::Response, String>),
    /// The redirect that came back: the URI that was listened on and the full URL received.
    Redirect(Result<(Url, Url), String>),
    /// What stands in a file or a variable, or why it cannot be read.
    Text(Result<Secret, String>),
    /// The time has passed: milliseconds.
    Waited(u64),
}

/// A node between its first request and its end. Carries PKCE verifiers and the like.
#[derive(Debug, Clone)]
pub struct Pending {
    /// The node.
    pub node: String,
    /// What it has shown so far.
    pub so_far: NodeRun,
    pub(crate) stage: engine::Stage,
    /// The request that waits for its answer.
    pub(crate) sent: Option<engine::Sent>,
}

/// How a node goes on.
#[derive(Debug, Clone)]
pub enum Progress {
    /// It wants something more.
    Want(Box<Pending>, Want),
    /// It has ended, well or not.
    End(Box<NodeRun>),
}

/// Starts a node. Inputs must have run. Whatever is missing ends it with a [`Failure`] in words.
pub fn start(
    chain: &Chain,
    node: &str,
    run: &Run,
    directory: &dyn Directory,
    env: &Env,
) -> Progress {
    engine::start(chain, node, run, directory, env)
}

/// Goes on with the answer.
pub fn resume(
    chain: &Chain,
    pending: Pending,
    answer: Answer,
    run: &Run,
    directory: &dyn Directory,
    env: &Env,
) -> Progress {
    let _ = directory; // what a node needs of it was looked up when it started
    engine::resume(chain, pending, answer, run, env)
}
