//! The events, in the order in which their transactions became certain.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use mfakit::store::{EventCursor, EventLog, EventPage, StoreError};

use super::PostgresStore;
use crate::account_row::{event, unsigned};
use crate::cause::{Cause, store_error};

/// How often a reader looks again for events that are committed and held back by a transaction that
/// is still open, and how long it waits in between. Most such transactions are over in a moment.
const LOOKS: u32 = 50;
const PAUSE: Duration = Duration::from_millis(10);

/// A place in the log: a transaction, and a place within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) tx: u64,
    pub(super) id: i64,
}

impl Place {
    const BEGIN: Self = Self { tx: 0, id: 0 };

    pub(super) fn of(cursor: &EventCursor) -> Result<Self, Cause> {
        let read = cursor.as_str().split_once('.').and_then(|(tx, id)| {
            let place = Self { tx: tx.parse().ok()?, id: id.parse().ok()? };
            (place.cursor() == *cursor && place.id >= 0).then_some(place)
        });
        read.ok_or(Cause::ForeignCursor)
    }

    pub(super) fn cursor(self) -> EventCursor {
        EventCursor::new(format!("{}.{}", self.tx, self.id))
    }
}

#[async_trait]
impl EventLog for PostgresStore {
    /// When an open transaction holds back all there is, it waits for that up to half a second.
    /// What is certain is handed out at once.
    async fn read(
        &self,
        after: Option<&EventCursor>,
        limit: usize,
    ) -> Result<EventPage, StoreError> {
        let mut after = after.map(Place::of).transpose()?;
        if let Some(place) = after {
            self.check_own(place).await?;
        }
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut looks = 0;
        loop {
            let from = after.unwrap_or(Place::BEGIN);
            let rows: Vec<(String, i64, String, bool)> = sqlx::query_as(self.sql.read_events.get())
                .bind(from.tx.to_string())
                .bind(from.id)
                .bind(limit)
                .fetch_all(&self.pool)
                .await
                .map_err(store_error)?;
            // Only when nothing is certain: on a busy server something is always held back.
            let held_back = rows.first().is_some_and(|(.., settled)| !settled);
            if held_back && looks < LOOKS {
                looks += 1;
                tokio::time::sleep(PAUSE).await;
                continue;
            }
            let mut events = Vec::new();
            let mut next = None;
            for (tx, id, document, _) in rows.into_iter().take_while(|(.., settled)| *settled) {
                events.push(event(&document)?);
                let tx = tx.parse().map_err(|_| Cause::corrupt("tx", "no transaction id"))?;
                after = Some(Place { tx, id });
                next = after.map(Place::cursor);
            }
            return Ok(EventPage { events, next });
        }
    }

    /// It stops at the slowest [relay](PostgresStore::register_relay), whatever the cursor.
    async fn prune(&self, up_to: &EventCursor) -> Result<u64, StoreError> {
        let place = Place::of(up_to)?;
        self.check_own(place).await?;
        let tx = place.tx.to_string();
        let prune = || sqlx::query(self.sql.prune_events.get()).bind(&tx).bind(place.id);
        unsigned("count", self.alone(prune).await?)
    }
}

impl PostgresStore {
    /// Drops the events from before an instant, as far as every registered relay has read them, and
    /// answers how many there were. For a retention job.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot say.
    pub async fn expire_events(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        let before = before.timestamp_micros();
        let expire = || sqlx::query(self.sql.expire_events.get()).bind(before);
        unsigned("count", self.alone(expire).await?)
    }

    /// Refuses a cursor of a transaction that this server has not had yet: it was handed out by
    /// another one, before a dump was restored here, and nothing would ever come after it.
    pub(super) async fn check_own(&self, place: Place) -> Result<(), StoreError> {
        let known: bool = sqlx::query_scalar(self.sql.knows_tx.get())
            .bind(place.tx.to_string())
            .fetch_one(&self.pool)
            .await
            .map_err(store_error)?;
        if known { Ok(()) } else { Err(Cause::ForeignCursor.into()) }
    }
}
