//! Secrets that are given for a run alone, by where they stand, and the passphrase of a sealed workspace.

use std::path::Path;

use super::{
    super::{keys, output::Failure},
    script::{SILENCE, Script},
};
use crate::{
    app,
    chain::{Reference, reference::ReferenceError},
    kit::{
        ids::{ChainId, ClientRef},
        spelling::nearest,
        text::escape,
    },
};

/// `CLIENT=env:NAME` or `CLIENT=file:PATH`.
#[derive(Debug, Clone)]
pub(super) struct Given {
    client: String,
    at: Reference,
}

impl std::str::FromStr for Given {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        // A `client_id` may hold `=`; the text itself is not repeated, since it may hold a secret.
        let cut = ["=env:", "=file:"]
            .iter()
            .filter_map(|m| text.find(m))
            .min();
        let (client, at) = match cut {
            Some(cut) if cut > 0 => (&text[..cut], &text[cut + 1..]),
            _ => {
                return Err("write CLIENT=env:NAME or CLIENT=file:PATH: the client_id, and the variable or the file that holds its secret".into());
            }
        };
        let at = at
            .parse()
            .map_err(|why: ReferenceError| format!("what stands after `=` {why}"))?;
        Ok(Self {
            client: client.to_owned(),
            at,
        })
    }
}

/// What was given on the command line. Not read by clap, whose errors repeat what they refuse.
pub(super) fn given(texts: &[String]) -> Result<Vec<Given>, Failure> {
    let read = |text: &String| {
        text.parse()
            .map_err(|why| Failure::usage(format!("--secret: {why}")))
    };
    texts.iter().map(read).collect()
}

/// Has the clients of the chain's servers read their secrets there.
pub(super) fn take(given: &[Given], id: ChainId, script: &mut Script) -> Result<(), Failure> {
    let Some(chain) = script.model.workspace.chain(id).cloned() else {
        return Ok(());
    };
    let named = |server: &str| {
        chain
            .nodes
            .iter()
            .any(|n| n.server.as_deref() == Some(server))
    };
    for Given { client, at } in given {
        let servers = script.model.workspace.servers.iter();
        let known: Vec<(ClientRef, String)> = servers
            .filter(|s| named(&s.name))
            .flat_map(|s| s.clients.iter().map(|c| (c.id, c.client_id.clone())))
            .collect();
        let meant: Vec<ClientRef> = known
            .iter()
            .filter(|(_, name)| name == client)
            .map(|(id, _)| *id)
            .collect();
        if meant.is_empty() {
            let names: Vec<&str> = known.iter().map(|(_, name)| name.as_str()).collect();
            return Err(Failure::usage(format!(
                "--secret: no server of the chain has a client `{}`{}",
                escape(client),
                match (nearest(client, &names), names.as_slice()) {
                    (Some(near), _) => format!("; did you mean `{}`?", escape(near)),
                    (None, []) => "; they have none".into(),
                    (None, names) => format!("; they have {}", escape(&names.join(", "))),
                }
            )));
        }
        for id in meant {
            script.ask(app::servers::Command::ReadFrom(id, at.clone()));
        }
    }
    if !given.is_empty() {
        script.settle(SILENCE)?;
        script.note_errors();
    }
    Ok(())
}

/// Opens the sealed secrets of the workspace.
pub(super) fn unlock(passphrase: &Path, script: &mut Script) -> Result<(), Failure> {
    let secret = keys::secret_file(passphrase)?;
    if script.model.sealing.sealed.is_none() {
        return Err(Failure::usage(
            "--passphrase-file: the workspace has no sealed secrets",
        ));
    }
    script.ask(app::file::Command::Unlock(secret));
    script.settle(SILENCE)?;
    if script.model.sealing.sealed.is_some() {
        script.refuse_errors("--passphrase-file")?;
    }
    script.note_errors();
    Ok(())
}
