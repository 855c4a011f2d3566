//! Reading an answer: what it takes to judge it.

use super::imported_codes::ImportedCheck;
use super::read::Read;
use super::recover::OneTimeCheck;
use super::state::Account;
use super::totp_check::TotpCheck;
#[cfg(feature = "webauthn")]
use super::webauthn_check::WebAuthnCheck;
use crate::domain::challenge::{Answer, AnswerKind, Challenge, Typed};
use crate::domain::context::Context;
use crate::domain::purpose::Purpose;
use crate::domain::refusal::Refusal;
use crate::domain::verdict::Rejection;

/// What it takes to judge an answer.
#[derive(Debug)]
#[must_use]
pub enum Question<'a> {
    /// Nothing: it is malformed, or throttled.
    Decided(Rejection),
    /// A factor's secret, unsealed.
    Totp(TotpCheck<'a>),
    /// A signature, verified without waiting for anything.
    #[cfg(feature = "webauthn")]
    WebAuthn(Box<WebAuthnCheck<'a>>),
    /// One evaluation of the slow hash.
    OneTime(OneTimeCheck<'a>),
    /// Evaluations of imported recovery codes, one a code.
    Imported(ImportedCheck<'a>),
}

impl Account {
    /// Reads an answer to a challenge and says what it takes to judge it.
    ///
    /// # Errors
    /// [`Refusal::ChallengeExpired`] after ten minutes, when the credentials have changed, or when it is
    /// of another [epoch](crate::domain::SettingsBuilder::epoch);
    /// [`Refusal::ChallengeSpent`] when it was passed, when 16 others were passed since it was opened,
    /// or when it has taken five codes; [`Refusal::WrongAnswerKind`], [`Refusal::EnrollmentExpired`].
    pub fn question<'a>(
        &'a self,
        challenge: &'a Challenge,
        answer: &Answer,
        context: Context<'a>,
    ) -> Result<Question<'a>, Refusal> {
        self.check_challenge(challenge, context)?;
        match (&answer.0, &challenge.purpose) {
            (AnswerKind::Enrollment(typed), Purpose::Enroll) => {
                let read = self.read_enrollment_code(challenge, typed, context)?;
                Ok(Question::of(read, Question::OneTime))
            }
            (AnswerKind::Enrollment(_), _) | (_, Purpose::Enroll) => Err(Refusal::WrongAnswerKind),
            // Nothing is spent on what could not meet the rule.
            (AnswerKind::Recovery(_), _) if !challenge.recovery => Err(Refusal::WrongAnswerKind),
            (AnswerKind::Recovery(typed), _) => self.recovery_question(challenge, typed, context),
            (AnswerKind::Code { .. } | AnswerKind::ThreeCodes { .. }, _)
                if !self.asks_for_codes(challenge) =>
            {
                Err(Refusal::WrongAnswerKind)
            }
            (AnswerKind::Code { factor, typed }, _) => {
                let one = std::slice::from_ref(typed);
                let read = self.read_codes(challenge, *factor, one, context)?;
                Ok(Question::of(read, Question::Totp))
            }
            (AnswerKind::ThreeCodes { factor, typed }, _) => {
                let read = self.read_codes(challenge, *factor, typed, context)?;
                Ok(Question::of(read, Question::Totp))
            }
            #[cfg(feature = "webauthn")]
            (AnswerKind::WebAuthn(json), _) => {
                let read = self.read_assertion(challenge, json, context)?;
                Ok(Question::of(read, |check| Question::WebAuthn(Box::new(check))))
            }
        }
    }

    /// The account's own set judges, or else the imported one.
    fn recovery_question<'a>(
        &'a self,
        challenge: &'a Challenge,
        typed: &Typed,
        context: Context<'a>,
    ) -> Result<Question<'a>, Refusal> {
        if let Some(set) = self.recovery() {
            let read = self.read_recovery_code(set, challenge, typed, context);
            return Ok(Question::of(read, Question::OneTime));
        }
        let read = self.read_imported_code(challenge, typed, context)?;
        Ok(Question::of(read, Question::Imported))
    }

    pub(super) fn check_challenge(
        &self,
        challenge: &Challenge,
        context: Context<'_>,
    ) -> Result<(), Refusal> {
        self.settled()?;
        if *challenge.subject() != self.subject {
            return Err(Refusal::ForeignSession);
        }
        if challenge.held.check_current(self.stamp, context).is_err()
            || context.now > challenge.expires_at
        {
            return Err(Refusal::ChallengeExpired);
        }
        let admitted = self.passed.admits(challenge.id, challenge.passes);
        if admitted { Ok(()) } else { Err(Refusal::ChallengeSpent) }
    }
}

impl Question<'_> {
    fn of<Check>(read: Read<Check>, waits_for: fn(Check) -> Self) -> Self {
        match read {
            Read::Judgeable(check) => waits_for(check),
            Read::Rejected(rejection) => Self::Decided(rejection),
        }
    }
}
