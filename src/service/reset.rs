//! An administrator's reset.

use super::Mfa;
use crate::domain::{Assurance, HostAuthority, IssuedEnrollment};
use crate::error::Error;
use crate::ports::HasherError;

impl Mfa {
    /// Removes every factor of somebody's account and issues a single-use enrollment code, to be
    /// handed over by a way that the user is known by.
    ///
    /// Until that code is used, the password alone can neither sign in nor set up. An expired code
    /// is replaced by resetting again. The owner is notified.
    ///
    /// # Errors
    /// [`Refusal::StepUp`](crate::Refusal::StepUp) when the actor holds no second factor within the
    /// last ten minutes, [`Refusal::ForeignSession`](crate::Refusal::ForeignSession) when the
    /// authority is another actor's, [`Refusal::NotEnabled`](crate::Refusal::NotEnabled) when there
    /// is nothing to reset.
    pub async fn reset(
        &self,
        actor: &Assurance,
        authority: &HostAuthority,
    ) -> Result<IssuedEnrollment, Error> {
        let subject = authority.over();
        in_span!(reset(subject), async {
            let actors = self.load(actor.subject()).await?;
            actors.check_authority(actor, authority, self.context()?)?;
            let attempt = self.attempt(subject).await?;
            attempt.stored().check_reset(authority)?;
            let code = self.new_one_time_code()?;
            let hashed = self.inner.hasher.hash(vec![code.clone()]).await?;
            let [hash] = hashed.hashes[..] else {
                return Err(HasherError::Failed("a hasher must give one hash a code".into()).into());
            };
            let fresh = self.fresh_stamp()?;
            attempt
                .decide(|account, context| {
                    let (code, scheme) = (code.clone(), hashed.scheme.clone());
                    account.reset(authority, code, scheme, hash, fresh, context)
                })
                .await
        })
        .await
    }
}
