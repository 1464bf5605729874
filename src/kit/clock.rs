//! The clock as a value. Pure code receives a [`Timestamp`]; only [`Clock::now`] reads the system.

use std::time::Duration;

use jiff::SignedDuration;
pub use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Where verdicts, countdowns and findings take their time from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// The system's clock.
    #[default]
    System,
    /// A fixed moment, chosen by the user.
    Fixed(Timestamp),
}

impl Clock {
    /// The present moment of this clock.
    #[allow(clippy::disallowed_methods)] // the one place that reads the system's clock
    pub fn now(self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            Self::Fixed(at) => at,
        }
    }
}

/// RFC 3339 in whole seconds, as reports say when something was.
pub fn to_second(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A NumericDate (RFC 7519 §2) in whole seconds as a timestamp; `None` outside the calendar.
pub fn from_numeric_date(seconds: i64) -> Option<Timestamp> {
    Timestamp::from_second(seconds).ok()
}

/// A NumericDate for people: RFC 3339, or the number when it is beyond the calendar.
pub fn numeric_date_words(seconds: i64) -> String {
    from_numeric_date(seconds).map_or_else(|| seconds.to_string(), |at| at.to_string())
}

/// A span of time as people write it (`90s`, `1m 30s`) or as ISO 8601 (`PT90S`); `None` for what is none,
/// or runs backwards.
pub fn duration(text: &str) -> Option<Duration> {
    let span: SignedDuration = text.trim().parse().ok()?;
    Duration::try_from(span).ok()
}
