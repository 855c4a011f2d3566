//! The store under test.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use super::HostTransactions;
use crate::ports::{AccountIndex, AccountStore, EventLog, OrgStore, Stamps, SubjectEvents};

/// One fresh, empty store, as the traits it implements.
///
/// Only accounts are required. A rule about a trait that is not given is reported as not offered,
/// which is not a pass.
///
/// ```
/// use mfakit::MemoryStore;
/// use mfakit::testing::conformance::Candidate;
///
/// let store = MemoryStore::new();
/// let candidate = Candidate::new(store.clone())
///     .index(store.clone())
///     .event_log(store.clone())
///     .subject_events(store.clone())
///     .organizations(store.clone())
///     .stamps(store);
/// # let _ = candidate;
/// ```
pub struct Candidate {
    pub(super) accounts: Arc<dyn AccountStore>,
    pub(super) other: Option<Arc<dyn AccountStore>>,
    pub(super) index: Option<Arc<dyn AccountIndex>>,
    pub(super) log: Option<Arc<dyn EventLog>>,
    pub(super) subject_events: Option<Arc<dyn SubjectEvents>>,
    pub(super) organizations: Option<Arc<dyn OrgStore>>,
    pub(super) other_organizations: Option<Arc<dyn OrgStore>>,
    pub(super) stamps: Option<Arc<dyn Stamps>>,
    pub(super) transactions: Option<Arc<dyn HostTransactions>>,
    pub(super) crowd: u32,
    /// Kept until the rule has been checked: dropping it cleans up.
    _guard: Option<Box<dyn Any + Send + Sync>>,
}

impl Candidate {
    /// A store of accounts.
    pub fn new(accounts: impl AccountStore + 'static) -> Self {
        Self {
            accounts: Arc::new(accounts),
            other: None,
            index: None,
            log: None,
            subject_events: None,
            organizations: None,
            other_organizations: None,
            stamps: None,
            transactions: None,
            crowd: 5_000,
            _guard: None,
        }
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

    /// The log of the same store's events, those of organizations among them.
    pub fn event_log(mut self, log: impl EventLog + 'static) -> Self {
        self.log = Some(Arc::new(log));
        self
    }

    /// The reader of the latest events of one subject, over the same store's events.
    pub fn subject_events(mut self, events: impl SubjectEvents + 'static) -> Self {
        self.subject_events = Some(Arc::new(events));
        self
    }

    /// The organizations beside the same accounts. An overview that may lag in production must not
    /// lag here: give the kit one that is kept for no time at all.
    pub fn organizations(mut self, store: impl OrgStore + 'static) -> Self {
        self.organizations = Some(Arc::new(store));
        self
    }

    /// Another handle on the same organizations.
    pub fn other_organizations(mut self, store: impl OrgStore + 'static) -> Self {
        self.other_organizations = Some(Arc::new(store));
        self
    }

    /// The projected read over the same accounts and organizations.
    pub fn stamps(mut self, stamps: impl Stamps + 'static) -> Self {
        self.stamps = Some(Arc::new(stamps));
        self
    }

    /// Transactions of the host's, on the same database. Leave it out when the store has none that
    /// a host could join.
    pub fn host_transactions(mut self, transactions: impl HostTransactions + 'static) -> Self {
        self.transactions = Some(Arc::new(transactions));
        self
    }

    /// The number of members that the rule about a large roster writes; 5,000 unless told. The user of many
    /// organizations belongs to twice as many.
    pub fn crowd(mut self, members: u32) -> Self {
        self.crowd = members;
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
            .field("subject_events", &self.subject_events.is_some())
            .field("organizations", &self.organizations.is_some())
            .field("other_organizations", &self.other_organizations.is_some())
            .field("stamps", &self.stamps.is_some())
            .field("host_transactions", &self.transactions.is_some())
            .finish_non_exhaustive()
    }
}
