//! A store that says how long it took: what "the store alone" is, of the same requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use mfakit::Subject;
use mfakit::domain::Account;
use mfakit::store::{AccountStore, CurrentStamps, Stamps, StoreError};
use mfakit::store::{Commit, CommitOutcome};

#[derive(Clone)]
pub(crate) struct Timed<S> {
    inner: S,
    spent: Spent,
}

/// The time that went by in the store since it was asked last.
#[derive(Clone, Default)]
pub(crate) struct Spent(Arc<AtomicU64>);

impl Spent {
    pub(crate) fn take(&self) -> Duration {
        Duration::from_nanos(self.0.swap(0, Ordering::SeqCst))
    }

    async fn on<T>(&self, work: impl Future<Output = T>) -> T {
        let started = Instant::now();
        let done = work.await;
        let nanos = u64::try_from(started.elapsed().as_nanos()).unwrap();
        self.0.fetch_add(nanos, Ordering::SeqCst);
        done
    }
}

impl<S> Timed<S> {
    pub(crate) fn new(inner: S, spent: &Spent) -> Self {
        Self { inner, spent: spent.clone() }
    }
}

#[async_trait]
impl<S: AccountStore> AccountStore for Timed<S> {
    async fn load(&self, subject: &Subject) -> Result<Option<Arc<Account>>, StoreError> {
        self.spent.on(self.inner.load(subject)).await
    }

    async fn commit(&self, commit: &Commit) -> Result<CommitOutcome, StoreError> {
        self.spent.on(self.inner.commit(commit)).await
    }
}

#[async_trait]
impl<S: Stamps> Stamps for Timed<S> {
    async fn stamps(&self, subject: &Subject) -> Result<CurrentStamps, StoreError> {
        self.spent.on(self.inner.stamps(subject)).await
    }
}
