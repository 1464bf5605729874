//! Configured authorization servers and their clients.

mod credentials;
mod discovery;

use self::{
    credentials::{read_credentials, wanted},
    discovery::{discover, server},
};
use super::{
    Effect, Model,
    model::Purpose,
    noun::{Entry, Noun, Rank, Undo, offer},
    session::Selection,
    workspace::{ClientEntry, ServerEntry},
};
use crate::{
    chain::{self, Reference, server::Proof},
    kit::{
        Env,
        ids::{ClientRef, KeyId, ServerId},
        secret::Secret,
        text::{escape, shorten},
    },
    oauth::client_auth::AuthMethod,
};

pub(super) use self::{
    credentials::{credentials_read, read_new_credentials},
    discovery::{discover_new, discovered},
};

/// What can be asked of authorization servers.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Configure a server by its issuer; its metadata and keys are fetched.
    Connect(String),
    /// Take in a server with its clients: one of the same name and issuer is brought up to it.
    Adopt(Box<chain::server::Server>),
    /// Fetch metadata and keys again.
    Refresh(ServerId),
    /// Remove.
    Remove(ServerId),
    /// Add or change a client. The secret goes to the vault; `None` leaves it as it is.
    SetClient {
        /// At which server.
        server: ServerId,
        /// Which; `None` adds one.
        client: Option<ClientRef>,
        /// `client_id`.
        client_id: String,
        /// How it authenticates.
        method: AuthMethod,
        /// Its secret.
        secret: Option<Secret>,
        /// Its key.
        key: Option<KeyId>,
    },
    /// Have a client's secret, or its key, read from elsewhere.
    ReadFrom(ClientRef, Reference),
    /// Remove a client.
    RemoveClient(ServerId, ClientRef),
}

impl Noun for Command {
    fn label(&self) -> String {
        match self {
            Self::Connect(_) | Self::Adopt(_) => "Connect authorization server",
            Self::Refresh(_) => "Fetch metadata and keys again",
            Self::Remove(_) => "Remove authorization server",
            Self::SetClient { client: None, .. } => "Add client",
            Self::SetClient { .. } | Self::ReadFrom(..) => "Change client",
            Self::RemoveClient(..) => "Remove client",
        }
        .into()
    }

    fn undo(&self) -> Undo {
        match self {
            Self::Adopt(_)
            | Self::Remove(_)
            | Self::SetClient { .. }
            | Self::ReadFrom(..)
            | Self::RemoveClient(..) => Undo::Step,
            // What comes of it is a step, when it has come.
            Self::Connect(_) | Self::Refresh(_) => Undo::No,
        }
    }

    fn update(self, model: &mut Model, _env: &Env, effects: &mut Vec<Effect>) {
        match self {
            Self::Connect(issuer) => connect(model, &issuer, effects),
            Self::Adopt(server) => {
                let name = escape(&server.name).into_owned();
                if let Err(why) = adopt(model, vec![*server]) {
                    model.complain(format!("{name} was not added: {why}."));
                }
            }
            Self::Refresh(id) => match server(model, id).cloned() {
                Some(server) => {
                    let wanted = server.clients.iter().filter_map(wanted).collect();
                    read_credentials(model, wanted, effects);
                    discover(model, id, server.issuer, effects);
                }
                None => missing(model),
            },
            Self::ReadFrom(client, at) => {
                // What stands elsewhere now is not kept here as well.
                model.vault.secrets.remove(&client);
                let document = model.document();
                let mut clients = document.servers.iter_mut().flat_map(|s| &mut s.clients);
                if let Some(entry) = clients.find(|c| c.id == client) {
                    if entry.method == AuthMethod::None {
                        entry.method = AuthMethod::ClientSecretBasic;
                    }
                    entry.key = None;
                    entry.credential = Some(at);
                }
            }
            Self::Remove(id) => {
                let Some(entry) = server(model, id) else {
                    return missing(model);
                };
                let issuer = entry.issuer.clone();
                model.former_jwks.remove(&issuer);
                model.jwks.remove(&issuer); // fetched again should undo bring the server back
                model.document().servers.retain(|s| s.id != id);
            }
            Self::SetClient {
                server: at,
                client,
                client_id,
                method,
                secret,
                key,
            } => {
                if server(model, at).is_none() {
                    return missing(model);
                }
                let clients = model.workspace.servers.iter().flat_map(|s| &s.clients);
                let before = clients.clone().find(|c| Some(c.id) == client).cloned();
                // A key that stands elsewhere is no secret, and a secret no key.
                let same_kind = |before: &&ClientEntry| {
                    (before.method == AuthMethod::PrivateKeyJwt)
                        == (method == AuthMethod::PrivateKeyJwt)
                        && method != AuthMethod::None
                };
                let elsewhere = before.as_ref().filter(same_kind);
                let elsewhere = elsewhere.and_then(|b| b.credential.clone());
                if let Some(lack) = lack(&client_id, method, key, elsewhere.as_ref()) {
                    return model.complain(lack);
                }
                let id = client.unwrap_or_else(|| ClientRef(model.ids.allot()));
                let key = key.filter(|_| method == AuthMethod::PrivateKeyJwt);
                let entry = ClientEntry {
                    id,
                    client_id,
                    method,
                    credential: elsewhere.filter(|_| secret.is_none() && key.is_none()),
                    assertion_audience: before.map(|b| b.assertion_audience).unwrap_or_default(),
                    key,
                };
                set_client(model, at, entry, secret);
            }
            Self::RemoveClient(at, client) => {
                if server(model, at).is_none() {
                    return missing(model);
                }
                if let Some(server) = model.document().servers.iter_mut().find(|s| s.id == at) {
                    server.clients.retain(|c| c.id != client);
                }
            }
        }
    }

