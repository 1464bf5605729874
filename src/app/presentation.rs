//! Presentations of an SD-JWT: what is disclosed, and its key binding.

use serde_json::Value;

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
        rng,
        text::escape,
    },
    token::{
        Token,
        craft::CraftError,
        decode::decode,
        sd_jwt::{self, Change, Disclosure, Edit},
    },
};

/// Bytes of a salt: 128 bits (RFC 9901 §4.2.1).
const SALT: usize = 16;

/// What can be asked of the claims and the presentation of an SD-JWT.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Edit a claim, disclosed or in clear; make one of a JWT selectively disclosable.
    EditClaim(TokenId, Edit),
    /// Change what it presents.
    Present(TokenId, Presentation),
}

impl Noun for Command {
    fn label(&self) -> String {
        match self {
            Self::EditClaim(_, edit) => edit.label(),
            Self::Present(_, what) => what.label(),
        }
    }

    fn undo(&self) -> Undo {
        match self {
            Self::EditClaim(id, edit) => match &edit.change {
                Change::Set(inner, Some(_)) => {
                    Undo::Merged(format!("{id} claim {}{inner}", edit.pointer))
                }
                _ => Undo::Step,
            },
            Self::Present(..) => Undo::Step,
        }
    }

    fn update(self, model: &mut Model, env: &Env, _effects: &mut Vec<Effect>) {
        match self {
            Self::EditClaim(id, change) => edit(model, id, &change, env),
            Self::Present(id, what) => present(model, id, &what, env),
        }
    }
}

/// What is done to a presentation.
#[derive(Debug, Clone, PartialEq)]
pub enum Presentation {
    /// Leave this disclosure out, and those that only it leads to.
    Hide(String),
    /// Disclose again what was received, and what leads to it.
    Show(String),
    /// Leave all disclosures out.
    HideAll,
    /// Disclose all that was received.
    ShowAll,
    /// Bind it to the holder: sign a key binding JWT with this key.
    Bind {
        /// The holder's key.
        key: KeyId,
        /// For whom.
        audience: String,
        /// The verifier's nonce; an empty one is made.
        nonce: String,
    },
    /// Leave the key binding out.
    Unbind,
}

impl Presentation {
    /// For menus and undo.
    pub fn label(&self) -> String {
        let name = |text: &str| match Disclosure::name_of(text) {
            Some(name) => escape(&name).into_owned(),
            None => "an element".into(),
        };
        match self {
            Self::Hide(text) => format!("Hide {}", name(text)),
            Self::Show(text) => format!("Disclose {}", name(text)),
            Self::HideAll => "Hide all".into(),
            Self::ShowAll => "Disclose all".into(),
            Self::Bind { .. } => "Bind to the holder's key".into(),
            Self::Unbind => "Remove the key binding".into(),
        }
    }
}

fn present(model: &mut Model, id: TokenId, what: &Presentation, env: &Env) {
    let Some(raw) = token::text_of(model, id) else {
        return token::missing(model, id);
    };
    let now = decode(&raw);
    let received = model
        .workspace
        .token(id)
        .map_or_else(|| now.clone(), |entry| decode(&entry.received));
    let made = match what {
        Presentation::Hide(text) => sd_jwt::hide(&now, &[text]),
        Presentation::Show(text) => sd_jwt::show(&now, &received, &[text]),
        Presentation::HideAll => sd_jwt::hide(&now, &texts(&now)),
        Presentation::ShowAll => sd_jwt::show(&now, &received, &texts(&received)),
        Presentation::Unbind => sd_jwt::unbind(&now),
        Presentation::Bind {
            key,
            audience,
            nonce,
        } => return bind(model, id, &now, *key, audience, nonce, env),
    };
    if let Some(made) = token::crafted(model, made) {
        let left_out = bound(&now).is_some();
        let made = match bound(&now).filter(|_| *what != Presentation::Unbind) {
            Some((audience, nonce)) => again(model, &decode(&made), &audience, &nonce, env),
            None => None,
        }
        .unwrap_or(made);
        let lost = left_out && *what != Presentation::Unbind && bound(&decode(&made)).is_none();
        token::put_presentation(model, id, made);
        if lost {
            model.say(
                "The key binding was made for the other presentation and is left out: import the \
                 holder's private key to bind this one.",
            );
        }
    }
}

/// Edits a claim. What the issuer signed changes with it.
fn edit(model: &mut Model, id: TokenId, edit: &Edit, env: &Env) {
    let mut was_bound = false;
    token::edit(model, id, |raw| {
        let now = decode(raw);
        let made = sd_jwt::edit(&now, edit, &mut || rng::token(&*env.rng, SALT))?;
        was_bound = bound(&now).is_some();
        Ok::<_, CraftError>(made)
    });
    if was_bound {
        model.say(
            "The key binding was made for the claims as they were and is left out: sign the token, \
             then bind it again.",
        );
    }
}

fn texts(token: &Token) -> Vec<&str> {
    let sd = token.disclosed.as_deref();
    sd.into_iter()
        .flat_map(|sd| &sd.disclosures)
        .map(|d| d.text.as_str())
        .collect()
}

/// Audience and nonce of the key binding, when there is one.
fn bound(token: &Token) -> Option<(String, String)> {
    let kb = token.disclosed.as_ref()?.binding.as_ref()?;
    let text = |name| kb.claim_text(name).unwrap_or("").to_owned();
    Some((text("aud"), text("nonce")))
}

/// Binds the changed presentation as the one before was bound, when the holder's key is at hand.
fn again(model: &Model, token: &Token, audience: &str, nonce: &str, env: &Env) -> Option<String> {
    let (key, alg) = holders_key(model, token)?;
    sd_jwt::bind(token, key, &alg, audience, nonce, env.now.as_second()).ok()
}

/// The private key of the tray that the token names in `cnf`.
fn holders_key<'a>(model: &'a Model, token: &Token) -> Option<(&'a Jwk, Alg)> {
    let wanted = sd_jwt::holder(token)?.thumbprint().ok()?;
    model.workspace.keys.iter().find_map(|entry| {
        let key = model.vault.keys.get(&entry.id)?;
        (key.thumbprint().ok()? == wanted).then(|| (key, Alg::parse(&entry.alg)))
    })
}

/// The key of the tray that the token names in `cnf`, with or without its private part.
pub fn holders_entry(model: &Model, token: &Token) -> Option<KeyId> {
    let wanted = sd_jwt::holder(token)?.thumbprint().ok()?;
    let same = |public: &Option<Value>| match public {
        Some(Value::Object(members)) => {
            Jwk(members.clone()).thumbprint().is_ok_and(|t| t == wanted)
        }
        _ => false,
    };
    let found = model.workspace.keys.iter().find(|e| same(&e.public))?;
    Some(found.id)
}

fn bind(
    model: &mut Model,
    id: TokenId,
    now: &Token,
    key: KeyId,
    audience: &str,
    nonce: &str,
    env: &Env,
) {
    let (jwk, alg) = match token::signing_key(model, key) {
        Ok((jwk, alg)) => (jwk, alg),
        Err(why) => return model.complain(why),
    };
    let nonce = if nonce.is_empty() {
        rng::token(&*env.rng, 16)
    } else {
        nonce.to_owned()
    };
    let made: Result<String, CraftError> =
        sd_jwt::bind(now, jwk, &alg, audience, &nonce, env.now.as_second());
    if let Some(made) = token::crafted(model, made) {
        token::put_presentation(model, id, made);
    }
}
