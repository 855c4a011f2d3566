//! Policies and memberships to try a store with, made by the real decisions.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::{
    Account, Acknowledgement, Actor, Assurance, CommitId, GracePeriod, Membership, OrgAuthority,
    OrgChange, OrgCommit, OrgId, OrgPolicy, OrgRow, OrgTransition, Organization, PolicyScope,
    PolicyTerms, ProposedPolicy, StoredMembership, Strength, Version,
};
use crate::testing::conformance::Violation;
use crate::testing::conformance::samples::accounts::{Author, broken_sample, start, subject};

pub(crate) fn org(text: &str) -> Result<OrgId, Violation> {
    OrgId::new(text).map_err(broken_sample)
}

pub(crate) fn day(days: i64) -> DateTime<Utc> {
    start() + TimeDelta::days(days)
}

pub(crate) fn terms(days: i64, scope: PolicyScope) -> Result<PolicyTerms, Violation> {
    Ok(PolicyTerms { grace: GracePeriod::days(days).map_err(broken_sample)?, scope })
}

/// MFA required since a day, with so many days to put it off.
pub(crate) fn required(since: i64, grace: i64) -> Result<OrgPolicy, Violation> {
    let terms = terms(grace, PolicyScope::OrganizationResources)?;
    Ok(OrgPolicy::requiring(Strength::Standard, day(since), terms))
}

/// A membership as a row, with nothing granted.
pub(crate) fn plain(
    of: &str,
    who: &str,
    joined: DateTime<Utc>,
) -> Result<StoredMembership, Violation> {
    Ok(StoredMembership {
        org: org(of)?,
        subject: subject(who)?,
        first_joined: joined,
        left_at: None,
        exemption: None,
        extension: None,
        version: Version::first([1; 8]),
        recent: Vec::new(),
    })
}

/// The two rows of an organization store that a rule can be about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Policy,
    Membership,
}

/// Makes commits of organizations: an administrator with MFA and a fresh session.
pub(crate) struct Office {
    author: Author,
    account: Account,
    session: Assurance,
}

impl Office {
    /// Two offices of different numbers never make the same id.
    pub(crate) fn new(number: u32) -> Result<Self, Violation> {
        let mut author = Author::new(number);
        let (account, session) = author.protected(&subject("administrator")?)?;
        Ok(Self { author, account, session })
    }

    fn sealed<T>(&mut self, transition: OrgTransition<T>) -> OrgCommit {
        transition.into_commit(CommitId::from_random(self.author.draw())).0
    }

    fn authority(&self, over: &OrgId, reason: &str) -> Result<OrgAuthority, Violation> {
        let actor = self.account.subject().clone();
        OrgAuthority::grant(over.clone(), actor, reason).map_err(broken_sample)
    }

    /// A commit that creates the row: a policy that requires MFA, or ada's membership.
    pub(crate) fn create(&mut self, kind: Kind, name: &str) -> Result<OrgCommit, Violation> {
        match kind {
            Kind::Policy => self.require(name, 14),
            Kind::Membership => self.join(name, "ada"),
        }
    }

    /// A commit that makes MFA required where there was no policy.
    pub(crate) fn require(&mut self, name: &str, days: i64) -> Result<OrgCommit, Violation> {
        let absent = Organization::absent(org(name)?, Version::first(self.author.draw()));
        self.require_of(&absent, days)
    }

    /// The same where MFA is voluntary.
    pub(crate) fn require_of(
        &mut self,
        organization: &Organization,
        days: i64,
    ) -> Result<OrgCommit, Violation> {
        let terms = terms(days, PolicyScope::OrganizationResources)?;
        self.set_policy(organization, ProposedPolicy::Required(Strength::Standard, terms))
    }

    /// A commit that makes MFA voluntary.
    pub(crate) fn make_voluntary(
        &mut self,
        organization: &Organization,
    ) -> Result<OrgCommit, Violation> {
        self.set_policy(organization, ProposedPolicy::NotRequired(Strength::Standard))
    }