    fn palette(model: &Model, entries: &mut Vec<Entry<Self>>) {
        for server in &model.workspace.servers {
            let refresh = Self::Refresh(server.id);
            entries.push(offer(Rank::Whole, escape(&server.name), refresh));
        }
    }
}

/// What a client lacks, as a sentence.
fn lack(
    client_id: &str,
    method: AuthMethod,
    key: Option<KeyId>,
    elsewhere: Option<&Reference>,
) -> Option<&'static str> {
    if client_id.is_empty() {
        return Some("A client needs its client_id, as the server knows it.");
    }
    let needs_key = method == AuthMethod::PrivateKeyJwt && key.is_none() && elsewhere.is_none();
    needs_key.then_some(
        "private_key_jwt needs a key: generate or import one, and register its public part at the \
         server.",
    )
}

fn set_client(model: &mut Model, at: ServerId, entry: ClientEntry, secret: Option<Secret>) {
    if let Some(secret) = secret {
        if secret.is_empty() {
            model.vault.secrets.remove(&entry.id);
        } else {
            model.vault.secrets.insert(entry.id, secret);
        }
        model.touch();
    }
    if let Some(server) = model.document().servers.iter_mut().find(|s| s.id == at) {
        match server.clients.iter_mut().find(|c| c.id == entry.id) {
            Some(place) => *place = entry,
            None => server.clients.push(entry),
        }
    }
}

fn missing(model: &mut Model) {
    model.complain("That server is no longer in the workspace.");
}

fn connect(model: &mut Model, issuer: &str, effects: &mut Vec<Effect>) {
    let issuer = issuer.trim();
    model.not_connected = None;
    let url = match url::Url::parse(issuer) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => url,
        _ => {
            return model.complain(format!(
                "{} is not an issuer: enter its URL, such as https://as.example.com.",
                escape(&shorten(issuer, 80))
            ));
        }
    };
    if url.query().is_some() || url.fragment().is_some() {
        return model
            .complain("An issuer has no query and no fragment (RFC 8414 §2): remove them.");
    }
    if let Some(known) = model.workspace.servers.iter().find(|s| s.issuer == issuer) {
        let id = known.id;
        model.session.selection = Selection::Server(id);
        return discover(model, id, issuer.to_owned(), effects);
    }
    let purpose = Purpose::Connect(issuer.to_owned());
    if model.jobs.values().any(|j| j.purpose == purpose) {
        return;
    }
    // It comes into the workspace once it has answered: a wrong address adds nothing.
    let what = format!("Fetching metadata of {}", escape(issuer));
    let job = model.begin(what, purpose);
    effects.push(Effect::Discover(job, issuer.to_owned()));
}

/// Puts servers of a chain file, and their clients, into the workspace: one of the same name and issuer is
/// brought up to what the file says. The error names one that cannot be.
pub(super) fn adopt(model: &mut Model, servers: Vec<chain::server::Server>) -> Result<(), String> {
    for new in &servers {
        if let Some(known) = model.workspace.server(&new.name)
            && known.issuer != new.issuer
        {
            return Err(format!(
                "the workspace has a server named {} with another issuer ({}): rename one of the two",
                escape(&new.name),
                escape(&known.issuer)
            ));
        }
    }
    for new in servers {
        let metadata = new.metadata();
        let known = model.workspace.server(&new.name).cloned();
        let mut entry = known.unwrap_or_else(|| ServerEntry {
            id: ServerId(model.ids.allot()),
            name: new.name,
            issuer: new.issuer,
            metadata: None,
            by_hand: false,
            jwks: None,
            clients: Vec::new(),
        });
        if metadata.is_some() || entry.by_hand {
            entry.by_hand = metadata.is_some();
            entry.metadata = metadata;
        }
        entry.jwks = new.jwks;
        for client in new.clients {
            let known = entry
                .clients
                .iter()
                .find(|c| c.client_id == client.client_id);
            let known = known.cloned();
            let id = match &known {
                Some(known) => known.id,
                None => ClientRef(model.ids.allot()),
            };
            let (key, credential) = match client.proof {
                // What the workspace has stays.
                Proof::None => known.map_or((None, None), |k| (k.key, k.credential)),
                Proof::At(at) => {
                    // What stands elsewhere now is not kept here as well.
                    model.vault.secrets.remove(&id);
                    (None, Some(at))
                }
                Proof::Clear(secret) => {
                    model.vault.secrets.insert(id, secret);
                    (None, None)
                }
            };
            let client = ClientEntry {
                id,
                client_id: client.client_id,
                method: client.method,
                key,
                credential,
                assertion_audience: client.assertion_audience,
            };
            match entry.clients.iter_mut().find(|c| c.id == id) {
                Some(place) => *place = client,
                None => entry.clients.push(client),
            }
        }
        let document = model.document();
        match document.servers.iter_mut().find(|s| s.id == entry.id) {
            Some(place) => *place = entry,
            None => document.servers.push(entry),
        }
    }
    Ok(())
}
