//! Policies and memberships.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use mfakit::Subject;
use mfakit::organization::{
    Affiliation, Membership, OrgId, Organization, RosterCounts, RosterQuery,
};
use mfakit::store::{
    CommitOutcome, OrgCommit, OrgStore, PolicyRevision, RosterRow, RosterRows, StoreError,
};

use super::Store;
use crate::account_row::unsigned;
use crate::cause::Cause;
use crate::columns::Columns;
use crate::dialect::Dialect;
use crate::org_row::{affiliation, organization, roster_row};
use crate::put::Put;

#[async_trait]
impl<D: Dialect> OrgStore for Store<D> {
    async fn organization(&self, org: &OrgId) -> Result<Option<Arc<Organization>>, StoreError> {
        let row = self.base.row(&self.base.sql.organization, &[org.as_str().into()]).await?;
        row.map(|row| organization(org, &row)).transpose()
    }

    async fn membership(
        &self,
        org: &OrgId,
        subject: &Subject,
    ) -> Result<Option<Arc<Membership>>, StoreError> {
        Ok(self.find(org, subject).await?.map(|row| row.membership))
    }

    async fn memberships(&self, subject: &Subject) -> Result<Vec<Arc<Membership>>, StoreError> {
        let rows = self.base.rows(&self.base.sql.memberships, &[subject.as_str().into()]).await?;
        rows.iter().map(|row| Ok(roster_row(row)?.membership)).collect()
    }

    async fn affiliations(&self, subject: &Subject) -> Result<Vec<Affiliation>, StoreError> {
        let rows = self.base.rows(&self.base.sql.affiliations, &[subject.as_str().into()]).await?;
        rows.iter().map(affiliation).collect()
    }

    async fn revision(&self, subject: &Subject) -> Result<PolicyRevision, StoreError> {
        let row = self.base.one(&self.base.sql.revision, &[subject.as_str().into()]).await?;
        Ok(PolicyRevision::from_stored(unsigned("changes", row.number("changes")?)?))
    }

    async fn commit(&self, commit: &OrgCommit) -> Result<CommitOutcome, StoreError> {
        D::commit(&self.base, &Put::organization(commit, self.base.sql.tables())?).await
    }

    async fn roster(&self, query: &RosterQuery) -> Result<RosterRows, StoreError> {
        self.page(query).await
    }

    async fn roster_row(
        &self,
        org: &OrgId,
        subject: &Subject,
    ) -> Result<Option<RosterRow>, StoreError> {
        Ok(self.find(org, subject).await?.filter(|row| row.membership.is_member()))
    }

    async fn counts(&self, org: &OrgId, now: DateTime<Utc>) -> Result<RosterCounts, StoreError> {
        self.count(org, now).await
    }

    async fn forget(&self, subject: &Subject) -> Result<u64, StoreError> {
        if self.base.sql.tables().members().is_some() {
            return Err(Cause::HostsMemberships.into());
        }
        D::forget(&self.base, subject).await
    }
}

impl<D: Dialect> Store<D> {
    async fn find(&self, org: &OrgId, subject: &Subject) -> Result<Option<RosterRow>, StoreError> {
        let values = [org.as_str().into(), subject.as_str().into()];
        let row = self.base.row(&self.base.sql.membership, &values).await?;
        row.as_ref().map(roster_row).transpose()
    }

    /// Notes that a user signed in, for the overview. One statement; nothing else waits for it.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the database fails.
    pub async fn signed_in(&self, subject: &Subject, at: DateTime<Utc>) -> Result<(), StoreError> {
        let values = [subject.as_str().into(), at.timestamp_micros().into()];
        D::change(&self.base, &self.base.sql.signed_in, &values).await.map(drop)
    }

    /// Says that the host has changed a user's memberships in a table of its own: access decisions
    /// that were made before are made again. Needed with
    /// [`Tables::members_from`](crate::Tables::members_from) only.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the database fails.
    pub async fn members_changed(&self, subject: &Subject) -> Result<(), StoreError> {
        let values = [subject.as_str().into()];
        D::change(&self.base, &self.base.sql.members_changed, &values).await.map(drop)
    }
}
