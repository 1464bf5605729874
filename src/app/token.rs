//! Tokens of the tray: made, edited, signed, copied.

mod intake;

use std::{collections::HashSet, path::PathBuf, sync::Arc};

use serde_json::Value;

use self::intake::{name_of, paste};
use super::{
    Effect, Model,
    model::Purpose,
    noun::{Entry, Noun, Rank, Undo, offer},
    runs,
    session::{Selection, View},
    workspace::TokenEntry,
};
use crate::{
    jose::{Alg, Jwk, b64},
    kit::{
        Env,
        ids::{KeyId, TokenId},
        rng,
        text::{escape, shorten},
    },
    token::{
        craft::{self, Part},
        template::{Surroundings, Template},
    },
};

pub use self::intake::{MAX_AT_ONCE, MAX_TOKENS};
pub(super) use self::intake::{files, found};

/// What can be asked of tokens.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Take every token out of a text.
    Paste(String),
    /// Read files and take every token out of them.
    ImportFiles(Vec<PathBuf>),
    /// A new, unsigned token of a kind.
    New(Template),
    /// Replace a token's text as a whole.
    SetRaw(TokenId, String),
    /// Replace the text of its header or payload.
    SetText {
        /** Of which token. */
        token: TokenId,
        /** Header or payload. */
        part: Part,
        /** What is to stand there. */
        text: String,
    },
    /// Replace the bytes of its header or payload.
    SetBytes {
        /** Of which token. */
        token: TokenId,
        /** Header or payload. */
        part: Part,
        /** What is to stand there. */
        bytes: Vec<u8>,
    },
    /// Set or remove a member.
    SetMember {
        /** Of which token. */
        token: TokenId,
        /** Header or payload. */
        part: Part,
        /** The member, by JSON Pointer. */
        pointer: String,
        /** What it is to be; `None` removes it. */
        value: Option<Value>,
    },
    /// Give a member another name.
    RenameMember {
        /** Of which token. */
        token: TokenId,
        /** Header or payload. */
        part: Part,
        /** The member, by JSON Pointer. */
        pointer: String,
        /** Its new name. */
        name: String,
    },
    /// Sign with a key of the tray.
    Sign(TokenId, KeyId),
    /// Back to the text that was received.
    Revert(TokenId),
    /// Back to a state that it went through.
    Restore {
        /** Which token. */
        token: TokenId,
        /** Its text then. */
        raw: Arc<str>,
        /** The text that was last received or signed then. */
        sealed: Arc<str>,
    },
    /// Name it.
    Rename(TokenId, String),
    /// A copy.
    Duplicate(TokenId),
    /// Remove from the tray.
    Delete(TokenId),
    /// Remove several from the tray.
    DeleteSeveral(Vec<TokenId>),
}

impl Noun for Command {
    fn label(&self) -> String {
        match self {
            Self::Paste(_) => "Paste".into(),
            Self::ImportFiles(paths) if paths.len() == 1 => "Read a file".into(),
            Self::ImportFiles(paths) => format!("Read {} files", paths.len()),
            Self::New(template) => format!("New {}", in_sentence(template.label())),
            Self::SetRaw(..) => "Edit token".into(),
            Self::SetText { part, .. } | Self::SetBytes { part, .. } => match part {
                Part::Header | Part::HeaderOf(_) => "Edit header".into(),
                Part::Payload => "Edit payload".into(),
            },
            Self::RenameMember { pointer, .. } => format!("Rename {}", member(pointer)),
            Self::SetMember { pointer, value, .. } => {
                let verb = if value.is_some() { "Edit" } else { "Remove" };
                format!("{verb} {}", member(pointer))
            }
            Self::Sign(..) => "Sign token".into(),
            Self::Revert(_) => "Revert token".into(),
            Self::Restore { .. } => "Back to an earlier state".into(),
            Self::Rename(..) => "Rename token".into(),
            Self::Duplicate(_) => "Duplicate token".into(),
            Self::Delete(_) => "Delete token".into(),
            Self::DeleteSeveral(ids) => format!("Delete {} tokens", ids.len()),
        }
    }

