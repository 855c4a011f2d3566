//! Confirming a setup: with a code, or with what a browser answers.

use std::sync::Arc;

use chrono::TimeDelta;

use super::state::Account;
use super::transition::{Decision, Transition};
use crate::domain::assurance::Assurance;
use crate::domain::challenge::{Answer, AnswerKind};
use crate::domain::context::Context;
use crate::domain::event::EventKind;
use crate::domain::factor::totp::{
    Code, PendingTotp, SealContext, TotpSecret, TotpState, Window, drift_of, find_offset,
    match_code,
};
#[cfg(feature = "webauthn")]
use crate::domain::factor::webauthn::{
    Credential, PendingCredential, RegistrationResponse, RelyingParty, WebAuthnState,
};
use crate::domain::factor::{FactorState, PendingState};
use crate::domain::id::{SetupId, Stamp};
use crate::domain::recovery::{HashedCodes, RecoveryCodes, RecoverySet};
use crate::domain::refusal::Refusal;
use crate::domain::sealed::SealedSecret;
use crate::domain::session::Session;
use crate::domain::setup::{
    Confirmation, ConfirmedSetup, PendingSetup, SetupRejection, SetupRejectionReason, Stage,
};
use crate::domain::unknown_fields::Extra;

/// How far a confirmation searches for the authenticator's clock.
const CLOCK_SEARCH: TimeDelta = TimeDelta::minutes(10);

/// The next step in judging the answer that confirms a setup.
#[derive(Debug)]
#[must_use]
pub enum SetupQuestion<'a> {
    /// Nothing: it is malformed.
    Decided(SetupRejection),
    /// The setup's secret, unsealed.
    Totp(TotpSetupCheck<'a>),
    /// A signature.
    #[cfg(feature = "webauthn")]
    WebAuthn(RegistrationCheck<'a>),
}

/// The effect of an answer on a setup.
#[derive(Debug)]
#[must_use]
pub enum Judged<'a> {
    /// It is decided: the answer was wrong, or a further factor needs no recovery codes.
    Decided(Decision<ConfirmedSetup>),
    /// The answer is right, and a set of recovery codes has to be issued with it.
    Right(ConfirmedFirst<'a>),
}

/// A right answer that waits for a recovery set. It says nothing to the user yet.
#[derive(Debug)]
#[must_use]
pub struct ConfirmedFirst<'a> {
    setup: OpenSetup<'a>,
    state: FactorState,
    fresh: Stamp,
}

/// A setup that can be confirmed now, by the session that began it.
#[derive(Debug, Clone, Copy)]
struct OpenSetup<'a> {
    account: &'a Account,
    session: &'a Assurance,
    pending: &'a PendingSetup,
    tries_left: u8,
    context: Context<'a>,
}

/// A well-formed code that waits for the setup's secret.
#[derive(Debug)]
#[must_use]
pub struct TotpSetupCheck<'a> {
    setup: OpenSetup<'a>,
    totp: &'a PendingTotp,
    code: Code,
}

/// A browser's answer, read and within bounds, that waits to be verified.
#[cfg(feature = "webauthn")]
#[derive(Debug)]
#[must_use]
pub struct RegistrationCheck<'a> {
    setup: OpenSetup<'a>,
    pending: &'a PendingCredential,
    relying_party: &'a RelyingParty,
    response: RegistrationResponse,
}

