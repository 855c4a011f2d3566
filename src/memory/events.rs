//! The events of the memory store, in one order, and where in it those of each subject are.

use std::collections::{BTreeMap, VecDeque};

use async_trait::async_trait;

use super::{MemoryStore, as_number};
use crate::domain::{Event, Subject};
use crate::ports::{EventCursor, EventLog, EventPage, StoreError, SubjectEvents};
use crate::sync::lock;

/// The events that commits have written and nobody has pruned.
#[derive(Default)]
pub(super) struct Events {
    /// Oldest first.
    kept: VecDeque<Event>,
    /// The number of events that were pruned: the number of the first one kept.
    pruned: u64,
    /// The numbers of each subject's events, oldest first. No list is empty.
    of: BTreeMap<Subject, VecDeque<u64>>,
}

impl Events {
    pub(super) fn append(&mut self, events: &[Event]) {
        for event in events {
            let number = self.pruned + as_number(self.kept.len());
            self.of.entry(event.subject().clone()).or_default().push_back(number);
            self.kept.push_back(event.clone());
        }
    }

    fn page(&self, after: Option<&EventCursor>, limit: usize) -> Result<EventPage, StoreError> {
        let from = self.index_after(after)?;
        let events: Vec<Event> = self.kept.iter().skip(from).take(limit).cloned().collect();
        let end = self.pruned + as_number(from + events.len());
        let next = (!events.is_empty()).then(|| EventCursor::new(end.to_string()));
        Ok(EventPage { events, next })
    }

    fn latest(&self, subject: &Subject, limit: usize) -> Vec<Event> {
        let numbers = self.of.get(subject).into_iter().flat_map(|numbers| numbers.iter().rev());
        numbers
            .take(limit)
            .filter_map(|number| self.kept.get(self.index(*number)?))
            .cloned()
            .collect()
    }

    fn prune(&mut self, up_to: &EventCursor) -> Result<u64, StoreError> {
        let count = self.index_after(Some(up_to))?;
        for event in self.kept.drain(..count) {
            // The oldest of all is the oldest of its subject.
            if let Some(numbers) = self.of.get_mut(event.subject()) {
                numbers.pop_front();
                if numbers.is_empty() {
                    self.of.remove(event.subject());
                }
            }
        }
        self.pruned += as_number(count);
        Ok(as_number(count))
    }

    /// The place in `kept` of what comes after a cursor: a cursor is the number of events before
    /// its own end, pruned ones included.
    fn index_after(&self, cursor: Option<&EventCursor>) -> Result<usize, StoreError> {
        let Some(cursor) = cursor else { return Ok(0) };
        let number: Option<u64> = cursor.as_str().parse().ok();
        let index = number.and_then(|number| self.index(number));
        let index = index.filter(|index| *index <= self.kept.len());
        index.ok_or_else(|| StoreError::unavailable("the event cursor is none of this store's"))
    }

    /// The place in `kept` of the event of a number.
    fn index(&self, number: u64) -> Option<usize> {
        usize::try_from(number.saturating_sub(self.pruned)).ok()
    }
}

#[async_trait]
impl EventLog for MemoryStore {
    async fn read(
        &self,
        after: Option<&EventCursor>,
        limit: usize,
    ) -> Result<EventPage, StoreError> {
        lock(&self.state).events.page(after, limit)
    }

    async fn prune(&self, up_to: &EventCursor) -> Result<u64, StoreError> {
        lock(&self.state).events.prune(up_to)
    }
}

#[async_trait]
impl SubjectEvents for MemoryStore {
    async fn latest(&self, subject: &Subject, limit: usize) -> Result<Vec<Event>, StoreError> {
        Ok(lock(&self.state).events.latest(subject, limit))
    }
}