    fn undo(&self) -> Undo {
        match self {
            // What comes of it is a step, when it has come.
            Self::ImportFiles(_) => Undo::No,
            Self::Paste(_)
            | Self::New(_)
            | Self::RenameMember { .. }
            | Self::SetMember { value: None, .. }
            | Self::Sign(..)
            | Self::Revert(_)
            | Self::Restore { .. }
            | Self::Duplicate(_)
            | Self::Delete(_)
            | Self::DeleteSeveral(_) => Undo::Step,
            Self::SetRaw(id, _) => Undo::Merged(format!("{id} raw")),
            Self::SetText { token, part, .. } => Undo::Merged(format!("{token} {part:?} text")),
            Self::SetBytes { token, part, .. } => Undo::Merged(format!("{token} {part:?} bytes")),
            Self::SetMember {
                token,
                part,
                pointer,
                value: Some(_),
            } => Undo::Merged(format!("{token} {part:?} {pointer}")),
            Self::Rename(id, _) => Undo::Merged(format!("{id} name")),
        }
    }

    fn update(self, model: &mut Model, env: &Env, effects: &mut Vec<Effect>) {
        match self {
            Self::New(template) => new(model, template, env),
            Self::Paste(text) => paste(model, text, effects),
            Self::ImportFiles(paths) => import(model, paths, effects),
            Self::SetRaw(id, text) => edit::<craft::CraftError>(model, id, |_| Ok(text)),
            Self::SetText { token, part, text } => {
                edit(model, token, |raw| craft::set_text(raw, part, &text));
            }
            Self::SetBytes { token, part, bytes } => {
                edit(model, token, |raw| craft::set_bytes(raw, part, &bytes));
            }
            Self::RenameMember {
                token,
                part,
                pointer,
                name,
            } => edit(model, token, |raw| {
                craft::rename(raw, part, &pointer, &name)
            }),
            Self::SetMember {
                token,
                part,
                pointer,
                value,
            } => edit(model, token, |raw| craft::set(raw, part, &pointer, value)),
            Self::Sign(id, key) => sign(model, id, key),
            Self::Restore { token, raw, sealed } => change(model, token, |entry| {
                entry.raw = raw;
                entry.sealed = sealed;
            }),
            Self::Revert(id) => change(model, id, |entry| {
                entry.raw = Arc::clone(&entry.received);
                entry.sealed = Arc::clone(&entry.received);
            }),
            Self::Rename(id, name) => change(model, id, |entry| {
                let name = name.trim();
                entry.name = (!name.is_empty()).then(|| name.to_owned());
            }),
            Self::Duplicate(id) => duplicate(model, id),
            Self::Delete(id) => {
                if model.workspace.token(id).is_some() {
                    model.document().tokens.retain(|t| t.id != id);
                } else {
                    missing(model, id);
                }
            }
            Self::DeleteSeveral(ids) => delete_several(model, ids),
        }
    }

    fn palette(model: &Model, entries: &mut Vec<Entry<Self>>) {
        if let Some(id) = model.session.token
            && let Some(entry) = model.workspace.token(id)
        {
            let keys = model.workspace.keys.iter();
            let with = keys.filter(|key| key.private).map(|key| {
                let hint = format!("with {} ({})", escape(&key.name), escape(&key.alg));
                offer(Rank::Front, hint, Self::Sign(id, key.id))
            });
            entries.extend(with);
            let name = entry.name.as_deref().map(escape).unwrap_or_default();
            if entry.raw != entry.received {
                entries.push(offer(Rank::Front, name.as_ref(), Self::Revert(id)));
            }
            for command in [Self::Duplicate(id), Self::Delete(id)] {
                entries.push(offer(Rank::Front, name.as_ref(), command));
            }
        }
        for template in Template::ALL {
            let new = Self::New(template);
            entries.push(offer(Rank::Whole, template.source(), new));
        }
    }
}

/// `Access token` as it stands inside a sentence; abbreviations keep their capitals.
fn in_sentence(label: &str) -> String {
    let mut chars = label.chars();
    match (chars.next(), chars.next()) {
        (Some(first), Some(second)) if second.is_lowercase() => {
            format!("{}{}", first.to_lowercase(), &label[first.len_utf8()..])
        }
        _ => label.to_owned(),
    }
}

/// A member by the names that lead to it.
fn member(pointer: &str) -> String {
    let name = pointer.trim_start_matches('/').replace('/', ".");
    escape(&name).into_owned()
}

