//! Keys that are given for a run alone: nodes that prove a key by name (`dpop = "key:NAME"`) take them
//! from files, in the place of the workspace's.

use std::path::{Path, PathBuf};

use super::{
    super::{keys, output::Failure},
    script::{SILENCE, Script},
};
use crate::{
    app::{self, chains, session::Selection},
    chain::{Chain, Dpop},
    kit::{ids::ChainId, secret::Secret, text::escape},
};

/// `NAME=FILE`.
#[derive(Debug, Clone)]
pub(super) struct Given {
    name: String,
    file: PathBuf,
}

impl std::str::FromStr for Given {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once('=') {
            Some((name, file)) if !name.is_empty() && !file.is_empty() => Ok(Self {
                name: name.to_owned(),
                file: file.into(),
            }),
            _ => Err("write NAME=FILE: the name that nodes of the chain give as `dpop = \"key:NAME\"`, and the file with the private key".into()),
        }
    }
}

/// Has the nodes that name a given key prove it.
pub(super) fn take(given: &[Given], id: ChainId, script: &mut Script) -> Result<(), Failure> {
    for Given { name, file } in given {
        let Some(mut chain) = script.model.workspace.chain(id).cloned() else {
            return Ok(());
        };
        let known = named(&chain);
        if !known.iter().any(|k| k == name) {
            return Err(Failure::usage(format!(
                "--proof-key: no node of the chain proves a key `{}`; {}",
                escape(name),
                match known.as_slice() {
                    [] => "none names a key (`dpop = \"key:NAME\"`)".to_owned(),
                    names => format!("they name {}", escape(&names.join(", "))),
                }
            )));
        }
        let key = private(file)?;
        script.ask(app::keys::Command::Import {
            text: Secret::new(serde_json::Value::Object(key.0).to_string()),
            name: name.clone(),
        });
        script.settle(SILENCE)?;
        script.refuse_errors(&file.display().to_string())?;
        let Selection::Key(key) = script.model.session.selection else {
            return Err(Failure::impossible(format!(
                "{}: the key was not taken in",
                file.display()
            )));
        };
        // By its identifier: the workspace may have another of that name.
        for node in &mut chain.nodes {
            if node.dpop == Some(Dpop::Key(name.clone())) {
                node.dpop = Some(Dpop::Key(key.to_string()));
            }
        }
        script.ask(chains::Command::Set(id, Box::new(chain)));
    }
    Ok(())
}

/// Names of keys that nodes prove.
fn named(chain: &Chain) -> Vec<String> {
    let mut names: Vec<String> = chain
        .nodes
        .iter()
        .filter_map(|node| match &node.dpop {
            Some(Dpop::Key(name)) => Some(name.clone()),
            _ => None,
        })
        .collect();
    names.sort();
    names.dedup();
    names
}

fn private(file: &Path) -> Result<crate::jose::Jwk, Failure> {
    let key = keys::only(&keys::read(file)?)?.clone();
    let why = match key.kty() {
        "oct" => "is a shared secret, which proves nothing",
        _ if !key.is_private() => "is a public key; proofs need the private one",
        _ => return Ok(key),
    };
    Err(Failure::usage(format!(
        "--proof-key: {} {why}",
        file.display()
    )))
}
