//! The aggregate: one organization's policy, and how it is changed.

use super::authority::{Acknowledgement, Actor};
use super::event::OrgChange;
use super::id::OrgId;
use super::policy::{OrgPolicy, ProposedPolicy};
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

    /// Sets what the organization asks of its members.
    ///
    /// - MFA that becomes required is required from now on. A member who has it already is not
    ///   affected; the others have the grace period, counted from now. An actor without MFA may do
    ///   so after a fresh first factor, if they acknowledge it.
    /// - Where it is required already, the period or the scope changes. Deadlines keep their start
    ///   and move at once, in either direction; nobody's "later" survives a shorter period, because
    ///   none is stored.
    /// - MFA becomes voluntary. Making it required again later starts a new period for everyone.
    ///
    /// # Errors
    /// [`OrgRefusal::NothingToChange`] when the policy is what is proposed;
    /// [`OrgRefusal::ActorNotEnrolled`] when the actor has no MFA, unless MFA becomes required and
    /// the actor acknowledges it; [`Refusal::StepUp`] when the actor's second factor, or with the
    /// acknowledgement the first, is not fresh; [`OrgRefusal::ChangedSince`];
    /// [`OrgRefusal::ForeignOrganization`].
    pub fn set_policy(
        &self,
        actor: Actor<'_>,
        proposed: ProposedPolicy,
        acknowledged: Option<Acknowledgement>,
        context: Context<'_>,
    ) -> Result<OrgTransition<PolicyChange>, Refusal> {
        let (policy, change) = match (self.policy.terms(), proposed) {
            (None, ProposedPolicy::Required(terms)) => {
                actor.check_to_require(self, acknowledged, context)?;
                let change = OrgChange::MadeRequired { terms, actor_enrolled: actor.enrolled() };
                (OrgPolicy::required_from(context.now, terms), change)
            }
            (Some(from), ProposedPolicy::Required(to)) if from != to => {
                actor.check(self, context)?;
                let change = OrgChange::TermsChanged { from, to };
                (self.policy.on_terms(to, context.now), change)
            }
            (Some(_), ProposedPolicy::Voluntary) => {
                actor.check(self, context)?;
                (OrgPolicy::Voluntary, OrgChange::MadeVoluntary)
            }
            (Some(_), ProposedPolicy::Required(_)) | (None, ProposedPolicy::Voluntary) => {
                actor.check(self, context)?;
                return Err(OrgRefusal::NothingToChange.into());
            }
        };
        Ok(self.changed_to(policy, change, actor, context))
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
