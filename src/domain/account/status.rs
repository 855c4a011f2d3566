//! What a profile page shows.

use chrono::{DateTime, Utc};

use super::state::Account;
use crate::domain::enrolled_by::EnrolledBy;
use crate::domain::factor::Factor;
use crate::domain::factor_kind::FactorKind;
use crate::domain::id::{FactorId, SetupId};
use crate::domain::import_notice::ImportNotice;
use crate::domain::label::Label;
use crate::domain::settings::Settings;
use crate::domain::strength::Strength;

/// The state of one user's MFA, for showing it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Status {
    /// Whether MFA is on.
    pub enabled: bool,
    /// The account's strength, that of its strongest factor; `None` while MFA is off.
    pub strength: Option<Strength>,
    /// The factors, the preferred one first.
    pub factors: Vec<FactorStatus>,
    /// Unused recovery codes, imported ones too; `None` when there are none at all.
    pub recovery_left: Option<usize>,
    /// Whether that is few enough to ask for a new set.
    pub recovery_low: bool,
    /// Whether to offer removing the apps to a user who wants only passkeys and security keys: there
    /// is one that can be asked for here, and losing it locks nobody out, because there is another or
    /// recovery codes are left.
    pub apps_dispensable: bool,
    /// A setup that is not finished.
    pub setup: Option<SetupStatus>,
    /// An administrator has reset the account: an enrollment code is needed first.
    pub enrollment_needed: bool,
    /// What the owner has to be asked to do, because of what was imported. Empty otherwise.
    pub import_notices: Vec<ImportNotice>,
}

/// One factor of a [`Status`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct FactorStatus {
    /// Which factor it is.
    pub factor: FactorId,
    /// What kind it is.
    pub kind: FactorKind,
    /// What its owner calls it.
    pub label: Label,
    /// Whether it is asked for by default.
    pub preferred: bool,
    /// Whether it was suspended after too many failures in a row.
    pub suspended: bool,
    /// Whether its seed has less than 128 bits, because it was imported so.
    pub weak: bool,
    /// When it was added.
    pub added_at: DateTime<Utc>,
    /// When it was last used.
    pub last_used_at: DateTime<Utc>,
    /// The evidence of the session that enrolled it.
    pub enrolled_by: EnrolledBy,
}

/// The unfinished setup of a [`Status`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SetupStatus {
    /// Which setup it is.
    pub id: SetupId,
    /// The factor's kind.
    pub kind: FactorKind,
    /// What the factor will be called.
    pub label: Label,
    /// When it was begun.
    pub begun_at: DateTime<Utc>,
    /// Whether only "I have saved my codes" is missing.
    pub confirmed: bool,
}

impl Account {
    /// The state of this account, for showing it.
    pub fn status(&self, settings: &Settings) -> Status {
        let mut factors: Vec<FactorStatus> =
            self.factors.iter().map(|factor| self.factor_status(factor)).collect();
        factors.sort_by_key(|factor| !factor.preferred);
        let recovery_left = self.codes_left();
        Status {
            enabled: self.enabled(),
            strength: self.strength(),
            factors,
            recovery_left,
            recovery_low: recovery_left.is_some_and(|left| left <= usize::from(settings.low_stock)),
            apps_dispensable: self.apps_dispensable(settings),
            setup: self.pending().map(|pending| SetupStatus {
                id: pending.id,
                kind: pending.kind(),
                label: pending.label.clone(),
                begun_at: pending.begun_at,
                confirmed: pending.confirmed(),
            }),
            enrollment_needed: self.enrollment.is_some(),
            import_notices: self.import_notices(),
        }
    }

    fn apps_dispensable(&self, settings: &Settings) -> bool {
        let is_app = |factor: &&Factor| factor.kind() == FactorKind::Totp;
        let resistant = |factor: &&Factor| factor.strength() == Some(Strength::PhishingResistant);
        let asked = self.factors.iter().filter(|factor| settings.asks_for(factor));
        let keys = asked.filter(resistant).count();
        let spare = keys > 1 || self.codes_left().is_some_and(|left| left > 0);
        self.factors.iter().any(|factor| is_app(&factor)) && keys > 0 && spare
    }

    pub(super) fn factor_status(&self, factor: &Factor) -> FactorStatus {
        FactorStatus {
            factor: factor.id,
            kind: factor.kind(),
            label: factor.label.clone(),
            preferred: self.preferred == Some(factor.id),
            suspended: factor.suspended,
            weak: factor.weak,
            added_at: factor.added_at,
            last_used_at: factor.last_used_at,
            enrolled_by: factor.enrolled_by.clone(),
        }
    }
}
