//! Managing confirmed factors: rename, prefer, remove, and switching MFA off.

use super::authority::Sensitive;
use super::state::Account;
use super::transition::Transition;
use crate::domain::assurance::Assurance;
use crate::domain::context::Context;
use crate::domain::event::EventKind;
use crate::domain::id::{FactorId, Stamp};
use crate::domain::label::Label;
use crate::domain::refusal::Refusal;
use crate::domain::session::Proven;

impl Account {
    /// Gives a factor another label.
    ///
    /// # Errors
    /// [`Refusal::StepUp`], [`Refusal::UnknownFactor`], [`Refusal::LabelTaken`].
    pub fn rename_factor(
        &self,
        session: &Assurance,
        id: FactorId,
        label: &Label,
        context: Context<'_>,
    ) -> Result<Transition<()>, Refusal> {
        self.check_sensitive(Sensitive::Manage, session, context)?;
        self.known(id)?;
        let others =
            self.factors.iter().filter(|factor| factor.id != id).map(|factor| &factor.label);
        let mut taken = others.chain(self.live_setup(context).map(|pending| &pending.label));
        if taken.any(|other| other.clashes_with(label)) {
            return Err(Refusal::LabelTaken);
        }
        let mut draft = self.draft(context);
        for factor in draft.next.factors.iter_mut().filter(|factor| factor.id == id) {
            factor.label = label.clone();
        }
        draft.event(EventKind::FactorRenamed { factor: id });
        Ok(draft.commit(()))
    }

    /// Makes a factor the one that is asked for by default.
    ///
    /// # Errors
    /// [`Refusal::StepUp`], [`Refusal::UnknownFactor`].
    pub fn prefer_factor(
        &self,
        session: &Assurance,
        id: FactorId,
        context: Context<'_>,
    ) -> Result<Transition<()>, Refusal> {
        self.check_sensitive(Sensitive::Manage, session, context)?;
        self.known(id)?;
        let mut draft = self.draft(context);
        draft.next.preferred = Some(id);
        draft.event(EventKind::FactorPreferred { factor: id });
        Ok(draft.commit(()))
    }

    /// Removes a factor. Removing the last one *is* disabling MFA.
    ///
    /// Returns the session under its new stamp, `fresh`. What the factor had proven in it stays
    /// proven: a user who removes the phone that they signed in with is not signed out by it.
    ///
    /// # Errors
    /// [`Refusal::StepUp`], [`Refusal::UnknownFactor`].
    pub fn remove_factor(
        &self,
        session: &Assurance,
        id: FactorId,
        fresh: Stamp,
        context: Context<'_>,
    ) -> Result<Transition<Proven>, Refusal> {
        self.check_sensitive(Sensitive::Manage, session, context)?;
        self.known(id)?;
        if self.factors.len() == 1 {
            return self.disable(session, fresh, context);
        }
        let mut draft = self.draft(context);
        draft.remove_factor(id);
        draft.event(EventKind::FactorRemoved { factor: id });
        draft.restamp(fresh, Some(session.session()));
        Ok(draft.commit_session(session.clone().under(fresh)))
    }

    /// Ends every other session of the account: nothing that they have proven counts any more, and no
    /// challenge or setup of theirs. Returns this session under its new stamp, `fresh`.
    ///
    /// # Errors
    /// [`Refusal::StepUp`]; with MFA off it wants a fresh first factor.
    pub fn sign_out_elsewhere(
        &self,
        session: &Assurance,
        fresh: Stamp,
        context: Context<'_>,
    ) -> Result<Transition<Proven>, Refusal> {
        self.check_sensitive(Sensitive::Manage, session, context)?;
        let mut draft = self.draft(context);
        draft.event(EventKind::SignedOutElsewhere);
        draft.restamp(fresh, Some(session.session()));
        Ok(draft.commit_session(session.clone().under(fresh)))
    }

    /// Switches MFA off: every factor, the recovery codes and an unfinished setup go.
    ///
    /// Returns the session under its new stamp, `fresh`, with its first factors only.
    ///
    /// # Errors
    /// [`Refusal::NotEnabled`], [`Refusal::StepUp`].
    pub fn disable(
        &self,
        session: &Assurance,
        fresh: Stamp,
        context: Context<'_>,
    ) -> Result<Transition<Proven>, Refusal> {
        self.check_session(session, context)?;
        if !self.enabled() {
            return Err(Refusal::NotEnabled);
        }
        self.check_sensitive(Sensitive::Manage, session, context)?;
        let mut draft = self.draft(context);
        draft.end_setup();
        draft.clear_factors();
        draft.event(EventKind::MfaDisabled);
        draft.restamp(fresh, Some(session.session()));
        Ok(draft.commit_session(session.clone().first_factors_only().under(fresh)))
    }
}
