//! What authorization servers publish: fetched, and taken in.

use std::sync::Arc;

use crate::{
    app::{
        Effect, Model, Workspace, history,
        model::Purpose,
        session::{Cause, Selection},
        workspace::ServerEntry,
    },
    jose::Jwks,
    kit::{
        ids::{JobId, ServerId},
        text::{escape, shorten},
    },
    oauth::metadata::Metadata,
};

/// The server of that id.
pub(super) fn server(model: &Model, id: ServerId) -> Option<&ServerEntry> {
    model.workspace.servers.iter().find(|s| s.id == id)
}

/// Fetches what the issuer publishes. Only ever called for an issuer that the user has configured.
pub(super) fn discover(model: &mut Model, id: ServerId, issuer: String, effects: &mut Vec<Effect>) {
    let under_way = |p: &Purpose| *p == Purpose::Discover(id);
    if model.jobs.values().any(|j| under_way(&j.purpose)) {
        return;
    }
    let what = format!("Fetching metadata of {}", escape(&issuer));
    let job = model.begin(what, Purpose::Discover(id));
    let by_hand = server(model, id).filter(|s| s.by_hand);
    let by_hand = by_hand.and_then(|s| Some((s.metadata.clone()?, s.jwks.clone())));
    effects.push(match by_hand {
        Some((metadata, at)) => Effect::FetchKeys(job, Box::new(metadata), at),
        None => Effect::Discover(job, issuer),
    });
}

/// What a server is called: as its issuer without the scheme, and numbered where that is taken.
fn name_for(model: &Model, issuer: &str) -> String {
    let url = url::Url::parse(issuer).ok();
    let host = url.as_ref().and_then(|u| u.host_str()).unwrap_or("server");
    let base = match url.as_ref().and_then(url::Url::port) {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    };
    let path = url.as_ref().map_or("", |u| u.path()).trim_matches('/');
    let base = if path.is_empty() {
        base
    } else {
        format!("{base}/{path}")
    };
    (1..=model.workspace.servers.len() + 1)
        .map(|n| {
            if n == 1 {
                base.clone()
            } else {
                format!("{base} {n}")
            }
        })
        .find(|name| model.workspace.server(name).is_none())
        .unwrap_or(base)
}

/// The issuer that is to be connected has answered: it becomes a server of the workspace. Or why it is none.
fn connected(model: &mut Model, issuer: String, found: Result<(Metadata, Jwks), String>) {
    let (metadata, jwks) = match found {
        Ok(found) => found,
        Err(why) => {
            let text = format!("{} was not connected: {why}", escape(&shorten(&issuer, 80)));
            model.not_connected = Some((issuer, why));
            return model.complain_of(Cause::Connect, text);
        }
    };
    let before = Arc::clone(&model.workspace);
    let id = ServerId(model.ids.allot());
    let name = name_for(model, &issuer);
    let keys = jwks.keys.len();
    let ambiguity = Jwks::ambiguity(&jwks.keys);
    model.jwks.insert(issuer.clone(), Arc::new(jwks));
    model.document().servers.push(ServerEntry {
        id,
        name: name.clone(),
        issuer,
        metadata: Some(metadata),
        by_hand: false,
        jwks: None,
        clients: Vec::new(),
    });
    let label = "Connect authorization server".to_owned();
    history::record(model, before, label, None);
    model.session.selection = Selection::Server(id);
    let name = escape(&name).into_owned();
    model.say(format!(
        "{name}: metadata and {} fetched.",
        counted_keys(keys)
    ));
    if let Some(why) = ambiguity {
        model.complain(format!("{name}: {why}"));
    }
}

fn counted_keys(keys: usize) -> String {
    match keys {
        1 => "1 key".to_owned(),
        n => format!("{n} keys"),
    }
}

/// Fetches what servers publish that have come into the document: by opening a file, by undo.
pub(in crate::app) fn discover_new(
    model: &mut Model,
    before: &Workspace,
    effects: &mut Vec<Effect>,
) {
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
pub(in crate::app) fn discovered(
    model: &mut Model,
    job: JobId,
    found: Result<(Metadata, Jwks), String>,
) {
    let id = match model.jobs.remove(&job).map(|j| j.purpose) {
        Some(Purpose::Discover(id)) => id,
        Some(Purpose::Connect(issuer)) => return connected(model, issuer, found),
        _ => return,
    };
    let Some(entry) = server(model, id) else {
        return; // removed in the meantime
    };
    let (issuer, name) = (entry.issuer.clone(), escape(&entry.name).into_owned());
    match found {
        Ok((metadata, jwks)) => {
            model.unreachable.remove(&id);
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
            let keys = counted_keys(keys);
            let rotation = rotation.unwrap_or_default();
            model.say(format!("{name}: metadata and {keys} fetched.{rotation}"));
            if let Some(why) = ambiguity {
                model.complain(format!("{name}: {why}"));
            }
        }
        Err(why) => {
            model.unreachable.insert(id, why.clone());
            model.complain_of(Cause::Server(id), format!("{name}: {why}"));
        }
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
