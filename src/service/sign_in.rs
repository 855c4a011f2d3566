//! Signing in, re-authenticating, asking for a step-up.

use super::Mfa;
use crate::domain::{
    ActionName, Assurance, Challenge, ChallengeId, FirstFactor, Fresh, Refusal, Satisfied,
    SessionId, SignIn, StepUpRule,
};
use crate::error::Error;

impl Mfa {
    /// Says what a first factor opens: a session, or a challenge before it.
    ///
    /// Call it on *every* way to sign in. It writes nothing. With an organization store, a sign-in
    /// without MFA is answered with what the user's organizations say to it.
    ///
    /// # Errors
    /// [`Refusal::FirstFactorOutOfDate`] when it lies in the future or before the last password
    /// change; [`Error::Store`].
    #[cfg_attr(feature = "tracing", tracing::instrument(skip_all, fields(subject = %first.subject()), err(level = "debug")))]
    pub async fn sign_in(&self, first: FirstFactor) -> Result<SignIn, Error> {
        let fresh = Fresh {
            session: SessionId::from_random(self.random()?),
            challenge: ChallengeId::from_random(self.random()?),
        };
        let account = self.load(first.subject()).await?;
        let context = self.context()?;
        match account.sign_in(first, fresh, context)? {
            SignIn::Complete(session) => self.admit(session, context.now()).await,
            challenged => Ok(challenged),
        }
    }

    /// Adds a first factor, proven again just now, to a session that is signed in: "sign in again
    /// to continue". The session keeps its id; give it a new token.
    ///
    /// # Errors
    /// [`Refusal::SignInAgain`] when the session is void and a whole sign-in is needed.
    #[cfg_attr(feature = "tracing", tracing::instrument(skip_all, fields(subject = %session.subject()), err(level = "debug")))]
    pub async fn reauthenticate(
        &self,
        session: &Assurance,
        first: FirstFactor,
    ) -> Result<Assurance, Error> {
        let account = self.load(session.subject()).await?;
        Ok(account.reauthenticate(session, first, self.context()?)?)
    }

    /// Opens a challenge that raises a session for the action of this name. Pass its proof to
    /// [`Assurance::raise`].
    ///
    /// # Errors
    /// [`Refusal::NotEnabled`] when MFA is off, [`Refusal::SignInAgain`] when the session is void.
    #[cfg_attr(feature = "tracing", tracing::instrument(skip_all, fields(subject = %session.subject()), err(level = "debug")))]
    pub async fn step_up(&self, session: &Assurance, action: &str) -> Result<Challenge, Error> {
        let action = ActionName::new(action).map_err(Refusal::from)?;
        let id = ChallengeId::from_random(self.random()?);
        let account = self.load(session.subject()).await?;
        Ok(account.open_step_up(session, action, id, self.context()?)?)
    }

    /// Checks a session against a rule, under the account's stamp as it is stored now.
    ///
    /// # Errors
    /// As [`StepUpRule::check`].
    #[cfg_attr(feature = "tracing", tracing::instrument(skip_all, fields(subject = %session.subject()), err(level = "debug")))]
    pub async fn check(&self, rule: &StepUpRule, session: &Assurance) -> Result<Satisfied, Error> {
        let account = self.load(session.subject()).await?;
        account.check_session(session)?;
        Ok(rule.check(session, account.stamp(), self.context()?.now())?)
    }
}
