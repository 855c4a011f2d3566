//! The numbers behind the rules, their defaults, and what they are worth together.

use chrono::TimeDelta;
use thiserror::Error;

use super::budget::Throttle;
use super::invalid::{Invalid, within};
use super::totp::TotpParams;

/// The most factors of one account.
pub const MAX_FACTORS: usize = 10;
/// The oldest proof that can raise a session.
pub const PROOF_MAX_AGE: TimeDelta = TimeDelta::seconds(60);
/// How far ahead of the clock evidence may lie (two servers' clocks) and still count as new.
pub const CLOCK_SKEW: TimeDelta = TimeDelta::seconds(30);

/// The numbers of every rule. [`Settings::default`] is argued value by value in `DESIGN.md`.
///
/// ```
/// use mfakit::Settings;
///
/// let settings = Settings::default();
/// let one_in = 1.0 / settings.yearly_break_in_chance();
/// assert_eq!(one_in.round(), 7_246.0);
///
/// let strict_window = Settings::builder().window(0).build()?;
/// assert!(strict_window.yearly_break_in_chance() < settings.yearly_break_in_chance());
/// # Ok::<(), mfakit::SettingsError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    pub(crate) totp: TotpParams,
    pub(crate) window: u8,
    pub(crate) confirm_within: TimeDelta,
    pub(crate) finish_within: TimeDelta,
    pub(crate) confirm_tries: u8,
    pub(crate) challenge_lifetime: TimeDelta,
    pub(crate) answers_per_challenge: u8,
    pub(crate) throttle: Throttle,
    pub(crate) recovery_codes: u8,
    pub(crate) low_stock: u8,
    pub(crate) fresh: TimeDelta,
    pub(crate) enrolment_lifetime: TimeDelta,
    pub(crate) recheck: TimeDelta,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            totp: TotpParams::default(),
            window: 1,
            confirm_within: TimeDelta::minutes(10),
            finish_within: TimeDelta::minutes(60),
            confirm_tries: 10,
            challenge_lifetime: TimeDelta::minutes(10),
            answers_per_challenge: 5,
            throttle: Throttle::default(),
            recovery_codes: 10,
            low_stock: 3,
            fresh: TimeDelta::minutes(10),
            enrolment_lifetime: TimeDelta::hours(72),
            recheck: TimeDelta::seconds(60),
        }
    }
}

impl Settings {
    /// Starts from the defaults.
    pub fn builder() -> SettingsBuilder {
        SettingsBuilder { settings: Self::default(), accept_likelier_break_in: false }
    }

    /// The chance that somebody who knows one account's password, and has machines without limit,
    /// guesses a code of it within a year.
    ///
    /// Guesses a year, times the steps that are accepted, by the codes there are: with the defaults
    /// (20 + 26) × 3 ⁄ 1,000,000, about 1 in 7,200. It is a property of these settings alone, for
    /// factors that were set up under them.
    pub fn yearly_break_in_chance(&self) -> f64 {
        let steps = 2.0 * f64::from(self.window) + 1.0;
        let per_guess = steps / f64::from(self.totp.digits().code_space());
        (self.throttle.guesses_per_year() * per_guess).min(1.0)
    }

    /// What happens to guesses.
    pub fn throttle(&self) -> &Throttle {
        &self.throttle
    }

    /// How new evidence must be for a sensitive operation.
    pub fn fresh(&self) -> TimeDelta {
        self.fresh
    }

    /// How long a guard goes by what it read last.
    pub fn recheck(&self) -> TimeDelta {
        self.recheck
    }

    /// How many recovery codes a set has.
    pub fn recovery_codes(&self) -> u8 {
        self.recovery_codes
    }

    /// How the codes of a new factor are computed.
    pub fn totp(&self) -> TotpParams {
        self.totp
    }
}

/// Settings that cannot be.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// A number outside its bounds.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Together the numbers make guessing too likely.
    #[error(
        "these settings let a password thief guess a code within a year with a chance of 1 in \
         {one_in:.0}; 1 in 1,000 is the least that is accepted"
    )]
    BreakInTooLikely {
        /// One break-in among this many attacked accounts and years.
        one_in: f64,
    },
}

