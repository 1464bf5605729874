//! Tokens of the tray: made, edited, signed, copied.

mod intake;
mod tray;

use std::{collections::HashSet, path::PathBuf, sync::Arc};

use serde_json::Value;

use self::intake::{name_of, paste};
use super::{
    Effect, Model,
    model::Purpose,
    noun::{Entry, Noun, Rank, Undo, offer},
};
use crate::{
    jose::b64,
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
pub(super) use self::{
    intake::{files, found},
    tray::{
        add, bring_to_front, change, crafted, edit, missing, place_of, put_presentation,
        put_signed, signing_key, take, text_of,
    },
};

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
