//! One rule, and the decision whether a session satisfies it.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

use super::term::Term;
use crate::domain::assurance::Assurance;
use crate::domain::context::Context;
use crate::domain::id::Stamp;
use crate::domain::refusal::Refusal;
use crate::domain::requirement::{Level, Needed, Requirement, Unmet};
use crate::domain::strength::Strength;

/// What an action needs: evidence of some kinds, each recent enough.
///
/// ```
/// use chrono::TimeDelta;
/// use mfakit::StepUpRule;
/// use mfakit::step_up::{Level, Needed};
///
/// let ten_minutes = TimeDelta::minutes(10);
/// let payout = StepUpRule::level(Level::TwoFactors, ten_minutes);
/// let keys = StepUpRule::level(Level::PhishingResistant, ten_minutes);
/// let export = StepUpRule::fresh(Needed::FirstFactor, ten_minutes)
///     .or(StepUpRule::fresh(Needed::SecondFactor, TimeDelta::hours(1)).or_recovery());
/// assert_eq!(payout.to_string(), "a first factor within 600 s and a second factor within 600 s");
/// assert_eq!(
///     keys.to_string(),
///     "a first factor within 600 s and a phishing-resistant factor within 600 s",
/// );
/// assert_eq!(
///     export.to_string(),
///     "a first factor within 600 s or a second factor or a recovery code within 3600 s",
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepUpRule {
    pub(super) term: Term,
}

/// A rule that is satisfied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Satisfied {
    /// The last instant at which it still will be, if nothing else changes.
    pub until: DateTime<Utc>,
}

impl StepUpRule {
    /// Nothing but a full session: for a page that anyone may see who is signed in.
    pub const fn signed_in() -> Self {
        Self { term: Term::All(Vec::new()) }
    }

    /// Evidence of one kind, no older than `within`.
    pub fn fresh(needed: Needed, within: TimeDelta) -> Self {
        Self { term: Term::Fresh(Requirement { needed, within }) }
    }

    /// Every kind that a level consists of, each no older than `within`.
    pub fn level(level: Level, within: TimeDelta) -> Self {
        let first = Self::fresh(Needed::FirstFactor, within);
        match level {
            Level::OneFactor => first,
            Level::TwoFactors => first.and(Self::fresh(Needed::SecondFactor, within)),
            Level::PhishingResistant => {
                let strong = Needed::FactorOf(Strength::PhishingResistant);
                first.and(Self::fresh(strong, within))
            }
        }
    }

    /// Both this and the other. Where one of them asks for a first factor, what meets the rest has to be
    /// a second factor to it: one thing is [not counted twice](crate::FirstFactorKind).
    pub fn and(self, other: Self) -> Self {
        let all = |term| match term {
            Term::All(terms) => terms,
            term @ (Term::Fresh(_) | Term::Any(_)) => vec![term],
        };
        let mut terms = all(self.term);
        terms.extend(all(other.term));
        Self { term: Term::All(terms) }
    }

    /// Either this or the other.
    pub fn or(self, other: Self) -> Self {
        let any = |term| match term {
            Term::Any(terms) => terms,
            term @ (Term::Fresh(_) | Term::All(_)) => vec![term],
        };
        let mut terms = any(self.term);
        terms.extend(any(other.term));
        Self { term: Term::Any(terms) }
    }

    /// Lets a recovery code count as the second factor, wherever this rule asks for any. What is
    /// joined to it afterwards keeps its own mind, so that [`and`](Self::and) never weakens a rule.
    pub fn or_recovery(mut self) -> Self {
        self.term.allow_recovery();
        self
    }

    /// Decides whether a session has proven enough, under the account's current stamp.
    ///
    /// Evidence up to 30 seconds ahead of the context's time counts as new (two servers' clocks); further ahead
    /// it is never fresh. Being satisfied allocates nothing.
    ///
    /// # Errors
    /// [`Refusal::SignInAgain`] when the stamp or the epoch is not the session's, and [`Refusal::StepUp`] with
    /// every requirement that is missing or expired.
    pub fn check(
        &self,
        assurance: &Assurance,
        stamp: Stamp,
        context: Context<'_>,
    ) -> Result<Satisfied, Refusal> {
        assurance.check_current(stamp, context)?;
        self.check_evidence(assurance, context.now)
    }

    /// The rule alone, without the stamp: for a session that is known to be current.
    pub(crate) fn check_evidence(
        &self,
        assurance: &Assurance,
        now: DateTime<Utc>,
    ) -> Result<Satisfied, Refusal> {
        match self.term.until(assurance, now) {
            Some(until) => Ok(Satisfied { until }),
            None => Err(Refusal::StepUp(Unmet::of(&self.term, assurance, now))),
        }
    }
}

impl fmt::Display for StepUpRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.term.fmt(f)
    }
}
