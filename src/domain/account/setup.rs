//! A setup that was begun: showing it again, finishing it, canceling it.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::draft::Draft;
use super::state::Account;
use super::transition::Transition;
use crate::domain::assurance::Assurance;
use crate::domain::context::Context;
use crate::domain::enrolled_by::EnrolledBy;
use crate::domain::event::EventKind;
use crate::domain::evidence::{Evidence, EvidenceKind};
use crate::domain::factor::totp::TotpSecret;
use crate::domain::factor::{Factor, FactorState, PendingState, SetupPrompt};
use crate::domain::factor_kind::FactorKind;
use crate::domain::id::{SetupId, Stamp};
use crate::domain::instant::after;
use crate::domain::invalid::Invalid;
use crate::domain::label::Issuer;
use crate::domain::recovery::{HashedCodes, RecoveryCodes, RecoverySet};
use crate::domain::refusal::Refusal;
#[cfg(doc)]
use crate::domain::session::LimitedTo;
use crate::domain::session::{Proven, Session};
use crate::domain::setup::{Confirmation, PendingSetup, Setup, Stage};
use crate::domain::unknown_fields::Extra;

impl Account {
    /// The setup as its screen shows it. An app is shown by its secret, unsealed.
    pub(super) fn shown(
        &self,
        pending: &PendingSetup,
        issuer: &Issuer,
        secret: Option<&TotpSecret>,
        context: Context<'_>,
    ) -> Result<Setup, Refusal> {
        let prompt = match pending.open() {
            Some(PendingState::Totp(totp)) => {
                let form = "unsealed for a setup of an authenticator app";
                let secret = secret.ok_or(Invalid::Form { what: "secret", form })?;
                SetupPrompt::Totp(totp.prompt(issuer, secret))
            }
            #[cfg(feature = "webauthn")]
            Some(PendingState::WebAuthn(credential)) => {
                let here = context.settings.relying_party.as_ref();
                let relying_party = here.ok_or(Refusal::FactorKindUnavailable)?;
                let known = self.credentials_here(context.settings);
                let options = credential.options(relying_party, issuer, pending.id.into(), known);
                SetupPrompt::WebAuthn(Box::new(options))
            }
            Some(PendingState::Unknown(_)) => return Err(Refusal::FactorKindUnavailable),
            None => return Err(Refusal::SetupConfirmed),
        };
        Ok(Setup { id: pending.id, prompt, confirm_by: confirm_by(pending, context) })
    }

    /// The setup, as long as it can be shown or confirmed by this session.
    ///
    /// # Errors
    /// [`Refusal::UnknownSetup`], [`Refusal::SetupElsewhere`], [`Refusal::SetupExpired`] after ten
    /// minutes, [`Refusal::SetupConfirmed`]; [`Refusal::RegenerateFirst`] when the session is
    /// [limited](LimitedTo::RegenerateCodes) to that.
    pub fn open_setup(
        &self,
        session: &dyn Session,
        id: SetupId,
        context: Context<'_>,
    ) -> Result<&PendingSetup, Refusal> {
        let pending = self.pending_of(session, id, context)?;
        if pending.confirmed() {
            return Err(Refusal::SetupConfirmed);
        }
        if context.now > confirm_by(pending, context) {
            return Err(Refusal::SetupExpired);
        }
        Ok(pending)
    }

    /// Shows a setup again. `secret` is what an authenticator app's setup has sealed, opened; the
    /// other kinds have none.
    ///
    /// # Errors
    /// As [`open_setup`](Self::open_setup); [`Refusal::FactorKindUnavailable`] when this build or its
    /// settings cannot set up a factor of that kind.
    pub fn show_setup(
        &self,
        session: &dyn Session,
        id: SetupId,
        issuer: &Issuer,
        secret: Option<&TotpSecret>,
        context: Context<'_>,
    ) -> Result<Setup, Refusal> {
        let pending = self.open_setup(session, id, context)?;
        self.shown(pending, issuer, secret, context)
    }

    /// Replaces the recovery codes of a first setup that is confirmed and not finished: they were
    /// shown and not saved.
    ///
    /// # Errors
    /// As [`finish_setup`](Self::finish_setup).
    pub fn reissue_codes(
        &self,
        session: &dyn Session,
        id: SetupId,
        codes: RecoveryCodes,
        hashed: HashedCodes,
        context: Context<'_>,
    ) -> Result<Transition<RecoveryCodes>, Refusal> {
        let (_, confirmation) = self.confirmed_of(session, id, context)?;
        let recovery = Arc::new(RecoverySet::new(&codes, hashed, context.now)?);
        let confirmed = Confirmation { recovery, ..confirmation.clone() };
        let mut draft = self.draft(context);
        if let Some(pending) = &mut draft.next.pending {
            pending.stage = Stage::Confirmed(confirmed);
        }
        draft.event(EventKind::CodesReissued { setup: id });
        Ok(draft.commit(codes))
    }

    /// Checks whether codes of this setup may be reissued, before a new set is hashed.
    ///
    /// # Errors
    /// As [`finish_setup`](Self::finish_setup).
    pub fn check_reissue(
        &self,
        session: &dyn Session,
        id: SetupId,
        context: Context<'_>,
    ) -> Result<(), Refusal> {
        self.confirmed_of(session, id, context).map(drop)
    }

