//! Why an edit cannot be made.

use crate::{
    jose::{KeyError, b64::B64Error},
    kit::{json::JsonError, text::escape},
    token::sd_jwt::EditError,
};

/// Why an edit cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CraftError {
    /// The token has no part that can be edited.
    #[error(transparent)]
    NotEditable(#[from] NotEditable),
    /// What is disclosed selectively cannot be changed so.
    #[error(transparent)]
    Disclosed(#[from] EditError),
    /// The part is not a JSON object, so that a member cannot be set.
    #[error("the {part} is not a JSON object: edit it as text first ({reason})")]
    NotJson {
        /// `header` or `payload`.
        part: &'static str,
        /// Why.
        reason: NoObject,
    },
    /// The pointer leads nowhere.
    #[error("there is nothing at `{0}`")]
    Pointer(String),
    /// A member of this name stands beside the one that is to have it.
    #[error("there is a member `{0}` already")]
    Taken(String),
    /// The key cannot sign.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Why a token, or a part of it, cannot be edited.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotEditable {
    /// A further signature of a form that has one.
    #[error("the token has one signature only")]
    OneSignature,
    /// Text that is no JWS.
    #[error("the token has no parts")]
    NoParts,
    /// What stands there is encrypted.
    #[error("an encrypted token cannot be edited: decrypt it first")]
    Encrypted,
    /// A token that means nothing to anyone but its issuer.
    #[error("an opaque token has no parts to edit")]
    Opaque,
    /// Text with dots, but not those of a JWS.
    #[error("the token does not have the three parts of a JWS")]
    Parts,
    /// A serialisation in JSON that is not JSON.
    #[error("this is not JSON: {0}")]
    NotJson(#[from] JsonError),
    /// The serialisation has a member twice.
    #[error("a member stands twice: edit the raw text first")]
    Twice,
    /// No signature of this number, or none at all.
    #[error("there is no signature to edit")]
    NoSignature,
    /// The part holds no bytes.
    #[error("the {part} is not base64url: {why}")]
    Base64 {
        /// `header` or `payload`.
        part: &'static str,
        /// Why.
        why: B64Error,
    },
    /// The part holds bytes that are no text.
    #[error("the {part} is not text: it holds bytes that are not UTF-8")]
    NotText {
        /// `header` or `payload`.
        part: &'static str,
    },
    /// Bytes that are no text for a payload that stands unencoded.
    #[error("an unencoded payload (`b64` false) can only be text")]
    UnencodedBytes,
    /// One more signature for the compact form.
    #[error("the compact form has one signature only (RFC 7515 §7.1)")]
    CompactSignature,
    /// One more signature for a token that has none.
    #[error("there is no signature beside which another could stand")]
    NoFirstSignature,
    /// No signature of this number, from 1.
    #[error("there is no signature {0}")]
    NoSuchSignature(usize),
    /// The last signature, which stays.
    #[error("this is the only signature")]
    OnlySignature,
}

/// Why a part is not a JSON object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoObject {
    /// It is given as another type.
    #[error("a JSON object is needed")]
    Needed,
    /// It is JSON of another type.
    #[error("it is JSON of another type")]
    OtherType,
    /// It is not JSON.
    #[error("{}", escape(&.0.to_string()))]
    NotJson(#[from] JsonError),
}
