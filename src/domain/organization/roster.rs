//! The administrators' overview: which members, and in which order.

use chrono::{DateTime, Utc};

use super::membership::{Exemption, Membership};
use super::policy::OrgPolicy;
use super::standing::Standing;
use crate::domain::id::Subject;
use crate::domain::strength::Strength;

/// The choice of members that a roster lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RosterFilter {
    /// MFA is off.
    WithoutMfa,
    /// Something that is required is missing, and no period is over.
    InGrace,
    /// Something that is required is missing, and its period is over.
    Lapsed,
    /// Something that is required is missing and an exemption covers all of it; or MFA is off, an
    /// exemption runs and nothing is required.
    Exempt,
    /// MFA is on, and the account has this strength: [`Strength::Standard`] lists who has only an
    /// app.
    With(Strength),
}

impl RosterFilter {
    /// Every list there is.
    pub const ALL: [Self; 6] = [
        Self::WithoutMfa,
        Self::InGrace,
        Self::Lapsed,
        Self::Exempt,
        Self::With(Strength::Standard),
        Self::With(Strength::PhishingResistant),
    ];

    /// The list of the members whose account has this strength, `None` for those without MFA.
    /// Together these lists hold everybody once.
    pub fn of(strength: Option<Strength>) -> Self {
        strength.map_or(Self::WithoutMfa, Self::With)
    }

    /// Whether a member belongs on the list.
    pub fn admits(&self, row: &RosterRow, policy: &OrgPolicy, now: DateTime<Utc>) -> bool {
        if !row.membership.is_member() {
            return false;
        }
        let standing = || row.standing(policy, now);
        match *self {
            Self::WithoutMfa => row.strength.is_none(),
            Self::InGrace => matches!(standing(), Standing::InGrace { .. }),
            Self::Lapsed => matches!(standing(), Standing::Lapsed { .. }),
            Self::Exempt => row.exempting(policy).is_some_and(|exemption| exemption.runs(now)),
            Self::With(strength) => row.strength == Some(strength),
        }
    }
}

/// A place in a roster: rows are sorted by when they are [walled](OrgPolicy::walled_from), those
/// that never are behind all others, and then by subject in byte order.
///
/// Members who have all that is required are never walled, so that a roster of them is sorted by
/// subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RosterKey {
    /// The instant from which on the member is behind the wall.
    pub walled_from: Option<DateTime<Utc>>,
    /// The member.
    pub subject: Subject,
}

/// One member, as an organization store joins it.
#[derive(Debug, Clone, PartialEq)]
pub struct RosterRow {
    /// The membership.
    pub membership: std::sync::Arc<Membership>,
    /// The strength of the member's account; `None` when MFA is off.
    pub strength: Option<Strength>,
    /// The member's last sign-in, if the host keeps that.
    pub last_signed_in: Option<DateTime<Utc>>,
}

impl RosterRow {
    /// Its place in a roster.
    pub fn key(&self, policy: &OrgPolicy) -> RosterKey {
        let walled_from = policy.walled_from(&self.membership, self.strength);
        RosterKey { walled_from, subject: self.membership.subject().clone() }
    }

    /// The exemption that puts the member on the list [`RosterFilter::Exempt`] for as long as it
    /// [runs](Exemption::runs): the member's own, where it covers all that the policy requires and
    /// the account lacks.
    pub fn exempting(&self, policy: &OrgPolicy) -> Option<&Exemption> {
        let lowest = policy.owed(self.strength).map(|requirement| requirement.required).min();
        let covers = |exemption: &&Exemption| match lowest {
            Some(lowest) => exemption.from <= lowest,
            None => policy.is_voluntary() && self.strength.is_none(),
        };
        self.membership.exemption().filter(covers)
    }

    /// The member's standing.
    pub fn standing(&self, policy: &OrgPolicy, now: DateTime<Utc>) -> Standing {
        policy.decide(&self.membership, self.strength, now)
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

/// How many members there are of each kind. In none of the columns from `in_grace` on are those who
/// have all that is required, or of whom nothing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RosterCounts {
    /// All of them.
    pub members: u64,
    /// MFA is on, with standard factors only: an app.
    pub standard: u64,
    /// MFA is on, with a phishing-resistant factor.
    pub phishing_resistant: u64,
    /// On the list [`RosterFilter::InGrace`].
    pub in_grace: u64,
    /// On the list [`RosterFilter::Lapsed`].
    pub lapsed: u64,
    /// On the list [`RosterFilter::Exempt`].
    pub exempt: u64,
}

impl RosterCounts {
    /// The number of members with MFA, of whatever strength.
    pub fn protected(&self) -> u64 {
        self.standard.saturating_add(self.phishing_resistant)
    }

    /// The number of members without MFA.
    pub fn without_mfa(&self) -> u64 {
        self.members.saturating_sub(self.protected())
    }

    /// How many have an account of this strength, `None` for those without MFA.
    pub fn of(&self, strength: Option<Strength>) -> u64 {
        match strength {
            None => self.without_mfa(),
            Some(Strength::Standard) => self.standard,
            Some(Strength::PhishingResistant) => self.phishing_resistant,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_not_protected_is_without_mfa() {
        let counts = |members, standard, phishing_resistant| RosterCounts {
            members,
            standard,
            phishing_resistant,
            ..Default::default()
        };
        assert_eq!(counts(7, 3, 1).without_mfa(), 3);
        assert_eq!(counts(7, 3, 1).protected(), 4);
        assert_eq!(counts(3, 2, 1).without_mfa(), 0);
        assert_eq!(counts(3, 4, 0).without_mfa(), 0, "counted while somebody switched it on");
        let each = [None, Some(Strength::Standard), Some(Strength::PhishingResistant)];
        assert_eq!(each.map(|strength| counts(9, 3, 1).of(strength)), [5, 3, 1]);
    }
}
