//! Lets time pass for a chain. By the monotonic clock: the program's own may be set to another moment, and
//! the system's may be set anew meanwhile.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// Waits for `time`, and tells what is left of it at each whole second. Milliseconds that passed.
pub(super) async fn wait(time: Duration, tell: impl Fn(Duration)) -> u64 {
    let began = Instant::now();
    loop {
        let left = time.saturating_sub(began.elapsed());
        if left.is_zero() {
            return u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        }
        // Up to the next whole second of what is left.
        let part = Duration::from_nanos(u64::from(left.subsec_nanos()));
        let part = if part.is_zero() {
            left.min(Duration::from_secs(1))
        } else {
            part
        };
        sleep(part).await;
        let left = time.saturating_sub(began.elapsed());
        if !left.is_zero() {
            tell(left);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[tokio::test]
    async fn a_wait_takes_its_time_and_tells_what_is_left() {
        let told = Mutex::new(Vec::new());
        let tell = |left| told.lock().unwrap().push(left);
        let passed = wait(Duration::from_millis(1100), tell).await;
        assert!((1100..5000).contains(&passed), "{passed}");
        let told = told.into_inner().unwrap();
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0] <= Duration::from_secs(1), "{told:?}");
    }
}
