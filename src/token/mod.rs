//! Floor 2: what the bench knows of a token.

pub mod claims;
pub mod craft;
pub mod decode;
pub mod decrypt;
pub mod details;
pub mod diff;
pub mod explain;
pub mod find;
pub mod formats;
pub mod guide;
pub mod hashes;
pub mod held;
pub(crate) mod json_text;
pub mod kind;
mod mask;
pub mod naming;
pub mod opaque;
mod purpose;
pub mod saml;
pub mod sd_jwt;
pub mod snippet;
mod spiffe;
pub mod svid;
pub mod template;
pub mod validate;

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::kit::json::Json;

pub use kind::Kind;

/// How a token is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// JWS compact: three parts (or two, the signature missing).
    Compact,
    /// JWS JSON, flattened (RFC 7515 §7.2.2).
    Flattened,
    /// JWS JSON, general (RFC 7515 §7.2.1).
    General,
    /// JWE compact: five parts, or what is left of them; its content is not read here.
    Jwe,
    /// A string without structure that is known here.
    Opaque,
}

impl Form {
    /// The name used in JSON output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Compact => "compact",
            Self::Flattened => "flattened",
            Self::General => "general",
            Self::Jwe => "jwe",
            Self::Opaque => "opaque",
        }
    }
}

/// Something about a token's text that its reader should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Which part: `header`, `payload`, `signature`, `disclosures`, `token`.
    pub part: &'static str,
    /// JSON Pointer inside the part, or empty.
    pub pointer: String,
    /// What is wrong, where, and what it means; hidden characters escaped.
    pub message: String,
    /// What kind of problem, for rules.
    pub kind: ProblemKind,
}

/// Kinds of [`Problem`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// Not base64url.
    Encoding,
    /// Not JSON, or not an object.
    Json,
    /// A member occurs twice.
    Duplicate,
    /// Hidden or illegal characters.
    HiddenCharacters,
    /// The text was cleaned (quotes, line breaks, prefix) before it was read.
    Cleaned,
    /// The signature part is missing.
    SignatureMissing,
    /// A piece of the token is missing: it was cut, or masked, before it was written down.
    Cut,
    /// Anything else.
    Other,
}

/// A token, decoded. A pure value made from its text by [`decode::decode`]; nothing is verified.
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    /// The text, cleaned of what surrounded it.
    pub raw: Arc<str>,
    /// How it is written.
    pub form: Form,
    /// What it is for.
    pub kind: Kind,
    /// The header, if it could be read as a JSON object. Shared: tokens of one issuer mostly have the
    /// same.
    pub header: Option<Arc<Json>>,
    /// The headers of all signatures of the general JSON form, in their order; empty in other forms.
    pub headers: Vec<Option<Json>>,
    /// The claims, if the payload could be read as a JSON object.
    pub claims: Option<Json>,
    /// The payload's bytes when they are not a JSON object.
    pub payload_bytes: Option<Vec<u8>>,
    /// What an SD-JWT discloses, opened (RFC 9901).
    pub disclosed: Option<Box<sd_jwt::SdJwt>>,
    /// What a SAML assertion says.
    pub saml: Option<Box<saml::Assertion>>,
    /// Whether a non-empty signature part is there.
    pub signature_present: bool,
    /// What its reader should know.
    pub problems: Vec<Problem>,
}

impl Token {
    /// The issuer-signed part of an SD-JWT in compact form; of any other token all of it.
    pub fn jws(&self) -> &str {
        sd_jwt::split(&self.raw).0
    }
    /// Whether a piece of it is missing, so that nothing can be judged by what is left.
    pub fn is_cut(&self) -> bool {
        self.problems.iter().any(|p| p.kind == ProblemKind::Cut)
    }
    /// The header's members; an empty map when there is none.
    pub fn header_map(&self) -> &Map<String, Value> {
        as_map(self.header.as_deref())
    }
    /// The claims; an empty map when there are none. Of an SD-JWT those that are disclosed stand among
    /// them, and no hashes: what a verifier hands on (RFC 9901 §7.1).
    pub fn claims_map(&self) -> &Map<String, Value> {
        match &self.disclosed {
            Some(sd) => sd.claims.as_object().unwrap_or(&EMPTY),
            None => self.signed_map(),
        }
    }
    /// The claims as they stand in the payload, hashes of an SD-JWT among them: what the issuer signed.
    pub fn signed_map(&self) -> &Map<String, Value> {
        as_map(self.claims.as_ref())
    }
    /// A header parameter that is a string.
    pub fn header_text(&self, name: &str) -> Option<&str> {
        self.header_map().get(name).and_then(Value::as_str)
    }
    /// A claim that is a string.
    pub fn claim_text(&self, name: &str) -> Option<&str> {
        self.claims_map().get(name).and_then(Value::as_str)
    }
    /// A claim.
    pub fn claim(&self, name: &str) -> Option<&Value> {
        self.claims_map().get(name)
    }
}

static EMPTY: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);

fn as_map(json: Option<&Json>) -> &Map<String, Value> {
    json.and_then(|j| j.value.as_object()).unwrap_or(&EMPTY)
}
