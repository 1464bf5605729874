//! Where the secrets of a workspace are kept: in the system's keychain; where there is none, sealed
//! into the file by a passphrase; in clear only practice keys, and only if the user says so.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::Value;

use crate::{
    app::{
        effect::{Document, Kept},
        format,
        model::Vault,
        target::Carrier,
    },
    io::keychain,
    jose::{Jwk, sealed as seal_box},
    kit::{
        ids::{ClientRef, HeaderRef, KeyId},
        rng::SystemRng,
        secret::Secret,
    },
};

/// What goes into the file.
#[derive(Default)]
pub(super) struct Stored {
    /// A JWE of those that are sealed.
    pub sealed: Option<Arc<str>>,
    /// Practice keys in clear.
    pub clear: Vault,
}

/// Stores and fetches. Remembers what the keychain and the seal hold, so that an autosave asks the
/// keychain, and derives a key from the passphrase, only when a secret has changed.
#[derive(Default)]
pub(super) struct Keeper {
    /// Whether the system's keychain may be used.
    keychain: bool,
    in_keychain: Mutex<HashMap<String, Secret>>,
    last_seal: Mutex<Option<Sealed>>,
}

struct Sealed {
    passphrase: Secret,
    vault: Vault,
    jwe: Arc<str>,
}

/// One secret under its name: `k3`, `cl7`, `h9`.
enum Kind {
    Key(KeyId, Jwk),
    Client(ClientRef, Secret),
    Header(HeaderRef, Secret),
}

impl Keeper {
    /// `keychain` says whether the system's keychain may be used.
    pub(super) fn new(keychain: bool) -> Self {
        Self {
            keychain,
            ..Self::default()
        }
    }

    fn keychain(&self) -> bool {
        self.keychain && keychain::available().is_ok()
    }

    /// Stores the secrets of a document. `forget` lets the keychain forget those that the document
    /// no longer has: when it is saved, since until then the file on disk still has them.
    pub(super) fn keep(&self, document: &Document, forget: bool) -> Result<(Stored, Kept), String> {
        if forget {
            self.forget_deleted(document);
        }
        let mut stored = Stored {
            sealed: document.sealing.sealed.clone(),
            clear: Vault::default(),
        };
        let mut kept = Kept::default();
        let mut to_seal = Vault::default();
        let mut names = Vec::new();
        for secret in secrets(&document.vault) {
            let clear = match &secret {
                Kind::Key(id, _) => {
                    document.workspace.practice_keys_in_clear
                        && document.workspace.key(*id).is_some_and(|k| k.practice)
                }
                Kind::Client(..) | Kind::Header(..) => false,
            };
            if clear {
                kept.clear += 1;
                secret.put(&mut stored.clear);
            } else if self.to_keychain(document, &secret) {
                kept.keychain += 1;
            } else {
                names.push(secret.name());
                secret.put(&mut to_seal);
            }
        }
        if names.is_empty() {
            return Ok((stored, kept));
        }
        match &document.sealing.passphrase {
            // What is still locked cannot be sealed together with what is new.
            Some(passphrase) if document.sealing.sealed.is_none() => {
                kept.sealed = names.len();
                stored.sealed = Some(self.seal(passphrase, to_seal)?);
            }
            _ => kept.unkept = names,
        }
        Ok((stored, kept))
    }

    /// Puts the secrets that the keychain has into the document's vault.
    pub(super) fn fetch(&self, document: &mut Document) {
        if document.id.is_empty() || !self.keychain() {
            return;
        }
        let workspace = Arc::clone(&document.workspace);
        let keys = workspace.keys.iter().filter(|k| k.private);
        let keys = keys.map(|k| k.id.to_string());
        let servers = workspace.servers.iter();
        let clients = servers.flat_map(|s| s.clients.iter().map(|c| c.id.to_string()));
        let targets = workspace.targets.iter().flat_map(|t| &t.headers);
        let headers = targets.filter(|h| h.value.is_none());
        let headers = headers.map(|h| h.id.to_string());
        for name in keys.chain(clients).chain(headers) {
            let entry = entry(document, &name);
            if let Ok(Some(secret)) = keychain::load(&entry) {
                if let Some(kind) = Kind::read(&name, &secret) {
                    kind.put(&mut document.vault);
                }
                lock(&self.in_keychain).insert(entry, secret);
            }
        }
    }

    fn forget_deleted(&self, document: &Document) {
        let prefix = format!("{}/", document.id);
        let there: Vec<String> = secrets(&document.vault)
            .iter()
            .map(|secret| entry(document, &secret.name()))
            .collect();
        lock(&self.in_keychain).retain(|name, _| {
            let deleted = name.starts_with(&prefix) && !there.contains(name);
            !(deleted && keychain::forget(name).is_ok())
        });
    }

