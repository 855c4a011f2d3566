//! One thing that a session has proven, and when.

use chrono::{DateTime, Utc};

use super::factor_kind::FactorKind;
use super::first_factor::{FirstFactorKind, FirstFactorName};
use super::id::FactorId;
use super::strength::Strength;

/// One thing that a session has proven.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Evidence {
    pub(crate) kind: EvidenceKind,
    pub(crate) at: DateTime<Utc>,
}

/// What kind of thing it is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case", deny_unknown_fields))]
#[non_exhaustive]
pub enum EvidenceKind {
    /// A first factor that the host vouched for.
    First {
        /// The name of the way it was proven.
        name: FirstFactorName,
        /// The kind of first factor.
        kind: FirstFactorKind,
    },
    /// A factor of the account.
    Factor {
        /// The factor's ID.
        id: FactorId,
        /// The factor's kind. No rule asks for it: only `amr` names it.
        kind: FactorKind,
        /// The factor's strength.
        strength: Strength,
        /// Whether the device has verified its user, by a PIN or a fingerprint.
        #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "is_false"))]
        user_verified: bool,
    },
    /// A recovery code.
    Recovery,
    /// An enrollment code, after a reset. It permits a first setup and nothing else.
    Enrollment,
}

#[cfg(feature = "serde")]
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
pub(super) fn is_false(flag: &bool) -> bool {
    !flag
}

impl EvidenceKind {
    /// Whether it is a factor of the account, of whatever kind.
    pub(crate) fn is_factor(&self) -> bool {
        match self {
            Self::Factor { .. } => true,
            Self::First { .. } | Self::Recovery | Self::Enrollment => false,
        }
    }

    /// Whether it is a second factor beside a first one of this kind. A password, a mailbox and an
    /// identity provider are none of the things that an account keeps. A device is.
    pub(crate) fn is_second_to(&self, first: FirstFactorKind) -> bool {
        let maybe_the_same_device = match self {
            Self::Factor { kind, .. } => match kind {
                FactorKind::Totp => false,
                FactorKind::WebAuthn | FactorKind::Unknown => true,
            },
            Self::Recovery => false,
            Self::First { .. } | Self::Enrollment => return false,
        };
        match first {
            FirstFactorKind::Knowledge | FirstFactorKind::Mailbox | FirstFactorKind::Issuer => true,
            FirstFactorKind::VerifyingDevice => !maybe_the_same_device,
            FirstFactorKind::Device => false,
        }
    }

    /// Returns its kind as a first factor; `None` for anything else.
    pub(crate) fn first(&self) -> Option<FirstFactorKind> {
        match *self {
            Self::First { kind, .. } => Some(kind),
            Self::Factor { .. } | Self::Recovery | Self::Enrollment => None,
        }
    }

    /// The strength of a factor of the account; `None` for anything else.
    pub(crate) fn strength(&self) -> Option<Strength> {
        match *self {
            Self::Factor { strength, .. } => Some(strength),
            Self::First { .. } | Self::Recovery | Self::Enrollment => None,
        }
    }
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

#[cfg(test)]
impl EvidenceKind {
    /// A password.
    pub(crate) const PASSWORD: Self =
        Self::First { name: FirstFactorName::PASSWORD, kind: FirstFactorKind::Knowledge };

    /// Another first factor, of a name and a kind.
    pub(crate) fn first_by(name: &str, kind: FirstFactorKind) -> Self {
        Self::First { name: FirstFactorName::new(name).unwrap(), kind }
    }

    /// A code of an authenticator app.
    pub(crate) fn code_of(id: FactorId) -> Self {
        let (kind, strength) = (FactorKind::Totp, Strength::Standard);
        Self::Factor { id, kind, strength, user_verified: false }
    }

    /// An assertion of a passkey or a security key.
    pub(crate) fn credential_of(id: FactorId, user_verified: bool) -> Self {
        let (kind, strength) = (FactorKind::WebAuthn, Strength::PhishingResistant);
        Self::Factor { id, kind, strength, user_verified }
    }
}
