//! The state: everything that is stored of one user.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::charged::ChargedChallenges;
use super::passed::PassedChallenges;
use crate::domain::budget::{GuessBudget, Throttle};
use crate::domain::context::Context;
use crate::domain::factor::Factor;
#[cfg(feature = "webauthn")]
use crate::domain::factor::webauthn::Credential;
use crate::domain::id::{CommitId, FactorId, SessionId, Stamp, Subject, Version};
use crate::domain::import::{ImportRecord, ImportedSet};
use crate::domain::proof::Facts;
use crate::domain::recovery::{CodeHash, HashScheme, RecoverySet};
use crate::domain::refusal::Refusal;
#[cfg(feature = "webauthn")]
use crate::domain::settings::Settings;
use crate::domain::setup::PendingSetup;
use crate::domain::strength::Strength;
use crate::domain::unknown_fields::Extra;

/// How many commit ids a stored account remembers.
pub(crate) const RECENT_COMMITS: usize = 32;

/// One user's factors, pending setup, recovery codes, guess budget and stamp.
///
/// It is a value: nothing changes it in place. A host stores it whole, under its
/// [`version`](Self::version).
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    pub(crate) subject: Subject,
    pub(crate) version: Version,
    pub(crate) stored: bool,
    pub(crate) stamp: Stamp,
    pub(crate) factors: Vec<Factor>,
    pub(crate) preferred: Option<FactorId>,
    pub(crate) pending: Option<Box<PendingSetup>>,
    pub(crate) recovery: Option<Arc<RecoverySet>>,
    pub(crate) imported: Option<ImportRecord>,
    pub(crate) budget: GuessBudget,
    pub(crate) charged: ChargedChallenges,
    pub(crate) passed: PassedChallenges,
    pub(crate) enrollment: Option<EnrollmentCode>,
    pub(crate) password_changed_at: Option<DateTime<Utc>>,
    pub(crate) moving_to: Option<Subject>,
    pub(crate) moved_from: Option<Subject>,
    pub(crate) recent: Vec<CommitId>,
    pub(crate) extra: Extra,
}

/// The single-use code that follows a reset, as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EnrollmentCode {
    pub(crate) scheme: HashScheme,
    pub(crate) hash: CodeHash,
    pub(crate) expires_at: DateTime<Utc>,
    /// The session that used the code; only it may set up the first factor.
    pub(crate) used_by: Option<SessionId>,
    pub(crate) extra: Extra,
}

impl Account {
    /// The account of a user who has no row yet. `first` is the version that its first commit will
    /// create: a random one.
    pub fn absent(subject: Subject, first: Version) -> Self {
        Self {
            subject,
            version: first,
            stored: false,
            stamp: Stamp::NONE,
            factors: Vec::new(),
            preferred: None,
            pending: None,
            recovery: None,
            imported: None,
            budget: GuessBudget::default(),
            charged: ChargedChallenges::default(),
            passed: PassedChallenges::default(),
            enrollment: None,
            password_changed_at: None,
            moving_to: None,
            moved_from: None,
            recent: Vec::new(),
            extra: Extra::default(),
        }
    }

    /// Whose account it is.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// The version it was stored under, or will first be stored under.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Whether it came from a row, not from [`absent`](Self::absent).
    pub fn is_stored(&self) -> bool {
        self.stored
    }

    /// The stamp that current evidence carries.
    pub fn stamp(&self) -> Stamp {
        self.stamp
    }

    /// Whether MFA is on: there is a live factor. With it there is a recovery set, unless it was
    /// imported: then there may be imported codes, or none.
    pub fn enabled(&self) -> bool {
        !self.factors.is_empty()
    }

    /// The account's strength: that of its strongest factor, suspended ones included. `None` while
    /// MFA is off.
    pub fn strength(&self) -> Option<Strength> {
        self.factors.iter().filter_map(Factor::strength).max()
    }

    /// The confirmed factors, in the order they were added.
    pub fn factors(&self) -> &[Factor] {
        &self.factors
    }

