//! A store that counts what is read.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use mfakit::domain::Account;
use mfakit::store::{AccountStore, CurrentStamps, Stamps, StoreError};
use mfakit::store::{Commit, CommitOutcome};
use mfakit::{MemoryStore, Subject};

#[derive(Clone)]
pub(crate) struct Counted {
    memory: MemoryStore,
    stamps: Arc<AtomicU64>,
    accounts: Arc<AtomicU64>,
}

impl Counted {
    pub(crate) fn new(memory: MemoryStore) -> Self {
        Self { memory, stamps: Arc::default(), accounts: Arc::default() }
    }

    /// How many stamps and how many accounts were read.
    pub(crate) fn reads(&self) -> (u64, u64) {
        (self.stamps.load(Ordering::SeqCst), self.accounts.load(Ordering::SeqCst))
    }
}

#[async_trait]
impl AccountStore for Counted {
    async fn load(&self, subject: &Subject) -> Result<Option<Arc<Account>>, StoreError> {
        self.accounts.fetch_add(1, Ordering::SeqCst);
        self.memory.load(subject).await
    }

    async fn commit(&self, commit: &Commit) -> Result<CommitOutcome, StoreError> {
        AccountStore::commit(&self.memory, commit).await
    }
}

#[async_trait]
impl Stamps for Counted {
    async fn stamps(&self, subject: &Subject) -> Result<CurrentStamps, StoreError> {
        self.stamps.fetch_add(1, Ordering::SeqCst);
        self.memory.stamps(subject).await
    }
}
