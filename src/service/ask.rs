//! The state of a challenge.

use super::Mfa;
use crate::domain::{Ask, Challenge};
use crate::error::Error;

impl Mfa {
    /// Says what a challenge can be answered with now: for the page that shows it.
    ///
    /// It writes nothing and spends nothing, however often it is asked.
    ///
    /// # Errors
    /// [`Refusal::ChallengeExpired`] and [`Refusal::ChallengeSpent`] when it takes no more answers,
    /// [`Refusal::EnrollmentExpired`]; [`Error::Store`].
    ///
    /// [`Refusal::ChallengeExpired`]: crate::Refusal::ChallengeExpired
    /// [`Refusal::ChallengeSpent`]: crate::Refusal::ChallengeSpent
    /// [`Refusal::EnrollmentExpired`]: crate::Refusal::EnrollmentExpired
    pub async fn ask(&self, challenge: &Challenge) -> Result<Ask, Error> {
        let subject = challenge.subject();
        in_span!(ask(subject), async {
            let account = self.load(subject).await?;
            Ok(account.ask(challenge, self.context()?)?)
        })
        .await
    }
}
