//! Replacing the recovery codes.

use super::Mfa;
use crate::domain::{Assurance, RecoveryCodes};
use crate::error::Error;

impl Mfa {
    /// Replaces the recovery codes. The old set stops working in the same instant, codes that were
    /// never used included. Show the new ones now: they exist only here.
    ///
    /// Keep the returned session; every other session of the account is void.
    ///
    /// # Errors
    /// [`Refusal::NotEnabled`](crate::Refusal::NotEnabled), and
    /// [`Refusal::StepUp`](crate::Refusal::StepUp) without a code of a factor within the last ten
    /// minutes: a recovery code is not enough.
    pub async fn regenerate_codes(
        &self,
        session: &Assurance,
    ) -> Result<(Assurance, RecoveryCodes), Error> {
        let subject = session.subject();
        in_span!(regenerate_codes(subject), async {
            let attempt = self.attempt(subject).await?;
            attempt.stored().check_regenerate(session, attempt.context()?)?;
            let (codes, hashed) = self.new_recovery_codes(subject).await?;
            let fresh = self.fresh_stamp()?;
            attempt
                .decide(|account, context| {
                    account.regenerate(session, codes.clone(), hashed.clone(), fresh, context)
                })
                .await
        })
        .await
    }
}
