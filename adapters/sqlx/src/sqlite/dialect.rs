//! How a store writes on SQLite: in turn, in one transaction a commit.

use std::collections::BTreeMap;

use mfakit::Subject;
use mfakit::store::{CommitOutcome, StoreError};
use sqlx::sqlite::SqliteRow;
use sqlx::{Sqlite, SqliteConnection, SqlitePool, Transaction};
use tokio::sync::OwnedMutexGuard;

use super::commit::{run, write};
use super::migrate;
use super::sql::{Own, WORDS};
use super::writer::Writer;
use crate::cause::store_error;
use crate::columns::Columns;
use crate::dialect::{Base, Dialect};
use crate::open_error::OpenError;
use crate::put::{Key, Put};
use crate::query::{Ask, Value};
use crate::sql::{Sql, Text, Words};
use crate::tables::Tables;

impl Dialect for Sqlite {
    const STORE: &'static str = "SqliteStore";
    const TRANSACTION: &'static str = "SqliteTransaction";
    const WORDS: Words = WORDS;

    type Own = Own;
    type Turns = Writer;
    type Turn = OwnedMutexGuard<()>;

    fn own(tables: &Tables) -> Own {
        Own::of(tables)
    }

    fn alone(statement: &str) -> String {
        statement.to_owned()
    }

    async fn check(pool: &SqlitePool, tables: &Tables) -> Result<(), OpenError> {
        migrate::check(pool, tables).await
    }

    async fn migrate(pool: &SqlitePool, tables: &Tables) -> Result<(), OpenError> {
        migrate::run(pool, tables).await
    }

    async fn begin(
        base: &Base<Self>,
    ) -> Result<(Transaction<'static, Self>, Self::Turn), StoreError> {
        base.turns.begin(&base.pool).await
    }

    async fn commit(base: &Base<Self>, put: &Put<'_>) -> Result<CommitOutcome, StoreError> {
        base.turns.commit(&base.pool, &base.sql, put).await
    }

    async fn put(
        sql: &Sql<Own>,
        put: &Put<'_>,
        connection: &mut SqliteConnection,
    ) -> Result<CommitOutcome, StoreError> {
        write(sql, put, connection).await.map_err(store_error)
    }

    async fn change(
        base: &Base<Self>,
        statement: &Text,
        values: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        let (mut tx, _turn) = base.turns.begin(&base.pool).await?;
        let written = run(statement, values, &mut tx).await.map_err(store_error)?;
        tx.commit().await.map_err(store_error)?;
        Ok(written)
    }

    async fn forget(base: &Base<Self>, subject: &Subject) -> Result<u64, StoreError> {
        let (own, values) = (&base.sql.own, [subject.as_str().into()]);
        let (mut tx, _turn) = base.turns.begin(&base.pool).await?;
        let forgotten = run(&own.forget, &values, &mut tx).await.map_err(store_error)?;
        // The user's own count goes with the user: let the common one stand for it.
        let person = tx.row(own.forget_person.get(), &values).await.map_err(store_error)?;
        if let Some(person) = person {
            let changes = [(person.number("changes")? + 1).into()];
            run(&own.policies_changed, &changes, &mut tx).await.map_err(store_error)?;
        }
        tx.commit().await.map_err(store_error)?;
        Ok(forgotten)
    }

    async fn all_there(
        sql: &Sql<Own>,
        staged: &BTreeMap<Key, Option<i64>>,
        connection: &mut SqliteConnection,
    ) -> Result<bool, StoreError> {
        for (key, version) in staged {
            let row = match key {
                Key::Account(subject) => {
                    connection.row(sql.own.account_version.get(), &[subject.as_str().into()]).await
                }
                Key::Organization(org) => {
                    connection.row(sql.own.organization_version.get(), &[org.as_str().into()]).await
                }
                Key::Membership { org, subject } => {
                    let values = [org.as_str().into(), subject.as_str().into()];
                    connection.row(sql.own.membership_version.get(), &values).await
                }
            };
            let row = row.map_err(store_error)?;
            if row.map(|row| row.number("version")).transpose()? != *version {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn load_many(
        base: &Base<Self>,
        subjects: &[Subject],
    ) -> Result<Vec<SqliteRow>, StoreError> {
        let asked: Vec<&str> = subjects.iter().map(Subject::as_str).collect();
        let asked = serde_json::to_string(&asked).map_err(StoreError::unreadable)?;
        base.rows(&base.sql.load_many, &[asked.into()]).await
    }
}
