//! That a challenge was passed.

use chrono::{DateTime, Utc};

use super::bounds::{CLOCK_SKEW, PROOF_MAX_AGE};
use super::context::Context;
use super::factor_kind::FactorKind;
use super::id::{ChallengeId, FactorId, SessionId, Stamp, Subject};
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
/// it is spent on [`Challenge::raise`] within 60 seconds or it is worth nothing.
///
/// [`Challenge::raise`]: crate::Challenge::raise
#[derive(Debug)]
#[must_use = "a proof raises the session it was gained in; dropped, it is lost"]
pub struct Proof {
    challenge: ChallengeId,
    subject: Subject,
    session: SessionId,
    stamp: Stamp,
    purpose: Purpose,
    by: ProvenBy,
    at: DateTime<Utc>,
    facts: Facts,
}

/// The facts of an account that decide how far its sessions go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Facts {
    /// The rank of the account's strongest factor; 0 while MFA is off.
    pub(crate) rank: u8,
    /// The account's strength; `None` while MFA is off.
    pub(crate) strength: Option<Strength>,
    /// The strength of the strongest factor that can be asked for here.
    pub(crate) askable: Option<Strength>,
    /// The time at which the newest factor of that strength was set up.
    pub(crate) askable_since: Option<DateTime<Utc>>,
    /// An administrator reset the account, and no factor was set up since.
    pub(crate) enrolling: bool,
    /// There are imported recovery codes of less than 64 bits.
    pub(crate) weak_codes: bool,
}

/// The part of a passed challenge that its proof carries.
pub(crate) struct Passing<'a> {
    pub(crate) id: ChallengeId,
    pub(crate) subject: &'a Subject,
    pub(crate) session: SessionId,
    pub(crate) stamp: Stamp,
    pub(crate) purpose: &'a Purpose,
}

impl Proof {
    pub(crate) fn new(
        challenge: Passing<'_>,
        by: ProvenBy,
        at: DateTime<Utc>,
        facts: Facts,
    ) -> Self {
        Self {
            challenge: challenge.id,
            subject: challenge.subject.clone(),
            session: challenge.session,
            stamp: challenge.stamp,
            purpose: challenge.purpose.clone(),
            by,
            at,
            facts,
        }
    }

    pub(crate) fn facts(&self) -> Facts {
        self.facts
    }

    /// The challenge that was passed.
    pub fn challenge(&self) -> ChallengeId {
        self.challenge
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
