//! The ports that the builder collects and every operation goes through.

use std::sync::Arc;

use crate::error::Error;
use crate::ports::{
    AccountIndex, AccountStore, Clock, Entropy, EventLog, ImportedCodeHasher, OrgStore, OsEntropy,
    Stamps, SubjectEvents, SystemClock,
};

/// What a host provides, besides the cipher and the hasher: those are chosen when it is put together.
pub(super) struct Ports {
    pub(super) store: Arc<dyn AccountStore>,
    pub(super) index: Option<Arc<dyn AccountIndex>>,
    pub(super) log: Option<Arc<dyn EventLog>>,
    pub(super) subject_events: Option<Arc<dyn SubjectEvents>>,
    pub(super) organizations: Option<Arc<dyn OrgStore>>,
    pub(super) stamps: Option<Arc<dyn Stamps>>,
    pub(super) imported_hasher: Option<Arc<dyn ImportedCodeHasher>>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
}

impl Ports {
    /// The stores, the operating system's clock and randomness, and nothing else.
    pub(super) fn new(
        store: Arc<dyn AccountStore>,
        organizations: Option<Arc<dyn OrgStore>>,
    ) -> Self {
        Self {
            store,
            index: None,
            log: None,
            subject_events: None,
            organizations,
            stamps: None,
            imported_hasher: None,
            clock: Arc::new(SystemClock),
            entropy: Arc::new(OsEntropy),
        }
    }

    pub(super) fn account_index(&self) -> Result<&dyn AccountIndex, Error> {
        self.index.as_deref().ok_or(Error::MissingPort("an account index"))
    }

    pub(super) fn subject_events(&self) -> Result<&dyn SubjectEvents, Error> {
        self.subject_events.as_deref().ok_or(Error::MissingPort("a reader of one user's events"))
    }

    pub(super) fn org_store(&self) -> Result<&dyn OrgStore, Error> {
        self.organizations.as_deref().ok_or(Error::MissingPort("an organization store"))
    }

    pub(super) fn imported_code_hasher(&self) -> Result<&dyn ImportedCodeHasher, Error> {
        self.imported_hasher.as_deref().ok_or(Error::MissingPort("a hasher of imported codes"))
    }
}
