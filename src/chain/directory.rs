//! Where a chain finds servers, clients and tokens by name.

use std::sync::Arc;

use url::Url;

use crate::{
    jose::Jwk,
    kit::{
        ids::{KeyId, TokenId},
        text::escape,
    },
    oauth::{client_auth::Client, metadata::Metadata},
    token::Token,
};

/// A server as a chain sees it.
#[derive(Debug, Clone)]
pub struct ServerView {
    /// Its name in the workspace, or `Practice`.
    pub name: String,
    /// Its metadata.
    pub metadata: Arc<Metadata>,
}

/// Where a chain finds servers, clients and tokens by name.
pub trait Directory {
    /// The server of that name; `None` is the practice server.
    fn server(&self, name: Option<&str>) -> Result<ServerView, DirectoryError>;
    /// A client of that server, with its credential.
    fn client(&self, server: Option<&str>, client_id: &str) -> Result<Client, DirectoryError>;
    /// The URL of a practice resource server.
    fn resource(&self, name: &str) -> Option<Url>;
    /// A token of the tray.
    fn token(&self, id: TokenId) -> Option<Arc<Token>>;
    /// A private key of the workspace, by name or identifier.
    fn key(&self, name: &str) -> Result<Jwk, DirectoryError> {
        Err(DirectoryError::NoKeys(name.to_owned()))
    }
    /// The private key of the workspace that has this thumbprint (RFC 7638).
    fn key_of(&self, thumbprint: &str) -> Option<Jwk> {
        let _ = thumbprint;
        None
    }
}

/// Why a name leads to nothing that a chain can use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DirectoryError {
    /// The practice server is not up yet.
    #[error("the practice server is still being started")]
    PracticeStarting,
    /// The practice server did not come up.
    #[error("the practice server could not be started: {0}")]
    PracticeFailed(String),
    /// The practice server does not run.
    #[error("the practice server does not run: start it, or name another server")]
    PracticeStopped,
    /// No server of this name.
    #[error(
        "no server named {} is configured: connect it, or choose another",
        escape(.0)
    )]
    NoServer(String),
    /// The server's metadata has not been fetched.
    #[error(
        "the metadata of {} is not there: fetch it again, or check the issuer {}",
        escape(.server),
        escape(.issuer)
    )]
    NoMetadata {
        /// The server's name.
        server: String,
        /// Its issuer identifier.
        issuer: String,
    },
    /// The server's metadata or keys could not be fetched.
    #[error("{} cannot be used: {why}", escape(.server))]
    Unreachable {
        /// The server's name.
        server: String,
        /// What happened.
        why: String,
    },
    /// What a client proves itself with could not be read where it stands.
    #[error("what client {} proves itself with could not be read: {why}", escape(.client))]
    Unread {
        /// The `client_id`.
        client: String,
        /// Why.
        why: String,
    },
    /// No client of this name at a server.
    #[error(
        "{} has no client {}: choose one of those it has ({})",
        .server.as_deref().map_or("the practice server".into(), escape),
        escape(.client),
        known_or_none(.known)
    )]
    NoClient {
        /// The server's name; `None` is the practice server.
        server: Option<String>,
        /// The `client_id`.
        client: String,
        /// Those that the server has.
        known: Vec<String>,
    },
    /// The client's secret is not in memory.
    #[error("the secret of client {} is not known here{access}", escape(.client))]
    NoSecret {
        /// The `client_id`.
        client: String,
        /// How it can be had.
        access: Access,
    },
    /// No key is chosen for a client that proves itself with one.
    #[error("client {} has no key: choose one for its assertions", escape(.client))]
    NoClientKey {
        /// The `client_id`.
        client: String,
    },
    /// The private part of a client's key is not in memory.
    #[error("the private part of key {key} is not known here{access}")]
    ClientKeyLocked {
        /// The key.
        key: KeyId,
        /// How it can be had.
        access: Access,
    },
    /// There are no keys.
    #[error("there is no key {}", escape(.0))]
    NoKeys(String),
    /// No key of this name.
    #[error("the workspace has no key {}", escape(.0))]
    NoKey(String),
    /// The key of this name is public.
    #[error("the key {} is a public one: proofs need the private part", escape(.0))]
    PublicKey(String),
    /// The private part of a key is not in memory.
    #[error("the private part of the key {} is not known here{access}", escape(.key))]
    KeyLocked {
        /// The key's name.
        key: String,
        /// How it can be had.
        access: Access,
    },
}

/// How a secret can be had that is not in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Access {
    /// It is sealed with the workspace.
    #[error(": unlock the workspace with its passphrase")]
    Sealed,
    /// It is nowhere.
    #[error(": enter it again")]
    Gone,
}

fn known_or_none(known: &[String]) -> String {
    if known.is_empty() {
        return "none".to_owned();
    }
    escape(&known.join(", ")).into_owned()
}
