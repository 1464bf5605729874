//! Where a refusal came from.

/// Where a refusal came from: the same code means different things at different endpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefusalPlace {
    /// The authorization endpoint, by redirect.
    Authorization,
    /// The token endpoint, for an authorization code.
    Code,
    /// The token endpoint, for a client's own token.
    ClientCredentials,
    /// The token endpoint, for a refresh token.
    Refresh,
    /// The token endpoint, for a token exchange.
    Exchange,
    /// The introspection endpoint.
    Introspection,
    /// The revocation endpoint.
    Revocation,
    /// A resource server.
    Resource,
}
