//! Answering a challenge.

use super::Mfa;
use super::attempt::Attempt;
use super::traced;
use crate::domain::{
    Answer, Challenge, CodeHash, Evaluation, ImportedCheck, ImportedEvaluation, OneTimeCheck,
    Question, Verdict,
};
use crate::error::Error;
use crate::ports::Lane;

impl Mfa {
    /// Judges an answer to a challenge: a code, three in a row, a recovery code or an enrollment
    /// code.
    ///
    /// A code is charged in the same commit that judges it, and the verdict leaves only after that
    /// commit. A wrong code is a [`Verdict::Rejected`], not an error.
    ///
    /// # Errors
    /// [`Refusal::ChallengeExpired`], [`Refusal::ChallengeSpent`], [`Refusal::WrongAnswerKind`] and
    /// [`Refusal::EnrollmentExpired`] as [`Account::question`] says; [`Error::Cipher`] when the
    /// secret does not open (nothing was charged); [`Error::Busy`] when too many one-time codes are
    /// being checked.
    ///
    /// [`Refusal::ChallengeExpired`]: crate::Refusal::ChallengeExpired
    /// [`Refusal::ChallengeSpent`]: crate::Refusal::ChallengeSpent
    /// [`Refusal::WrongAnswerKind`]: crate::Refusal::WrongAnswerKind
    /// [`Refusal::EnrollmentExpired`]: crate::Refusal::EnrollmentExpired
    /// [`Account::question`]: crate::domain::Account::question
    #[cfg_attr(feature = "tracing", tracing::instrument(skip_all, fields(subject = %challenge.subject(), outcome), err(level = "debug")))]
    pub async fn answer(&self, challenge: &Challenge, answer: Answer) -> Result<Verdict, Error> {
        let verdict = self.judge(challenge, answer).await?;
        traced::verdict(&verdict);
        Ok(verdict)
    }

    async fn judge(&self, challenge: &Challenge, answer: Answer) -> Result<Verdict, Error> {
        let mut attempt = Attempt::load(self, challenge.subject()).await?;
        let mut opened = None;
        let mut evaluated = None;
        let mut imported = None;
        loop {
            let question = attempt.account().question(challenge, &answer, attempt.context()?)?;
            let decision = match question {
                Question::Decided(verdict) => return Ok(verdict),
                Question::Totp(asked) => {
                    let before = opened.take();
                    let secret = self.open(before, asked.sealed(), asked.context()).await?;
                    let secret = opened.insert(secret);
                    asked.judge(&secret.secret, secret.resealed.clone())
                }
                Question::OneTime(check) => {
                    let evaluation = self.evaluate(evaluated, challenge, &check).await?;
                    evaluated = Some((*check.hash(), evaluation));
                    check.judge(&evaluation)
                }
                Question::Imported(check) => {
                    let before = imported.take();
                    let evaluation = self.evaluate_imported(before, challenge, &check).await?;
                    check.judge(imported.insert(evaluation))
                }
            };
            if let Some(verdict) = attempt.settle(decision).await? {
                return Ok(verdict);
            }
        }
    }

    /// Evaluates a one-time code, unless it was evaluated against the same hash before.
    async fn evaluate(
        &self,
        before: Option<(CodeHash, Evaluation)>,
        challenge: &Challenge,
        check: &OneTimeCheck<'_>,
    ) -> Result<Evaluation, Error> {
        if let Some((_, evaluation)) = before.filter(|(hash, _)| hash == check.hash()) {
            return Ok(evaluation);
        }
        let lane = Lane::of(challenge.subject());
        let code = check.code().clone();
        Ok(self.inner.hasher.evaluate(lane, code, check.scheme(), check.hash()).await?)
    }

    /// Evaluates an imported code, unless it was evaluated against the same hashes before.
    async fn evaluate_imported(
        &self,
        before: Option<ImportedEvaluation>,
        challenge: &Challenge,
        check: &ImportedCheck<'_>,
    ) -> Result<ImportedEvaluation, Error> {
        if let Some(evaluation) = before.filter(|before| check.is_judged_by(before)) {
            return Ok(evaluation);
        }
        let lane = Lane::of(challenge.subject());
        let (code, hashes) = (check.code().clone(), check.hashes());
        Ok(self.imported_code_hasher()?.evaluate_imported(lane, code, hashes).await?)
    }
}
