//! Tokens of the tray and of runs: found, put there, changed, and why one cannot be.

use std::sync::Arc;

use crate::{
    app::{
        Model,
        runs::tokens as of_runs,
        session::{Selection, View},
        workspace::TokenEntry,
    },
    jose::{Alg, Jwk},
    kit::{
        ids::{KeyId, TokenId},
        text::escape,
    },
};

pub(in crate::app) fn add(
    model: &mut Model,
    raw: Arc<str>,
    origin: String,
    batch: Option<u32>,
) -> TokenId {
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

/// Puts a token into the tray, or finds it there.
pub(in crate::app) fn take(model: &mut Model, raw: Arc<str>, origin: String) -> TokenId {
    let known = model.workspace.tokens.iter().find(|t| t.raw == raw);
    match known.map(|t| t.id) {
        Some(id) => id,
        None => add(model, raw, origin, None),
    }
}

pub(in crate::app) fn bring_to_front(model: &mut Model, id: TokenId) {
    model.session.token = Some(id);
    model.session.selection = Selection::Token(id);
    model.session.view = View::TOKEN;
}

pub(in crate::app) fn missing(model: &mut Model, id: TokenId) {
    if of_runs::found(model, id).is_some() {
        model.complain(
            "This token belongs to a run of a chain: reset the run to remove it, or duplicate the \
             token to work on a copy.",
        );
    } else {
        model.complain("That token is no longer in the workspace.");
    }
}

pub(in crate::app) fn change(model: &mut Model, id: TokenId, change: impl FnOnce(&mut TokenEntry)) {
    if model.workspace.token(id).is_none() {
        return missing(model, id);
    }
    if let Some(entry) = model.document().tokens.iter_mut().find(|t| t.id == id) {
        change(entry);
    }
}

/// Edits a token's text. A token of a run is evidence: its copy is edited instead.
pub(in crate::app) fn edit<E: std::fmt::Display>(
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
pub(in crate::app) fn crafted<E: std::fmt::Display>(
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
pub(in crate::app) fn put_signed(model: &mut Model, id: TokenId, raw: String) {
    let id = own(model, id);
    change(model, id, |entry| {
        entry.raw = raw.into();
        entry.sealed = Arc::clone(&entry.raw);
    });
}

/// Puts a token of which nothing that is signed has changed in the place of the token: another
/// presentation, fewer signatures.
pub(in crate::app) fn put_presentation(model: &mut Model, id: TokenId, raw: String) {
    let id = own(model, id);
    change(model, id, |entry| {
        let signed = entry.raw == entry.sealed;
        entry.raw = raw.into();
        if signed {
            entry.sealed = Arc::clone(&entry.raw);
        }
    });
}

pub(in crate::app) fn text_of(model: &Model, id: TokenId) -> Option<Arc<str>> {
    match model.workspace.token(id) {
        Some(entry) => Some(Arc::clone(&entry.raw)),
        None => of_runs::token(model, id).map(|t| Arc::clone(&t.raw)),
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
pub(in crate::app) fn place_of(model: &Model, id: TokenId) -> String {
    let hop = model.analysis.tokens.get(&id).and_then(|view| {
        let hop = model.analysis.evidence.hops.get(view.hop)?;
        Some(hop.name.clone())
    });
    hop.or_else(|| of_runs::found(model, id).map(|(_, node, _)| node.to_owned()))
        .map_or_else(|| "a run".into(), |name| escape(&name).into_owned())
}

/// The private key of an entry of the tray, and the algorithm that it signs with; or why there is
/// none.
pub(in crate::app) fn signing_key(model: &Model, key: KeyId) -> Result<(&Jwk, Alg), String> {
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
