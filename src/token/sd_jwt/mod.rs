//! SD-JWT (RFC 9901): disclosures put in place, what stays hidden counted, what is wrong told.
//! Reading verifies no signature; [`binding`] checks the key binding by the key in `cnf`.

mod edit;
mod error;
mod open;
mod present;

use std::collections::HashMap;

use serde_json::Value;

use self::open::Opener;
use super::{Kind, Problem, ProblemKind, Token, decode};
use crate::{
    jose::{Alg, Jwk, b64, crypto},
    kit::{json, text::escape},
};

pub use self::{
    edit::{Change, Edit, edit},
    error::{BindingError, DisclosureError, EditError},
    present::{bind, hide, holder, leaves_out, show, unbind},
};

/// Problems that are told one by one; the rest is counted.
const REPORTED: usize = 20;

/// Claims that a credential must not disclose selectively (draft-ietf-oauth-sd-jwt-vc §3.2.2.2).
const NEVER_HIDDEN: [&str; 6] = ["iss", "nbf", "exp", "cnf", "vct", "status"];

/// What stands behind the issuer-signed part of an SD-JWT, opened.
#[derive(Debug, Clone, PartialEq)]
pub struct SdJwt {
    /// The disclosures in their order.
    pub disclosures: Vec<Disclosure>,
    /// The claims with everything that was disclosed in its place, and without hashes (RFC 9901
    /// §7.1).
    pub claims: Value,
    /// The same claims as a reader meets them: in the order of the signed text, what is disclosed
    /// and what is not where its hash stands. Claims without anything selective in them are one
    /// place; what is around a selective one is followed by its members, one level deeper.
    pub places: Vec<ClaimPlace>,
    /// Hashes that no disclosure belongs to: claims that stay hidden, or decoys. Nobody but the
    /// issuer can tell them apart.
    pub hidden: usize,
    /// The key binding JWT, decoded (RFC 9901 §4.3).
    pub binding: Option<Box<Token>>,
    /// Whether `sd_hash` is the hash of what is presented; `None` without a key binding.
    pub hash_fits: Option<bool>,
}

/// A claim, an element of an array, or a hash that nothing is disclosed for.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimPlace {
    /// How many objects and arrays are around it.
    pub depth: usize,
    /// Its name, or its number in an array; empty for a hash.
    pub name: String,
    /// JSON Pointer to it in [`SdJwt::claims`]; of a hash, to what is around it.
    pub pointer: String,
    /// How it stands in the token.
    pub state: ClaimState,
    /// Its value; `Null` when its members follow, and for a hash.
    pub value: Value,
    /// Its members follow as places of their own.
    pub opens: bool,
}

/// How a [`ClaimPlace`] stands in the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimState {
    /// In clear, in what the issuer signed: the JSON Pointer to it there.
    Signed(String),
    /// In clear inside the disclosure of this number: the JSON Pointer to it in what is disclosed.
    Inside(usize, String),
    /// Disclosed, by the disclosure of this number.
    Disclosed(usize),
    /// Not disclosed, or a decoy: the hash.
    Hidden(String),
}

/// Where something stands: in what the issuer signed, or in what a disclosure holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Home {
    /// The number of the disclosure; `None` for what the issuer signed.
    pub disclosure: Option<usize>,
    /// JSON Pointer in it.
    pub pointer: String,
}

/// One disclosure (RFC 9901 §4.2).
#[derive(Debug, Clone, PartialEq)]
pub struct Disclosure {
    /// As it stands in the token.
    pub text: String,
    /// Its hash.
    pub digest: String,
    /// The claim's name; none for an element of an array.
    pub name: Option<String>,
    /// What is disclosed.
    pub value: Value,
    /// JSON Pointer to its place in [`SdJwt::claims`]; none when no hash asks for it.
    pub pointer: Option<String>,
    /// Where its hash stands.
    pub home: Home,
}

/// The issuer-signed part of a compact token, and what is appended to it, with its `~`.
pub fn split(raw: &str) -> (&str, &str) {
    raw.find('~')
        .filter(|_| !raw.starts_with('{'))
        .map_or((raw, ""), |at| raw.split_at(at))
}

