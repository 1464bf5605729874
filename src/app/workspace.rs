//! The saved, undoable document.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::target::TargetEntry;
use crate::{
    chain::{Chain, Reference},
    kit::ids::{ChainId, ClientRef, KeyId, ServerId, TargetId, TokenId},
    oauth::{
        client_auth::{AssertionAudience, AuthMethod},
        metadata::Metadata,
    },
    token::sd_jwt,
};

/// The document.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Workspace {
    /// Shown in the title.
    #[serde(default)]
    pub name: String,
    /// The private parts of practice keys stand in the file in clear.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub practice_keys_in_clear: bool,
    /// Tokens that the user brought or made, in tray order.
    #[serde(default, rename = "token", skip_serializing_if = "Vec::is_empty")]
    pub tokens: Vec<TokenEntry>,
    /// Keys; private parts are in the vault, never here.
    #[serde(default, rename = "key", skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<KeyEntry>,
    /// Configured authorization servers. The practice server is not among them.
    #[serde(default, rename = "server", skip_serializing_if = "Vec::is_empty")]
    pub servers: Vec<ServerEntry>,
    /// Chains.
    #[serde(default, rename = "chain", skip_serializing_if = "Vec::is_empty")]
    pub chains: Vec<ChainEntry>,
    /// Targets of forgeries.
    #[serde(default, rename = "target", skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<TargetEntry>,
}

/// A token in the tray.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "token_text::Saved", into = "token_text::Saved")]
pub struct TokenEntry {
    /// Identifier.
    pub id: TokenId,
    /// Name that the user gave.
    pub name: Option<String>,
    /// As it came: edits are shown against it.
    pub received: Arc<str>,
    /// As it is now, half-typed JSON included.
    pub raw: Arc<str>,
    /// The text that was last received or signed: `raw` differs while an edit is not signed.
    pub sealed: Arc<str>,
    /// Where it came from, in words: `pasted`, `file app.log, line 3`, `edited from hop 2`.
    pub origin: String,
    /// Tokens that came in one text share a number: they may be the hops of one chain.
    pub batch: Option<u32>,
    /// The token of a run that it is an edited copy of.
    pub copy_of: Option<TokenId>,
    /// How often it was found again, after the first time.
    pub again: u32,
    /// Where, as far as they are kept: [`MAX_PLACES`] at most.
    pub places: Vec<String>,
}

/// Places of one token that are kept.
pub const MAX_PLACES: usize = 50;

impl TokenEntry {
    /// Whether what is signed was edited since it was received or signed. The disclosures of an
    /// SD-JWT may come and go.
    pub fn is_edited(&self) -> bool {
        sd_jwt::split(&self.raw).0 != sd_jwt::split(&self.sealed).0
    }
}

/// A key in the tray.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KeyEntry {
    /// Identifier.
    pub id: KeyId,
    /// Name.
    pub name: String,
    /// Algorithm to sign with.
    pub alg: String,
    /// What it is: `EC P-256`.
    pub description: String,
    /// Public part as a JWK; absent for a symmetric key.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "json_text")]
    pub public: Option<serde_json::Value>,
    /// Whether a private part belongs to it (in the vault).
    pub private: bool,
    /// Made for practice: may be stored in clear if the user says so.
    #[serde(default)]
    pub practice: bool,
    /// Where it came from: `generated`, `imported`.
    pub origin: String,
}

/// A configured authorization server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServerEntry {
    /// Identifier.
    pub id: ServerId,
    /// Name that chains use.
    pub name: String,
    /// Issuer identifier.
    pub issuer: String,
    /// Metadata as last fetched.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "json_text")]
    pub metadata: Option<Metadata>,
    /// The metadata was written by hand: the server publishes none, and is not asked for it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_hand: bool,
    /// Where its keys stand, for a server that publishes none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Reference>,
    /// Clients registered there.
    #[serde(default, rename = "client", skip_serializing_if = "Vec::is_empty")]
    pub clients: Vec<ClientEntry>,
}

