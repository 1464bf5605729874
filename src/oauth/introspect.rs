//! Introspection and revocation (RFC 7662, RFC 7009).
