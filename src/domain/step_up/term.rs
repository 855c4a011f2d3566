//! What a rule is made of, and until when a session satisfies it.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::assurance::Assurance;
use crate::domain::bounds::CLOCK_SKEW;
use crate::domain::evidence::{Evidence, EvidenceKind};
use crate::domain::first_factor::FirstFactorKind;
use crate::domain::instant::after;
use crate::domain::requirement::{Needed, Requirement};
use crate::domain::strength::Strength;

/// The evidence that counts.
type Counted<'a> = &'a dyn Fn(&EvidenceKind) -> bool;

/// One requirement, or several of which all or any have to be met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Term {
    Fresh(Requirement),
    All(Vec<Term>),
    Any(Vec<Term>),
}

impl Term {
    /// The last instant at which a term still holds; `None` when it does not hold now.
    pub(super) fn until(&self, assurance: &Assurance, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.until_by(assurance, now, &|_| true)
    }

    /// The same by a part of the evidence.
    pub(super) fn until_by(
        &self,
        assurance: &Assurance,
        now: DateTime<Utc>,
        counted: Counted<'_>,
    ) -> Option<DateTime<Utc>> {
        match self {
            Self::Fresh(requirement) => requirement.until(assurance, now, counted),
            Self::All(terms) => Self::all_until(terms, assurance, now, counted),
            Self::Any(terms) => {
                terms.iter().filter_map(|term| term.until_by(assurance, now, counted)).max()
            }
        }
    }

    /// A rule that asks for a first factor and for more asks for two things: what meets the rest has to be
    /// a second factor to the one that is the first.
    fn all_until(
        terms: &[Self],
        assurance: &Assurance,
        now: DateTime<Utc>,
        counted: Counted<'_>,
    ) -> Option<DateTime<Utc>> {
        let others = |counted: Counted<'_>| {
            let mut earliest = DateTime::<Utc>::MAX_UTC;
            for term in terms.iter().filter(|term| !term.is_first()) {
                earliest = earliest.min(term.until_by(assurance, now, counted)?);
            }
            Some(earliest)
        };
        let mut earliest = others(counted)?;
        // To what is no device any factor is a second one.
        let is_device = |e: &Evidence| e.kind().first().is_some_and(FirstFactorKind::is_device);
        if !assurance.evidence().iter().any(is_device) {
            for term in terms.iter().filter(|term| term.is_first()) {
                earliest = earliest.min(term.until_by(assurance, now, counted)?);
            }
            return Some(earliest);
        }
        for term in terms.iter().filter(|term| term.is_first()) {
            let beside = |first: FirstFactorKind| {
                let by = |e: &EvidenceKind| counted(e) && e.first() == Some(first);
                let rest =
                    |e: &EvidenceKind| counted(e) && (e.first().is_some() || e.is_second_to(first));
                Some(term.until_by(assurance, now, &by)?.min(others(&rest)?))
            };
            let best = FirstFactorKind::ALL.into_iter().filter_map(beside).max();
            earliest = earliest.min(best?);
        }
        Some(earliest)
    }

    /// Whether it asks for a first factor and for nothing else.
    pub(super) fn is_first(&self) -> bool {
        match self {
            Self::Fresh(Requirement { needed, .. }) => match needed {
                Needed::FirstFactor | Needed::FirstFactorBy(_) => true,
                Needed::SecondFactor
                | Needed::SecondFactorOrRecovery
                | Needed::FactorOf(_)
                | Needed::AsStrongAsAccount
                | Needed::UserVerifiedFactor
                | Needed::Factor(_) => false,
            },
            Self::Any(terms) => terms.iter().all(Self::is_first),
            Self::All(_) => false,
        }
    }

    pub(super) fn allow_recovery(&mut self) {
        match self {
            Self::Fresh(Requirement { needed, .. }) => match needed {
                Needed::SecondFactor | Needed::FactorOf(Strength::Standard) => {
                    *needed = Needed::SecondFactorOrRecovery;
                }
                Needed::FirstFactor
                | Needed::FirstFactorBy(_)
                | Needed::SecondFactorOrRecovery
                | Needed::FactorOf(Strength::PhishingResistant)
                | Needed::AsStrongAsAccount
                | Needed::UserVerifiedFactor
                | Needed::Factor(_) => {}
            },
            Self::All(terms) | Self::Any(terms) => terms.iter_mut().for_each(Self::allow_recovery),
        }
    }
}

impl Requirement {
    /// Whether a piece of a session's evidence, of whatever age, is of the kind.
    pub(super) fn counts(&self, evidence: &Evidence, assurance: &Assurance) -> bool {
        self.needed.counts(evidence, assurance.account)
    }

    fn until(
        &self,
        assurance: &Assurance,
        now: DateTime<Utc>,
        counted: Counted<'_>,
    ) -> Option<DateTime<Utc>> {
        if self.within < TimeDelta::zero() {
            return None;
        }
        let credible = after(now, CLOCK_SKEW);
        let fresh =
            |e: &&Evidence| counted(e.kind()) && self.counts(e, assurance) && e.at() <= credible;
        let latest = assurance.evidence().iter().filter(fresh).map(Evidence::at).max()?;
        let until = after(latest, self.within);
        (now <= until).then_some(until)
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (terms, word) = match self {
            Self::Fresh(requirement) => return requirement.fmt(f),
            Self::All(terms) if terms.is_empty() => return f.write_str("a full session"),
            Self::All(terms) => (terms, " and "),
            Self::Any(terms) => (terms, " or "),
        };
        for (position, term) in terms.iter().enumerate() {
            f.write_str(if position == 0 { "" } else { word })?;
            match term {
                Self::Fresh(requirement) => requirement.fmt(f)?,
                nested @ (Self::All(_) | Self::Any(_)) => write!(f, "({nested})")?,
            }
        }
        Ok(())
    }
}
