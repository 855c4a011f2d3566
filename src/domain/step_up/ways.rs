//! What a user can do about an unmet rule.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

use super::rule::{Needed, Requirement, Term};
use crate::domain::assurance::Assurance;
use crate::domain::first_factor::FirstFactorKind;
use crate::domain::id::FactorId;

/// One thing to do for a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum NextStep {
    /// Sign in again by any first factor, or by this one: [`Mfa::reauthenticate`].
    ///
    /// [`Mfa::reauthenticate`]: crate::Mfa::reauthenticate
    SignIn(Option<FirstFactorKind>),
    /// Answer a challenge with a code of any factor, or of this one: [`Mfa::step_up`].
    ///
    /// [`Mfa::step_up`]: crate::Mfa::step_up
    Code(Option<FactorId>),
    /// Answer a challenge with a code of any factor or a recovery code.
    CodeOrRecovery,
    /// Set up a first factor: [`Mfa::begin_setup`]. A current session without any second factor
    /// means that MFA is off, so there is nothing that a challenge could ask for.
    ///
    /// [`Mfa::begin_setup`]: crate::Mfa::begin_setup
    SetUp,
}

/// Steps that satisfy a rule together.
pub(super) type Way = Vec<NextStep>;

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
        Term::All(terms) => terms.iter().fold(vec![Way::new()], |before, term| {
            let more = ways(term, assurance, now);
            let pairs =
                before.iter().flat_map(|way| more.iter().map(move |more| joined(way, more)));
            shortest(pairs.collect())
        }),
    }
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
    way.sort_by_key(|step| !matches!(step, NextStep::SignIn(_)));
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
            Needed::SecondFactor | Needed::SecondFactorOrRecovery
                if !assurance.has_second_factor() =>
            {
                Self::SetUp
            }
            Needed::SecondFactor => Self::Code(None),
            Needed::SecondFactorOrRecovery => Self::CodeOrRecovery,
        }
    }

    /// Whether taking this step does what the other one does.
    fn implies(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::SignIn(_), Self::SignIn(None))
            | (Self::Code(_), Self::Code(None) | Self::CodeOrRecovery | Self::SetUp) => true,
            (one, other) => one == other,
        }
    }
}

impl fmt::Display for NextStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SignIn(None) => f.write_str("sign in again"),
            Self::SignIn(Some(FirstFactorKind::Password)) => {
                f.write_str("sign in again with your password")
            }
            Self::SignIn(Some(method)) => write!(f, "sign in again with {method}"),
            Self::Code(None) => f.write_str("enter a code from your authenticator app"),
            Self::Code(Some(_)) => f.write_str("enter a code of the method that is asked for"),
            Self::CodeOrRecovery => {
                f.write_str("enter a code from your authenticator app or a recovery code")
            }
            Self::SetUp => f.write_str("set up two-factor authentication"),
        }
    }
}
