//! How an organization requires MFA, as values: the period, and what is behind the wall.

use chrono::TimeDelta;

use super::invalid::{Invalid, within};

/// How long members may put off setting MFA up: 0 to 365 days.
///
/// A day is 24 hours between two instants in UTC, not a date in somebody's calendar. A member may
/// live in any time zone and change it, a zone may change its rules, and two servers must agree to
/// the microsecond who is behind the wall; a local midnight would give each of them another answer.
/// Show the deadline in the reader's own zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "i64", into = "i64"))]
pub struct GracePeriod(u16);

impl GracePeriod {
    /// The longest period in days.
    pub const MAX_DAYS: u16 = 365;
    /// None: whoever has no MFA sets it up first.
    pub const NONE: Self = Self(0);

    /// Takes a number of days.
    ///
    /// # Errors
    /// [`Invalid::Range`] when it is negative or above 365.
    pub fn days(days: i64) -> Result<Self, Invalid> {
        within("grace period in days", days, 0, i64::from(Self::MAX_DAYS))?;
        let range = Invalid::Form { what: "grace period", form: "0 to 365 days" };
        u16::try_from(days).map(Self).map_err(|_| range)
    }

    /// The number of days.
    pub const fn as_days(self) -> u16 {
        self.0
    }

    pub(crate) fn span(self) -> TimeDelta {
        TimeDelta::days(i64::from(self.0))
    }
}

impl TryFrom<i64> for GracePeriod {
    type Error = Invalid;
    fn try_from(days: i64) -> Result<Self, Invalid> {
        Self::days(days)
    }
}

impl From<GracePeriod> for i64 {
    fn from(period: GracePeriod) -> Self {
        Self::from(period.0)
    }
}

/// What a lapsed member cannot reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum PolicyScope {
    /// The resources of that organization. Somebody who belongs to several keeps the others.
    #[default]
    OrganizationResources,
    /// Everything: "you must enable it before you can continue".
    WholeAccount,
}

/// How an organization requires MFA.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PolicyTerms {
    /// How long it may be put off.
    pub grace: GracePeriod,
    /// What is behind the wall.
    pub scope: PolicyScope,
}
