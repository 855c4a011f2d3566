//! Who belongs to an organization, and what one member is granted.

use chrono::{DateTime, Utc};

use super::Mfa;
use super::attempt::{Attempt, Step};
use super::rows::{MemberUnderPolicy, MembershipOf};
use crate::domain::{
    Actor, Assurance, Context, Membership, OrgAuthority, OrgId, OrgRefusal, OrgTransition,
    Organization, Refusal, Strength, Subject,
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
    pub async fn join_organization(
        &self,
        org: &OrgId,
        subject: &Subject,
        at: DateTime<Utc>,
    ) -> Result<Membership, Error> {
        in_span!(join_organization(subject), async {
            let attempt = Attempt::load(self, MembershipOf(org, subject)).await?;
            attempt
                .run(|stored, context| async move {
                    Ok(match stored {
                        Some(member) if member.is_member() => Step::Answer((*member).clone()),
                        Some(left) => left.rejoin(context)?.into(),
                        None => {
                            let (org, subject) = (org.clone(), subject.clone());
                            Membership::join(org, subject, at, self.first_version()?, context)?
                                .into()
                        }
                    })
                })
                .await
        })
        .await
    }

    /// Notes that a user left. What is known of the membership stays, so that rejoining opens no
    /// new grace period. Whoever is no member is gone already.
    ///
    /// # Errors
    /// [`Error::MissingPort`] without an organization store; [`Error::Store`].
    pub async fn leave_organization(&self, org: &OrgId, subject: &Subject) -> Result<(), Error> {
        in_span!(leave_organization(subject), async {
            let attempt = Attempt::load(self, MembershipOf(org, subject)).await?;
            attempt
                .decide(|stored, context| {
                    Ok(match stored {
                        Some(member) if member.is_member() => {
                            member.leave(context)?.map(drop).into()
                        }
                        Some(_) | None => Step::Answer(()),
                    })
                })
                .await
        })
        .await
    }

    /// Gives one member longer than the others for the requirement of a strength. See [`Organization::extend`].
    ///
    /// # Errors
    /// As there; [`Error::Contended`] when others kept changing the membership.
    pub async fn extend_member(
        &self,
        actor: &Assurance,
        authority: &OrgAuthority,
        subject: &Subject,
        strength: Strength,
        until: DateTime<Utc>,
    ) -> Result<Membership, Error> {
        let change = self.change_member(actor, authority, subject, |acme, member, by, context| {
            acme.extend(member, strength, until, by, context)
        });
        in_span!(extend_member(subject), change).await
    }

    /// Exempts one member from a strength and all above it, until an instant or for good. See [`Organization::exempt`].
    ///
    /// # Errors
    /// As there; [`Error::Contended`] when others kept changing the membership.
    pub async fn exempt_member(
        &self,
        actor: &Assurance,
        authority: &OrgAuthority,
        subject: &Subject,
        strength: Strength,
        until: Option<DateTime<Utc>>,
    ) -> Result<Membership, Error> {
        let change = self.change_member(actor, authority, subject, |acme, member, by, context| {
            acme.exempt(member, strength, until, by, context)
        });
        in_span!(exempt_member(subject), change).await
    }

    /// Ends a member's exemption now. See [`Organization::end_exemption`].
    ///
    /// # Errors
    /// As there; [`Error::Contended`] when others kept changing the membership.
    pub async fn end_exemption(
        &self,
        actor: &Assurance,
        authority: &OrgAuthority,
        subject: &Subject,
    ) -> Result<Membership, Error> {
        let change = self.change_member(actor, authority, subject, |acme, member, by, context| {
            acme.end_exemption(member, by, context)
        });
        in_span!(end_exemption(subject), change).await
    }

    /// Writes every membership of a user under another subject as well. Called again, it finds what
    /// it did before.
    pub(super) async fn move_memberships(
        &self,
        from: &Subject,
        to: &Subject,
    ) -> Result<MovedMemberships, Error> {
        let mut moved = MovedMemberships::default();
        let Some(store) = &self.ports().organizations else { return Ok(moved) };
        for member in &store.memberships(from).await? {
            moved.any = true;
            let attempt = Attempt::load(self, MembershipOf(member.org(), to)).await?;
            let new = attempt
                .run(|there, context| async move {
                    let (there, first) = (there.as_deref(), self.first_version()?);
                    Ok(match member.moved_to(to, there, first, context) {
                        Some(step) => step.map(|_| there.is_none()).into(),
                        None => Step::Answer(false),
                    })
                })
                .await?;
            moved.new.extend(new.then(|| member.org().clone()));
        }
        Ok(moved)
    }

    /// Removes every membership of a user, also those that were left.
    pub(super) async fn forget_memberships(&self, subject: &Subject) -> Result<(), Error> {
        if let Some(store) = &self.ports().organizations {
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
        let decide = &decide;
        let row = MemberUnderPolicy(MembershipOf(authority.over(), subject));
        let attempt = Attempt::load(self, row).await?;
        attempt
            .run(|(organization, member), context| async move {
                let not_a_member =
                    || Refusal::from(OrgRefusal::NotAMember(authority.over().clone()));
                let member = member.as_deref().ok_or_else(not_a_member)?;
                let account = self.load(session.subject()).await?;
                let actor = Actor::new(&account, session, authority);
                Ok(decide(&organization, member, actor, context)?.into())
            })
            .await
    }
}
