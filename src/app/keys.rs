//! Keys of the tray. Public parts stand in the document, private ones in the vault.

use std::sync::Arc;

use super::{
    Effect, Model, history,
    model::{Practice, Purpose},
    noun::{Entry, Noun, Rank, Undo, offer},
    practice,
    session::{LockedKey, Selection},
    workspace::KeyEntry,
};
use crate::{
    jose::{
        Jwk, Jwks, KeyError, pem,
        secret::{self, Encoding},
    },
    kit::{
        Env,
        ids::{JobId, KeyId},
        json,
        secret::Secret,
        text::{escape, shorten},
    },
    practice::Faults,
};

/// Keys that one text may bring.
const MAX_KEYS: usize = 200;

/// What can be asked of the keys of the tray.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Generate a key for an algorithm name.
    Generate {
        /** `ES256` ... */
        alg: String,
        /** Name. */
        name: String,
    },
    /// Import PEM, JWK or JWKS text.
    Import {
        /** Text. */
        text: Secret,
        /** Name; an empty one is made from the key. */
        name: String,
    },
    /// Open the key that waits for its passphrase; an empty one gives it up.
    Open(Secret),
    /// Import a shared secret, or a password, for an algorithm.
    ImportSecret {
        /** As it is written. */
        secret: Secret,
        /** How it is written. */
        encoding: Encoding,
        /** `HS256`, `A128KW`, `dir`, `PBES2-HS256+A128KW` ... */
        alg: String,
        /** Name. */
        name: String,
    },
    /// Put the signing key of the practice server with these faults into the tray.
    TakePractice(Faults),
    /// Rename.
    Rename(KeyId, String),
    /// Delete, the private part as well.
    Delete(KeyId),
}

/// Algorithms of the keys that the palette offers to generate.
const OFFERED: [&str; 5] = ["ES256", "RS256", "PS256", "EdDSA", "HS256"];

impl Noun for Command {
    fn label(&self) -> String {
        match self {
            Self::Generate { alg, .. } => format!("Generate {} key", escape(alg)),
            Self::Import { .. } => "Import key".into(),
            Self::Open(_) => "Open an encrypted key".into(),
            Self::ImportSecret { .. } => "Import secret".into(),
            Self::TakePractice(faults) => {
                format!("Take the key of {}", escape(&practice::title(faults)))
            }
            Self::Rename(..) => "Rename key".into(),
            Self::Delete(_) => "Delete key".into(),
        }
    }

    fn undo(&self) -> Undo {
        match self {
            Self::Import { .. }
            | Self::ImportSecret { .. }
            | Self::TakePractice(_)
            | Self::Delete(_) => Undo::Step,
            Self::Rename(id, _) => Undo::Merged(format!("{id} name")),
            // What comes of it is a step, when it has come.
            Self::Generate { .. } | Self::Open(_) => Undo::No,
        }
    }

    fn update(self, model: &mut Model, _env: &Env, effects: &mut Vec<Effect>) {
        match self {
            Self::Generate { alg, name } => {
                let id = KeyId(model.ids.allot());
                let job = model.begin(
                    format!("Generating {} key", escape(&alg)),
                    Purpose::Key {
                        name,
                        alg: alg.clone(),
                    },
                );
                effects.push(Effect::GenerateKey(job, id, alg));
            }
            Self::Import { text, name } => import(model, text.expose(), &name, "imported"),
            Self::Open(passphrase) => {
                if passphrase.is_empty() {
                    model.session.locked_keys.remove(0);
                } else {
                    try_on(model, 0, (passphrase, false), effects);
                }
            }
            Self::ImportSecret {
                secret,
                encoding,
                alg,
                name,
            } => import_secret(model, &secret, encoding, &alg, &name),
            Self::TakePractice(faults) => take_practice(model, &faults),
            Self::Rename(id, name) => {
                let Some(entry) = model.document().keys.iter_mut().find(|k| k.id == id) else {
                    return model.complain("That key is no longer in the workspace.");
                };
                entry.name = name;
            }
            Self::Delete(id) => {
                if model.workspace.key(id).is_none() {
                    return model.complain("That key is no longer in the workspace.");
                }
                // The private part stays in memory until the program ends, so that undo can bring
                // the key back; from the keychain and the file it goes at the next save.
                model.document().keys.retain(|k| k.id != id);
            }
        }
    }

