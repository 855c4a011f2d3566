//! What the host tells about a user: a new password, a new identifier, the end.

use std::sync::Arc;

use super::Mfa;
use crate::domain::{
    Account, AccountExport, Arrival, Event, HostAuthority, Membership, Proven, Refusal, Reseal,
    SealContext, Session, SignedIn, Subject,
};
use crate::error::Error;

/// What is held about one user.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Export {
    /// The account, without secrets and hashes; `None` when there is no row.
    pub account: Option<AccountExport>,
    /// Every event of the account that the log still holds, oldest first. Empty without an
    /// [`EventLog`](crate::store::EventLog).
    pub events: Vec<Event>,
    /// Every membership, also of organizations that were left. Empty without an
    /// [`OrgStore`](crate::store::OrgStore).
    pub memberships: Vec<Arc<Membership>>,
}

impl Mfa {
    /// Tells that a user's password was changed or reset. Evidence gained before is void; pass the
    /// session that made the change to get it back under its new stamp. A pending challenge expires.
    ///
    /// # Errors
    /// [`Refusal::SignInAgain`] when that session is void itself.
    pub async fn password_changed(
        &self,
        subject: &Subject,
        session: Option<&dyn Session>,
    ) -> Result<Option<SignedIn>, Error> {
        in_span!(password_changed(subject), async {
            let fresh = self.fresh_stamp()?;
            let attempt = self.attempt(subject).await?;
            attempt
                .run(|account, context| async move {
                    let affiliations = match session {
                        Some(_) => self.affiliations(subject).await?,
                        None => Vec::new(),
                    };
                    let (changed, now) =
                        (account.password_changed(session, fresh, context)?, context.now());
                    let own = |own: Option<Proven>| own.map(|p| p.signed_in(&affiliations, now));
                    Ok(changed.map(own).into())
                })
                .await
        })
        .await
    }

    /// Erases a user's account and memberships; what is absent already is done. Its events stay in
    /// the log until they are pruned. Whoever comes back under that subject is new to every
    /// organization.
    ///
    /// # Security
    /// A user who lives on under the same subject has no MFA afterwards: to get somebody back in,
    /// use [`reset`](Self::reset).
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn erase(&self, authority: &HostAuthority) -> Result<(), Error> {
        let subject = authority.over();
        in_span!(erase(subject), async {
            self.decide(subject, |account, context| account.erase(authority, context)).await?;
            // The account goes first: whoever is stopped here is held by a policy still, and not free
            // of it.
            self.forget_memberships(subject).await
        })
        .await
    }

    /// Moves an account and its memberships to another subject: the old row refuses everything from
    /// the first step on, the memberships are written for the new subject, the new row is created
    /// with its secrets sealed for their new place, the old ones are erased. A user without an
    /// account has only memberships to move.
    ///
    /// If it stops half-way, call it again with the same subjects: it resumes. Until it is done, note
    /// joining and leaving under the old subject. Every session of the account is void from the
    /// first step on.
    ///
    /// # Security
    /// A user who never set MFA up has no account, and nothing here can tell: choose a subject that
    /// nobody has, and end the sessions of the old one yourself. They would be those of a user
    /// without memberships.
    ///
    /// # Errors
    /// [`Refusal::SubjectTaken`] when the new subject has an account, [`Refusal::Moved`] when the
    /// old one is on its way elsewhere, [`Refusal::NotEnabled`] when there is nothing to move.
    pub async fn rename(&self, authority: &HostAuthority, to: &Subject) -> Result<(), Error> {
        let (subject, from) = (authority.over(), authority.over());
        in_span!(rename(subject), async {
            if from == to {
                return Ok(());
            }
            let (old, target) = (self.load(from).await?, self.load(to).await?);
            let leaving = old.moving_to() == Some(to);
            match (target.is_stored(), target.moved_from() == Some(from)) {
                // It has arrived in an earlier call. An account made since under the old subject is
                // somebody else's: only a row that says it is leaving may go.
                (true, true) if leaving => {
                    self.move_memberships(from, to).await?;
                }
                (true, true) if !old.is_stored() => return Ok(()),
                (true, _) => return Err(Refusal::SubjectTaken.into()),
                (false, _) if !old.is_stored() => {
                    if !self.move_memberships(from, to).await?.any {
                        return Err(Refusal::NotEnabled.into());
                    }
                }
                (false, _) => {
                    self.depart(authority, to).await?;
                    // Before the account arrives: nobody signs in under the new subject without the
                    // policies that hold for the old one.
                    let moved = self.move_memberships(from, to).await?;
                    let arrived = self.arrive(from, to).await;
                    if matches!(arrived, Err(Error::Refused(Refusal::SubjectTaken))) {
                        // The new subject is somebody else's, who belongs to none of these.
                        for org in &moved.new {
                            self.leave_organization(org, to).await?;
                        }
                    }
                    arrived?;
                }
            }
            self.forget_memberships(from).await?;
            self.leave(authority, to).await
        })
        .await
    }

