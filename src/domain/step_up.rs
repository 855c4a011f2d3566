//! What a session must have proven for an action.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

use super::assurance::{Assurance, Evidence, EvidenceKind};
use super::first_factor::FirstFactorMethod;
use super::id::{FactorId, Stamp};
use super::refusal::Refusal;
use super::settings::CLOCK_SKEW;
use super::time::after;

/// What an action needs: evidence of some kinds, each recent enough.
///
/// ```
/// use chrono::TimeDelta;
/// use mfakit::{Needed, StepUpRule};
///
/// let ten_minutes = TimeDelta::minutes(10);
/// let payout = StepUpRule::two_factors(ten_minutes);
/// let export = StepUpRule::fresh(Needed::FirstFactor, ten_minutes)
///     .or(StepUpRule::fresh(Needed::SecondFactor, TimeDelta::hours(1)))
///     .or_recovery();
/// assert_eq!(payout.to_string(), "(a first factor within 600 s and a second factor within 600 s)");
/// # let _ = export;
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepUpRule {
    term: Term,
    recovery: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Term {
    Fresh(Requirement),
    All(Vec<Term>),
    Any(Vec<Term>),
}

/// One kind of evidence, no older than so much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// The kind.
    pub needed: Needed,
    /// The greatest age. An age equal to it passes.
    pub within: TimeDelta,
}

/// A kind of evidence that a rule can ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Needed {
    /// Any first factor that the host vouched for.
    FirstFactor,
    /// A first factor of this method.
    FirstFactorBy(FirstFactorMethod),
    /// Any second factor. A recovery code is one only where the rule says
    /// [`or_recovery`](StepUpRule::or_recovery).
    SecondFactor,
    /// A code of this TOTP factor.
    Factor(FactorId),
}

impl StepUpRule {
    /// Evidence of one kind, no older than `within`.
    pub fn fresh(needed: Needed, within: TimeDelta) -> Self {
        Self { term: Term::Fresh(Requirement { needed, within }), recovery: false }
    }

    /// A first factor and a second one, each no older than `within`. The same factor twice is one.
    pub fn two_factors(within: TimeDelta) -> Self {
        Self::fresh(Needed::FirstFactor, within).and(Self::fresh(Needed::SecondFactor, within))
    }

    /// Both this and the other.
    pub fn and(self, other: Self) -> Self {
        let recovery = self.recovery || other.recovery;
        let term = match self.term {
            Term::All(mut terms) => {
                terms.push(other.term);
                Term::All(terms)
            }
            term => Term::All(vec![term, other.term]),
        };
        Self { term, recovery }
    }

    /// Either this or the other.
    pub fn or(self, other: Self) -> Self {
        let recovery = self.recovery || other.recovery;
        let term = match self.term {
            Term::Any(mut terms) => {
                terms.push(other.term);
                Term::Any(terms)
            }
            term => Term::Any(vec![term, other.term]),
        };
        Self { term, recovery }
    }

    /// Lets a recovery code count as a second factor.
    pub fn or_recovery(mut self) -> Self {
        self.recovery = true;
        self
    }

