//! Who may do what: the checks in front of every sensitive decision.

use super::state::Account;
use crate::domain::assurance::Assurance;
use crate::domain::bounds::check_reason;
use crate::domain::context::Context;
use crate::domain::id::Subject;
use crate::domain::invalid::Invalid;
use crate::domain::refusal::Refusal;
use crate::domain::requirement::{Needed, Unmet};
use crate::domain::session::{LimitedTo, Session};
use crate::domain::step_up::StepUpRule;
use crate::domain::strength::Strength;

/// That the host allows an operation on somebody's account, granted explicitly for this one case.
///
/// Being an administrator of an organization grants nothing here: authority over an *account* is
/// the host's to give, because an account may belong to several organizations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostAuthority {
    pub(super) over: Subject,
    pub(super) actor: Subject,
    pub(super) reason: String,
}

impl HostAuthority {
    /// Grants `actor` authority over the account of `over`, with the reason that the audit trail
    /// will show: 1 to 255 bytes without control characters.
    ///
    /// # Errors
    /// [`Invalid`] when the reason is out of bounds.
    pub fn grant(over: Subject, actor: Subject, reason: &str) -> Result<Self, Invalid> {
        check_reason(reason)?;
        Ok(Self { over, actor, reason: reason.to_owned() })
    }

    /// Over whose account.
    pub fn over(&self) -> &Subject {
        &self.over
    }

    /// To whom.
    pub fn actor(&self) -> &Subject {
        &self.actor
    }
}

impl Account {
    /// Refuses a session that is another user's, or whose evidence is void.
    pub fn check_session(
        &self,
        session: &dyn Session,
        context: Context<'_>,
    ) -> Result<(), Refusal> {
        let session = session.held().evidence;
        self.settled()?;
        if session.subject() != &self.subject {
            return Err(Refusal::ForeignSession);
        }
        let complete = if self.enabled() {
            session.has_second_factor()
        } else {
            session.first_factor().is_some()
        };
        session.check_current(self.stamp, context)?;
        if !complete {
            return Err(Refusal::SignInAgain);
        }
        // After a reset, only the session that used the enrollment code is anything at all.
        let holder = self.enrollment.as_ref().is_none_or(|e| e.used_by == Some(session.session()));
        if holder { Ok(()) } else { Err(Refusal::EnrollmentNeeded) }
    }

    /// What changes the credentials of an account that has MFA wants the second factor, fresh.
    pub(crate) fn check_second_factor(
        &self,
        session: &Assurance,
        context: Context<'_>,
    ) -> Result<(), Refusal> {
        self.check_session(session, context)?;
        self.check_fresh_second_factor(session, context)
    }

    /// The one thing that a session limited to regenerating may do wants it, too.
    pub(super) fn check_fresh_second_factor(
        &self,
        session: &dyn Session,
        context: Context<'_>,
    ) -> Result<(), Refusal> {
        let rule = StepUpRule::fresh(Needed::SecondFactor, context.settings.fresh);
        rule.check_evidence(session.held().evidence, context.now).map(drop)
    }

    /// A session that has to replace imported recovery codes does nothing else before. One that has to
    /// prove a stronger factor sets none up: else it would enroll what it could not prove.
    pub(super) fn check_may_set_up(session: &dyn Session) -> Result<(), Refusal> {
        match session.held().limit {
            Some(LimitedTo::RegenerateCodes) => Err(Refusal::RegenerateFirst),
            Some(LimitedTo::StepUp(walled)) => {
                let required = walled.organizations.iter().filter_map(|org| org.required.known());
                let strength = required.max().unwrap_or(Strength::PhishingResistant);
                Err(Refusal::StepUp(Unmet::factor_of(strength)))
            }
            Some(LimitedTo::SetUp(_) | LimitedTo::Replace(_) | LimitedTo::FirstSetup) | None => {
                Ok(())
            }
        }
    }

    /// Adding a factor: with MFA on as above, and a recovery code will do; with MFA off a fresh
    /// first factor.
    pub(super) fn check_may_add(
        &self,
        session: &dyn Session,
        context: Context<'_>,
    ) -> Result<(), Refusal> {
        self.check_session(session, context)?;
        Self::check_may_set_up(session)?;
        let needed = if self.enabled() { Needed::SecondFactor } else { Needed::FirstFactor };
        let rule = StepUpRule::fresh(needed, context.settings.fresh).or_recovery();
        rule.check_evidence(session.held().evidence, context.now).map(drop)
    }

    /// An administrative operation wants the actor's own second factor, fresh, and the host's
    /// authority over the account in question. `self` is the actor's account.
    pub fn check_authority(
        &self,
        session: &Assurance,
        authority: &HostAuthority,
        context: Context<'_>,
    ) -> Result<(), Refusal> {
        if authority.actor != self.subject {
            return Err(Refusal::ForeignSession);
        }
        self.check_second_factor(session, context)
    }
}
