//! How a store writes on PostgreSQL: one statement a commit.

use std::collections::BTreeMap;

use mfakit::Subject;
use mfakit::store::{CommitOutcome, StoreError};
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, PgPool, Postgres, Transaction};

use super::alone::{alone, begun, is_given_up, within};
use super::commit::{outcome, sent};
use super::migrate;
use super::sql::{Own, WORDS, writing};
use crate::account_row::unsigned;
use crate::cause::store_error;
use crate::dialect::{Base, Dialect};
use crate::open_error::OpenError;
use crate::put::{Key, Put};
use crate::query::{Binds, Value};
use crate::sql::{Sql, Text, Words};
use crate::tables::Tables;

impl Dialect for Postgres {
    const STORE: &'static str = "PostgresStore";
    const TRANSACTION: &'static str = "PostgresTransaction";
    const WORDS: Words = WORDS;

    type Own = Own;
    /// Writers wait for each other in the server, row by row.
    type Turns = ();
    type Turn = ();

    fn own(tables: &Tables) -> Own {
        Own::of(tables)
    }

    fn alone(statement: &str) -> String {
        writing(statement)
    }

    async fn check(pool: &PgPool, tables: &Tables) -> Result<(), OpenError> {
        migrate::check(pool, tables).await
    }

    async fn migrate(pool: &PgPool, tables: &Tables) -> Result<(), OpenError> {
        migrate::run(pool, tables).await
    }

    async fn begin(base: &Base<Self>) -> Result<(Transaction<'static, Self>, ()), StoreError> {
        Ok((begun(&base.pool).await.map_err(store_error)?, ()))
    }

    async fn commit(base: &Base<Self>, put: &Put<'_>) -> Result<CommitOutcome, StoreError> {
        outcome(alone(base, || sent(&base.sql, put)).await?)
    }

    async fn put(
        sql: &Sql<Own>,
        put: &Put<'_>,
        connection: &mut PgConnection,
    ) -> Result<CommitOutcome, StoreError> {
        outcome(within(sent(sql, put), connection).await.map_err(store_error)?)
    }

    async fn change(
        base: &Base<Self>,
        statement: &Text,
        values: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        unsigned("count", alone(base, || Self::bound(statement.get(), values)).await?)
    }

    async fn forget(base: &Base<Self>, subject: &Subject) -> Result<u64, StoreError> {
        Self::change(base, &base.sql.own.forget, &[subject.as_str().into()]).await
    }

    async fn all_there(
        sql: &Sql<Own>,
        staged: &BTreeMap<Key, Option<i64>>,
        connection: &mut PgConnection,
    ) -> Result<bool, StoreError> {
        let (mut subjects, mut versions) = (Vec::new(), Vec::new());
        let (mut orgs, mut members, mut row_versions) = (Vec::new(), Vec::new(), Vec::new());
        for (key, version) in staged {
            let (org, member) = match key {
                Key::Account(subject) => {
                    subjects.push(subject.as_str());
                    versions.push(*version);
                    continue;
                }
                Key::Organization(org) => (org.as_str(), None),
                Key::Membership { org, subject } => (org.as_str(), Some(subject.as_str())),
            };
            orgs.push(org);
            members.push(member);
            row_versions.push(*version);
        }
        let undone: Result<i64, sqlx::Error> = sqlx::query_scalar(sql.own.undone.get())
            .bind(subjects)
            .bind(versions)
            .bind(orgs)
            .bind(members)
            .bind(row_versions)
            .fetch_one(connection)
            .await;
        match undone {
            Ok(undone) => Ok(undone == 0),
            // The transaction has failed already: nothing can be read in it any more.
            Err(error) if is_given_up(&error) => Ok(false),
            Err(error) => Err(store_error(error)),
        }
    }

    async fn load_many(base: &Base<Self>, subjects: &[Subject]) -> Result<Vec<PgRow>, StoreError> {
        let asked: Vec<&str> = subjects.iter().map(Subject::as_str).collect();
        let rows = sqlx::query(base.sql.load_many.get()).bind(asked);
        rows.fetch_all(&base.pool).await.map_err(store_error)
    }
}
