//! Floor 2: who acts for whom. The graph of principals, computed from tokens.

pub mod fold;
pub mod graph;
pub mod layout;
pub mod picture;
mod place;

use crate::risk::Severity;

/// What a principal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum NodeKind {
    Person,
    Agent,
    Client,
    Service,
    /// Whom a token is about, where nothing says what that is.
    Unknown,
    AuthorizationServer,
    Audience,
    Key,
}

impl NodeKind {
    /// All kinds.
    pub const ALL: [Self; 8] = [
        Self::Person,
        Self::Agent,
        Self::Client,
        Self::Service,
        Self::Unknown,
        Self::AuthorizationServer,
        Self::Audience,
        Self::Key,
    ];
    /// The name used in JSON output and on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Agent => "agent",
            Self::Client => "client",
            Self::Service => "service",
            Self::Unknown => "principal",
            Self::AuthorizationServer => "authorization server",
            Self::Audience => "audience",
            Self::Key => "key",
        }
    }
    /// Several of them.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Person => "people",
            Self::Agent => "agents",
            Self::Client => "clients",
            Self::Service => "services",
            Self::Unknown => "principals",
            Self::AuthorizationServer => "authorization servers",
            Self::Audience => "audiences",
            Self::Key => "keys",
        }
    }
}

/// How two principals relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Relation {
    /// `from` handed its authority on to `to`: `to` acts for the subject after `from`.
    Delegates,
    /// `to` is named in `may_act` of a token about `from`.
    MayAct,
    /// `from` issued a token held by `to`.
    Issued,
    /// `from` can reach the audience `to`.
    Reaches,
    /// `from` holds the key `to`.
    Holds,
    /// `from` requested a token as the client `to`.
    UsesClient,
}

impl Relation {
    /// The name used in JSON output and on screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Delegates => "delegates to",
            Self::MayAct => "may act",
            Self::Issued => "issues",
            Self::Reaches => "reaches",
            Self::Holds => "holds",
            Self::UsesClient => "uses client",
        }
    }
}

/// What a principal is in one token, what weighs most last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Standing {
    /// The token is for it.
    Audience,
    /// It asked for the token as its client.
    Client,
    /// `may_act` names it: it may become the actor (RFC 8693 §4.4).
    MayAct,
    /// An inner actor: history, not authority (RFC 8693 §4.1).
    ActedBefore,
    /// The token is about it.
    Subject,
    /// The current actor.
    Acts,
}

/// What a node holds that stands for several principals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fold {
    /// Ids of the principals, in the order of the graph.
    pub members: Vec<String>,
    /// Relations between them, which are not drawn.
    pub within: usize,
}

/// A principal, or a fold of several.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Stable and unique: `kind|iss|name`.
    pub id: String,
    /// What it is.
    pub kind: NodeKind,
    /// Its name, escaped.
    pub label: String,
    /// Second line: `subject`, `prior actor`, `current actor`, `audience`, `ES256 · 1 key`.
    pub detail: String,
    /// Issuer of the name.
    pub iss: Option<String>,
    /// Worst finding at this principal.
    pub severity: Option<Severity>,
    /// Hops whose token names it.
    pub hops: Vec<usize>,
    /// What it is in those of them that say who may do something, in their order.
    pub standings: Vec<(usize, Standing)>,
    /// Rank by order of delegation: 0 subject, 1 first actor ...
    pub rank: usize,
    /// The principals that it stands for, when it is a fold.
    pub fold: Option<Fold>,
}

impl Node {
    /// The label for a small box: without `https://`, the middle cut out where it is long.
    pub fn caption(&self) -> String {
        let bare = self
            .label
            .strip_prefix("https://")
            .or_else(|| self.label.strip_prefix("http://"))
            .unwrap_or(&self.label);
        let bare = if bare.is_empty() { &self.label } else { bare };
        crate::kit::text::shorten(bare, Self::CAPTION).into_owned()
    }

    /// Most characters of a [`Node::caption`].
    pub const CAPTION: usize = 60;
}

/// A relation between two principals.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge {
    /// Index of a node.
    pub from: usize,
    /// Index of a node.
    pub to: usize,
    /// How they relate.
    pub relation: Relation,
    /// Worst finding on this edge.
    pub severity: Option<Severity>,
    /// Hops whose tokens make it.
    pub hops: Vec<usize>,
    /// What changed there, when that explains a finding: `payments:initiate added`.
    pub note: Option<String>,
    /// Indices of the findings on this edge.
    pub findings: Vec<usize>,
    /// How many relations it stands for: more than one only where a fold is at an end.
    pub count: usize,
}

/// The principal graph.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Graph {
    /// Principals.
    pub nodes: Vec<Node>,
    /// Relations.
    pub edges: Vec<Edge>,
}
