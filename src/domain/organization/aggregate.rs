//! The aggregate: one organization's policy, and how it is changed.

use super::authority::{Acknowledgement, Actor};
use super::event::OrgChange;
use super::id::OrgId;
use super::policy::{OrgPolicy, PolicyTerms};
use super::refusal::OrgRefusal;
use super::transition::OrgTransition;
use crate::domain::event::EventKind;
use crate::domain::id::{CommitId, Subject, Version};
use crate::domain::refusal::Refusal;
use crate::domain::time::Context;

/// One organization's policy, stored whole under its [`version`](Self::version).
///
/// The version is what two administrators race for: whoever commits second decides again on what
/// the first one left, or is refused when the authority names the version that was
/// [seen](super::OrgAuthority::having_seen).
#[derive(Debug, Clone, PartialEq)]
pub struct Organization {
    pub(super) id: OrgId,
    pub(super) version: Version,
    pub(super) stored: bool,
    pub(super) policy: OrgPolicy,
    pub(super) recent: Vec<CommitId>,
}

/// What a change of policy changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyChange {
    /// Of which organization.
    pub org: OrgId,
    /// Before.
    pub from: OrgPolicy,
    /// After.
    pub to: OrgPolicy,
    /// The version it was stored under.
    pub version: Version,
}

impl Organization {
    /// An organization that has never had a policy, which makes MFA voluntary. `first` is a random
    /// first version.
    pub fn absent(id: OrgId, first: Version) -> Self {
        Self { id, version: first, stored: false, policy: OrgPolicy::Voluntary, recent: Vec::new() }
    }

    /// Reads an organization back from where it is stored. `recent` is what
    /// [`recent_commits`](Self::recent_commits) gave.
    pub fn from_stored(
        id: OrgId,
        version: Version,
        policy: OrgPolicy,
        recent: Vec<CommitId>,
    ) -> Self {
        Self { id, version, stored: true, policy: policy.in_whole_micros(), recent }
    }

    /// Which organization.
    pub fn id(&self) -> &OrgId {
        &self.id
    }

    /// What it asks of its members.
    pub fn policy(&self) -> &OrgPolicy {
        &self.policy
    }

    /// The version it is stored under, or will first be stored under.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The version it is stored under; `None` when it never had a policy. What an administrator was
    /// shown, for [`OrgAuthority::having_seen`](super::OrgAuthority::having_seen).
    pub fn stored_version(&self) -> Option<Version> {
        self.stored.then_some(self.version)
    }

    /// The last eight commits, the newest last: a commit whose reply was lost is found here.
    pub fn recent_commits(&self) -> &[CommitId] {
        &self.recent
    }

    /// Makes MFA required from now on. Whoever has it already is not affected; the others have the
    /// grace period, counted from now.
    ///
    /// # Errors
    /// [`OrgRefusal::AlreadyRequired`]; [`OrgRefusal::ActorNotEnrolled`] when the actor has no MFA
    /// and does not acknowledge it; [`Refusal::StepUp`] when the actor's second factor, or with the
    /// acknowledgement the first, is not fresh; [`OrgRefusal::ForeignOrganization`].
    pub fn make_required(
        &self,
        actor: Actor<'_>,
        terms: PolicyTerms,
        acknowledged: Option<Acknowledgement>,
        context: Context<'_>,
    ) -> Result<OrgTransition<PolicyChange>, Refusal> {
        actor.check_to_require(self, acknowledged, context)?;
        if self.policy != OrgPolicy::Voluntary {
            return Err(OrgRefusal::AlreadyRequired.into());
        }
        let actor_enrolled = actor.enrolled();
        let change = OrgChange::MadeRequired { terms, actor_enrolled };
        Ok(self.changed_to(OrgPolicy::required_from(context.now, terms), change, actor, context))
    }

    /// Changes the period or the scope. Deadlines keep their start and move at once, in either
    /// direction; nobody's "later" survives a shorter period, because none is stored.
    ///
    /// # Errors
    /// [`OrgRefusal::NotRequired`], [`OrgRefusal::NothingToChange`],
    /// [`OrgRefusal::ActorNotEnrolled`], [`Refusal::StepUp`], [`OrgRefusal::ForeignOrganization`].
    pub fn change_terms(
        &self,
        actor: Actor<'_>,
        terms: PolicyTerms,
        context: Context<'_>,
    ) -> Result<OrgTransition<PolicyChange>, Refusal> {
        actor.check(self, context)?;
        let from = self.policy.terms().ok_or(OrgRefusal::NotRequired)?;
        if from == terms {
            return Err(OrgRefusal::NothingToChange.into());
        }
        let change = OrgChange::TermsChanged { from, to: terms };
        Ok(self.changed_to(self.policy.on_terms(terms, context.now), change, actor, context))
    }

    /// Makes MFA voluntary. Making it required again later starts a new period for everyone.
    ///
    /// # Errors
    /// [`OrgRefusal::NotRequired`], [`OrgRefusal::ActorNotEnrolled`], [`Refusal::StepUp`],
    /// [`OrgRefusal::ForeignOrganization`].
    pub fn make_voluntary(
        &self,
        actor: Actor<'_>,
        context: Context<'_>,
    ) -> Result<OrgTransition<PolicyChange>, Refusal> {
        actor.check(self, context)?;
        if self.policy == OrgPolicy::Voluntary {
            return Err(OrgRefusal::NotRequired.into());
        }
        Ok(self.changed_to(OrgPolicy::Voluntary, OrgChange::MadeVoluntary, actor, context))
    }

    fn changed_to(
        &self,
        policy: OrgPolicy,
        change: OrgChange,
        actor: Actor<'_>,
        context: Context<'_>,
    ) -> OrgTransition<PolicyChange> {
        let mut next = self.clone();
        next.policy = policy;
        let version = if self.stored { self.version.next() } else { self.version };
        let outcome = PolicyChange { org: self.id.clone(), from: self.policy, to: policy, version };
        let by = actor.authority().actor().clone();
        let events = vec![self.event(by, change, actor)];
        next.change(events, context, outcome)
    }

    /// An event about `subject`: the member concerned, or the actor when it concerns them all.
    pub(super) fn event(
        &self,
        subject: Subject,
        change: OrgChange,
        actor: Actor<'_>,
    ) -> (Subject, EventKind) {
        let (by, reason) = (actor.authority().actor(), actor.authority().reason());
        let kind = EventKind::Organization {
            org: self.id.clone(),
            by: by.clone(),
            reason: reason.to_owned(),
            change,
        };
        (subject, kind)
    }
}

#[cfg(test)]
#[path = "aggregate_tests.rs"]
mod tests;
