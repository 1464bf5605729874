//! The signatures of a JWS in JSON form, each on its own (RFC 7515 §7.2.1).

use super::{
    Effect, Model,
    noun::{Noun, Undo},
    token,
};
use crate::{
    jose::{Alg, Jwk},
    kit::{
        Env,
        ids::{KeyId, TokenId},
    },
    token::{Token, craft, decode::decode},
};

/// What can be asked of the signatures of a token.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Change them.
    Edit(TokenId, SignatureEdit),
}

impl Noun for Command {
    fn label(&self) -> String {
        match self {
            Self::Edit(_, what) => what.label(),
        }
    }

    fn undo(&self) -> Undo {
        match self {
            Self::Edit(..) => Undo::Step,
        }
    }

    fn update(self, model: &mut Model, _env: &Env, _effects: &mut Vec<Effect>) {
        match self {
            Self::Edit(id, what) => edit(model, id, what),
        }
    }
}

/// What is done to the signatures; their numbers are from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignatureEdit {
    /// Make this one anew with a key.
    Sign(usize, KeyId),
    /// Make all anew: each with the key of the tray that its header names, else with one for its
    /// algorithm, else with this one.
    SignAll(KeyId),
    /// Add one by a key. The flattened form becomes the general one.
    Add(KeyId),
    /// Take this one away.
    Remove(usize),
}

impl SignatureEdit {
    /// For menus and undo.
    pub fn label(self) -> String {
        match self {
            Self::Sign(n, _) => format!("Sign again, signature {}", n.saturating_add(1)),
            Self::SignAll(_) => "Make all signatures anew".into(),
            Self::Add(_) => "Add a signature".into(),
            Self::Remove(n) => format!("Remove signature {}", n.saturating_add(1)),
        }
    }
}

fn edit(model: &mut Model, id: TokenId, what: SignatureEdit) {
    let Some(raw) = token::text_of(model, id) else {
        return token::missing(model, id);
    };
    let made = match what {
        SignatureEdit::Remove(n) => {
            let made = craft::remove_signature(&raw, n);
            if let Some(made) = token::crafted(model, made) {
                token::put_presentation(model, id, made);
            }
            return;
        }
        SignatureEdit::SignAll(key) => return all(model, id, &raw, key),
        SignatureEdit::Sign(_, key) | SignatureEdit::Add(key) => {
            match token::signing_key(model, key) {
                Ok((jwk, alg)) => match what {
                    SignatureEdit::Sign(n, _) => craft::sign_at(&raw, n, jwk, &alg),
                    _ => craft::add_signature(&raw, jwk, &alg),
                },
                Err(why) => return model.complain(why),
            }
        }
    };
    if let Some(made) = token::crafted(model, made) {
        token::put_signed(model, id, made);
    }
}

fn all(model: &mut Model, id: TokenId, raw: &str, fallback: KeyId) {
    let token = decode(raw);
    let count = token.headers.len().max(1);
    let mut text = raw.to_owned();
    for n in 0..count {
        let found = named(model, &token, n);
        let found = found.map_or_else(|| token::signing_key(model, fallback), Ok);
        let made = match found {
            Ok((jwk, alg)) => craft::sign_at(&text, n, jwk, &alg),
            Err(why) => return model.complain(why),
        };
        match token::crafted(model, made) {
            Some(made) => text = made,
            None => return,
        }
    }
    token::put_signed(model, id, text);
    model.say(match count {
        1 => "The signature was made anew.".to_owned(),
        n => format!("{n} signatures were made anew."),
    });
}

/// The private key of the tray that a header names, by `kid`, else one for its algorithm.
fn named<'a>(model: &'a Model, token: &Token, n: usize) -> Option<(&'a Jwk, Alg)> {
    let header = match token.headers.get(n) {
        Some(header) => header.as_ref()?.value.as_object()?,
        None => token.header_map(),
    };
    let text = |name: &str| header.get(name).and_then(serde_json::Value::as_str);
    let (kid, alg) = (text("kid"), text("alg")?);
    let mut keys = model.workspace.keys.iter().filter_map(|entry| {
        let jwk = model.vault.keys.get(&entry.id)?;
        (entry.alg == alg).then(|| (jwk, Alg::parse(alg)))
    });
    match kid {
        Some(kid) => {
            let mut by_name = keys.clone().filter(|(jwk, _)| jwk.kid() == Some(kid));
            by_name.next().or_else(|| keys.next())
        }
        None => keys.next(),
    }
}
