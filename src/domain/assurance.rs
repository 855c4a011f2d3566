//! What a session has proven.

use chrono::{DateTime, TimeDelta, Utc};

use super::bounds::{CLOCK_SKEW, MAX_EVIDENCE};
use super::context::Context;
use super::evidence::{Evidence, EvidenceKind};
use super::first_factor::FirstFactor;
use super::id::{SessionId, Stamp, Subject};
use super::instant::after;
use super::proof::{Proof, ProvenBy};
use super::refusal::Refusal;
use super::strength::Strength;

/// A full session: the evidence it holds, and the credentials under which that was gained.
///
/// A host keeps it in its session and passes it to guards and to every sensitive operation. A session
/// that something comes first for is a [`Limited`](crate::Limited) instead. With the feature
/// `serde` it can be written and read. What a later release has written, and this one cannot read
/// whole, is refused: treat a value that cannot be read as no session.
///
/// # Security
/// Anyone who can change the stored session can change what it has proven. Keep it on the server, or
/// in a cookie that is encrypted and authenticated.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Assurance {
    pub(crate) subject: Subject,
    pub(crate) session: SessionId,
    pub(crate) stamp: Stamp,
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "super::bounds::is_first_epoch")
    )]
    pub(crate) epoch: u64,
    /// The rank of the account's strongest factor under this stamp, 0 while MFA is off. Whatever
    /// changes it changes the stamp.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "is_off"))]
    pub(crate) account: u8,
    #[cfg_attr(feature = "serde", serde(deserialize_with = "few"))]
    pub(crate) evidence: Vec<Evidence>,
}

#[cfg(feature = "serde")]
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_off(rank: &u8) -> bool {
    *rank == 0
}

#[cfg(feature = "serde")]
fn few<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<Evidence>, D::Error> {
    super::bounds::reading::list("evidence", MAX_EVIDENCE, from)
}

impl Assurance {
    pub(crate) fn begin(first: FirstFactor, session: SessionId, stamp: Stamp, epoch: u64) -> Self {
        let evidence = Evidence {
            kind: EvidenceKind::First { name: first.name, kind: first.kind },
            at: first.at,
        };
        let (subject, evidence) = (first.subject, vec![evidence]);
        Self { subject, session, stamp, epoch, account: 0, evidence }
    }

    /// Whose session it is.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// Which session it is. Give each session token of the host its own; renewing the token keeps
    /// the id.
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// The credentials that the evidence was gained under.
    pub fn stamp(&self) -> Stamp {
        self.stamp
    }

    /// Everything proven, the latest of each kind.
    pub fn evidence(&self) -> &[Evidence] {
        &self.evidence
    }

    /// The latest first factor.
    pub(crate) fn first_factor(&self) -> Option<&Evidence> {
        let first = |e: &&Evidence| matches!(e.kind, EvidenceKind::First { .. });
        self.evidence.iter().filter(first).max_by_key(|e| e.at)
    }

    /// Whether the session holds a second factor: a factor of the account or a recovery code.
    pub fn has_second_factor(&self) -> bool {
        self.evidence.iter().any(|e| e.kind.is_factor() || e.kind == EvidenceKind::Recovery)
    }

    /// The strength of what it holds beside its first factor, at whatever time it was proven. A
    /// recovery code counts for the weakest there is.
    pub(crate) fn strength(&self) -> Option<Strength> {
        let strength = |e: &Evidence| match e.kind {
            EvidenceKind::Factor { strength, .. } => Some(strength),
            EvidenceKind::Recovery => Some(Strength::Standard),
            EvidenceKind::First { .. } | EvidenceKind::Enrollment => None,
        };
        self.evidence.iter().filter_map(strength).max()
    }

    /// Returns when the session was last opened by a recovery code; `None` if it never was.
    pub(crate) fn recovered_at(&self) -> Option<DateTime<Utc>> {
        let recovery = self.evidence.iter().filter(|e| e.kind == EvidenceKind::Recovery);
        recovery.map(|e| e.at).max()
    }

    /// Whether the session holds a factor of the account. A recovery code is none.
    pub(crate) fn has_factor(&self) -> bool {
        self.evidence.iter().any(|e| e.kind.is_factor())
    }

    /// Whether the session holds a recovery code that was used no longer ago than this.
    pub(crate) fn recovered_within(&self, within: TimeDelta, now: DateTime<Utc>) -> bool {
        self.held(&EvidenceKind::Recovery, now).any(|at| now <= after(at, within))
    }

    /// Refuses evidence that was gained under other credentials than those of this stamp, or in
    /// another epoch.
    pub(crate) fn check_current(&self, stamp: Stamp, context: Context<'_>) -> Result<(), Refusal> {
        let current = self.stamp == stamp && self.epoch == context.settings.epoch;
        if current { Ok(()) } else { Err(Refusal::SignInAgain) }
    }

    /// This session with what its challenge proved.
    pub(crate) fn raised(&self, proof: &Proof, context: Context<'_>) -> Result<Self, Refusal> {
        if proof.subject() != &self.subject || proof.session() != self.session {
            return Err(Refusal::ProofMismatch);
        }
        self.check_current(proof.stamp(), context)?;
        proof.check_age(context)?;
        let kind = match *proof.proven_by() {
            ProvenBy::Factor { id, kind, strength, user_verified } => {
                EvidenceKind::Factor { id, kind, strength, user_verified }
            }
            ProvenBy::Recovery => EvidenceKind::Recovery,
            ProvenBy::Enrollment => EvidenceKind::Enrollment,
        };
        Ok(self.with(kind, proof.at(), context.now))
    }

    /// This session with one more piece of evidence. The latest of its kind is kept: single sign-on
    /// may vouch for an instant that lies before what the session holds. Evidence too far ahead of
    /// the clock, which is never fresh, gives way to any.
    pub(crate) fn with(&self, kind: EvidenceKind, at: DateTime<Utc>, now: DateTime<Utc>) -> Self {
        let at = self.held(&kind, now).fold(at, DateTime::max);
        let mut next = self.clone();
        next.evidence.retain(|e| e.kind != kind);
        if next.evidence.len() >= MAX_EVIDENCE {
            let limits = |e: &Evidence| e.kind == EvidenceKind::Enrollment;
            let first = next.evidence.iter().position(|e| !limits(e));
            drop(first.map(|first| next.evidence.remove(first)));
        }
        next.evidence.push(Evidence { kind, at });
        next
    }

    /// Whether evidence of this kind is held that is as new as `at`, or newer.
    pub(crate) fn holds_since(
        &self,
        kind: &EvidenceKind,
        at: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> bool {
        self.held(kind, now).any(|held| held >= at)
    }

    /// When evidence of this kind was given that is not too far ahead of the clock.
    fn held(&self, kind: &EvidenceKind, now: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
        let credible = after(now, CLOCK_SKEW);
        let held = self.evidence.iter().filter(move |e| e.kind == *kind && e.at <= credible);
        held.map(|e| e.at)
    }

    /// This session after it has itself changed the credentials: what it proved stays proven.
    pub(crate) fn under(mut self, stamp: Stamp) -> Self {
        self.stamp = stamp;
        self
    }

    /// Forgets every second factor, once MFA is off.
    pub(crate) fn first_factors_only(mut self) -> Self {
        self.evidence.retain(|e| matches!(e.kind, EvidenceKind::First { .. }));
        self
    }
}
