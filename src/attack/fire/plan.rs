//! What is to be fired, where, and how fast.

use crate::attack::{Forgery, Ingredients, target::Target};

/// Requests a second, unless the user says otherwise.
pub const PER_SECOND: u32 = 20;

/// Most requests a second.
pub const MAX_PER_SECOND: u32 = 200;

/// Requests in all, unless the user says otherwise.
pub const LIMIT: usize = 500;

/// Requests that wait for an answer at the same time, unless the user says otherwise.
pub const AT_ONCE: usize = 4;

/// Most requests that wait for an answer at the same time.
pub const MAX_AT_ONCE: usize = 32;

/// Seconds that an answer may take, unless the user says otherwise.
pub const PATIENCE: u32 = 10;

/// Most seconds that an answer may take.
pub const MAX_PATIENCE: u32 = 20;

/// What is to be fired.
pub struct Plan {
    /// The untouched token.
    pub token: String,
    /// What forgeries are made of.
    pub with: Ingredients,
    /// Where they are sent.
    pub target: Target,
    /// Which.
    pub forgeries: Vec<&'static Forgery>,
    /// How fast, and how many.
    pub pace: Pace,
}

/// How fast requests are sent, and how many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Requests a second at most.
    pub per_second: u32,
    /// Requests in all at most.
    pub limit: usize,
    /// Requests that wait for an answer at the same time at most.
    pub at_once: usize,
    /// Seconds that an answer may take.
    pub patience: u32,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            per_second: PER_SECOND,
            limit: LIMIT,
            at_once: AT_ONCE,
            patience: PATIENCE,
        }
    }
}

impl Pace {
    /// Milliseconds between two requests.
    pub fn pause(&self) -> u64 {
        1000 / u64::from(self.per_second.clamp(1, MAX_PER_SECOND))
    }

    /// [`Self::patience`] within bounds.
    pub fn patience(&self) -> u32 {
        self.patience.clamp(1, MAX_PATIENCE)
    }
}

impl std::fmt::Debug for Plan {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Plan({} forgeries at {})",
            self.forgeries.len(),
            self.target.host()
        )
    }
}

impl PartialEq for Plan {
    /// Whether it is the same plan: two that were made apart are not.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Plan {
    /// How many requests it takes at most, controls included.
    pub fn count(&self) -> usize {
        if self.is_single() {
            return 1;
        }
        (self.forgeries.len() + 2).min(self.pace.limit)
    }

    /// Whether the token alone is sent, once and as it is.
    pub fn is_single(&self) -> bool {
        self.forgeries.is_empty()
    }

    /// Requests that may wait for an answer at the same time. With proofs of possession one: the
    /// server's next nonce comes with an answer (RFC 9449 §8).
    pub fn at_once(&self) -> usize {
        if self.target.proof.is_some() {
            1
        } else {
            self.pace.at_once.clamp(1, MAX_AT_ONCE)
        }
    }
}
