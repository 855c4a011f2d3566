//! Signing in, re-authenticating, asking for a step-up.

use super::Mfa;
use crate::domain::{
    ActionName, Assurance, Challenge, ChallengeId, CurrentSession, FirstFactor, Fresh, Opened,
    Proven, Refusal, Session, SessionId, SignedIn, StepUpRule,
};
use crate::error::Error;

/// What a first factor opens, by the account and by what the user's organizations say to it.
#[derive(Debug)]
#[must_use]
pub enum SignIn {
    /// MFA is off: the first factor is all it takes.
    Done(SignedIn),
    /// A challenge comes first. Keep it in the session, and show what [`Mfa::ask`] says: a second
    /// factor, or the enrollment code of an account that was reset.
    Challenge(Challenge),
}

impl Mfa {
    /// Says what a first factor opens: a session, or a challenge before it.
    ///
    /// Call it on *every* way to sign in. It writes nothing.
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
            match account.sign_in(first, fresh, self.context()?)? {
                Opened::Session(proven) => Ok(SignIn::Done(self.admit(proven).await?)),
                Opened::Challenge(challenge) => Ok(SignIn::Challenge(challenge)),
            }
        })
        .await
    }

    /// Decides how far a session goes, by what the organizations say to it now.
    async fn admit(&self, proven: Proven) -> Result<SignedIn, Error> {
        let affiliations = self.affiliations(proven.subject()).await?;
        Ok(proven.signed_in(&affiliations, self.context()?.now()))
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
        session: &dyn Session,
        first: FirstFactor,
    ) -> Result<SignedIn, Error> {
        let subject = session.subject();
        in_span!(reauthenticate(subject), async {
            let account = self.load(subject).await?;
            self.admit(account.reauthenticate(session, first, self.context()?)?).await
        })
        .await
    }

    /// Decides again how far a session goes, by what is stored now: a limit ends when the policy
    /// that set it no longer holds for the user. It proves nothing new and writes nothing.
    ///
    /// # Errors
    /// [`Refusal::SignInAgain`] when the session is void; [`Error::Store`].
    pub async fn readmit(&self, session: &dyn Session) -> Result<SignedIn, Error> {
        let subject = session.subject();
        in_span!(readmit(subject), async {
            let account = self.load(subject).await?;
            self.admit(account.readmit(session, self.context()?)?).await
        })
        .await
    }

    /// Opens a challenge that raises a session for an action, by the action's rule. Keep it beside
    /// the session, and put the session that [`answer`](Self::answer) returns in its place.
    ///
    /// The rule decides what an answer has to be: a recovery code is taken where it says
    /// [`or_recovery`](StepUpRule::or_recovery), and refused before it is spent where it does not.
    ///
    /// # Errors
    /// [`Refusal::NotEnabled`] when MFA is off, [`Refusal::SignInAgain`] when the session is void.
    pub async fn step_up(
        &self,
        session: &dyn Session,
        action: &str,
        rule: &StepUpRule,
    ) -> Result<Challenge, Error> {
        let subject = session.subject();
        in_span!(step_up(subject), async {
            let action = ActionName::new(action).map_err(Refusal::from)?;
            let id = ChallengeId::from_random(self.random()?);
            let account = self.load(subject).await?;
            Ok(account.open_step_up(session, action, rule, id, self.context()?)?)
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
}
