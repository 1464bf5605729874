//! Why text holds no key.

use crate::kit::{json::JsonError, text::escape};

/// What is read, told with what is not.
const ACCEPTED: &str = "Accepted are PEM (PRIVATE KEY, ENCRYPTED PRIVATE KEY, EC PRIVATE KEY, RSA PRIVATE KEY, \
     PUBLIC KEY, RSA PUBLIC KEY, CERTIFICATE), such a file in DER, JWK and JWKS";

/// Why text or a file holds no key in a form that is read here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PemError {
    /// Nothing.
    #[error("there is no key: the text is empty. {ACCEPTED}.")]
    Empty,
    /// Something else that people have beside their keys: what, and how a key is made of it.
    #[error("this is {0}. {ACCEPTED}.")]
    Other(&'static str),
    /// Text that is nothing known.
    #[error(
        "this is no key in a form that is read here. {ACCEPTED}. A shared secret is a JWK: \
         {{\"kty\":\"oct\",\"k\":\"BASE64URL\"}}."
    )]
    Unknown,
    /// Bytes that are nothing known.
    #[error("these {bytes} bytes are neither text nor a key in DER. {ACCEPTED}.")]
    Binary {
        /// How many.
        bytes: usize,
    },
    /// It begins as a JWK does, but is not JSON.
    #[error("this looks like a JWK, but is not JSON: {0}")]
    NotJson(#[from] JsonError),
    /// JSON that is neither object nor list.
    #[error("this JSON is no key. {ACCEPTED}.")]
    NoObject,
    /// A JWK Set without a key.
    #[error("this key set holds no key")]
    EmptySet,
    /// The metadata of a server.
    #[error(
        "this is server metadata: give the key set behind its `jwks_uri`: it is no JWK. {ACCEPTED}."
    )]
    Metadata,
    /// A JSON object that has no `kty`.
    #[error("{}: it is no JWK. {ACCEPTED}.", without_kty(.members, *.more))]
    NoKty {
        /// The names of its first members.
        members: Vec<String>,
        /// Whether it has more of them.
        more: bool,
    },
    /// A trust domain that has two bundles.
    #[error("the trust domain `{}` stands there twice: which of its bundles counts cannot be known", escape(.domain))]
    TwiceInBundle {
        /// Its name.
        domain: String,
    },
    /// What stands for a trust domain is no bundle.
    #[error("what stands for the trust domain `{}` is no bundle: it has no list `keys`", escape(.domain))]
    NoBundle {
        /// Its name.
        domain: String,
    },
    /// The BEGIN line does not end.
    #[error("the BEGIN line of this PEM is cut off")]
    BeginCut,
    /// The END line is missing.
    #[error("this PEM has no END line: `-----END {}-----` is missing", escape(.label))]
    NoEnd {
        /// What the BEGIN line says that it is.
        label: String,
    },
    /// A private key as OpenSSH keeps it.
    #[error(
        "this is an OpenSSH private key: copy it and convert the copy with \
         `ssh-keygen -p -m PKCS8 -f COPY`. {ACCEPTED}."
    )]
    OpenSsh,
    /// A character that is not base64.
    #[error("the PEM of this {} has a character at {offset} that is not base64", escape(.label))]
    Character {
        /// What the BEGIN line says that it is.
        label: String,
        /// Where the character stands in the base64, line breaks left out.
        offset: usize,
    },
    /// The base64 ends too early.
    #[error("the PEM of this {} is cut off", escape(.label))]
    Cut {
        /// What the BEGIN line says that it is.
        label: String,
    },
    /// The DER inside cannot be read.
    #[error("the content of this {} is damaged", escape(.label))]
    Damaged {
        /// What the BEGIN line says that it is.
        label: String,
    },
    /// A PEM of something else.
    #[error("this is a PEM of `{}`. {ACCEPTED}.", escape(.label))]
    Label {
        /// What the BEGIN line says that it is.
        label: String,
    },
    /// A PEM without a key in it.
    #[error("this PEM holds no key. {ACCEPTED}.")]
    NoKey,
    /// Deriving the key from the passphrase would take too long.
    #[error(
        "this ENCRYPTED PRIVATE KEY asks for more than {most} iterations: they are not carried out"
    )]
    Iterations {
        /// Iterations that are carried out.
        most: u32,
    },
}

impl PemError {
    /// The content of a block of this label is damaged.
    pub(super) fn damaged(label: &str) -> Self {
        Self::Damaged {
            label: label.to_owned(),
        }
    }
}

fn without_kty(members: &[String], more: bool) -> String {
    if members.is_empty() {
        return "this JSON object is empty".to_owned();
    }
    let mut names: Vec<String> = members
        .iter()
        .map(|name| format!("`{}`", escape(name)))
        .collect();
    if more {
        names.push("…".into());
    }
    format!("this JSON object has {} but no `kty`", names.join(", "))
}
