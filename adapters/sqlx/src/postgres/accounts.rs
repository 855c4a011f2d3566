//! Accounts: loading, committing, and finding many.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use mfakit::domain::Account;
use mfakit::domain::Stamp;
use mfakit::store::{
    AccountIndex, AccountStore, CurrentStamps, Format, PolicyRevision, SealedPage, Stamps,
    StoreError,
};
use mfakit::store::{Commit, CommitOutcome};
use mfakit::{Event, KeyId, Subject};

use super::PostgresStore;
use super::alone::Put;
use super::sql::{Committing, Sql};
use crate::account_row::{AccountRow, EventRows, account, signed, unsigned};
use crate::cause::{Cause, store_error};

#[async_trait]
impl AccountStore for PostgresStore {
    async fn load(&self, subject: &Subject) -> Result<Option<Arc<Account>>, StoreError> {
        let row: Option<(i64, String)> = sqlx::query_as(self.sql.load.get())
            .bind(subject.as_str())
            .fetch_optional(&self.pool)
            .await
            .map_err(store_error)?;
        row.map(|(version, document)| account(subject, version, &document)).transpose()
    }

    async fn commit(&self, commit: &Commit) -> Result<CommitOutcome, StoreError> {
        let prepared = Prepared::of(commit, self.format)?;
        outcome(self.alone(|| prepared.put(&self.sql)).await?)
    }
}

/// An account's commit as values.
pub(super) struct Prepared {
    subject: String,
    expected: Option<i64>,
    row: Option<AccountRow>,
    log: Log,
}

impl Prepared {
    pub(super) fn of(commit: &Commit, format: Format) -> Result<Self, StoreError> {
        Ok(Self {
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

    /// Compares, writes and appends, in one statement.
    pub(super) fn put(&self, sql: &Sql) -> Put<'_> {
        let Some(row) = &self.row else {
            return self.log.bind(&sql.erase).bind(&self.subject).bind(self.expected);
        };
        let text = if self.expected.is_some() { &sql.replace } else { &sql.make };
        let query = self
            .log
            .bind(text)
            .bind(&self.subject)
            .bind(row.version)
            .bind(row.stamp)
            .bind(row.enabled)
            .bind(&row.sealed_under)
            .bind(&row.document);
        match self.expected {
            Some(expected) => query.bind(expected),
            None => query,
        }
    }
}

/// The first five values of every commit: its id and its events.
pub(super) struct Log {
    id: String,
    events: EventRows,
}

impl Log {
    pub(super) fn of(id: mfakit::store::CommitId, events: &[Event]) -> Result<Self, StoreError> {
        Ok(Self { id: id.to_string(), events: EventRows::of(events)? })
    }

    pub(super) fn bind(&self, sql: &Committing) -> Put<'_> {
        let EventRows { places, subjects, instants, documents } = &self.events;
        match (&places[..], &subjects[..], &instants[..], &documents[..]) {
            ([place], [subject], [at], [event]) => sqlx::query(sql.one.get())
                .bind(&self.id)
                .bind(place)
                .bind(subject)
                .bind(at)
                .bind(event),
            _ => sqlx::query(sql.any.get())
                .bind(&self.id)
                .bind(places)
                .bind(subjects)
                .bind(instants)
                .bind(documents),
        }
    }
}

/// What a commit's statement says: how many rows it wrote.
pub(super) fn outcome(written: i64) -> Result<CommitOutcome, StoreError> {
    match written {
        0 => Ok(CommitOutcome::Conflict),
        1 => Ok(CommitOutcome::Committed),
        _ => Err(Cause::Driver("more than one row was written").into()),
    }
}

#[async_trait]
impl AccountIndex for PostgresStore {
    async fn load_many(
        &self,
        subjects: &[Subject],
    ) -> Result<Vec<Option<Arc<Account>>>, StoreError> {
        let asked: Vec<&str> = subjects.iter().map(Subject::as_str).collect();
        let rows: Vec<(String, i64, String)> = sqlx::query_as(self.sql.load_many.get())
            .bind(&asked)
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
impl Stamps for PostgresStore {
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
