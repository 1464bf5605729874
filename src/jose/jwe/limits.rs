//! What is carried out of what a JWE asks for.

/// Iterations of PBKDF2 that are carried out; more is a way to keep the reader busy
/// (RFC 8725bis: refuse above twice OWASP's number for HMAC-SHA-256).
pub const MAX_ITERATIONS: u32 = 1_200_000;

/// Recipients of one JWE that are tried.
pub(super) const MAX_RECIPIENTS: usize = 100;

/// Bytes of plaintext that `zip` may unfold to; more is a way to fill the reader's memory
/// (RFC 8725bis §3.6 gives 250 KB as an example).
pub const MAX_PLAIN: usize = 250 * 1024;
