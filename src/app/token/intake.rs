//! Tokens, keys, chains and claims out of what is pasted, dropped and read.

use std::{path::PathBuf, sync::Arc};

use serde_json::Value;

use super::tray::{add, bring_to_front};
use crate::{
    app::{
        Effect, Model, chains, effect::Material, history, keys, model::Purpose,
        workspace::MAX_PLACES,
    },
    jose::b64,
    kit::{
        ids::{JobId, TokenId},
        json,
        text::escape,
    },
    token::find,
};

/// Bytes of text that are searched for tokens at once; a longer text is searched off the frame.
pub const MAX_AT_ONCE: usize = 256 * 1024;

/// Tokens that one text may put into the tray; what is beyond is counted, and told.
pub const MAX_TOKENS: usize = 20_000;

pub(super) fn paste(model: &mut Model, text: String, effects: &mut Vec<Effect>) {
    if text.len() > MAX_AT_ONCE {
        let what = format!("Searching {} KB of text for tokens", text.len() / 1024);
        let job = model.begin(what, Purpose::Paste);
        effects.push(Effect::FindTokens(job, text.into()));
        return;
    }
    let found = find::find(&text);
    take_in(model, Some(&text), found, "pasted", "The pasted text");
}

/// The tokens of a long text have been found.
pub fn found(model: &mut Model, job: JobId, found: Vec<find::Found>) {
    if model.jobs.remove(&job).is_none() {
        return;
    }
    let before = Arc::clone(&model.workspace);
    take_in(model, None, found, "pasted", "The pasted text");
    history::record(model, before, "Paste".into(), None);
}

/// Files have been read.
pub fn files(model: &mut Model, job: JobId, files: Vec<(PathBuf, Result<Material, String>)>) {
    if model.jobs.remove(&job).is_none() {
        return;
    }
    let before = Arc::clone(&model.workspace);
    for (path, material) in files {
        let name = name_of(&path);
        match material {
            Ok(material) => {
                if !material.note.is_empty() {
                    model.say(format!("{name}: {}", material.note));
                }
                let origin = format!("file {name}");
                take_in(
                    model,
                    material.text.as_deref(),
                    material.found,
                    &origin,
                    &name,
                );
            }
            Err(why) => model.complain(format!("{name} could not be read: {why}")),
        }
    }
    history::record(model, before, "Read files".into(), None);
}

pub(super) fn name_of(path: &std::path::Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    escape(&name.to_string_lossy()).into_owned()
}

/// Takes keys, a chain, tokens or claims from a text.
fn take_in(
    model: &mut Model,
    text: Option<&str>,
    found: Vec<find::Found>,
    origin: &str,
    source: &str,
) {
    let text = text.map(str::trim);
    if let Some(text) = text {
        if keys::looks_like_key(text) {
            let stem = origin.strip_prefix("file ").map_or("", |name| {
                name.rsplit_once('.').map_or(name, |(stem, _)| stem)
            });
            return keys::import(model, text, stem, origin);
        }
        if chains::looks_like_chain(text) {
            return chains::import(model, text);
        }
        if let Some(draft) = draft(text, &found) {
            let id = add(model, draft.into(), format!("claims, {origin}"), None);
            bring_to_front(model, id);
            return model.say("Claims taken as an unsigned token: sign it with a key.");
        }
    }
    if found.is_empty() {
        let empty = text.is_some_and(str::is_empty);
        return model.complain(if empty {
            format!("{source} is empty.")
        } else {
            format!(
                "{source} holds no token, key or chain. Tokens are recognised bare, after Bearer, in \
                 headers, cURL commands and JSON; keys as PEM or JWK; chains as TOML."
            )
        });
    }
    add_found(model, found, origin, source);
}

