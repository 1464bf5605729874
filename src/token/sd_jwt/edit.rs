//! Edits of claims that are disclosed selectively. What a disclosure holds stands in its text, and its
//! hash stands in what is around it: an edit makes the disclosure anew, and with it all that are around
//! it, up to what the issuer signed.

use serde_json::Value;

use super::{ClaimState, EditError, SdJwt, opened, present::write};
use crate::{
    jose::{b64, crypto},
    kit::{json, text::escape},
    token::{
        Form, Token,
        craft::{self, CraftError},
        decode::decode,
        json_text,
    },
};

/// An edit of a claim.
#[derive(Debug, Clone, PartialEq)]
pub struct Edit {
    /// The claim: [`super::ClaimPlace::pointer`].
    pub pointer: String,
    /// What is to become of it.
    pub change: Change,
}

/// What is to become of a claim, or of an element of an array.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// Set what this JSON Pointer leads to inside its value; an empty one means the value itself. No
    /// value removes it.
    Set(String, Option<Value>),
    /// Name it so.
    Rename(String),
    /// Take it out of what is signed in clear, and disclose it instead.
    Conceal,
    /// Take it out of its disclosure, and put it in clear where its hash stands.
    Reveal,
}

impl Edit {
    /// For menus and undo.
    pub fn label(&self) -> String {
        let name =
            escape(&self.pointer[1.min(self.pointer.len())..].replace('/', ".")).into_owned();
        match &self.change {
            Change::Set(_, Some(_)) => format!("Edit {name}"),
            Change::Set(_, None) => format!("Remove {name}"),
            Change::Rename(_) => format!("Rename {name}"),
            Change::Conceal => format!("Make {name} selectively disclosable"),
            Change::Reveal => format!("Make {name} plain"),
        }
    }
}

/// The token with a claim edited. Each disclosure that changes is made anew with a new salt from
/// `salt`, which should hold 128 bits of randomness (RFC 9901 §4.2.1), and takes the place of the old
/// one; the others stay as they are. Disclosures that nothing leads to any more go. The key binding goes
/// as well: it was made for other claims. The issuer's signature stays, and fits no longer.
///
/// # Errors
///
/// When there is no such claim, a name is taken or may not be used, or the token cannot be edited.
pub fn edit(
    token: &Token,
    edit: &Edit,
    salt: &mut dyn FnMut() -> String,
) -> Result<String, CraftError> {
    let opens = token.disclosed.is_none() && token.form == Form::Compact;
    // Nothing is disclosed selectively yet.
    let begun = opens.then(|| decode(&format!("{}~", token.raw)));
    let token = begun.as_ref().unwrap_or(token);
    let sd = opened(token)?;
    let place = sd
        .places
        .iter()
        .find(|p| p.pointer == edit.pointer && !matches!(p.state, ClaimState::Hidden(_)))
        .ok_or_else(|| CraftError::Pointer(edit.pointer.clone()))?;
    if let Change::Set(inner, Some(value)) = &edit.change
        && place.value.pointer(inner) == Some(value)
    {
        return Ok(token.raw.to_string()); // nothing changes, and no salt is used up
    }
    let mut made = Made {
        sd,
        alg: token
            .signed_map()
            .get("_sd_alg")
            .and_then(Value::as_str)
            .unwrap_or("sha-256"),
        raw: token.raw.to_string(),
        texts: sd
            .disclosures
            .iter()
            .map(|d| Some(d.text.clone()))
            .collect(),
        salt,
    };
    match (&edit.change, &place.state) {
        (_, ClaimState::Hidden(_)) => {}
        (Change::Set(inner, value), ClaimState::Signed(at)) => {
            made.within(None, &|text, _| {
                put(text, &format!("{at}{inner}"), value.as_ref())
            })?;
        }
        (Change::Set(inner, value), ClaimState::Inside(n, at)) => {
            made.within(Some(*n), &|text, root| {
                put(text, &format!("{root}{at}{inner}"), value.as_ref())
            })?;
        }
        (Change::Set(inner, None), ClaimState::Disclosed(n)) if inner.is_empty() => {
            made.take_out(*n, None)?;
        }
        (Change::Set(inner, value), ClaimState::Disclosed(n)) => {
            made.within(Some(*n), &|text, root| {
                put(text, &format!("{root}{inner}"), value.as_ref())
            })?;
        }
        (Change::Rename(name), state) => made.rename(&place.pointer, state, name)?,
        (Change::Conceal, ClaimState::Signed(at)) => made.conceal(None, at)?,
        (Change::Conceal, ClaimState::Inside(n, at)) => made.conceal(Some(*n), at)?,
        (Change::Conceal, ClaimState::Disclosed(_)) => {
            return Err(EditError::ConcealedAlready.into());
        }
        (Change::Reveal, ClaimState::Disclosed(n)) => made.reveal(*n, &place.pointer)?,
        (Change::Reveal, _) => return Err(EditError::ClearAlready.into()),
    }
    let Made { raw, texts, .. } = made;
    let texts: Vec<String> = texts.into_iter().flatten().collect();
    // What the old claims led to and the new ones do not has lost its place.
    let lost = |text: &str| {
        let before = sd.disclosures.iter().find(|d| d.text == text);
        before.is_some_and(|d| d.pointer.is_some())
    };
    let all: Vec<&str> = texts.iter().map(String::as_str).collect();
    let token = decode(&raw);
    let whole = decode(&write(&token, &all, None)?);
    let kept: Vec<&str> = opened(&whole)?
        .disclosures
        .iter()
        .filter(|d| d.pointer.is_some() || !lost(&d.text))
        .map(|d| d.text.as_str())
        .collect();
    if kept.len() == all.len() {
        return Ok(whole.raw.to_string());
    }
    write(&token, &kept, None)
}

