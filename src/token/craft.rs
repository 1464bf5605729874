//! Edits of a token as operations on its text: what is not edited keeps its bytes.

mod bytes;
mod error;
mod signatures;

use serde_json::{Map, Value};

use super::{json_text, sd_jwt};
use crate::{
    jose::{Alg, Jwk, b64, crypto, jws::Compact},
    kit::{json, text::escape},
};

pub use self::{
    bytes::{bytes, set_bytes},
    error::{CraftError, NoObject, NotEditable},
    signatures::{add_signature, remove_signature},
};

/// Which part an edit is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// Protected header; of several signatures that of the first.
    Header,
    /// Payload.
    Payload,
    /// Header of a further signature of the general JSON form: its number, from 1.
    HeaderOf(usize),
}

impl Part {
    /// The header of the signature of this number, from 0.
    pub fn header(signature: usize) -> Self {
        match signature {
            0 => Self::Header,
            n => Self::HeaderOf(n),
        }
    }

    /// Whether it is a header.
    pub fn is_header(self) -> bool {
        self != Self::Payload
    }

    /// The number of the signature that it belongs to; 0 for the payload, which belongs to all.
    pub fn signature(self) -> usize {
        match self {
            Self::HeaderOf(n) => n,
            Self::Header | Self::Payload => 0,
        }
    }
}

/// Replaces the text of a part. JSON objects without duplicates are stored without spaces between
/// members, anything else byte for byte, so that half-typed text is not lost. Text that is what
/// [`text()`] shows changes nothing, so that opening an editor does not break a signature.
pub fn set_text(raw: &str, part: Part, text: &str) -> Result<String, CraftError> {
    let clean = json::parse(text.as_bytes())
        .is_ok_and(|found| found.value.is_object() && found.duplicates.is_empty());
    set_read_text(raw, part, text, clean)
}

/// [`set_text`] for a text that has been read: `clean` says that it is a JSON object without
/// duplicates.
pub fn set_read_text(raw: &str, part: Part, text: &str, clean: bool) -> Result<String, CraftError> {
    let parts = split(raw, part.signature())?;
    // What is shown differs from what is stored in white space at most: only then the costly
    // comparison can tell that nothing was changed. More than is stored is a change in any case.
    let bare = json_text::minify(text);
    let may_be_same = bare.len() <= parts.longest(part)
        && stored(&parts, part).is_ok_and(|old| json_text::minify(&old) == bare);
    if may_be_same && self::text(raw, part).is_ok_and(|shown| shown == text) {
        return Ok(raw.to_owned());
    }
    replace(&parts, part, if clean { &bare } else { text })
}

/// The text of a part for an editor: indented when it is clean JSON, else as it stands.
pub fn text(raw: &str, part: Part) -> Result<String, CraftError> {
    let text = stored(&split(raw, part.signature())?, part)?;
    let clean = json::parse(text.as_bytes())
        .is_ok_and(|found| found.value.is_object() && found.duplicates.is_empty());
    Ok(if clean {
        json_text::indent(&text)
    } else {
        text
    })
}

/// Sets the member at `pointer` (RFC 6901), making objects on the way; `None` removes it. `-` as
/// the last name appends to an array. Every other byte of the token stays. A header parameter that
/// stands unprotected is set there.
#[allow(clippy::needless_pass_by_value)] // callers give the value away
pub fn set(
    raw: &str,
    part: Part,
    pointer: &str,
    value: Option<Value>,
) -> Result<String, CraftError> {
    let parts = split(raw, part.signature())?;
    if part.is_header()
        && let Some(open) = parts.unprotected(pointer)
    {
        return put(raw, &open, value.as_ref());
    }
    let text = object(&parts, part)?;
    let changed = json_text::set(&text, pointer, value.as_ref())
        .ok_or_else(|| CraftError::Pointer(escape(pointer).into_owned()))?;
    replace(&parts, part, &changed)
}

/// Gives a member of header or payload another name, at its place.
///
/// # Errors
///
/// When there is no such member, or the name is taken.
pub fn rename(raw: &str, part: Part, pointer: &str, name: &str) -> Result<String, CraftError> {
    let parts = split(raw, part.signature())?;
    let named = |text: &str, pointer: &str| {
        if json_text::get(text, pointer).is_none() {
            return Err(CraftError::Pointer(escape(pointer).into_owned()));
        }
        json_text::rename(text, pointer, name)
            .ok_or_else(|| CraftError::Taken(escape(name).into_owned()))
    };
    if part.is_header()
        && let Some(open) = parts.unprotected(pointer)
    {
        return named(raw, &open);
    }
    let text = object(&parts, part)?;
    replace(&parts, part, &named(&text, pointer)?)
}

/// The text of the payload, which is a JSON object, replaced by what `edit` makes of it.
pub(super) fn rewrite(
    raw: &str,
    edit: impl FnOnce(&str) -> Result<String, CraftError>,
) -> Result<String, CraftError> {
    let parts = split(raw, 0)?;
    let text = object(&parts, Part::Payload)?;
    replace(&parts, Part::Payload, &edit(&text)?)
}

