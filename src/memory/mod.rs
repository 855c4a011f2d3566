//! The embedded store: accounts, organizations and events in memory.

mod calendar;
mod events;
mod org_index;
mod organizations;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;

use crate::domain::{Account, Commit, CommitOutcome, KeyId, Subject};
use crate::ports::{AccountIndex, AccountStore, SealedPage, StoreError};
use crate::sync::{Mutex, lock};
use events::Events;
use organizations::Organizations;

/// Accounts, organizations and events in memory: the default for examples, tests and single-process
/// tools.
///
/// A handle is cheap to clone, and all clones share one store. Every commit is atomic; nothing
/// survives the process. Events are kept until they are [pruned](crate::store::EventLog::prune).
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
    events: Events,
    organizations: Organizations,
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
        state.events.append(commit.events());
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

fn as_number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
