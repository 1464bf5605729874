//! Client credentials and refresh (RFC 6749 §4.4, §6).
