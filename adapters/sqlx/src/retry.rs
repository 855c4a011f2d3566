//! Trying again where the database asks for it.

use std::time::{Duration, Instant};

use crate::cause::nothing_was_done;

/// How often the same is asked for again.
const TRIES: u32 = 6;

/// For how long. SQLite has waited its `busy_timeout` already when it says that it is busy.
const WITHIN: Duration = Duration::from_secs(2);

/// Only for what was certainly not done: SQLITE_BUSY, a serialization failure (40001), a deadlock
/// (40P01). A commit whose fate is unknown is never repeated; the service looks for it.
pub(crate) struct Retry {
    left: u32,
    began: Instant,
    pause: Duration,
}

impl Retry {
    pub(crate) fn begin() -> Self {
        Self { left: TRIES, began: Instant::now(), pause: Duration::from_millis(2) }
    }

    /// Waits and says whether to try again.
    pub(crate) async fn again(&mut self, error: &sqlx::Error) -> bool {
        if !nothing_was_done(error) || self.left == 0 || self.began.elapsed() > WITHIN {
            return false;
        }
        self.left -= 1;
        tokio::time::sleep(self.pause).await;
        self.pause *= 2;
        true
    }
}
