//! Making the tables, and finding out whether they are what this release needs.

use sqlx::{PgConnection, PgPool, Postgres, Row};

use super::alone::begun;
use crate::migrate::{self, Migrations};
use crate::open_error::OpenError;
use crate::query::Ask;
use crate::tables::Tables;

impl Migrations for Postgres {
    const ALL: &'static [&'static str] =
        &[include_str!("../../migrations/postgres/0001_tables.sql")];

    async fn begun(connection: &mut PgConnection, tables: &Tables) -> Result<bool, sqlx::Error> {
        sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL")
            .bind(&*tables.sql("{schema}"))
            .fetch_one(connection)
            .await
    }
}

pub(super) async fn run(pool: &PgPool, tables: &Tables) -> Result<(), OpenError> {
    let mut tx = begun(pool).await?;
    // Processes that start at once run them one after the other.
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended($1, 1))")
        .bind(tables.bare("schema"))
        .execute(&mut *tx)
        .await?;
    if let Some(schema) = tables.schema() {
        let known: bool = sqlx::query_scalar("SELECT to_regnamespace($1) IS NOT NULL")
            .bind(schema)
            .fetch_one(&mut *tx)
            .await?;
        if !known {
            tx.batch(format!("CREATE SCHEMA \"{schema}\"")).await?;
        }
        tx.batch(format!("SET LOCAL search_path TO \"{schema}\"")).await?;
    }
    migrate::bring_up::<Postgres>(&mut tx, tables).await?;
    Ok(tx.commit().await?)
}

pub(super) async fn check(pool: &PgPool, tables: &Tables) -> Result<(), OpenError> {
    let mut connection = pool.acquire().await?;
    let row = sqlx::query(
        "SELECT current_setting('server_encoding'), current_setting('synchronous_commit'), \
         current_setting('default_transaction_isolation')",
    )
    .fetch_one(&mut *connection)
    .await?;
    let encoding: String = row.try_get(0)?;
    if encoding != "UTF8" {
        return Err(OpenError::Encoding(encoding));
    }
    let commit: String = row.try_get(1)?;
    if commit == "off" {
        return Err(OpenError::NotDurable { setting: "synchronous_commit", found: commit });
    }
    let isolation: String = row.try_get(2)?;
    if !isolation.starts_with("read ") {
        return Err(OpenError::Isolation(isolation));
    }
    migrate::check::<Postgres>(&mut connection, tables).await?;
    check_view(&mut connection, tables).await
}

/// Whether the identifiers in a view of the host's are compared byte for byte.
async fn check_view(connection: &mut PgConnection, tables: &Tables) -> Result<(), OpenError> {
    if tables.members().is_none() {
        return Ok(());
    }
    let by_bytes: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM pg_attribute a JOIN pg_collation c ON c.oid = a.attcollation \
         WHERE a.attrelid = to_regclass($1) AND a.attname IN ('org', 'subject') \
         AND c.collname IN ('C', 'POSIX')",
    )
    .bind(&*tables.sql("{members}"))
    .fetch_one(connection)
    .await?;
    if by_bytes == 2 {
        return Ok(());
    }
    Err(OpenError::View("`org` and `subject` need COLLATE \"C\"".to_owned()))
}
