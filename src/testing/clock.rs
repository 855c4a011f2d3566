//! A clock that is moved by hand.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use crate::ports::Clock;
use crate::sync::{Mutex, lock};

/// A clock that stands still until it is moved. Clones share one time.
///
/// ```
/// use chrono::TimeDelta;
/// use mfakit::ports::Clock;
/// use mfakit::testing::ManualClock;
///
/// let clock = ManualClock::at(1_800_000_000);
/// let before = clock.now();
/// clock.advance(TimeDelta::seconds(30));
/// assert_eq!(clock.now() - before, TimeDelta::seconds(30));
/// ```
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<Mutex<DateTime<Utc>>>);

impl ManualClock {
    /// Starts at so many seconds since 1970, which may be negative. A number that no instant has
    /// starts in 1970.
    pub fn at(unix_seconds: i64) -> Self {
        let start = DateTime::from_timestamp(unix_seconds, 0).unwrap_or(DateTime::UNIX_EPOCH);
        Self(Arc::new(Mutex::new(start)))
    }

    /// Moves by a span, backwards when it is negative.
    pub fn advance(&self, span: TimeDelta) {
        *lock(&self.0) += span;
    }

    /// Jumps to an instant.
    pub fn set(&self, now: DateTime<Utc>) {
        *lock(&self.0) = now;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        *lock(&self.0)
    }
}
