//! That a challenge was passed.

use chrono::{DateTime, Utc};

use super::bounds::{CLOCK_SKEW, PROOF_MAX_AGE};
use super::context::Context;
use super::factor_kind::FactorKind;
use super::id::{FactorId, SessionId, Stamp, Subject};
use super::instant::after;
use super::purpose::Purpose;
use super::refusal::Refusal;
use super::strength::Strength;

/// What passed a challenge.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProvenBy {
    /// A factor of the account.
    Factor {
        /// The factor's ID.
        id: FactorId,
        /// The factor's kind.
        kind: FactorKind,
        /// The factor's strength.
        strength: Strength,
        /// Whether the device has verified its user, by a PIN or a fingerprint.
        user_verified: bool,
    },
    /// A recovery code.
    Recovery,
    /// An enrollment code.
    Enrollment,
}

impl ProvenBy {
    /// Whether it is a factor of the account, of whatever kind.
    pub(crate) fn is_factor(&self) -> bool {
        match self {
            Self::Factor { .. } => true,
            Self::Recovery | Self::Enrollment => false,
        }
    }
}

/// That one challenge of one user's session was passed, just now.
///
/// Only this crate makes one, out of a committed answer. It cannot be copied, stored or read back:
/// it is spent on [`PendingSignIn::raise`] or [`Assurance::raise`] within 60 seconds or it is
/// worth nothing.
///
/// [`PendingSignIn::raise`]: crate::PendingSignIn::raise
/// [`Assurance::raise`]: crate::Assurance::raise
#[derive(Debug)]
#[must_use = "a proof raises the session it was gained in; dropped, it is lost"]
pub struct Proof {
    subject: Subject,
    session: SessionId,
    stamp: Stamp,
    purpose: Purpose,
    by: ProvenBy,
    at: DateTime<Utc>,
    regenerate_first: bool,
}

impl Proof {
    pub(crate) fn new(
        subject: Subject,
        session: SessionId,
        stamp: Stamp,
        purpose: Purpose,
        by: ProvenBy,
        at: DateTime<Utc>,
    ) -> Self {
        Self { subject, session, stamp, purpose, by, at, regenerate_first: false }
    }

    /// The session that it raises has to replace imported recovery codes first.
    pub(crate) fn limited_to_regenerating(self) -> Self {
        Self { regenerate_first: true, ..self }
    }

    pub(crate) fn regenerate_first(&self) -> bool {
        self.regenerate_first
    }

    /// Who passed.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// In which session.
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// What for.
    pub fn purpose(&self) -> &Purpose {
        &self.purpose
    }

    /// By what.
    pub fn proven_by(&self) -> &ProvenBy {
        &self.by
    }

    /// When.
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }

    pub(crate) fn stamp(&self) -> Stamp {
        self.stamp
    }

    pub(crate) fn check_age(&self, context: Context<'_>) -> Result<(), Refusal> {
        let fresh = context.now <= after(self.at, PROOF_MAX_AGE)
            && self.at <= after(context.now, CLOCK_SKEW);
        if fresh { Ok(()) } else { Err(Refusal::ProofTooOld) }
    }
}
