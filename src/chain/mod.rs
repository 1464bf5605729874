//! Floor 2: chains of hops. A chain is data ([`Chain`], TOML in files); [`run`] drives it without I/O.

pub mod directory;
pub mod dpop;
mod engine;
pub mod expectation;
pub mod file;
pub mod gather;
pub mod kinds;
pub mod place;
pub mod plan;
pub mod provenance;
pub mod reference;
pub mod run;
pub mod server;
mod token_request;
mod wires;

use serde::{Deserialize, Serialize};

pub use dpop::Dpop;
pub use kinds::Step;
pub use reference::Reference;
pub use token_request::TokenRequest;
pub use wires::{Givers, Role};

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

    /// `wanted` as the id of a new node, or with a number behind it when there is such a node already.
    pub fn free_id(&self, wanted: &str) -> String {
        if self.node(wanted).is_none() {
            return wanted.to_owned();
        }
        // One more than there are nodes: one of these is free.
        (2..=self.nodes.len() + 2)
            .map(|n| format!("{wanted}-{n}"))
            .find(|id| self.node(id).is_none())
            .unwrap_or_else(|| wanted.to_owned())
    }
}
