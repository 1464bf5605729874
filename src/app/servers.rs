//! Configured authorization servers and their clients.

use std::sync::Arc;

use super::{
    Command, Effect, Model, Workspace, history,
    model::Purpose,
    session::Selection,
    workspace::{ClientEntry, ServerEntry},
};
use crate::{
    jose::Jwks,
    kit::{
        ids::{ClientRef, JobId, ServerId},
        text::{escape, shorten},
    },
    oauth::{client_auth::AuthMethod, metadata::Metadata},
};

pub(super) fn update(model: &mut Model, command: Command, effects: &mut Vec<Effect>) {
    match command {
        Command::ConnectServer(issuer) => connect(model, &issuer, effects),
        Command::RefreshServer(id) => match server(model, id).map(|s| s.issuer.clone()) {
            Some(issuer) => discover(model, id, issuer, effects),
            None => missing(model, id),
        },
        Command::RemoveServer(id) => {
            let Some(entry) = server(model, id) else {
                return missing(model, id);
            };
            let issuer = entry.issuer.clone();
            model.former_jwks.remove(&issuer);
            model.jwks.remove(&issuer); // fetched again should undo bring the server back
            model.document().servers.retain(|s| s.id != id);
        }
        Command::SetClient {
            server: at,
            client,
            client_id,
            method,
            secret,
            key,
        } => {
            if server(model, at).is_none() {
                return missing(model, at);
            }
            if client_id.is_empty() {
                return model.complain("A client needs its client_id, as the server knows it.");
            }
            if method == AuthMethod::PrivateKeyJwt && key.is_none() {
                return model.complain(
                    "private_key_jwt needs a key: generate or import one, and register its public \
                     part at the server.",
                );
            }
            let id = client.unwrap_or_else(|| ClientRef(model.ids.allot()));
            if let Some(secret) = secret {
                if secret.is_empty() {
                    model.vault.secrets.remove(&id);
                } else {
                    model.vault.secrets.insert(id, secret);
                }
                model.touch();
            }
            let entry = ClientEntry {
                id,
                client_id,
                method,
                key: key.filter(|_| method == AuthMethod::PrivateKeyJwt),
            };
            if let Some(server) = model.document().servers.iter_mut().find(|s| s.id == at) {
                match server.clients.iter_mut().find(|c| c.id == id) {
                    Some(place) => *place = entry,
                    None => server.clients.push(entry),
                }
            }
        }
        Command::RemoveClient(at, client) => {
            if server(model, at).is_none() {
                return missing(model, at);
            }
            if let Some(server) = model.document().servers.iter_mut().find(|s| s.id == at) {
                server.clients.retain(|c| c.id != client);
            }
        }
        _ => {}
    }
}

fn server(model: &Model, id: ServerId) -> Option<&ServerEntry> {
    model.workspace.servers.iter().find(|s| s.id == id)
}

fn missing(model: &mut Model, id: ServerId) {
    model.complain(format!("There is no server {id}."));
}

fn connect(model: &mut Model, issuer: &str, effects: &mut Vec<Effect>) {
    let issuer = issuer.trim();
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
    let host = url.host_str().unwrap_or("server");
    let base = match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    let path = url.path().trim_matches('/');
    let base = if path.is_empty() {
        base
    } else {
        format!("{base}/{path}")
    };
    let name = (1..=model.workspace.servers.len() + 1)
        .map(|n| {
            if n == 1 {
                base.clone()
            } else {
                format!("{base} {n}")
            }
        })
        .find(|name| model.workspace.server(name).is_none())
        .unwrap_or(base);
    let id = ServerId(model.ids.allot());
    model.document().servers.push(ServerEntry {
        id,
        name,
        issuer: issuer.to_owned(),
        metadata: None,
        clients: Vec::new(),
    });
    model.session.selection = Selection::Server(id);
    discover(model, id, issuer.to_owned(), effects);
}

/// Fetches what the issuer publishes. Only ever called for an issuer that the user has configured.
fn discover(model: &mut Model, id: ServerId, issuer: String, effects: &mut Vec<Effect>) {
    let under_way = |p: &Purpose| *p == Purpose::Discover(id);
    if model.jobs.values().any(|j| under_way(&j.purpose)) {
        return;
    }
    let what = format!("Fetching metadata of {}", escape(&issuer));
    let job = model.begin(what, Purpose::Discover(id));
    effects.push(Effect::Discover(job, issuer));
}

/// Fetches what servers publish that have come into the document: by opening a file, by undo.
pub(super) fn discover_new(model: &mut Model, before: &Workspace, effects: &mut Vec<Effect>) {
    let new: Vec<_> = model
        .workspace
        .servers
        .iter()
        .filter(|s| !before.servers.iter().any(|b| b.id == s.id))
        .filter(|s| !model.jwks.contains_key(&s.issuer))
        .map(|s| (s.id, s.issuer.clone()))
        .collect();
    for (id, issuer) in new {
        discover(model, id, issuer, effects);
    }
}

/// Metadata and keys have come, or why they have not.
pub(super) fn discovered(model: &mut Model, job: JobId, found: Result<(Metadata, Jwks), String>) {
    let Some(Purpose::Discover(id)) = model.jobs.remove(&job).map(|j| j.purpose) else {
        return;
    };
    let Some(entry) = server(model, id) else {
        return; // removed in the meantime
    };
    let (issuer, name) = (entry.issuer.clone(), escape(&entry.name).into_owned());
    match found {
        Ok((metadata, jwks)) => {
            let keys = jwks.keys.len();
            let ambiguity = Jwks::ambiguity(&jwks.keys);
            let jwks = Arc::new(jwks);
            let before = model.jwks.insert(issuer.clone(), Arc::clone(&jwks));
            let rotation = before.map(|before| {
                let words = rotated(&before, &jwks);
                if !words.is_empty() {
                    model.former_jwks.insert(issuer, before);
                }
                words
            });
            model.touch();
            history::amend(model, |workspace| {
                if let Some(server) = workspace.servers.iter_mut().find(|s| s.id == id) {
                    server.metadata = Some(metadata.clone());
                }
            });
            let keys = if keys == 1 {
                "1 key".to_owned()
            } else {
                format!("{keys} keys")
            };
            let rotation = rotation.unwrap_or_default();
            model.say(format!("{name}: metadata and {keys} fetched.{rotation}"));
            if let Some(why) = ambiguity {
                model.complain(format!("{name}: {why}"));
            }
        }
        Err(why) => model.complain(format!("{name}: {why}")),
    }
}

/// What a new key set brings and lacks against the one before, as sentences; empty when nothing.
fn rotated(before: &Jwks, after: &Jwks) -> String {
    let lacks = |one: &Jwks, other: &Jwks| one.keys.iter().filter(|key| !other.holds(key)).count();
    let (new, gone) = (lacks(after, before), lacks(before, after));
    let mut words = String::new();
    if new > 0 {
        words.push_str(&format!(" New keys: {new}."));
    }
    if gone > 0 {
        words.push_str(&format!(
            " Keys no longer published: {gone}; what they signed verifies no more."
        ));
    }
    words
}
