//! One rule, and the decision whether a session satisfies it.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

use super::claims::Level;
use super::unmet::Unmet;
use crate::domain::assurance::{Assurance, Evidence, EvidenceKind};
use crate::domain::first_factor::FirstFactorKind;
use crate::domain::id::{FactorId, Stamp};
use crate::domain::refusal::Refusal;
use crate::domain::settings::CLOCK_SKEW;
use crate::domain::time::after;

/// What an action needs: evidence of some kinds, each recent enough.
///
/// ```
/// use chrono::TimeDelta;
/// use mfakit::StepUpRule;
/// use mfakit::step_up::{Level, Needed};
///
/// let ten_minutes = TimeDelta::minutes(10);
/// let payout = StepUpRule::level(Level::TwoFactors, ten_minutes);
/// let export = StepUpRule::fresh(Needed::FirstFactor, ten_minutes)
///     .or(StepUpRule::fresh(Needed::SecondFactor, TimeDelta::hours(1)).or_recovery());
/// assert_eq!(payout.to_string(), "a first factor within 600 s and a second factor within 600 s");
/// assert_eq!(
///     export.to_string(),
///     "a first factor within 600 s or a second factor or a recovery code within 3600 s",
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepUpRule {
    pub(super) term: Term,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Term {
    Fresh(Requirement),
    All(Vec<Term>),
    Any(Vec<Term>),
}

/// One kind of evidence, no older than so much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// The kind.
    pub needed: Needed,
    /// The greatest age. An age equal to it passes; a negative one is never met.
    pub within: TimeDelta,
}

/// A kind of evidence that a rule can ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Needed {
    /// Any first factor that the host vouched for.
    FirstFactor,
    /// A first factor of this method.
    FirstFactorBy(FirstFactorKind),
    /// A code of any factor. A recovery code is none.
    SecondFactor,
    /// A code of any factor, or a recovery code. Rules say it by
    /// [`or_recovery`](StepUpRule::or_recovery).
    SecondFactorOrRecovery,
    /// A code of this TOTP factor.
    Factor(FactorId),
}

/// A rule that is satisfied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Satisfied {
    /// The last instant at which it still will be, if nothing else changes.
    pub until: DateTime<Utc>,
}

impl StepUpRule {
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
        }
    }

    /// Both this and the other.
    pub fn and(self, other: Self) -> Self {
        let all = |term| match term {
            Term::All(terms) => terms,
            term => vec![term],
        };
        let mut terms = all(self.term);
        terms.extend(all(other.term));
        Self { term: Term::All(terms) }
    }

    /// Either this or the other.
    pub fn or(self, other: Self) -> Self {
        let any = |term| match term {
            Term::Any(terms) => terms,
            term => vec![term],
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
    /// Evidence up to 30 seconds ahead of `now` counts as new (two servers' clocks); further ahead
    /// it is never fresh. Being satisfied allocates nothing.
    ///
    /// # Errors
    /// [`Refusal::SignInAgain`] when the stamp is not the session's, [`Refusal::EnrollmentNeeded`]
    /// when the session may only set up a first factor, [`Refusal::RegenerateFirst`] when it has to
    /// replace imported recovery codes first, and [`Refusal::StepUp`] with every requirement that is
    /// missing or expired.
    pub fn check(
        &self,
        assurance: &Assurance,
        stamp: Stamp,
        now: DateTime<Utc>,
    ) -> Result<Satisfied, Refusal> {
        if assurance.stamp() != stamp {
            return Err(Refusal::SignInAgain);
        }
        if assurance.limited_to_setup() {
            return Err(Refusal::EnrollmentNeeded);
        }
        assurance.check_unlimited()?;
        self.check_evidence(assurance, now)
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

impl Term {
    /// The last instant at which a term still holds; `None` when it does not hold now.
    pub(super) fn until(&self, assurance: &Assurance, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::Fresh(requirement) => requirement.until(assurance, now),
            Self::All(terms) => {
                let mut earliest = DateTime::<Utc>::MAX_UTC;
                for term in terms {
                    earliest = earliest.min(term.until(assurance, now)?);
                }
                Some(earliest)
            }
            Self::Any(terms) => terms.iter().filter_map(|term| term.until(assurance, now)).max(),
        }
    }

    fn allow_recovery(&mut self) {
        match self {
            Self::Fresh(Requirement { needed, .. }) if *needed == Needed::SecondFactor => {
                *needed = Needed::SecondFactorOrRecovery;
            }
            Self::Fresh(_) => {}
            Self::All(terms) | Self::Any(terms) => terms.iter_mut().for_each(Self::allow_recovery),
        }
    }
}

impl Requirement {
    fn until(&self, assurance: &Assurance, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if self.within < TimeDelta::zero() {
            return None;
        }
        let credible = after(now, CLOCK_SKEW);
        let fresh = |e: &&Evidence| self.needed.counts(e) && e.at() <= credible;
        let latest = assurance.evidence().iter().filter(fresh).map(Evidence::at).max()?;
        let until = after(latest, self.within);
        (now <= until).then_some(until)
    }
}

impl Needed {
    /// Whether a piece of evidence, of whatever age, is of this kind.
    pub(super) fn counts(&self, evidence: &Evidence) -> bool {
        match (self, evidence.kind()) {
            (Self::FirstFactor, EvidenceKind::First(_))
            | (Self::SecondFactor | Self::SecondFactorOrRecovery, EvidenceKind::Totp(_))
            | (Self::SecondFactorOrRecovery, EvidenceKind::Recovery) => true,
            (Self::FirstFactorBy(method), EvidenceKind::First(by)) => method == by,
            (Self::Factor(factor), EvidenceKind::Totp(by)) => factor == by,
            _ => false,
        }
    }
}

impl fmt::Display for StepUpRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.term.fmt(f)
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (terms, word) = match self {
            Self::Fresh(requirement) => return requirement.fmt(f),
            Self::All(terms) => (terms, " and "),
            Self::Any(terms) => (terms, " or "),
        };
        for (position, term) in terms.iter().enumerate() {
            f.write_str(if position == 0 { "" } else { word })?;
            match term {
                Self::Fresh(requirement) => requirement.fmt(f)?,
                nested => write!(f, "({nested})")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} within {} s", self.needed, self.within.num_seconds())
    }
}

impl fmt::Display for Needed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FirstFactor => f.write_str("a first factor"),
            Self::FirstFactorBy(method) => method.fmt(f),
            Self::SecondFactor => f.write_str("a second factor"),
            Self::SecondFactorOrRecovery => f.write_str("a second factor or a recovery code"),
            Self::Factor(factor) => write!(f, "a code of {factor}"),
        }
    }
}
