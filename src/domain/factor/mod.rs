//! A second factor that is set up.

pub(crate) mod totp;
#[cfg(feature = "webauthn")]
pub mod webauthn;

use chrono::{DateTime, Utc};

use crate::domain::factor_kind::FactorKind;
use crate::domain::id::FactorId;
use crate::domain::label::Label;
use crate::domain::strength::Strength;
use crate::domain::unknown_fields::Extra;
use totp::TotpState;

/// One registered factor.
#[derive(Debug, Clone, PartialEq)]
pub struct Factor {
    pub(crate) id: FactorId,
    pub(crate) label: Label,
    pub(crate) added_at: DateTime<Utc>,
    pub(crate) last_used_at: DateTime<Utc>,
    pub(crate) suspended: bool,
    /// It was imported with a seed of less than 128 bits.
    pub(crate) weak: bool,
    /// Wrong answers that were judged by it since its last right one.
    pub(crate) failures: u16,
    pub(crate) state: FactorState,
    pub(crate) extra: Extra,
}

/// What a factor is verified by.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum FactorState {
    /// An app or token that shows codes.
    Totp(TotpState),
}

impl Factor {
    /// Which factor it is.
    pub fn id(&self) -> FactorId {
        self.id
    }

    /// What its owner calls it.
    pub fn label(&self) -> &Label {
        &self.label
    }

    /// When it was confirmed.
    pub fn added_at(&self) -> DateTime<Utc> {
        self.added_at
    }

    /// When it was last accepted.
    pub fn last_used_at(&self) -> DateTime<Utc> {
        self.last_used_at
    }

    /// Whether it was suspended after too many failures in a row.
    pub fn suspended(&self) -> bool {
        self.suspended
    }

    /// Whether its seed has less than 128 bits, because it was imported so.
    pub fn is_weak(&self) -> bool {
        self.weak
    }

    /// What it is verified by.
    pub fn state(&self) -> &FactorState {
        &self.state
    }

    /// The factor's kind.
    pub fn kind(&self) -> FactorKind {
        match self.state {
            FactorState::Totp(_) => FactorKind::Totp,
        }
    }

    /// The factor's strength, suspended or not.
    pub fn strength(&self) -> Strength {
        match self.state {
            FactorState::Totp(_) => Strength::Standard,
        }
    }

    pub(crate) fn totp(&self) -> &TotpState {
        let FactorState::Totp(totp) = &self.state;
        totp
    }

    pub(crate) fn totp_mut(&mut self) -> &mut TotpState {
        let FactorState::Totp(totp) = &mut self.state;
        totp
    }
}
