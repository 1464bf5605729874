//! The server as a request finds it, and what the request says.

use super::{
    Faults,
    issued::{self, Seen},
    memory::Memory,
    realm::Realm,
};
use crate::kit::rng::{self, Rng};

/// The server at one moment.
pub struct Server<'a> {
    /// What it knows.
    pub realm: &'a Realm,
    /// What is broken about it.
    pub faults: &'a Faults,
    /// What it remembers.
    pub memory: &'a mut Memory,
    /// The moment, in seconds since 1970.
    pub now: i64,
    /// Where codes, nonces and identifiers come from.
    pub rng: &'a dyn Rng,
}

impl Server<'_> {
    /// A text that nobody can guess.
    pub fn random(&self, bytes: usize) -> String {
        rng::token(self.rng, bytes)
    }

    /// Looks at an access token, with these faults.
    pub fn see(&self, token: &str, faults: &Faults) -> Seen {
        issued::see(
            token,
            &[issued::ACCESS_TOKEN],
            self.realm,
            faults,
            self.now,
            &|jti| self.memory.is_revoked(jti, self.now),
        )
    }
}

/// A request, as far as the server looks at it; form and query are read apart.
#[derive(Debug, Clone, Default)]
pub struct Request<'a> {
    /// Method.
    pub method: &'a str,
    /// The host that it was sent to, with its port: one of the server's own.
    pub host: &'a str,
    /// Path.
    pub path: &'a str,
    /// Query.
    pub query: &'a str,
    /// Values of the Authorization headers.
    pub authorization: Vec<&'a [u8]>,
    /// Values of the DPoP headers; one that is no text is empty, a proof that cannot be read.
    pub proofs: Vec<&'a str>,
}
