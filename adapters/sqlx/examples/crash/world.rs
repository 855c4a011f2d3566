//! What all the processes share: users, keys, and a clock that runs fast.

use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, TimeDelta, Utc};
use mfakit::Subject;
use mfakit::organization::OrgId;
use mfakit::ports::Clock;
use mfakit::testing::Authenticator;

use crate::Failure;

/// How many users there are. Few, so that the processes meet.
pub(crate) const USERS: u32 = 8;

/// How much faster the clock runs: a code is good for 50 ms.
const SPEED: i64 = 600;

pub(crate) fn user(number: u32) -> Result<Subject, Failure> {
    Ok(Subject::new(format!("user-{number}"))?)
}

pub(crate) fn org() -> Result<OrgId, Failure> {
    Ok(OrgId::new("acme")?)
}

/// The same for every process of a machine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FastClock;

impl Clock for FastClock {
    fn now(&self) -> DateTime<Utc> {
        let real = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let micros = i64::try_from(real.as_micros()).unwrap_or(i64::MAX);
        // Since a day in 2025, so that it stays within what a clock may say.
        let since = micros.saturating_sub(1_750_000_000_000_000);
        DateTime::UNIX_EPOCH + TimeDelta::microseconds(since.saturating_mul(SPEED))
    }
}

/// The number of the code that an app shows now.
pub(crate) fn step(at: DateTime<Utc>) -> i64 {
    at.timestamp() / 30
}

/// The app of a setup's URI.
pub(crate) fn app(uri: &str) -> Result<Authenticator, Failure> {
    Authenticator::scan(uri).ok_or_else(|| "not an otpauth URI".into())
}