    fn to_keychain(&self, document: &Document, secret: &Kind) -> bool {
        if document.id.is_empty() || !self.keychain() {
            return false;
        }
        let entry = entry(document, &secret.name());
        let text = secret.text();
        let mut known = lock(&self.in_keychain);
        if known.get(&entry) == Some(&text) {
            return true;
        }
        let stored = keychain::store(&entry, &text).is_ok();
        if stored {
            known.insert(entry, text);
        }
        stored
    }

    fn seal(&self, passphrase: &Secret, vault: Vault) -> Result<Arc<str>, String> {
        let mut last = lock(&self.last_seal);
        if let Some(sealed) = &*last
            && sealed.passphrase == *passphrase
            && sealed.vault == vault
        {
            return Ok(Arc::clone(&sealed.jwe));
        }
        let jwe: Arc<str> = seal_box::seal(
            passphrase.expose(),
            &format::vault_bytes(&vault),
            &SystemRng,
        )
        .map_err(|e| e.to_string())?
        .into();
        *last = Some(Sealed {
            passphrase: passphrase.clone(),
            vault,
            jwe: Arc::clone(&jwe),
        });
        Ok(jwe)
    }
}

/// Opens the sealed secrets of a file.
pub fn unseal(sealed: &str, passphrase: &Secret) -> Result<Vault, String> {
    let plain = seal_box::open(passphrase.expose(), sealed).map_err(|e| e.to_string())?;
    format::vault_of(&plain)
}

impl Kind {
    fn name(&self) -> String {
        match self {
            Self::Key(id, _) => id.to_string(),
            Self::Client(id, _) => id.to_string(),
            Self::Header(id, _) => id.to_string(),
        }
    }

    fn text(&self) -> Secret {
        match self {
            Self::Key(_, jwk) => Secret::new(Value::Object(jwk.0.clone()).to_string()),
            Self::Client(_, secret) | Self::Header(_, secret) => secret.clone(),
        }
    }

    fn read(name: &str, secret: &Secret) -> Option<Self> {
        if let Ok(id) = name.parse() {
            let members = serde_json::from_str(secret.expose()).ok()?;
            return Some(Self::Key(id, Jwk(members)));
        }
        if let Ok(id) = name.parse() {
            return Some(Self::Header(id, secret.clone()));
        }
        Some(Self::Client(name.parse().ok()?, secret.clone()))
    }

    fn put(self, vault: &mut Vault) {
        match self {
            Self::Key(id, jwk) => drop(vault.keys.insert(id, jwk)),
            Self::Client(id, secret) => drop(vault.secrets.insert(id, secret)),
            Self::Header(id, secret) => drop(vault.headers.insert(id, secret)),
        }
    }
}

/// Every secret of a vault, in the order of their names.
fn secrets(vault: &Vault) -> Vec<Kind> {
    let mut all: Vec<_> = (vault.secrets.iter())
        .map(|(id, secret)| Kind::Client(*id, secret.clone()))
        .chain(
            vault
                .keys
                .iter()
                .map(|(id, jwk)| Kind::Key(*id, jwk.clone())),
        )
        .chain((vault.headers.iter()).map(|(id, secret)| Kind::Header(*id, secret.clone())))
        .collect();
    all.sort_by_key(Kind::name);
    all
}

/// The keychain's name of a secret. That of a client says for which client of which issuer it is,
/// that of a header for which target, so that a file that was tampered with cannot have it sent to
/// another server.
fn entry(document: &Document, name: &str) -> String {
    let servers = document.workspace.servers.iter();
    let owner = servers
        .flat_map(|s| s.clients.iter().map(move |c| (s, c)))
        .find(|(_, c)| c.id.to_string() == name);
    match owner {
        Some((server, client)) => {
            format!(
                "{}/{name} {} {}",
                document.id, client.client_id, server.issuer
            )
        }
        None => match target(document, name) {
            Some(place) => format!("{}/{name} {place}", document.id),
            None => format!("{}/{name}", document.id),
        },
    }
}

/// Where the header of that name is sent to. It is a part of the secret's name in the keychain: a file
/// that was tampered with does not have the secret sent elsewhere.
fn target(document: &Document, name: &str) -> Option<String> {
    let mut targets = document.workspace.targets.iter();
    let target = targets.find(|t| t.headers.iter().any(|h| h.id.to_string() == name))?;
    let place = match (&target.exchange.server, &target.practice) {
        _ if target.is_practice() => "practice".to_owned(),
        (Some(server), _) if target.carrier == Carrier::Exchange => {
            let issuer = document.workspace.server(server).map(|s| s.issuer.as_str());
            issuer.unwrap_or_default().to_owned()
        }
        _ => url::Url::parse(target.url.trim())
            .map(|url| url.origin().ascii_serialization())
            .unwrap_or_default(),
    };
    let second = url::Url::parse(target.second.trim())
        .map(|url| url.origin().ascii_serialization())
        .unwrap_or_default();
    Some(format!("{place} {second}").trim_end().to_owned())
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
