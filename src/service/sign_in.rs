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
    pub async fn sign_in(&self, first: FirstFactor) -> Result<SignIn, Error> {
        let subject = first.subject();
        in_span!(sign_in(subject), async {
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
        })
        .await
    }

    /// Adds a first factor, proven again just now, to a session that is signed in: "sign in again
    /// to continue". The session keeps its id; give it a new token.
    ///
    /// # Errors
    /// [`Refusal::SignInAgain`] when the session is void and a whole sign-in is needed.
    pub async fn reauthenticate(
        &self,
        session: &Assurance,
        first: FirstFactor,
    ) -> Result<Assurance, Error> {
        let subject = session.subject();
        in_span!(reauthenticate(subject), async {
            let account = self.load(subject).await?;
            Ok(account.reauthenticate(session, first, self.context()?)?)
        })
        .await
    }

    /// Opens a challenge that raises a session for the action of this name. Pass its proof to
    /// [`Assurance::raise`].
    ///
    /// # Errors
    /// [`Refusal::NotEnabled`] when MFA is off, [`Refusal::SignInAgain`] when the session is void.
    pub async fn step_up(&self, session: &Assurance, action: &str) -> Result<Challenge, Error> {
        let subject = session.subject();
        in_span!(step_up(subject), async {
            let action = ActionName::new(action).map_err(Refusal::from)?;
            let id = ChallengeId::from_random(self.random()?);
            let account = self.load(subject).await?;
            Ok(account.open_step_up(session, action, id, self.context()?)?)
        })
        .await
    }

    /// Checks a session against a rule, under the account's stamp as it is stored now.
    ///
    /// # Errors
    /// As [`StepUpRule::check`].
    pub async fn check(&self, rule: &StepUpRule, session: &Assurance) -> Result<Satisfied, Error> {
        let subject = session.subject();
        in_span!(check(subject), async {
            let account = self.load(subject).await?;
            account.check_session(session)?;
            Ok(rule.check(session, account.stamp(), self.context()?.now())?)
        })
        .await
    }
}
