//! Statements that are transactions by themselves.
//!
//! A pool can hand out a connection on which somebody's transaction is still open: sqlx 0.9.0
//! forgets one whose `begin` was dropped half-way, as happens when a client hangs up. What is written
//! there is true for that connection only, and gone with it. So every statement that writes also
//! answers for how long its transaction has been open by the server's clock. One of its own began
//! when the statement came; where it is older than the whole exchange took here, it is not answered.

use std::time::Instant;

use mfakit::store::StoreError;
use sqlx::postgres::{PgArguments, PgPool};
use sqlx::query::Query;
use sqlx::{PgConnection, Postgres, Row, Transaction};

use super::PostgresStore;
use crate::cause::{Cause, store_error};
use crate::retry::Retry;

/// A statement that writes, with its values. It answers how many rows it wrote, and the age of its
/// transaction; or no row, where it wrote nothing.
pub(super) type Put<'q> = Query<'q, Postgres, PgArguments>;

impl PostgresStore {
    /// Runs a statement in a transaction of its own; how many rows it wrote.
    pub(super) async fn alone<'q>(
        &self,
        put: impl Fn() -> Put<'q> + Send + Sync,
    ) -> Result<i64, StoreError> {
        let mut retry = Retry::begin();
        loop {
            let failed = match self.once(put()).await {
                Ok(Some(written)) => return Ok(written),
                Ok(None) => return Err(Cause::LeftOpen.into()),
                Err(failed) => failed,
            };
            if !retry.again(&failed).await {
                return Err(store_error(failed));
            }
        }
    }

    /// `None` when the transaction was somebody else's.
    async fn once(&self, put: Put<'_>) -> Result<Option<i64>, sqlx::Error> {
        let mut connection = self.pool.acquire().await?;
        let sent = Instant::now();
        let answer = self.answered(put, &mut connection).await;
        let took = i64::try_from(sent.elapsed().as_micros()).unwrap_or(i64::MAX);
        match answer {
            Ok((written, age)) if age <= took => return Ok(Some(written)),
            Err(failed) if !is_given_up(&failed) => return Err(failed),
            _ => {}
        }
        // Nothing of it may be seen by whoever loads next.
        let ended = sqlx::raw_sql("ROLLBACK").execute(&mut *connection).await;
        match ended {
            Ok(_) => connection.close().await?,
            Err(_) => connection.close_on_drop(),
        }
        Ok(None)
    }

    async fn answered(
        &self,
        put: Put<'_>,
        connection: &mut PgConnection,
    ) -> Result<(i64, i64), sqlx::Error> {
        let row = match put.fetch_optional(&mut *connection).await? {
            Some(row) => row,
            None => sqlx::query(self.sql.nothing.get()).fetch_one(connection).await?,
        };
        Ok((row.try_get("written")?, row.try_get("age")?))
    }
}

/// How many rows a statement wrote in a transaction that is known to be open.
pub(super) async fn within(
    put: Put<'_>,
    connection: &mut PgConnection,
) -> Result<i64, sqlx::Error> {
    put.fetch_optional(connection).await?.map_or(Ok(0), |row| row.try_get("written"))
}

/// A statement of the transaction that was left open has failed, and so does everything after it.
fn is_given_up(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(error) if error.code().as_deref() == Some("25P02"))
}

/// Begins a transaction, at READ COMMITTED, in a task that goes on to its end also when nobody waits
/// any more: a transaction that nobody takes is rolled back.
pub(super) async fn begun(pool: &PgPool) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let pool = pool.clone();
    let beginning = tokio::spawn(async move {
        pool.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE").await
    });
    beginning.await.unwrap_or(Err(sqlx::Error::WorkerCrashed))
}
