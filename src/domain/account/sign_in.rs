//! Signing in: what a first factor opens.

use super::state::Account;
use crate::domain::assurance::{Assurance, PendingSignIn};
use crate::domain::bounds::CLOCK_SKEW;
use crate::domain::challenge::{Challenge, OfferedFactor};
use crate::domain::context::Context;
use crate::domain::evidence::EvidenceKind;
use crate::domain::factor::Factor;
use crate::domain::first_factor::{FirstFactor, FirstFactorKind};
use crate::domain::id::{ChallengeId, SessionId};
use crate::domain::instant::after;
use crate::domain::purpose::{ActionName, Purpose};
use crate::domain::refusal::Refusal;

/// Random names for what a sign-in opens.
#[derive(Debug, Clone, Copy)]
pub struct Fresh {
    /// The session that the sign-in becomes.
    pub session: SessionId,
    /// The challenge it has to pass first, if any.
    pub challenge: ChallengeId,
}

/// What a first factor opens, as far as the account alone can say.
///
/// [`Mfa::sign_in`](crate::Mfa::sign_in), which knows the organizations, answers with a
/// [`SignIn`](crate::SignIn).
#[derive(Debug)]
#[must_use]
pub enum Opened {
    /// MFA is off: the first factor is all it takes.
    Session(Assurance),
    /// MFA is on: the challenge comes first.
    Challenge(PendingSignIn, Challenge),
    /// The account was reset: the enrollment code comes first.
    Enroll(PendingSignIn, Challenge),
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
        context: Context<'_>,
    ) -> Result<Opened, Refusal> {
        self.settled()?;
        self.check_first_factor(&first, context)?;
        let purpose = match (&self.enrollment, self.enabled()) {
            (Some(_), _) => Purpose::Enroll,
            (None, true) => Purpose::SignIn,
            (None, false) => {
                let session = Assurance::begin(first, fresh.session, self.stamp);
                return Ok(Opened::Session(session));
            }
        };
        let held = Assurance::begin(first, fresh.session, self.stamp);
        let challenge = self.challenge(&held, fresh.challenge, purpose.clone(), context)?;
        let pending = PendingSignIn { held, purpose };
        Ok(match pending.purpose {
            Purpose::Enroll => Opened::Enroll(pending, challenge),
            Purpose::SignIn | Purpose::StepUp(_) => Opened::Challenge(pending, challenge),
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
        context: Context<'_>,
    ) -> Result<Assurance, Refusal> {
        self.check_session(session)?;
        self.check_first_factor(&first, context)?;
        let at = first.at;
        Ok(session.with(EvidenceKind::First(first.kind), at, context.now))
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
        context: Context<'_>,
    ) -> Result<Challenge, Refusal> {
        self.check_session(session)?;
        if !self.enabled() {
            return Err(Refusal::NotEnabled);
        }
        self.challenge(session, id, Purpose::StepUp(action), context)
    }

    fn check_first_factor(&self, first: &FirstFactor, context: Context<'_>) -> Result<(), Refusal> {
        if first.subject != self.subject {
            return Err(Refusal::ForeignSession);
        }
        let ahead = first.at > after(context.now, CLOCK_SKEW);
        // A password checked before the change was the old one. Other ways to sign in do not care.
        let outdated = first.kind == FirstFactorKind::Password
            && self.password_changed_at.is_some_and(|changed| first.at < changed);
        if ahead || outdated { Err(Refusal::FirstFactorOutOfDate) } else { Ok(()) }
    }

    fn challenge(
        &self,
        session: &Assurance,
        id: ChallengeId,
        purpose: Purpose,
        context: Context<'_>,
    ) -> Result<Challenge, Refusal> {
        let first = session.first_factor().ok_or(Refusal::SignInAgain)?.clone();
        Ok(Challenge {
            id,
            subject: self.subject.clone(),
            session: session.session(),
            stamp: self.stamp,
            purpose,
            first,
            factors: self.offered_factors(),
            expires_at: after(context.now, context.settings.challenge_lifetime),
            return_to: None,
        })
    }

    /// The usable factors, the preferred one first.
    fn offered_factors(&self) -> Vec<OfferedFactor> {
        let usable = |preferred: bool| {
            let of_kind =
                move |f: &&Factor| !f.suspended && (self.preferred == Some(f.id)) == preferred;
            self.factors.iter().filter(of_kind)
        };
        let offered = |f: &Factor| OfferedFactor {
            factor: f.id,
            kind: f.kind(),
            label: f.label.clone(),
            digits: f.digits(),
        };
        usable(true).chain(usable(false)).map(offered).collect()
    }
}
