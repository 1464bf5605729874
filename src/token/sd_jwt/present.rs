//! Presentations of an SD-JWT: which disclosures go with it, and the proof that its holder made it
//! (RFC 9901 §7.2).

use std::collections::HashSet;

use serde_json::{Value, json};

use super::{ClaimState, Disclosure, EditError, SdJwt, disclosure, opened, split};
use crate::{
    jose::{Alg, Jwk, b64, crypto},
    token::{
        Token,
        craft::{self, CraftError},
        decode::decode,
        json_text,
    },
};

/// The presentation without these disclosures and those that only they lead to. The key binding is
/// left out: it was made for what was presented before. What the issuer signed keeps its bytes: this is no
/// edit of it, as [`super::edit`] is.
pub fn hide(token: &Token, disclosures: &[&str]) -> Result<String, CraftError> {
    let sd = opened(token)?;
    let mut gone: HashSet<&str> = disclosures.iter().copied().collect();
    let places: HashSet<&str> = sd
        .disclosures
        .iter()
        .filter(|d| gone.contains(d.text.as_str()))
        .filter_map(|d| d.pointer.as_deref())
        .collect();
    for one in &sd.disclosures {
        if let Some(pointer) = one.pointer.as_deref()
            && around(pointer).any(|outer| places.contains(outer))
        {
            gone.insert(&one.text);
        }
    }
    let kept: Vec<&str> = texts(sd).filter(|text| !gone.contains(text)).collect();
    if kept.len() == sd.disclosures.len() {
        return Err(EditError::NoDisclosure.into());
    }
    write(token, &kept, None)
}

/// The presentation with disclosures of the token as it was received, and with those that lead to
/// them. The key binding is left out.
pub fn show(token: &Token, received: &Token, disclosures: &[&str]) -> Result<String, CraftError> {
    let sd = opened(token)?;
    let all = opened(received)?;
    let asked: HashSet<&str> = disclosures.iter().copied().collect();
    let mut places: HashSet<&str> = HashSet::new();
    for one in &all.disclosures {
        if let Some(pointer) = one
            .pointer
            .as_deref()
            .filter(|_| asked.contains(&*one.text))
        {
            places.extend(around(pointer).chain([pointer]));
        }
    }
    if places.is_empty() {
        return Err(EditError::NotReceived.into());
    }
    // In the order in which they were received; what came beside them stands behind.
    let there: HashSet<&str> = texts(sd).collect();
    let leads = |one: &Disclosure| one.pointer.as_deref().is_some_and(|p| places.contains(p));
    let mut kept: Vec<&str> = all
        .disclosures
        .iter()
        .filter(|d| there.contains(&*d.text) || leads(d))
        .map(|d| d.text.as_str())
        .collect();
    let received: HashSet<&str> = texts(all).collect();
    kept.extend(texts(sd).filter(|text| !received.contains(text)));
    // Of a claim that was edited since, no hash is left that asks for what was received.
    let made = decode(&write(token, &kept, None)?);
    let asked_for: HashSet<&str> = opened(&made)?
        .disclosures
        .iter()
        .filter(|d| d.pointer.is_some())
        .map(|d| d.text.as_str())
        .collect();
    kept.retain(|text| there.contains(text) || asked_for.contains(text));
    if kept.len() == there.len() {
        return Err(EditError::NothingLeft.into());
    }
    write(token, &kept, None)
}

/// Whether anything that was received is left out, and can be disclosed again.
pub fn leaves_out(sd: &SdJwt, received: &SdJwt) -> bool {
    let known: HashSet<&str> = received.disclosures.iter().map(|d| &*d.digest).collect();
    let mut places = sd.places.iter();
    places.any(|place| matches!(&place.state, ClaimState::Hidden(hash) if known.contains(&**hash)))
}

fn texts(sd: &SdJwt) -> impl Iterator<Item = &str> {
    sd.disclosures.iter().map(|d| d.text.as_str())
}

/// The pointers to what is around a place, itself left out.
fn around(pointer: &str) -> impl Iterator<Item = &str> {
    pointer
        .match_indices('/')
        .skip(1)
        .map(|(at, _)| &pointer[..at])
}