fn import(model: &mut Model, paths: Vec<PathBuf>, effects: &mut Vec<Effect>) {
    if paths.is_empty() {
        return;
    }
    let what = match paths.as_slice() {
        [one] => format!("Reading {}", name_of(one)),
        many => format!("Reading {} files", many.len()),
    };
    let job = model.begin(what, Purpose::Files);
    effects.push(Effect::ReadFiles(job, paths));
}

fn delete_several(model: &mut Model, ids: Vec<TokenId>) {
    let ids: HashSet<TokenId> = ids.into_iter().collect();
    let before = model.workspace.tokens.len();
    if model.workspace.tokens.iter().any(|t| ids.contains(&t.id)) {
        model.document().tokens.retain(|t| !ids.contains(&t.id));
    }
    let gone = before - model.workspace.tokens.len();
    let kept = ids.len() - gone;
    if kept > 0 {
        model.complain(format!(
            "{kept} of these tokens belong to runs of chains: reset the runs to remove them."
        ));
    }
}

pub(super) fn add(model: &mut Model, raw: Arc<str>, origin: String, batch: Option<u32>) -> TokenId {
    let id = TokenId(model.ids.allot());
    model.document().tokens.push(TokenEntry {
        id,
        name: None,
        received: Arc::clone(&raw),
        sealed: Arc::clone(&raw),
        raw,
        origin,
        batch,
        copy_of: None,
        again: 0,
        places: Vec::new(),
    });
    id
}

/// A new token of a kind, about the server that is worked with; unsigned.
fn new(model: &mut Model, template: Template, env: &Env) {
    let issuer = model
        .practice()
        .map(|p| p.issuer.clone())
        .or_else(|| model.workspace.servers.first().map(|s| s.issuer.clone()))
        .unwrap_or_else(|| "https://as.example".into());
    let key = model.workspace.keys.iter().find(|k| k.private);
    let (header, claims) = template.make(Surroundings {
        now: env.now.as_second(),
        issuer: &issuer,
        jti: &rng::token(&*env.rng, 16),
        key: key.and_then(|k| k.public.as_ref()),
    });
    let raw = format!(
        "{}.{}.",
        b64::encode(header.to_string()),
        b64::encode(claims.to_string())
    );
    let id = add(model, raw.into(), "made here".into(), None);
    bring_to_front(model, id);
}

/// Puts a token into the tray, or finds it there.
pub(super) fn take(model: &mut Model, raw: Arc<str>, origin: String) -> TokenId {
    let known = model.workspace.tokens.iter().find(|t| t.raw == raw);
    match known.map(|t| t.id) {
        Some(id) => id,
        None => add(model, raw, origin, None),
    }
}

pub(super) fn bring_to_front(model: &mut Model, id: TokenId) {
    model.session.token = Some(id);
    model.session.selection = Selection::Token(id);
    model.session.view = View::Token;
}

pub(super) fn missing(model: &mut Model, id: TokenId) {
    if runs::found(model, id).is_some() {
        model.complain(
            "This token belongs to a run of a chain: reset the run to remove it, or duplicate the \
             token to work on a copy.",
        );
    } else {
        model.complain(format!("There is no token {id}."));
    }
}

fn change(model: &mut Model, id: TokenId, change: impl FnOnce(&mut TokenEntry)) {
    if model.workspace.token(id).is_none() {
        return missing(model, id);
    }
    if let Some(entry) = model.document().tokens.iter_mut().find(|t| t.id == id) {
        change(entry);
    }
}

/// Edits a token's text. A token of a run is evidence: its copy is edited instead.
pub(super) fn edit<E: std::fmt::Display>(
    model: &mut Model,
    id: TokenId,
    make: impl FnOnce(&str) -> Result<String, E>,
) {
    let Some(raw) = text_of(model, id) else {
        return missing(model, id);
    };
    let Some(edited) = crafted(model, make(&raw)) else {
        return;
    };
    if *edited == *raw {
        return;
    }
    let id = own(model, id);
    change(model, id, |entry| entry.raw = edited.into());
}

/// What was made of a token, or why it was not, told.
pub(super) fn crafted<E: std::fmt::Display>(
    model: &mut Model,
    made: Result<String, E>,
) -> Option<String> {
    match made {
        Ok(made) => Some(made),
        Err(why) => {
            model.complain(format!("The token was not changed: {why}."));
            None
        }
    }
}

