//! Replacing the recovery codes.

use super::Mfa;
use super::attempt::Attempt;
use crate::domain::{Assurance, Decision, RecoveryCodes};
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
    #[cfg_attr(feature = "tracing", tracing::instrument(skip_all, fields(subject = %session.subject()), err(level = "debug")))]
    pub async fn regenerate_codes(
        &self,
        session: &Assurance,
    ) -> Result<(Assurance, RecoveryCodes), Error> {
        let mut attempt = Attempt::load(self, session.subject()).await?;
        attempt.account().check_regenerate(session, attempt.context()?)?;
        let (codes, hashed) = self.new_recovery_codes(session.subject()).await?;
        loop {
            let (account, context) = (attempt.account(), attempt.context()?);
            let replaced = account.regenerate(session, codes.clone(), hashed.clone(), context)?;
            if let Some(replaced) = attempt.settle(Decision::Change(replaced)).await? {
                return Ok(replaced);
            }
        }
    }
}
