//! The turn to write.

use std::sync::Arc;

use mfakit::store::CommitOutcome;
use mfakit::store::StoreError;
use sqlx::{Connection, SqlSafeStr, Sqlite, SqliteConnection, SqlitePool, Transaction};
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::cause::{Cause, store_error};
use crate::retry::Retry;

/// Lets one write at a time through, in the order in which they came. Two connections that write at
/// once would only take turns at finding the database busy, and can starve each other.
#[derive(Clone)]
pub(super) struct Writer {
    pool: SqlitePool,
    turn: Arc<Mutex<()>>,
}

/// A transaction that holds the write lock from the beginning: none fails later because somebody
/// else wrote in between.
const BEGIN: &str = "BEGIN IMMEDIATE";

/// What is written, given a connection in a transaction.
pub(super) trait Write: Sync {
    fn write(
        &self,
        connection: &mut SqliteConnection,
    ) -> impl Future<Output = Result<CommitOutcome, sqlx::Error>> + Send;
}

impl Writer {
    pub(super) fn on(pool: SqlitePool) -> Self {
        Self { pool, turn: Arc::new(Mutex::new(())) }
    }

    /// Begins a transaction and keeps the turn with it.
    pub(super) async fn begin(
        &self,
    ) -> Result<(Transaction<'static, Sqlite>, OwnedMutexGuard<()>), StoreError> {
        let turn = self.turn().await?;
        let mut retry = Retry::begin();
        loop {
            match self.transaction().await {
                Ok(begun) => return Ok((begun, turn)),
                Err(error) if retry.again(&error).await => {}
                Err(error) => return Err(store_error(error)),
            }
        }
    }

    /// Writes in a transaction of its own: all of it, or on a conflict nothing.
    pub(super) async fn commit(&self, what: &impl Write) -> Result<CommitOutcome, StoreError> {
        let _turn = self.turn().await?;
        let mut retry = Retry::begin();
        loop {
            match self.try_commit(what).await {
                Ok(outcome) => return Ok(outcome),
                Err(error) if retry.again(&error).await => {}
                Err(error) => return Err(store_error(error)),
            }
        }
    }

    /// Waits for as long as the pool waits for a connection: a host that writes here while it holds
    /// a transaction of its own open would wait for itself.
    async fn turn(&self) -> Result<OwnedMutexGuard<()>, StoreError> {
        let patience = self.pool.options().get_acquire_timeout();
        let turn = tokio::time::timeout(patience, Arc::clone(&self.turn).lock_owned()).await;
        turn.map_err(|_| Cause::Busy.into())
    }

    /// What [`SqlitePool::begin_with`] does, but not on a connection that is stuck: SQLite ends a
    /// transaction by itself when the disk is full, and the driver, which does not see it, counts
    /// that connection as being in one for good.
    async fn transaction(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        loop {
            let connection = self.pool.acquire().await?;
            if !connection.is_in_transaction() {
                return Transaction::begin(connection, Some(BEGIN.into_sql_str())).await;
            }
            connection.close().await?;
        }
    }

    async fn try_commit(&self, what: &impl Write) -> Result<CommitOutcome, sqlx::Error> {
        let mut tx = self.transaction().await?;
        let outcome = what.write(&mut tx).await?;
        match outcome {
            CommitOutcome::Committed => tx.commit().await?,
            CommitOutcome::Conflict => tx.rollback().await?,
        }
        Ok(outcome)
    }
}
