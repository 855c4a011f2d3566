//! A commit as the statements of a transaction.

use mfakit::store::CommitOutcome;
use sqlx::SqliteConnection;

use super::sql::Own;
use crate::account_row::EventRows;
use crate::put::{Key, Put};
use crate::query::{Binds, Value};
use crate::sql::{Sql, Text};

/// Compares and writes the row, counts, and appends the events; on a conflict nothing is written.
pub(super) async fn write(
    sql: &Sql<Own>,
    put: &Put<'_>,
    connection: &mut SqliteConnection,
) -> Result<CommitOutcome, sqlx::Error> {
    if run(sql.own.put.get(put.kind), &put.row, connection).await? == 0 {
        return Ok(CommitOutcome::Conflict);
    }
    match &put.key {
        Key::Account(_) => {}
        Key::Organization(_) => {
            run(&sql.own.policies_changed, &[1.into()], connection).await?;
        }
        Key::Membership { subject, .. } => {
            run(&sql.members_changed, &[subject.as_str().into()], connection).await?;
        }
    }
    if !put.events.places.is_empty() {
        let values = [put.id.as_str().into(), list(&put.events)?.into()];
        run(&sql.own.log, &values, connection).await?;
    }
    Ok(CommitOutcome::Committed)
}

/// Runs a statement; how many rows it wrote.
pub(super) async fn run(
    statement: &Text,
    values: &[Value<'_>],
    connection: &mut SqliteConnection,
) -> Result<u64, sqlx::Error> {
    Ok(sqlx::Sqlite::bound(statement.get(), values).execute(connection).await?.rows_affected())
}

/// The events of a commit as one JSON list.
fn list(events: &EventRows) -> Result<String, sqlx::Error> {
    let subjects_and_instants = events.subjects.iter().zip(&events.instants);
    let list: Vec<(&String, &i64, &String)> = subjects_and_instants
        .zip(&events.documents)
        .map(|((subject, at), document)| (subject, at, document))
        .collect();
    serde_json::to_string(&list).map_err(|error| sqlx::Error::Encode(Box::new(error)))
}