/// Puts what a key has signed in the place of the token.
pub(super) fn put_signed(model: &mut Model, id: TokenId, raw: String) {
    let id = own(model, id);
    change(model, id, |entry| {
        entry.raw = raw.into();
        entry.sealed = Arc::clone(&entry.raw);
    });
}

/// Puts a token of which nothing that is signed has changed in the place of the token: another
/// presentation, fewer signatures.
pub(super) fn put_presentation(model: &mut Model, id: TokenId, raw: String) {
    let id = own(model, id);
    change(model, id, |entry| {
        let signed = entry.raw == entry.sealed;
        entry.raw = raw.into();
        if signed {
            entry.sealed = Arc::clone(&entry.raw);
        }
    });
}

pub(super) fn text_of(model: &Model, id: TokenId) -> Option<Arc<str>> {
    match model.workspace.token(id) {
        Some(entry) => Some(Arc::clone(&entry.raw)),
        None => runs::token(model, id).map(|t| Arc::clone(&t.raw)),
    }
}

/// The token itself when it is the user's; a copy, selected, when it belongs to a run.
fn own(model: &mut Model, id: TokenId) -> TokenId {
    if model.workspace.token(id).is_some() {
        return id;
    }
    let Some(raw) = text_of(model, id) else {
        return id;
    };
    let place = place_of(model, id);
    let copy = add(model, raw, format!("edited from {place}"), None);
    change(model, copy, |entry| entry.copy_of = Some(id));
    model.session.token = Some(copy);
    model.session.selection = match &model.session.selection {
        Selection::Claim(selected, pointer) if *selected == id => {
            Selection::Claim(copy, pointer.clone())
        }
        _ => Selection::Token(copy),
    };
    copy
}

/// Where a token of a run stands, in words.
pub(super) fn place_of(model: &Model, id: TokenId) -> String {
    let hop = model.analysis.tokens.get(&id).and_then(|view| {
        let hop = model.analysis.evidence.hops.get(view.hop)?;
        Some(hop.name.clone())
    });
    hop.or_else(|| runs::found(model, id).map(|(_, node, _)| node.to_owned()))
        .map_or_else(|| "a run".into(), |name| escape(&name).into_owned())
}

fn sign(model: &mut Model, id: TokenId, key: KeyId) {
    let Some(raw) = text_of(model, id) else {
        return missing(model, id);
    };
    let (jwk, alg) = match signing_key(model, key) {
        Ok(found) => found,
        Err(why) => return model.complain(why),
    };
    match craft::sign(&raw, jwk, &alg) {
        Ok(signed) => put_signed(model, id, signed),
        Err(why) => model.complain(format!(
            "The token was not signed with {}: {why}.",
            model.workspace.key(key).map_or_else(
                || key.to_string(),
                |entry| escape(&shorten(&entry.name, 60)).into_owned()
            )
        )),
    }
}

/// The private key of an entry of the tray, and the algorithm that it signs with; or why there is
/// none.
pub(super) fn signing_key(model: &Model, key: KeyId) -> Result<(&Jwk, Alg), String> {
    let Some(entry) = model.workspace.key(key) else {
        return Err(format!("There is no key {key}."));
    };
    let name = escape(&entry.name);
    match model.vault.keys.get(&key) {
        Some(jwk) => Ok((jwk, Alg::parse(&entry.alg))),
        None if !entry.private => Err(format!(
            "{name} is a public key: sign with a private one, or generate a key."
        )),
        None if model.sealing.sealed.is_some() => Err(format!(
            "The private part of {name} is locked: unlock it with the passphrase."
        )),
        None => Err(format!(
            "The private part of {name} is not on this machine: import it again."
        )),
    }
}

fn duplicate(model: &mut Model, id: TokenId) {
    let Some(raw) = text_of(model, id) else {
        return missing(model, id);
    };
    let own = model.workspace.token(id).cloned();
    let of = own.as_ref().and_then(|t| t.name.clone());
    let place = if own.is_some() {
        "a token of the tray".into()
    } else {
        place_of(model, id)
    };
    let copy = add(model, raw, format!("copy of {place}"), None);
    change(model, copy, |entry| match own {
        Some(own) => {
            entry.received = own.received;
            entry.sealed = own.sealed;
            entry.copy_of = own.copy_of;
            entry.name = of.map(|n| format!("{n} (copy)"));
        }
        None => entry.copy_of = Some(id),
    });
    bring_to_front(model, copy);
}
