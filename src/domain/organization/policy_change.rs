//! How an organization's policy is changed.

use super::aggregate::Organization;
use super::authority::{Acknowledgement, Actor};
use super::policy::OrgPolicy;
use super::transition::OrgTransition;
use crate::domain::context::Context;
use crate::domain::event::OrgChange;
use crate::domain::id::{OrgId, Version};
use crate::domain::policy_terms::PolicyTerms;
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
}

#[cfg(test)]
#[path = "policy_change_tests.rs"]
mod tests;
