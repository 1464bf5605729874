//! Floor 2: chains of hops. A chain is data ([`Chain`], TOML in files); [`run`] drives it without I/O.

pub mod dpop;
mod engine;
pub mod expectation;
pub mod file;
pub mod gather;
pub mod place;
pub mod plan;
pub mod provenance;
pub mod run;

use serde::{Deserialize, Serialize};

pub use dpop::Dpop;

/// The practice server's public client for sign-in.
pub const WORKBENCH: &str = "workbench";

/// A chain of sign-ins, exchanges and calls.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chain {
    /// Format version; 1.
    pub version: u32,
    /// Short name: a file's stem, an argument of `chain run`.
    pub name: String,
    /// One line for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// What it shows, in a few sentences.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
    /// Faults of the practice server that this chain is to be run with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<String>,
    /// The nodes, in the order in which they were added.
    #[serde(default, rename = "node")]
    pub nodes: Vec<Node>,
}

/// One node of the canvas.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Node {
    /// Unique in its chain; wires name it.
    pub id: String,
    /// Title on the canvas; without one, made from the step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Name of a configured server; without one, the practice server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// `client_id` of the client that asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// Whose key it proves (RFC 9449). Without one a token request proves none, and a call proves the
    /// key that its token is bound to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dpop: Option<Dpop>,
    /// Place on the canvas; without one, laid out by rank.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<[f32; 2]>,
    /// What it does.
    #[serde(flatten)]
    pub step: Step,
    /// What must hold after it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expect: Vec<Expect>,
}

/// What a node does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Step {
    /// Source: a user signs in by authorization code with PKCE.
    SignIn {
        /// `login_hint`; at the practice server a user's name signs in at once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user: Option<String>,
        /// What is asked for.
        #[serde(flatten)]
        ask: Ask,
    },
    /// Source: the client's own token (RFC 6749 §4.4).
    ClientCredentials {
        /// What is asked for.
        #[serde(flatten)]
        ask: Ask,
    },
    /// Source: a token that the user has.
    Paste {
        /// The token; a reference to the tray as `tray:t12`, or the text.
        #[serde(default)]
        token: String,
    },
    /// RFC 8693 token exchange.
    Exchange {
        /// Node whose token is the subject token.
        subject: String,
        /// `subject_token_type`, short word or URI; without one, what its node was issued as.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subject_token_type: Option<String>,
        /// Node whose token is the actor token; none sends no actor token.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        actor: Option<String>,
        /// `actor_token_type`; without one, what its node was issued as.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        actor_token_type: Option<String>,
        /// `requested_token_type`; the server picks without one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        requested_token_type: Option<String>,
        /// What is asked for.
        #[serde(flatten)]
        ask: Ask,
    },
    /// A call of an API with a token.
    Call {
        /// Node whose token is sent.
        token: String,
        /// Absolute URL, or the name of a practice resource server (`payments-api`).
        url: String,
        /// Method; `GET` without one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        method: Option<String>,
    },
}

/// What a token request asks for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ask {
    /// `scope`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scope: Vec<String>,
    /// `audience`, repeatable.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audience: Vec<String>,
    /// `resource`, repeatable (RFC 8707).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resource: Vec<String>,
    /// Parameter `may_act`: `client_id` of the one party that may exchange the issued token. An
    /// extension of the practice server, which writes `may_act: {iss, sub}` (RFC 8693 §4.4) into the
    /// token; sent with the authorization request of a sign-in and the token request of an exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub may_act: Option<String>,
}

/// What must hold after a node has run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expect {
    /// HTTP status.
    Status(u16),
    /// OAuth error code, for a hop that must be refused.
    Error(String),
    /// `sub` of the token.
    Subject(String),
    /// Actors, current first.
    Actors(Vec<String>),
    /// Scopes, as a set.
    Scope(Vec<String>),
    /// Audiences, as a set.
    Audience(Vec<String>),
    /// Whether the token is bound to a key, and to the one that its request proved.
    Bound(bool),
    /// No finding at or above this severity.
    NoFinding(crate::risk::Severity),
    /// A finding of this rule.
    Finding(String),
}

impl Chain {
    /// The node of that id.
    pub fn node(&self, id: &str) -> Option<&Node> {
        self.nodes.iter().find(|n| n.id == id)
    }
}

impl Node {
    /// Title on the canvas.
    pub fn title(&self) -> &str {
        match (&self.title, &self.step) {
            (Some(title), _) => title,
            (None, Step::SignIn { .. }) => "Sign in",
            (None, Step::ClientCredentials { .. }) => "Credentials",
            (None, Step::Paste { .. }) => "Pasted token",
            (None, Step::Exchange { .. }) => "Exchange",
            (None, Step::Call { .. }) => "Call",
        }
    }

    /// `client_id` of the client that asks: the chosen one, or the public client [`WORKBENCH`] for a
    /// sign-in at the practice server.
    pub fn client_id(&self) -> Option<&str> {
        match (&self.client, &self.server, &self.step) {
            (Some(client), _, _) => Some(client),
            (None, None, Step::SignIn { .. }) => Some(WORKBENCH),
            (None, _, _) => None,
        }
    }

    /// The nodes that this one takes a token from: role, id.
    pub fn inputs(&self) -> Vec<(Role, &str)> {
        match &self.step {
            Step::SignIn { .. } | Step::ClientCredentials { .. } | Step::Paste { .. } => Vec::new(),
            Step::Exchange { subject, actor, .. } => {
                let mut inputs = vec![(Role::Subject, subject.as_str())];
                inputs.extend(actor.iter().map(|a| (Role::Actor, a.as_str())));
                inputs
            }
            Step::Call { token, .. } => vec![(Role::Bearer, token.as_str())],
        }
    }
}

/// What a token is used as at the end of a wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// `subject_token`.
    Subject,
    /// `actor_token`.
    Actor,
    /// Sent to an API.
    Bearer,
}
