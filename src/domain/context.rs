//! What every decision is given besides its input.

use chrono::{DateTime, Utc};

use super::instant::{storable, whole_micros};
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_holds_what_it_was_given_to_the_microsecond() {
        let settings = Settings::builder().recovery_codes(7).build().unwrap();
        let at = DateTime::from_timestamp(1_800_000_000, 123_456_789).unwrap();
        let context = Context::new(&settings, at).unwrap();
        assert_eq!(context.settings(), &settings);
        assert_eq!(context.now(), DateTime::from_timestamp(1_800_000_000, 123_456_000).unwrap());
    }
}
