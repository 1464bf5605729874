//! JSON Web Keys (RFC 7517), private and public, and sets of them.

mod error;

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{Alg, crypto, der};

pub use self::error::{KeyError, Locked, MemberProblem, SetError, Unfit, Unsupported, UseError};

/// A JSON Web Key. May hold private members: `Debug` shows the public part only.
#[derive(Clone, PartialEq)]
pub struct Jwk(pub Map<String, Value>);

/// What a key is asked to do, for `use` and `key_ops` (RFC 7517 §4.2, §4.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Task {
    Sign,
    Verify,
    Encrypt,
    Decrypt,
}

/// Values of `key_ops` for signatures, and for encryption (RFC 7517 §4.3).
const SIGNATURE_OPERATIONS: [&str; 2] = ["sign", "verify"];
const ENCRYPTION_OPERATIONS: [&str; 6] = [
    "encrypt",
    "decrypt",
    "wrapKey",
    "unwrapKey",
    "deriveKey",
    "deriveBits",
];

/// Members that are secret (RFC 7518 §6.2.2, §6.3.2, §6.4; RFC 8037 §2).
pub const PRIVATE_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Members of an RSA key that are numbers (RFC 7518 §6.3).
const NUMBERS: [&str; 8] = ["n", "e", "d", "p", "q", "dp", "dq", "qi"];

