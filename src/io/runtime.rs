//! Carries effects out on tokio and a blocking pool; outcomes come back over one channel.

use std::sync::mpsc;

use crate::app::{Effect, Outcome};

/// The runtime. Dropping it ends all work.
pub struct Runtime {
    outcomes: mpsc::Receiver<Outcome>,
}

impl Runtime {
    /// Starts it. `wake` is called, from any thread, when an outcome waits.
    pub fn new(wake: impl Fn() + Send + Sync + 'static) -> Result<Self, String> {
        let _ = wake;
        todo!("owner: app")
    }

    /// Begins to carry `effect` out; never blocks.
    pub fn perform(&self, effect: Effect) {
        let _ = effect;
        todo!("owner: app")
    }

    /// The next outcome that waits, if any.
    pub fn poll(&self) -> Option<Outcome> {
        self.outcomes.try_recv().ok()
    }

    /// Waits for an outcome, at most `limit`: for programs without a window.
    pub fn wait(&self, limit: std::time::Duration) -> Option<Outcome> {
        self.outcomes.recv_timeout(limit).ok()
    }
}
