//! What happens to an account from outside: a password change, a new sealing key, a new subject,
//! erasure.

use super::authority::HostAuthority;
use super::state::Account;
use super::transition::{Decision, Transition};
use crate::domain::context::Context;
use crate::domain::event::EventKind;
use crate::domain::factor::totp::SealContext;
use crate::domain::id::{FactorId, KeyId, Stamp, Subject, Version};
use crate::domain::refusal::Refusal;
use crate::domain::sealed::SealedSecret;
use crate::domain::session::{Proven, Session};

/// A secret that was sealed anew.
#[derive(Debug, Clone)]
pub struct Reseal {
    /// Whose it is.
    pub factor: FactorId,
    /// What was opened. If that is no longer stored, the new seal is dropped.
    pub from: SealedSecret,
    /// The same secret under the new key or in its new place.
    pub to: SealedSecret,
}

/// Where a moving account arrives.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The new subject.
    pub subject: Subject,
    /// The version the new row will be created with: a random first one.
    pub version: Version,
    /// The stamp of its credentials there.
    pub stamp: Stamp,
}

impl Account {
    /// Notes that the password was changed, or reset: evidence gained before is void, in every
    /// session but the one that made the change, which is returned under its new stamp, `fresh`.
    ///
    /// The next sign-in that is passed with a factor of the account refills the guess budget; one with a
    /// recovery code does not.
    ///
    /// # Errors
    /// [`Refusal::SignInAgain`] or [`Refusal::ForeignSession`] when that session is void itself.
    pub fn password_changed(
        &self,
        session: Option<&dyn Session>,
        fresh: Stamp,
        context: Context<'_>,
    ) -> Result<Transition<Option<Proven>>, Refusal> {
        self.settled()?;
        session.map(|session| self.check_session(session, context)).transpose()?;
        let mut draft = self.draft(context);
        draft.next.password_changed_at = Some(context.now);
        draft.next.budget.refill_due = true;
        draft.event(EventKind::PasswordChanged);
        draft.restamp(fresh, session.map(|session| session.session()));
        let own = session.map(|session| session.held().evidence.clone().under(fresh));
        let proven = own.map(|own| draft.proven(own));
        Ok(draft.commit(proven))
    }

    /// Every sealed secret, with the place it is bound to: of factors and of a pending setup.
    pub fn sealed_secrets(&self) -> impl Iterator<Item = (SealContext<'_>, &SealedSecret)> {
        let place = |factor, params| SealContext { subject: &self.subject, factor, params };
        let factors = self.factors.iter().filter_map(move |factor| {
            let totp = factor.totp()?;
            Some((place(factor.id, totp.params), &totp.sealed))
        });
        let pending = self.pending().and_then(move |pending| {
            let (params, sealed) = pending.sealed()?;
            Some((place(pending.factor, params), sealed))
        });
        factors.chain(pending)
    }

    /// Stores secrets that were sealed anew. Those that changed meanwhile are left alone.
    pub fn reseal(
        &self,
        resealed: Vec<Reseal>,
        context: Context<'_>,
    ) -> Result<Decision<()>, Refusal> {
        self.settled()?;
        let mut draft = self.draft(context);
        let mut keys: Vec<KeyId> = Vec::new();
        for reseal in resealed {
            let key = reseal.to.key().clone();
            if draft.next.put_seal(reseal) && !keys.contains(&key) {
                keys.push(key);
            }
        }
        if keys.is_empty() {
            return Ok(Decision::Unchanged(()));
        }
        keys.into_iter().for_each(|key| draft.event(EventKind::Resealed { key }));
        Ok(Decision::Change(draft.commit(())))
    }

    fn put_seal(&mut self, reseal: Reseal) -> bool {
        let factors = self.factors.iter_mut().filter(|factor| factor.id == reseal.factor);
        let of_factors = factors.filter_map(|factor| Some(&mut factor.totp_mut()?.sealed));
        let pending = self.pending.iter_mut().filter(|pending| pending.factor == reseal.factor);
        let mut places = of_factors.chain(pending.filter_map(|pending| pending.sealed_mut()));
        match places.find(|sealed| **sealed == reseal.from) {
            Some(place) => {
                *place = reseal.to;
                true
            }
            None => false,
        }
    }

