//! Policies and memberships.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use mfakit::Subject;
use mfakit::organization::{
    Affiliation, Membership, OrgId, Organization, RosterCounts, RosterQuery,
};
use mfakit::store::{CommitOutcome, OrgCommit, OrgRow};
use mfakit::store::{OrgStore, PolicyRevision, RosterRow, RosterRows, StoreError};
use sqlx::query::Query;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Row, Sqlite, SqliteConnection};

use super::SqliteStore;
use super::accounts::Log;
use super::sql::Sql;
use super::writer::Write;
use crate::account_row::{signed, unsigned};
use crate::cause::{Cause, store_error};
use crate::org_row::{bytes_of, organization, policy_json, roster_row, without_policy};

#[async_trait]
impl OrgStore for SqliteStore {
    async fn organization(&self, org: &OrgId) -> Result<Option<Arc<Organization>>, StoreError> {
        let row: Option<(i64, String, Vec<u8>)> = sqlx::query_as(self.sql.organization.get())
            .bind(org.as_str())
            .fetch_optional(&self.pool)
            .await
            .map_err(store_error)?;
        row.map(|(version, policy, recent)| organization(org, version, &policy, &recent))
            .transpose()
    }

    async fn membership(
        &self,
        org: &OrgId,
        subject: &Subject,
    ) -> Result<Option<Arc<Membership>>, StoreError> {
        Ok(self.find(org, subject).await?.map(|row| row.membership))
    }

    async fn memberships(&self, subject: &Subject) -> Result<Vec<Arc<Membership>>, StoreError> {
        let rows = sqlx::query(self.sql.memberships.get()).bind(subject.as_str());
        let rows = rows.fetch_all(&self.pool).await.map_err(store_error)?;
        rows.iter().map(|row| Ok(roster_row(row)?.membership)).collect()
    }

    async fn affiliations(&self, subject: &Subject) -> Result<Vec<Affiliation>, StoreError> {
        let rows = sqlx::query(self.sql.affiliations.get()).bind(subject.as_str());
        let rows = rows.fetch_all(&self.pool).await.map_err(store_error)?;
        let affiliation = |row: &SqliteRow| {
            let membership = roster_row(row)?.membership;
            let version: Option<i64> = row.try_get("org_version").map_err(store_error)?;
            let organization = match version {
                None => without_policy(membership.org()),
                Some(version) => {
                    let policy: String = row.try_get("policy").map_err(store_error)?;
                    let recent: Vec<u8> = row.try_get("org_recent").map_err(store_error)?;
                    organization(membership.org(), version, &policy, &recent)?
                }
            };
            Ok(Affiliation { organization, membership })
        };
        rows.iter().map(affiliation).collect()
    }

    async fn revision(&self, subject: &Subject) -> Result<PolicyRevision, StoreError> {
        let changes: i64 = sqlx::query_scalar(self.sql.revision.get())
            .bind(subject.as_str())
            .fetch_one(&self.pool)
            .await
            .map_err(store_error)?;
        Ok(PolicyRevision::from_stored(unsigned("changes", changes)?))
    }

    async fn commit(&self, commit: &OrgCommit) -> Result<CommitOutcome, StoreError> {
        self.writer.commit(&OrgPrepared::of(commit, &self.sql)?).await
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
        if self.sql.tables.members().is_some() {
            return Err(Cause::HostsMemberships.into());
        }
        let (mut tx, _turn) = self.writer.begin().await?;
        let forget = sqlx::query(self.sql.forget.get()).bind(subject.as_str());
        let forgotten = forget.execute(&mut *tx).await.map_err(store_error)?.rows_affected();
        // The user's own count goes with the user: let the common one stand for it.
        let changes: Option<i64> = sqlx::query_scalar(self.sql.forget_person.get())
            .bind(subject.as_str())
            .fetch_optional(&mut *tx)
            .await
            .map_err(store_error)?;
        if let Some(changes) = changes {
            let count = sqlx::query(self.sql.policies_changed.get()).bind(changes + 1);
            count.execute(&mut *tx).await.map_err(store_error)?;
        }
        tx.commit().await.map_err(store_error)?;
        Ok(forgotten)
    }
}

impl SqliteStore {
    async fn find(&self, org: &OrgId, subject: &Subject) -> Result<Option<RosterRow>, StoreError> {
        let row = sqlx::query(self.sql.membership.get())
            .bind(org.as_str())
            .bind(subject.as_str())
            .fetch_optional(&self.pool)
            .await
            .map_err(store_error)?;
        row.as_ref().map(roster_row).transpose()
    }