    fn palette(_model: &Model, entries: &mut Vec<Entry<Self>>) {
        for alg in OFFERED {
            let generate = Self::Generate {
                alg: alg.into(),
                name: format!("{alg} key"),
            };
            entries.push(offer(Rank::Whole, "", generate));
        }
    }
}

fn import_secret(model: &mut Model, secret: &Secret, encoding: Encoding, alg: &str, name: &str) {
    let key = encoding
        .read(secret.expose())
        .and_then(|bytes| secret::key(&bytes, alg));
    match key {
        Ok(jwk) => {
            let name = naming(model, &jwk, alg, name);
            let id = add(model, jwk, &name, alg, "imported", false);
            model.session.selection = Selection::Key(id);
        }
        Err(why) => model.complain(format!("The secret was not imported: {why}.")),
    }
}

fn take_practice(model: &mut Model, faults: &Faults) {
    let Some(Practice::Running(info)) = model.practice.get(faults).cloned() else {
        return model.complain(format!("{} does not run.", practice::title(faults)));
    };
    let mut kept = model.workspace.keys.iter();
    if kept.any(|k| model.vault.keys.get(&k.id) == Some(&info.key)) {
        return model.say("Its key is in the tray already.");
    }
    // A secret is published nowhere.
    let published = info.jwks.keys.first().and_then(|k| k.text("alg"));
    let alg = published.unwrap_or("HS256").to_owned();
    let name = format!("{} · {}", practice::title(faults), info.issuer);
    let key = info.key.clone();
    add(model, key, &name, &alg, "practice server", true);
    model.say("The key of the practice server is in the tray: forgeries are signed with it.");
}

/// A key has been generated.
pub(super) fn generated(model: &mut Model, job: JobId, id: KeyId, key: Result<Jwk, String>) {
    let Some(job) = model.jobs.remove(&job) else {
        return;
    };
    let Purpose::Key { name, alg } = job.purpose else {
        return;
    };
    match key {
        Ok(jwk) => {
            let before = Arc::clone(&model.workspace);
            let name = if name.trim().is_empty() {
                format!("{alg} key")
            } else {
                name
            };
            insert(model, id, jwk, &name, &alg, "generated", true);
            model.session.selection = Selection::Key(id);
            let label = format!("Generate {} key", escape(&alg));
            history::record(model, before, label, None);
            model.say(format!("{} generated.", escape(&name)));
        }
        Err(why) => model.complain(format!(
            "A key for {} could not be generated: {why}.",
            escape(&alg)
        )),
    }
}

/// Whether a text is a key rather than anything else that is pasted.
pub(super) fn looks_like_key(text: &str) -> bool {
    if text.starts_with("-----BEGIN ") {
        return true;
    }
    // The base64 of a PEM whose BEGIN and END lines are lost.
    let base64 = |b: u8| b.is_ascii_alphanumeric() || b"+/= \r\n\t".contains(&b);
    if text.starts_with('M') && text.len() > 40 && text.bytes().all(base64) {
        return matches!(pem::read(text), Ok(_) | Err(KeyError::Locked(_)));
    }
    if !text.starts_with('{') || !(text.contains("\"kty\"") || text.contains("\"keys\"")) {
        return false;
    }
    let Ok(json) = json::parse(text.as_bytes()) else {
        return false;
    };
    let is_key = |v: &serde_json::Value| v.get("kty").is_some_and(serde_json::Value::is_string);
    is_key(&json.value)
        || json
            .value
            .get("keys")
            .and_then(|k| k.as_array())
            .is_some_and(|keys| keys.iter().any(is_key))
}

/// Takes the keys of a PEM, JWK or JWKS text.
pub(super) fn import(model: &mut Model, text: &str, name: &str, origin: &str) {
    let keys = match pem::read(text) {
        Ok(keys) => keys,
        Err(KeyError::Locked(_)) => {
            model.session.locked_keys.add(LockedKey {
                text: Secret::new(text),
                name: name.to_owned(),
                origin: origin.to_owned(),
                error: None,
                job: None,
            });
            return;
        }
        Err(why) => return model.complain(format!("The key was not imported: {why}.")),
    };
    take_in(model, keys, name, origin);
}

