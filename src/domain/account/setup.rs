//! Beginning a setup, showing it again, finishing it, canceling it.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::draft::Draft;
use super::state::Account;
use super::transition::Transition;
use crate::domain::assurance::Assurance;
use crate::domain::bounds::MAX_FACTORS;
use crate::domain::context::Context;
use crate::domain::enrolled_by::EnrolledBy;
use crate::domain::event::EventKind;
use crate::domain::evidence::{Evidence, EvidenceKind};
use crate::domain::factor::totp::{TotpSecret, TotpState};
use crate::domain::factor::{Factor, FactorState};
use crate::domain::id::{FactorId, SetupId, Stamp};
use crate::domain::instant::after;
use crate::domain::invalid::Invalid;
use crate::domain::label::Issuer;
use crate::domain::recovery::{HashedCodes, RecoveryCodes, RecoverySet};
use crate::domain::refusal::Refusal;
use crate::domain::sealed::SealedSecret;
#[cfg(doc)]
use crate::domain::session::LimitedTo;
use crate::domain::session::{Proven, Session};
use crate::domain::setup::{Confirmation, EmailStatus, NewFactor, PendingSetup, RightCode, Setup};
use crate::domain::strength::Strength;
use crate::domain::unknown_fields::Extra;

/// A secret that was drawn and sealed for a factor that does not exist yet.
#[derive(Debug)]
pub struct NewSecret<'a> {
    /// The setup's name: random.
    pub setup: SetupId,
    /// The factor's name: random, and bound into the seal.
    pub factor: FactorId,
    /// The secret, as long as the settings' algorithm wants it.
    pub secret: &'a TotpSecret,
    /// The same secret, sealed for this subject, factor and the settings' parameters.
    pub sealed: SealedSecret,
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
        kept.filter_map(Factor::strength).chain([new.strength()]).max()
    }

    /// Begins a setup. It lies beside the live factors, belongs to the session that begins it, and
    /// takes the place of an unfinished one.
    ///
    /// # Errors
    /// [`Refusal::StepUp`] when the session is not fresh: with MFA off a first factor within the
    /// last ten minutes, with MFA on a second one as strong as the account. A recovery code will do in
    /// its place to replace a factor, and to add one where the account is standard; to add one, a
    /// strength that cannot be asked for here is not wanted. [`Refusal::EmailUnverified`],
    /// [`Refusal::LabelTaken`], [`Refusal::TooManyFactors`], and [`Refusal::UnknownFactor`] when
    /// the one to replace is not there.
    pub fn begin_setup(
        &self,
        session: &dyn Session,
        new: &NewFactor,
        email: EmailStatus,
        issuer: &Issuer,
        secret: &NewSecret<'_>,
        context: Context<'_>,
    ) -> Result<Transition<Setup>, Refusal> {
        self.check_setup(session, new, email, context)?;
        if self.factor(secret.factor).is_some() {
            return Err(Invalid::Form { what: "factor id", form: "new and random" }.into());
        }
        let mut draft = self.draft(context);
        draft.end_setup();
        let pending = PendingSetup {
            id: secret.setup,
            session: session.session(),
            factor: secret.factor,
            label: new.label.clone(),
            account: new.account.clone(),
            issuer: new.issuer.clone(),
            params: context.settings.totp,
            sealed: secret.sealed.clone(),
            begun_at: context.now,
            tries_left: context.settings.confirm_tries,
            replaces: new.replaces,
            confirmed: None,
            extra: Extra::default(),
        };
        let setup = Setup::of(&pending, issuer, secret.secret, confirm_by(&pending, context));
        draft.next.pending = Some(Box::new(pending));
        draft.event(EventKind::SetupBegun { setup: secret.setup });
        Ok(draft.commit(setup))
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
        if pending.confirmed.is_some() {
            return Err(Refusal::SetupConfirmed);
        }
        if context.now > confirm_by(pending, context) {
            return Err(Refusal::SetupExpired);
        }
        Ok(pending)
    }

    /// Shows a setup again, with its secret unsealed.
    ///
    /// # Errors
    /// As [`open_setup`](Self::open_setup).
    pub fn show_setup(
        &self,
        session: &dyn Session,
        id: SetupId,
        issuer: &Issuer,
        secret: &TotpSecret,
        context: Context<'_>,
    ) -> Result<Setup, Refusal> {
        let pending = self.open_setup(session, id, context)?;
        Ok(Setup::of(pending, issuer, secret, confirm_by(pending, context)))
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
        let confirmed = Some(Confirmation { recovery, ..confirmation.clone() });
        let mut draft = self.draft(context);
        if let Some(pending) = &mut draft.next.pending {
            pending.confirmed = confirmed;
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
    /// [`Refusal::SetupExpired`] after a further hour.
    pub fn finish_setup(
        &self,
        session: &dyn Session,
        id: SetupId,
        fresh: Stamp,
        context: Context<'_>,
    ) -> Result<Transition<Proven>, Refusal> {
        let (pending, confirmation) = self.confirmed_of(session, id, context)?;
        let mut draft = self.draft(context);
        draft.next.pending = None;
        draft.issue_codes(confirmation.recovery.clone());
        draft.next.enrollment = None;
        draft.event(EventKind::MfaEnabled { factor: pending.factor });
        let session = draft.activate(session.held().evidence, pending, confirmation.right, fresh);
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
            let until = match &pending.confirmed {
                Some(confirmation) => after(confirmation.right.at, context.settings.finish_within),
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
        let confirmation = pending.confirmed.as_ref().ok_or(Refusal::SetupUnconfirmed)?;
        if context.now > after(confirmation.right.at, context.settings.finish_within) {
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
        right: RightCode,
        fresh: Stamp,
    ) -> Assurance {
        let first = self.next.factors.is_empty();
        let factor = Factor {
            id: pending.factor,
            label: pending.label.clone(),
            added_at: right.at,
            last_used_at: right.at,
            suspended: false,
            weak: false,
            failures: 0,
            enrolled_by: self.enrolled_by(session, pending),
            state: FactorState::Totp(TotpState {
                params: pending.params,
                sealed: pending.sealed.clone(),
                // The code that confirmed the setup is burned with it.
                last_step: right.step,
                drift: right.drift,
                extra: Extra::default(),
            }),
            extra: Extra::default(),
        };
        let (id, kind, strength) = (factor.id, factor.kind(), factor.strength());
        self.next.factors.push(factor);
        self.next.preferred.get_or_insert(id);
        self.restamp(fresh, Some(session.session()));
        let session = session.clone().under(fresh);
        // Registering is no authentication: what was enrolled in a phished session proves nothing in
        // it. Only the first factor of an account raises the session, which could be asked for none.
        match strength {
            Some(strength) if first => {
                let proven = EvidenceKind::Factor { id, kind, strength, user_verified: false };
                session.with(proven, right.at, self.now())
            }
            Some(_) | None => session,
        }
    }

    /// What a session had proven when it began a setup: what was fresh then, or is newer.
    fn enrolled_by(&self, session: &Assurance, pending: &PendingSetup) -> EnrolledBy {
        let fresh = |e: &&Evidence| self.is_fresh(e.at(), pending.begun_at);
        let held = || session.evidence().iter().filter(fresh).map(Evidence::kind);
        let of_factor = |kind: &EvidenceKind| match kind {
            EvidenceKind::Factor { strength, .. } => Some(*strength),
            EvidenceKind::First(_) | EvidenceKind::Recovery | EvidenceKind::Enrollment => None,
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
