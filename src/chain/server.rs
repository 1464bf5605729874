//! Authorization servers and their clients as a chain file names them.

use std::path::Path;

use serde_json::{Map, Value};

use super::{Chain, Reference};
use crate::{
    kit::secret::Secret,
    oauth::{
        client_auth::{AssertionAudience, AuthMethod},
        metadata::Metadata,
    },
};

/// A chain file as a whole: the chain, and the servers that it brings with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Bundle {
    /// The chain.
    pub chain: Chain,
    /// The servers that stand in the file.
    pub servers: Vec<Server>,
}

/// An authorization server of a chain file.
#[derive(Debug, Clone, PartialEq)]
pub struct Server {
    /// The name by which nodes call it.
    pub name: String,
    /// Issuer identifier.
    pub issuer: String,
    /// Endpoints by their names in metadata (RFC 8414 §2), for a server that publishes none.
    pub endpoints: Vec<(&'static str, String)>,
    /// Its keys, for a server that publishes none.
    pub jwks: Option<Reference>,
    /// Its clients.
    pub clients: Vec<ServerClient>,
}

/// A client of a [`Server`].
#[derive(Debug, Clone, PartialEq)]
pub struct ServerClient {
    /// `client_id`.
    pub client_id: String,
    /// How it authenticates.
    pub method: AuthMethod,
    /// Whom its assertions are addressed to.
    pub assertion_audience: AssertionAudience,
    /// With what.
    pub proof: Proof,
}

/// What a client of a chain file proves itself with.
#[derive(Debug, Clone, PartialEq)]
pub enum Proof {
    /// Nothing, or what is given for the run alone.
    None,
    /// A secret, or for `private_key_jwt` a key, that stands elsewhere.
    At(Reference),
    /// A secret that stands in the file in clear.
    Clear(Secret),
}

/// Endpoints that a chain file can name.
pub const ENDPOINTS: [&str; 5] = [
    "authorization_endpoint",
    "token_endpoint",
    "introspection_endpoint",
    "revocation_endpoint",
    "jwks_uri",
];

impl Server {
    /// Metadata made of what the file says; `None` when the server is asked for its own.
    pub fn metadata(&self) -> Option<Metadata> {
        if self.endpoints.is_empty() && self.jwks.is_none() {
            return None;
        }
        let endpoint = |name| {
            let mut known = self.endpoints.iter();
            known.find(|(n, _)| *n == name).map(|(_, url)| url.clone())
        };
        let mut document = Map::new();
        document.insert("issuer".into(), self.issuer.as_str().into());
        for (name, url) in &self.endpoints {
            document.insert((*name).to_owned(), Value::from(url.as_str()));
        }
        Some(Metadata {
            issuer: self.issuer.clone(),
            authorization_endpoint: endpoint("authorization_endpoint"),
            token_endpoint: endpoint("token_endpoint"),
            jwks_uri: endpoint("jwks_uri"),
            introspection_endpoint: endpoint("introspection_endpoint"),
            revocation_endpoint: endpoint("revocation_endpoint"),
            document,
            ..Metadata::default()
        })
    }
}

impl Bundle {
    /// Counts relative paths from `folder`, the one of the file.
    #[must_use]
    pub fn from_folder(mut self, folder: &Path) -> Self {
        for server in &mut self.servers {
            server.jwks = server.jwks.take().map(|at| at.from_folder(folder));
            for client in &mut server.clients {
                if let Proof::At(at) = &client.proof {
                    client.proof = Proof::At(at.clone().from_folder(folder));
                }
            }
        }
        for node in &mut self.chain.nodes {
            node.step.kind_mut().count_from(folder);
        }
        self
    }

    /// The clients whose secrets stand in the file in clear.
    pub fn in_clear(&self) -> Vec<&str> {
        let clients = self.servers.iter().flat_map(|s| &s.clients);
        clients
            .filter(|c| matches!(c.proof, Proof::Clear(_)))
            .map(|c| c.client_id.as_str())
            .collect()
    }
}
