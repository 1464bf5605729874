//! Authorization code with PKCE (RFC 6749 §4.1, RFC 7636).