    /// Notes that a user signed in, for the overview. One statement; nothing else waits for it.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot say.
    pub async fn signed_in(&self, subject: &Subject, at: DateTime<Utc>) -> Result<(), StoreError> {
        let note = sqlx::query(self.sql.signed_in.get());
        let note = note.bind(subject.as_str().to_owned()).bind(at.timestamp_micros());
        self.change(note).await.map(drop)
    }

    /// Says that the host has changed a user's memberships in a table of its own: access decisions
    /// that were made before are made again. Needed with
    /// [`Tables::members_from`](crate::Tables::members_from) only.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot say.
    pub async fn members_changed(&self, subject: &Subject) -> Result<(), StoreError> {
        let count = sqlx::query(self.sql.member_changed.get()).bind(subject.as_str().to_owned());
        self.change(count).await.map(drop)
    }
}

/// An organization's commit as values.
pub(super) struct OrgPrepared<'c> {
    sql: Arc<Sql>,
    commit: &'c OrgCommit,
    expected: Option<i64>,
    version: i64,
    policy: String,
    log: Log,
}

impl<'c> OrgPrepared<'c> {
    pub(super) fn of(commit: &'c OrgCommit, sql: &Arc<Sql>) -> Result<Self, StoreError> {
        let (version, policy) = match commit.row() {
            OrgRow::Organization(row) => (row.version(), policy_json(row.policy())?),
            OrgRow::Membership(_) if sql.tables.members().is_some() => {
                return Err(Cause::HostsMemberships.into());
            }
            OrgRow::Membership(row) => (row.version(), String::new()),
        };
        Ok(Self {
            sql: Arc::clone(sql),
            commit,
            expected: commit.expected().map(|version| signed(version.number())).transpose()?,
            version: signed(version.number())?,
            policy,
            log: Log::of(commit.id(), commit.events())?,
        })
    }

    pub(super) fn version(&self) -> i64 {
        self.version
    }

    pub(super) fn org(&self) -> &str {
        match self.commit.row() {
            OrgRow::Organization(row) => row.id().as_str(),
            OrgRow::Membership(row) => row.org().as_str(),
        }
    }

    /// Whose membership it is; `None` when it is the organization itself.
    pub(super) fn subject(&self) -> Option<&str> {
        match self.commit.row() {
            OrgRow::Organization(_) => None,
            OrgRow::Membership(row) => Some(row.subject().as_str()),
        }
    }

    fn organization<'q>(&'q self, row: &'q Organization) -> Query<'q, Sqlite, SqliteArguments> {
        let make = self.expected.is_none();
        let text = if make { &self.sql.make_organization } else { &self.sql.replace_organization };
        let query = sqlx::query(text.get()).bind(row.id().as_str()).bind(self.version);
        query.bind(&self.policy).bind(bytes_of(row.recent_commits()))
    }

    fn membership<'q>(&'q self, row: &'q Membership) -> Query<'q, Sqlite, SqliteArguments> {
        let make = self.expected.is_none();
        let text = if make { &self.sql.make_membership } else { &self.sql.replace_membership };
        let micros = |at: DateTime<Utc>| at.timestamp_micros();
        let (exemption, extension) = (row.exemption(), row.extension());
        sqlx::query(text.get())
            .bind(row.org().as_str())
            .bind(row.subject().as_str())
            .bind(self.version)
            .bind(micros(row.first_joined()))
            .bind(row.left_at().map(micros))
            .bind(exemption.map(|exemption| exemption.reason.as_str()))
            .bind(exemption.and_then(|exemption| exemption.until).map(micros))
            .bind(extension.map(|extension| extension.reason.as_str()))
            .bind(extension.map(|extension| micros(extension.until)))
            .bind(extension.map(|extension| micros(extension.granted)))
            .bind(extension.map(|extension| micros(extension.policy_since)))
            .bind(exemption.is_some() || extension.is_some())
            .bind(bytes_of(row.recent_commits()))
    }
}

impl Write for OrgPrepared<'_> {
    async fn write(&self, connection: &mut SqliteConnection) -> Result<CommitOutcome, sqlx::Error> {
        let mut query = match self.commit.row() {
            OrgRow::Organization(row) => self.organization(row),
            OrgRow::Membership(row) => self.membership(row),
        };
        if let Some(expected) = self.expected {
            query = query.bind(expected);
        }
        if query.execute(&mut *connection).await?.rows_affected() == 0 {
            return Ok(CommitOutcome::Conflict);
        }
        let count = match self.subject() {
            Some(subject) => sqlx::query(self.sql.member_changed.get()).bind(subject),
            None => sqlx::query(self.sql.policies_changed.get()).bind(1_i64),
        };
        count.execute(&mut *connection).await?;
        self.log.append(connection, &self.sql).await?;
        Ok(CommitOutcome::Committed)
    }
}
