//! Signing in, re-authenticating, asking for a step-up.

use super::Mfa;
use crate::domain::{
    Access, Account, ActionName, Assurance, Challenge, ChallengeId, CurrentSession, FirstFactor,
    Fresh, Opened, OrgId, Proven, Refusal, Session, SessionId, SignedIn, StepUpRule, Strength,
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
    /// The challenge asks for what the policies require that have lapsed for the whole account: who
    /// has a passkey is asked for it, and not for the app. Who has nothing of that strength is asked
    /// for what they have, and the session is limited. The policies are read here only where there is
    /// something to choose.
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
                Opened::Challenge(challenge) => {
                    let required = self.required(&account, None).await?;
                    Ok(SignIn::Challenge(challenge.needing(required)))
                }
            }
        })
        .await
    }

    /// The strength that lapsed policies require of a session, as far as the account has a factor of
    /// it that can be asked for here. An account with nothing stronger than a standard factor leaves
    /// nothing to choose, and nothing is read for it.
    async fn required(
        &self,
        account: &Account,
        org: Option<&OrgId>,
    ) -> Result<Option<Strength>, Error> {
        let context = self.context()?;
        let askable = account.askable_strength(context);
        if askable <= Some(Strength::Standard) && org.is_none() {
            return Ok(None);
        }
        let affiliations = self.affiliations(account.subject()).await?;
        let access = match org {
            Some(org) => Access::to_organization(org, &affiliations, askable, context.now())
                .map_err(Refusal::from)?,
            None => Access::to_account(&affiliations, askable, context.now()),
        };
        Ok(access.needed)
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
    /// The rule decides what an answer has to be, and so do policies that have lapsed for the whole
    /// account: a factor of the strength that brings the session nearer to them, or a recovery code
    /// where the rule says [`or_recovery`](StepUpRule::or_recovery). Anything else is refused before
    /// it is spent.
    ///
    /// A session that is limited [to this](crate::LimitedTo::StepUp) becomes a full one by the answer.
    ///
    /// # Errors
    /// [`Refusal::NotEnabled`] when MFA is off, [`Refusal::SignInAgain`] when the session is void;
    /// [`Error::Store`].
    pub async fn step_up(
        &self,
        session: &dyn Session,
        action: &str,
        rule: &StepUpRule,
    ) -> Result<Challenge, Error> {
        let subject = session.subject();
        in_span!(step_up(subject), self.open_step_up(None, session, action, rule)).await
    }

    /// Opens a challenge as [`step_up`](Self::step_up) does, for one organization's resources: by what
    /// its own policy requires of a session, as well. It goes with
    /// [`guard_organization`](Self::guard_organization).
    ///
    /// # Errors
    /// As [`step_up`](Self::step_up), and
    /// [`OrgRefusal::NotAMember`](crate::organization::OrgRefusal::NotAMember).
    pub async fn step_up_organization(
        &self,
        org: &OrgId,
        session: &dyn Session,
        action: &str,
        rule: &StepUpRule,
    ) -> Result<Challenge, Error> {
        let subject = session.subject();
        let opened = self.open_step_up(Some(org), session, action, rule);
        in_span!(step_up_organization(subject), opened).await
    }

    async fn open_step_up(
        &self,
        org: Option<&OrgId>,
        session: &dyn Session,
        action: &str,
        rule: &StepUpRule,
    ) -> Result<Challenge, Error> {
        let action = ActionName::new(action).map_err(Refusal::from)?;
        let id = ChallengeId::from_random(self.random()?);
        let account = self.load(session.subject()).await?;
        let challenge = account.open_step_up(session, action, rule, id, self.context()?)?;
        let required = self.required(&account, org).await?;
        // What the session has proven already is not asked for again.
        let proven = session.held().evidence.strength();
        Ok(challenge.needing(required.filter(|required| Some(*required) > proven)))
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
