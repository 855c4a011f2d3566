//! What a profile page shows.

use chrono::{DateTime, Utc};

use super::Account;
use crate::domain::factor::{Factor, FactorKind};
use crate::domain::id::{FactorId, SetupId};
use crate::domain::import::Prompt;
use crate::domain::label::Label;
use crate::domain::settings::Settings;

/// The state of one user's MFA, for showing it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Status {
    /// Whether MFA is on.
    pub enabled: bool,
    /// The methods, the preferred one first.
    pub methods: Vec<MethodStatus>,
    /// Unused recovery codes, imported ones too; `None` when there are none at all.
    pub recovery_left: Option<usize>,
    /// Whether that is few enough to ask for a new set.
    pub low: bool,
    /// A setup that is not finished.
    pub setup: Option<SetupStatus>,
    /// An administrator has reset the account: an enrolment code is needed first.
    pub enrolment_needed: bool,
    /// What the owner has to be asked to do, because of what was imported. Empty otherwise.
    pub prompts: Vec<Prompt>,
}

/// One method of a [`Status`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct MethodStatus {
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
}

/// The unfinished setup of a [`Status`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SetupStatus {
    /// Which setup it is.
    pub id: SetupId,
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
        let mut methods: Vec<MethodStatus> =
            self.factors.iter().map(|factor| self.method_status(factor)).collect();
        methods.sort_by_key(|method| !method.preferred);
        let recovery_left = self.codes_left();
        Status {
            enabled: self.enabled(),
            methods,
            recovery_left,
            low: recovery_left.is_some_and(|left| left <= usize::from(settings.low_stock)),
            setup: self.pending().map(|pending| SetupStatus {
                id: pending.id,
                label: pending.label.clone(),
                begun_at: pending.begun_at,
                confirmed: pending.confirmed(),
            }),
            enrolment_needed: self.enrolment.is_some(),
            prompts: self.prompts(),
        }
    }

    pub(super) fn method_status(&self, factor: &Factor) -> MethodStatus {
        MethodStatus {
            factor: factor.id,
            kind: factor.kind(),
            label: factor.label.clone(),
            preferred: self.preferred == Some(factor.id),
            suspended: factor.suspended,
            weak: factor.weak,
            added_at: factor.added_at,
            last_used_at: factor.last_used_at,
        }
    }
}
