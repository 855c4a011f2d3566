//! The events in the order of their numbers.

use mfakit::store::{EventCursor, EventPage, StoreError};
use sqlx::Sqlite;
use sqlx::sqlite::SqliteRow;

use crate::account_row::event;
use crate::cause::Cause;
use crate::columns::Columns;
use crate::dialect::{Base, Log};
use crate::query::Value;

impl Log for Sqlite {
    /// An event's number. There is one writer, so a higher one is never visible before a lower one.
    type Place = i64;

    /// The number behind a cursor, if it was ever given to an event.
    async fn place(base: &Base<Self>, cursor: &EventCursor) -> Result<i64, StoreError> {
        let id: Option<i64> = cursor.as_str().parse().ok();
        let id = id.filter(|id| *id >= 0 && id.to_string() == cursor.as_str());
        let events = base.sql.tables().bare("events");
        let newest = base.one(&base.sql.own.newest_event, &[events.into()]).await?;
        let newest = newest.number("newest")?;
        Ok(id.filter(|id| *id <= newest).ok_or(Cause::ForeignCursor)?)
    }

    fn values(place: i64) -> Vec<Value<'static>> {
        vec![place.into()]
    }

    fn position(row: &SqliteRow) -> Result<Option<EventCursor>, StoreError> {
        let id = row.number("id")?;
        Ok((id != 0).then(|| cursor(id)))
    }

    async fn page(
        base: &Base<Self>,
        after: Option<i64>,
        limit: i64,
    ) -> Result<EventPage, StoreError> {
        let values = [after.unwrap_or_default().into(), limit.into()];
        let rows = base.rows(&base.sql.read_events, &values).await?;
        let next = rows.last().map(|row| row.number("id")).transpose()?.map(cursor);
        let events: Result<_, _> = rows.iter().map(event).collect();
        Ok(EventPage { events: events?, next })
    }
}

fn cursor(id: i64) -> EventCursor {
    EventCursor::new(id.to_string())
}
