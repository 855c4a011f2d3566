//! Replacing the recovery codes.

use super::Mfa;
use crate::domain::{Proven, RecoveryCodes, Session, SignedIn};
use crate::error::Error;

impl Mfa {
    /// Replaces the recovery codes. The old set stops working in the same instant, codes that were
    /// never used included. Show the new ones now: they exist only here.
    ///
    /// Keep the returned session; every other session of the account is void.
    ///
    /// # Errors
    /// [`Refusal::NotEnabled`](crate::Refusal::NotEnabled), and
    /// [`Refusal::StepUp`](crate::Refusal::StepUp) without evidence as strong as the account within the
    /// last ten minutes: a recovery code is not enough.
    pub async fn regenerate_codes(
        &self,
        session: &dyn Session,
    ) -> Result<(SignedIn, RecoveryCodes), Error> {
        let subject = session.subject();
        in_span!(regenerate_codes(subject), async {
            let attempt = self.attempt(subject).await?;
            attempt.stored().check_regenerate(session, attempt.context()?)?;
            let (codes, hashed) = self.new_recovery_codes(subject).await?;
            let fresh = self.fresh_stamp()?;
            let (codes, hashed) = (&codes, &hashed);
            attempt
                .run(|account, context| async move {
                    let affiliations = self.affiliations(subject).await?;
                    let (codes, hashed) = (codes.clone(), hashed.clone());
                    let regenerated = account.regenerate(session, codes, hashed, fresh, context)?;
                    let now = context.now();
                    let signed_in = |(proven, codes): (Proven, RecoveryCodes)| {
                        (proven.signed_in(&affiliations, now), codes)
                    };
                    Ok(regenerated.map(signed_in).into())
                })
                .await
        })
        .await
    }
}