fn add_found(model: &mut Model, mut found: Vec<find::Found>, origin: &str, source: &str) {
    let total = found.len();
    found.truncate(MAX_TOKENS);
    let batch = (found.len() > 1).then(|| model.ids.allot());
    let from_file = origin.starts_with("file ");
    let mut first = None;
    let mut new = 0_usize;
    let mut known: std::collections::HashMap<Arc<str>, TokenId> = evidence_texts(model);
    for entry in &model.workspace.tokens {
        known.insert(Arc::clone(&entry.received), entry.id);
        known.insert(Arc::clone(&entry.raw), entry.id);
    }
    let mut again: std::collections::HashMap<TokenId, Vec<String>> =
        std::collections::HashMap::new();
    for token in found {
        let mut origin = origin.to_owned();
        if from_file || total > 1 {
            origin.push_str(&format!(", line {}", token.line));
        }
        if let Some(context) = &token.context {
            origin.push_str(&format!(", {}", escape(context)));
        }
        let id = if let Some(id) = known.get(&token.raw) {
            again.entry(*id).or_default().push(origin);
            *id
        } else {
            let id = add(model, Arc::clone(&token.raw), origin, batch);
            known.insert(token.raw, id);
            new += 1;
            id
        };
        first.get_or_insert(id);
    }
    if !again.is_empty() {
        for entry in &mut model.document().tokens {
            let Some(places) = again.remove(&entry.id) else {
                continue;
            };
            entry.again = entry
                .again
                .saturating_add(u32::try_from(places.len()).unwrap_or(u32::MAX));
            let room = MAX_PLACES.saturating_sub(entry.places.len());
            entry.places.extend(places.into_iter().take(room));
        }
    }
    if let Some(first) = first {
        bring_to_front(model, first);
    }
    let already = total.min(MAX_TOKENS) - new;
    let mut said = match (new, already) {
        (0, 1) => "This token is in the tray already.".to_owned(),
        (0, n) => format!("These {n} tokens are in the tray already."),
        (1, 0) => format!("1 token found in {}.", lower(source)),
        (n, 0) => format!("{n} tokens found in {}.", lower(source)),
        (n, m) => format!(
            "{n} new tokens in {}, {m} in the tray already.",
            lower(source)
        ),
    };
    if total > MAX_TOKENS {
        said.push_str(&format!(
            " The tray takes {MAX_TOKENS} from one text; {} more were left out.",
            total - MAX_TOKENS
        ));
    }
    model.say(said);
}

/// `The pasted text` as it stands inside a sentence.
fn lower(source: &str) -> String {
    source
        .strip_prefix("The ")
        .map_or_else(|| source.to_owned(), |rest| format!("the {rest}"))
}

/// The tokens of the runs by their text.
fn evidence_texts(model: &Model) -> std::collections::HashMap<Arc<str>, TokenId> {
    let nodes = model.runs.values().flat_map(|r| r.nodes.values());
    nodes
        .filter_map(|n| Some((Arc::clone(&n.token.as_ref()?.raw), n.token_id?)))
        .collect()
}

/// Claims pasted as JSON, as an unsigned token to be edited and signed (RFC 7519 §6.1). Not when
/// the text holds a real token: then it is a token response or the like.
fn draft(text: &str, found: &[find::Found]) -> Option<String> {
    if !text.starts_with('{') || found.iter().any(|f| f.raw.contains('.')) {
        return None;
    }
    let json = json::parse(text.as_bytes()).ok()?;
    let claims = json.value.as_object()?;
    let claim = |name: &&str| claims.contains_key(*name);
    if ![
        "iss",
        "sub",
        "aud",
        "exp",
        "iat",
        "scope",
        "act",
        "jti",
        "client_id",
    ]
    .iter()
    .any(claim)
    {
        return None;
    }
    let payload = if json.duplicates.is_empty() {
        Value::Object(claims.clone()).to_string()
    } else {
        text.to_owned() // duplicates are part of what was pasted: kept
    };
    let header = r#"{"alg":"none","typ":"JWT"}"#;
    Some(format!("{}.{}.", b64::encode(header), b64::encode(payload)))
}
