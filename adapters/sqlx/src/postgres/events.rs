//! The events, in the order in which their transactions became certain.

use std::time::Duration;

use mfakit::store::{EventCursor, EventPage, StoreError};
use sqlx::Postgres;
use sqlx::postgres::PgRow;

use crate::account_row::event;
use crate::cause::Cause;
use crate::columns::Columns;
use crate::dialect::{Base, Log};
use crate::query::Value;

/// A place in the log: a transaction, and a place within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    tx: u64,
    id: i64,
}

impl Log for Postgres {
    type Place = Place;

    /// Refuses a cursor of a transaction that this server has not had yet: it was handed out by
    /// another one, before a dump was restored here, and nothing would ever come after it.
    async fn place(base: &Base<Self>, cursor: &EventCursor) -> Result<Place, StoreError> {
        let place = Place::of(cursor)?;
        let known = base.one(&base.sql.own.knows_tx, &[place.tx.to_string().into()]).await?;
        if known.flag("known")? { Ok(place) } else { Err(Cause::ForeignCursor.into()) }
    }

    fn values(place: Place) -> Vec<Value<'static>> {
        vec![place.tx.to_string().into(), place.id.into()]
    }

    fn position(row: &PgRow) -> Result<Option<EventCursor>, StoreError> {
        let place = Place::read(row)?;
        Ok((place.tx != 0).then(|| place.cursor()))
    }

    /// When an open transaction holds back all there is, it waits for that up to half a second.
    /// What is certain is handed out at once.
    async fn page(
        base: &Base<Self>,
        after: Option<Place>,
        limit: i64,
    ) -> Result<EventPage, StoreError> {
        let mut values = Self::values(after.unwrap_or(Place::BEGIN));
        values.push(limit.into());
        let mut looks = 0;
        loop {
            let rows = base.rows(&base.sql.read_events, &values).await?;
            // Only when nothing is certain: on a busy server something is always held back.
            let settled = rows.first().map(|row| row.flag("settled")).transpose()?;
            if settled == Some(false) && looks < LOOKS {
                looks += 1;
                tokio::time::sleep(PAUSE).await;
                continue;
            }
            let (mut events, mut last) = (Vec::new(), None);
            for row in &rows {
                if !row.flag("settled")? {
                    break;
                }
                events.push(event(row)?);
                last = Some(Place::read(row)?);
            }
            return Ok(EventPage { events, next: last.map(Place::cursor) });
        }
    }
}

impl Place {
    const BEGIN: Self = Self { tx: 0, id: 0 };

    fn of(cursor: &EventCursor) -> Result<Self, Cause> {
        let read = cursor.as_str().split_once('.').and_then(|(tx, id)| {
            let place = Self { tx: tx.parse().ok()?, id: id.parse().ok()? };
            (place.cursor() == *cursor && place.id >= 0).then_some(place)
        });
        read.ok_or(Cause::ForeignCursor)
    }

    fn read(row: &PgRow) -> Result<Self, Cause> {
        let tx = row.text("tx")?.parse();
        let tx = tx.map_err(|_| Cause::corrupt("tx", "no transaction id"))?;
        Ok(Self { tx, id: row.number("id")? })
    }

    fn cursor(self) -> EventCursor {
        EventCursor::new(format!("{}.{}", self.tx, self.id))
    }
}

/// How often a reader looks again for events that are committed and held back by a transaction that
/// is still open, and how long it waits in between. Most such transactions are over in a moment.
const LOOKS: u32 = 50;
const PAUSE: Duration = Duration::from_millis(10);
