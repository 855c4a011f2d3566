//! The extent of a session: what its account and the organizations' policies say together.

use chrono::{DateTime, Utc};

use super::assurance::Assurance;
use super::demand::Reminded;
use super::organization::{Access, Affiliation, Gate};
use super::session::{Limited, LimitedTo, Proven, Session};

/// A session after a sign-in, or after a step that may have ended a limit.
///
/// The two are different types on purpose: code that takes either for the other does not compile.
///
/// ```
/// use mfakit::SignedIn;
///
/// fn enter(signed_in: SignedIn) -> &'static str {
///     match signed_in {
///         SignedIn::Full(session, reminded) => "keep the session, show the dashboard",
///         SignedIn::Limited(limited) => "keep it too, show limited.next_step() and nothing else",
///     }
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "the session has to be kept, and one that is limited opens only its next step"]
pub enum SignedIn {
    /// A full session. With it, the organizations that ask for MFA and have not closed the account:
    /// their periods run, or are over for their own resources.
    Full(Assurance, Option<Reminded>),
    /// A session that is for one step first.
    Limited(Limited),
}

impl SignedIn {
    /// The session, for the operations that take either.
    pub fn session(&self) -> &dyn Session {
        match self {
            Self::Full(session, _) => session,
            Self::Limited(limited) => limited,
        }
    }

    /// The full session; `None` when it is limited.
    pub fn full(self) -> Option<Assurance> {
        match self {
            Self::Full(session, _) => Some(session),
            Self::Limited(_) => None,
        }
    }

    /// The limited session; `None` when it is full.
    pub fn limited(self) -> Option<Limited> {
        match self {
            Self::Full(..) => None,
            Self::Limited(limited) => Some(limited),
        }
    }
}

impl Proven {
    /// Decides how far the session goes, by its account and by the policies of the organizations
    /// that its user belongs to.
    ///
    /// What the account asks comes first: a first setup after a reset, then codes that are too weak.
    /// A policy that has lapsed for the whole account limits a session that has not proven what it
    /// requires, whatever else the account has; it never takes back what was proven. A recovery code
    /// stands in for a standard factor and for none that is stronger.
    pub fn signed_in(self, affiliations: &[Affiliation], now: DateTime<Utc>) -> SignedIn {
        let Self { held, facts } = self;
        let limited = |to| SignedIn::Limited(Limited::new(held.clone(), to));
        if facts.enrolling {
            return limited(LimitedTo::FirstSetup);
        }
        if facts.weak_codes && held.has_factor() {
            return limited(LimitedTo::RegenerateCodes);
        }
        let access = Access::to_account(affiliations, facts.strength, now);
        let reminded = match access.gate {
            Gate::Allow => None,
            Gate::AllowAndRemind(reminded) => Some(reminded),
            Gate::SetUpFirst(walled) => return limited(LimitedTo::SetUp(walled.abridged())),
        };
        if access.needed <= held.strength() {
            return SignedIn::Full(held, reminded);
        }
        // The account has what is required. The wall is that of an account which had no more than
        // this session has proven.
        match Access::to_account(affiliations, held.strength(), now).gate {
            Gate::SetUpFirst(walled) => {
                let walled = walled.abridged();
                let recovered = held.recovered_at();
                let can_be_asked = facts.askable >= access.needed;
                // Not lost, or replaced since.
                let to = if can_be_asked && facts.askable_since > recovered {
                    LimitedTo::StepUp(walled)
                } else if recovered.is_some() {
                    LimitedTo::Replace(walled)
                } else {
                    // Nobody can be asked for it here: another one has to be set up.
                    LimitedTo::SetUp(walled)
                };
                limited(to)
            }
            Gate::Allow | Gate::AllowAndRemind(_) => SignedIn::Full(held, reminded),
        }
    }
}

#[cfg(test)]
#[path = "signed_in_tests.rs"]
mod tests;
