//! Answers, as values.

use serde_json::{Value, json};

use super::refusal::Refusal;

/// A JSON answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers beside the media type; a name may repeat.
    pub headers: Vec<(&'static str, String)>,
    /// Body.
    pub body: Value,
}

impl Answer {
    /// An answer that no cache keeps (RFC 6749 §5.1).
    pub fn no_store(status: u16, body: Value) -> Self {
        Self {
            status,
            headers: vec![
                ("cache-control", "no-store".into()),
                ("pragma", "no-cache".into()),
            ],
            body,
        }
    }

    /// Nothing is at that path.
    pub fn not_found() -> Self {
        Self::no_store(
            404,
            json!({
                "error": "not_found",
                "error_description": "nothing is here; endpoints are listed at /.well-known/oauth-authorization-server, resource servers at /resources/accounts-api, /resources/payments-api and /resources/documents-api",
            }),
        )
    }

    /// The endpoint does not take that method.
    pub fn wrong_method() -> Self {
        Self::no_store(
            405,
            json!({
                "error": "method_not_allowed",
                "error_description": "this endpoint does not take that method: token, introspection and revocation requests are POST, everything else is GET",
            }),
        )
    }

    /// Tells the client which nonce to use next (RFC 9449 §8.2).
    #[must_use]
    pub fn with_nonce(mut self, nonces: &[String]) -> Self {
        let newest = nonces.first().cloned();
        self.headers
            .extend(newest.map(|nonce| ("dpop-nonce", nonce)));
        self
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        let body = json!({ "error": refusal.code, "error_description": refusal.description });
        let mut answer = Self::no_store(refusal.status, body);
        if refusal.challenge {
            let realm = "Basic realm=\"delegraph practice\"";
            answer.headers.push(("www-authenticate", realm.into()));
        }
        answer
    }
}
