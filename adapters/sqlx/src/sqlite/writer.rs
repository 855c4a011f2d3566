//! Serializes writers: one write transaction at a time.

use std::sync::Arc;

use mfakit::store::{CommitOutcome, StoreError};
use sqlx::{Connection, SqlSafeStr, Sqlite, SqlitePool, Transaction};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::commit::write;
use super::sql::Own;
use crate::cause::{Cause, store_error};
use crate::put::Put;
use crate::retry::Retry;
use crate::sql::Sql;

/// Lets one write at a time through, in the order in which they came. Two connections that write at
/// once would only take turns at finding the database busy, and can starve each other.
#[derive(Debug, Clone, Default)]
pub struct Writer {
    turn: Arc<Mutex<()>>,
}

impl Writer {
    /// Begins a transaction and keeps the turn with it.
    pub(super) async fn begin(
        &self,
        pool: &SqlitePool,
    ) -> Result<(Transaction<'static, Sqlite>, OwnedMutexGuard<()>), StoreError> {
        let turn = self.turn(pool).await?;
        let mut retry = Retry::begin();
        loop {
            match transaction(pool).await {
                Ok(begun) => return Ok((begun, turn)),
                Err(error) if retry.again(&error).await => {}
                Err(error) => return Err(store_error(error)),
            }
        }
    }

    /// Writes in a transaction of its own: all of it, or on a conflict nothing.
    pub(super) async fn commit(
        &self,
        pool: &SqlitePool,
        sql: &Sql<Own>,
        put: &Put<'_>,
    ) -> Result<CommitOutcome, StoreError> {
        let _turn = self.turn(pool).await?;
        let mut retry = Retry::begin();
        loop {
            match try_commit(pool, sql, put).await {
                Ok(outcome) => return Ok(outcome),
                Err(error) if retry.again(&error).await => {}
                Err(error) => return Err(store_error(error)),
            }
        }
    }

    /// Waits for as long as the pool waits for a connection: a host that writes here while it holds
    /// a transaction of its own open would wait for itself.
    async fn turn(&self, pool: &SqlitePool) -> Result<OwnedMutexGuard<()>, StoreError> {
        let patience = pool.options().get_acquire_timeout();
        let turn = tokio::time::timeout(patience, Arc::clone(&self.turn).lock_owned()).await;
        turn.map_err(|_| Cause::Busy.into())
    }
}

async fn try_commit(
    pool: &SqlitePool,
    sql: &Sql<Own>,
    put: &Put<'_>,
) -> Result<CommitOutcome, sqlx::Error> {
    let mut tx = transaction(pool).await?;
    let outcome = write(sql, put, &mut tx).await?;
    match outcome {
        CommitOutcome::Committed => tx.commit().await?,
        CommitOutcome::Conflict => tx.rollback().await?,
    }
    Ok(outcome)
}

/// What [`SqlitePool::begin_with`] does, but not on a connection that is stuck: SQLite ends a
/// transaction by itself when the disk is full, and the driver, which does not see it, counts that
/// connection as being in one for good.
async fn transaction(pool: &SqlitePool) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
    loop {
        let connection = pool.acquire().await?;
        if !connection.is_in_transaction() {
            return Transaction::begin(connection, Some(BEGIN.into_sql_str())).await;
        }
        connection.close().await?;
    }
}

/// A transaction that holds the write lock from the beginning: none fails later because somebody
/// else wrote in between.
const BEGIN: &str = "BEGIN IMMEDIATE";