/// Makes [`Settings`] and refuses those that would not protect.
#[derive(Debug, Clone)]
#[must_use]
pub struct SettingsBuilder {
    settings: Settings,
    accept_likelier_break_in: bool,
}

impl SettingsBuilder {
    /// How the codes of new factors are computed. Existing factors keep theirs.
    pub fn totp(mut self, params: TotpParams) -> Self {
        self.settings.totp = params;
        self
    }

    /// How many steps before and after the current one are accepted: 0 to 2, by default 1.
    ///
    /// RFC 6238 §5.2 recommends at most one step of delay; ASVS 5.0 §6.5.5 asks for 0.
    pub fn window(mut self, steps: u8) -> Self {
        self.settings.window = steps;
        self
    }

    /// How long a setup may take from its start to its first right code: 1 to 60 minutes, by
    /// default 10.
    pub fn confirm_within(mut self, span: TimeDelta) -> Self {
        self.settings.confirm_within = span;
        self
    }

    /// How long the owner has to save the recovery codes after that: 1 minute to 24 hours, by
    /// default 60 minutes.
    pub fn finish_within(mut self, span: TimeDelta) -> Self {
        self.settings.finish_within = span;
        self
    }

    /// How many codes a setup's confirmation may try: 1 to 20, by default 10.
    pub fn confirm_tries(mut self, tries: u8) -> Self {
        self.settings.confirm_tries = tries;
        self
    }

    /// How long a challenge can be answered: 1 to 60 minutes, by default 10.
    pub fn challenge_lifetime(mut self, span: TimeDelta) -> Self {
        self.settings.challenge_lifetime = span;
        self
    }

    /// How many codes one challenge takes: 1 to 10, by default 5.
    pub fn answers_per_challenge(mut self, answers: u8) -> Self {
        self.settings.answers_per_challenge = answers;
        self
    }

    /// What happens to guesses. See [`Throttle`].
    pub fn throttle(mut self, throttle: Throttle) -> Self {
        self.settings.throttle = throttle;
        self
    }

    /// How many recovery codes a set has: 4 to 32, by default 10.
    pub fn recovery_codes(mut self, codes: u8) -> Self {
        self.settings.recovery_codes = codes;
        self
    }

    /// At how many unused recovery codes the stock counts as low: 1 to 32, by default 3.
    pub fn low_stock(mut self, codes: u8) -> Self {
        self.settings.low_stock = codes;
        self
    }

    /// How new evidence must be for a sensitive operation: 1 to 60 minutes, by default 10.
    pub fn fresh(mut self, span: TimeDelta) -> Self {
        self.settings.fresh = span;
        self
    }

    /// How long an enrolment code works: 1 hour to 14 days, by default 72 hours.
    pub fn enrolment_lifetime(mut self, span: TimeDelta) -> Self {
        self.settings.enrolment_lifetime = span;
        self
    }

    /// How long a guard goes by the stamps it read last: 0 to 300 seconds, by default 60. For so
    /// long a session can outlive its credentials in another process, and a member a policy; 0
    /// reads at every request. Sensitive operations never go by it.
    pub fn recheck(mut self, span: TimeDelta) -> Self {
        self.settings.recheck = span;
        self
    }

    /// Accepts settings under which a password thief guesses a code within a year more often than
    /// once in 1,000 attacked accounts.
    ///
    /// # Security
    /// The only reason to call this is a rule that outranks the risk, such as a contract that
    /// demands [`Throttle::SuspendAfter`].
    pub fn accept_break_ins_likelier_than_one_in_a_thousand(mut self) -> Self {
        self.accept_likelier_break_in = true;
        self
    }

