//! Randomness as a value: the system's in the program, a counter in tests.

/// A source of bytes for identifiers, nonces and verifiers. Keys are generated in `jose::crypto`.
pub trait Rng: Send + Sync {
    /// Fills `out`.
    fn fill(&self, out: &mut [u8]);
}

/// The operating system's randomness.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemRng;

impl Rng for SystemRng {
    fn fill(&self, out: &mut [u8]) {
        if getrandom::fill(out).is_err() {
            // Without randomness nothing that depends on it may go on: a predictable verifier or
            // `jti` is worse than a stop.
            std::process::abort();
        }
    }
}

/// A counter that stands in for randomness, so that a test gives the same bytes each time.
#[derive(Debug, Default)]
pub struct CountingRng(std::sync::atomic::AtomicU64);

impl Rng for CountingRng {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(8) {
            let n = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let bytes = n.to_be_bytes();
            chunk.copy_from_slice(&bytes[8 - chunk.len()..]);
        }
    }
}

/// `bytes` random bytes as base64url without padding.
pub fn token(rng: &dyn Rng, bytes: usize) -> String {
    use base64::Engine as _;
    let mut buffer = vec![0; bytes];
    rng.fill(&mut buffer);
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(buffer)
}
