//! An administrator's reset: every factor goes, and an enrollment code comes.

use chrono::{DateTime, Utc};

use super::authority::HostAuthority;
use super::state::{Account, EnrollmentCode};
use super::transition::Transition;
use crate::domain::context::Context;
use crate::domain::event::EventKind;
use crate::domain::id::Stamp;
use crate::domain::instant::after;
use crate::domain::recovery::{CodeHash, HashScheme, OneTimeCode};
use crate::domain::refusal::Refusal;
use crate::domain::unknown_fields::Extra;

/// An enrollment code for handing over out of band. It is shown once; only its hash is stored.
#[derive(Debug, Clone)]
pub struct IssuedEnrollment {
    /// The code.
    pub code: OneTimeCode,
    /// Until when it works.
    pub expires_at: DateTime<Utc>,
}

impl Account {
    /// Removes every factor and the recovery codes, and lets the user back in only with a
    /// single-use enrollment code. Until it is used, the password alone can neither sign in nor set
    /// up. A code that has expired is replaced by resetting again. Every session is void, under the
    /// new stamp `fresh`.
    ///
    /// The actor's own session is checked against the actor's account first: see
    /// [`check_authority`](Self::check_authority).
    ///
    /// # Errors
    /// [`Refusal::ForeignSession`] when the authority is over another account,
    /// [`Refusal::NotEnabled`] when there is nothing to reset.
    pub fn reset(
        &self,
        authority: &HostAuthority,
        code: OneTimeCode,
        scheme: HashScheme,
        hash: CodeHash,
        fresh: Stamp,
        context: Context<'_>,
    ) -> Result<Transition<IssuedEnrollment>, Refusal> {
        self.check_reset(authority)?;
        let expires_at = after(context.now, context.settings.enrollment_lifetime);
        let mut draft = self.draft(context);
        draft.end_setup();
        draft.clear_factors();
        draft.next.enrollment = Some(EnrollmentCode {
            scheme,
            hash,
            expires_at,
            used_by: None,
            extra: Extra::default(),
        });
        draft.event(EventKind::Reset {
            by: authority.actor.clone(),
            reason: authority.reason.clone(),
        });
        draft.restamp(fresh, None);
        Ok(draft.commit(IssuedEnrollment { code, expires_at }))
    }

    /// Checks whether the account may be reset, before a code is hashed.
    ///
    /// # Errors
    /// As [`reset`](Self::reset).
    pub fn check_reset(&self, authority: &HostAuthority) -> Result<(), Refusal> {
        self.settled()?;
        if authority.over != self.subject {
            return Err(Refusal::ForeignSession);
        }
        if self.enabled() || self.enrollment.is_some() { Ok(()) } else { Err(Refusal::NotEnabled) }
    }
}