/// Builds the nested `act` value from entries, outermost first; `None` for none.
pub fn nest_actors(entries: &[Map<String, Value>]) -> Option<Value> {
    entries.iter().rev().fold(None, |inner, entry| {
        let mut entry = entry.clone();
        entry.shift_remove("act");
        if let Some(inner) = inner {
            entry.insert("act".into(), inner);
        }
        Some(Value::Object(entry))
    })
}

/// Signs `raw` again, in any form: sets `alg` (and `kid` when the key has one), keeps every other byte
/// of the payload. Of several signatures the first is made anew.
pub fn sign(raw: &str, key: &Jwk, alg: &Alg) -> Result<String, CraftError> {
    sign_at(raw, 0, key, alg)
}

/// [`sign`] for the signature of this number, from 0.
pub fn sign_at(raw: &str, n: usize, key: &Jwk, alg: &Alg) -> Result<String, CraftError> {
    let parts = split(raw, n)?;
    let header = object(&parts, Part::Header)?;
    let mut header = put(&header, "/alg", Some(&alg.name().into()))?;
    if let Some(kid) = key.kid() {
        header = put(&header, "/kid", Some(&kid.into()))?;
    }
    let header = b64::encode(header);
    let input = format!("{header}.{}", parts.payload());
    let signature = crypto::sign(key, alg, input.as_bytes())?;
    parts.signed(&header, &b64::encode(signature))
}

/// Makes a compact token from header members and claims, signed. `alg` stands first; the key's
/// `kid` is added unless the header has one, or carries the key itself (`jwk`).
pub fn mint(header: &Value, claims: &Value, key: &Jwk, alg: &Alg) -> Result<String, CraftError> {
    let not_json = |part| CraftError::NotJson {
        part,
        reason: NoObject::Needed,
    };
    let members = header.as_object().ok_or_else(|| not_json("header"))?;
    if !claims.is_object() {
        return Err(not_json("payload"));
    }
    let mut all = Map::new();
    all.insert("alg".into(), alg.name().into());
    for (name, value) in members {
        if name != "alg" {
            all.insert(name.clone(), value.clone());
        }
    }
    if let Some(kid) = key.kid()
        && !all.contains_key("kid")
        && !all.contains_key("jwk")
    {
        all.insert("kid".into(), kid.into());
    }
    seal(
        &b64::encode(Value::Object(all).to_string()),
        &b64::encode(claims.to_string()),
        key,
        alg,
    )
}

fn seal(header: &str, payload: &str, key: &Jwk, alg: &Alg) -> Result<String, CraftError> {
    let input = format!("{header}.{payload}");
    let signature = crypto::sign(key, alg, input.as_bytes())?;
    Ok(format!("{input}.{}", b64::encode(signature)))
}

/// A JWS that can be edited, in any form. Of several signatures the first is meant.
enum Editable<'a> {
    /// With the tail of an SD-JWT, which stays as it is, key binding included: whoever forges keeps it,
    /// and the verdict says that it no longer fits.
    Compact(Compact<'a>, &'a str),
    Json {
        text: &'a str,
        /// Pointer to the object that holds the signature: empty in the flattened form.
        signer: String,
        protected: String,
        /// The unprotected header.
        open: Map<String, Value>,
        payload: String,
        unencoded: bool,
    },
}

impl Editable<'_> {
    fn header(&self) -> &str {
        match self {
            Self::Compact(parts, _) => parts.header,
            Self::Json { protected, .. } => protected,
        }
    }

    fn payload(&self) -> &str {
        match self {
            Self::Compact(parts, _) => parts.payload,
            Self::Json { payload, .. } => payload,
        }
    }

    /// Where in the text a header parameter stands unprotected, when it does.
    fn unprotected(&self, pointer: &str) -> Option<String> {
        let Self::Json { signer, open, .. } = self else {
            return None;
        };
        let first = pointer.strip_prefix('/')?.split('/').next()?;
        let name = first.replace("~1", "/").replace("~0", "~");
        open.contains_key(&name)
            .then(|| format!("{signer}/header{pointer}"))
    }

    /// Bytes that a part holds at most, by the length of its text.
    fn longest(&self, part: Part) -> usize {
        match part {
            Part::Header | Part::HeaderOf(_) => self.header().len().max(2), // none is shown as `{}`
            Part::Payload if self.unencoded() => self.payload().len(),
            Part::Payload => self.payload().len() / 4 * 3 + 3,
        }
    }

    /// Whether the payload stands unencoded (RFC 7797).
    fn unencoded(&self) -> bool {
        match self {
            Self::Compact(parts, _) => b64::decode(parts.header)
                .ok()
                .and_then(|bytes| json::parse(&bytes).ok())
                .is_some_and(|header| header.value.get("b64") == Some(&Value::Bool(false))),
            Self::Json { unencoded, .. } => *unencoded,
        }
    }

    /// The token with a part replaced; `text` as it is to stand there.
    fn with(&self, part: Part, text: &str) -> Result<String, CraftError> {
        match self {
            Self::Compact(parts, tail) => {
                let (header, payload) = match part {
                    Part::Header | Part::HeaderOf(_) => (text, parts.payload),
                    Part::Payload => (parts.header, text),
                };
                Ok(format!("{header}.{payload}.{}{tail}", parts.signature))
            }
            Self::Json {
                text: raw, signer, ..
            } => match part {
                Part::Header | Part::HeaderOf(_) => {
                    put(raw, &format!("{signer}/protected"), Some(&text.into()))
                }
                Part::Payload => put(raw, "/payload", Some(&text.into())),
            },
        }
    }

    /// The token with header and signature replaced.
    fn signed(&self, header: &str, signature: &str) -> Result<String, CraftError> {
        match self {
            Self::Compact(parts, tail) => {
                Ok(format!("{header}.{}.{signature}{tail}", parts.payload))
            }
            Self::Json { text, signer, .. } => {
                let mut out = put(text, &format!("{signer}/protected"), Some(&header.into()))?;
                // What is protected now must not stand in the other header as well.
                for name in ["alg", "kid"] {
                    let open = format!("{signer}/header/{name}");
                    let value = json::parse(out.as_bytes()).map(|found| found.value);
                    if value.is_ok_and(|value| value.pointer(&open).is_some()) {
                        out = put(&out, &open, None)?;
                    }
                }
                put(
                    &out,
                    &format!("{signer}/signature"),
                    Some(&signature.into()),
                )
            }
        }
    }
}