impl Jwk {
    /// A member that is a string.
    pub fn text(&self, member: &str) -> Option<&str> {
        self.0.get(member).and_then(Value::as_str)
    }
    /// `kid`.
    pub fn kid(&self) -> Option<&str> {
        self.text("kid")
    }
    /// `alg`, if the key is bound to one.
    pub fn alg(&self) -> Option<Alg> {
        self.text("alg").map(Alg::parse)
    }
    /// `kty`.
    pub fn kty(&self) -> &str {
        self.text("kty").unwrap_or("")
    }
    /// Whether it holds private or symmetric material.
    pub fn is_private(&self) -> bool {
        PRIVATE_MEMBERS.iter().any(|m| self.0.contains_key(*m))
    }
    /// Whether the key's own `use` and `key_ops`, where it has them, allow the task; else why not.
    /// Both must be well-formed and must not contradict each other (RFC 7517 §4.2, §4.3). A private
    /// key may also do what its public part may.
    pub fn allows(&self, task: Task) -> Result<(), UseError> {
        let (purpose, operations): (&str, &[&str]) = match task {
            Task::Sign => ("sig", &["sign"]),
            Task::Verify => ("sig", &["verify", "sign"]),
            Task::Encrypt => ("enc", &ENCRYPTION_OPERATIONS),
            Task::Decrypt => ("enc", &["decrypt", "unwrapKey", "deriveKey", "deriveBits"]),
        };
        let own = match self.0.get("use") {
            None => None,
            Some(Value::String(own)) => Some(own.as_str()),
            Some(_) => return Err(UseError::UseNoString),
        };
        // SPIFFE says for which kind of document a key signs (SPIFFE Trust Domain and Bundle §4.2.2).
        let signs_svids = matches!(own, Some("jwt-svid" | "wit-svid")) && purpose == "sig";
        if let Some(own) = own.filter(|own| *own != purpose && !signs_svids) {
            return Err(UseError::Use(own.to_owned()));
        }
        let Some(list) = self.0.get("key_ops") else {
            return Ok(());
        };
        let names: Vec<&str> = list
            .as_array()
            .and_then(|all| all.iter().map(Value::as_str).collect())
            .ok_or(UseError::OperationsForm)?;
        for (n, name) in names.iter().enumerate() {
            if names[..n].contains(name) {
                return Err(UseError::Twice((*name).to_owned()));
            }
        }
        if !names.iter().any(|name| operations.contains(name)) {
            return Err(UseError::Operations);
        }
        let other: &[&str] = match own {
            Some("sig" | "jwt-svid" | "wit-svid") => &ENCRYPTION_OPERATIONS,
            Some(_) => &SIGNATURE_OPERATIONS,
            None => &[],
        };
        if let Some(name) = names.iter().find(|name| other.contains(name)) {
            return Err(UseError::Contradiction((*name).to_owned()));
        }
        Ok(())
    }
    /// The key without private members; `None` for a symmetric key, which has no public part.
    pub fn public(&self) -> Option<Self> {
        if self.kty() == "oct" {
            return None;
        }
        let mut members = self.0.clone();
        members.retain(|name, _| !PRIVATE_MEMBERS.contains(&name.as_str()));
        Some(Self(members))
    }
    /// The first number of an RSA key that begins with a zero octet, as libraries write it that give
    /// out signed numbers. Some programs read such a key, some refuse it, and its thumbprint would be
    /// another than that of the same key without the octet.
    fn padded(&self) -> Option<&'static str> {
        let numbers = NUMBERS.iter().filter(|_| self.kty() == "RSA");
        numbers.copied().find(|name| {
            let text = self.text(name).unwrap_or("");
            // The first four characters hold the first three octets.
            let head = super::b64::decode(text.get(..4).unwrap_or(text));
            head.is_ok_and(|octets| octets.len() > 1 && octets[0] == 0)
        })
    }
    /// What is wrong with how the key is written, although what it means can be read. A token that it
    /// verifies is not accepted: other programs refuse the key.
    pub fn malformed(&self) -> Option<String> {
        self.padded()
            .map(|name| format!("its `{name}` {}", MemberProblem::Padded))
    }
    /// The key as [`Self::malformed`] would have it: numbers in the fewest octets.
    #[must_use]
    pub fn well_formed(mut self) -> Self {
        while let Some(name) = self.padded() {
            let octets = self
                .text(name)
                .and_then(|text| super::b64::decode(text).ok());
            let Some(octets) = octets.map(zeroize::Zeroizing::new) else {
                break; // not base64url further on: there is no number in it
            };
            let short = match super::der::strip(&octets) {
                [] => &[0][..], // zero is one octet (RFC 7518 §2)
                short => short,
            };
            self.0.insert(name.into(), super::b64::encode(short).into());
        }
        self
    }
    /// SHA-256 thumbprint, base64url (RFC 7638; OKP by RFC 8037 §2). A key that is written in another
    /// way than its standard has it, has none: it would name no key that others know.
    pub fn thumbprint(&self) -> Result<String, KeyError> {
        let members: &[&'static str] = match self.kty() {
            "EC" => &["crv", "kty", "x", "y"],
            "RSA" => &["e", "kty", "n"],
            "oct" => &["k", "kty"],
            "OKP" => &["crv", "kty", "x"],
            other => return Err(Unsupported::Thumbprint(other.to_owned()).into()),
        };
        let padded = self.padded();
        let mut canonical = String::with_capacity(512);
        for member in members {
            let value = self.text(member).ok_or(KeyError::Member {
                member,
                problem: MemberProblem::NoString,
            })?;
            if padded == Some(*member) {
                let problem = MemberProblem::Padded;
                return Err(KeyError::Member { member, problem });
            }
            canonical.push(if canonical.is_empty() { '{' } else { ',' });
            canonical.push('"');
            canonical.push_str(member);
            canonical.push_str("\":");
            // Members are base64url or plain names: what must be escaped is rare, and hostile.
            if value
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            {
                canonical.push('"');
                canonical.push_str(value);
                canonical.push('"');
            } else {
                canonical.push_str(&Value::from(value).to_string());
            }
        }
        canonical.push('}');
        Ok(super::b64::encode(crypto::sha256(canonical.as_bytes())))
    }
    /// What the key is, in words: `EC P-256`, `RSA 2048`, `OKP Ed25519`, `oct 256 bit`.
    pub fn describe(&self) -> String {
        let bits = |member: &str| {
            self.text(member)
                .and_then(|t| super::b64::decode(t).ok())
                .map_or(0, |b| der::bit_length(&b))
        };
        let bytes = |member: &str| {
            self.text(member)
                .and_then(|t| super::b64::decode(t).ok())
                .map_or(0, |b| b.len() * 8)
        };
        match self.kty() {
            "EC" | "OKP" => format!(
                "{} {}",
                self.kty(),
                crate::kit::text::escape(self.text("crv").unwrap_or("?"))
            ),
            "RSA" => format!("RSA {}", bits("n")),
            "oct" => format!("oct {} bit", bytes("k")),
            other => format!("kty `{}`", crate::kit::text::escape(other)),
        }
    }
}