fn put(text: &str, pointer: &str, value: Option<&Value>) -> Result<String, CraftError> {
    json_text::set(text, pointer, value).ok_or_else(|| CraftError::Pointer(pointer.to_owned()))
}

fn put_text(text: &str, pointer: &str, value: Option<&str>) -> Result<String, CraftError> {
    json_text::put(text, pointer, value).ok_or_else(|| CraftError::Pointer(pointer.to_owned()))
}

/// The pointer to what is around the last step of a pointer, and that step.
fn last(pointer: &str) -> (&str, &str) {
    pointer.rsplit_once('/').unwrap_or(("", pointer))
}

/// A change of a text, and of where in it the claims begin.
type Rewrite<'a> = &'a dyn Fn(&str, &str) -> Result<String, CraftError>;

/// The token while it is made anew.
struct Made<'a> {
    sd: &'a SdJwt,
    alg: &'a str,
    /// What the issuer signed, and the disclosures as they were.
    raw: String,
    /// The disclosures; none for one that is taken out.
    texts: Vec<Option<String>>,
    salt: &'a mut dyn FnMut() -> String,
}

impl Made<'_> {
    /// The JSON of a disclosure as it is now.
    fn json(&self, n: usize) -> Result<String, CraftError> {
        let text = self.texts.get(n).and_then(Option::as_deref);
        text.and_then(|text| b64::decode(text).ok())
            .and_then(|bytes| String::from_utf8(bytes).ok())
            .ok_or_else(|| EditError::Unreadable.into())
    }

    /// Where what a disclosure holds stands in its JSON.
    fn root(&self, n: usize) -> &'static str {
        match self.sd.disclosures[n].name {
            Some(_) => "/2",
            None => "/1",
        }
    }

    /// The text of the claims that stand in a disclosure, or in clear.
    fn text(&self, disclosure: Option<usize>, pointer: &str) -> Result<String, CraftError> {
        let mut found = None;
        if let Some(n) = disclosure {
            let json = self.json(n)?;
            let at = format!("{}{pointer}", self.root(n));
            found = json_text::get(&json, &at).map(str::to_owned);
        } else {
            craft::rewrite(&self.raw, |text| {
                found = json_text::get(text, pointer).map(str::to_owned);
                Ok(text.to_owned())
            })?;
        }
        found.ok_or_else(|| CraftError::Pointer(pointer.to_owned()))
    }

    fn hash(&self, disclosure: &str) -> Result<String, CraftError> {
        crypto::digest(self.alg, disclosure.as_bytes())
            .map(b64::encode)
            .ok_or_else(|| EditError::HashAlgorithm.into())
    }

    /// Changes the claims that stand in a disclosure, or in clear; and the hashes of all that is around.
    fn within(&mut self, disclosure: Option<usize>, change: Rewrite<'_>) -> Result<(), CraftError> {
        let Some(n) = disclosure else {
            self.raw = craft::rewrite(&self.raw, |text| change(text, ""))?;
            return Ok(());
        };
        let changed = change(&self.json(n)?, self.root(n))?;
        let salt = (self.salt)();
        let text = b64::encode(put(&changed, "/0", Some(&salt.into()))?);
        let hash = Value::from(self.hash(&text)?);
        self.texts[n] = Some(text);
        let one = &self.sd.disclosures[n];
        if one.pointer.is_none() {
            return Ok(()); // no hash asks for it
        }
        let at = &one.home.pointer;
        self.within(one.home.disclosure, &|text, root| {
            put(text, &format!("{root}{at}"), Some(&hash))
        })
    }

    fn rename(&mut self, pointer: &str, state: &ClaimState, name: &str) -> Result<(), CraftError> {
        let (around, old) = last(pointer);
        self.free(around, name)?;
        let (disclosure, at) = match state {
            ClaimState::Disclosed(n) if self.sd.disclosures[*n].name.is_some() => {
                return self.within(Some(*n), &|text, _| put(text, "/1", Some(&name.into())));
            }
            ClaimState::Signed(at) => (None, at),
            ClaimState::Inside(n, at) => (Some(*n), at),
            _ => return Err(EditError::NoName.into()),
        };
        if last(at).1 != old {
            return Err(EditError::NoName.into());
        }
        self.within(disclosure, &|text, root| {
            json_text::rename(text, &format!("{root}{at}"), name)
                .ok_or_else(|| CraftError::Pointer(at.clone()))
        })
    }

    /// Whether an object among the claims can take a member of this name.
    fn free(&self, around: &str, name: &str) -> Result<(), CraftError> {
        if matches!(name, "_sd" | "..." | "_sd_alg") {
            return Err(EditError::ReservedName.into());
        }
        match self.sd.claims.pointer(around).and_then(|v| v.get(name)) {
            Some(_) => Err(EditError::NameTaken.into()),
            None => Ok(()),
        }
    }

    /// Takes what stands in clear into a disclosure of its own.
    fn conceal(&mut self, disclosure: Option<usize>, at: &str) -> Result<(), CraftError> {
        let (around, own) = last(at);
        let name = own.replace("~1", "/").replace("~0", "~");
        if at.is_empty() || (disclosure.is_none() && at == "/_sd_alg") {
            return Err(EditError::StaysClear.into());
        }
        let value = self.text(disclosure, at)?;
        let in_array = self.text(disclosure, around)?.starts_with('[');
        let salt = Value::from((self.salt)());
        let made = b64::encode(if in_array {
            format!("[{salt},{value}]")
        } else {
            format!("[{salt},{},{value}]", Value::from(name))
        });
        let hash = self.hash(&made)?;
        self.texts.push(Some(made));
        self.within(disclosure, &|text, root| {
            let at = format!("{root}{at}");
            if in_array {
                return put(text, &at, Some(&serde_json::json!({ "...": hash })));
            }
            let text = put(text, &at, None)?;
            let list = format!("{root}{around}/_sd");
            let there = json_text::get(&text, &list);
            let mut all = match there.map(serde_json::from_str) {
                None => Vec::new(),
                Some(Ok(Value::Array(all))) => all,
                Some(_) => return Err(EditError::HashesNoArray.into()),
            };
            // Not behind the others, which would tell that it came last (RFC 9901 §4.2.4.1).
            let first = |one: &Value| one.as_str().is_none_or(|one| *one > *hash);
            let at = all.iter().position(first).unwrap_or(all.len());
            all.insert(at, Value::from(hash.as_str()));
            put(&text, &list, Some(&Value::Array(all)))
        })
    }

    /// Puts what a disclosure holds in clear where its hash stands.
    fn reveal(&mut self, n: usize, pointer: &str) -> Result<(), CraftError> {
        let value = json_text::get(&self.json(n)?, self.root(n)).map(str::to_owned);
        let value = value.ok_or_else(|| CraftError::Pointer(pointer.to_owned()))?;
        self.take_out(n, Some(&value))
    }

    /// Takes a disclosure and its hash out. With a `value`, that stands in clear there.
    fn take_out(&mut self, n: usize, value: Option<&str>) -> Result<(), CraftError> {
        self.texts[n] = None;
        let one = &self.sd.disclosures[n];
        let at = &one.home.pointer;
        self.within(one.home.disclosure, &|text, root| {
            let Some(name) = &one.name else {
                // The element, which holds nothing but the hash.
                return put_text(text, &format!("{root}{}", last(at).0), value);
            };
            let list = last(at).0;
            let mut text = put(text, &format!("{root}{at}"), None)?;
            let listed = format!("{root}{list}");
            if json_text::get(&text, &listed).is_some_and(|all| json_text::minify(all) == "[]") {
                text = put(&text, &listed, None)?;
            }
            let Some(value) = value else {
                return Ok(text);
            };
            put_text(
                &text,
                &format!("{root}{}{}", last(list).0, json::pointer(name)),
                Some(value),
            )
        })
    }
}
