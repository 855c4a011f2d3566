//! Who may do what: the checks in front of every sensitive decision.

use super::state::Account;
use crate::domain::assurance::Assurance;
use crate::domain::bounds::check_reason;
use crate::domain::context::Context;
use crate::domain::factor::Factor;
use crate::domain::id::Subject;
use crate::domain::invalid::Invalid;
use crate::domain::refusal::Refusal;
use crate::domain::requirement::{Needed, Unmet};
use crate::domain::session::{LimitedTo, Session};
use crate::domain::settings::Settings;
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

/// An operation that wants more of a session than to be signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sensitive {
    /// Renaming, preferring and removing factors, regenerating codes, switching MFA off, signing out
    /// elsewhere. A recovery code opens none of them.
    Manage,
    /// An operation on an organization or on somebody else's account.
    Administer,
    /// Setting up a factor in the place of another, with new recovery codes. It is what recovery is
    /// for, however strong the account.
    Replace,
    /// Setting up a factor beside those that the account has, or its first.
    ///
    /// While one of them is phishing-resistant and can be asked here, a further one wants that
    /// evidence: else a phished code would enroll a credential of the thief's.
    Add,
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

    /// The evidence that a sensitive operation wants: fresh, and as strong as the account.
    ///
    /// What cannot be asked here ends in a refusal, never in less: the way out of a lost factor, or of
    /// one that this build or its settings cannot ask for, is a recovery code and another factor in
    /// its place.
    pub(crate) fn check_sensitive(
        &self,
        operation: Sensitive,
        session: &dyn Session,
        context: Context<'_>,
    ) -> Result<(), Refusal> {
        self.check_session(session, context)?;
        let (mut strength, mut recovery) = (self.strength(), false);
        match operation {
            Sensitive::Manage | Sensitive::Administer => {}
            Sensitive::Replace => recovery = true,
            Sensitive::Add => {
                recovery = strength <= Some(Strength::Standard);
                strength = self.strength_here(context.settings);
            }
        }
        let needed = match strength {
            Some(strength @ Strength::PhishingResistant) => Needed::FactorOf(strength),
            None if !self.enabled() && operation != Sensitive::Administer => Needed::FirstFactor,
            Some(Strength::Standard) | None => Needed::SecondFactor,
        };
        let (held, within) = (session.held().evidence, context.settings.fresh);
        let rule = StepUpRule::fresh(needed, within);
        let rule = if recovery { rule.or_recovery() } else { rule };
        match rule.check_evidence(held, context.now) {
            // It meets no strength, and still opens this.
            Err(_) if recovery && held.recovered_within(within, context.now) => Ok(()),
            checked => checked.map(drop),
        }
    }

    /// The strength of the strongest factor that can be asked for here.
    fn strength_here(&self, settings: &Settings) -> Option<Strength> {
        let here = self.factors.iter().filter(|factor| settings.asks_for(factor));
        here.filter_map(Factor::strength).max()
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

    /// Setting a factor up, in the place of another or beside the others.
    pub(super) fn check_may_add(
        &self,
        session: &dyn Session,
        replaces: bool,
        context: Context<'_>,
    ) -> Result<(), Refusal> {
        self.check_session(session, context)?;
        Self::check_may_set_up(session)?;
        let operation = if replaces { Sensitive::Replace } else { Sensitive::Add };
        self.check_sensitive(operation, session, context)
    }

    /// An administrative operation wants fresh evidence as strong as the actor's own account, which
    /// has MFA, and the host's authority over the account in question. `self` is the actor's account.
    pub fn check_authority(
        &self,
        session: &Assurance,
        authority: &HostAuthority,
        context: Context<'_>,
    ) -> Result<(), Refusal> {
        if authority.actor != self.subject {
            return Err(Refusal::ForeignSession);
        }
        self.check_sensitive(Sensitive::Administer, session, context)
    }
}
