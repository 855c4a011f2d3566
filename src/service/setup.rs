//! Setting up a factor.

use super::Mfa;
use super::attempt::Attempt;
use super::traced;
use crate::domain::{
    Assurance, Confirmed, Decision, EmailStatus, FactorId, Judged, NewFactor, NewSecret,
    PendingSetup, RecoveryCodes, SealContext, Setup, SetupId, Subject,
};
use crate::error::Error;

impl Mfa {
    /// Begins a setup: draws a secret, seals it, and returns what the setup screen shows.
    ///
    /// It lies beside the live factors and touches none of them. There is one per account, and the
    /// newest wins. It has to be confirmed within ten minutes, by the session that began it.
    ///
    /// # Errors
    /// [`Refusal::StepUp`] when the session is not fresh (ask to sign in again, then call this
    /// again: the setup resumes), [`Refusal::EmailUnverified`], [`Refusal::LabelTaken`],
    /// [`Refusal::TooManyFactors`], [`Refusal::UnknownFactor`], [`Refusal::SignInAgain`].
    ///
    /// [`Refusal::StepUp`]: crate::Refusal::StepUp
    /// [`Refusal::EmailUnverified`]: crate::Refusal::EmailUnverified
    /// [`Refusal::LabelTaken`]: crate::Refusal::LabelTaken
    /// [`Refusal::TooManyFactors`]: crate::Refusal::TooManyFactors
    /// [`Refusal::UnknownFactor`]: crate::Refusal::UnknownFactor
    /// [`Refusal::SignInAgain`]: crate::Refusal::SignInAgain
    #[cfg_attr(feature = "tracing", tracing::instrument(skip_all, fields(subject = %session.subject()), err(level = "debug")))]
    pub async fn begin_setup(
        &self,
        session: &Assurance,
        new: NewFactor,
        email: EmailStatus,
    ) -> Result<Setup, Error> {
        let mut attempt = Attempt::load(self, session.subject()).await?;
        attempt.account().check_setup(session, &new, email, attempt.context()?)?;
        let secret = self.new_secret()?;
        let factor = FactorId::from_random(self.random()?);
        let params = self.inner.settings.totp();
        let context = SealContext { subject: session.subject(), factor, params };
        let sealed = self.inner.cipher.seal(&secret, context).await?;
        let setup = SetupId::from_random(self.random()?);
        let drawn = NewSecret { setup, factor, secret: &secret, sealed };
        loop {
            let (account, issuer) = (attempt.account(), &self.inner.issuer);
            let context = attempt.context()?;
            let begun = account.begin_setup(session, &new, email, issuer, &drawn, context)?;
            if let Some(setup) = attempt.settle(Decision::Change(begun)).await? {
                return Ok(setup);
            }
        }
    }

    /// Shows a setup again, as long as it is not confirmed: the page's Back button.
    ///
    /// # Errors
    /// [`Refusal::UnknownSetup`], [`Refusal::SetupElsewhere`], [`Refusal::SetupExpired`],
    /// [`Refusal::SetupConfirmed`].
    ///
    /// [`Refusal::UnknownSetup`]: crate::Refusal::UnknownSetup
    /// [`Refusal::SetupElsewhere`]: crate::Refusal::SetupElsewhere
    /// [`Refusal::SetupExpired`]: crate::Refusal::SetupExpired
    /// [`Refusal::SetupConfirmed`]: crate::Refusal::SetupConfirmed
    #[cfg_attr(feature = "tracing", tracing::instrument(skip_all, fields(subject = %session.subject()), err(level = "debug")))]
    pub async fn show_setup(&self, session: &Assurance, id: SetupId) -> Result<Setup, Error> {
        let account = self.load(session.subject()).await?;
        let context = self.context()?;
        let pending = account.open_setup(session, id, context)?;
        let opened = self.open(None, pending.sealed(), place(session.subject(), pending)).await?;
        Ok(account.show_setup(session, id, &self.inner.issuer, &opened.secret, context)?)
    }