/// Tries a passphrase on a key that waits for one.
fn try_on(
    model: &mut Model,
    place: usize,
    (passphrase, proven): (Secret, bool),
    effects: &mut Vec<Effect>,
) {
    let Some(key) = model.session.locked_keys.waiting.get(place) else {
        return;
    };
    if model.tries(key) {
        return;
    }
    let what = format!("Opening {}", escape(&key.name));
    let text = key.text.clone();
    let purpose = Purpose::Keys {
        passphrase: passphrase.clone(),
        proven,
    };
    let job = model.begin(what, purpose);
    if let Some(key) = model.session.locked_keys.waiting.get_mut(place) {
        key.job = Some(job);
    }
    effects.push(Effect::ReadKeys(job, text, passphrase));
}

/// A passphrase has been tried on a key. When it fits it is tried on those that wait as well, one after
/// the other: many are kept under one. That it does not fit those is not told, for nobody said it did.
pub(super) fn read(
    model: &mut Model,
    job: JobId,
    keys: Result<Vec<Jwk>, KeyError>,
    effects: &mut Vec<Effect>,
) {
    let Some(Purpose::Keys { passphrase, proven }) = model.jobs.remove(&job).map(|j| j.purpose)
    else {
        return;
    };
    let waiting = &mut model.session.locked_keys.waiting;
    let Some(place) = waiting.iter().position(|key| key.job == Some(job)) else {
        return; // given up meanwhile
    };
    waiting[place].job = None;
    let next = match keys {
        Err(KeyError::Locked(_)) if proven => place + 1,
        Err(KeyError::Locked(why)) => {
            waiting[place].error = Some(why.to_string());
            return;
        }
        opened => {
            if let Some(key) = model.session.locked_keys.remove(place) {
                match opened {
                    Ok(keys) => {
                        let before = Arc::clone(&model.workspace);
                        take_in(model, keys, &key.name, &key.origin);
                        history::record(model, before, "Import key".into(), None);
                    }
                    Err(why) => model.complain(format!("The key was not imported: {why}.")),
                }
            }
            place
        }
    };
    try_on(model, next, (passphrase, true), effects);
}

fn take_in(model: &mut Model, keys: Vec<Jwk>, name: &str, origin: &str) {
    let count = keys.len();
    let ambiguity = Jwks::ambiguity(&keys);
    let malformed = malformed(&keys);
    let mut last = None;
    let mut new = 0;
    for (n, jwk) in keys.into_iter().take(MAX_KEYS).enumerate() {
        if let Some(known) = known(model, &jwk) {
            last.get_or_insert(known);
            continue;
        }
        let alg = default_alg(&jwk);
        let name = match (count, jwk.kid()) {
            (1, _) => naming(model, &jwk, &alg, name),
            (_, None) if !name.is_empty() => format!("{name} {}", n + 1),
            _ => naming(model, &jwk, &alg, ""),
        };
        last = Some(add(model, jwk, &name, &alg, origin, false));
        new += 1;
    }
    if let Some(id) = last {
        model.session.selection = Selection::Key(id);
    }
    match (new, count) {
        (_, 0) => model.complain("The key set is empty."),
        (0, _) => model.say("This key is in the tray already."),
        (1, _) => model.say("1 key imported."),
        (n, _) => model.say(format!("{n} keys imported.")),
    }
    if let Some(why) = ambiguity {
        model.complain(why);
    }
    if let Some(why) = malformed {
        model.complain(why);
    }
    if count > MAX_KEYS {
        model.complain(format!(
            "The set holds {count} keys; the first {MAX_KEYS} were taken."
        ));
    }
}

/// What is to be told of keys that are written in a way that their standard forbids; nothing when none
/// is.
fn malformed(keys: &[Jwk]) -> Option<String> {
    let mut all = keys.iter().filter_map(|key| Some((key, key.malformed()?)));
    let (key, what) = all.next()?;
    let name = key.kid().map_or_else(
        || key.describe(),
        |kid| format!("`{}`", escape(&shorten(kid, 60))),
    );
    let more = match all.count() {
        0 => String::new(),
        n => format!(" Likewise {n} more of this set."),
    };
    Some(format!(
        "The key {name} is malformed: {what}. No token that it verifies is accepted, for other \
         programs refuse it.{more}"
    ))
}

