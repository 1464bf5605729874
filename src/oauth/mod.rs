//! Floor 2: OAuth without I/O, a file per specification. Request values in, [`http::Request`] out;
//! [`http::Response`] in, typed result out.

pub mod challenge;
pub mod client_auth;
pub mod code;
mod curl;
pub mod dpop;
pub mod exchange;
pub mod failure;
pub mod grants;
pub mod http;
pub mod introspect;
pub mod metadata;
pub mod token_response;
pub mod unreadable;

/// `urn:ietf:params:oauth:token-type:…` (RFC 8693 §3).
pub mod token_type {
    /// An access token of the same server.
    pub const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
    /// A refresh token of the same server.
    pub const REFRESH_TOKEN: &str = "urn:ietf:params:oauth:token-type:refresh_token";
    /// An OpenID Connect ID token.
    pub const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";
    /// Any JWT.
    pub const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
    /// SAML 1.1 assertion.
    pub const SAML1: &str = "urn:ietf:params:oauth:token-type:saml1";
    /// SAML 2.0 assertion.
    pub const SAML2: &str = "urn:ietf:params:oauth:token-type:saml2";
    /// All that RFC 8693 §3 and RFC 7519 §9 name, with a short word each.
    pub const ALL: [(&str, &str); 6] = [
        ("access_token", ACCESS_TOKEN),
        ("refresh_token", REFRESH_TOKEN),
        ("id_token", ID_TOKEN),
        ("jwt", JWT),
        ("saml1", SAML1),
        ("saml2", SAML2),
    ];
    /// The URI for a short word, or the text itself when it is none.
    pub fn uri(word: &str) -> &str {
        ALL.iter()
            .find(|(w, _)| *w == word)
            .map_or(word, |(_, uri)| uri)
    }
}