/// Opens the tail of `token`, and says what is wrong in its problems. `signed` is the part before.
pub(super) fn read(token: &mut Token, signed: &str, tail: &str) {
    let mut parts: Vec<&str> = tail.split('~').skip(1).collect();
    let last = parts.pop().unwrap_or("");
    let binding = (!last.is_empty()).then_some(last);
    if binding.is_some_and(|last| !last.contains('.')) {
        // A disclosure whose `~` was lost.
        parts.push(last);
        complain(
            token,
            "the last `~` is missing (RFC 9901 §4)".to_owned(),
            ProblemKind::Other,
        );
    }
    let presented: String = format!(
        "{signed}{}~",
        parts.iter().map(|p| format!("~{p}")).collect::<String>()
    );
    open(
        token,
        &parts,
        binding.filter(|last| last.contains('.')),
        &presented,
    );
}

/// Opens disclosures that stand in the unprotected header of a JWS in JSON form (RFC 9901 §8).
pub(super) fn read_json(token: &mut Token, signer: &Value, payload: &str) {
    let Some(header) = signer.get("header") else {
        return;
    };
    let Some(Value::Array(listed)) = header.get("disclosures") else {
        return;
    };
    let parts: Vec<&str> = listed.iter().filter_map(Value::as_str).collect();
    let text = |name| signer.get(name).and_then(Value::as_str).unwrap_or("");
    let presented = format!(
        "{}.{payload}.{}~{}",
        text("protected"),
        text("signature"),
        parts.iter().map(|p| format!("{p}~")).collect::<String>()
    );
    let binding = header.get("kb_jwt").and_then(Value::as_str);
    open(token, &parts, binding, &presented);
}

fn complain(token: &mut Token, message: String, kind: ProblemKind) {
    token.problems.push(Problem {
        part: "disclosures",
        pointer: String::new(),
        message,
        kind,
    });
}

fn open(token: &mut Token, parts: &[&str], binding: Option<&str>, presented: &str) {
    let named = token.claim_text("_sd_alg").map(str::to_owned);
    let alg = named.as_deref().unwrap_or("sha-256");
    let mut wrong = Vec::new();
    if token.claim("_sd_alg").is_some() && named.is_none() {
        wrong.push("`_sd_alg` is not a text (RFC 9901 §4.1.1)".into());
    }
    let digest = |text: &str| crypto::digest(alg, text.as_bytes()).map(b64::encode);
    if digest("").is_none() {
        wrong.push(format!(
            "the hash algorithm `{}` is not supported here: no disclosure can be matched",
            escape(alg)
        ));
    }
    let mut disclosures = Vec::with_capacity(parts.len());
    let mut known: HashMap<String, usize> = HashMap::new();
    for (n, part) in parts.iter().enumerate() {
        let read = disclosure(part).map(|(name, value)| Disclosure {
            text: (*part).to_owned(),
            digest: digest(part).unwrap_or_default(),
            name,
            value,
            pointer: None,
            home: Home::default(),
        });
        match read {
            Ok(one) => {
                if known
                    .insert(one.digest.clone(), disclosures.len())
                    .is_some()
                    && !one.digest.is_empty()
                {
                    wrong.push(format!("disclosure {} stands twice (RFC 9901 §7.1)", n + 1));
                }
                disclosures.push(one);
            }
            Err(why) => wrong.push(format!("disclosure {}: {why}", n + 1)),
        }
    }
    let mut opener = Opener::new(known, &mut disclosures, wrong);
    let mut claims = token
        .claims
        .as_ref()
        .map_or(Value::Null, |json| json.value.clone());
    if let Some(members) = claims.as_object_mut() {
        members.shift_remove("_sd_alg");
    }
    let places = opener.claims(&mut claims, token.claim("_sd_alg"));
    let Opener {
        hidden, mut wrong, ..
    } = opener;
    for (n, one) in disclosures.iter().enumerate() {
        if one.pointer.is_none() && !one.digest.is_empty() {
            let name = one.name.as_deref().unwrap_or("an array element");
            wrong.push(format!(
                "disclosure {} (`{}`) belongs to no hash of the token: it was not signed (RFC 9901 §7.1)",
                n + 1,
                escape(name)
            ));
        }
    }
    if token.claim_text("vct").is_some() || token.header_text("typ") == Some("dc+sd-jwt") {
        for name in disclosures.iter().filter_map(|d| {
            d.name.as_deref().filter(|_| {
                d.pointer
                    .as_deref()
                    .is_some_and(|p| p.matches('/').count() == 1)
            })
        }) {
            if NEVER_HIDDEN.contains(&name) {
                wrong.push(format!(
                    "`{name}` must not be disclosed selectively (draft-ietf-oauth-sd-jwt-vc §3.2.2.2)"
                ));
            }
        }
    }
    let binding = binding.map(|text| Box::new(decode::decode(text)));
    let hash_fits = binding.as_ref().map(|kb| {
        let hash = kb.claim_text("sd_hash");
        hash.is_some() && hash == digest(presented).as_deref()
    });
    if let Some(kb) = &binding {
        if kb.kind != Kind::KeyBinding {
            wrong.push(
                "the last part is no key binding JWT: its `typ` is not `kb+jwt` (RFC 9901 §4.3)"
                    .into(),
            );
        }
        if hash_fits == Some(false) {
            wrong.push("`sd_hash` is not the hash of what is presented: the key binding was made for something else (RFC 9901 §7.3)".into());
        }
    }
    let more = wrong.len().saturating_sub(REPORTED);
    for message in wrong.into_iter().take(REPORTED) {
        complain(token, message, ProblemKind::Other);
    }
    if more > 0 {
        complain(
            token,
            format!("{more} more problems with disclosures"),
            ProblemKind::Other,
        );
    }
    token.disclosed = Some(Box::new(SdJwt {
        disclosures,
        claims,
        places,
        hidden,
        binding,
        hash_fits,
    }));
}

