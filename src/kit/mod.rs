//! Floor 0: small tools that know nothing of tokens.

pub mod clock;
pub mod hex;
pub mod ids;
pub mod json;
pub mod markup;
pub mod progress;
pub mod rng;
pub mod secret;
pub mod shell;
pub mod spelling;
pub mod text;

use std::sync::Arc;

/// What the world gives to pure code: time and randomness, as values.
#[derive(Clone)]
pub struct Env {
    /// The moment of this step.
    pub now: clock::Timestamp,
    /// Bytes for identifiers, nonces and verifiers.
    pub rng: Arc<dyn rng::Rng>,
}

impl Env {
    /// The system's clock and randomness.
    pub fn system(clock: clock::Clock) -> Self {
        Self {
            now: clock.now(),
            rng: Arc::new(rng::SystemRng),
        }
    }
}
