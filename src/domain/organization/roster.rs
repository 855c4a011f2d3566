//! The administrators' overview: which members, in which order, and where a page ended.

use chrono::{DateTime, Utc};

use super::aggregate::Organization;
use super::cursor::RosterCursor;
use super::id::OrgId;
use super::membership::Membership;
use super::policy::{OrgPolicy, Standing};
use super::refusal::OrgRefusal;
use crate::domain::id::Subject;
use crate::domain::invalid::within;
use crate::domain::refusal::Refusal;
use crate::domain::time::Context;

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

/// What an organization store is asked for a page. The store neither reads nor writes cursors.
#[derive(Debug, Clone)]
pub struct RosterQuery {
    pub(super) org: OrgId,
    pub(super) policy: OrgPolicy,
    pub(super) filter: RosterFilter,
    pub(super) walled: Option<(DateTime<Utc>, DateTime<Utc>)>,
    pub(super) after: Option<RosterKey>,
    pub(super) limit: usize,
    pub(super) now: DateTime<Utc>,
}

/// A page of an organization store.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RosterRows {
    /// The rows, in the order of their [keys](RosterRow::key).
    pub rows: Vec<RosterRow>,
    /// Whether there are more behind the last one.
    pub more: bool,
}

/// One page of the overview.
#[derive(Debug, Clone, PartialEq)]
pub struct RosterPage {
    /// The members.
    pub members: Vec<RosterMember>,
    /// Where the next page begins; `None` after the last one.
    pub next: Option<RosterCursor>,
}

/// One member of the overview.
#[derive(Debug, Clone, PartialEq)]
pub struct RosterMember {
    /// Who.
    pub subject: Subject,
    /// Where the member stands.
    pub standing: Standing,
    /// Whether MFA is on.
    pub protected: bool,
    /// When the period is over, or was: for a member without MFA where it is required.
    pub deadline: Option<DateTime<Utc>>,
    /// When the member last signed in, where the host keeps that.
    pub last_signed_in: Option<DateTime<Utc>>,
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

impl Organization {
    /// The most members of one page.
    pub const MAX_PAGE: usize = 1_000;

    /// Asks for a page of up to `limit` members, 1 to 1,000, behind a cursor of an earlier one.
    ///
    /// # Errors
    /// [`OrgRefusal::CursorForeign`] when the cursor is of another organization or filter,
    /// [`OrgRefusal::CursorOutdated`] when the policy was changed meanwhile; [`Refusal::Invalid`]
    /// when the limit is out of bounds.
    pub fn roster_query(
        &self,
        filter: RosterFilter,
        after: Option<&RosterCursor>,
        limit: usize,
        context: Context<'_>,
    ) -> Result<RosterQuery, Refusal> {
        const MOST: i64 = 1_000;
        within("members of a page", i64::try_from(limit).unwrap_or(i64::MAX), 1, MOST)?;
        if let Some(cursor) = after {
            if cursor.org != self.id || cursor.filter != filter {
                return Err(OrgRefusal::CursorForeign.into());
            }
            if cursor.version != self.version {
                return Err(OrgRefusal::CursorOutdated.into());
            }
        }
        let after = after.map(|cursor| cursor.key.clone());
        let (org, policy, now) = (self.id.clone(), self.policy, context.now);
        Ok(RosterQuery { org, policy, filter, walled: None, after, limit, now })
    }

    /// Makes the page out of a store's rows.
    pub fn roster_page(&self, query: &RosterQuery, page: RosterRows) -> RosterPage {
        let member = |row: &RosterRow| RosterMember {
            subject: row.membership.subject().clone(),
            standing: query.policy.decide(&row.membership, row.protected, query.now),
            protected: row.protected,
            deadline: query.policy.deadline(&row.membership).filter(|_| !row.protected),
            last_signed_in: row.last_signed_in,
        };
        let last = page.rows.last().filter(|_| page.more);
        let next = last.map(|row| RosterCursor {
            org: self.id.clone(),
            version: self.version,
            filter: query.filter,
            key: row.key(&query.policy),
        });
        RosterPage { members: page.rows.iter().map(member).collect(), next }
    }
}

impl RosterQuery {
    /// Whose members.
    pub fn org(&self) -> &OrgId {
        &self.org
    }

    /// The policy that deadlines follow from.
    pub fn policy(&self) -> &OrgPolicy {
        &self.policy
    }

    /// Which of them.
    pub fn filter(&self) -> RosterFilter {
        self.filter
    }

    /// When not `None`, only those who are walled after the first instant and not after the
    /// second.
    pub fn walled_within(&self) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        self.walled
    }

    /// Only rows behind this place.
    pub fn after(&self) -> Option<&RosterKey> {
        self.after.as_ref()
    }

    /// At most so many.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// The time that grace and exemptions are judged at.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The query for what follows a page; `None` when nothing does.
    #[must_use]
    pub fn following(&self, page: &RosterRows) -> Option<Self> {
        let last = page.rows.last().filter(|_| page.more)?;
        Some(Self { after: Some(last.key(&self.policy)), ..self.clone() })
    }
}

#[cfg(test)]
#[path = "roster_tests.rs"]
mod tests;
