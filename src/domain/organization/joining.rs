//! Joining an organization, leaving it, being renamed in it.

use chrono::{DateTime, Utc};

use super::membership::Membership;
use super::transition::OrgTransition;
use crate::domain::bounds::CLOCK_SKEW;
use crate::domain::context::Context;
use crate::domain::id::{OrgId, Subject, Version};
use crate::domain::instant::{after, check_storable, whole_micros};
use crate::domain::refusal::{OrgRefusal, Refusal};

impl Membership {
    /// Lets a user join. `first` is a random first version.
    ///
    /// # Errors
    /// [`OrgRefusal::JoinedInTheFuture`] when `at` is more than 30 seconds ahead of the clock,
    /// [`Refusal::Invalid`] before 1970.
    pub fn join(
        org: OrgId,
        subject: Subject,
        at: DateTime<Utc>,
        first: Version,
        context: Context<'_>,
    ) -> Result<OrgTransition<Self>, Refusal> {
        if at > after(context.now, CLOCK_SKEW) {
            return Err(OrgRefusal::JoinedInTheFuture.into());
        }
        check_storable("day of joining", at)?;
        let new = Self {
            org,
            subject,
            first_joined: whole_micros(at),
            left_at: None,
            exemption: None,
            extension: None,
            version: first,
            stored: false,
            recent: Vec::new(),
        };
        Ok(new.change(Vec::new(), context))
    }

    /// Lets a member leave. The row stays, and with it the day of first joining; what was granted
    /// to this member alone ends, so that whoever comes back years later is not exempt for a reason
    /// nobody remembers.
    ///
    /// # Errors
    /// [`OrgRefusal::NotAMember`].
    pub fn leave(&self, context: Context<'_>) -> Result<OrgTransition<Self>, Refusal> {
        self.check_member()?;
        let mut next = self.clone();
        next.left_at = Some(context.now);
        next.exemption = None;
        next.extension = None;
        Ok(next.change(Vec::new(), context))
    }

    /// Lets somebody who left join again: with the old day of first joining, so with the old
    /// deadline.
    ///
    /// # Errors
    /// [`OrgRefusal::NothingToChange`] for a member.
    pub fn rejoin(&self, context: Context<'_>) -> Result<OrgTransition<Self>, Refusal> {
        if self.is_member() {
            return Err(OrgRefusal::NothingToChange.into());
        }
        let mut next = self.clone();
        next.left_at = None;
        Ok(next.change(Vec::new(), context))
    }

    /// The same membership under another subject, for a user who is renamed: the day of first
    /// joining and everything that was granted move along. `there` is what is stored under that
    /// subject already: then only the earlier day of joining counts, and a member is who is one here
    /// or there; what was granted here is not theirs. `None` when that holds already.
    pub fn moved_to(
        &self,
        subject: &Subject,
        there: Option<&Self>,
        first: Version,
        context: Context<'_>,
    ) -> Option<OrgTransition<Self>> {
        let Some(there) = there else {
            let (subject, version) = (subject.clone(), first);
            let moved =
                Self { subject, version, stored: false, recent: Vec::new(), ..self.clone() };
            return Some(moved.change(Vec::new(), context));
        };
        let mut next = there.clone();
        next.first_joined = there.first_joined.min(self.first_joined);
        if self.is_member() && !there.is_member() {
            next.left_at = None;
        }
        (next != *there).then(|| next.change(Vec::new(), context))
    }
}

#[cfg(test)]
#[path = "joining_tests.rs"]
mod tests;
