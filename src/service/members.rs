//! Who belongs to an organization, and what one member is granted.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::Mfa;
use super::org_attempt::OrgAttempt;
use crate::domain::{
    Actor, Assurance, Context, Membership, OrgAuthority, OrgId, OrgRefusal, OrgTransition,
    Organization, Refusal, Subject,
};
use crate::error::Error;

/// What a rename did to memberships.
#[derive(Default)]
pub(super) struct MovedMemberships {
    /// Whether there was any to move.
    pub(super) any: bool,
    /// Where the new subject was not known before.
    pub(super) new: Vec<OrgId>,
}

impl Mfa {
    /// Notes that a user joined an organization at a time. Whoever was there before has the first
    /// day of joining back; whoever is a member stays as is.
    ///
    /// It is the host's word, as all of membership is: call it where the host lets somebody in.
    ///
    /// # Errors
    /// [`OrgRefusal::JoinedInTheFuture`]; [`Error::MissingPort`] without an organization store.
    #[cfg_attr(feature = "tracing", tracing::instrument(skip_all, fields(subject = %subject), err(level = "debug")))]
    pub async fn join_organization(
        &self,
        org: &OrgId,
        subject: &Subject,
        at: DateTime<Utc>,
    ) -> Result<Membership, Error> {
        let store = Arc::clone(self.org_store()?);
        let mut attempt = OrgAttempt::begin(self)?;
        loop {
            let stored = attempt.sit_out(store.membership(org, subject).await)?;
            let Some(stored) = stored else { continue };
            if let Some(member) = attempt.recognize_in(stored.as_deref()) {
                return Ok(member);
            }
            let decided = match stored {
                Some(member) if member.is_member() => return Ok((*member).clone()),
                Some(left) => left.rejoin(attempt.context()?)?,
                None => {
                    let first = self.first_version()?;
                    let context = attempt.context()?;
                    Membership::join(org.clone(), subject.clone(), at, first, context)?
                }
            };
            if let Some(member) = attempt.settle(decided).await? {
                return Ok(member);
            }
        }
    }

    /// Notes that a user left. What is known of the membership stays, so that rejoining opens no
    /// new grace period. Whoever is no member is gone already.
    ///
    /// # Errors
    /// [`Error::MissingPort`] without an organization store; [`Error::Store`].
    #[cfg_attr(feature = "tracing", tracing::instrument(skip_all, fields(subject = %subject), err(level = "debug")))]
    pub async fn leave_organization(&self, org: &OrgId, subject: &Subject) -> Result<(), Error> {
        let store = Arc::clone(self.org_store()?);
        let mut attempt = OrgAttempt::begin(self)?;
        loop {
            let stored = attempt.sit_out(store.membership(org, subject).await)?;
            let Some(stored) = stored else { continue };
            if attempt.recognize_in(stored.as_deref()).is_some() {
                return Ok(());
            }
            let Some(member) = stored.filter(|member| member.is_member()) else { return Ok(()) };
            if attempt.settle(member.leave(attempt.context()?)?).await?.is_some() {
                return Ok(());
            }
        }
    }

    /// Gives one member longer than the others. See [`Organization::extend`].
    ///
    /// # Errors
    /// As there; [`Error::Contended`] when others kept changing the membership.
    #[cfg_attr(feature = "tracing", tracing::instrument(skip_all, fields(subject = %subject), err(level = "debug")))]
    pub async fn extend_member(
        &self,
        actor: &Assurance,
        authority: &OrgAuthority,
        subject: &Subject,
        until: DateTime<Utc>,
    ) -> Result<Membership, Error> {
        let decide = |acme: &Organization, m: &Membership, actor: Actor<'_>, now: Context<'_>| {
            acme.extend(m, until, actor, now)
        };
        self.change_member(actor, authority, subject, decide).await
    }

