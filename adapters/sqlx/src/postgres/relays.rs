//! Named readers of the events, and how far each has come.

use mfakit::store::{EventCursor, StoreError};

use super::PostgresStore;
use super::events::Place;
use crate::cause::{Cause, store_error};

impl PostgresStore {
    /// Registers a reader of the events. From then on nothing is pruned that it has not passed. One
    /// that is registered already stays where it is.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot say.
    pub async fn register_relay(&self, name: &str) -> Result<(), StoreError> {
        let add = || sqlx::query(self.sql.add_relay.get()).bind(name);
        self.alone(add).await.map(drop)
    }

    /// How far a reader has come; `None` at the beginning.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot say, or the relay was never registered.
    pub async fn relay_position(&self, name: &str) -> Result<Option<EventCursor>, StoreError> {
        let row: Option<(String, i64)> = sqlx::query_as(self.sql.find_relay.get())
            .bind(name)
            .fetch_optional(&self.pool)
            .await
            .map_err(store_error)?;
        let (tx, id) = row.ok_or(Cause::UnknownRelay)?;
        let tx = tx.parse().map_err(|_| Cause::corrupt("tx", "no transaction id"))?;
        Ok((tx != 0).then(|| Place { tx, id }.cursor()))
    }

    /// Notes that a reader has delivered everything up to a cursor. Call it afterwards, never
    /// before: what lies between the two is delivered again after a crash, and what would be skipped
    /// is lost. A reader never moves back.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot say, or the relay was never registered.
    pub async fn move_relay(&self, name: &str, to: &EventCursor) -> Result<(), StoreError> {
        let place = Place::of(to)?;
        self.check_own(place).await?;
        let tx = place.tx.to_string();
        let forward = || sqlx::query(self.sql.move_relay.get()).bind(name).bind(&tx).bind(place.id);
        if self.alone(forward).await? == 0 {
            self.relay_position(name).await?;
        }
        Ok(())
    }

    /// Strikes a reader off: pruning waits for it no longer.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot say.
    pub async fn retire_relay(&self, name: &str) -> Result<(), StoreError> {
        let strike = || sqlx::query(self.sql.drop_relay.get()).bind(name);
        self.alone(strike).await.map(drop)
    }
}
