//! The administrators' overview: which members, and in which order.

use chrono::{DateTime, Utc};

use super::membership::Membership;
use super::policy::{OrgPolicy, Standing};
use crate::domain::id::Subject;

/// Which members a roster lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RosterFilter {
    /// MFA is off.
    WithoutMfa,
    /// MFA is off, and the period is not over.
    InGrace,
    /// MFA is off, and the period is over.
    Lapsed,
    /// MFA is off, and an exemption runs, whatever the policy.
    Exempt,
    /// MFA is on, whatever the policy.
    Protected,
}

impl RosterFilter {
    /// Whether a member belongs on the list.
    pub fn admits(&self, row: &RosterRow, policy: &OrgPolicy, now: DateTime<Utc>) -> bool {
        if !row.membership.is_member() {
            return false;
        }
        let standing = || policy.decide(&row.membership, row.protected, now);
        let runs = |until: Option<DateTime<Utc>>| until.is_none_or(|until| now < until);
        let exempt = || row.membership.exemption().is_some_and(|exemption| runs(exemption.until));
        match self {
            Self::WithoutMfa => !row.protected,
            Self::InGrace => matches!(standing(), Standing::InGrace { .. }),
            Self::Lapsed => matches!(standing(), Standing::Lapsed { .. }),
            Self::Exempt => !row.protected && exempt(),
            Self::Protected => row.protected,
        }
    }
}

/// A place in a roster: rows are sorted by when they are [walled](OrgPolicy::walled_from), those
/// that never are behind all others, and then by subject in byte order.
///
/// Members with MFA are never walled, so that a roster of them is sorted by subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterKey {
    /// When the member is behind the wall.
    pub walled_from: Option<DateTime<Utc>>,
    /// The member.
    pub subject: Subject,
}

/// One member, as an organization store joins it.
#[derive(Debug, Clone, PartialEq)]
pub struct RosterRow {
    /// The membership.
    pub membership: std::sync::Arc<Membership>,
    /// Whether the member's account has MFA on.
    pub protected: bool,
    /// When the member last signed in, where the host keeps that.
    pub last_signed_in: Option<DateTime<Utc>>,
}

impl RosterRow {
    /// Its place in a roster.
    pub fn key(&self, policy: &OrgPolicy) -> RosterKey {
        let walled_from = policy.walled_from(&self.membership).filter(|_| !self.protected);
        RosterKey { walled_from, subject: self.membership.subject().clone() }
    }
}

/// A page of an organization store.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RosterRows {
    /// The rows, in the order of their [keys](RosterRow::key).
    pub rows: Vec<RosterRow>,
    /// Whether there are more behind the last one.
    pub more: bool,
}

/// How many members there are of each kind. Without MFA and in none of the other columns are those
/// of an organization that asks nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RosterCounts {
    /// All of them.
    pub members: u64,
    /// MFA is on.
    pub protected: u64,
    /// MFA is off, and the period is not over.
    pub in_grace: u64,
    /// MFA is off, and the period is over.
    pub lapsed: u64,
    /// MFA is off, and an exemption runs.
    pub exempt: u64,
}

impl RosterCounts {
    /// How many have no MFA.
    pub fn without_mfa(&self) -> u64 {
        self.members.saturating_sub(self.protected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_not_protected_is_without_mfa() {
        let counts = |members, protected| RosterCounts { members, protected, ..Default::default() };
        assert_eq!(counts(7, 3).without_mfa(), 4);
        assert_eq!(counts(3, 3).without_mfa(), 0);
        assert_eq!(counts(3, 4).without_mfa(), 0, "counted while somebody switched it on");
    }
}
