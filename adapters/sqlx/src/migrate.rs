//! Bringing tables up to this release, and finding out whether they are.

use sqlx::{AssertSqlSafe, Database, SqlSafeStr};

use crate::cause::Cause;
use crate::columns::Columns;
use crate::open_error::{OpenError, check_version};
use crate::org_row::HOSTS_MEMBER;
use crate::query::Ask;
use crate::tables::Tables;

/// A database that has migrations here.
pub(crate) trait Migrations: Database<Row: Columns, Connection: Ask<Self>> {
    /// Every migration, oldest first. One that was released is never changed.
    const ALL: &'static [&'static str];

    /// Whether the table of the migrations is there.
    fn begun(
        connection: &mut Self::Connection,
        tables: &Tables,
    ) -> impl Future<Output = Result<bool, sqlx::Error>> + Send;
}

/// Runs the migrations that have not run, in a transaction that nobody else migrates in.
pub(crate) async fn bring_up<D: Migrations>(
    connection: &mut D::Connection,
    tables: &Tables,
) -> Result<(), OpenError> {
    let found = match version::<D>(connection, tables).await {
        Ok(found) => found,
        Err(OpenError::NoSchema) => 0,
        Err(other) => return Err(other),
    };
    if found > newest::<D>() {
        return Err(OpenError::NewerSchema { found, known: newest::<D>() });
    }
    for migration in D::ALL.iter().skip(usize::try_from(found).unwrap_or(0)) {
        connection.batch(tables.migration(migration)).await?;
    }
    Ok(())
}

/// Compares the tables, and a view of the host's, with what this release needs.
pub(crate) async fn check<D: Migrations>(
    connection: &mut D::Connection,
    tables: &Tables,
) -> Result<(), OpenError> {
    check_version(version::<D>(connection, tables).await?, newest::<D>())?;
    if tables.members().is_some() {
        let sql = format!("SELECT {HOSTS_MEMBER}, m.personal FROM {{members}} m LIMIT 0");
        let sql = AssertSqlSafe(tables.sql(&sql)).into_sql_str();
        if let Err(error) = connection.row(sql, &[]).await {
            return Err(OpenError::View(Cause::from(error).to_string()));
        }
    }
    Ok(())
}

fn newest<D: Migrations>() -> i64 {
    i64::try_from(D::ALL.len()).unwrap_or(i64::MAX)
}

/// The version of the tables.
async fn version<D: Migrations>(
    connection: &mut D::Connection,
    tables: &Tables,
) -> Result<i64, OpenError> {
    if !D::begun(connection, tables).await? {
        return Err(OpenError::NoSchema);
    }
    let sql = tables.sql("SELECT CAST(max(version) AS bigint) AS version FROM {schema}");
    let row = connection.row(AssertSqlSafe(sql).into_sql_str(), &[]).await?;
    let found = row.map(|row| row.maybe_number("version")).transpose()?;
    found.flatten().ok_or(OpenError::NoSchema)
}
