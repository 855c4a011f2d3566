//! The events in the order of their numbers, and their named readers.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use mfakit::store::{EventCursor, EventLog, EventPage, StoreError};
use sqlx::sqlite::SqliteArguments;
use sqlx::{Sqlite, query::Query};

use super::SqliteStore;
use crate::account_row::event;
use crate::cause::{Cause, store_error};

fn cursor(id: i64) -> EventCursor {
    EventCursor::new(id.to_string())
}

#[async_trait]
impl EventLog for SqliteStore {
    async fn read(
        &self,
        after: Option<&EventCursor>,
        limit: usize,
    ) -> Result<EventPage, StoreError> {
        let after = match after {
            Some(cursor) => self.own(cursor).await?,
            None => 0,
        };
        let rows: Vec<(i64, String)> = sqlx::query_as(self.sql.read_events.get())
            .bind(after)
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(&self.pool)
            .await
            .map_err(store_error)?;
        let next = rows.last().map(|(id, _)| cursor(*id));
        let events: Result<_, _> = rows.iter().map(|(_, document)| event(document)).collect();
        Ok(EventPage { events: events?, next })
    }

    /// It stops at the slowest [relay](SqliteStore::register_relay), whatever the cursor.
    async fn prune(&self, up_to: &EventCursor) -> Result<u64, StoreError> {
        let up_to = self.own(up_to).await?;
        self.change(sqlx::query(self.sql.prune_events.get()).bind(up_to)).await
    }
}

impl SqliteStore {
    /// Drops the events from before an instant, as far as every registered relay has read them, and
    /// answers how many there were. For a retention job.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot say.
    pub async fn expire_events(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        let expire = sqlx::query(self.sql.expire_events.get()).bind(before.timestamp_micros());
        self.change(expire).await
    }

    /// Registers a reader of the events. From then on nothing is pruned that it has not passed. One
    /// that is registered already stays where it is.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot say.
    pub async fn register_relay(&self, name: &str) -> Result<(), StoreError> {
        self.change(sqlx::query(self.sql.add_relay.get()).bind(name.to_owned())).await.map(drop)
    }

    /// How far a reader has come; `None` at the beginning.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot say, or the relay was never registered.
    pub async fn relay_position(&self, name: &str) -> Result<Option<EventCursor>, StoreError> {
        let id: Option<i64> = sqlx::query_scalar(self.sql.find_relay.get())
            .bind(name)
            .fetch_optional(&self.pool)
            .await
            .map_err(store_error)?;
        let id = id.ok_or(Cause::UnknownRelay)?;
        Ok((id != 0).then(|| cursor(id)))
    }

    /// Notes that a reader has delivered everything up to a cursor. Call it afterwards, never
    /// before: what lies between the two is delivered again after a crash, and what would be skipped
    /// is lost. A reader never moves back.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot say, or the relay was never registered.
    pub async fn move_relay(&self, name: &str, to: &EventCursor) -> Result<(), StoreError> {
        let to = self.own(to).await?;
        let moved = sqlx::query(self.sql.move_relay.get()).bind(name.to_owned()).bind(to);
        if self.change(moved).await? == 0 {
            self.relay_position(name).await?;
        }
        Ok(())
    }

    /// Strikes a reader off: pruning waits for it no longer.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot say.
    pub async fn retire_relay(&self, name: &str) -> Result<(), StoreError> {
        self.change(sqlx::query(self.sql.drop_relay.get()).bind(name.to_owned())).await.map(drop)
    }

    /// One statement that writes, in its turn; how many rows it wrote.
    pub(super) async fn change(
        &self,
        query: Query<'_, Sqlite, SqliteArguments>,
    ) -> Result<u64, StoreError> {
        let (mut tx, _turn) = self.writer.begin().await?;
        let written = query.execute(&mut *tx).await.map_err(store_error)?.rows_affected();
        tx.commit().await.map_err(store_error)?;
        Ok(written)
    }

    /// The number behind a cursor, if it was ever given to an event.
    async fn own(&self, cursor: &EventCursor) -> Result<i64, StoreError> {
        let id: Option<i64> = cursor.as_str().parse().ok();
        let id = id.filter(|id| *id >= 0 && id.to_string() == cursor.as_str());
        let newest: i64 = sqlx::query_scalar(self.sql.newest_event.get())
            .bind(self.sql.tables.bare("events"))
            .fetch_one(&self.pool)
            .await
            .map_err(store_error)?;
        Ok(id.filter(|id| *id <= newest).ok_or(Cause::ForeignCursor)?)
    }
}
