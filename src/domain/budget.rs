//! The guess budget: what a wrong code costs.

use chrono::{DateTime, TimeDelta, Utc};

use super::instant::after;
use super::invalid::{Invalid, within};
use super::unknown_fields::Extra;

/// What happens to guesses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Throttle {
    /// A budget of guesses for the whole account, one grown back per `regrow`. When it is empty
    /// the account asks for three codes in a row; it is never locked.
    Budget {
        /// Guesses in a full budget: 1 to 1,000, by default 20.
        guesses: u16,
        /// The time in which one guess grows back: at least a minute, by default 14 days.
        regrow: TimeDelta,
    },
    /// NIST SP 800-63B-4 §3.2.2 to the letter: after so many failures, 1 to 100, every factor of the
    /// account is suspended. Each factor counts its failures in a row and success with it clears
    /// them; the counts of all are added up. MFA stays on, recovery codes keep working, and a factor
    /// has to be bound again.
    ///
    /// # Security
    /// Whoever knows the password can take the owner's authenticator away in seconds, and an owner
    /// who signs in often resets the count for an attacker who guesses slowly. [`Settings`] counts
    /// 250 sign-ins a year, so that this mode has to be accepted by name.
    ///
    /// [`Settings`]: crate::Settings
    SuspendAfter {
        /// Failures in a row before the factors are suspended.
        failures: u16,
    },
}

impl Default for Throttle {
    fn default() -> Self {
        Self::Budget { guesses: 20, regrow: TimeDelta::days(14) }
    }
}

impl Throttle {
    /// The most guesses that anybody can make in a year.
    pub(crate) fn guesses_per_year(&self) -> f64 {
        match self {
            Self::Budget { guesses, regrow } => {
                let seconds = regrow.num_seconds().max(1);
                let grown = TimeDelta::days(365).num_seconds() / seconds;
                f64::from(*guesses) + f64::from(u32::try_from(grown).unwrap_or(u32::MAX))
            }
            Self::SuspendAfter { failures } => f64::from(*failures) * 250.0,
        }
    }

    pub(crate) fn check(&self) -> Result<(), Invalid> {
        match self {
            Self::Budget { guesses, regrow } => {
                within("guesses", i64::from(*guesses), 1, 1_000)?;
                within("seconds until a guess grows back", regrow.num_seconds(), 60, i64::MAX)
            }
            Self::SuspendAfter { failures } => within("failures", i64::from(*failures), 1, 100),
        }
    }
}

/// What success gives back at most: the guesses that its own challenge spent.
const REFUND_MAX: u16 = 3;

/// What an account has spent on guesses.
///
/// It belongs to the account: ten factors give an attacker no guess more than one. Nothing but
/// time and the owner's own success makes it grow: neither another factor nor a password sign-in.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GuessBudget {
    /// Guesses spent and not grown back.
    pub(crate) spent: u16,
    /// From when the next guess grows back.
    pub(crate) since: Option<DateTime<Utc>>,
    /// The owner was told that it ran out, and it has not been full since.
    pub(crate) told: bool,
    /// The password was changed: the next sign-in with both factors refills it.
    pub(crate) refill_due: bool,
    pub(crate) extra: Extra,
}

impl GuessBudget {
    /// The guesses left under these settings at this time. [`Throttle::SuspendAfter`] has no budget
    /// that could be spent: its count lies with the factors, see
    /// [`Account::guesses_left`](crate::domain::Account::guesses_left).
    pub fn left(&self, throttle: &Throttle, now: DateTime<Utc>) -> u16 {
        match throttle {
            Throttle::Budget { guesses, regrow } => {
                guesses.saturating_sub(self.grown(*regrow, now).spent)
            }
            Throttle::SuspendAfter { .. } => u16::MAX,
        }
    }

    /// The budget with what has grown back by `now`. A clock that ran backwards grows nothing.
    fn grown(&self, regrow: TimeDelta, now: DateTime<Utc>) -> Self {
        // There is such an instant if, and only if, guesses are spent.
        let Some(since) = self.since else { return self.clone() };
        let elapsed = (now - since).num_seconds().max(0);
        let grown = elapsed / regrow.num_seconds().max(1);
        let spent = u16::try_from(i64::from(self.spent) - grown).unwrap_or(0);
        if spent == 0 {
            return Self { spent, since: None, told: false, ..self.clone() };
        }
        let grown = i32::try_from(grown).unwrap_or(0);
        Self { spent, since: Some(after(since, regrow * grown)), ..self.clone() }
    }

    /// Charges one guess, before it is judged.
    pub(crate) fn charge(&mut self, throttle: &Throttle, now: DateTime<Utc>) {
        if let Throttle::Budget { regrow, .. } = throttle {
            *self = self.grown(*regrow, now);
            self.spent = self.spent.saturating_add(1);
            self.since.get_or_insert(now);
        }
    }

    /// A challenge was passed: gives back what that challenge spent, at most three. What others
    /// spent stays spent.
    pub(crate) fn give_back(&mut self, spent_by_challenge: u8) {
        self.spent = self.spent.saturating_sub(u16::from(spent_by_challenge).min(REFUND_MAX));
        if self.spent == 0 {
            self.since = None;
            self.told = false;
        }
    }

    /// A sign-in with both factors after a password change: whoever guessed no longer can.
    pub(crate) fn refill(&mut self) {
        *self = Self { extra: std::mem::take(&mut self.extra), ..Self::default() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: Throttle = Throttle::Budget { guesses: 20, regrow: TimeDelta::days(14) };

    fn day(days: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::days(days)
    }

    #[test]
    fn a_guess_grows_back_every_fourteen_days_and_no_sooner() {
        let mut budget = GuessBudget::default();
        (0..20).for_each(|_| budget.charge(&RULE, day(0)));
        assert_eq!(budget.left(&RULE, day(13)), 0);
        assert_eq!(budget.left(&RULE, day(14)), 1);
        budget.charge(&RULE, day(20));
        assert_eq!(budget.left(&RULE, day(27)), 0, "the charge did not restart the fortnight");
        assert_eq!(budget.left(&RULE, day(28)), 1);
        assert_eq!(budget.left(&RULE, day(10_000)), 20, "never more than full");
    }

    #[test]
    fn a_clock_that_runs_backwards_grows_nothing() {
        let mut budget = GuessBudget::default();
        (0..20).for_each(|_| budget.charge(&RULE, day(100)));
        assert_eq!(budget.left(&RULE, day(-5_000)), 0);
        budget.charge(&RULE, day(50));
        assert_eq!(budget.left(&RULE, day(113)), 0);
    }

    #[test]
    fn success_gives_back_its_own_challenge_only_and_at_most_three() {
        let mut budget = GuessBudget::default();
        (0..12).for_each(|_| budget.charge(&RULE, day(0)));
        budget.give_back(2);
        assert_eq!(budget.left(&RULE, day(0)), 10);
        budget.give_back(5);
        assert_eq!(budget.left(&RULE, day(0)), 13);
    }
}