fn opened(token: &Token) -> Result<&SdJwt, EditError> {
    token
        .disclosed
        .as_deref()
        .ok_or(EditError::NothingSelective)
}

/// Name and value of a disclosure: a JSON array of salt, name and value, or of salt and value.
fn disclosure(text: &str) -> Result<(Option<String>, Value), DisclosureError> {
    let Value::Array(mut items) = json::parse(&b64::decode(text)?)?.value else {
        return Err(DisclosureError::NoArray);
    };
    if !items.first().is_some_and(Value::is_string) {
        return Err(DisclosureError::NoSalt);
    }
    match items.len() {
        2 => Ok((None, items.remove(1))),
        3 => {
            let value = items.remove(2);
            match items.remove(1) {
                Value::String(name) if name == "_sd" || name == "..." => {
                    Err(DisclosureError::ReservedName(name))
                }
                Value::String(name) => Ok((Some(name), value)),
                _ => Err(DisclosureError::NameNoText),
            }
        }
        n => Err(DisclosureError::Elements(n)),
    }
}

/// Whether the key binding is signed by the key in `cnf`; the reason when it is not, or cannot be
/// told. `None` without a key binding.
pub fn binding(token: &Token) -> Option<Result<(), BindingError>> {
    let kb = token.disclosed.as_ref()?.binding.as_ref()?;
    let Some(jwk) = token
        .claim("cnf")
        .and_then(|cnf| cnf.get("jwk"))
        .and_then(Value::as_object)
    else {
        return Some(Err(BindingError::NoKey));
    };
    let parts = crate::jose::jws::Compact::split(&kb.raw)?;
    let alg = Alg::parse(kb.header_text("alg").unwrap_or(""));
    let signature = match b64::decode(parts.signature) {
        Ok(signature) => signature,
        Err(e) => return Some(Err(e.into())),
    };
    let key = Jwk(jwk.clone());
    Some(
        crypto::verify(&key, &alg, parts.signing_input().as_bytes(), &signature)
            .map_err(BindingError::from),
    )
}
