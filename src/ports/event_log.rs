//! What happened, for those who were not there.

use std::fmt;

use async_trait::async_trait;

use super::StoreError;
use crate::domain::Event;

/// Reads the events that commits have written.
///
/// # Contract
/// 1. Every event of every commit appears, exactly once, in one order; those of one commit in
///    theirs.
/// 2. A cursor never passes a commit that is still open: what becomes visible later comes later.
/// 3. `prune` drops nothing behind the cursor it is given.
#[async_trait]
pub trait EventLog: Send + Sync {
    /// Up to `limit` events after a cursor; from the oldest kept when there is none.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot say, or the cursor is none of its own.
    async fn read(
        &self,
        after: Option<&EventCursor>,
        limit: usize,
    ) -> Result<EventPage, StoreError>;

    /// Drops every event up to and including a cursor, and answers how many there were. Give it
    /// the cursor of the slowest reader.
    ///
    /// # Errors
    /// [`StoreError`] when the store cannot say, or the cursor is none of its own.
    async fn prune(&self, up_to: &EventCursor) -> Result<u64, StoreError>;
}

/// A page of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPage {
    /// The events, oldest first.
    pub events: Vec<Event>,
    /// Where to go on; `None` when there was nothing after the cursor.
    pub next: Option<EventCursor>,
}

/// A place in the log, as the store writes it. Keep it; do not read meaning into it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct EventCursor(String);

impl EventCursor {
    /// Takes a cursor in the store's own notation.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The store's notation.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EventCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
