//! One thing that a session has proven, and when.

use chrono::{DateTime, Utc};

use super::first_factor::FirstFactorKind;
use super::id::FactorId;

/// One thing that a session has proven.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Evidence {
    pub(crate) kind: EvidenceKind,
    pub(crate) at: DateTime<Utc>,
}

/// What kind of thing it is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum EvidenceKind {
    /// A first factor that the host vouched for.
    First(FirstFactorKind),
    /// A code of this TOTP factor.
    Totp(FactorId),
    /// A recovery code.
    Recovery,
    /// An enrollment code, after a reset. It permits a first setup and nothing else.
    Enrollment,
}

impl Evidence {
    /// What was proven.
    pub fn kind(&self) -> &EvidenceKind {
        &self.kind
    }

    /// When it was proven. Renewing a session never moves it.
    pub fn at(&self) -> DateTime<Utc> {
        self.at
    }
}
