//! The organizations that ask for MFA and their deadlines, as a user is told them.

use chrono::{DateTime, TimeDelta, Utc};

use super::id::OrgId;
use super::policy_terms::PolicyScope;
use super::strength::Required;

/// One organization that asks for something the account does not have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Demand {
    /// The instant from which on the door is closed.
    pub deadline: DateTime<Utc>,
    /// The organization whose door it is.
    pub org: OrgId,
    /// The part of the account that is closed.
    pub scope: PolicyScope,
    /// The strength that opens it: where several requirements have closed the door, the strongest
    /// of them.
    pub required: Required,
}

/// The organizations that ask, each with its deadline. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminded {
    /// The next deadline. When none is ahead, organizations have closed their own resources only,
    /// and it is the first of theirs.
    pub deadline: DateTime<Utc>,
    /// Every organization that asks, the strictest first.
    pub organizations: Vec<Demand>,
}

/// The organizations that have closed the door, and since when. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct Walled {
    /// The instant since which there has been a wall.
    pub since: DateTime<Utc>,
    /// Every organization whose period is over, the longest first. A [`Limited`] session keeps the
    /// first eight.
    ///
    /// [`Limited`]: crate::Limited
    #[cfg_attr(feature = "serde", serde(deserialize_with = "few"))]
    pub organizations: Vec<Demand>,
}

#[cfg(feature = "serde")]
fn few<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<Demand>, D::Error> {
    super::bounds::reading::list("organizations", Walled::KEPT, from)
}

impl Reminded {
    /// Returns the days that are left, the last begun one included: 1 within the last 24 hours, 0 from the
    /// deadline on. It is no part of the decision, which holds for longer than a day.
    pub fn days_left(&self, now: DateTime<Utc>) -> i64 {
        let left = (self.deadline - now).max(TimeDelta::zero());
        left.num_days() + i64::from(left > TimeDelta::days(left.num_days()))
    }
}

impl Walled {
    /// The most organizations that a session keeps: it may live in a cookie, and a user in thousands
    /// of organizations.
    const KEPT: usize = 8;

    /// The same wall, as a session keeps it.
    pub(crate) fn abridged(mut self) -> Self {
        self.organizations.truncate(Self::KEPT);
        self
    }
}
