//! Time.

use chrono::{DateTime, Utc};

/// Tells the time. Each operation asks once.
///
/// # Contract
/// A trusted clock of the server's own, kept by NTP or the like, never a client's (ASVS 5.0
/// §6.5.8). Servers that share accounts should agree within 30 seconds. It may run backwards: no
/// used code becomes good again.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> DateTime<Utc>;
}

/// The operating system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}
