//! The turn to write.

use std::sync::Arc;

use mfakit::StoreError;
use mfakit::domain::CommitOutcome;
use sqlx::{Connection, Sqlite, SqliteConnection, SqlitePool, Transaction};
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::cause::{nothing_was_done, store_error};
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
        let turn = Arc::clone(&self.turn).lock_owned().await;
        let mut retry = Retry::begin();
        loop {
            match self.pool.begin_with(BEGIN).await {
                Ok(begun) => return Ok((begun, turn)),
                Err(error) if retry.again(&error).await => {}
                Err(error) => return Err(store_error(error)),
            }
        }
    }

    /// Writes in a transaction of its own: all of it, or on a conflict nothing.
    pub(super) async fn commit(&self, what: &impl Write) -> Result<CommitOutcome, StoreError> {
        let _turn = self.turn.lock().await;
        let mut retry = Retry::begin();
        loop {
            match self.try_commit(what).await {
                Ok(outcome) => return Ok(outcome),
                Err(error) if retry.again(&error).await => {}
                Err(error) => return Err(store_error(error)),
            }
        }
    }

    async fn try_commit(&self, what: &impl Write) -> Result<CommitOutcome, sqlx::Error> {
        let mut connection = self.pool.acquire().await?;
        let written = Self::write_on(&mut connection, what).await;
        if written.as_ref().is_err_and(|error| !nothing_was_done(error)) {
            // SQLite ends a transaction by itself when the disk is full. The driver does not see it,
            // and would begin no other one on this connection.
            connection.close_on_drop();
        }
        written
    }

    async fn write_on(
        connection: &mut SqliteConnection,
        what: &impl Write,
    ) -> Result<CommitOutcome, sqlx::Error> {
        let mut tx = connection.begin_with(BEGIN).await?;
        let outcome = what.write(&mut tx).await?;
        match outcome {
            CommitOutcome::Committed => tx.commit().await?,
            CommitOutcome::Conflict => tx.rollback().await?,
        }
        Ok(outcome)
    }
}