    /// The factor of this id.
    pub fn factor(&self, id: FactorId) -> Option<&Factor> {
        self.factors.iter().find(|factor| factor.id == id)
    }

    /// The credentials of the relying party that these settings name.
    #[cfg(feature = "webauthn")]
    pub(super) fn credentials_here<'a>(
        &'a self,
        settings: &'a Settings,
    ) -> impl Iterator<Item = &'a Credential> {
        let here = self.factors.iter().filter(|factor| settings.asks_for(factor));
        here.filter_map(Factor::credential)
    }

    /// The factor that is asked for by default.
    pub fn preferred(&self) -> Option<&Factor> {
        self.preferred.and_then(|id| self.factor(id))
    }

    /// The setup that is not finished.
    pub fn pending(&self) -> Option<&PendingSetup> {
        self.pending.as_deref()
    }

    /// The recovery codes.
    pub fn recovery(&self) -> Option<&RecoverySet> {
        self.recovery.as_deref()
    }

    /// The recovery codes that were imported, until they are replaced.
    pub fn imported_codes(&self) -> Option<&ImportedSet> {
        self.imported.as_ref()?.codes.as_deref()
    }

    /// When the account was imported, if it was.
    pub fn imported_at(&self) -> Option<DateTime<Utc>> {
        self.imported.as_ref().map(|record| record.at)
    }

    /// How many recovery codes are unused, of whatever origin; `None` when there are none at all.
    pub fn codes_left(&self) -> Option<usize> {
        let own = self.recovery().map(RecoverySet::left);
        own.or_else(|| self.imported_codes().map(ImportedSet::left))
    }

    /// What was spent on guesses.
    pub fn budget(&self) -> &GuessBudget {
        &self.budget
    }

    /// The guesses left before single codes are no longer judged, or, in the mode that suspends,
    /// before the factors are suspended.
    pub fn guesses_left(&self, context: Context<'_>) -> u16 {
        let throttle = &context.settings.throttle;
        match throttle {
            Throttle::Budget { .. } => self.budget.left(throttle, context.now),
            Throttle::SuspendAfter { failures } => {
                // What is suspended has had its guesses, and takes none from what was bound since.
                let usable = self.factors.iter().filter(|factor| !factor.suspended);
                usable.fold(*failures, |left, factor| left.saturating_sub(factor.failures))
            }
        }
    }

    /// Where the account is moving to, when a rename was begun and not finished.
    pub fn moving_to(&self) -> Option<&Subject> {
        self.moving_to.as_ref()
    }

    /// Where the account came from.
    pub fn moved_from(&self) -> Option<&Subject> {
        self.moved_from.as_ref()
    }

    /// Whether this state is the work of one of the last 32 commits, and that is one of them.
    pub fn remembers(&self, commit: CommitId) -> bool {
        self.recent.contains(&commit)
    }

    pub(super) fn remember(&mut self, commit: CommitId) {
        if self.recent.len() >= RECENT_COMMITS {
            self.recent.remove(0);
        }
        self.recent.push(commit);
    }

    /// The facts that decide how far a session of this account goes.
    pub(crate) fn facts(&self, context: Context<'_>) -> Facts {
        let askable = self.askable_strength(context);
        Facts {
            rank: self.factors.iter().map(Factor::rank).max().unwrap_or(0),
            strength: self.strength(),
            askable,
            askable_since: self.newest_of(askable, context),
            enrolling: self.enrollment.is_some(),
            weak_codes: self.enabled() && self.imported_codes().is_some_and(ImportedSet::is_weak),
        }
    }

    /// Refuses an account that is moving: only the move itself may touch it.
    pub(super) fn settled(&self) -> Result<(), Refusal> {
        if self.moving_to.is_some() { Err(Refusal::Moved) } else { Ok(()) }
    }

    /// The factor, or the refusal that names it unknown.
    pub(super) fn known(&self, id: FactorId) -> Result<&Factor, Refusal> {
        self.factor(id).ok_or(Refusal::UnknownFactor)
    }
}
