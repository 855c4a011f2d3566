//! The stores that the promises are explored on: the real one, and two that are wrong on purpose.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use mfakit::domain::Account;
use mfakit::store::{AccountStore, Commit, CommitOutcome, EventLog, StoreError, Version};
use mfakit::{Event, EventKind, MemoryStore, Subject};
use shuttle::future::{block_on, yield_now};
use shuttle::sync::Mutex;

/// What is wrong with a planted store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// It compares no version and stores whatever comes.
    Blind,
    /// It compares first and writes afterwards, with its lock given up in between.
    TwoSteps,
    /// Nothing: what breaks on the others is their flaw, and not the planted store as such.
    Sound,
}

/// A store that others get a turn around.
#[derive(Clone)]
pub(crate) enum Shelf {
    /// The one that is tested.
    Memory(MemoryStore),
    /// One that is wrong.
    Planted(Arc<Planted>),
}

pub(crate) struct Planted {
    flaw: Flaw,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    accounts: BTreeMap<Subject, Arc<Account>>,
    events: Vec<Event>,
}

impl Shelf {
    pub(crate) fn new(flaw: Option<Flaw>) -> Self {
        match flaw {
            None => Self::Memory(MemoryStore::new()),
            Some(flaw) => Self::Planted(Arc::new(Planted { flaw, state: Mutex::default() })),
        }
    }

    /// Everything that happened, in order.
    pub(crate) fn events(&self) -> Vec<EventKind> {
        let events = match self {
            Self::Memory(memory) => block_on(memory.read(None, 1_000)).expect("the log").events,
            Self::Planted(planted) => planted.state.lock().expect("the state").events.clone(),
        };
        events.iter().map(|event| event.kind().clone()).collect()
    }
}

#[async_trait]
impl AccountStore for Shelf {
    async fn load(&self, subject: &Subject) -> Result<Option<Arc<Account>>, StoreError> {
        yield_now().await;
        match self {
            Self::Memory(memory) => memory.load(subject).await,
            Self::Planted(planted) => {
                Ok(planted.state.lock().expect("the state").accounts.get(subject).cloned())
            }
        }
    }

    async fn commit(&self, commit: &Commit) -> Result<CommitOutcome, StoreError> {
        yield_now().await;
        match self {
            Self::Memory(memory) => memory.commit(commit).await,
            Self::Planted(planted) => Ok(planted.commit(commit)),
        }
    }
}

impl Planted {
    fn commit(&self, commit: &Commit) -> CommitOutcome {
        if self.flaw == Flaw::TwoSteps && self.version(commit.subject()) != commit.expected() {
            return CommitOutcome::Conflict;
        }
        let mut state = self.state.lock().expect("the state");
        let stored = state.accounts.get(commit.subject()).map(|account| account.version());
        if self.flaw == Flaw::Sound && stored != commit.expected() {
            return CommitOutcome::Conflict;
        }
        match commit.next() {
            Some(next) => state.accounts.insert(commit.subject().clone(), Arc::clone(next)),
            None => state.accounts.remove(commit.subject()),
        };
        state.events.extend(commit.events().iter().cloned());
        CommitOutcome::Committed
    }

    fn version(&self, subject: &Subject) -> Option<Version> {
        self.state.lock().expect("the state").accounts.get(subject).map(|account| account.version())
    }
}
