//! The gate: what a user may reach, as far as the policies go.

use std::cmp::Reverse;

use chrono::{DateTime, Utc};

use super::affiliation::Affiliation;
use super::standing::Standing;
use crate::domain::account::Account;
use crate::domain::demand::{Demand, Reminded, Walled};
use crate::domain::id::OrgId;
use crate::domain::policy_terms::PolicyScope;
use crate::domain::refusal::OrgRefusal;
use crate::domain::strength::Strength;

/// Whether a user may go on, and until when that answer holds by itself.
///
/// It is a function of the facts and the time. A change of facts is announced by another
/// [stamp](crate::domain::Stamp) or [policy revision](crate::store::PolicyRevision); keep the answer no longer
/// than until then.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Access {
    /// The answer.
    pub gate: Gate,
    /// The strength that a session has to have proven to go on: the strongest one that the account
    /// has and that is required, its period being over. `None` where nothing is.
    pub needed: Option<Strength>,
    /// The instant at which it changes by itself: from then on, ask again. `None` when only a
    /// change of facts can.
    pub until: Option<DateTime<Utc>>,
}

/// Whether a user may go on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Gate {
    /// Go on.
    Allow,
    /// Go on, and be reminded.
    AllowAndRemind(Reminded),
    /// Set up what is required first.
    ///
    /// Signing out, re-authenticating, verifying the e-mail address, the profile page and the
    /// setup itself must stay reachable: from there is the only way out.
    SetUpFirst(Walled),
}

impl Access {
    /// What is said where no organization asks anything.
    pub(crate) const OPEN: Self = Self { gate: Gate::Allow, needed: None, until: None };

    /// Decides for the account as a whole. Only policies with [`PolicyScope::WholeAccount`] can
    /// close it; the others remind.
    /// `strength` is the account's, `None` without a factor.
    pub fn to_account(
        affiliations: &[Affiliation],
        strength: Option<Strength>,
        now: DateTime<Utc>,
    ) -> Self {
        Self::decide(affiliations, None, strength, now)
    }

    /// Decides for the resources of one organization: its own policy can close them, and so can
    /// one that closes the whole account.
    ///
    /// # Errors
    /// [`OrgRefusal::NotAMember`] when it is none of the user's, or unknown.
    pub fn to_organization(
        org: &OrgId,
        affiliations: &[Affiliation],
        strength: Option<Strength>,
        now: DateTime<Utc>,
    ) -> Result<Self, OrgRefusal> {
        let member = |a: &Affiliation| a.org() == org && a.membership.is_member();
        if !affiliations.iter().any(member) {
            return Err(OrgRefusal::NotAMember(org.clone()));
        }
        Ok(Self::decide(affiliations, Some(org), strength, now))
    }

    fn decide(
        affiliations: &[Affiliation],
        target: Option<&OrgId>,
        strength: Option<Strength>,
        now: DateTime<Utc>,
    ) -> Self {
        let (mut until, mut ahead): (Option<DateTime<Utc>>, Option<DateTime<Utc>>) = (None, None);
        let mut needed = None;
        let (mut asking, mut closed) = (Vec::new(), Vec::new());
        for affiliation in affiliations {
            let org = affiliation.org();
            let (mut asks, mut closes): (Option<Demand>, Option<Demand>) = (None, None);
            for requirement in affiliation.policy().requirements() {
                let scope = requirement.terms.scope;
                let can_close = scope == PolicyScope::WholeAccount || target == Some(org);
                if requirement.required.met_by(strength) {
                    // The account has it. Its sessions have to prove it once the period is over.
                    match requirement.walled_from(&affiliation.membership) {
                        Some(from) if can_close && now < from => {
                            until = Some(from).into_iter().chain(until).min();
                        }
                        Some(_) if can_close => needed = needed.max(requirement.required.known()),
                        Some(_) | None => {}
                    }
                    continue;
                }
                let standing = requirement.decide(&affiliation.membership, strength, now);
                until = standing.until().into_iter().chain(until).min();
                let demand =
                    |deadline, required| Demand { deadline, org: org.clone(), scope, required };
                match standing {
                    Standing::Lapsed { since, required } => {
                        let demand = demand(since, required);
                        if can_close {
                            closes = Some(demand.and_closed(closes));
                        } else {
                            asks = Some(demand.or_stricter(asks));
                        }
                    }
                    Standing::InGrace { deadline, required } => {
                        ahead = Some(ahead.map_or(deadline, |first| first.min(deadline)));
                        asks = Some(demand(deadline, required).or_stricter(asks));
                    }
                    Standing::Voluntary | Standing::Compliant | Standing::Exempt { .. } => {}
                }
            }
            asking.extend(asks);
            closed.extend(closes);
        }
        closed.sort_unstable();
        asking.sort_unstable();
        let gate = if let Some(first) = closed.first() {
            Gate::SetUpFirst(Walled { since: first.deadline, organizations: closed })
        } else if let Some(first) = asking.first() {
            let deadline = ahead.unwrap_or(first.deadline);
            Gate::AllowAndRemind(Reminded { deadline, organizations: asking })
        } else {
            Gate::Allow
        };
        Self { gate, needed, until }
    }
}

impl Demand {
    /// This and another requirement of one organization have closed the door: it takes the stronger
    /// of the two to open it.
    fn and_closed(self, other: Option<Self>) -> Self {
        let Some(other) = other else { return self };
        Self {
            deadline: self.deadline.min(other.deadline),
            scope: self.scope.max(other.scope),
            required: self.required.max(other.required),
            org: self.org,
        }
    }

    /// Of two requirements of one organization the one whose period is over first.
    fn or_stricter(self, other: Option<Self>) -> Self {
        let earlier = |other: &Self| {
            (other.deadline, Reverse(other.required)) < (self.deadline, Reverse(self.required))
        };
        other.filter(earlier).unwrap_or(self)
    }
}

/// Refuses to weaken an account below what any organization asks for, in its grace period too.
/// `left` is the strength that would be left, `None` when MFA would be off: see
/// [`Transition::leaves`](crate::domain::Transition::leaves).
///
/// Everything by which the user of an account takes a factor away asks this: removing, replacing and
/// disabling. What makes the account no weaker is allowed, however weak it is.
///
/// Policy and account live in two stores, so that a policy can be made between this check and the
/// commit that weakens. The next access decision catches that.
///
/// # Errors
/// [`OrgRefusal::PolicyRequires`] with every organization that asks for more.
pub fn check_may_weaken(
    affiliations: &[Affiliation],
    account: &Account,
    left: Option<Strength>,
    now: DateTime<Utc>,
) -> Result<(), OrgRefusal> {
    let weaker = left < account.strength() || (left.is_none() && account.enabled());
    if !weaker {
        return Ok(());
    }
    // An exempt member may do without.
    let asks = |a: &&Affiliation| {
        let standing = a.standing(left, now);
        matches!(standing, Standing::InGrace { .. } | Standing::Lapsed { .. })
    };
    let orgs: Vec<OrgId> = affiliations.iter().filter(asks).map(|a| a.org().clone()).collect();
    if orgs.is_empty() { Ok(()) } else { Err(OrgRefusal::PolicyRequires(orgs)) }
}

#[cfg(test)]
#[path = "access_tests.rs"]
mod tests;
