//! Instants: `chrono::DateTime<Utc>`, in microseconds.

use chrono::{DateTime, TimeDelta, Utc};

use super::invalid::Invalid;
use super::refusal::Refusal;
use super::settings::Settings;

/// What every decision is given besides its input: the settings and the time.
///
/// ```
/// use mfakit::Settings;
/// use mfakit::domain::Context;
///
/// let settings = Settings::default();
/// let context = Context::new(&settings, chrono::Utc::now())?;
/// # let _ = context;
/// # Ok::<(), mfakit::Refusal>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) now: DateTime<Utc>,
}

impl<'a> Context<'a> {
    /// Takes the time from a trusted clock of the host's own, never from a client (ASVS 5.0 §6.5.8).
    /// Anything finer than a microsecond is cut off.
    ///
    /// # Errors
    /// [`Refusal::ClockOutOfRange`] before 1970 or after 9999: a clock that is this far off cannot
    /// judge a code, and what it stored could not be read back.
    pub fn new(settings: &'a Settings, now: DateTime<Utc>) -> Result<Self, Refusal> {
        if !storable(now) {
            return Err(Refusal::ClockOutOfRange);
        }
        Ok(Self { settings, now: whole_micros(now) })
    }

    /// The time of this decision.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The settings of this decision.
    pub fn settings(&self) -> &'a Settings {
        self.settings
    }

    /// Seconds since 1970; never negative.
    pub(crate) fn unix_seconds(&self) -> u64 {
        self.now.timestamp().unsigned_abs()
    }
}

fn storable(at: DateTime<Utc>) -> bool {
    const YEAR_10000: i64 = 253_402_300_800;
    (0..YEAR_10000).contains(&at.timestamp())
}

/// Refuses an instant that a store could not give back.
pub(crate) fn check_storable(what: &'static str, at: DateTime<Utc>) -> Result<(), Invalid> {
    if storable(at) { Ok(()) } else { Err(Invalid::Form { what, form: "between 1970 and 9999" }) }
}

/// Cuts an instant to whole microseconds, the precision that every store keeps.
pub(crate) fn whole_micros(at: DateTime<Utc>) -> DateTime<Utc> {
    let nanos = at.timestamp_subsec_nanos();
    // Most are whole already. A leap second, which has more nanoseconds, is not.
    if nanos.is_multiple_of(1_000) && nanos < 1_000_000_000 {
        return at;
    }
    DateTime::from_timestamp_micros(at.timestamp_micros()).unwrap_or(at)
}

/// `at + span`, held at the end of time instead of overflowing.
pub(crate) fn after(at: DateTime<Utc>, span: TimeDelta) -> DateTime<Utc> {
    at.checked_add_signed(span).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_that_cannot_be_stored_is_refused_by_its_name() {
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        for good in [0, 253_402_300_799] {
            assert_eq!(check_storable("day", at(good)), Ok(()));
        }
        for bad in [-1, 253_402_300_800] {
            let refused = check_storable("day", at(bad)).unwrap_err();
            assert_eq!(refused.to_string(), "day must be between 1970 and 9999");
        }
    }

    #[test]
    fn a_moment_holds_what_it_was_given_to_the_microsecond() {
        let settings = Settings::builder().recovery_codes(7).build().unwrap();
        let at = DateTime::from_timestamp(1_800_000_000, 123_456_789).unwrap();
        let context = Context::new(&settings, at).unwrap();
        assert_eq!(context.settings(), &settings);
        assert_eq!(context.now(), DateTime::from_timestamp(1_800_000_000, 123_456_000).unwrap());
        assert_eq!(after(at, TimeDelta::MAX), DateTime::<Utc>::MAX_UTC);
    }
}
