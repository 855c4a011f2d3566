//! The events and their named readers.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use mfakit::store::{EventCursor, EventLog, EventPage, StoreError, SubjectEvents};
use mfakit::{Event, Subject};

use super::Store;
use crate::account_row::event;
use crate::cause::Cause;
use crate::dialect::Log;

#[async_trait]
impl<D: Log> EventLog for Store<D> {
    async fn read(
        &self,
        after: Option<&EventCursor>,
        limit: usize,
    ) -> Result<EventPage, StoreError> {
        let after = match after {
            Some(cursor) => Some(D::place(&self.base, cursor).await?),
            None => None,
        };
        D::page(&self.base, after, i64::try_from(limit).unwrap_or(i64::MAX)).await
    }

    /// It stops at the slowest [relay](Store::register_relay), whatever the cursor.
    async fn prune(&self, up_to: &EventCursor) -> Result<u64, StoreError> {
        let values = D::values(D::place(&self.base, up_to).await?);
        D::change(&self.base, &self.base.sql.prune_events, &values).await
    }
}

#[async_trait]
impl<D: Log> SubjectEvents for Store<D> {
    async fn latest(&self, subject: &Subject, limit: usize) -> Result<Vec<Event>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let values = [subject.as_str().into(), limit.into()];
        let rows = self.base.rows(&self.base.sql.latest_events, &values).await?;
        let own = |row| {
            let event = event(row)?;
            // One that was changed by hand is not told as somebody else's.
            let own = event.subject() == subject;
            if own {
                Ok(event)
            } else {
                Err(Cause::corrupt("event", "it is another subject's").into())
            }
        };
        rows.iter().map(own).collect()
    }
}

impl<D: Log> Store<D> {
    /// Drops the events from before an instant, as far as every registered relay has read them, and
    /// returns how many there were. For a retention job.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the database fails.
    pub async fn expire_events(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        let values = [before.timestamp_micros().into()];
        D::change(&self.base, &self.base.sql.expire_events, &values).await
    }

    /// Registers a reader of the events. From then on nothing is pruned that it has not passed. One
    /// that is registered already stays where it is.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the database fails.
    pub async fn register_relay(&self, name: &str) -> Result<(), StoreError> {
        D::change(&self.base, &self.base.sql.add_relay, &[name.into()]).await.map(drop)
    }

    /// Returns how far a reader has come; `None` at the beginning.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the database fails, or if the relay was never registered.
    pub async fn relay_position(&self, name: &str) -> Result<Option<EventCursor>, StoreError> {
        let row = self.base.row(&self.base.sql.find_relay, &[name.into()]).await?;
        D::position(&row.ok_or(Cause::UnknownRelay)?)
    }

    /// Notes that a reader has delivered everything up to a cursor. Call it afterwards, never
    /// before: what lies between the two is delivered again after a crash, and what would be skipped
    /// is lost. A reader never moves back.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the database fails, or if the relay was never registered.
    pub async fn move_relay(&self, name: &str, to: &EventCursor) -> Result<(), StoreError> {
        let mut values = vec![name.into()];
        values.extend(D::values(D::place(&self.base, to).await?));
        if D::change(&self.base, &self.base.sql.move_relay, &values).await? == 0 {
            self.relay_position(name).await?;
        }
        Ok(())
    }

    /// Removes a reader: pruning waits for it no longer.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the database fails.
    pub async fn retire_relay(&self, name: &str) -> Result<(), StoreError> {
        D::change(&self.base, &self.base.sql.drop_relay, &[name.into()]).await.map(drop)
    }
}