/// The key that the presentation must be bound by (RFC 9901 §4.1.2): `cnf.jwk`.
pub fn holder(token: &Token) -> Option<Jwk> {
    let jwk = token.claim("cnf")?.get("jwk")?.as_object()?;
    Some(Jwk(jwk.clone()))
}

/// The presentation bound to its holder: with a key binding JWT over what is presented, for this
/// audience and nonce, made at `iat` (RFC 9901 §4.3). One that is there is replaced.
pub fn bind(
    token: &Token,
    key: &Jwk,
    alg: &Alg,
    audience: &str,
    nonce: &str,
    iat: i64,
) -> Result<String, CraftError> {
    let all: Vec<&str> = texts(opened(token)?).collect();
    let named = token.signed_map().get("_sd_alg").and_then(Value::as_str);
    let named = named.unwrap_or("sha-256");
    let presented = presented(token, &all)?;
    let hash = crypto::digest(named, presented.as_bytes()).ok_or(EditError::HashAlgorithm)?;
    let claims =
        json!({ "iat": iat, "aud": audience, "nonce": nonce, "sd_hash": b64::encode(hash) });
    // The header names no key: the one in `cnf` is meant.
    let mut bare = key.clone();
    bare.0.shift_remove("kid");
    let bound = craft::mint(&json!({ "typ": "kb+jwt" }), &claims, &bare, alg)?;
    write(token, &all, Some(&bound))
}

/// The presentation without its key binding.
pub fn unbind(token: &Token) -> Result<String, CraftError> {
    let all: Vec<&str> = texts(opened(token)?).collect();
    write(token, &all, None)
}

/// The token with these disclosures and this key binding behind what the issuer signed.
pub(super) fn write(
    token: &Token,
    disclosures: &[&str],
    binding: Option<&str>,
) -> Result<String, CraftError> {
    if !token.raw.starts_with('{') {
        let mut out = split(&token.raw).0.to_owned();
        for one in disclosures {
            out.push('~');
            out.push_str(one);
        }
        out.push('~');
        out.push_str(binding.unwrap_or(""));
        return Ok(out);
    }
    let header = format!("{}/header", signer(token));
    let gone = |pointer: &str| CraftError::Pointer(pointer.to_owned());
    let at = format!("{header}/disclosures");
    let out =
        json_text::set(&token.raw, &at, Some(&json!(disclosures))).ok_or_else(|| gone(&at))?;
    let at = format!("{header}/kb_jwt");
    let there = token
        .disclosed
        .as_ref()
        .is_some_and(|sd| sd.binding.is_some());
    match binding {
        None if !there => Ok(out),
        binding => {
            let value = binding.map(Value::from);
            json_text::set(&out, &at, value.as_ref()).ok_or_else(|| gone(&at))
        }
    }
}

/// JSON Pointer to the object that holds the disclosures, in the JSON forms (RFC 9901 §8).
fn signer(token: &Token) -> &'static str {
    match token.form {
        crate::token::Form::General => "/signatures/0",
        _ => "",
    }
}

/// What `sd_hash` is the hash of (RFC 9901 §4.3.1).
fn presented(token: &Token, disclosures: &[&str]) -> Result<String, CraftError> {
    let signed = if token.raw.starts_with('{') {
        let all: Value = serde_json::from_str(&token.raw).map_err(|_| EditError::NotJson)?;
        let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or("").to_owned();
        let one = all.pointer(signer(token)).unwrap_or(&Value::Null);
        format!(
            "{}.{}.{}",
            text(one.get("protected")),
            text(all.get("payload")),
            text(one.get("signature"))
        )
    } else {
        split(&token.raw).0.to_owned()
    };
    Ok(format!(
        "{signed}~{}",
        disclosures
            .iter()
            .map(|one| format!("{one}~"))
            .collect::<String>()
    ))
}

impl ClaimState {
    /// The disclosure of the token as it was `received` that a hash stands for: one that was left
    /// out of the presentation.
    pub fn left_out<'a>(&self, received: &'a SdJwt) -> Option<&'a Disclosure> {
        let Self::Hidden(hash) = self else {
            return None;
        };
        received.disclosures.iter().find(|d| d.digest == *hash)
    }
}

impl Disclosure {
    /// The name of the claim that a disclosure holds, from its text.
    pub fn name_of(text: &str) -> Option<String> {
        disclosure(text).ok()?.0
    }
}
