//! An administrator's reset.

use super::Mfa;
use super::attempt::Attempt;
use crate::domain::{Assurance, Decision, HashScheme, HostAuthority, IssuedEnrollment};
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
    #[cfg_attr(feature = "tracing", tracing::instrument(skip_all, fields(subject = %authority.over()), err(level = "debug")))]
    pub async fn reset(
        &self,
        actor: &Assurance,
        authority: &HostAuthority,
    ) -> Result<IssuedEnrollment, Error> {
        let actors = self.load(actor.subject()).await?;
        actors.check_authority(actor, authority, self.context()?)?;
        let mut attempt = Attempt::load(self, authority.over()).await?;
        attempt.account().check_reset(authority)?;
        let code = self.new_one_time_code()?;
        let hashed = self.inner.hasher.hash(vec![code.clone()]).await?;
        let [hash] = hashed.hashes[..] else {
            return Err(HasherError::Failed("a hasher must give one hash a code".into()).into());
        };
        let scheme: HashScheme = hashed.scheme;
        loop {
            let (account, context) = (attempt.account(), attempt.context()?);
            let reset = account.reset(authority, code.clone(), scheme.clone(), hash, context)?;
            if let Some(issued) = attempt.settle(Decision::Change(reset)).await? {
                return Ok(issued);
            }
        }
    }
}
