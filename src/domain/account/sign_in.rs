//! Signing in: what a first factor opens.

use super::Account;
use crate::domain::assurance::{Assurance, EvidenceKind, PendingSignIn};
use crate::domain::challenge::{ActionName, Challenge, Method, Purpose};
use crate::domain::factor::Factor;
use crate::domain::first_factor::{FirstFactor, FirstFactorMethod};
use crate::domain::id::{ChallengeId, SessionId};
use crate::domain::organisation::{Reminded, Walled};
use crate::domain::refusal::Refusal;
use crate::domain::settings::CLOCK_SKEW;
use crate::domain::time::{Moment, after};

/// Random names for what a sign-in opens.
#[derive(Debug, Clone, Copy)]
pub struct Fresh {
    /// The session that the sign-in becomes.
    pub session: SessionId,
    /// The challenge it has to pass first, if any.
    pub challenge: ChallengeId,
}

/// What a first factor opens.
///
/// [`Account::sign_in`] answers as far as the account alone can say; [`Mfa`](crate::Mfa), which
/// knows the organisations, has the other two answers as well.
#[derive(Debug)]
#[must_use]
pub enum SignIn {
    /// MFA is off: the sign-in is complete.
    Complete(Assurance),
    /// MFA is off: the sign-in is complete. Organisations ask for it: their periods run, or are over
    /// for their own resources.
    Remind(Assurance, Reminded),
    /// MFA is off, and the period of an organisation that closes the whole account is over. The
    /// session is for signing out, re-authenticating, verifying the e-mail address, the profile
    /// page and the setup; refuse it everything else.
    SetUpFirst(Assurance, Walled),
    /// MFA is on: the challenge comes first.
    Challenge(PendingSignIn, Challenge),
    /// The account was reset: the enrolment code comes first.
    Enrol(PendingSignIn, Challenge),
}

impl Account {
    /// Answers a first factor. It writes nothing.
    ///
    /// # Errors
    /// [`Refusal::ForeignSession`] when it is another user's, [`Refusal::FirstFactorOutOfDate`]
    /// when it lies in the future or before the last password change.
    pub fn sign_in(
        &self,
        first: FirstFactor,
        fresh: Fresh,
        moment: Moment<'_>,
    ) -> Result<SignIn, Refusal> {
        self.settled()?;
        self.check_first_factor(&first, moment)?;
        let purpose = match (&self.enrolment, self.enabled()) {
            (Some(_), _) => Purpose::Enrol,
            (None, true) => Purpose::SignIn,
            (None, false) => {
                let session = Assurance::begin(first, fresh.session, self.stamp);
                return Ok(SignIn::Complete(session));
            }
        };
        let held = Assurance::begin(first, fresh.session, self.stamp);
        let challenge = self.challenge(&held, fresh.challenge, purpose.clone(), moment)?;
        let pending = PendingSignIn { held, purpose };
        Ok(match pending.purpose {
            Purpose::Enrol => SignIn::Enrol(pending, challenge),
            _ => SignIn::Challenge(pending, challenge),
        })
    }

    /// Adds a first factor, proven again just now, to a session that is signed in.
    ///
    /// # Errors
    /// As [`sign_in`](Self::sign_in), and [`Refusal::SignInAgain`] when the session is void.
    pub fn reauthenticate(
        &self,
        session: &Assurance,
        first: FirstFactor,
        moment: Moment<'_>,
    ) -> Result<Assurance, Refusal> {
        self.check_session(session)?;
        self.check_first_factor(&first, moment)?;
        let at = first.at;
        Ok(session.with(EvidenceKind::First(first.method), at, moment.now))
    }

    /// Opens a challenge that raises a session for an action. It writes nothing.
    ///
    /// # Errors
    /// [`Refusal::NotEnabled`] when there is nothing to ask for, [`Refusal::SignInAgain`] when the
    /// session is void.
    pub fn open_step_up(
        &self,
        session: &Assurance,
        action: ActionName,
        id: ChallengeId,
        moment: Moment<'_>,
    ) -> Result<Challenge, Refusal> {
        self.check_session(session)?;
        if !self.enabled() {
            return Err(Refusal::NotEnabled);
        }
        self.challenge(session, id, Purpose::StepUp(action), moment)
    }

    fn check_first_factor(&self, first: &FirstFactor, moment: Moment<'_>) -> Result<(), Refusal> {
        if first.subject != self.subject {
            return Err(Refusal::ForeignSession);
        }
        let ahead = first.at > after(moment.now, CLOCK_SKEW);
        // A password checked before the change was the old one. Other ways to sign in do not care.
        let outdated = first.method == FirstFactorMethod::Password
            && self.password_changed_at.is_some_and(|changed| first.at < changed);
        if ahead || outdated { Err(Refusal::FirstFactorOutOfDate) } else { Ok(()) }
    }

    fn challenge(
        &self,
        session: &Assurance,
        id: ChallengeId,
        purpose: Purpose,
        moment: Moment<'_>,
    ) -> Result<Challenge, Refusal> {
        let first = session.first_factor().ok_or(Refusal::SignInAgain)?.clone();
        Ok(Challenge {
            id,
            subject: self.subject.clone(),
            session: session.session(),
            stamp: self.stamp,
            purpose,
            first,
            methods: self.methods(),
            expires_at: after(moment.now, moment.settings.challenge_lifetime),
            heading: None,
        })
    }

    /// The usable factors, the preferred one first.
    fn methods(&self) -> Vec<Method> {
        let usable = |preferred: bool| {
            let of_kind =
                move |f: &&Factor| !f.suspended && (self.preferred == Some(f.id)) == preferred;
            self.factors.iter().filter(of_kind)
        };
        let method = |f: &Factor| Method { factor: f.id, kind: f.kind(), label: f.label.clone() };
        usable(true).chain(usable(false)).map(method).collect()
    }
}
