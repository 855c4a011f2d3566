//! What an administrator grants one member.

use chrono::{DateTime, Utc};

use super::aggregate::Organization;
use super::authority::Actor;
use super::membership::{Exemption, Extension, Membership};
use super::transition::OrgTransition;
use crate::domain::context::Context;
use crate::domain::event::OrgChange;
use crate::domain::instant::{after, check_storable, whole_micros};
use crate::domain::policy_terms::GracePeriod;
use crate::domain::refusal::{OrgRefusal, Refusal};
use crate::domain::strength::Strength;

impl Organization {
    /// Gives one member longer than the others for the requirement of one strength, in place of an
    /// extension given before. The reason is the authority's.
    ///
    /// # Errors
    /// [`OrgRefusal::NotRequired`]; [`OrgRefusal::ExtensionOutOfRange`] when it would not end after
    /// the deadline that the member has in common with the others and after now, or ends more than
    /// 365 days later than both; [`OrgRefusal::NotAMember`], [`OrgRefusal::ForeignOrganization`],
    /// [`OrgRefusal::ActorNotEnrolled`],
    /// [`OrgRefusal::ActorTooWeak`], [`Refusal::StepUp`].
    pub fn extend(
        &self,
        member: &Membership,
        strength: Strength,
        until: DateTime<Utc>,
        actor: Actor<'_>,
        context: Context<'_>,
    ) -> Result<OrgTransition<Membership>, Refusal> {
        self.check(member, actor, context)?;
        let requirement = self.policy.requirement(strength).ok_or(OrgRefusal::NotRequired)?;
        let deadline = requirement.common_deadline(member).ok_or(OrgRefusal::NotRequired)?;
        let policy_since = requirement.since;
        let until = whole_micros(until);
        let least = deadline.max(context.now);
        let up_to = after(least, chrono::TimeDelta::days(i64::from(GracePeriod::MAX_DAYS)));
        if until <= least || until > up_to {
            return Err(OrgRefusal::ExtensionOutOfRange { after: least, up_to }.into());
        }
        let mut next = member.clone();
        let reason = actor.authority().reason().to_owned();
        next.extension =
            Some(Box::new(Extension { reason, until, granted: context.now, policy_since }));
        let change = OrgChange::MemberExtended { strength, until };
        let events = vec![self.event(member.subject().clone(), change, actor)];
        Ok(next.change(events, context))
    }

    /// Exempts one member from a strength and all above it, until an instant or for good, whether it
    /// is required yet or not, in place of an exemption given before. The reason is the authority's.
    ///
    /// # Errors
    /// [`OrgRefusal::ExemptionOver`] when `until` is not in the future, [`Refusal::Invalid`] when it
    /// is after 9999; [`OrgRefusal::NotAMember`],
    /// [`OrgRefusal::ForeignOrganization`], [`OrgRefusal::ActorNotEnrolled`],
    /// [`OrgRefusal::ActorTooWeak`], [`Refusal::StepUp`].
    pub fn exempt(
        &self,
        member: &Membership,
        strength: Strength,
        until: Option<DateTime<Utc>>,
        actor: Actor<'_>,
        context: Context<'_>,
    ) -> Result<OrgTransition<Membership>, Refusal> {
        self.check(member, actor, context)?;
        let until = until.map(whole_micros);
        if until.is_some_and(|until| until <= context.now) {
            return Err(OrgRefusal::ExemptionOver.into());
        }
        until.map_or(Ok(()), |until| check_storable("end of an exemption", until))?;
        let mut next = member.clone();
        let reason = actor.authority().reason().to_owned();
        next.exemption = Some(Box::new(Exemption { reason, from: strength.into(), until }));
        let change = OrgChange::MemberExempted { strength, until };
        let events = vec![self.event(member.subject().clone(), change, actor)];
        Ok(next.change(events, context))
    }

    /// Ends an exemption now. The member has the deadline that it would have had without: if that
    /// is past, the member is behind the wall at once, unless it is extended as well.
    ///
    /// # Errors
    /// [`OrgRefusal::NotExempt`] when there is none, or it has ended by itself;
    /// [`OrgRefusal::NotAMember`], [`OrgRefusal::ForeignOrganization`],
    /// [`OrgRefusal::ActorNotEnrolled`],
    /// [`OrgRefusal::ActorTooWeak`], [`Refusal::StepUp`].
    pub fn end_exemption(
        &self,
        member: &Membership,
        actor: Actor<'_>,
        context: Context<'_>,
    ) -> Result<OrgTransition<Membership>, Refusal> {
        self.check(member, actor, context)?;
        if !member.exemption().is_some_and(|exemption| exemption.runs(context.now)) {
            return Err(OrgRefusal::NotExempt.into());
        }
        let mut next = member.clone();
        // It ended now, not never: the wall then says "since now", and not since a deadline that
        // passed while the member was exempt.
        if let Some(exemption) = &mut next.exemption {
            exemption.until = Some(context.now);
        }
        let change = OrgChange::ExemptionEnded;
        let events = vec![self.event(member.subject().clone(), change, actor)];
        Ok(next.change(events, context))
    }

    fn check(
        &self,
        member: &Membership,
        actor: Actor<'_>,
        context: Context<'_>,
    ) -> Result<(), Refusal> {
        actor.check(self, context)?;
        if member.org() != &self.id {
            return Err(OrgRefusal::ForeignOrganization.into());
        }
        Ok(member.check_member()?)
    }
}

#[cfg(test)]
#[path = "member_change_tests.rs"]
mod tests;