    /// The codes are saved: MFA is enabled, factor and recovery set in one commit. Returns
    /// the session under its new stamp, `fresh`; every other session of the account is void.
    ///
    /// # Errors
    /// [`Refusal::UnknownSetup`], [`Refusal::SetupElsewhere`], [`Refusal::SetupUnconfirmed`],
    /// [`Refusal::SetupExpired`] after a further hour; [`Refusal::FactorKindUnavailable`] when this
    /// build does not know the factor's kind.
    pub fn finish_setup(
        &self,
        session: &dyn Session,
        id: SetupId,
        fresh: Stamp,
        context: Context<'_>,
    ) -> Result<Transition<Proven>, Refusal> {
        let (pending, confirmation) = self.confirmed_of(session, id, context)?;
        // A later release has confirmed it, and finishes it.
        if pending.kind() == FactorKind::Unknown {
            return Err(Refusal::FactorKindUnavailable);
        }
        let mut draft = self.draft(context);
        draft.next.pending = None;
        draft.issue_codes(confirmation.recovery.clone());
        draft.next.enrollment = None;
        draft.event(EventKind::MfaEnabled { factor: pending.factor });
        let (state, at) = (confirmation.state.clone(), confirmation.at);
        let session = draft.activate(session.held().evidence, pending, state, at, fresh);
        Ok(draft.commit_session(session))
    }

    /// Ends a setup. A confirmed one can be canceled too: nothing was enabled yet.
    ///
    /// # Errors
    /// [`Refusal::UnknownSetup`], [`Refusal::SetupElsewhere`].
    pub fn cancel_setup(
        &self,
        session: &dyn Session,
        id: SetupId,
        context: Context<'_>,
    ) -> Result<Transition<()>, Refusal> {
        self.pending_of(session, id, context)?;
        let mut draft = self.draft(context);
        draft.end_setup();
        Ok(draft.commit(()))
    }

    /// The pending setup, as long as it can still become a factor.
    pub(super) fn live_setup(&self, context: Context<'_>) -> Option<&PendingSetup> {
        self.pending().filter(|pending| {
            let until = match pending.confirmation() {
                Some(confirmation) => after(confirmation.at, context.settings.finish_within),
                None => confirm_by(pending, context),
            };
            context.now <= until
        })
    }

    /// The pending setup of this name, if it is this session's.
    fn pending_of(
        &self,
        session: &dyn Session,
        id: SetupId,
        context: Context<'_>,
    ) -> Result<&PendingSetup, Refusal> {
        self.check_session(session, context)?;
        Self::check_may_set_up(session)?;
        let pending = self.pending().filter(|pending| pending.id == id);
        let pending = pending.ok_or(Refusal::UnknownSetup)?;
        if pending.session == session.session() {
            Ok(pending)
        } else {
            Err(Refusal::SetupElsewhere)
        }
    }

    fn confirmed_of(
        &self,
        session: &dyn Session,
        id: SetupId,
        context: Context<'_>,
    ) -> Result<(&PendingSetup, &Confirmation), Refusal> {
        let pending = self.pending_of(session, id, context)?;
        let confirmation = pending.confirmation().ok_or(Refusal::SetupUnconfirmed)?;
        if context.now > after(confirmation.at, context.settings.finish_within) {
            return Err(Refusal::SetupExpired);
        }
        Ok((pending, confirmation))
    }
}

impl Draft<'_> {
    /// Makes the factor of a confirmed setup live, and returns the session under the new stamp: with
    /// what the factor proved, if it is the account's first, and else with what it had.
    pub(super) fn activate(
        &mut self,
        session: &Assurance,
        pending: &PendingSetup,
        state: FactorState,
        at: DateTime<Utc>,
        fresh: Stamp,
    ) -> Assurance {
        let first = self.next.factors.is_empty();
        let factor = Factor {
            id: pending.factor,
            label: pending.label.clone(),
            added_at: at,
            last_used_at: at,
            suspended: false,
            weak: false,
            failures: 0,
            enrolled_by: self.enrolled_by(session, pending),
            state,
            extra: Extra::default(),
        };
        let (id, kind, strength) = (factor.id, factor.kind(), factor.strength());
        let user_verified = factor.verifies_user();
        self.next.factors.push(factor);
        self.next.preferred.get_or_insert(id);
        self.restamp(fresh, Some(session.session()));
        let session = session.clone().under(fresh);
        // Registering is no authentication: what was enrolled in a phished session proves nothing in
        // it. Only the first factor of an account raises the session, which could be asked for none.
        match strength {
            Some(strength) if first => {
                let proven = EvidenceKind::Factor { id, kind, strength, user_verified };
                session.with(proven, at, self.now())
            }
            Some(_) | None => session,
        }
    }

    /// Returns what a session had proven when it began a setup: evidence fresh then, or newer.
    fn enrolled_by(&self, session: &Assurance, pending: &PendingSetup) -> EnrolledBy {
        let fresh = |e: &&Evidence| self.is_fresh(e.at(), pending.begun_at);
        let held = || session.evidence().iter().filter(fresh).map(Evidence::kind);
        let of_factor = |kind: &EvidenceKind| match kind {
            EvidenceKind::Factor { strength, .. } => Some(*strength),
            EvidenceKind::First { .. } | EvidenceKind::Recovery | EvidenceKind::Enrollment => None,
        };
        if self.next.factors.is_empty() {
            let enrolling =
                session.evidence().iter().any(|e| *e.kind() == EvidenceKind::Enrollment);
            return if enrolling { EnrolledBy::Enrollment } else { EnrolledBy::FirstFactor };
        }
        match held().filter_map(of_factor).max() {
            Some(strength) => EnrolledBy::Factor(strength),
            None => EnrolledBy::Recovery,
        }
    }
}

fn confirm_by(pending: &PendingSetup, context: Context<'_>) -> DateTime<Utc> {
    after(pending.begun_at, context.settings.confirm_within)
}