fn put(text: &str, pointer: &str, value: Option<&Value>) -> Result<String, CraftError> {
    json_text::set(text, pointer, value).ok_or_else(|| CraftError::Pointer(pointer.to_owned()))
}

/// A token as it can be edited; of several signatures the one of this number.
fn split(raw: &str, n: usize) -> Result<Editable<'_>, CraftError> {
    if raw.trim_start().starts_with('{') {
        return split_json(raw, n);
    }
    if n > 0 {
        return Err(NotEditable::OneSignature.into());
    }
    let (signed, tail) = sd_jwt::split(raw);
    let why = match signed.split('.').count() {
        2 | 3 => {
            return Compact::split(signed)
                .map(|parts| Editable::Compact(parts, tail))
                .ok_or_else(|| NotEditable::NoParts.into());
        }
        5 => NotEditable::Encrypted,
        1 => NotEditable::Opaque,
        _ => NotEditable::Parts,
    };
    Err(why.into())
}

fn split_json(raw: &str, n: usize) -> Result<Editable<'_>, CraftError> {
    let found = json::parse(raw.as_bytes()).map_err(NotEditable::from)?;
    if found.value.get("ciphertext").is_some() {
        return Err(NotEditable::Encrypted.into());
    }
    if !found.duplicates.is_empty() {
        return Err(NotEditable::Twice.into());
    }
    let signer = match found.value.get("signatures") {
        Some(_) => format!("/signatures/{n}"),
        None if n > 0 => return Err(NotEditable::OneSignature.into()),
        None => String::new(),
    };
    let one = found
        .value
        .pointer(&signer)
        .filter(|one| one.is_object())
        .ok_or(NotEditable::NoSignature)?;
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or("").to_owned();
    let protected = text(one.get("protected"));
    let unencoded = b64::decode(&protected)
        .ok()
        .and_then(|bytes| json::parse(&bytes).ok())
        .is_some_and(|header| header.value.get("b64") == Some(&Value::Bool(false)));
    Ok(Editable::Json {
        text: raw,
        signer,
        protected,
        open: one
            .get("header")
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default(),
        payload: text(found.value.get("payload")),
        unencoded,
    })
}

fn label(part: Part) -> &'static str {
    match part {
        Part::Header | Part::HeaderOf(_) => "header",
        Part::Payload => "payload",
    }
}

/// The decoded text of a part.
fn stored(parts: &Editable<'_>, part: Part) -> Result<String, CraftError> {
    let encoded = match part {
        Part::Header | Part::HeaderOf(_) if parts.header().is_empty() => return Ok("{}".into()),
        Part::Header | Part::HeaderOf(_) => parts.header(),
        Part::Payload if parts.unencoded() => return Ok(parts.payload().to_owned()),
        Part::Payload => parts.payload(),
    };
    let part = label(part);
    let bytes = b64::decode(encoded.trim_end_matches('='))
        .map_err(|why| NotEditable::Base64 { part, why })?;
    String::from_utf8(bytes).map_err(|_| NotEditable::NotText { part }.into())
}

/// The decoded text of a part that is a JSON object.
fn object(parts: &Editable<'_>, part: Part) -> Result<String, CraftError> {
    let not_json = |reason| CraftError::NotJson {
        part: label(part),
        reason,
    };
    let text = stored(parts, part)?;
    match json::parse(text.as_bytes()) {
        Ok(found) if found.value.is_object() => Ok(text),
        Ok(_) => Err(not_json(NoObject::OtherType)),
        Err(e) => Err(not_json(NoObject::NotJson(e))),
    }
}

fn replace(parts: &Editable<'_>, part: Part, text: &str) -> Result<String, CraftError> {
    if part == Part::Payload && parts.unencoded() {
        return parts.with(part, text);
    }
    parts.with(part, &b64::encode(text))
}