    /// Exempts one member, until an instant or for good. See [`Organization::exempt`].
    ///
    /// # Errors
    /// As there; [`Error::Contended`] when others kept changing the membership.
    #[cfg_attr(feature = "tracing", tracing::instrument(skip_all, fields(subject = %subject), err(level = "debug")))]
    pub async fn exempt_member(
        &self,
        actor: &Assurance,
        authority: &OrgAuthority,
        subject: &Subject,
        until: Option<DateTime<Utc>>,
    ) -> Result<Membership, Error> {
        let decide = |acme: &Organization, m: &Membership, actor: Actor<'_>, now: Context<'_>| {
            acme.exempt(m, until, actor, now)
        };
        self.change_member(actor, authority, subject, decide).await
    }

    /// Ends a member's exemption now. See [`Organization::end_exemption`].
    ///
    /// # Errors
    /// As there; [`Error::Contended`] when others kept changing the membership.
    #[cfg_attr(feature = "tracing", tracing::instrument(skip_all, fields(subject = %subject), err(level = "debug")))]
    pub async fn end_exemption(
        &self,
        actor: &Assurance,
        authority: &OrgAuthority,
        subject: &Subject,
    ) -> Result<Membership, Error> {
        let decide = |acme: &Organization, m: &Membership, actor: Actor<'_>, now: Context<'_>| {
            acme.end_exemption(m, actor, now)
        };
        self.change_member(actor, authority, subject, decide).await
    }

    /// Writes every membership of a user under another subject as well. Called again, it finds what
    /// it did before.
    pub(super) async fn move_memberships(
        &self,
        from: &Subject,
        to: &Subject,
    ) -> Result<MovedMemberships, Error> {
        let mut moved = MovedMemberships::default();
        let Some(store) = &self.inner.organizations else { return Ok(moved) };
        for member in store.memberships(from).await? {
            moved.any = true;
            let mut attempt = OrgAttempt::begin(self)?;
            // Whether what was sent last makes the row: it may be what stands.
            let mut makes = false;
            loop {
                let there = attempt.sit_out(store.membership(member.org(), to).await)?;
                let Some(there) = there else { continue };
                let stands = attempt.recognize_in(there.as_deref()).is_some();
                if !stands {
                    makes = there.is_none();
                    let (there, first) = (there.as_deref(), self.first_version()?);
                    let step = member.moved_to(to, there, first, attempt.context()?);
                    let Some(step) = step else { break };
                    if attempt.settle(step).await?.is_none() {
                        continue;
                    }
                }
                moved.new.extend(makes.then(|| member.org().clone()));
                break;
            }
        }
        Ok(moved)
    }

    /// Removes every membership of a user, also those that were left.
    pub(super) async fn forget_memberships(&self, subject: &Subject) -> Result<(), Error> {
        if let Some(store) = &self.inner.organizations {
            store.forget(subject).await?;
            self.inner.guards.forget(subject);
        }
        Ok(())
    }

    async fn change_member<F>(
        &self,
        session: &Assurance,
        authority: &OrgAuthority,
        subject: &Subject,
        decide: F,
    ) -> Result<Membership, Error>
    where
        F: Fn(
            &Organization,
            &Membership,
            Actor<'_>,
            Context<'_>,
        ) -> Result<OrgTransition<Membership>, Refusal>,
    {
        let store = Arc::clone(self.org_store()?);
        let org = authority.over();
        let mut attempt = OrgAttempt::begin(self)?;
        loop {
            let organization = attempt.sit_out(self.load_organization(org).await)?;
            let member = attempt.sit_out(store.membership(org, subject).await)?;
            let (Some(organization), Some(member)) = (organization, member) else { continue };
            if let Some(member) = attempt.recognize_in(member.as_deref()) {
                return Ok(member);
            }
            let member =
                member.ok_or_else(|| Refusal::from(OrgRefusal::NotAMember(org.clone())))?;
            let account = self.load(session.subject()).await?;
            let actor = Actor::new(&account, session, authority);
            let decided = decide(&organization, &member, actor, attempt.context()?)?;
            if let Some(member) = attempt.settle(decided).await? {
                return Ok(member);
            }
        }
    }
}
