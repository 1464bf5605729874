//! Encrypted tokens: opened with the keys of the tray, made for one of them.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::{
    Effect, Model, history,
    model::Purpose,
    noun::{Noun, Undo},
    token,
};
use crate::{
    jose::{
        Jwk, b64,
        jwe::names::{Enc, Manage},
        jwk::Task,
    },
    kit::{
        Env,
        ids::{JobId, KeyId, TokenId},
        json,
        secret::Secret,
        text::escape,
    },
    token::{Form, decrypt::Decrypted},
};

/// What can be asked of encrypted tokens.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Open a token with the keys of the tray, and with a password if one is given. What is inside
    /// becomes a token of its own.
    Decrypt(TokenId, Option<Secret>),
    /// Encrypt a token. The result becomes a token of its own.
    Encrypt {
        /** What is encrypted. */
        token: TokenId,
        /** The recipient's key, of the tray. */
        key: KeyId,
        /** The content encryption: `A256GCM` ... */
        enc: String,
    },
}

impl Noun for Command {
    fn label(&self) -> String {
        match self {
            Self::Decrypt(..) => "Decrypt token".into(),
            Self::Encrypt { .. } => "Encrypt token".into(),
        }
    }

    // What comes of it is a step, when it has come.
    fn undo(&self) -> Undo {
        match self {
            Self::Decrypt(..) | Self::Encrypt { .. } => Undo::No,
        }
    }

    fn update(self, model: &mut Model, _env: &Env, effects: &mut Vec<Effect>) {
        match self {
            Self::Decrypt(id, password) => open(model, id, password.as_ref(), effects),
            Self::Encrypt { token, key, enc } => seal(model, token, key, &enc, effects),
        }
    }
}

fn open(model: &mut Model, id: TokenId, password: Option<&Secret>, effects: &mut Vec<Effect>) {
    let Some(raw) = token::text_of(model, id) else {
        return token::missing(model, id);
    };
    let mut keys: Vec<Jwk> = model
        .workspace
        .keys
        .iter()
        .filter_map(|entry| model.vault.keys.get(&entry.id))
        .filter(|jwk| jwk.allows(Task::Decrypt).is_ok())
        .cloned()
        .collect();
    if let Some(password) = password.filter(|p| !p.is_empty()) {
        keys.insert(
            0,
            Jwk(Map::from_iter([
                ("kty".to_owned(), Value::from("oct")),
                ("k".to_owned(), b64::encode(password.expose()).into()),
            ])),
        );
    }
    if keys.is_empty() {
        return model.complain(
            "There is no private key to decrypt with: import the recipient's key, or give the password.",
        );
    }
    let job = model.begin("Decrypting a token", Purpose::Decrypt(id));
    effects.push(Effect::Decrypt(job, raw, keys));
}

/// An encrypted token has been opened, or not.
pub(super) fn decrypted(model: &mut Model, job: JobId, found: Decrypted) {
    let Some(job) = model.jobs.remove(&job) else {
        return;
    };
    let Purpose::Decrypt(id) = job.purpose else {
        return;
    };
    if found.layers.is_empty() {
        let why = found
            .stopped
            .map_or_else(|| "it is empty".to_owned(), |why| why.to_string());
        return model.complain(format!("The token was not decrypted: {why}."));
    }
    let (raw, what) = content(&found);
    let before = Arc::clone(&model.workspace);
    let place = token::place_of(model, id);
    let inner = token::take(model, raw.into(), format!("decrypted from {place}"));
    history::record(model, before, "Decrypt token".into(), None);
    let layers = match found.layers.len() {
        1 => String::new(),
        n => format!(" {n} layers were opened."),
    };
    model.say(format!("{what}{layers}"));
    for note in found.layers.iter().flat_map(|layer| &layer.notes) {
        model.say(format!("{note}."));
    }
    if let Some(why) = &found.stopped {
        model.complain(format!(
            "What is inside is encrypted again and was not opened: {why}."
        ));
    }
    token::bring_to_front(model, inner);
}

/// What is put into the tray, and what is said of it.
fn content(found: &Decrypted) -> (String, String) {
    if let Some(inner) = &found.inner {
        let what = match inner.form {
            Form::Jwe => "Decrypted: a token that is encrypted again.",
            _ => "Decrypted: a signed token.",
        };
        return (inner.raw.to_string(), what.into());
    }
    let Ok(text) = std::str::from_utf8(&found.core) else {
        let what = format!(
            "Decrypted: {} bytes that are no text, shown in base64url.",
            found.core.len()
        );
        return (b64::encode(&*found.core), what);
    };
    if json::parse(text.as_bytes()).is_ok_and(|found| found.value.is_object()) {
        let header = r#"{"alg":"none","typ":"JWT"}"#;
        let what = "Decrypted: claims that nobody signed. Whoever knows the recipient's key could have \
                    written them (RFC 8725bis).";
        let raw = format!("{}.{}.", b64::encode(header), b64::encode(text));
        return (raw, what.into());
    }
    (
        text.to_owned(),
        "Decrypted: a text that is no token.".into(),
    )
}

fn seal(model: &mut Model, id: TokenId, key: KeyId, enc: &str, effects: &mut Vec<Effect>) {
    let Some(raw) = token::text_of(model, id) else {
        return token::missing(model, id);
    };
    let Some(entry) = model.workspace.key(key) else {
        return model.complain("That key is no longer in the workspace.");
    };
    let name = escape(&entry.name).into_owned();
    let Some(alg) = Manage::parse(&entry.alg) else {
        return model.complain(format!(
            "{name} is a key for {}, which signs: encrypting needs a key for RSA-OAEP-256, \
             ECDH-ES+A256KW, A256KW or the like.",
            escape(&entry.alg)
        ));
    };
    let Some(enc) = Enc::parse(enc) else {
        return model.complain(format!("`{}` is no content encryption.", escape(enc)));
    };
    let public = match &entry.public {
        Some(Value::Object(members)) => Some(Jwk(members.clone())),
        _ => model.vault.keys.get(&key).cloned(),
    };
    let Some(public) = public else {
        return model.complain(format!("{name} is locked: unlock it with the passphrase."));
    };
    let mut header = Map::new();
    header.insert("alg".into(), alg.name().into());
    header.insert("enc".into(), enc.name().into());
    if let Some(kid) = public.kid() {
        header.insert("kid".into(), kid.into());
    }
    // RFC 7519 §5.2: a nested JWT must say so.
    if crate::token::decode::decode(&raw).form == Form::Compact {
        header.insert("cty".into(), "JWT".into());
    }
    let job = model.begin(format!("Encrypting to {name}"), Purpose::Encrypt(id));
    effects.push(Effect::Encrypt(job, raw, header, public));
}

/// A token has been encrypted, or not.
pub(super) fn encrypted(model: &mut Model, job: JobId, sealed: Result<String, String>) {
    let Some(job) = model.jobs.remove(&job) else {
        return;
    };
    let Purpose::Encrypt(id) = job.purpose else {
        return;
    };
    match sealed {
        Ok(raw) => {
            let before = Arc::clone(&model.workspace);
            let place = token::place_of(model, id);
            let made = token::take(model, raw.into(), format!("encrypted from {place}"));
            history::record(model, before, "Encrypt token".into(), None);
            token::bring_to_front(model, made);
            model.say("Encrypted: the token in the tray is the new one.");
        }
        Err(why) => model.complain(format!("The token was not encrypted: {why}.")),
    }
}
