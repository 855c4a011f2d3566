//! The ports of a candidate, as the service takes them: all handles in turn.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::domain::{
    Account, Affiliation, Commit, CommitOutcome, KeyId, Membership, OrgCommit, OrgId, Organization,
    RosterCounts, RosterQuery, RosterRow, RosterRows, Subject,
};
use crate::ports::{AccountIndex, AccountStore, OrgStore, PolicyRevision, SealedPage, StoreError};
use crate::testing::conformance::Candidate;

/// Handles that are used in turn.
struct Turn<T: ?Sized>(Vec<Arc<T>>, AtomicUsize);

impl<T: ?Sized> Turn<T> {
    fn of<'a>(handles: impl Iterator<Item = &'a Arc<T>>) -> Self
    where
        T: 'a,
    {
        Self(handles.cloned().collect(), AtomicUsize::new(0))
    }

    fn next(&self) -> Result<&T, StoreError> {
        let turn = self.1.fetch_add(1, Ordering::Relaxed);
        let store = self.0.get(turn % self.0.len().max(1));
        store.map(|store| &**store).ok_or_else(|| StoreError::unavailable("no handle"))
    }
}

/// A candidate's accounts.
pub(super) struct Handles(Turn<dyn AccountStore>);

impl Handles {
    pub(super) fn of(c: &Candidate) -> Self {
        Self(Turn::of([Some(&c.accounts), c.other.as_ref()].into_iter().flatten()))
    }
}

#[async_trait]
impl AccountStore for Handles {
    async fn load(&self, subject: &Subject) -> Result<Option<Arc<Account>>, StoreError> {
        self.0.next()?.load(subject).await
    }

    async fn commit(&self, commit: &Commit) -> Result<CommitOutcome, StoreError> {
        self.0.next()?.commit(commit).await
    }
}

/// A candidate's index.
pub(super) struct Index(pub(super) Arc<dyn AccountIndex>);

#[async_trait]
impl AccountIndex for Index {
    async fn load_many(
        &self,
        subjects: &[Subject],
    ) -> Result<Vec<Option<Arc<Account>>>, StoreError> {
        self.0.load_many(subjects).await
    }

    async fn sealed_under(
        &self,
        key: &KeyId,
        after: Option<&Subject>,
        limit: usize,
    ) -> Result<SealedPage, StoreError> {
        self.0.sealed_under(key, after, limit).await
    }
}

/// A candidate's organizations.
pub(super) struct OrgHandles(Turn<dyn OrgStore>);

impl OrgHandles {
    /// `None` when the candidate offers none.
    pub(super) fn of(c: &Candidate) -> Option<Self> {
        let first = c.organizations.as_ref()?;
        Some(Self(Turn::of(std::iter::once(first).chain(&c.other_organizations))))
    }
}

#[async_trait]
impl OrgStore for OrgHandles {
    async fn organization(&self, org: &OrgId) -> Result<Option<Arc<Organization>>, StoreError> {
        self.0.next()?.organization(org).await
    }

    async fn membership(
        &self,
        org: &OrgId,
        subject: &Subject,
    ) -> Result<Option<Arc<Membership>>, StoreError> {
        self.0.next()?.membership(org, subject).await
    }

    async fn memberships(&self, subject: &Subject) -> Result<Vec<Arc<Membership>>, StoreError> {
        self.0.next()?.memberships(subject).await
    }

    async fn affiliations(&self, subject: &Subject) -> Result<Vec<Affiliation>, StoreError> {
        self.0.next()?.affiliations(subject).await
    }

    async fn revision(&self, subject: &Subject) -> Result<PolicyRevision, StoreError> {
        self.0.next()?.revision(subject).await
    }

    async fn commit(&self, commit: &OrgCommit) -> Result<CommitOutcome, StoreError> {
        self.0.next()?.commit(commit).await
    }

    async fn roster(&self, query: &RosterQuery) -> Result<RosterRows, StoreError> {
        self.0.next()?.roster(query).await
    }

    async fn roster_row(
        &self,
        org: &OrgId,
        subject: &Subject,
    ) -> Result<Option<RosterRow>, StoreError> {
        self.0.next()?.roster_row(org, subject).await
    }

    async fn counts(&self, org: &OrgId, now: DateTime<Utc>) -> Result<RosterCounts, StoreError> {
        self.0.next()?.counts(org, now).await
    }

    async fn forget(&self, subject: &Subject) -> Result<u64, StoreError> {
        self.0.next()?.forget(subject).await
    }
}
