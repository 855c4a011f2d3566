//! Signing in, re-authenticating, asking for a step-up.

use chrono::{DateTime, Utc};

use super::Mfa;
use crate::domain::{
    Access, ActionName, Assurance, Challenge, ChallengeId, CurrentSession, FirstFactor, Fresh,
    Gate, Opened, PendingSignIn, Refusal, Reminded, Satisfied, SessionId, StepUpRule, Walled,
};
use crate::error::Error;

/// What a first factor opens, by the account and by what the user's organizations say to it.
#[derive(Debug)]
#[must_use]
pub enum SignIn {
    /// MFA is off: the sign-in is complete.
    Complete(Assurance),
    /// MFA is off: the sign-in is complete. Organizations ask for it: their periods run, or are over
    /// for their own resources.
    Remind(Assurance, Reminded),
    /// MFA is off, and the period of an organization that closes the whole account is over. The
    /// session is for signing out, re-authenticating, verifying the e-mail address, the profile
    /// page and the setup; refuse it everything else.
    SetUpFirst(Assurance, Walled),
    /// MFA is on: the challenge comes first.
    Challenge(PendingSignIn, Challenge),
    /// The account was reset: the enrollment code comes first.
    Enroll(PendingSignIn, Challenge),
}

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
                Opened::Session(session) => self.admit(session, context.now()).await,
                Opened::Challenge(pending, challenge) => Ok(SignIn::Challenge(pending, challenge)),
                Opened::Enroll(pending, challenge) => Ok(SignIn::Enroll(pending, challenge)),
            }
        })
        .await
    }

    /// Completes a sign-in without MFA by what the organizations say to it.
    async fn admit(&self, session: Assurance, now: DateTime<Utc>) -> Result<SignIn, Error> {
        let affiliations = self.affiliations(session.subject()).await?;
        Ok(match Access::to_account(&affiliations, false, now).gate {
            Gate::Allow => SignIn::Complete(session),
            Gate::AllowAndRemind(reminded) => SignIn::Remind(session, reminded),
            Gate::SetUpFirst(walled) => SignIn::SetUpFirst(session, walled),
        })
    }

    /// Adds a first factor, proven again just now, to a session that is signed in: "sign in again
    /// to continue". The session keeps its id; give it a new token.
    ///
    /// # Errors
    /// [`Refusal::SignInAgain`] when the session is void and a whole sign-in is needed;
    /// [`Refusal::FirstFactorNotNewer`] when the first factor is no newer than the same in the session and
    /// more than a minute old: have the identity provider ask again (`prompt=login` or `max_age` in
    /// OpenID Connect).
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

    /// Checks that a session is current, under the account as it is stored now: what a token says of a
    /// session, its [claims](CurrentSession::claims), is had from the answer and from nothing else.
    ///
    /// # Errors
    /// [`Refusal::SignInAgain`] when the session is void, [`Refusal::EnrollmentNeeded`] after a reset.
    pub async fn current<'s>(&self, session: &'s Assurance) -> Result<CurrentSession<'s>, Error> {
        let subject = session.subject();
        in_span!(current(subject), async {
            let account = self.load(subject).await?;
            let context = self.context()?;
            account.check_session(session, context)?;
            Ok(session.current(account.stamp(), context)?)
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
            let context = self.context()?;
            account.check_session(session, context)?;
            Ok(rule.check(session, account.stamp(), context)?)
        })
        .await
    }
}