impl std::fmt::Debug for Jwk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Jwk")
            .field(&self.public().map(|j| j.0))
            .finish()
    }
}

/// A JWK Set (RFC 7517 §5). Keys of an unknown type stay in the set and match nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Jwks {
    /// The keys, in order.
    pub keys: Vec<Jwk>,
}

impl Jwks {
    /// Whether the same key material is in the set (RFC 7638), whatever it is called there.
    pub fn holds(&self, key: &Jwk) -> bool {
        let print = key.thumbprint();
        self.keys.iter().any(|own| match &print {
            Ok(print) => own.thumbprint().as_ref() == Ok(print),
            Err(_) => own == key, // a type without a thumbprint
        })
    }

    /// Each `kid` that names different keys, with how many: they should be distinct, for a token that
    /// names one can mean any of them (RFC 7517 §4.5).
    pub fn ambiguous(keys: &[Jwk]) -> Vec<(String, usize)> {
        let mut named: Vec<(&str, Vec<&Jwk>)> = Vec::new();
        let mut places: HashMap<&str, usize> = HashMap::new();
        for key in keys {
            let Some(kid) = key.kid() else { continue };
            let place = *places.entry(kid).or_insert(named.len());
            if place == named.len() {
                named.push((kid, Vec::new()));
            }
            let own = &mut named[place].1;
            let print = key.thumbprint();
            let known = own.iter().any(|other| match &print {
                Ok(print) => other.thumbprint().as_ref() == Ok(print),
                Err(_) => *other == key,
            });
            // More than a handful is not compared: each would be with each.
            if !known && own.len() < 20 {
                own.push(key);
            }
        }
        named
            .into_iter()
            .filter(|(_, keys)| keys.len() > 1)
            .map(|(kid, keys)| (kid.to_owned(), keys.len()))
            .collect()
    }

    /// What is to be told of keys of one set that share a `kid`; nothing when none do.
    pub fn ambiguity(keys: &[Jwk]) -> Option<String> {
        let all = Self::ambiguous(keys);
        let (kid, count) = all.first()?;
        let more = match all.len() - 1 {
            0 => String::new(),
            1 => ", and 1 more name stands for several".to_owned(),
            n => format!(", and {n} more names stand for several"),
        };
        Some(format!(
            "{count} different keys of this set have the `kid` `{}`{more}: they should be distinct, for \
             a token that names it can mean any of them (RFC 7517 §4.5).",
            crate::kit::text::escape(&crate::kit::text::shorten(kid, 60))
        ))
    }

    /// Reads a JWK Set as a server publishes it (RFC 7517 §5). Members of `keys` that are no objects
    /// are passed over; private members stay, for whoever must report them.
    pub fn parse(bytes: &[u8]) -> Result<Self, SetError> {
        if bytes.trim_ascii_start().starts_with(b"<") {
            return Err(SetError::WebPage);
        }
        let keys = match crate::kit::json::parse(bytes)?.value {
            Value::Object(mut members) => match members.swap_remove("keys") {
                Some(Value::Array(keys)) => keys,
                Some(_) => return Err(SetError::KeysNoList),
                None if members.contains_key("kty") => return Err(SetError::OneKey),
                None => return Err(SetError::NoKeys),
            },
            _ => return Err(SetError::NoObject),
        };
        Ok(Self {
            keys: keys
                .into_iter()
                .filter_map(|key| match key {
                    Value::Object(members) => Some(Jwk(members)),
                    _ => None,
                })
                .collect(),
        })
    }
}