    /// Decides whether a session has proven enough, under the account's current stamp.
    ///
    /// Evidence up to 30 seconds ahead of `now` counts as new (two servers' clocks); further ahead
    /// it is never fresh. The answer allocates nothing.
    ///
    /// # Errors
    /// [`Refusal::SignInAgain`] when the stamp is not the session's, [`Refusal::EnrolmentNeeded`]
    /// when the session may only set up a first factor, and [`Refusal::StepUp`] with every
    /// requirement that is missing or expired.
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
            return Err(Refusal::EnrolmentNeeded);
        }
        self.check_evidence(assurance, now)
    }

    /// The rule alone, without the stamp: for a session that is known to be current.
    pub(crate) fn check_evidence(
        &self,
        assurance: &Assurance,
        now: DateTime<Utc>,
    ) -> Result<Satisfied, Refusal> {
        if let Some(until) = self.until(&self.term, assurance, now) {
            return Ok(Satisfied { until });
        }
        let mut unmet = Unmet::default();
        self.gather(&self.term, assurance, now, &mut unmet);
        Err(Refusal::StepUp(unmet))
    }

    /// The last instant at which a term still holds; `None` when it does not hold now.
    fn until(
        &self,
        term: &Term,
        assurance: &Assurance,
        now: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        match term {
            Term::Fresh(requirement) => {
                let fresh = |e: &&Evidence| {
                    self.counts(&requirement.needed, e) && e.at <= after(now, CLOCK_SKEW)
                };
                let latest = assurance.evidence().iter().filter(fresh).map(|e| e.at).max()?;
                let until = after(latest, requirement.within);
                (now <= until).then_some(until)
            }
            Term::All(terms) => {
                let mut earliest = DateTime::<Utc>::MAX_UTC;
                for term in terms {
                    earliest = earliest.min(self.until(term, assurance, now)?);
                }
                Some(earliest)
            }
            Term::Any(terms) => {
                terms.iter().filter_map(|term| self.until(term, assurance, now)).max()
            }
        }
    }

    fn counts(&self, needed: &Needed, evidence: &Evidence) -> bool {
        match (needed, evidence.kind()) {
            (Needed::FirstFactor, EvidenceKind::First(_))
            | (Needed::SecondFactor, EvidenceKind::Totp(_)) => true,
            (Needed::FirstFactorBy(method), EvidenceKind::First(by)) => method == by,
            (Needed::Factor(factor), EvidenceKind::Totp(by)) => factor == by,
            (Needed::SecondFactor, EvidenceKind::Recovery) => self.recovery,
            _ => false,
        }
    }

    fn gather(&self, term: &Term, assurance: &Assurance, now: DateTime<Utc>, unmet: &mut Unmet) {
        match term {
            Term::Fresh(requirement) => {
                if self.until(term, assurance, now).is_some() {
                    return;
                }
                let held = assurance.evidence().iter().any(|e| self.counts(&requirement.needed, e));
                let list = if held { &mut unmet.expired } else { &mut unmet.missing };
                if !list.contains(requirement) {
                    list.push(requirement.clone());
                }
            }
            Term::All(terms) | Term::Any(terms) => {
                if self.until(term, assurance, now).is_none() {
                    terms.iter().for_each(|term| self.gather(term, assurance, now, unmet));
                }
            }
        }
    }
}

/// A rule that is satisfied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Satisfied {
    /// The last instant at which it still will be, if nothing else changes.
    pub until: DateTime<Utc>,
}

/// What a session has not proven.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Unmet {
    /// Never proven.
    pub missing: Vec<Requirement>,
    /// Proven too long ago.
    pub expired: Vec<Requirement>,
}

impl fmt::Display for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let missing = self.missing.iter().map(|r| (r, "missing"));
        let expired = self.expired.iter().map(|r| (r, "expired"));
        for (position, (requirement, how)) in missing.chain(expired).enumerate() {
            let separator = if position == 0 { "" } else { ", " };
            write!(f, "{separator}{requirement} ({how})")?;
        }
        Ok(())
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.within.num_seconds();
        match &self.needed {
            Needed::FirstFactor => write!(f, "a first factor within {seconds} s"),
            Needed::FirstFactorBy(method) => write!(f, "{method} within {seconds} s"),
            Needed::SecondFactor => write!(f, "a second factor within {seconds} s"),
            Needed::Factor(factor) => write!(f, "a code of {factor} within {seconds} s"),
        }
    }
}

impl fmt::Display for StepUpRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.term.fmt(f)?;
        f.write_str(if self.recovery { ", or a recovery code as the second factor" } else { "" })
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (terms, word) = match self {
            Self::Fresh(requirement) => return requirement.fmt(f),
            Self::All(terms) => (terms, " and "),
            Self::Any(terms) => (terms, " or "),
        };
        f.write_str("(")?;
        for (position, term) in terms.iter().enumerate() {
            f.write_str(if position == 0 { "" } else { word })?;
            term.fmt(f)?;
        }
        f.write_str(")")
    }
}
