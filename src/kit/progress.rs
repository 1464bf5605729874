//! How far long work has come, and whether it is still wanted: shared between whoever asked for it
//! and the thread that does it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Long work under way.
#[derive(Debug, Default)]
pub struct Progress {
    done: AtomicUsize,
    all: AtomicUsize,
    stopped: AtomicBool,
}

impl Progress {
    /// Asks for the end of the work: nobody waits for it any more.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    /// Whether [`Self::stop`] was called.
    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// Says how many steps there are in all.
    pub fn plan(&self, steps: usize) {
        self.all.store(steps, Ordering::Relaxed);
    }

    /// Notes steps that are done.
    pub fn step(&self, steps: usize) {
        self.done.fetch_add(steps, Ordering::Relaxed);
    }

    /// The share that is done in percent, 0 to 99 while the work goes on; `None` before it is known
    /// how much there is.
    pub fn percent(&self) -> Option<usize> {
        let all = self.all.load(Ordering::Relaxed);
        let done = self.done.load(Ordering::Relaxed);
        (all > 0).then(|| (done.saturating_mul(100) / all).min(99))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_is_told_once_the_whole_is_known() {
        let progress = Progress::default();
        assert_eq!(progress.percent(), None);
        progress.plan(8);
        assert_eq!(progress.percent(), Some(0));
        progress.step(2);
        assert_eq!(progress.percent(), Some(25));
        progress.step(20);
        assert_eq!(progress.percent(), Some(99));
        assert!(!progress.is_stopped());
        progress.stop();
        assert!(progress.is_stopped());
    }
}
