//! The secrets of a document, and how they are kept in its file.

use std::{collections::HashMap, sync::Arc};

use crate::{
    jose::Jwk,
    kit::{
        ids::{ClientRef, HeaderRef, KeyId},
        secret::Secret,
    },
};

/// Secrets in memory.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Vault {
    /// Private keys by key id.
    pub keys: HashMap<KeyId, Jwk>,
    /// Client secrets by client reference.
    pub secrets: HashMap<ClientRef, Secret>,
    /// Values of secret headers of targets.
    pub headers: HashMap<HeaderRef, Secret>,
}

/// How the secrets of a document are kept in its file.
#[derive(Debug, Clone, Default)]
pub struct Sealing {
    /// Seals those that the system's keychain does not take.
    pub passphrase: Option<Secret>,
    /// Secrets of the file that are still sealed (a JWE): written back as they are.
    pub sealed: Option<Arc<str>>,
}