    /// Checks every number, and what they are worth together.
    ///
    /// # Errors
    /// [`SettingsError`] names the number and its bounds.
    pub fn build(self) -> Result<Settings, SettingsError> {
        let s = &self.settings;
        number("window in steps", s.window, 0, 2)?;
        number("confirmation tries", s.confirm_tries, 1, 20)?;
        number("answers per challenge", s.answers_per_challenge, 1, 10)?;
        number("recovery codes", s.recovery_codes, 4, 32)?;
        number("low stock", s.low_stock, 1, 32)?;
        minutes("minutes to confirm a setup", s.confirm_within, 1, 60)?;
        minutes("minutes to finish a setup", s.finish_within, 1, 24 * 60)?;
        minutes("minutes to answer a challenge", s.challenge_lifetime, 1, 60)?;
        minutes("minutes that evidence stays fresh", s.fresh, 1, 60)?;
        minutes("minutes that an enrolment code works", s.enrolment_lifetime, 60, 14 * 24 * 60)?;
        seconds("seconds that a guard goes by", s.recheck, 0, 300)?;
        s.throttle.check()?;
        let chance = s.yearly_break_in_chance();
        if chance > 0.001 && !self.accept_likelier_break_in {
            return Err(SettingsError::BreakInTooLikely { one_in: 1.0 / chance });
        }
        Ok(self.settings)
    }
}

fn number(what: &'static str, found: u8, min: u8, max: u8) -> Result<(), Invalid> {
    within(what, i64::from(found), i64::from(min), i64::from(max))
}

fn minutes(what: &'static str, found: TimeDelta, min: i64, max: i64) -> Result<(), Invalid> {
    if found < TimeDelta::minutes(min) || found > TimeDelta::minutes(max) {
        return Err(Invalid::Range { what, min, max, found: found.num_minutes() });
    }
    Ok(())
}

