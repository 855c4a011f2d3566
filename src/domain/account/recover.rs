//! One-time codes: recovering with one, enrolling with one, regenerating the set.

use std::sync::Arc;

use subtle::Choice;

use super::authority::Sensitive;
use super::read::Read;
use super::state::{Account, EnrollmentCode};
use super::transition::{Decision, Transition};
use crate::domain::challenge::{Challenge, Typed};
use crate::domain::context::Context;
use crate::domain::event::EventKind;
use crate::domain::id::Stamp;
use crate::domain::proof::ProvenBy;
use crate::domain::purpose::Purpose;
use crate::domain::recovery::{
    CodeHash, Evaluation, HashScheme, HashedCodes, OneTimeCode, RecoveryCodes, RecoverySet,
};
use crate::domain::refusal::Refusal;
use crate::domain::session::{Proven, Session};
use crate::domain::verdict::{Judgment, Rejection, RejectionReason};

/// A well-formed one-time code that waits for one evaluation of the slow hash.
///
/// It costs one evaluation, hit, miss, spent or absent alike.
#[derive(Debug)]
#[must_use]
pub struct OneTimeCheck<'a> {
    account: &'a Account,
    challenge: &'a Challenge,
    code: OneTimeCode,
    scheme: &'a HashScheme,
    hash: CodeHash,
    context: Context<'a>,
}

impl Account {
    /// Reads an answer for the account's own set.
    pub(super) fn read_recovery_code<'a>(
        &'a self,
        set: &'a RecoverySet,
        challenge: &'a Challenge,
        typed: &Typed,
        context: Context<'a>,
    ) -> Read<OneTimeCheck<'a>> {
        let Some(code) = OneTimeCode::parse(typed) else {
            return Read::Rejected(Rejection::uncounted(RejectionReason::Malformed));
        };
        let (scheme, hash) = (&set.scheme, set.hash_for(&code));
        Read::Judgeable(OneTimeCheck { account: self, challenge, code, scheme, hash, context })
    }

    /// Reads an answer for the enrollment code of a reset.
    pub(super) fn read_enrollment_code<'a>(
        &'a self,
        challenge: &'a Challenge,
        typed: &Typed,
        context: Context<'a>,
    ) -> Result<Read<OneTimeCheck<'a>>, Refusal> {
        let enrollment = self.open_enrollment(context)?;
        let Some(code) = OneTimeCode::parse(typed) else {
            return Ok(Read::Rejected(Rejection::uncounted(RejectionReason::Malformed)));
        };
        let used = Choice::from(u8::from(enrollment.used_by.is_some()));
        let hash = CodeHash::select(&enrollment.hash, &CodeHash::DECOY, used);
        let scheme = &enrollment.scheme;
        Ok(Read::Judgeable(OneTimeCheck { account: self, challenge, code, scheme, hash, context }))
    }

    /// The enrollment code of a reset, as long as it can be used.
    pub(super) fn open_enrollment(&self, context: Context<'_>) -> Result<&EnrollmentCode, Refusal> {
        let enrollment = self.enrollment.as_ref().ok_or(Refusal::ChallengeExpired)?;
        match context.now > enrollment.expires_at {
            true => Err(Refusal::EnrollmentExpired(enrollment.expires_at)),
            false => Ok(enrollment),
        }
    }

    /// Replaces the recovery codes, or issues the first ones: the old set, imported codes among it,
    /// stops working in the same instant. Returns the session under its new stamp, `fresh`.
    ///
    /// # Errors
    /// [`Refusal::NotEnabled`], and [`Refusal::StepUp`] when the session holds no evidence as strong as
    /// the account within the last ten minutes: a recovery code is not enough.
    pub fn regenerate(
        &self,
        session: &dyn Session,
        codes: RecoveryCodes,
        hashed: HashedCodes,
        fresh: Stamp,
        context: Context<'_>,
    ) -> Result<Transition<(Proven, RecoveryCodes)>, Refusal> {
        self.check_regenerate(session, context)?;
        let mut draft = self.draft(context);
        draft.issue_codes(Arc::new(RecoverySet::new(&codes, hashed, context.now)?));
        draft.event(EventKind::RecoveryCodesReplaced);
        draft.restamp(fresh, Some(session.session()));
        let session = draft.proven(session.held().evidence.clone().under(fresh));
        Ok(draft.commit((session, codes)))
    }

    /// Checks whether the codes may be replaced, before a new set is hashed.
    ///
    /// # Errors
    /// As [`regenerate`](Self::regenerate).
    pub fn check_regenerate(
        &self,
        session: &dyn Session,
        context: Context<'_>,
    ) -> Result<(), Refusal> {
        self.check_session(session, context)?;
        if !self.enabled() {
            return Err(Refusal::NotEnabled);
        }
        self.check_sensitive(Sensitive::Manage, session, context)
    }

    /// What a one-time code unlocks, if its evaluation holds for what is stored now.
    fn unlocks(&self, check: &OneTimeCheck<'_>, evaluation: &Evaluation) -> Option<Unlocked> {
        match check.challenge.purpose {
            Purpose::Enroll => {
                // One that was used is judged against the decoy, which is never the stored hash.
                let enrollment = self.enrollment.as_ref()?;
                bool::from(evaluation.holds_for(&enrollment.hash)).then_some(Unlocked::Enrollment)
            }
            Purpose::SignIn | Purpose::StepUp(_) => {
                let set = self.recovery.as_deref()?;
                set.unlocked(&check.code, evaluation).map(Unlocked::Slot)
            }
        }
    }
}

/// What a one-time code unlocked.
enum Unlocked {
    Slot(usize),
    Enrollment,
}

impl OneTimeCheck<'_> {
    /// The code to evaluate.
    pub fn code(&self) -> &OneTimeCode {
        &self.code
    }

    /// How the set it is judged by was hashed.
    pub fn scheme(&self) -> &HashScheme {
        self.scheme
    }

    /// The hash to evaluate it against.
    pub fn hash(&self) -> &CodeHash {
        &self.hash
    }

    /// Judges the code. A miss changes nothing: recovery has no budget that an attacker could
    /// exhaust.
    pub fn judge(self, evaluation: &Evaluation) -> Decision<Judgment> {
        let Some(unlocked) = self.account.unlocks(&self, evaluation) else {
            return Decision::Unchanged(Judgment::Rejected(Rejection::uncounted(
                RejectionReason::Wrong,
            )));
        };
        let mut draft = self.account.draft(self.context);
        let by = match unlocked {
            Unlocked::Slot(index) => {
                let spent =
                    draft.next.recovery.as_ref().map(|set| set.with_spent(index, self.context.now));
                let left = spent.as_ref().map_or(0, RecoverySet::left);
                draft.next.recovery = spent.map(Arc::new);
                let left = u8::try_from(left).unwrap_or(u8::MAX);
                let purpose = self.challenge.purpose.clone();
                draft.event(EventKind::RecoveryCodeUsed { left, purpose });
                ProvenBy::Recovery
            }
            Unlocked::Enrollment => {
                if let Some(enrollment) = &mut draft.next.enrollment {
                    enrollment.used_by = Some(self.challenge.session());
                }
                draft.event(EventKind::EnrollmentCodeUsed);
                ProvenBy::Enrollment
            }
        };
        Decision::Change(draft.pass(self.challenge, by))
    }
}
