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
    /// Only those whose place is certain: what is committed behind a commit that is still open
    /// waits for it. So the end of a log is where nothing is certain *yet*. Keep the last cursor
    /// there and ask again later; a relay asks for ever.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the store fails, or did not issue the cursor.
    async fn read(
        &self,
        after: Option<&EventCursor>,
        limit: usize,
    ) -> Result<EventPage, StoreError>;

    /// Drops every event up to and including a cursor, and answers how many there were. Give it
    /// the cursor of the slowest reader.
    ///
    /// # Errors
    /// Returns [`StoreError`] if the store fails, or did not issue the cursor.
    async fn prune(&self, up_to: &EventCursor) -> Result<u64, StoreError>;
}

/// A page of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPage {
    /// The events, oldest first. Fewer than were asked for need not be the last ones.
    pub events: Vec<Event>,
    /// The cursor to go on from. `None` when nothing after the cursor is certain for now: then there is no
    /// event in the page either, and the cursor that was given stays the place to go on from.
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
