//! Making the tables, and finding out whether they are what this release needs.

use sqlx::{Sqlite, SqliteConnection, SqlitePool};

use crate::migrate::{self, Migrations};
use crate::open_error::OpenError;
use crate::tables::Tables;

impl Migrations for Sqlite {
    const ALL: &'static [&'static str] = &[include_str!("../../migrations/sqlite/0001_tables.sql")];

    async fn begun(
        connection: &mut SqliteConnection,
        tables: &Tables,
    ) -> Result<bool, sqlx::Error> {
        sqlx::query_scalar("SELECT count(*) > 0 FROM sqlite_schema WHERE name = $1")
            .bind(tables.bare("schema"))
            .fetch_one(connection)
            .await
    }
}

pub(super) async fn run(pool: &SqlitePool, tables: &Tables) -> Result<(), OpenError> {
    if tables.schema().is_some() {
        return Err(OpenError::NoSchemas);
    }
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    migrate::bring_up::<Sqlite>(&mut tx, tables).await?;
    Ok(tx.commit().await?)
}

pub(super) async fn check(pool: &SqlitePool, tables: &Tables) -> Result<(), OpenError> {
    if tables.schema().is_some() {
        return Err(OpenError::NoSchemas);
    }
    let mut connection = pool.acquire().await?;
    let encoding: String =
        sqlx::query_scalar("PRAGMA encoding").fetch_one(&mut *connection).await?;
    if encoding != "UTF-8" {
        return Err(OpenError::Encoding(encoding));
    }
    let synchronous: i64 =
        sqlx::query_scalar("PRAGMA synchronous").fetch_one(&mut *connection).await?;
    if synchronous < 2 {
        let found = synchronous.to_string();
        return Err(OpenError::NotDurable { setting: "synchronous", found });
    }
    migrate::check::<Sqlite>(&mut connection, tables).await
}
