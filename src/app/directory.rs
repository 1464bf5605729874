//! Where a chain finds servers, clients and tokens: the practice server with the chain's faults,
//! the configured servers, the vault, the tray.

use std::sync::Arc;

use url::Url;

use super::{
    Model,
    model::{Practice, PracticeInfo},
    practice, runs,
    workspace::{ClientEntry, ServerEntry},
};
use crate::{
    chain::{
        Chain,
        run::{Access, Directory, DirectoryError, ServerView},
    },
    jose::Jwk,
    kit::ids::TokenId,
    oauth::client_auth::{AuthMethod, Client, Credential},
    practice::Faults,
    token::{Token, decode},
};

/// Names as the nodes of one chain mean them.
pub(super) struct Names<'a> {
    model: &'a Model,
    faults: Faults,
}

impl<'a> Names<'a> {
    /// For the nodes of `chain`.
    pub(super) fn of(model: &'a Model, chain: &Chain) -> Self {
        Self {
            model,
            faults: faults(chain),
        }
    }

    /// For the practice server with these faults.
    pub(super) fn with(model: &'a Model, faults: Faults) -> Self {
        Self { model, faults }
    }

    fn practice(&self) -> Result<&Arc<PracticeInfo>, DirectoryError> {
        match self.model.practice.get(&self.faults) {
            Some(Practice::Running(info)) => Ok(info),
            Some(Practice::Starting) => Err(DirectoryError::PracticeStarting),
            Some(Practice::Failed(why)) => Err(DirectoryError::PracticeFailed(why.clone())),
            Some(Practice::Stopped) | None => Err(DirectoryError::PracticeStopped),
        }
    }

    fn configured(&self, name: &str) -> Result<&ServerEntry, DirectoryError> {
        let known = self.model.workspace.server(name);
        known.ok_or_else(|| DirectoryError::NoServer(name.to_owned()))
    }
}

/// The faults that a chain wants, as practice servers are told apart by.
pub(super) fn faults(chain: &Chain) -> Faults {
    Faults::named(&chain.faults)
}

impl Directory for Names<'_> {
    fn server(&self, name: Option<&str>) -> Result<ServerView, DirectoryError> {
        let Some(name) = name else {
            return Ok(ServerView {
                name: practice::title(&self.faults),
                metadata: Arc::clone(&self.practice()?.metadata),
            });
        };
        let server = self.configured(name)?;
        let metadata = server.metadata.as_ref();
        let metadata = metadata.ok_or_else(|| match self.model.unreachable.get(&server.id) {
            Some(why) => DirectoryError::Unreachable {
                server: name.to_owned(),
                why: why.clone(),
            },
            None => DirectoryError::NoMetadata {
                server: name.to_owned(),
                issuer: server.issuer.clone(),
            },
        })?;
        Ok(ServerView {
            name: name.to_owned(),
            metadata: Arc::new(metadata.clone()),
        })
    }

    fn client(&self, server: Option<&str>, client_id: &str) -> Result<Client, DirectoryError> {
        let unknown = |known| DirectoryError::NoClient {
            server: server.map(str::to_owned),
            client: client_id.to_owned(),
            known,
        };
        let Some(name) = server else {
            let info = self.practice()?;
            let found = info.clients.iter().find(|c| c.client_id == client_id);
            return found.cloned().ok_or_else(|| {
                unknown(info.clients.iter().map(|c| c.client_id.clone()).collect())
            });
        };
        let entry = self.configured(name)?;
        let client = entry.clients.iter().find(|c| c.client_id == client_id);
        let client = client
            .ok_or_else(|| unknown(entry.clients.iter().map(|c| c.client_id.clone()).collect()))?;
        Ok(Client {
            client_id: client.client_id.clone(),
            method: client.method,
            credential: credential(self.model, client)?,
            assertion_audience: client.assertion_audience,
        })
    }

    fn resource(&self, name: &str) -> Option<Url> {
        let info = self.practice().ok()?;
        let found = info.resources.iter().find(|(n, _, _)| n == name);
        found.map(|(_, url, _)| url.clone())
    }

    fn key(&self, name: &str) -> Result<Jwk, DirectoryError> {
        let keys = &self.model.workspace.keys;
        let entry = keys
            .iter()
            .find(|k| k.id.to_string() == name)
            .or_else(|| keys.iter().find(|k| k.name == name))
            .ok_or_else(|| DirectoryError::NoKey(name.to_owned()))?;
        if !entry.private {
            return Err(DirectoryError::PublicKey(name.to_owned()));
        }
        let key = self.model.vault.keys.get(&entry.id);
        key.cloned().ok_or_else(|| DirectoryError::KeyLocked {
            key: name.to_owned(),
            access: access(self.model),
        })
    }

    fn key_of(&self, thumbprint: &str) -> Option<Jwk> {
        key_of(self.model, thumbprint)
    }

    fn token(&self, id: TokenId) -> Option<Arc<Token>> {
        if let Some(entry) = self.model.workspace.token(id) {
            let known = self.model.analysis.tokens.get(&id).map(|v| &v.token);
            return Some(match known.filter(|t| t.raw == entry.raw) {
                Some(token) => Arc::clone(token),
                None => Arc::new(decode::decode(&entry.raw)),
            });
        }
        runs::token(self.model, id).cloned()
    }
}

/// The private key that has this thumbprint (RFC 7638), of the workspace or made for a run: what a
/// token is bound to (RFC 9449 §6.1).
pub fn key_of(model: &Model, thumbprint: &str) -> Option<Jwk> {
    let fits = |key: &&Jwk| key.kty() != "oct" && key.thumbprint().is_ok_and(|t| t == thumbprint);
    let made = model
        .runs
        .values()
        .flat_map(|run| run.nodes.values())
        .filter_map(|node| node.proof_key.as_ref());
    let mut kept = model.vault.keys.iter();
    // Of the workspace are those that it still has; a deleted one is kept for undo alone.
    let kept = kept.find(|(id, key)| model.workspace.key(**id).is_some() && fits(key));
    kept.map(|(_, key)| key)
        .or_else(|| made.filter(|key| key.is_private()).find(fits))
        .cloned()
}

/// How a secret can be had that is not in memory.
fn access(model: &Model) -> Access {
    if model.sealing.sealed.is_some() {
        Access::Sealed
    } else {
        Access::Gone
    }
}

fn credential(model: &Model, client: &ClientEntry) -> Result<Credential, DirectoryError> {
    let access = access(model);
    let id = || client.client_id.clone();
    if let Some(at) = &client.credential {
        let unread = |why| DirectoryError::Unread { client: id(), why };
        return match model.referenced.get(&client.id) {
            Some(read) => read.clone().map_err(unread),
            None => Err(unread(format!("{} has not been read yet", at.words()))),
        };
    }
    match client.method {
        AuthMethod::None => Ok(Credential::None),
        AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost => {
            let secret = model.vault.secrets.get(&client.id);
            secret
                .cloned()
                .map(Credential::Secret)
                .ok_or_else(|| DirectoryError::NoSecret {
                    client: id(),
                    access,
                })
        }
        AuthMethod::PrivateKeyJwt => {
            let key = client
                .key
                .ok_or_else(|| DirectoryError::NoClientKey { client: id() })?;
            let jwk = model.vault.keys.get(&key);
            jwk.cloned()
                .map(Credential::Key)
                .ok_or(DirectoryError::ClientKeyLocked { key, access })
        }
    }
}
