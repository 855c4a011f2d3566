//! A page of the overview: what a store is asked for, and what is made of its rows.

use chrono::{DateTime, Utc};

use super::aggregate::Organization;
use super::cursor::RosterCursor;
use super::policy::OrgPolicy;
use super::roster::{RosterFilter, RosterKey, RosterRow, RosterRows};
use super::standing::Standing;
use crate::domain::context::Context;
use crate::domain::id::{OrgId, Subject};
use crate::domain::invalid::within;
use crate::domain::refusal::{OrgRefusal, Refusal};
use crate::domain::strength::Strength;

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

/// One page of the overview.
#[derive(Debug, Clone, PartialEq)]
pub struct RosterPage {
    /// The members.
    pub members: Vec<RosterMember>,
    /// The place at which the next page begins; `None` after the last one.
    pub next: Option<RosterCursor>,
}

/// One member of the overview.
#[derive(Debug, Clone, PartialEq)]
pub struct RosterMember {
    /// Who.
    pub subject: Subject,
    /// The member's standing.
    pub standing: Standing,
    /// The strength of the member's account; `None` when MFA is off.
    pub strength: Option<Strength>,
    /// When the first period is over, or was: for a member who lacks something that is required.
    pub deadline: Option<DateTime<Utc>>,
    /// The member's last sign-in, if the host keeps that.
    pub last_signed_in: Option<DateTime<Utc>>,
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
            standing: query.policy.decide(&row.membership, row.strength, query.now),
            strength: row.strength,
            deadline: query.policy.deadline(&row.membership, row.strength),
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
    /// The organization whose members are asked for.
    pub fn org(&self) -> &OrgId {
        &self.org
    }

    /// The policy that deadlines follow from.
    pub fn policy(&self) -> &OrgPolicy {
        &self.policy
    }

    /// The list that they are on.
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
#[path = "page_tests.rs"]
mod tests;