/// A name for a key that is new: the one that is wished, else its `kid`, else its algorithm and the
/// beginning of its thumbprint. Never one that stands in the tray already.
fn naming(model: &Model, jwk: &Jwk, alg: &str, wished: &str) -> String {
    let taken = |name: &str| model.workspace.keys.iter().any(|key| key.name == name);
    let wished = wished.trim();
    // The hash of a secret that can be guessed would tell it.
    let print = jwk.thumbprint().ok().filter(|_| jwk.kty() != "oct");
    let print = print.map(|print| print.chars().take(6).collect::<String>());
    let own = match (jwk.kid(), &print) {
        _ if !wished.is_empty() => wished.to_owned(),
        (Some(kid), _) if !kid.trim().is_empty() => kid.to_owned(),
        (_, Some(print)) => return unique(&format!("{alg} {print}"), taken),
        _ => format!("{alg} secret"),
    };
    match print {
        Some(print) if taken(&own) => unique(&format!("{own} {print}"), taken),
        _ => unique(&own, taken),
    }
}

fn unique(name: &str, taken: impl Fn(&str) -> bool) -> String {
    let mut all = std::iter::once(name.to_owned()).chain((2..).map(|n| format!("{name} {n}")));
    all.find(|name| !taken(name)).unwrap_or_default()
}

/// The key of the tray with the same material, unless `jwk` brings what it lacks: the private part, or
/// numbers as their standard has them.
fn known(model: &Model, jwk: &Jwk) -> Option<KeyId> {
    let print = |key: &Jwk| key.clone().well_formed().thumbprint().ok();
    let thumbprint = print(jwk)?;
    let same = |entry: &&KeyEntry| {
        let own = match (model.vault.keys.get(&entry.id), &entry.public) {
            (Some(private), _) => private.clone(),
            (None, Some(serde_json::Value::Object(members))) => Jwk(members.clone()),
            _ => return false,
        };
        print(&own).as_ref() == Some(&thumbprint)
            && (model.vault.keys.contains_key(&entry.id) || !jwk.is_private())
            && (own.malformed().is_none() || jwk.malformed().is_some())
    };
    model.workspace.keys.iter().find(same).map(|k| k.id)
}

/// The algorithm to sign with when the key does not say one.
fn default_alg(jwk: &Jwk) -> String {
    if let Some(alg) = jwk.alg() {
        return alg.name().to_owned();
    }
    let encrypts = jwk.text("use") == Some("enc");
    match (jwk.kty(), jwk.text("crv")) {
        ("OKP", Some("X25519")) => "ECDH-ES+A256KW",
        ("EC", _) if encrypts => "ECDH-ES+A256KW",
        ("RSA", _) if encrypts => "RSA-OAEP-256",
        ("oct", _) if encrypts => "A256KW",
        ("EC", Some("P-384")) => "ES384",
        ("EC", Some("P-521")) => "ES512",
        ("EC", Some("secp256k1")) => "ES256K",
        ("EC", _) => "ES256",
        ("OKP", _) => "EdDSA",
        ("oct", _) => "HS256",
        _ => "RS256",
    }
    .into()
}

fn add(model: &mut Model, jwk: Jwk, name: &str, alg: &str, origin: &str, practice: bool) -> KeyId {
    let id = KeyId(model.ids.allot());
    insert(model, id, jwk, name, alg, origin, practice);
    id
}

fn insert(
    model: &mut Model,
    id: KeyId,
    jwk: Jwk,
    name: &str,
    alg: &str,
    origin: &str,
    practice: bool,
) {
    let private = jwk.is_private();
    model.document().keys.push(KeyEntry {
        id,
        name: name.to_owned(),
        alg: alg.to_owned(),
        description: jwk.describe(),
        public: jwk.public().map(|j| serde_json::Value::Object(j.0)),
        private,
        practice,
        origin: origin.to_owned(),
    });
    if private {
        model.vault.keys.insert(id, jwk);
    }
}