impl Account {
    /// Reads the answer that is to confirm a setup, and says what it takes to judge it.
    ///
    /// # Errors
    /// As [`open_setup`](Self::open_setup); [`Refusal::WrongAnswerKind`] when the answer is of another
    /// kind than the factor, [`Refusal::FactorKindUnavailable`] when this build or its settings cannot
    /// set up factors of that kind.
    pub fn setup_question<'a>(
        &'a self,
        session: &'a dyn Session,
        id: SetupId,
        answer: &Answer,
        context: Context<'a>,
    ) -> Result<SetupQuestion<'a>, Refusal> {
        let pending = self.open_setup(session, id, context)?;
        let Stage::Open { state, tries_left } = &pending.stage else {
            return Err(Refusal::SetupConfirmed);
        };
        let (session, tries_left) = (session.held().evidence, *tries_left);
        let setup = OpenSetup { account: self, session, pending, tries_left, context };
        // By the kind of the factor first, so that a new kind has to say what answers it.
        match state {
            PendingState::Unknown(_) => Err(Refusal::FactorKindUnavailable),
            PendingState::Totp(totp) => {
                let AnswerKind::Code { factor: None, typed } = &answer.0 else {
                    return Err(Refusal::WrongAnswerKind);
                };
                let malformed = SetupRejection::new(SetupRejectionReason::Malformed, tries_left);
                let code = Code::parse(typed, totp.params.digits());
                Ok(code.map_or(SetupQuestion::Decided(malformed), |code| {
                    SetupQuestion::Totp(TotpSetupCheck { setup, totp, code })
                }))
            }
            #[cfg(feature = "webauthn")]
            PendingState::WebAuthn(pending) => {
                let AnswerKind::WebAuthn(json) = &answer.0 else {
                    return Err(Refusal::WrongAnswerKind);
                };
                let here = context.settings.relying_party.as_ref();
                let relying_party = here.ok_or(Refusal::FactorKindUnavailable)?;
                Ok(match RegistrationResponse::parse(json) {
                    Ok(response) => SetupQuestion::WebAuthn(RegistrationCheck {
                        setup,
                        pending,
                        relying_party,
                        response,
                    }),
                    Err(why) => SetupQuestion::Decided(SetupRejection::unverified(why, tries_left)),
                })
            }
        }
    }
}

impl TotpSetupCheck<'_> {
    /// The sealed secret to open.
    pub fn sealed(&self) -> &SealedSecret {
        &self.totp.sealed
    }

    /// The place it is bound to.
    pub fn context(&self) -> SealContext<'_> {
        let OpenSetup { account, pending, .. } = self.setup;
        SealContext { subject: &account.subject, factor: pending.factor, params: self.totp.params }
    }
}

impl<'a> TotpSetupCheck<'a> {
    /// Judges the code, with the setup's secret unsealed.
    ///
    /// A setup has ten tries of its own. A wrong code is searched for within ten minutes either
    /// way, so that its owner hears that the phone's clock is off instead of that the code is. `fresh`
    /// is the account's stamp once a further factor is active.
    pub fn judge(self, secret: &TotpSecret, fresh: Stamp) -> Judged<'a> {
        let Self { setup, totp, code } = self;
        let (params, seconds) = (totp.params, setup.context.unix_seconds());
        let window = Window::around(seconds, params, 0, setup.context.settings.window);
        let Some(step) = match_code(secret, params, &code, window) else {
            let reason = match clock_off(totp, secret, &code, window) {
                Some(off) => SetupRejectionReason::ClockOff(off),
                None => SetupRejectionReason::Wrong,
            };
            return Judged::Decided(Decision::Change(setup.charge_try(reason)));
        };
        setup.right(
            FactorState::Totp(TotpState {
                params,
                sealed: totp.sealed.clone(),
                // The code that confirmed the setup is burned with it.
                last_step: step,
                drift: drift_of(step, seconds, params),
                extra: Extra::default(),
            }),
            fresh,
        )
    }
}

