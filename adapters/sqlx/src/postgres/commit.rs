//! A commit as one statement.

use mfakit::store::{CommitOutcome, StoreError};
use sqlx::Postgres;

use super::sql::Own;
use crate::account_row::EventRows;
use crate::cause::Cause;
use crate::put::Put;
use crate::query::{Binds, Bound};
use crate::sql::Sql;

/// Compares, writes and appends. The first five values are the commit's id and its events.
pub(super) fn sent(sql: &Sql<Own>, put: &Put<'_>) -> Bound<Postgres> {
    let committing = sql.own.put.get(put.kind);
    let EventRows { places, subjects, instants, documents } = &put.events;
    let query = match (&places[..], &subjects[..], &instants[..], &documents[..]) {
        ([place], [subject], [at], [event]) => sqlx::query::<Postgres>(committing.one.get())
            .bind(&put.id)
            .bind(place)
            .bind(subject)
            .bind(at)
            .bind(event),
        _ => sqlx::query(committing.any.get())
            .bind(&put.id)
            .bind(places)
            .bind(subjects)
            .bind(instants)
            .bind(documents),
    };
    Postgres::bind(query, &put.row)
}

/// What a commit's statement says: how many rows it wrote.
pub(super) fn outcome(written: i64) -> Result<CommitOutcome, StoreError> {
    match written {
        0 => Ok(CommitOutcome::Conflict),
        1 => Ok(CommitOutcome::Committed),
        _ => Err(Cause::Driver("more than one row was written").into()),
    }
}
