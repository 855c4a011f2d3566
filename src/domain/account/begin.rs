//! Beginning a setup.

use super::state::Account;
use super::transition::Transition;
use crate::domain::bounds::MAX_FACTORS;
use crate::domain::context::Context;
use crate::domain::event::EventKind;
use crate::domain::factor::{DrawnKind, Factor, PendingState};
use crate::domain::id::{FactorId, SetupId};
use crate::domain::invalid::Invalid;
use crate::domain::label::Issuer;
use crate::domain::refusal::Refusal;
use crate::domain::session::Session;
use crate::domain::setup::{EmailStatus, NewFactor, PendingSetup, Setup, Stage};
use crate::domain::strength::Strength;
use crate::domain::unknown_fields::Extra;

/// The random values of a setup: its names, and the start of a factor of its kind.
#[derive(Debug)]
pub struct DrawnSetup<'a> {
    /// The setup's ID: random.
    pub setup: SetupId,
    /// The factor's ID: random, and bound into the seal.
    pub factor: FactorId,
    /// The start of a factor of its kind.
    pub kind: DrawnKind<'a>,
}

impl Account {
    /// Checks whether a setup may begin, before a secret is drawn for it.
    ///
    /// # Errors
    /// As [`begin_setup`](Self::begin_setup).
    pub fn check_setup(
        &self,
        session: &dyn Session,
        new: &NewFactor,
        email: EmailStatus,
        context: Context<'_>,
    ) -> Result<(), Refusal> {
        self.check_may_add(session, new.replaces.is_some(), context)?;
        if !self.enabled() && email == EmailStatus::Unverified {
            return Err(Refusal::EmailUnverified);
        }
        if !context.settings.sets_up(new.kind) {
            return Err(Refusal::FactorKindUnavailable);
        }
        let replaced = new.replaces.map(|id| self.known(id)).transpose()?.map(|factor| factor.id);
        let mut kept = self.factors.iter().filter(|factor| Some(factor.id) != replaced);
        if kept.clone().count() >= MAX_FACTORS {
            return Err(Refusal::TooManyFactors);
        }
        if kept.any(|factor| factor.label.clashes_with(&new.label)) {
            return Err(Refusal::LabelTaken);
        }
        Ok(())
    }

    /// The strength of the account once this factor is set up.
    pub fn strength_with(&self, new: &NewFactor) -> Option<Strength> {
        let kept = self.factors.iter().filter(|factor| Some(factor.id) != new.replaces);
        kept.filter_map(Factor::strength).chain(new.strength()).max()
    }

    /// Begins a setup. It lies beside the live factors, belongs to the session that begins it, and
    /// takes the place of an unfinished one.
    ///
    /// # Errors
    /// [`Refusal::StepUp`] when the session is not fresh: with MFA off a first factor within the
    /// last ten minutes, with MFA on a second one as strong as the account. A recovery code will do in
    /// its place to replace a factor, and to add one where the account is standard; to add one, a
    /// strength that cannot be asked for here is not wanted. [`Refusal::EmailUnverified`],
    /// [`Refusal::LabelTaken`], [`Refusal::TooManyFactors`], [`Refusal::UnknownFactor`] when
    /// the one to replace is not there, and [`Refusal::FactorKindUnavailable`] for a credential
    /// where no relying party is configured.
    pub fn begin_setup(
        &self,
        session: &dyn Session,
        new: &NewFactor,
        email: EmailStatus,
        issuer: &Issuer,
        drawn: &DrawnSetup<'_>,
        context: Context<'_>,
    ) -> Result<Transition<Setup>, Refusal> {
        self.check_setup(session, new, email, context)?;
        if self.factor(drawn.factor).is_some() {
            return Err(Invalid::Form { what: "factor id", form: "new and random" }.into());
        }
        let state = self.pending_state(new, drawn, context);
        if state.kind() != new.kind {
            return Err(Invalid::Form { what: "drawn setup", form: "of the factor's kind" }.into());
        }
        let mut draft = self.draft(context);
        draft.end_setup();
        let pending = PendingSetup {
            id: drawn.setup,
            session: session.session(),
            factor: drawn.factor,
            label: new.label.clone(),
            begun_at: context.now,
            replaces: new.replaces,
            stage: Stage::Open { state, tries_left: context.settings.confirm_tries },
            extra: Extra::default(),
        };
        let setup = self.shown(&pending, issuer, drawn.kind.secret(), context)?;
        draft.next.pending = Some(Box::new(pending));
        draft.event(EventKind::SetupBegun { setup: drawn.setup });
        Ok(draft.commit(setup))
    }

    /// Returns the state of a setup that waits to be confirmed.
    fn pending_state(
        &self,
        new: &NewFactor,
        drawn: &DrawnSetup<'_>,
        context: Context<'_>,
    ) -> PendingState {
        let (account, issuer) = (new.account.clone(), new.issuer.clone());
        #[allow(unused_mut, reason = "a credential may take a name that is known")]
        let mut state = drawn.kind.pending(account, issuer, context.settings.totp);
        #[cfg(feature = "webauthn")]
        if let PendingState::WebAuthn(pending) = &mut state
            && let Some(known) = self.credentials_here(context.settings).next()
        {
            pending.user_handle = known.user_handle().clone();
        }
        state
    }
}
