//! How an organization's policy is changed.

use super::aggregate::Organization;
use super::authority::{Acknowledgement, Actor};
use super::policy::{OrgPolicy, ProposedPolicy};
use super::transition::OrgTransition;
use crate::domain::context::Context;
use crate::domain::event::OrgChange;
use crate::domain::id::{OrgId, Version};
use crate::domain::refusal::{OrgRefusal, Refusal};

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
}

#[cfg(test)]
#[path = "policy_change_tests.rs"]
mod tests;
