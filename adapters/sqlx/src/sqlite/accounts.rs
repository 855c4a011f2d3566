//! Accounts: loading, committing, and finding many.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use mfakit::domain::Account;
use mfakit::domain::Stamp;
use mfakit::store::{
    AccountIndex, AccountStore, CommitId, CurrentStamps, Format, PolicyRevision, SealedPage,
    Stamps, StoreError,
};
use mfakit::store::{Commit, CommitOutcome};
use mfakit::{Event, KeyId, Subject};
use sqlx::SqliteConnection;

use super::SqliteStore;
use super::sql::Sql;
use super::writer::Write;
use crate::account_row::{AccountRow, EventRows, account, signed, unsigned};
use crate::cause::{Cause, store_error};

#[async_trait]
impl AccountStore for SqliteStore {
    async fn load(&self, subject: &Subject) -> Result<Option<Arc<Account>>, StoreError> {
        let row: Option<(i64, String)> = sqlx::query_as(self.sql.load.get())
            .bind(subject.as_str())
            .fetch_optional(&self.pool)
            .await
            .map_err(store_error)?;
        row.map(|(version, document)| account(subject, version, &document)).transpose()
    }

    async fn commit(&self, commit: &Commit) -> Result<CommitOutcome, StoreError> {
        self.writer.commit(&Prepared::of(commit, self.format, &self.sql)?).await
    }
}

/// An account's commit as values.
pub(super) struct Prepared {
    sql: Arc<Sql>,
    subject: String,
    expected: Option<i64>,
    row: Option<AccountRow>,
    log: Log,
}

impl Prepared {
    pub(super) fn of(commit: &Commit, format: Format, sql: &Arc<Sql>) -> Result<Self, StoreError> {
        Ok(Self {
            sql: Arc::clone(sql),
            subject: commit.subject().as_str().to_owned(),
            expected: commit.expected().map(|version| signed(version.number())).transpose()?,
            row: AccountRow::of(commit, format)?,
            log: Log::of(commit.id(), commit.events())?,
        })
    }

    /// The version that is stored afterwards; `None` when there is no row.
    pub(super) fn version(&self) -> Option<i64> {
        self.row.as_ref().map(|row| row.version)
    }

    async fn put(&self, connection: &mut SqliteConnection) -> Result<u64, sqlx::Error> {
        let Some(row) = &self.row else {
            let erase = sqlx::query(self.sql.erase.get()).bind(&self.subject).bind(self.expected);
            return Ok(erase.execute(connection).await?.rows_affected());
        };
        let text = if self.expected.is_some() { &self.sql.replace } else { &self.sql.make };
        let mut query = sqlx::query(text.get())
            .bind(&self.subject)
            .bind(row.version)
            .bind(row.stamp)
            .bind(row.enabled)
            .bind(&row.sealed_under)
            .bind(&row.document);
        if let Some(expected) = self.expected {
            query = query.bind(expected);
        }
        Ok(query.execute(connection).await?.rows_affected())
    }
}

impl Write for Prepared {
    async fn write(&self, connection: &mut SqliteConnection) -> Result<CommitOutcome, sqlx::Error> {
        if self.put(connection).await? == 0 {
            return Ok(CommitOutcome::Conflict);
        }
        self.log.append(connection, &self.sql).await?;
        Ok(CommitOutcome::Committed)
    }
}

/// The events of a commit, as one JSON list.
pub(super) struct Log {
    id: String,
    events: Option<String>,
}

impl Log {
    pub(super) fn of(id: CommitId, events: &[Event]) -> Result<Self, StoreError> {
        let rows = EventRows::of(events)?;
        let list: Vec<(&String, &i64, &String)> = rows
            .subjects
            .iter()
            .zip(&rows.instants)
            .zip(&rows.documents)
            .map(|((subject, at), document)| (subject, at, document))
            .collect();
        let json = serde_json::to_string(&list).map_err(StoreError::unreadable)?;
        Ok(Self { id: id.to_string(), events: (!events.is_empty()).then_some(json) })
    }

    pub(super) async fn append(
        &self,
        connection: &mut SqliteConnection,
        sql: &Sql,
    ) -> Result<(), sqlx::Error> {
        if let Some(events) = &self.events {
            let append = sqlx::query(sql.log.get()).bind(&self.id).bind(events);
            append.execute(connection).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl AccountIndex for SqliteStore {
    async fn load_many(
        &self,
        subjects: &[Subject],
    ) -> Result<Vec<Option<Arc<Account>>>, StoreError> {
        let asked: Vec<&str> = subjects.iter().map(Subject::as_str).collect();
        let asked = serde_json::to_string(&asked).map_err(StoreError::unreadable)?;
        let rows: Vec<(String, i64, String)> = sqlx::query_as(self.sql.load_many.get())
            .bind(asked)
            .fetch_all(&self.pool)
            .await
            .map_err(store_error)?;
        let mut found = HashMap::new();
        for (subject, version, document) in rows {
            let subject = Subject::new(&subject).map_err(|why| Cause::corrupt("subject", why))?;
            let account = account(&subject, version, &document)?;
            found.insert(subject, account);
        }
        Ok(subjects.iter().map(|subject| found.get(subject).cloned()).collect())
    }

    async fn sealed_under(
        &self,
        key: &KeyId,
        after: Option<&Subject>,
        limit: usize,
    ) -> Result<SealedPage, StoreError> {
        let wanted = i64::try_from(limit).unwrap_or(i64::MAX - 1).saturating_add(1);
        let rows: Vec<String> = sqlx::query_scalar(self.sql.sealed_under.get())
            .bind(format!(" {} ", key.as_str()))
            .bind(after.map_or("", Subject::as_str))
            .bind(wanted)
            .fetch_all(&self.pool)
            .await
            .map_err(store_error)?;
        let more = rows.len() > limit;
        let subject =
            |text: &String| Subject::new(text).map_err(|why| Cause::corrupt("subject", why));
        let subjects: Result<_, Cause> = rows.iter().take(limit).map(subject).collect();
        Ok(SealedPage { subjects: subjects?, more })
    }
}

#[async_trait]
impl Stamps for SqliteStore {
    async fn stamps(&self, subject: &Subject) -> Result<CurrentStamps, StoreError> {
        let (stamp, policies): (Option<i64>, i64) = sqlx::query_as(self.sql.stamps.get())
            .bind(subject.as_str())
            .fetch_one(&self.pool)
            .await
            .map_err(store_error)?;
        let account = Stamp::from_stored(unsigned("stamp", stamp.unwrap_or_default())?);
        let policies = PolicyRevision::from_stored(unsigned("changes", policies)?);
        Ok(CurrentStamps { account, policies })
    }
}
