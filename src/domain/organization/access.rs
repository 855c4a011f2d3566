//! The gate: what a user may reach, as far as the policies go.

use chrono::{DateTime, Utc};

use super::affiliation::Affiliation;
use super::policy::Standing;
use crate::domain::demand::{Demand, Reminded, Walled};
use crate::domain::id::OrgId;
use crate::domain::policy_terms::PolicyScope;
use crate::domain::refusal::OrgRefusal;

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
    /// Set MFA up first.
    ///
    /// Signing out, re-authenticating, verifying the e-mail address, the profile page and the
    /// setup itself must stay reachable: from there is the only way out.
    SetUpFirst(Walled),
}

impl Access {
    /// What is said where no organization asks anything.
    pub(crate) const OPEN: Self = Self { gate: Gate::Allow, until: None };

    /// Decides for the account as a whole. Only policies with [`PolicyScope::WholeAccount`] can
    /// close it; the others remind.
    pub fn to_account(affiliations: &[Affiliation], protected: bool, now: DateTime<Utc>) -> Self {
        Self::decide(affiliations, None, protected, now)
    }

    /// Decides for the resources of one organization: its own policy can close them, and so can
    /// one that closes the whole account.
    ///
    /// # Errors
    /// [`OrgRefusal::NotAMember`] when it is none of the user's, or unknown.
    pub fn to_organization(
        org: &OrgId,
        affiliations: &[Affiliation],
        protected: bool,
        now: DateTime<Utc>,
    ) -> Result<Self, OrgRefusal> {
        let member = |a: &Affiliation| a.org() == org && a.membership.is_member();
        if !affiliations.iter().any(member) {
            return Err(OrgRefusal::NotAMember(org.clone()));
        }
        Ok(Self::decide(affiliations, Some(org), protected, now))
    }

    fn decide(
        affiliations: &[Affiliation],
        target: Option<&OrgId>,
        protected: bool,
        now: DateTime<Utc>,
    ) -> Self {
        let mut until: Option<DateTime<Utc>> = None;
        let (mut asking, mut closed) = (Vec::new(), Vec::new());
        for affiliation in affiliations {
            let standing = affiliation.standing(protected, now);
            until = standing.until().into_iter().chain(until).min();
            let (org, scope) = (affiliation.org(), affiliation.scope());
            let demand = |deadline| Demand { deadline, org: org.clone(), scope };
            match standing {
                Standing::Lapsed { since } => {
                    let closes = scope == PolicyScope::WholeAccount || target == Some(org);
                    if closes { &mut closed } else { &mut asking }.push(demand(since));
                }
                Standing::InGrace { deadline } => asking.push(demand(deadline)),
                Standing::Voluntary | Standing::Compliant | Standing::Exempt { .. } => {}
            }
        }
        closed.sort_unstable();
        asking.sort_unstable();
        let gate = if let Some(first) = closed.first() {
            Gate::SetUpFirst(Walled { since: first.deadline, organizations: closed })
        } else if let Some(first) = asking.first() {
            let next = asking.iter().find(|demand| now < demand.deadline).unwrap_or(first);
            Gate::AllowAndRemind(Reminded { deadline: next.deadline, organizations: asking })
        } else {
            Gate::Allow
        };
        Self { gate, until }
    }
}

/// Refuses to switch MFA off while any organization asks for it, in its grace period too.
///
/// Policy and account live in two stores, so that a policy can be made between this check and the
/// commit that switches off. The next access decision catches that.
///
/// # Errors
/// [`OrgRefusal::PolicyRequires`] with every organization that asks.
pub fn check_may_disable(
    affiliations: &[Affiliation],
    now: DateTime<Utc>,
) -> Result<(), OrgRefusal> {
    // Asked as if it were off: an exempt member needs none.
    let asks = |a: &&Affiliation| a.standing(false, now).asks();
    let orgs: Vec<OrgId> = affiliations.iter().filter(asks).map(|a| a.org().clone()).collect();
    if orgs.is_empty() { Ok(()) } else { Err(OrgRefusal::PolicyRequires(orgs)) }
}

#[cfg(test)]
#[path = "access_tests.rs"]
mod tests;
