//! The embedded store: accounts, organizations and events in memory.

mod calendar;
mod org_index;
mod organizations;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use async_trait::async_trait;

use crate::domain::{Account, Commit, CommitOutcome, Event, KeyId, Subject};
use crate::ports::{
    AccountIndex, AccountStore, EventCursor, EventLog, EventPage, SealedPage, StoreError,
};
use crate::sync::{Mutex, lock};
use organizations::Organizations;

/// Accounts, organizations and events in memory: the default for examples, tests and single-process
/// tools.
///
/// A handle is cheap to clone, and all clones share one store. Every commit is atomic; nothing
/// survives the process. Events are kept until they are [pruned](EventLog::prune).
///
/// ```
/// use mfakit::MemoryStore;
///
/// let store = MemoryStore::new();
/// let the_same_store = store.clone();
/// # let _ = the_same_store;
/// ```
#[derive(Clone, Default)]
pub struct MemoryStore {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    accounts: BTreeMap<Subject, Arc<Account>>,
    events: VecDeque<Event>,
    organizations: Organizations,
    /// The number of events that were pruned: the number of the first one kept.
    pruned: u64,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }
}

impl std::fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MemoryStore")
    }
}

#[async_trait]
impl AccountStore for MemoryStore {
    async fn load(&self, subject: &Subject) -> Result<Option<Arc<Account>>, StoreError> {
        Ok(lock(&self.state).accounts.get(subject).cloned())
    }

    async fn commit(&self, commit: &Commit) -> Result<CommitOutcome, StoreError> {
        let mut state = lock(&self.state);
        let row = state.accounts.get_mut(commit.subject());
        if row.as_ref().map(|account| account.version()) != commit.expected() {
            return Ok(CommitOutcome::Conflict);
        }
        match (row, commit.next()) {
            (Some(row), Some(next)) => *row = Arc::clone(next),
            (None, Some(next)) => {
                state.accounts.insert(commit.subject().clone(), Arc::clone(next));
            }
            (_, None) => drop(state.accounts.remove(commit.subject())),
        }
        let strength = commit.next().and_then(|account| account.strength());
        state.organizations.set_strength(commit.subject(), strength);
        state.events.extend(commit.events().iter().cloned());
        Ok(CommitOutcome::Committed)
    }
}

#[async_trait]
impl AccountIndex for MemoryStore {
    async fn load_many(
        &self,
        subjects: &[Subject],
    ) -> Result<Vec<Option<Arc<Account>>>, StoreError> {
        let state = lock(&self.state);
        Ok(subjects.iter().map(|subject| state.accounts.get(subject).cloned()).collect())
    }

    async fn sealed_under(
        &self,
        key: &KeyId,
        after: Option<&Subject>,
        limit: usize,
    ) -> Result<SealedPage, StoreError> {
        use std::ops::Bound::{Excluded, Unbounded};
        let state = lock(&self.state);
        let under = |account: &Account| account.sealed_secrets().any(|(_, s)| s.key() == key);
        let behind = state.accounts.range((after.map_or(Unbounded, Excluded), Unbounded));
        let mut found = behind.filter(|(_, account)| under(account)).map(|(subject, _)| subject);
        let subjects = found.by_ref().take(limit).cloned().collect();
        Ok(SealedPage { subjects, more: found.next().is_some() })
    }
}

#[async_trait]
impl EventLog for MemoryStore {
    async fn read(
        &self,
        after: Option<&EventCursor>,
        limit: usize,
    ) -> Result<EventPage, StoreError> {
        let state = lock(&self.state);
        let from = state.index_after(after)?;
        let events: Vec<Event> = state.events.iter().skip(from).take(limit).cloned().collect();
        let end = state.pruned + as_number(from + events.len());
        let next = (!events.is_empty()).then(|| EventCursor::new(end.to_string()));
        Ok(EventPage { events, next })
    }

    async fn prune(&self, up_to: &EventCursor) -> Result<u64, StoreError> {
        let mut state = lock(&self.state);
        let count = state.index_after(Some(up_to))?;
        state.events.drain(..count);
        state.pruned += as_number(count);
        Ok(as_number(count))
    }
}

impl State {
    /// The place in `events` of what comes after a cursor: a cursor is the number of events before
    /// its own end, pruned ones included.
    fn index_after(&self, cursor: Option<&EventCursor>) -> Result<usize, StoreError> {
        let Some(cursor) = cursor else { return Ok(0) };
        let number: Option<u64> = cursor.as_str().parse().ok();
        let index = number.and_then(|n| usize::try_from(n.saturating_sub(self.pruned)).ok());
        let index = index.filter(|index| *index <= self.events.len());
        index.ok_or_else(|| StoreError::unavailable("the event cursor is none of this store's"))
    }
}

fn as_number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
