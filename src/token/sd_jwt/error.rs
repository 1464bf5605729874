//! What is wrong with disclosures, and why they cannot be changed.

use crate::{
    jose::{b64::B64Error, crypto::VerifyError},
    kit::{json::JsonError, text::escape},
};

/// Why what is disclosed selectively cannot be changed, or presented, as it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The token is no SD-JWT.
    #[error("the token discloses nothing selectively")]
    NothingSelective,
    /// It has a disclosure of its own.
    #[error("it is disclosed selectively already")]
    ConcealedAlready,
    /// It has no disclosure of its own.
    #[error("it stands in clear already")]
    ClearAlready,
    /// The disclosure is no JSON.
    #[error("the disclosure cannot be read")]
    Unreadable,
    /// `_sd_alg` names a hash that is not known.
    #[error("the hash algorithm of the token is not supported here")]
    HashAlgorithm,
    /// What is to be renamed is no member of an object.
    #[error("an element of an array has no name")]
    NoName,
    /// The name means something else in an SD-JWT.
    #[error("`_sd`, `...` and `_sd_alg` name no claims (RFC 9901 §4.2.1)")]
    ReservedName,
    /// Another claim has the name.
    #[error("a claim of this name stands there already")]
    NameTaken,
    /// `_sd_alg`, which everybody must be able to read.
    #[error("it says how the others are hashed, and stays in clear")]
    StaysClear,
    /// The hashes of an object are of another type.
    #[error("`_sd` is not an array (RFC 9901 §4.2.4.1)")]
    HashesNoArray,
    /// Nothing of what is to be left out is there.
    #[error("there is no such disclosure")]
    NoDisclosure,
    /// What is to be disclosed was never received.
    #[error("the token that was received does not disclose it")]
    NotReceived,
    /// Nothing that was received fits the token any more.
    #[error("nothing that was received is left to disclose")]
    NothingLeft,
    /// A serialisation in JSON that is not JSON.
    #[error("this is not JSON")]
    NotJson,
}

/// What is wrong with a disclosure (RFC 9901 §4.2).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DisclosureError {
    /// It holds no bytes.
    #[error("is not base64url: {0}")]
    Base64(#[from] B64Error),
    /// It is not JSON.
    #[error("is not JSON: {}", escape(&.0.to_string()))]
    NotJson(#[from] JsonError),
    /// It is JSON of another type.
    #[error("is not a JSON array (RFC 9901 §4.2)")]
    NoArray,
    /// It does not begin with a text.
    #[error("has no salt (RFC 9901 §4.2)")]
    NoSalt,
    /// It names what is no claim.
    #[error("names a claim `{0}`, which it must not (RFC 9901 §4.2.1)")]
    ReservedName(String),
    /// Its name is of another type.
    #[error("has a name that is no text (RFC 9901 §4.2.1)")]
    NameNoText,
    /// It has too few or too many elements.
    #[error("has {0} elements instead of 2 or 3 (RFC 9901 §4.2)")]
    Elements(usize),
}

/// Why a key binding is not known to be the holder's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BindingError {
    /// The token does not say who its holder is.
    #[error("`cnf` names no key to check the key binding with (RFC 9901 §4.1.2)")]
    NoKey,
    /// Its signature holds no bytes.
    #[error("the signature of the key binding is not base64url: {0}")]
    Base64(#[from] B64Error),
    /// Its signature is not by the holder's key.
    #[error("the key binding is not signed by the key in `cnf`: {0}")]
    Signature(#[from] VerifyError),
}
