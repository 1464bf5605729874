//! JSON Web Encryption (RFC 7516): compact, flattened and general JSON serialisation.
//!
//! [`read`] takes a JWE apart, strictly; [`Jwe::open`] decrypts it; [`Draft::seal`] makes one.

mod agreement;
mod error;
mod limits;
pub mod names;
mod open;
mod read;
mod seal;

use serde_json::{Map, Value};
use zeroize::Zeroizing;

pub use self::{
    error::{DraftError, Excessive, JweError, Malformed, NoKey, Unsupported},
    limits::{MAX_ITERATIONS, MAX_PLAIN},
    open::fits,
    read::read,
    seal::{Draft, To},
};

/// How a JWE is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Five parts (RFC 7516 §7.1).
    Compact,
    /// JSON with one recipient at the top (RFC 7516 §7.2.2).
    Flattened,
    /// JSON with a list of recipients (RFC 7516 §7.2.1).
    General,
}

/// A JWE, taken apart. Nothing is decrypted.
#[derive(Debug, Clone, PartialEq)]
pub struct Jwe {
    /// How it is written.
    pub form: Form,
    /// The protected header as it stands, encoded; empty when there is none.
    protected_text: String,
    /// The protected header.
    pub protected: Map<String, Value>,
    /// The shared unprotected header.
    pub unprotected: Map<String, Value>,
    /// The recipients; never empty.
    pub recipients: Vec<Recipient>,
    /// Additional authenticated data, encoded (RFC 7516 §7.2.1).
    aad: Option<String>,
    iv: Vec<u8>,
    ciphertext: Vec<u8>,
    tag: Vec<u8>,
}

/// To whom a JWE is encrypted.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipient {
    /// The unprotected header of this recipient.
    pub header: Map<String, Value>,
    /// The encrypted key; empty where the key is not transported.
    encrypted_key: Vec<u8>,
}

/// What was inside.
#[derive(Clone)]
pub struct Opened {
    /// The plaintext.
    pub plain: Zeroizing<Vec<u8>>,
    /// The header as the recipient has it: protected, shared and own members.
    pub header: Map<String, Value>,
    /// Number of the recipient, from 0.
    pub recipient: usize,
    /// Number of the key that decrypted it, from 0.
    pub key: usize,
    /// What the reader should know: `zip`, `RSA1_5`, `p2c` below what is usual.
    pub notes: Vec<String>,
}

impl Jwe {
    /// The header as one recipient has it: protected, shared and own members (RFC 7516 §7.2.1).
    pub fn header(&self, recipient: usize) -> Map<String, Value> {
        let mut all = self.protected.clone();
        all.extend(self.unprotected.clone());
        if let Some(recipient) = self.recipients.get(recipient) {
            all.extend(recipient.header.clone());
        }
        all
    }

    /// The bytes that are authenticated beside the text (RFC 7516 §5.1 step 14).
    fn authenticated(&self) -> Vec<u8> {
        authenticated(&self.protected_text, self.aad.as_deref())
    }
}

fn authenticated(protected: &str, aad: Option<&str>) -> Vec<u8> {
    match aad {
        Some(aad) => format!("{protected}.{aad}").into_bytes(),
        None => protected.as_bytes().to_vec(),
    }
}
