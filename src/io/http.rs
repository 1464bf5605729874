//! The HTTP transport: no redirects followed, time limits, bounded bodies, no cookies.

use crate::oauth::http::{Request, Response};

/// Bytes of a response body that are read; a larger answer is an error that says so.
pub const MAX_BODY: usize = 4 * 1024 * 1024;

/// A client that keeps connections.
#[derive(Clone)]
pub struct Http {
    client: reqwest::Client,
}

impl Http {
    /// A transport.
    pub fn new() -> Result<Self, String> {
        todo!("owner: practice")
    }

    /// Sends `request`. The error says what happened, where, and what to do.
    pub async fn send(&self, request: &Request) -> Result<Response, String> {
        let _ = (request, &self.client);
        todo!("owner: practice")
    }
}
