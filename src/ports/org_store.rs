//! Where organizations' policies and memberships live.

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::StoreError;
use crate::domain::{
    Affiliation, CommitOutcome, Membership, OrgCommit, OrgId, Organization, RosterCounts,
    RosterQuery, RosterRow, RosterRows, Subject,
};
use std::sync::Arc;

/// Keeps policies and memberships, and answers the administrators' overview.
///
/// # Contract
/// 1. **Compare-and-swap.** `commit` stores its [row](OrgCommit::row) if, and only if, the version
///    stored for it is [`OrgCommit::expected`] at that very moment (`None`: no row), together with
///    its events, or answers [`CommitOutcome::Conflict`] and stores nothing. As in
///    [`AccountStore`](super::AccountStore): compare in the statement that writes, answer
///    "committed" only when it is durable, and answer an error when it is not known.
/// 2. **Linearizable** are `organization`, `membership`, `memberships`, `affiliations` and
///    `revision`: each sees every commit that was answered before it began. The overview (`roster`,
///    `counts`) may lag.
/// 3. **Nothing is lost.** Leaving sets a membership's [`left_at`](Membership::left_at); the row
///    stays, because the day of first joining decides whether there is a new grace period.
/// 4. **Exact identifiers**, compared byte for byte.
/// 5. **The revision** of a subject is a number that is another one whenever a policy of one of
///    its organizations or one of its memberships has changed. It may change more often. Two
///    counters added up, one of all changes of policies and one of the subject's memberships, are
///    enough, and are two numbers however many organizations there are; count in the transaction
///    of the change, never down. (The larger of two numbers of one sequence is not: the commit that
///    drew the smaller one may be the later one.)
///
/// # The overview
/// A row is a membership joined with one fact from elsewhere: the strength of the member's account
/// ([`Account::strength`](crate::domain::Account::strength)). Never answer it with a query per
/// member. Either
///
/// - keep the fact as a column `strength` beside the membership, the
///   [rank](crate::Strength::rank) or 0 without MFA, written in the transaction of the account's
///   commit wherever `strength()` changed, and index `(org, walled_from, subject)`, for each strength
///   of which something can be asked; `walled_from` is
///   [`OrgPolicy::walled_from`](crate::organization::OrgPolicy::walled_from), written with the
///   membership and with the account's strength, and again for the organization's members when its
///   policy changes; or, where a
///   change of policy must rewrite no row, merge three sorted lists: the members without exemption
///   and extension who joined before the policy, who share one deadline, by subject; those who
///   joined later, by day of joining and subject; and the few with a grant of their own, sorted by
///   what `walled_from` says of each;
/// - or, when memberships live in another system, read them in its own order, ask
///   [`AccountIndex::load_many`](super::AccountIndex::load_many) for each batch, and keep the
///   result for as long as an overview may lag.
///
/// Whatever it does, it must admit exactly the rows that
/// [`RosterFilter::admits`](crate::organization::RosterFilter::admits) admits, in the order of
/// [`RosterRow::key`], and read no more than the page for a page. Exemptions that end make rows
/// cross from one list to another by themselves: filter by `now`, not by what was true at writing.
#[async_trait]
pub trait OrgStore: Send + Sync {
    /// The organization's policy; `None` when it never had one.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the store fails, and never `None` then: that would open the door.
    async fn organization(&self, org: &OrgId) -> Result<Option<Arc<Organization>>, StoreError>;

    /// One membership, of somebody who left as well.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the store fails.
    async fn membership(
        &self,
        org: &OrgId,
        subject: &Subject,
    ) -> Result<Option<Arc<Membership>>, StoreError>;

    /// Every membership of a user, also of organizations that were left: for a user who is renamed,
    /// or wants to see what is held.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the store fails.
    async fn memberships(&self, subject: &Subject) -> Result<Vec<Arc<Membership>>, StoreError>;

    /// Every organization that a user belongs to now, with its policy (a voluntary one where there
    /// is none), in one query, however many there are: ten thousand is a number to be ready for.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the store fails.
    async fn affiliations(&self, subject: &Subject) -> Result<Vec<Affiliation>, StoreError>;

    /// The revision of everything that decides this user's access, besides the account.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the store fails.
    async fn revision(&self, subject: &Subject) -> Result<PolicyRevision, StoreError>;

    /// Replaces one row, if it is still the expected version, and appends the events.
    ///
    /// # Errors
    /// Returns [`StoreError`] if it is not known whether the commit happened. A conflict is no error.
    async fn commit(&self, commit: &OrgCommit) -> Result<CommitOutcome, StoreError>;

    /// One page of an organization's roster.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the store fails.
    async fn roster(&self, query: &RosterQuery) -> Result<RosterRows, StoreError>;

    /// One member as a roster shows it; `None` for somebody who is not a member, or no longer.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the store fails.
    async fn roster_row(
        &self,
        org: &OrgId,
        subject: &Subject,
    ) -> Result<Option<RosterRow>, StoreError>;

    /// Counts the members of each kind at a time. It must not read a row per member.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the store fails.
    async fn counts(&self, org: &OrgId, now: DateTime<Utc>) -> Result<RosterCounts, StoreError>;

    /// Removes every membership of a user, also those that were left, and answers how many there
    /// were. For a user who is erased: somebody who comes back under that subject is new.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the store fails.
    async fn forget(&self, subject: &Subject) -> Result<u64, StoreError>;
}

/// Tells one state of a user's policies and memberships from another. Compare it for equality.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PolicyRevision(u64);

impl PolicyRevision {
    /// The revision of somebody who belongs to no organization, where none ever had a policy.
    pub const NONE: Self = Self(0);

    /// The number that a store keeps.
    pub const fn from_stored(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn number(self) -> u64 {
        self.0
    }
}
