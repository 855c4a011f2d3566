//! The store under test.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use crate::ports::{AccountIndex, AccountStore, EventLog};

/// One fresh, empty store, as the traits it implements.
///
/// ```
/// use mfakit::MemoryStore;
/// use mfakit::testing::conformance::Candidate;
///
/// let store = MemoryStore::new();
/// let candidate = Candidate::new(store.clone()).index(store.clone()).event_log(store);
/// # let _ = candidate;
/// ```
pub struct Candidate {
    pub(super) accounts: Arc<dyn AccountStore>,
    pub(super) other: Option<Arc<dyn AccountStore>>,
    pub(super) index: Option<Arc<dyn AccountIndex>>,
    pub(super) log: Option<Arc<dyn EventLog>>,
    /// Kept until the rule has been checked: dropping it cleans up.
    _guard: Option<Box<dyn Any + Send + Sync>>,
}

impl Candidate {
    /// A store of accounts.
    pub fn new(accounts: impl AccountStore + 'static) -> Self {
        Self { accounts: Arc::new(accounts), other: None, index: None, log: None, _guard: None }
    }

    /// Another handle on the same database: another pool, as another process would have.
    pub fn other_handle(mut self, accounts: impl AccountStore + 'static) -> Self {
        self.other = Some(Arc::new(accounts));
        self
    }

    /// The index over the same accounts.
    pub fn index(mut self, index: impl AccountIndex + 'static) -> Self {
        self.index = Some(Arc::new(index));
        self
    }

    /// The log of the same store's events.
    pub fn event_log(mut self, log: impl EventLog + 'static) -> Self {
        self.log = Some(Arc::new(log));
        self
    }

    /// Something that cleans up when it is dropped, after the rule has been checked.
    pub fn guard(mut self, guard: impl Any + Send + Sync) -> Self {
        self._guard = Some(Box::new(guard));
        self
    }
}

impl fmt::Debug for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Candidate")
            .field("other_handle", &self.other.is_some())
            .field("index", &self.index.is_some())
            .field("event_log", &self.log.is_some())
            .finish_non_exhaustive()
    }
}
