//! Token exchange (RFC 8693 §2).
