//! How an organization's policy is changed.

use super::aggregate::Organization;
use super::authority::{Acknowledgement, Actor};
use super::policy::{OrgPolicy, ProposedPolicy};
use super::transition::OrgTransition;
use crate::domain::context::Context;
use crate::domain::event::OrgChange;
use crate::domain::id::{OrgId, Version};
use crate::domain::refusal::{OrgRefusal, Refusal};

/// The difference that a change of policy made.
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
    /// - A strength that becomes required is required from now on. A member who has it already is
    ///   not affected; the others have the grace period, counted from now. An actor who does not
    ///   have it may do so if they acknowledge it, and one without MFA after a fresh first factor.
    /// - Where it is required already, the period or the scope changes. Deadlines keep their start
    ///   and move at once, in either direction; nobody's "later" survives a shorter period, because
    ///   none is stored.
    /// - A strength is no longer required. Requiring it again later starts a new period for
    ///   everyone.
    ///
    /// The requirements of other strengths stay as they are.
    ///
    /// # Errors
    /// [`OrgRefusal::NothingToChange`] when the policy is what is proposed;
    /// [`OrgRefusal::ActorNotEnrolled`] when the actor has no MFA, unless it becomes required for
    /// the first time and the actor acknowledges it; [`OrgRefusal::ActorTooWeak`] when the actor has
    /// less than is required already, or than is proposed and not acknowledged;
    /// [`Refusal::StepUp`] when the actor's second factor, or with the acknowledgement the first, is
    /// not fresh; [`OrgRefusal::ChangedSince`]; [`OrgRefusal::ForeignOrganization`].
    pub fn set_policy(
        &self,
        actor: Actor<'_>,
        proposed: ProposedPolicy,
        acknowledged: Option<Acknowledgement>,
        context: Context<'_>,
    ) -> Result<OrgTransition<PolicyChange>, Refusal> {
        let in_force = |strength| self.policy.requirement(strength).map(|one| one.terms);
        let change = match proposed {
            ProposedPolicy::Required(strength, to) => match in_force(strength) {
                None => {
                    actor.check_to_require(self, strength, acknowledged, context)?;
                    let actor_complies = actor.reaches(strength);
                    OrgChange::MadeRequired { strength, terms: to, actor_complies }
                }
                Some(from) => {
                    actor.check(self, context)?;
                    if from == to {
                        return Err(OrgRefusal::NothingToChange.into());
                    }
                    OrgChange::TermsChanged { strength, from, to }
                }
            },
            ProposedPolicy::NotRequired(strength) => {
                actor.check(self, context)?;
                in_force(strength).ok_or(OrgRefusal::NothingToChange)?;
                OrgChange::MadeVoluntary { strength }
            }
        };
        let policy = self.policy.on(proposed, context.now)?;
        Ok(self.changed_to(policy, change, actor, context))
    }

    /// A change to any policy, by anyone: for trying a store with policies that nobody here
    /// may set.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn set_to(
        &self,
        policy: OrgPolicy,
        change: OrgChange,
        actor: Actor<'_>,
        context: Context<'_>,
    ) -> OrgTransition<PolicyChange> {
        self.changed_to(policy, change, actor, context)
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
