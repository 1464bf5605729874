//! What is known of a practice server, and what it is called.

use std::sync::Arc;

use crate::{
    jose::{Jwk, Jwks},
    oauth::{client_auth::Client, metadata::Metadata},
    practice::Faults,
};

/// State of a practice server.
#[derive(Debug, Clone)]
pub enum Practice {
    /// Being started.
    Starting,
    /// Running.
    Running(Arc<PracticeInfo>),
    /// Stopped by the user.
    Stopped,
    /// Could not be started.
    Failed(String),
}

/// What a running practice server is.
#[derive(Debug, Clone)]
pub struct PracticeInfo {
    /// Issuer, `http://127.0.0.1:PORT`.
    pub issuer: String,
    /// Its metadata, made in-process.
    pub metadata: Arc<Metadata>,
    /// Its public keys.
    pub jwks: Arc<Jwks>,
    /// Resource servers: name, base URL, scopes.
    pub resources: Vec<(String, url::Url, Vec<String>)>,
    /// Clients with credentials.
    pub clients: Vec<Client>,
    /// The key that it signs with: whoever practises may play the issuer.
    pub key: Jwk,
    /// Users.
    pub users: Vec<String>,
    /// Faults that are on.
    pub faults: Faults,
}

/// What a practice server is called: its faults belong to its name wherever it is named.
pub fn title(faults: &Faults) -> String {
    if faults.is_empty() {
        return "Practice".into();
    }
    let names: Vec<&str> = faults.names().collect();
    format!("Practice with {}", names.join(", "))
}

/// [`title`] where there is little room: several faults are counted.
pub fn brief(faults: &Faults) -> String {
    match faults.len() {
        0 | 1 => title(faults),
        n => format!("Practice with {n} faults"),
    }
}