/// A client at a configured server. Its credential is in the vault under its identifier.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ClientEntry {
    /// Identifier, also the vault's name of its secret.
    pub id: ClientRef,
    /// `client_id`.
    pub client_id: String,
    /// How it authenticates.
    pub method: AuthMethod,
    /// The key that signs its assertions (`private_key_jwt`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyId>,
    /// Where its secret stands, or the key of `private_key_jwt`, when it is not kept here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<Reference>,
    /// Whom its assertions are addressed to.
    #[serde(default, skip_serializing_if = "AssertionAudience::is_usual")]
    pub assertion_audience: AssertionAudience,
}

/// A chain in the workspace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChainEntry {
    /// Identifier.
    pub id: ChainId,
    /// The chain.
    pub chain: Chain,
}

impl Workspace {
    /// The token of that id.
    pub fn token(&self, id: TokenId) -> Option<&TokenEntry> {
        self.tokens.iter().find(|t| t.id == id)
    }
    /// The chain of that id.
    pub fn chain(&self, id: ChainId) -> Option<&Chain> {
        self.chains.iter().find(|c| c.id == id).map(|c| &c.chain)
    }
    /// The key of that id.
    pub fn key(&self, id: KeyId) -> Option<&KeyEntry> {
        self.keys.iter().find(|k| k.id == id)
    }
    /// The target of that id.
    pub fn target(&self, id: TargetId) -> Option<&TargetEntry> {
        self.targets.iter().find(|t| t.id == id)
    }
    /// The server of that name.
    pub fn server(&self, name: &str) -> Option<&ServerEntry> {
        self.servers.iter().find(|s| s.name == name)
    }
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
            && self.keys.is_empty()
            && self.servers.is_empty()
            && self.chains.is_empty()
            && self.targets.is_empty()
    }
}

/// A value as indented JSON in a string: JSON has values that TOML has not (null, large numbers).
mod json_text {
    use serde::{
        Deserialize, Deserializer, Serialize, Serializer, de::DeserializeOwned, de::Error as _,
        ser::Error as _,
    };

    #[allow(clippy::ref_option)] // serde gives the field as it is
    pub(super) fn serialize<T: Serialize, S: Serializer>(
        value: &Option<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let text = serde_json::to_string_pretty(value).map_err(S::Error::custom)?;
        serializer.serialize_str(&text)
    }

    pub(super) fn deserialize<'de, T: DeserializeOwned, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<T>, D::Error> {
        let text = String::deserialize(deserializer)?;
        serde_json::from_str(&text)
            .map(Some)
            .map_err(D::Error::custom)
    }
}

/// A token in a file: a text that is the same as another is written once.
mod token_text {
    use std::sync::Arc;

    use serde::{Deserialize, Serialize};

    use super::{TokenEntry, TokenId};

    #[derive(Clone, Serialize, Deserialize)]
    pub(super) struct Saved {
        id: TokenId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        origin: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        batch: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        copy_of: Option<TokenId>,
        #[serde(default, skip_serializing_if = "is_zero")]
        again: u32,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        places: Vec<String>,
        received: Arc<str>,
        /// Without one, as received.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sealed: Option<Arc<str>>,
        /// Without one, as sealed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        raw: Option<Arc<str>>,
    }

    #[allow(clippy::trivially_copy_pass_by_ref)] // serde gives the field as it is
    fn is_zero(number: &u32) -> bool {
        *number == 0
    }

    impl From<Saved> for TokenEntry {
        fn from(saved: Saved) -> Self {
            let sealed = saved.sealed.unwrap_or_else(|| Arc::clone(&saved.received));
            Self {
                id: saved.id,
                name: saved.name,
                raw: saved.raw.unwrap_or_else(|| Arc::clone(&sealed)),
                received: saved.received,
                sealed,
                origin: saved.origin,
                batch: saved.batch,
                copy_of: saved.copy_of,
                again: saved.again,
                places: saved.places,
            }
        }
    }

    impl From<TokenEntry> for Saved {
        fn from(entry: TokenEntry) -> Self {
            Self {
                id: entry.id,
                name: entry.name,
                origin: entry.origin,
                batch: entry.batch,
                copy_of: entry.copy_of,
                again: entry.again,
                places: entry.places,
                raw: (entry.raw != entry.sealed).then_some(entry.raw),
                sealed: (entry.sealed != entry.received).then_some(entry.sealed),
                received: entry.received,
            }
        }
    }
}
