//! Managing factors.

use super::Mfa;
use super::attempt::Attempt;
use crate::domain::{Assurance, Decision, FactorId, Label, Refusal};
use crate::error::Error;

impl Mfa {
    /// Gives a factor another label.
    ///
    /// # Errors
    /// [`Refusal::StepUp`] without a second factor within the last ten minutes,
    /// [`Refusal::UnknownFactor`], [`Refusal::LabelTaken`], [`Refusal::Invalid`].
    #[cfg_attr(feature = "tracing", tracing::instrument(skip_all, fields(subject = %session.subject()), err(level = "debug")))]
    pub async fn rename_factor(
        &self,
        session: &Assurance,
        factor: FactorId,
        label: &str,
    ) -> Result<(), Error> {
        let label = Label::new(label).map_err(Refusal::from)?;
        let mut attempt = Attempt::load(self, session.subject()).await?;
        loop {
            let (account, context) = (attempt.account(), attempt.context()?);
            let renamed = account.rename_factor(session, factor, &label, context)?;
            if let Some(()) = attempt.settle(Decision::Change(renamed)).await? {
                return Ok(());
            }
        }
    }

    /// Makes a factor the one that is asked for by default.
    ///
    /// # Errors
    /// [`Refusal::StepUp`], [`Refusal::UnknownFactor`].
    #[cfg_attr(feature = "tracing", tracing::instrument(skip_all, fields(subject = %session.subject()), err(level = "debug")))]
    pub async fn prefer_factor(&self, session: &Assurance, factor: FactorId) -> Result<(), Error> {
        let mut attempt = Attempt::load(self, session.subject()).await?;
        loop {
            let preferred = attempt.account().prefer_factor(session, factor, attempt.context()?)?;
            if let Some(()) = attempt.settle(Decision::Change(preferred)).await? {
                return Ok(());
            }
        }
    }

    /// Removes a factor; removing the last one disables MFA. Keep the returned session; every other
    /// session of the account is void.
    ///
    /// # Errors
    /// [`Refusal::StepUp`], [`Refusal::UnknownFactor`]; for the last one as
    /// [`disable`](Self::disable).
    #[cfg_attr(feature = "tracing", tracing::instrument(skip_all, fields(subject = %session.subject()), err(level = "debug")))]
    pub async fn remove_factor(
        &self,
        session: &Assurance,
        factor: FactorId,
    ) -> Result<Assurance, Error> {
        let mut attempt = Attempt::load(self, session.subject()).await?;
        loop {
            let (account, context) = (attempt.account(), attempt.context()?);
            let removed = account.remove_factor(session, factor, context)?;
            if account.factors().len() == 1 {
                self.check_may_disable(session.subject(), context.now()).await?;
            }
            if let Some(session) = attempt.settle(Decision::Change(removed)).await? {
                return Ok(session);
            }
        }
    }

    /// Switches MFA off. Keep the returned session; every other session of the account is void.
    ///
    /// # Errors
    /// [`Refusal::NotEnabled`], [`Refusal::StepUp`];
    /// [`OrgRefusal::PolicyRequires`](crate::organization::OrgRefusal::PolicyRequires) while an organization asks
    /// for MFA, its grace period included. Policy and account live in two stores, so a policy can
    /// come in between; the next [`access`](Self::access) decision catches that.
    #[cfg_attr(feature = "tracing", tracing::instrument(skip_all, fields(subject = %session.subject()), err(level = "debug")))]
    pub async fn disable(&self, session: &Assurance) -> Result<Assurance, Error> {
        let mut attempt = Attempt::load(self, session.subject()).await?;
        loop {
            let context = attempt.context()?;
            let disabled = attempt.account().disable(session, context)?;
            self.check_may_disable(session.subject(), context.now()).await?;
            if let Some(session) = attempt.settle(Decision::Change(disabled)).await? {
                return Ok(session);
            }
        }
    }
}
