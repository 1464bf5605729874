//! Why a JWE was not decrypted, or not made.

use super::{
    limits::{MAX_ITERATIONS, MAX_PLAIN, MAX_RECIPIENTS},
    names::Manage,
};
use crate::{
    jose::{b64::B64Error, jwk::KeyError},
    kit::{json::JsonError, text::escape},
};

/// Why a JWE was not decrypted, or not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JweError {
    /// Not a JWE, or one that a recipient must refuse.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// What is to be made does not go together.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// Not implemented here: says nothing about the token.
    #[error("{0} is not supported here")]
    Unsupported(#[from] Unsupported),
    /// No key was given that may decrypt it.
    #[error(transparent)]
    NoKey(#[from] NoKey),
    /// The key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// It asks for more work or memory than a recipient should give.
    #[error(transparent)]
    Excessive(#[from] Excessive),
    /// The key does not fit, or the text was changed: which of the two cannot be known.
    #[error("the key does not fit, or the encrypted text was changed")]
    Failed,
}

/// What a recipient must refuse, and by which clause.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Malformed {
    /// Not five parts; six stand for all above.
    #[error("{} parts, not the 5 of a compact JWE (RFC 7516 §7.1)", counted(*.0))]
    Parts(usize),
    /// The first part is empty.
    #[error("the header is missing (RFC 7516 §7.1)")]
    NoHeader,
    /// A part that holds no bytes.
    #[error("the {part} is not base64url: {why}")]
    PartBase64 {
        /// Which.
        part: &'static str,
        /// Why.
        why: B64Error,
    },
    /// The protected header is not JSON.
    #[error("the header is not JSON: {}", escape(&.0.to_string()))]
    HeaderNotJson(JsonError),
    /// A member that the protected header has twice.
    #[error("the header has `{}` twice (RFC 7516 §4)", escape(.0))]
    HeaderTwice(String),
    /// The protected header is JSON of another type.
    #[error("the header is JSON, but not an object (RFC 7516 §3)")]
    HeaderNoObject,
    /// A serialisation that is not JSON.
    #[error("{}", escape(&.0.to_string()))]
    NotJson(JsonError),
    /// A member that the serialisation has twice.
    #[error("`{}` stands twice (RFC 7516 §7.2.1)", escape(.0))]
    Twice(String),
    /// A serialisation in JSON of another type.
    #[error("a JWE in JSON is an object (RFC 7516 §7.2.1)")]
    NoObject,
    /// A member that is to be a string.
    #[error("`{member}` is not a string ({clause})")]
    NoString {
        /// Its name.
        member: &'static str,
        /// Where that is said.
        clause: &'static str,
    },
    /// A member that is to be an object.
    #[error("`{member}` is not an object (RFC 7516 §7.2.1)")]
    MemberNoObject {
        /// Its name.
        member: &'static str,
    },
    /// Both ways of naming recipients.
    #[error("`encrypted_key` and `header` do not stand beside `recipients` (RFC 7516 §7.2.2)")]
    BesideRecipients,
    /// A recipient of another type.
    #[error("a recipient is not an object (RFC 7516 §7.2.1)")]
    RecipientNoObject,
    /// No list of recipients, or an empty one.
    #[error("`recipients` is not a list with at least one recipient (RFC 7516 §7.2.1)")]
    NoRecipients,
    /// Nothing is encrypted.
    #[error("`ciphertext` is missing (RFC 7516 §7.2.1)")]
    NoCiphertext,
    /// A member that two headers have.
    #[error("`{}` stands in two headers (RFC 7516 §7.2.1)", escape(.0))]
    InTwoHeaders(String),
    /// A member that only a protected header may have.
    #[error("`{0}` stands in a header that is not protected (RFC 7516 §4.1.3, §4.1.13)")]
    Unprotected(&'static str),
    /// An extension that is not understood here.
    #[error(
        "`crit` demands that `{}` is understood, and it is not understood here (RFC 7516 §4.1.13)",
        escape(.0)
    )]
    Critical(String),
    /// `crit` names nothing.
    #[error("`crit` is not a list with at least one name (RFC 7516 §4.1.13)")]
    CriticalForm,
    /// An encrypted key where none is transported.
    #[error("with `{}` the encrypted key must be empty (RFC 7516 §5.2)", .0.name())]
    KeyNotEmpty(Manage),
    /// Several recipients of one shared key.
    #[error("`{}` allows one recipient only (RFC 7516 §5.1)", .0.name())]
    OneRecipient(Manage),
    /// The plaintext is not compressed, although `zip` says so.
    #[error("the plaintext is not what `zip` says: DEFLATE (RFC 1951)")]
    NotDeflate,
    /// A member that every header has.
    #[error("the header has no `{member}` ({clause})")]
    NoMember {
        /// Its name.
        member: &'static str,
        /// Where that is said.
        clause: &'static str,
    },
    /// A member of the header that is to hold bytes.
    #[error("`{member}` of the header is missing or not a string ({clause})")]
    NoBytes {
        /// Its name.
        member: &'static str,
        /// Where that is said.
        clause: &'static str,
    },
    /// A member of the header that holds no bytes.
    #[error("`{member}` of the header is not base64url: {why}")]
    MemberBase64 {
        /// Its name.
        member: &'static str,
        /// Why.
        why: B64Error,
    },
    /// Too few bytes of salt.
    #[error("`p2s` must have at least 8 bytes (RFC 7518 §4.8.1.1)")]
    ShortSalt,
    /// No number of iterations.
    #[error("`p2c` is no positive number (RFC 7518 §4.8.1.2)")]
    Iterations,
    /// No ephemeral key.
    #[error("`epk` is missing or no object (RFC 7518 §4.6.1.1)")]
    NoEphemeral,
    /// A private ephemeral key.
    #[error("`epk` holds private members: it must be a public key (RFC 7518 §4.6.1.1)")]
    PrivateEphemeral,
    /// What a party is called, which holds no bytes.
    #[error("`{member}` is not base64url: {why} (RFC 7518 §4.6.1)")]
    PartyBase64 {
        /// `apu` or `apv`.
        member: &'static str,
        /// Why.
        why: B64Error,
    },
}