    /// Erases the account. One that is absent already is done.
    ///
    /// # Errors
    /// [`Refusal::ForeignSession`] when the authority is over another account, [`Refusal::Moved`]
    /// when it is on its way: what is to be erased is then elsewhere.
    ///
    /// # Security
    /// What is erased is forgotten, the stamp included: end the user's sessions first. A session
    /// from before the account had any credentials would be current again.
    pub fn erase(
        &self,
        authority: &HostAuthority,
        context: Context<'_>,
    ) -> Result<Decision<()>, Refusal> {
        if authority.over != self.subject {
            return Err(Refusal::ForeignSession);
        }
        if !self.stored {
            return Ok(Decision::Unchanged(()));
        }
        self.settled()?;
        let mut draft = self.draft(context);
        let (by, reason) = (authority.actor.clone(), authority.reason.clone());
        draft.event(EventKind::Erased { by, reason });
        Ok(Decision::Change(draft.erase(())))
    }

    /// Begins to move the account to another subject: from here on the row refuses everything but
    /// the move itself, and every session of it is void, under the new stamp `fresh`.
    ///
    /// # Errors
    /// [`Refusal::ForeignSession`] when the authority is over another account,
    /// [`Refusal::NotEnabled`] when there is none, [`Refusal::Moved`] when it is on its way
    /// elsewhere.
    pub fn begin_move(
        &self,
        to: &Subject,
        authority: &HostAuthority,
        fresh: Stamp,
        context: Context<'_>,
    ) -> Result<Decision<()>, Refusal> {
        if authority.over != self.subject {
            return Err(Refusal::ForeignSession);
        }
        if !self.stored {
            return Err(Refusal::NotEnabled);
        }
        match &self.moving_to {
            Some(already) if already == to => return Ok(Decision::Unchanged(())),
            Some(_) => return Err(Refusal::Moved),
            None => {}
        }
        let mut draft = self.draft(context);
        draft.next.moving_to = Some(to.clone());
        draft.event(EventKind::RenameBegun { to: to.clone(), by: authority.actor.clone() });
        // Guards go by the stamp alone: they refuse from here on as well.
        draft.restamp(fresh, None);
        Ok(Decision::Change(draft.commit(())))
    }

    /// Ends a move: the old row goes, if it is still the one that was leaving for this subject. An
    /// account that was made anew under the old subject is somebody else's, and stays.
    pub fn leave(
        &self,
        to: &Subject,
        authority: &HostAuthority,
        context: Context<'_>,
    ) -> Decision<()> {
        if self.moving_to.as_ref() != Some(to) {
            return Decision::Unchanged(());
        }
        let mut draft = self.draft(context);
        let (by, reason) = (authority.actor.clone(), authority.reason.clone());
        draft.event(EventKind::Erased { by, reason });
        Decision::Change(draft.erase(()))
    }

    /// Gives a move up: the row is as it was.
    pub fn cancel_move(&self, context: Context<'_>) -> Decision<()> {
        if self.moving_to.is_none() {
            return Decision::Unchanged(());
        }
        let mut draft = self.draft(context);
        draft.next.moving_to = None;
        Decision::Change(draft.commit(()))
    }

    /// The account as it arrives at its new subject: re-sealed, under a stamp of its own, without
    /// an unfinished setup. The row must not exist yet.
    ///
    /// # Errors
    /// [`Refusal::UnknownFactor`] when a secret was not sealed for the new place.
    pub fn arrive(
        &self,
        arrival: Arrival,
        resealed: Vec<Reseal>,
        context: Context<'_>,
    ) -> Result<Transition<()>, Refusal> {
        let mut moved = self.clone();
        moved.pending = None;
        // A credential has no secret of ours: it arrives as it is.
        let wanted = moved.factors.iter().filter(|factor| factor.totp().is_some()).count();
        let sealed = resealed.into_iter().filter(|reseal| moved.put_seal(reseal.clone())).count();
        if sealed != wanted {
            return Err(Refusal::UnknownFactor);
        }
        moved.subject = arrival.subject;
        moved.version = arrival.version;
        moved.stored = false;
        moved.moving_to = None;
        moved.moved_from = Some(self.subject.clone());
        moved.recent.clear();
        if moved.stamp != Stamp::NONE {
            moved.stamp = arrival.stamp;
        }
        let mut draft = moved.draft(context);
        draft.event(EventKind::RenamedFrom { from: self.subject.clone() });
        Ok(draft.commit(()))
    }
}
