//! The ways to satisfy an unmet rule.

use chrono::{DateTime, TimeDelta, Utc};

use super::term::Term;
use crate::domain::assurance::Assurance;
use crate::domain::first_factor::FirstFactorKind;
use crate::domain::requirement::{Needed, NextStep, Requirement, Way};
use crate::domain::strength::Strength;

/// A rule of any-ofs within an all-of can have thousands of ways. Nobody reads them.
const MOST_WAYS: usize = 8;

/// The ways to satisfy a term, the shortest first.
pub(super) fn ways(term: &Term, assurance: &Assurance, now: DateTime<Utc>) -> Vec<Way> {
    if term.until(assurance, now).is_some() {
        return vec![Way::new()];
    }
    match term {
        Term::Fresh(requirement) if requirement.within < TimeDelta::zero() => Vec::new(),
        // MFA is off: there is no such factor, and setting one up makes another one.
        Term::Fresh(Requirement { needed: Needed::Factor(_), .. })
            if !assurance.has_second_factor() =>
        {
            Vec::new()
        }
        Term::Fresh(requirement) => vec![vec![NextStep::towards(&requirement.needed, assurance)]],
        Term::Any(terms) => {
            shortest(terms.iter().flat_map(|term| ways(term, assurance, now)).collect())
        }
        Term::All(terms) => {
            let ways = terms.iter().fold(vec![Way::new()], |before, term| {
                let more = ways(term, assurance, now);
                let pairs =
                    before.iter().flat_map(|way| more.iter().map(move |more| joined(way, more)));
                shortest(pairs.collect())
            });
            let alone = only_by_a_device(terms, assurance, now);
            let otherwise = |way: Way| match alone || way.is_empty() {
                true => joined(&way, &vec![NextStep::SignInOtherwise]),
                false => way,
            };
            ways.into_iter().map(otherwise).collect()
        }
    }
}

/// Whether a first factor that is asked for with more is there only by a device to which nothing is a
/// second one.
fn only_by_a_device(terms: &[Term], assurance: &Assurance, now: DateTime<Utc>) -> bool {
    let only = |term: &&Term| {
        let by = |device: FirstFactorKind| {
            term.until_by(assurance, now, &|e| e.first() == Some(device)).is_some()
        };
        FirstFactorKind::ALL.into_iter().filter(|kind| by(*kind)).eq([FirstFactorKind::Device])
    };
    let more = terms.iter().any(|term| !term.is_first());
    more && terms.iter().filter(|term| term.is_first()).any(|term| only(&term))
}

/// Both ways as one. A step that another one implies is left out.
fn joined(one: &Way, other: &Way) -> Way {
    let mut way = one.clone();
    for step in other {
        if !way.iter().any(|taken| taken.implies(step)) {
            way.retain(|taken| !step.implies(taken));
            way.push(step.clone());
        }
    }
    way.sort_by_key(|step| !matches!(step, NextStep::SignIn(_) | NextStep::SignInOtherwise));
    way
}

/// Keeps the shortest ways, and none that asks for everything another one asks for and more.
fn shortest(mut ways: Vec<Way>) -> Vec<Way> {
    ways.sort_by_key(Vec::len);
    let mut kept: Vec<Way> = Vec::new();
    for way in ways {
        let implied = |shorter: &Way| shorter.iter().all(|s| way.iter().any(|w| w.implies(s)));
        if kept.len() < MOST_WAYS && !kept.iter().any(implied) {
            kept.push(way);
        }
    }
    kept
}

impl NextStep {
    fn towards(needed: &Needed, assurance: &Assurance) -> Self {
        match needed {
            Needed::FirstFactor => Self::SignIn(None),
            Needed::FirstFactorBy(method) => Self::SignIn(Some(method.clone())),
            Needed::Factor(factor) => Self::Code(Some(*factor)),
            Needed::FactorOf(least @ Strength::PhishingResistant) => {
                match Strength::reached_by(assurance.account) >= Some(*least) {
                    true => Self::FactorOf(*least),
                    false => Self::SetUpOf(*least),
                }
            }
            Needed::UserVerifiedFactor => match Strength::reached_by(assurance.account) {
                Some(Strength::PhishingResistant) => Self::UserVerified,
                Some(Strength::Standard) | None => Self::SetUpUserVerified,
            },
            Needed::AsStrongAsAccount => match Strength::reached_by(assurance.account) {
                _ if assurance.account == 0 => Self::SignIn(None),
                Some(strong @ Strength::PhishingResistant) => Self::FactorOf(strong),
                Some(Strength::Standard) | None => Self::Code(None),
            },
            Needed::SecondFactor
            | Needed::SecondFactorOrRecovery
            | Needed::FactorOf(Strength::Standard)
                if !assurance.has_second_factor() =>
            {
                Self::SetUp
            }
            Needed::SecondFactor | Needed::FactorOf(Strength::Standard) => Self::Code(None),
            Needed::SecondFactorOrRecovery => Self::CodeOrRecovery,
        }
    }

    /// Whether taking this step does what the other one does.
    fn implies(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::SignIn(_) | Self::SignInOtherwise, Self::SignIn(None))
            | (
                Self::Code(_) | Self::FactorOf(_),
                Self::Code(None) | Self::CodeOrRecovery | Self::SetUp,
            )
            | (
                Self::UserVerified,
                Self::FactorOf(_) | Self::Code(None) | Self::CodeOrRecovery | Self::SetUp,
            )
            | (
                Self::SetUpOf(_) | Self::SetUpUserVerified,
                Self::SetUp | Self::Code(None) | Self::CodeOrRecovery,
            )
            | (Self::SetUpUserVerified, Self::SetUpOf(_)) => true,
            (Self::FactorOf(one), Self::FactorOf(other))
            | (Self::SetUpOf(one), Self::SetUpOf(other)) => one >= other,
            (one, other) => one == other,
        }
    }
}
