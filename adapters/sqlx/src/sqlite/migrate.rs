//! Making the tables, and finding out whether they are what this release needs.

use sqlx::{AssertSqlSafe, SqliteConnection, SqlitePool};

use crate::open_error::{OpenError, check_version};
use crate::tables::Tables;

/// Every migration, oldest first. One that was released is never changed.
const MIGRATIONS: &[&str] = &[include_str!("../../migrations/sqlite/0001_tables.sql")];

fn newest() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

pub(super) async fn run(pool: &SqlitePool, tables: &Tables) -> Result<(), OpenError> {
    if tables.schema().is_some() {
        return Err(OpenError::NoSchemas);
    }
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    let found = match version(&mut tx, tables).await {
        Ok(found) => found,
        Err(OpenError::NoSchema) => 0,
        Err(other) => return Err(other),
    };
    if found > newest() {
        return Err(OpenError::NewerSchema { found, known: newest() });
    }
    for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        let sql = AssertSqlSafe(tables.migration(migration));
        sqlx::raw_sql(sql).execute(&mut *tx).await?;
    }
    Ok(tx.commit().await?)
}

/// The version of the tables.
async fn version(connection: &mut SqliteConnection, tables: &Tables) -> Result<i64, OpenError> {
    let known: bool = sqlx::query_scalar("SELECT count(*) > 0 FROM sqlite_schema WHERE name = $1")
        .bind(tables.bare("schema"))
        .fetch_one(&mut *connection)
        .await?;
    if !known {
        return Err(OpenError::NoSchema);
    }
    let sql = AssertSqlSafe(tables.sql("SELECT max(version) FROM {schema}"));
    let found: Option<i64> = sqlx::query_scalar(sql).fetch_one(connection).await?;
    found.ok_or(OpenError::NoSchema)
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
    check_version(version(&mut connection, tables).await?, newest())?;
    if tables.members().is_some() {
        let columns = crate::org_row::HOSTS_MEMBER;
        let sql = format!("SELECT {columns}, m.personal FROM {{members}} m LIMIT 0");
        let sql = AssertSqlSafe(tables.sql(&sql));
        if let Err(error) = sqlx::query(sql).fetch_optional(&mut *connection).await {
            return Err(OpenError::View(crate::cause::Cause::from(error).to_string()));
        }
    }
    Ok(())
}
