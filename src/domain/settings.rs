//! The numbers behind the rules, their defaults, and what they are worth together.

use chrono::TimeDelta;
use thiserror::Error;

use super::budget::Throttle;
use super::factor::totp::TotpParams;
#[cfg(feature = "webauthn")]
use super::factor::webauthn::RelyingParty;
use super::factor::{Factor, FactorState};
use super::factor_kind::FactorKind;
use super::invalid::{Invalid, within};

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
/// # Ok::<(), mfakit::domain::SettingsError>(())
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
    pub(crate) enrollment_lifetime: TimeDelta,
    pub(crate) recheck: TimeDelta,
    pub(crate) epoch: u64,
    #[cfg(feature = "webauthn")]
    pub(crate) relying_party: Option<RelyingParty>,
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
            enrollment_lifetime: TimeDelta::hours(72),
            recheck: TimeDelta::seconds(60),
            epoch: 0,
            #[cfg(feature = "webauthn")]
            relying_party: None,
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

    /// The epoch of sessions and challenges.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// How many recovery codes a set has.
    pub fn recovery_codes(&self) -> u8 {
        self.recovery_codes
    }

    /// How the codes of a new factor are computed.
    pub fn totp(&self) -> TotpParams {
        self.totp
    }

    /// The relying party that credentials are registered for and asked by; `None` where none is
    /// configured, and then none is.
    #[cfg(feature = "webauthn")]
    pub fn relying_party(&self) -> Option<&RelyingParty> {
        self.relying_party.as_ref()
    }

    /// Whether factors of a kind can be set up under these settings.
    pub(crate) fn sets_up(&self, kind: FactorKind) -> bool {
        match kind {
            FactorKind::Totp => true,
            #[cfg(feature = "webauthn")]
            FactorKind::WebAuthn => self.relying_party.is_some(),
            #[cfg(not(feature = "webauthn"))]
            FactorKind::WebAuthn => false,
            FactorKind::Unknown => false,
        }
    }

    /// Whether a factor can be asked for under these settings, suspended or not.
    pub(crate) fn asks_for(&self, factor: &Factor) -> bool {
        match factor.state() {
            FactorState::Totp(_) => true,
            #[cfg(feature = "webauthn")]
            FactorState::WebAuthn(state) => {
                self.relying_party.as_ref().is_some_and(|here| state.credential().is_of(here))
            }
            FactorState::Unknown(_) => false,
        }
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

    /// How long an enrollment code works: 1 hour to 14 days, by default 72 hours.
    pub fn enrollment_lifetime(mut self, span: TimeDelta) -> Self {
        self.settings.enrollment_lifetime = span;
        self
    }

    /// How long a guard goes by the stamps it read last: 0 to 300 seconds, by default 60. For so
    /// long a session can outlive its credentials in another process, and a member a policy; 0
    /// reads at every request. Sensitive operations never go by it.
    pub fn recheck(mut self, span: TimeDelta) -> Self {
        self.settings.recheck = span;
        self
    }

    /// The epoch of this installation's sessions, by default 0. It is part of every session, pending
    /// sign-in and challenge, and one of another epoch is void.
    ///
    /// Raise it, in the configuration of every process, after a backup was restored. A restored
    /// account holds its former stamp: without that, sessions that its owner has ended since are
    /// current again, and challenges that were passed since can be passed again.
    pub fn epoch(mut self, epoch: u64) -> Self {
        self.settings.epoch = epoch;
        self
    }

    /// Registers and asks for passkeys and security keys, for this RP ID and on these origins.
    /// Without it credentials that are stored are carried and counted, and none is asked for.
    #[cfg(feature = "webauthn")]
    pub fn relying_party(mut self, relying_party: RelyingParty) -> Self {
        self.settings.relying_party = Some(relying_party);
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
        minutes("minutes that an enrollment code works", s.enrollment_lifetime, 60, 14 * 24 * 60)?;
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
#[path = "settings_tests.rs"]
mod tests;