    async fn leave(&self, authority: &HostAuthority, to: &Subject) -> Result<(), Error> {
        self.decide(authority.over(), |account, context| Ok(account.leave(to, authority, context)))
            .await
    }

    async fn depart(&self, authority: &HostAuthority, to: &Subject) -> Result<(), Error> {
        let fresh = self.fresh_stamp()?;
        self.decide(authority.over(), |account, context| {
            account.begin_move(to, authority, fresh, context)
        })
        .await
    }

    async fn arrive(&self, from: &Subject, to: &Subject) -> Result<(), Error> {
        let old = self.load(from).await?;
        if old.moving_to() != Some(to) {
            return Err(Refusal::Moved.into());
        }
        let (old, resealed) = (&old, &self.sealed_for(&old, to).await?);
        let stamp = self.fresh_stamp()?;
        let attempt = self.attempt(to).await?;
        attempt
            .run(|place, context| async move {
                if place.moved_from() == Some(from) {
                    // Another call got here first, and ends what it began.
                    return Err(Error::Contended);
                }
                if place.is_stored() {
                    self.give_up_move(from).await?;
                    return Err(Refusal::SubjectTaken.into());
                }
                let arrival = Arrival { subject: to.clone(), version: place.version(), stamp };
                Ok(old.arrive(arrival, resealed.clone(), context)?.into())
            })
            .await
    }

    async fn give_up_move(&self, from: &Subject) -> Result<(), Error> {
        self.decide(from, |account, context| Ok(account.cancel_move(context))).await
    }

    async fn sealed_for(&self, old: &Account, to: &Subject) -> Result<Vec<Reseal>, Error> {
        let cipher = &self.inner.cipher;
        let mut resealed = Vec::new();
        for (place, from) in old.sealed_secrets() {
            let secret = cipher.open(from, place).await?;
            let sealed = cipher.seal(&secret, SealContext { subject: to, ..place }).await?;
            resealed.push(Reseal { factor: place.factor, from: from.clone(), to: sealed });
        }
        Ok(resealed)
    }

    /// Collects what is held about a user, for a request to see it. No secret and no hash is in it.
    /// Of what happened a moment ago it has what the log is [certain](crate::store::EventLog::read) of.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn export(&self, subject: &Subject) -> Result<Export, Error> {
        in_span!(export(subject), async {
            const PAGE: usize = 1000;
            let account = self.ports().store.load(subject).await?;
            let mut events = Vec::new();
            let mut cursor = None;
            while let Some(log) = &self.ports().log {
                let page = log.read(cursor.as_ref(), PAGE).await?;
                events.extend(page.events.into_iter().filter(|event| event.subject() == subject));
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
            }
            let memberships = match &self.ports().organizations {
                Some(store) => store.memberships(subject).await?,
                None => Vec::new(),
            };
            Ok(Export { account: account.map(|account| account.export()), events, memberships })
        })
        .await
    }
}