    /// A commit that ends in this policy to the microsecond, whatever was there before.
    pub(crate) fn policy(
        &mut self,
        organization: &Organization,
        policy: OrgPolicy,
    ) -> Result<OrgCommit, Violation> {
        let by = self.authority(organization.id(), "a test")?;
        let actor = Actor::new(&self.account, &self.session, &by);
        let change = OrgChange::MadeVoluntary { strength: Strength::Standard };
        let set = organization.set_to(policy, change, actor, self.author.context()?);
        Ok(self.sealed(set))
    }

    fn set_policy(
        &mut self,
        organization: &Organization,
        proposed: ProposedPolicy,
    ) -> Result<OrgCommit, Violation> {
        let by = self.authority(organization.id(), "a test")?;
        let actor = Actor::new(&self.account, &self.session, &by);
        let acknowledged = Some(Acknowledgement::ActorIsWeaker);
        let context = self.author.context()?;
        let set = organization.set_policy(actor, proposed, acknowledged, context);
        let set = set.map_err(broken_sample)?;
        Ok(self.sealed(set))
    }

    /// A commit that lets somebody join.
    pub(crate) fn join(&mut self, name: &str, who: &str) -> Result<OrgCommit, Violation> {
        let first = Version::first(self.author.draw());
        let context = self.author.context()?;
        let joined = Membership::join(org(name)?, subject(who)?, start(), first, context);
        let joined = joined.map_err(broken_sample)?;
        Ok(self.sealed(joined))
    }

    /// A commit that creates a membership with everything in it that the row has.
    pub(crate) fn member(&mut self, row: StoredMembership) -> Result<OrgCommit, Violation> {
        let first = Version::first(self.author.draw());
        let member = Membership::from_stored(row);
        let moved = member.moved_to(member.subject(), None, first, self.author.context()?);
        let moved = moved.ok_or_else(|| broken_sample("nothing to create"))?;
        Ok(self.sealed(moved))
    }

    /// A commit that lets a member leave, or come back.
    pub(crate) fn leave_or_rejoin(&mut self, member: &Membership) -> Result<OrgCommit, Violation> {
        let context = self.author.context()?;
        let moved = if member.is_member() { member.leave(context) } else { member.rejoin(context) };
        let moved = moved.map_err(broken_sample)?;
        Ok(self.sealed(moved))
    }

    /// A commit that exempts a member.
    pub(crate) fn exempt(
        &mut self,
        member: &Membership,
        until: Option<DateTime<Utc>>,
        reason: &str,
    ) -> Result<OrgCommit, Violation> {
        let by = self.authority(member.org(), reason)?;
        let actor = Actor::new(&self.account, &self.session, &by);
        let of = Organization::absent(member.org().clone(), Version::first([1; 8]));
        let exempted = of.exempt(member, Strength::Standard, until, actor, self.author.context()?);
        let exempted = exempted.map_err(broken_sample)?;
        Ok(self.sealed(exempted))
    }

    /// A commit that changes the row by as little as a decision can, with one event.
    pub(crate) fn touch(&mut self, row: &OrgRow) -> Result<OrgCommit, Violation> {
        match row {
            OrgRow::Membership(member) => self.exempt(member, None, "a test"),
            OrgRow::Organization(organization) if organization.policy().is_voluntary() => {
                self.require_of(organization, 14)
            }
            OrgRow::Organization(organization) => self.make_voluntary(organization),
        }
    }
}

/// A row in a form that can be compared.
pub(crate) type Parts = (Option<Arc<Organization>>, Option<Arc<Membership>>);

pub(crate) fn parts(row: &OrgRow) -> Parts {
    match row {
        OrgRow::Organization(organization) => (Some(Arc::clone(organization)), None),
        OrgRow::Membership(membership) => (None, Some(Arc::clone(membership))),
    }
}

/// Whether a row remembers a commit.
pub(crate) fn remembers(row: &OrgRow, commit: CommitId) -> bool {
    match row {
        OrgRow::Organization(organization) => organization.recent_commits().contains(&commit),
        OrgRow::Membership(membership) => membership.recent_commits().contains(&commit),
    }
}
