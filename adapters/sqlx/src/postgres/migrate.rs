//! Making the tables, and finding out whether they are what this release needs.

use sqlx::{AssertSqlSafe, PgConnection, PgPool, Row};

use super::alone::begun;
use crate::open_error::{OpenError, check_version};
use crate::tables::Tables;

/// Every migration, oldest first. One that was released is never changed.
const MIGRATIONS: &[&str] = &[include_str!("../../migrations/postgres/0001_tables.sql")];

fn newest() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
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
            raw(&mut tx, format!("CREATE SCHEMA \"{schema}\"")).await?;
        }
        raw(&mut tx, format!("SET LOCAL search_path TO \"{schema}\"")).await?;
    }
    let found = match version(&mut tx, tables).await {
        Ok(found) => found,
        Err(OpenError::NoSchema) => 0,
        Err(other) => return Err(other),
    };
    if found > newest() {
        return Err(OpenError::NewerSchema { found, known: newest() });
    }
    for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        raw(&mut tx, tables.migration(migration)).await?;
    }
    Ok(tx.commit().await?)
}

/// Runs several statements at once. The names in them were checked by [`Tables`].
async fn raw(connection: &mut PgConnection, sql: String) -> Result<(), OpenError> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await?;
    Ok(())
}

/// The version of the tables.
async fn version(connection: &mut PgConnection, tables: &Tables) -> Result<i64, OpenError> {
    let table = tables.sql("{schema}");
    let known: bool = sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL")
        .bind(&*table)
        .fetch_one(&mut *connection)
        .await?;
    if !known {
        return Err(OpenError::NoSchema);
    }
    let sql = AssertSqlSafe(format!("SELECT max(version)::int8 FROM {table}"));
    let found: Option<i64> = sqlx::query_scalar(sql).fetch_one(connection).await?;
    found.ok_or(OpenError::NoSchema)
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
    check_version(version(&mut connection, tables).await?, newest())?;
    check_view(&mut connection, tables).await
}

/// The columns that a view of the host's has, and whether they are compared byte for byte.
async fn check_view(connection: &mut PgConnection, tables: &Tables) -> Result<(), OpenError> {
    if tables.members().is_none() {
        return Ok(());
    }
    let columns = crate::org_row::HOSTS_MEMBER;
    let sql = format!("SELECT {columns}, m.personal FROM {{members}} m LIMIT 0");
    let sql = AssertSqlSafe(tables.sql(&sql));
    if let Err(error) = sqlx::query(sql).fetch_optional(&mut *connection).await {
        return Err(OpenError::View(crate::cause::Cause::from(error).to_string()));
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
