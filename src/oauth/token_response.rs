//! Token endpoint responses and errors (RFC 6749 §5, RFC 8693 §2.2).