fn counted(parts: usize) -> String {
    if parts > 5 {
        "more than 5".to_owned()
    } else {
        parts.to_string()
    }
}

/// Why a JWE cannot be made as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DraftError {
    /// Nobody to encrypt to.
    #[error("a JWE needs a recipient")]
    NoRecipient,
    /// Several recipients in a form that has one.
    #[error("only the general JSON form has several recipients (RFC 7516 §7.2.1)")]
    SeveralRecipients,
    /// What the compact form has no place for.
    #[error("the compact form has a protected header only, and no `aad` (RFC 7516 §7.1)")]
    CompactForm,
    /// Several recipients of one shared key.
    #[error("`dir` and `ECDH-ES` allow one recipient only (RFC 7516 §5.1)")]
    OneRecipient,
    /// Encrypting failed.
    #[error("the text could not be encrypted")]
    NotEncrypted,
    /// Bringing the key to a recipient failed.
    #[error("the key could not be wrapped by {}", .0.name())]
    NotWrapped(Manage),
    /// Compressing failed: why, in the library's words.
    #[error("the text could not be compressed: {0}")]
    NotCompressed(String),
    /// A salt that holds no bytes.
    #[error("`p2s` is not base64url: {0}")]
    Salt(B64Error),
    /// No iterations.
    #[error("`p2c` is zero (RFC 7518 §4.8.1.2)")]
    NoIterations,
    /// A member that every header has.
    #[error("the header has no `{0}`")]
    NoMember(&'static str),
    /// A member that differs between recipients.
    #[error("`{0}` must be the same for all recipients (RFC 7516 §7.2.1)")]
    Differs(&'static str),
}

/// What a JWE may ask for, but is not implemented here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsupported {
    /// Key management or content encryption, by name.
    #[error("`{}`", escape(.0))]
    Algorithm(String),
    /// A compression: the JSON that `zip` is.
    #[error("`zip` {}", escape(.0))]
    Compression(String),
}

/// Why no key could be tried.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoKey {
    /// There is none.
    #[error("no key to decrypt with was given")]
    Given,
    /// None is for it.
    #[error("no key fits")]
    Fits,
    /// None has the name that the header asks for.
    #[error("no key has the `kid` `{}` that the header names", escape(.0))]
    Named(String),
}

/// What asks for more work or memory than a recipient should give.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Excessive {
    /// Too many recipients to try.
    #[error("{0} recipients: more than {MAX_RECIPIENTS} are not tried")]
    Recipients(usize),
    /// Too many iterations for one recipient.
    #[error(
        "`p2c` asks for {0} iterations: more than {MAX_ITERATIONS} are not carried out (RFC 8725bis)"
    )]
    Iterations(u64),
    /// Too many iterations for all recipients together.
    #[error(
        "`p2c` asks for {0} iterations in all: more than {MAX_ITERATIONS} are not carried out (RFC 8725bis)"
    )]
    IterationsInAll(u64),
    /// Compressed text of too much.
    #[error("`zip` unfolds to more than {} KB: it was not unfolded (RFC 8725bis)", MAX_PLAIN / 1024)]
    Unfolded,
}
