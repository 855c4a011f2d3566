//! What is held about one user, for his own request (GDPR article 15).

use chrono::{DateTime, Utc};

use super::state::Account;
use super::status::FactorStatus;
use crate::domain::factor::PendingState;
use crate::domain::factor_kind::FactorKind;
use crate::domain::id::Subject;
use crate::domain::label::{AccountName, Issuer, Label};
use crate::domain::recovery::RecoverySet;
use crate::domain::setup::PendingSetup;

/// Everything that is held about one user, without what would let anybody in: no secret, no salt,
/// no hash, no identifier of a session.
///
/// With the feature `serde` it can be written. It is made for people, not for reading back.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct AccountExport {
    /// Whose account it is.
    pub subject: Subject,
    /// Whether MFA is on.
    pub enabled: bool,
    /// The factors, in the order they were added.
    pub factors: Vec<FactorStatus>,
    /// A setup that is not finished.
    pub setup: Option<SetupExport>,
    /// The recovery codes.
    pub recovery: Option<RecoveryExport>,
    /// What came from another system.
    pub imported: Option<ImportExport>,
    /// The count of wrong codes.
    pub guesses: GuessesExport,
    /// When the password was last changed, as far as the host said so.
    pub password_changed_at: Option<DateTime<Utc>>,
    /// The code that an administrator's reset has issued.
    pub enrollment: Option<EnrollmentExport>,
    /// Where the account is moving to.
    pub moving_to: Option<Subject>,
    /// Where the account came from.
    pub moved_from: Option<Subject>,
}

/// The unfinished setup of an [`AccountExport`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct SetupExport {
    /// What the factor will be called.
    pub label: Label,
    /// The factor's kind.
    pub kind: FactorKind,
    /// The account name that the app or the authenticator shows, until it is confirmed.
    pub account: Option<AccountName>,
    /// The issuer that the app or the browser shows, where the host chose one for this setup, until
    /// it is confirmed.
    pub issuer: Option<Issuer>,
    /// When it was begun.
    pub begun_at: DateTime<Utc>,
    /// When it was confirmed.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// The recovery codes that were shown with it.
    pub recovery: Option<RecoveryExport>,
}

/// The recovery codes of an [`AccountExport`]: how many and when, never which.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct RecoveryExport {
    /// When they were issued.
    pub issued_at: DateTime<Utc>,
    /// How many were issued.
    pub issued: usize,
    /// How many are unused.
    pub left: usize,
    /// When the others were used, oldest first.
    pub used_at: Vec<DateTime<Utc>>,
}

/// What came from another system, of an [`AccountExport`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct ImportExport {
    /// When it came.
    pub at: DateTime<Utc>,
    /// The recovery codes that came with it, until they are replaced.
    pub recovery: Option<RecoveryExport>,
}

/// The guess budget of an [`AccountExport`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct GuessesExport {
    /// Guesses that were spent and had not grown back at the last change.
    pub spent: u16,
    /// From when the next one grows back.
    pub since: Option<DateTime<Utc>>,
    /// Wrong codes of each factor since its last right one, added up.
    pub failures: u16,
    /// Whether the owner was told that the budget ran out.
    pub told: bool,
}

/// The enrollment code of an [`AccountExport`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct EnrollmentExport {
    /// Until when it works.
    pub expires_at: DateTime<Utc>,
    /// Whether it was used.
    pub used: bool,
}

impl Account {
    /// Everything that is held about this user, for handing it to him.
    pub fn export(&self) -> AccountExport {
        AccountExport {
            subject: self.subject.clone(),
            enabled: self.enabled(),
            factors: self.factors.iter().map(|factor| self.factor_status(factor)).collect(),
            setup: self.pending().map(SetupExport::of),
            recovery: self.recovery().map(RecoveryExport::of),
            imported: self.imported.as_ref().map(|record| ImportExport {
                at: record.at,
                recovery: record.codes.as_ref().map(|set| RecoveryExport {
                    issued_at: record.at,
                    issued: set.issued(),
                    left: set.left(),
                    used_at: sorted(set.slots.iter().filter_map(|slot| slot.spent_at)),
                }),
            }),
            guesses: GuessesExport {
                spent: self.budget.spent,
                since: self.budget.since,
                failures: self.factors.iter().fold(0, |sum, f| f.failures.saturating_add(sum)),
                told: self.budget.told,
            },
            password_changed_at: self.password_changed_at,
            enrollment: self.enrollment.as_ref().map(|enrollment| EnrollmentExport {
                expires_at: enrollment.expires_at,
                used: enrollment.used_by.is_some(),
            }),
            moving_to: self.moving_to.clone(),
            moved_from: self.moved_from.clone(),
        }
    }
}

impl SetupExport {
    fn of(pending: &PendingSetup) -> Self {
        let names = pending.open().and_then(PendingState::names);
        let confirmation = pending.confirmation();
        Self {
            label: pending.label.clone(),
            kind: pending.kind(),
            account: names.map(|(account, _)| account.clone()),
            issuer: names.and_then(|(_, issuer)| issuer.cloned()),
            begun_at: pending.begun_at,
            confirmed_at: confirmation.map(|confirmation| confirmation.at),
            recovery: confirmation.map(|c| RecoveryExport::of(&c.recovery)),
        }
    }
}

impl RecoveryExport {
    fn of(set: &RecoverySet) -> Self {
        let used_at = sorted(set.slots.iter().filter_map(|slot| slot.spent_at));
        Self { issued_at: set.issued_at(), issued: set.issued(), left: set.left(), used_at }
    }
}

fn sorted(times: impl Iterator<Item = DateTime<Utc>>) -> Vec<DateTime<Utc>> {
    let mut times: Vec<_> = times.collect();
    times.sort_unstable();
    times
}
