//! Signing in: what a first factor opens.

use super::state::Account;
use crate::domain::assurance::Assurance;
use crate::domain::bounds::{CLOCK_SKEW, PROOF_MAX_AGE};
use crate::domain::challenge::Challenge;
use crate::domain::context::Context;
use crate::domain::evidence::EvidenceKind;
use crate::domain::first_factor::{FirstFactor, FirstFactorName};
use crate::domain::id::{ChallengeId, SessionId};
use crate::domain::instant::after;
use crate::domain::purpose::{ActionName, Purpose};
use crate::domain::refusal::Refusal;
use crate::domain::session::{Proven, Session};
use crate::domain::step_up::{Asked, StepUpRule};
use crate::domain::strength::Strength;

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
    Session(Proven),
    /// A challenge comes first: MFA is on, or the account was reset and the enrollment code is
    /// wanted.
    Challenge(Challenge),
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
        let held = Assurance::begin(first, fresh.session, self.stamp, context.settings.epoch);
        let purpose = match (&self.enrollment, self.enabled()) {
            (Some(_), _) => Purpose::Enroll,
            (None, true) => Purpose::SignIn,
            (None, false) => return Ok(Opened::Session(Proven::new(held, self.facts(context)))),
        };
        let asked = match purpose {
            Purpose::SignIn => Asked::FactorOrRecovery,
            Purpose::Enroll | Purpose::StepUp(_) => Asked::Factor(Strength::Standard),
        };
        let challenge = self.challenge(held, fresh.challenge, purpose, asked, context);
        Ok(Opened::Challenge(challenge))
    }

    /// Adds a first factor, proven again just now, to a session that is signed in.
    ///
    /// # Errors
    /// As [`sign_in`](Self::sign_in); [`Refusal::SignInAgain`] when the session is void, and
    /// [`Refusal::FirstFactorNotNewer`] when this first factor is no newer than the same in the session
    /// and more than a minute old: single sign-on has vouched for its own old session again, and asking
    /// once more would change nothing.
    pub fn reauthenticate(
        &self,
        session: &dyn Session,
        first: FirstFactor,
        context: Context<'_>,
    ) -> Result<Proven, Refusal> {
        self.check_session(session, context)?;
        self.check_first_factor(&first, context)?;
        let session = session.held().evidence;
        let (kind, at) = (EvidenceKind::First { name: first.name, kind: first.kind }, first.at);
        let just_now = context.now <= after(at, PROOF_MAX_AGE);
        if !just_now && session.holds_since(&kind, at, context.now) {
            return Err(Refusal::FirstFactorNotNewer);
        }
        Ok(Proven::new(session.with(kind, at, context.now), self.facts(context)))
    }

    /// The session as it is, to be decided on again by what is stored now.
    ///
    /// # Errors
    /// [`Refusal::SignInAgain`] when the session is void.
    pub fn readmit(&self, session: &dyn Session, context: Context<'_>) -> Result<Proven, Refusal> {
        self.check_session(session, context)?;
        Ok(Proven::new(session.held().evidence.clone(), self.facts(context)))
    }

    /// Opens a challenge that raises a session for an action, by what brings it nearer to the action's
    /// rule. It writes nothing.
    ///
    /// # Errors
    /// [`Refusal::NotEnabled`] when there is nothing to ask for, [`Refusal::SignInAgain`] when the
    /// session is void.
    pub fn open_step_up(
        &self,
        session: &dyn Session,
        action: ActionName,
        rule: &StepUpRule,
        id: ChallengeId,
        context: Context<'_>,
    ) -> Result<Challenge, Refusal> {
        self.check_session(session, context)?;
        if !self.enabled() {
            return Err(Refusal::NotEnabled);
        }
        let held = session.held().evidence.clone();
        let asked = rule.asked(&held, context.now);
        Ok(self.challenge(held, id, Purpose::StepUp(action), asked, context))
    }

    fn check_first_factor(&self, first: &FirstFactor, context: Context<'_>) -> Result<(), Refusal> {
        if first.subject != self.subject {
            return Err(Refusal::ForeignSession);
        }
        let ahead = first.at > after(context.now, CLOCK_SKEW);
        // A password checked before the change was the old one. Other ways to sign in do not care.
        let outdated = first.name == FirstFactorName::PASSWORD
            && self.password_changed_at.is_some_and(|changed| first.at < changed);
        if ahead || outdated { Err(Refusal::FirstFactorOutOfDate) } else { Ok(()) }
    }

    fn challenge(
        &self,
        held: Assurance,
        id: ChallengeId,
        purpose: Purpose,
        asked: Asked,
        context: Context<'_>,
    ) -> Challenge {
        Challenge {
            id,
            held,
            passes: self.passed.count,
            purpose,
            needed: asked.strength(),
            user_verification: asked == Asked::UserVerified,
            recovery: asked == Asked::FactorOrRecovery,
            expires_at: after(context.now, context.settings.challenge_lifetime),
            return_to: None,
        }
    }
}