    /// Confirms a setup with a code that the app shows.
    ///
    /// The first factor's recovery codes come with [`Confirmed::FirstFactor`]; MFA is not enabled
    /// before [`finish_setup`](Self::finish_setup). A further factor is active at once.
    ///
    /// # Errors
    /// As [`show_setup`](Self::show_setup). A wrong code is a [`Confirmed::Rejected`], not an error.
    #[cfg_attr(feature = "tracing", tracing::instrument(skip_all, fields(subject = %session.subject(), outcome), err(level = "debug")))]
    pub async fn confirm_setup(
        &self,
        session: &Assurance,
        id: SetupId,
        typed: &str,
    ) -> Result<Confirmed, Error> {
        let mut attempt = Attempt::load(self, session.subject()).await?;
        let mut opened = None;
        let mut issued = None;
        loop {
            let (account, context) = (attempt.account(), attempt.context()?);
            let pending = account.open_setup(session, id, context)?;
            let seal_context = place(session.subject(), pending);
            let secret = self.open(opened.take(), pending.sealed(), seal_context).await?;
            let secret = &opened.insert(secret).secret;
            let decision = match account.judge_confirmation(session, id, typed, secret, context)? {
                Judged::Decided(decision) => decision,
                Judged::Right(right) => {
                    let (codes, hashed) = match issued.take() {
                        Some(issued) => issued,
                        None => self.new_recovery_codes(session.subject()).await?,
                    };
                    issued = Some((codes.clone(), hashed.clone()));
                    Decision::Change(right.with_codes(codes, hashed)?)
                }
            };
            if let Some(confirmed) = attempt.settle(decision).await? {
                traced::confirmed(&confirmed);
                return Ok(confirmed);
            }
        }
    }

    /// Replaces the recovery codes of a first setup that is confirmed and not finished: a reload
    /// lost them before they were saved.
    ///
    /// # Errors
    /// As [`finish_setup`](Self::finish_setup).
    #[cfg_attr(feature = "tracing", tracing::instrument(skip_all, fields(subject = %session.subject()), err(level = "debug")))]
    pub async fn reissue_codes(
        &self,
        session: &Assurance,
        id: SetupId,
    ) -> Result<RecoveryCodes, Error> {
        let mut attempt = Attempt::load(self, session.subject()).await?;
        attempt.account().check_reissue(session, id, attempt.context()?)?;
        let (codes, hashed) = self.new_recovery_codes(session.subject()).await?;
        loop {
            let (account, context) = (attempt.account(), attempt.context()?);
            let reissued =
                account.reissue_codes(session, id, codes.clone(), hashed.clone(), context)?;
            if let Some(codes) = attempt.settle(Decision::Change(reissued)).await? {
                return Ok(codes);
            }
        }
    }

    /// "I have saved my codes": enables MFA. Keep the returned session; every other session of the
    /// account is void.
    ///
    /// # Errors
    /// [`Refusal::UnknownSetup`](crate::Refusal::UnknownSetup),
    /// [`Refusal::SetupElsewhere`](crate::Refusal::SetupElsewhere),
    /// [`Refusal::SetupUnconfirmed`](crate::Refusal::SetupUnconfirmed),
    /// [`Refusal::SetupExpired`](crate::Refusal::SetupExpired) an hour after it was confirmed.
    #[cfg_attr(feature = "tracing", tracing::instrument(skip_all, fields(subject = %session.subject()), err(level = "debug")))]
    pub async fn finish_setup(&self, session: &Assurance, id: SetupId) -> Result<Assurance, Error> {
        let mut attempt = Attempt::load(self, session.subject()).await?;
        loop {
            let finished = attempt.account().finish_setup(session, id, attempt.context()?)?;
            if let Some(session) = attempt.settle(Decision::Change(finished)).await? {
                return Ok(session);
            }
        }
    }

    /// Ends a setup; nothing was enabled.
    ///
    /// # Errors
    /// [`Refusal::UnknownSetup`](crate::Refusal::UnknownSetup),
    /// [`Refusal::SetupElsewhere`](crate::Refusal::SetupElsewhere).
    #[cfg_attr(feature = "tracing", tracing::instrument(skip_all, fields(subject = %session.subject()), err(level = "debug")))]
    pub async fn cancel_setup(&self, session: &Assurance, id: SetupId) -> Result<(), Error> {
        let mut attempt = Attempt::load(self, session.subject()).await?;
        loop {
            let canceled = attempt.account().cancel_setup(session, id, attempt.context()?)?;
            if let Some(()) = attempt.settle(Decision::Change(canceled)).await? {
                return Ok(());
            }
        }
    }
}

fn place<'a>(subject: &'a Subject, pending: &PendingSetup) -> SealContext<'a> {
    SealContext { subject, factor: pending.factor(), params: pending.params() }
}
