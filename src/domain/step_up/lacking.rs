//! What a session lacks for a rule.

use chrono::{DateTime, TimeDelta, Utc};

use super::term::Term;
use super::ways::ways;
use crate::domain::assurance::Assurance;
use crate::domain::requirement::{Level, Needed, Requirement, Unmet};
use crate::domain::strength::Strength;

impl Unmet {
    pub(super) fn of(term: &Term, assurance: &Assurance, now: DateTime<Utc>) -> Self {
        let mut unmet = Self {
            missing: Vec::new(),
            expired: Vec::new(),
            ways: ways(term, assurance, now),
            levels: Box::new(Level::ALL.map(|level| reach(term, level, assurance.account))),
        };
        unmet.gather(term, assurance, now);
        unmet
    }

    fn gather(&mut self, term: &Term, assurance: &Assurance, now: DateTime<Utc>) {
        if term.until(assurance, now).is_some() {
            return;
        }
        match term {
            Term::Fresh(requirement) => {
                let held = assurance.evidence().iter().any(|e| requirement.counts(e, assurance));
                let list = if held { &mut self.expired } else { &mut self.missing };
                if !list.contains(requirement) {
                    list.push(requirement.clone());
                }
            }
            Term::All(terms) | Term::Any(terms) => {
                let before = self.missing.len() + self.expired.len();
                terms.iter().for_each(|term| self.gather(term, assurance, now));
                // Each for itself is there, but one thing is not counted twice.
                if self.missing.len() + self.expired.len() == before {
                    terms.iter().filter(|term| !term.is_first()).for_each(|term| self.want(term));
                }
            }
        }
    }

    /// Lists what a term asks for, none of which is held as it has to be.
    fn want(&mut self, term: &Term) {
        match term {
            Term::Fresh(requirement) if self.missing.contains(requirement) => {}
            Term::Fresh(requirement) => self.missing.push(requirement.clone()),
            Term::All(terms) | Term::Any(terms) => terms.iter().for_each(|term| self.want(term)),
        }
    }
}

/// How old a sign-in of a level may be to satisfy a term, with an account of this rank; `None` when
/// the level cannot.
fn reach(term: &Term, level: Level, account: u8) -> Option<TimeDelta> {
    match term {
        Term::Fresh(Requirement { needed, within }) => {
            let enough = match needed {
                Needed::FirstFactor | Needed::FirstFactorBy(_) => true,
                Needed::SecondFactor | Needed::SecondFactorOrRecovery | Needed::Factor(_) => {
                    level.strength().is_some()
                }
                Needed::FactorOf(strength) => level.strength() >= Some(*strength),
                Needed::AsStrongAsAccount => level.strength() >= Strength::reached_by(account),
                Needed::UserVerifiedFactor => level == Level::PhishingResistant,
            };
            (enough && *within >= TimeDelta::zero()).then_some(*within)
        }
        Term::All(terms) => {
            let mut least = TimeDelta::MAX;
            for term in terms {
                least = least.min(reach(term, level, account)?);
            }
            Some(least)
        }
        Term::Any(terms) => terms.iter().filter_map(|term| reach(term, level, account)).max(),
    }
}
