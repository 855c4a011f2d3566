//! Answering a challenge.

use super::Mfa;
use super::secrets::Opened;
use super::traced;
use super::verdict::Verdict;
use crate::domain::{
    Answer, Challenge, CodeHash, Decision, Evaluation, ImportedCheck, ImportedEvaluation, Judgment,
    OneTimeCheck, Question,
};
use crate::error::Error;
use crate::ports::Lane;

/// What was opened and evaluated for an answer, kept while it is judged again.
#[derive(Default)]
struct Kept {
    opened: Option<Opened>,
    evaluated: Option<(CodeHash, Evaluation)>,
    imported: Option<ImportedEvaluation>,
}

impl Mfa {
    /// Judges an answer to a challenge: a code, three in a row, an assertion of a passkey or security
    /// key, a recovery code or an enrollment code.
    ///
    /// A code is charged in the same commit that judges it, and the verdict leaves only after that
    /// commit. A wrong answer is a [`Verdict::Rejected`], not an error. A passed one comes with the
    /// session: full, or limited to what has to come first.
    ///
    /// The policies of the user's organizations are read before the answer is judged, and again
    /// whenever it has to be judged again: where they cannot be read, nothing is spent. What they
    /// newly ask limits the session, and never makes a right answer a refused one.
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
    pub async fn answer(&self, challenge: &Challenge, answer: Answer) -> Result<Verdict, Error> {
        let subject = challenge.subject();
        in_span!(answer(subject), async {
            let attempt = self.attempt(subject).await?;
            let answer = &answer;
            let verdict = attempt
                .run_keeping(Kept::default(), |mut kept, account, context| async move {
                    let question = account.question(challenge, answer, context)?;
                    // Before anything is judged: what cannot be answered must not be spent.
                    let affiliations = match question {
                        Question::Decided(_) => Vec::new(),
                        _ => self.affiliations(subject).await?,
                    };
                    let decision = match question {
                        Question::Decided(why) => Decision::Unchanged(Judgment::Rejected(why)),
                        Question::Totp(asked) => {
                            let before = kept.opened.take();
                            let secret = self.open(before, asked.sealed(), asked.context()).await?;
                            let secret = kept.opened.insert(secret);
                            asked.judge(&secret.secret, secret.resealed.clone())
                        }
                        #[cfg(feature = "webauthn")]
                        Question::WebAuthn(check) => check.judge(),
                        Question::OneTime(check) => {
                            let evaluation =
                                self.evaluate(kept.evaluated, challenge, &check).await?;
                            kept.evaluated = Some((*check.hash(), evaluation));
                            check.judge(&evaluation)
                        }
                        Question::Imported(check) => {
                            let before = kept.imported.take();
                            let evaluation =
                                self.evaluate_imported(before, challenge, &check).await?;
                            check.judge(kept.imported.insert(evaluation))
                        }
                    };
                    let verdict =
                        |judgment| Verdict::of(judgment, challenge, &affiliations, context);
                    Ok((kept, decision.try_map(verdict)?.into()))
                })
                .await?;
            traced::verdict(&verdict);
            Ok(verdict)
        })
        .await
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
        Ok(self.ports().imported_code_hasher()?.evaluate_imported(lane, code, hashes).await?)
    }
}