#[cfg(feature = "webauthn")]
impl<'a> RegistrationCheck<'a> {
    /// Judges what the browser answered. What does not hold changes nothing: nothing can be guessed,
    /// so that no try is charged. `fresh` is the account's stamp once a further factor is active.
    pub fn judge(self, fresh: Stamp) -> Judged<'a> {
        let Self { setup, pending, relying_party, response } = self;
        let rejected =
            |rejection| Judged::Decided(Decision::Unchanged(ConfirmedSetup::Rejected(rejection)));
        let registered = match response.verify(&setup.pending.id.into(), relying_party) {
            Ok(registered) => registered,
            Err(why) => return rejected(SetupRejection::unverified(why, setup.tries_left)),
        };
        let credential = Credential::new(relying_party, pending.user_handle.clone(), registered);
        let mut known = setup.account.credentials_here(setup.context.settings);
        if known.any(|known| known.id() == credential.id()) {
            let reason = SetupRejectionReason::AlreadyRegistered;
            return rejected(SetupRejection::new(reason, setup.tries_left));
        }
        let state = WebAuthnState { credential, extra: Extra::default() };
        setup.right(FactorState::WebAuthn(Box::new(state)), fresh)
    }
}

impl<'a> OpenSetup<'a> {
    /// The answer is right, and this is what the factor is verified by from now on.
    fn right(self, state: FactorState, fresh: Stamp) -> Judged<'a> {
        let further = self.account.enabled() && self.pending.replaces.is_none();
        let right = ConfirmedFirst { setup: self, state, fresh };
        if further {
            Judged::Decided(Decision::Change(right.added()))
        } else {
            Judged::Right(right)
        }
    }

    fn charge_try(self, reason: SetupRejectionReason) -> Transition<ConfirmedSetup> {
        let mut draft = self.account.draft(self.context);
        draft.event(EventKind::SetupCodeRejected { setup: self.pending.id });
        let left = self.tries_left.saturating_sub(1);
        if let Some(Stage::Open { tries_left, .. }) =
            draft.next.pending.as_mut().map(|pending| &mut pending.stage)
        {
            *tries_left = left;
        }
        if left == 0 {
            draft.end_setup();
        }
        draft.commit(ConfirmedSetup::Rejected(SetupRejection::new(reason, left)))
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
        let Self { setup, state, fresh } = self;
        let OpenSetup { account, session, pending, context, .. } = setup;
        let recovery = Arc::new(RecoverySet::new(&codes, hashed, context.now)?);
        let mut draft = account.draft(context);
        let Some(lost) = pending.replaces else {
            draft.event(EventKind::SetupConfirmed { setup: pending.id });
            if let Some(pending) = &mut draft.next.pending {
                let (at, extra) = (context.now, Extra::default());
                pending.stage = Stage::Confirmed(Confirmation { at, state, recovery, extra });
            }
            return Ok(draft.commit(ConfirmedSetup::FirstFactor(codes)));
        };
        account.known(lost)?;
        draft.next.pending = None;
        draft.issue_codes(recovery);
        draft.event(EventKind::FactorReplaced { lost, factor: pending.factor });
        draft.event(EventKind::RecoveryCodesReplaced);
        let session = draft.activate(session, pending, state, context.now, fresh);
        if draft.next.preferred == Some(lost) {
            draft.next.preferred = Some(pending.factor);
        }
        draft.remove_factor(lost);
        let session = draft.proven(session);
        Ok(draft.commit(ConfirmedSetup::Replaced(session, codes)))
    }

    /// A further factor is active at once; the recovery codes stay as they are.
    fn added(self) -> Transition<ConfirmedSetup> {
        let Self { setup, state, fresh } = self;
        let OpenSetup { account, session, pending, context, .. } = setup;
        let mut draft = account.draft(context);
        draft.next.pending = None;
        draft.event(EventKind::FactorAdded { factor: pending.factor });
        let session = draft.activate(session, pending, state, context.now, fresh);
        let session = draft.proven(session);
        draft.commit(ConfirmedSetup::Added(session))
    }
}

fn clock_off(
    totp: &PendingTotp,
    secret: &TotpSecret,
    code: &Code,
    window: Window,
) -> Option<TimeDelta> {
    let period = i64::from(totp.params.period());
    let reach = u8::try_from(CLOCK_SEARCH.num_seconds() / period).unwrap_or(u8::MAX);
    let steps = find_offset(secret, totp.params, code, Window { reach, ..window })?;
    Some(TimeDelta::seconds(steps * period))
}
