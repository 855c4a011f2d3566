//! Confirming a setup with a code.

use std::sync::Arc;

use chrono::TimeDelta;

use super::state::Account;
use super::transition::{Decision, Transition};
use crate::domain::assurance::Assurance;
use crate::domain::context::Context;
use crate::domain::event::EventKind;
use crate::domain::factor::totp::{
    Code, Step, TotpSecret, Window, drift_of, find_offset, match_code,
};
use crate::domain::id::{SetupId, Stamp};
use crate::domain::recovery::{HashedCodes, RecoveryCodes, RecoverySet};
use crate::domain::refusal::Refusal;
use crate::domain::session::Session;
use crate::domain::setup::{
    Confirmation, ConfirmedSetup, PendingSetup, RightCode, SetupRejection, SetupRejectionReason,
};
use crate::domain::unknown_fields::Extra;

/// How far a confirmation searches for the authenticator's clock.
const CLOCK_SEARCH: TimeDelta = TimeDelta::minutes(10);

/// What a code did to a setup.
#[derive(Debug)]
#[must_use]
pub enum Judged<'a> {
    /// It is decided: the code was wrong, or a further factor needs no recovery codes.
    Decided(Decision<ConfirmedSetup>),
    /// The code is right, and a set of recovery codes has to be issued with it.
    Right(ConfirmedFirst<'a>),
}

/// A right code that waits for a recovery set. It says nothing to the user yet.
#[derive(Debug)]
#[must_use]
pub struct ConfirmedFirst<'a> {
    account: &'a Account,
    session: &'a Assurance,
    pending: &'a PendingSetup,
    step: Step,
    fresh: Stamp,
    context: Context<'a>,
}

impl Account {
    /// Judges a code that is to confirm a setup, with the setup's secret unsealed.
    ///
    /// A setup has ten tries of its own. A wrong code is searched for within ten minutes either
    /// way, so that its owner hears that the phone's clock is off instead of that the code is. `fresh`
    /// is the account's stamp once a further factor is active.
    ///
    /// # Errors
    /// As [`open_setup`](Self::open_setup).
    pub fn judge_confirmation<'a>(
        &'a self,
        session: &'a dyn Session,
        id: SetupId,
        typed: &str,
        secret: &TotpSecret,
        fresh: Stamp,
        context: Context<'a>,
    ) -> Result<Judged<'a>, Refusal> {
        let pending = self.open_setup(session, id, context)?;
        let Some(code) = Code::parse(typed, pending.params.digits()) else {
            let reason = SetupRejectionReason::Malformed;
            let rejected = SetupRejection { reason, tries_left: pending.tries_left };
            return Ok(Judged::Decided(Decision::Unchanged(ConfirmedSetup::Rejected(rejected))));
        };
        let window =
            Window::around(context.unix_seconds(), pending.params, 0, context.settings.window);
        let Some(step) = match_code(secret, pending.params, &code, window) else {
            let reason = match clock_off(pending, secret, &code, window) {
                Some(off) => SetupRejectionReason::ClockOff(off),
                None => SetupRejectionReason::Wrong,
            };
            return Ok(Judged::Decided(Decision::Change(self.charge_try(id, reason, context))));
        };
        let session = session.held().evidence;
        let right = ConfirmedFirst { account: self, session, pending, step, fresh, context };
        if self.enabled() && pending.replaces.is_none() {
            return Ok(Judged::Decided(Decision::Change(right.added())));
        }
        Ok(Judged::Right(right))
    }

    fn charge_try(
        &self,
        id: SetupId,
        reason: SetupRejectionReason,
        context: Context<'_>,
    ) -> Transition<ConfirmedSetup> {
        let mut draft = self.draft(context);
        draft.event(EventKind::SetupCodeRejected { setup: id });
        let mut tries_left = 0;
        if let Some(pending) = &mut draft.next.pending {
            pending.tries_left = pending.tries_left.saturating_sub(1);
            tries_left = pending.tries_left;
        }
        if tries_left == 0 {
            draft.end_setup();
        }
        draft.commit(ConfirmedSetup::Rejected(SetupRejection { reason, tries_left }))
    }
}

impl ConfirmedFirst<'_> {
    /// Issues the recovery codes: for a first factor they wait, with it, until they are saved; with
    /// a replacement they take the old set's place at once.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] when the set is too small or too large, [`Refusal::UnknownFactor`] when
    /// the factor to replace is gone.
    pub fn with_codes(
        self,
        codes: RecoveryCodes,
        hashed: HashedCodes,
    ) -> Result<Transition<ConfirmedSetup>, Refusal> {
        let recovery = Arc::new(RecoverySet::new(&codes, hashed, self.context.now)?);
        let right = self.right_code();
        let mut draft = self.account.draft(self.context);
        let Some(lost) = self.pending.replaces else {
            draft.event(EventKind::SetupConfirmed { setup: self.pending.id });
            if let Some(pending) = &mut draft.next.pending {
                // It is shown no more.
                pending.issuer = None;
                pending.confirmed = Some(Confirmation { right, recovery, extra: Extra::default() });
            }
            return Ok(draft.commit(ConfirmedSetup::FirstFactor(codes)));
        };
        self.account.known(lost)?;
        draft.next.pending = None;
        draft.issue_codes(recovery);
        draft.event(EventKind::FactorReplaced { lost, factor: self.pending.factor });
        draft.event(EventKind::RecoveryCodesReplaced);
        let session = draft.activate(self.session, self.pending, right, self.fresh);
        if draft.next.preferred == Some(lost) {
            draft.next.preferred = Some(self.pending.factor);
        }
        draft.remove_factor(lost);
        let session = draft.proven(session);
        Ok(draft.commit(ConfirmedSetup::Replaced(session, codes)))
    }

    /// A further factor is active at once; the recovery codes stay as they are.
    fn added(self) -> Transition<ConfirmedSetup> {
        let mut draft = self.account.draft(self.context);
        draft.next.pending = None;
        draft.event(EventKind::FactorAdded { factor: self.pending.factor });
        let session = draft.activate(self.session, self.pending, self.right_code(), self.fresh);
        let session = draft.proven(session);
        draft.commit(ConfirmedSetup::Added(session))
    }

    fn right_code(&self) -> RightCode {
        let drift = drift_of(self.step, self.context.unix_seconds(), self.pending.params);
        RightCode { at: self.context.now, step: self.step, drift }
    }
}

fn clock_off(
    pending: &PendingSetup,
    secret: &TotpSecret,
    code: &Code,
    window: Window,
) -> Option<TimeDelta> {
    let period = i64::from(pending.params.period());
    let reach = u8::try_from(CLOCK_SEARCH.num_seconds() / period).unwrap_or(u8::MAX);
    let steps = find_offset(secret, pending.params, code, Window { reach, ..window })?;
    Some(TimeDelta::seconds(steps * period))
}
