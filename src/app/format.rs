//! The workspace file as text: one human-readable TOML document, the same bytes for the same
//! content. Secrets stand in it sealed (a JWE), or, for practice keys where the user says so, in
//! clear.

mod members;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    Workspace,
    effect::{Document, SavedRun, Sealing},
    migrate::{self, VERSION},
    model::Vault,
};
use crate::{
    jose::Jwk,
    kit::{
        ids::{ClientRef, HeaderRef, Ids, KeyId},
        secret::Secret,
        text::escape,
    },
};

/// What stands at the head of a file.
const HEAD: &str = "# A Delegraph workspace. Text after # is not kept.\n\n";

#[derive(Serialize, Deserialize)]
struct File {
    version: u32,
    #[serde(default)]
    id: String,
    /// The next number for an identifier.
    #[serde(default)]
    next: Ids,
    /// In an autosave: the file that it is to replace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    autosave_of: Option<PathBuf>,
    #[serde(flatten)]
    workspace: Workspace,
    #[serde(default, rename = "run", skip_serializing_if = "Vec::is_empty")]
    runs: Vec<SavedRun>,
    #[serde(default, skip_serializing_if = "Secrets::is_empty")]
    secrets: Secrets,
}

#[derive(Default, Serialize, Deserialize)]
struct Secrets {
    /// JWE (RFC 7516), sealed by the passphrase.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sealed: Option<Arc<str>>,
    /// Practice keys in clear: JWK as text, by key id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    practice: BTreeMap<KeyId, String>,
}

impl Secrets {
    fn is_empty(&self) -> bool {
        self.sealed.is_none() && self.practice.is_empty()
    }
}

/// Writes a document. Of its vault only what is in `clear` goes into the text, and of that only keys.
/// `path` is given for an autosave only.
pub fn write(
    document: &Document,
    sealed: Option<Arc<str>>,
    clear: &Vault,
    autosave: bool,
) -> Result<String, String> {
    let practice = clear.keys.iter();
    let file = File {
        version: VERSION,
        id: document.id.clone(),
        next: document.ids,
        autosave_of: document.path.clone().filter(|_| autosave),
        workspace: (*document.workspace).clone(),
        runs: document.runs.clone(),
        secrets: Secrets {
            sealed,
            practice: practice
                .map(|(id, jwk)| (*id, Value::Object(jwk.0.clone()).to_string()))
                .collect(),
        },
    };
    let text = toml::to_string_pretty(&file).map_err(|e| e.to_string())?;
    Ok(format!("{HEAD}{text}"))
}

/// Reads a document. Its vault holds the secrets that stand in the text in clear; those that are
/// sealed stay so ([`Sealing::sealed`]). The error says what is wrong and where.
pub fn read(text: &str) -> Result<Document, String> {
    let table: toml::Table = text.parse().map_err(|e: toml::de::Error| in_words(&e))?;
    let table = migrate::upgrade(table)?;
    check_members(&table)?;
    members::check(text, || {
        let file: File = table.clone().try_into().ok()?;
        toml::Table::try_from(&file).ok()
    })?;
    let file: File = table
        .try_into()
        .map_err(|e: toml::de::Error| in_words(&e))?;
    let mut ids = file.next;
    check_ids(&file.workspace, &file.runs, &mut ids)?;
    let mut vault = Vault::default();
    for (id, text) in file.secrets.practice {
        let jwk: Map<String, Value> = serde_json::from_str(&text)
            .map_err(|e| format!("secrets.practice.{id} is not a JWK: {e}"))?;
        vault.keys.insert(id, Jwk(jwk));
    }
    Ok(Document {
        id: file.id,
        workspace: Arc::new(file.workspace),
        runs: file.runs,
        ids,
        vault,
        sealing: Sealing {
            passphrase: None,
            sealed: file.secrets.sealed,
        },
        path: file.autosave_of,
    })
}

fn check_members(table: &toml::Table) -> Result<(), String> {
    if table.contains_key("node") {
        return Err("this is a chain, not a workspace: import it in the chain view".into());
    }
    Ok(())
}

/// The error of the TOML reader, one line, nothing hidden in it.
fn in_words(error: &toml::de::Error) -> String {
    let text = error.to_string();
    let line: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .collect();
    escape(&crate::kit::text::shorten(&line.join(" "), 400)).into_owned()
}

/// Refuses identifiers that stand twice, and makes sure that none is handed out again.
fn check_ids(workspace: &Workspace, runs: &[SavedRun], ids: &mut Ids) -> Result<(), String> {
    let mut seen = std::collections::HashSet::new();
    let mut take = |id: String, number: u32| {
        ids.reserve(number);
        if seen.insert(id.clone()) {
            Ok(())
        } else {
            Err(format!(
                "the identifier {id} stands twice: give one of the two another number"
            ))
        }
    };
    for token in &workspace.tokens {
        take(token.id.to_string(), token.id.0)?;
    }
    for key in &workspace.keys {
        take(key.id.to_string(), key.id.0)?;
    }
    for server in &workspace.servers {
        take(server.id.to_string(), server.id.0)?;
        for client in &server.clients {
            take(client.id.to_string(), client.id.0)?;
        }
    }
    for chain in &workspace.chains {
        take(chain.id.to_string(), chain.id.0)?;
    }
    for target in &workspace.targets {
        take(target.id.to_string(), target.id.0)?;
        for header in &target.headers {
            take(header.id.to_string(), header.id.0)?;
        }
    }
    for (_, id, _) in runs.iter().flat_map(|r| &r.tokens) {
        take(id.to_string(), id.0)?;
    }
    Ok(())
}

/// Secrets as the bytes that are sealed: JSON. To be wiped after use.
pub fn vault_bytes(vault: &Vault) -> zeroize::Zeroizing<Vec<u8>> {
    let keys: BTreeMap<String, &Map<String, Value>> = vault
        .keys
        .iter()
        .map(|(id, jwk)| (id.to_string(), &jwk.0))
        .collect();
    let secrets: BTreeMap<String, &str> = vault
        .secrets
        .iter()
        .map(|(id, s)| (id.to_string(), s.expose()))
        .collect();
    let headers: BTreeMap<String, &str> = vault
        .headers
        .iter()
        .map(|(id, s)| (id.to_string(), s.expose()))
        .collect();
    let mut value = serde_json::json!({ "keys": keys, "secrets": secrets });
    if !headers.is_empty() {
        value["headers"] = serde_json::json!(headers);
    }
    zeroize::Zeroizing::new(value.to_string().into_bytes())
}

/// Reads them back.
pub fn vault_of(bytes: &[u8]) -> Result<Vault, String> {
    #[derive(Deserialize)]
    struct Sealed {
        #[serde(default)]
        keys: BTreeMap<KeyId, Map<String, Value>>,
        #[serde(default)]
        secrets: BTreeMap<ClientRef, String>,
        #[serde(default)]
        headers: BTreeMap<HeaderRef, String>,
    }
    // Not the reader's own words: they could quote a secret.
    let sealed: Sealed = serde_json::from_slice(bytes)
        .map_err(|_| "the sealed part is not what this program writes".to_owned())?;
    let secrets = sealed.secrets.into_iter();
    let headers = sealed.headers.into_iter();
    Ok(Vault {
        keys: sealed
            .keys
            .into_iter()
            .map(|(id, members)| (id, Jwk(members)))
            .collect(),
        secrets: secrets.map(|(id, text)| (id, Secret::new(text))).collect(),
        headers: headers.map(|(id, text)| (id, Secret::new(text))).collect(),
    })
}
