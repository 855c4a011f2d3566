//! Two stores as one: accounts in the one, organizations in the other.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{AccountStore, OrgStore, PolicyRevision, StoreError};
use crate::domain::{
    Account, Affiliation, Commit, CommitOutcome, Membership, OrgCommit, OrgId, Organization,
    RosterCounts, RosterQuery, RosterRow, RosterRows, Subject,
};

/// The accounts of a pair are those of its first store.
#[async_trait]
impl<A: AccountStore, O: Send + Sync> AccountStore for (A, O) {
    async fn load(&self, subject: &Subject) -> Result<Option<Arc<Account>>, StoreError> {
        self.0.load(subject).await
    }

    async fn commit(&self, commit: &Commit) -> Result<CommitOutcome, StoreError> {
        self.0.commit(commit).await
    }
}

/// The organizations of a pair are those of its second store.
#[async_trait]
impl<A: Send + Sync, O: OrgStore> OrgStore for (A, O) {
    async fn organization(&self, org: &OrgId) -> Result<Option<Arc<Organization>>, StoreError> {
        self.1.organization(org).await
    }

    async fn membership(
        &self,
        org: &OrgId,
        subject: &Subject,
    ) -> Result<Option<Arc<Membership>>, StoreError> {
        self.1.membership(org, subject).await
    }

    async fn memberships(&self, subject: &Subject) -> Result<Vec<Arc<Membership>>, StoreError> {
        self.1.memberships(subject).await
    }

    async fn affiliations(&self, subject: &Subject) -> Result<Vec<Affiliation>, StoreError> {
        self.1.affiliations(subject).await
    }

    async fn revision(&self, subject: &Subject) -> Result<PolicyRevision, StoreError> {
        self.1.revision(subject).await
    }

    async fn commit(&self, commit: &OrgCommit) -> Result<CommitOutcome, StoreError> {
        self.1.commit(commit).await
    }

    async fn roster(&self, query: &RosterQuery) -> Result<RosterRows, StoreError> {
        self.1.roster(query).await
    }

    async fn roster_row(
        &self,
        org: &OrgId,
        subject: &Subject,
    ) -> Result<Option<RosterRow>, StoreError> {
        self.1.roster_row(org, subject).await
    }

    async fn counts(&self, org: &OrgId, now: DateTime<Utc>) -> Result<RosterCounts, StoreError> {
        self.1.counts(org, now).await
    }

    async fn forget(&self, subject: &Subject) -> Result<u64, StoreError> {
        self.1.forget(subject).await
    }
}