fn seconds(what: &'static str, found: TimeDelta, min: i64, max: i64) -> Result<(), Invalid> {
    if found < TimeDelta::seconds(min) || found > TimeDelta::seconds(max) {
        return Err(Invalid::Range { what, min, max, found: found.num_seconds() });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::totp::{Algorithm, Digits};

    #[test]
    fn the_defaults_are_worth_one_in_seven_thousand() {
        let chance = Settings::default().yearly_break_in_chance();
        assert!((chance - 46.0 * 3.0 / 1e6).abs() < 1e-12, "{chance}");
        assert!(Settings::builder().build().is_ok());
    }

    #[test]
    fn settings_that_do_not_protect_are_refused_unless_the_host_says_so_by_name() {
        let lavish = Throttle::Budget { guesses: 200, regrow: TimeDelta::days(1) };
        let builder = Settings::builder().throttle(lavish);
        let refused = builder.clone().build().unwrap_err();
        assert!(matches!(refused, SettingsError::BreakInTooLikely { .. }), "{refused}");
        assert!(builder.accept_break_ins_likelier_than_one_in_a_thousand().build().is_ok());

        let strict = Settings::builder().throttle(Throttle::SuspendAfter { failures: 100 });
        assert!(strict.build().is_err(), "an owner who signs in daily resets the count");
    }

    #[test]
    fn eight_digits_buy_a_hundredfold() {
        let eight = TotpParams::new(Algorithm::Sha256, Digits::Eight, 30).unwrap();
        let settings = Settings::builder().totp(eight).build().unwrap();
        let ratio =
            Settings::default().yearly_break_in_chance() / settings.yearly_break_in_chance();
        assert!((ratio - 100.0).abs() < 1e-6);
    }

    #[test]
    fn numbers_outside_their_bounds_are_named() {
        let error = Settings::builder().window(3).build().unwrap_err();
        assert_eq!(error.to_string(), "window in steps must be 0 to 2, not 3");
        let error = Settings::builder().fresh(TimeDelta::days(400)).build().unwrap_err();
        assert!(error.to_string().starts_with("minutes that evidence stays fresh must be 1 to 60"));
        assert!(Settings::builder().confirm_within(TimeDelta::seconds(-1)).build().is_err());
        let recheck = |millis| Settings::builder().recheck(TimeDelta::milliseconds(millis)).build();
        assert!(recheck(0).is_ok() && recheck(300_000).is_ok());
        assert!(recheck(-1).is_err() && recheck(300_001).is_err(), "parts of a second count");
    }

    #[test]
    fn every_number_is_taken_at_its_bounds_and_refused_beyond_them() {
        fn holds<T>(
            set: impl Fn(SettingsBuilder, T) -> SettingsBuilder,
            good: [T; 2],
            bad: [T; 2],
        ) {
            let build = |value| {
                let builder = set(Settings::builder(), value);
                builder.accept_break_ins_likelier_than_one_in_a_thousand().build()
            };
            for value in good {
                build(value).unwrap();
            }
            for value in bad {
                assert!(matches!(build(value), Err(SettingsError::Invalid(_))));
            }
        }
        let spans = |least: TimeDelta, most: TimeDelta| {
            let bit = TimeDelta::microseconds(1);
            ([least, most], [least - bit, most + bit])
        };
        let hour = TimeDelta::hours(1);

        holds(SettingsBuilder::confirm_tries, [1, 20], [0, 21]);
        holds(SettingsBuilder::answers_per_challenge, [1, 10], [0, 11]);
        holds(SettingsBuilder::recovery_codes, [4, 32], [3, 33]);
        holds(SettingsBuilder::low_stock, [1, 32], [0, 33]);
        let (good, bad) = spans(TimeDelta::minutes(1), hour);
        holds(SettingsBuilder::confirm_within, good, bad);
        holds(SettingsBuilder::challenge_lifetime, good, bad);
        holds(SettingsBuilder::fresh, good, bad);
        let (good, bad) = spans(TimeDelta::minutes(1), hour * 24);
        holds(SettingsBuilder::finish_within, good, bad);
        let (good, bad) = spans(hour, hour * 24 * 14);
        holds(SettingsBuilder::enrolment_lifetime, good, bad);
        let seconds = [0, 300, -1, 301].map(TimeDelta::seconds);
        holds(SettingsBuilder::recheck, [seconds[0], seconds[1]], [seconds[2], seconds[3]]);

        let failures = [1, 100, 0, 101].map(|failures| Throttle::SuspendAfter { failures });
        holds(SettingsBuilder::throttle, [failures[0], failures[1]], [failures[2], failures[3]]);
        let regrow = TimeDelta::minutes(1);
        let guesses = [1, 1_000, 0, 1_001].map(|guesses| Throttle::Budget { guesses, regrow });
        holds(SettingsBuilder::throttle, [guesses[0], guesses[1]], [guesses[2], guesses[3]]);
        let short = Throttle::Budget { guesses: 20, regrow: TimeDelta::seconds(59) };
        holds(SettingsBuilder::throttle, [guesses[0]; 2], [short; 2]);
    }

    #[test]
    fn one_in_a_thousand_is_accepted_and_a_refusal_tells_the_odds() {
        let years = TimeDelta::days(366);
        let builder = |window, guesses| {
            let throttle = Throttle::Budget { guesses, regrow: years };
            Settings::builder().window(window).throttle(throttle)
        };
        assert!(builder(0, 1_000).build().is_ok(), "exactly one in a thousand");
        for (window, odds) in [(1, "1 in 333;"), (2, "1 in 200;")] {
            let refused = builder(window, 1_000).build().unwrap_err();
            assert!(refused.to_string().contains(odds), "{refused}");
        }
        // 250 sign-ins of the owner a year, each of which resets the count.
        let strict = Throttle::SuspendAfter { failures: 4 };
        let refused = Settings::builder().throttle(strict).build().unwrap_err();
        assert!(refused.to_string().contains("1 in 333;"), "{refused}");
    }

    #[test]
    fn settings_say_what_was_asked_of_their_builder() {
        let throttle = Throttle::Budget { guesses: 7, regrow: TimeDelta::days(3) };
        let totp = TotpParams::new(Algorithm::Sha512, Digits::Eight, 60).unwrap();
        let settings = Settings::builder()
            .throttle(throttle)
            .totp(totp)
            .fresh(TimeDelta::minutes(3))
            .recheck(TimeDelta::seconds(4))
            .recovery_codes(5)
            .build()
            .unwrap();
        assert_eq!((*settings.throttle(), settings.totp()), (throttle, totp));
        assert_eq!(settings.fresh(), TimeDelta::minutes(3));
        assert_eq!((settings.recheck(), settings.recovery_codes()), (TimeDelta::seconds(4), 5));
    }
}
