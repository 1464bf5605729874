//! Authorization server metadata (RFC 8414, OpenID Connect Discovery).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A metadata document with the members that are used here, and the whole as it came.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[allow(missing_docs)] // the names are the registry's
pub struct Metadata {
    pub issuer: String,
    pub authorization_endpoint: Option<String>,
    pub token_endpoint: Option<String>,
    pub jwks_uri: Option<String>,
    pub introspection_endpoint: Option<String>,
    pub revocation_endpoint: Option<String>,
    pub grant_types_supported: Option<Vec<String>>,
    pub token_endpoint_auth_methods_supported: Option<Vec<String>>,
    pub code_challenge_methods_supported: Option<Vec<String>>,
    /// The document as it came.
    pub document: Map<String, Value>,
}
