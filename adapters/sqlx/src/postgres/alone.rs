//! Statements that are transactions by themselves.
//!
//! A pool can hand out a connection on which somebody's transaction is still open: sqlx 0.9.0
//! forgets one whose `begin` was dropped half-way, as happens when a client hangs up. What is written
//! there is true for that connection only, and gone with it. So every statement that writes also
//! answers for how long its transaction has been open by the server's clock. One of its own began
//! when the statement came; where it is older than the whole exchange took here, it is not answered.

use std::time::Instant;

use mfakit::store::StoreError;
use sqlx::{PgConnection, PgPool, Postgres, Row, Transaction};

use crate::cause::{Cause, store_error};
use crate::dialect::Base;
use crate::query::Bound;
use crate::retry::Retry;

/// Runs a statement in a transaction of its own; how many rows it wrote. The statement answers that
/// and the age of its transaction, or no row where it wrote nothing.
pub(super) async fn alone(
    base: &Base<Postgres>,
    put: impl Fn() -> Bound<Postgres> + Send + Sync,
) -> Result<i64, StoreError> {
    let mut retry = Retry::begin();
    loop {
        let failed = match once(base, put()).await {
            Ok(Some(written)) => return Ok(written),
            Ok(None) => return Err(Cause::LeftOpen.into()),
            Err(failed) => failed,
        };
        if !retry.again(&failed).await {
            return Err(store_error(failed));
        }
    }
}

/// Runs a statement in a transaction that is known to be open; how many rows it wrote.
pub(super) async fn within(
    put: Bound<Postgres>,
    connection: &mut PgConnection,
) -> Result<i64, sqlx::Error> {
    put.fetch_optional(connection).await?.map_or(Ok(0), |row| row.try_get("written"))
}

/// `None` when the transaction was somebody else's.
async fn once(base: &Base<Postgres>, put: Bound<Postgres>) -> Result<Option<i64>, sqlx::Error> {
    let mut connection = base.pool.acquire().await?;
    let sent = Instant::now();
    let answer = answered(base, put, &mut connection).await;
    let took = i64::try_from(sent.elapsed().as_micros()).unwrap_or(i64::MAX);
    match answer {
        Ok((written, age)) if age <= took => return Ok(Some(written)),
        Err(failed) if !is_given_up(&failed) => return Err(failed),
        _ => {}
    }
    // Nothing of it may be seen by the next load.
    let ended = sqlx::raw_sql("ROLLBACK").execute(&mut *connection).await;
    match ended {
        Ok(_) => connection.close().await?,
        Err(_) => connection.close_on_drop(),
    }
    Ok(None)
}

async fn answered(
    base: &Base<Postgres>,
    put: Bound<Postgres>,
    connection: &mut PgConnection,
) -> Result<(i64, i64), sqlx::Error> {
    let row = match put.fetch_optional(&mut *connection).await? {
        Some(row) => row,
        None => sqlx::query(base.sql.own.nothing.get()).fetch_one(connection).await?,
    };
    Ok((row.try_get("written")?, row.try_get("age")?))
}

/// Whether a statement of the transaction has failed before, and so does everything after it.
pub(super) fn is_given_up(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(error) if error.code().as_deref() == Some("25P02"))
}

/// Begins a transaction, at READ COMMITTED, in a task that goes on to its end even when nobody waits
/// any more: a transaction that nobody takes is rolled back.
pub(super) async fn begun(pool: &PgPool) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let pool = pool.clone();
    let beginning = tokio::spawn(async move {
        pool.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE").await
    });
    beginning.await.unwrap_or(Err(sqlx::Error::WorkerCrashed))
}
