//! A store that fails where it is told.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use async_trait::async_trait;

use crate::domain::{Account, Commit, CommitOutcome, Subject};
use crate::ports::{AccountStore, StoreError};
use crate::sync::{Mutex, lock};

/// A fault of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The call fails before it does anything.
    Before,
    /// The call does its work and its reply is lost. A load has no work to do and just fails.
    LostReply,
}

/// Wraps a store: counts its calls, fails the ones it is told to, and lets others run in between.
///
/// Calls are numbered from zero, loads and commits together. Clones share the count and the plan.
#[derive(Debug, Clone)]
pub struct FaultyStore<S> {
    inner: S,
    plan: Arc<Mutex<Plan>>,
}

#[derive(Debug, Default)]
struct Plan {
    calls: u64,
    commits: u64,
    faults: Vec<(u64, Fault)>,
    yields: bool,
}

impl<S> FaultyStore<S> {
    /// Wraps a store; it works until it is told otherwise.
    pub fn new(inner: S) -> Self {
        Self { inner, plan: Arc::new(Mutex::new(Plan::default())) }
    }

    /// Forgets the plan and counts from zero again.
    pub fn reset(&self) {
        let mut plan = lock(&self.plan);
        *plan = Plan { yields: plan.yields, ..Plan::default() };
    }

    /// Lets the call of this number fail.
    pub fn fail(&self, call: u64, fault: Fault) {
        lock(&self.plan).faults.push((call, fault));
    }

    /// Gives way to other tasks before and after every call, so that they come between a load and
    /// its commit.
    pub fn yield_around_calls(&self) {
        lock(&self.plan).yields = true;
    }

    /// The number of calls.
    pub fn calls(&self) -> u64 {
        lock(&self.plan).calls
    }

    /// The number of calls that were commits.
    pub fn commits(&self) -> u64 {
        lock(&self.plan).commits
    }

    /// Counts a call and says what goes wrong in it.
    fn next(&self, commit: bool) -> Option<Fault> {
        let mut plan = lock(&self.plan);
        let call = plan.calls;
        plan.calls += 1;
        plan.commits += u64::from(commit);
        plan.faults.iter().find(|(number, _)| *number == call).map(|(_, fault)| *fault)
    }

    async fn give_way(&self) {
        let yields = lock(&self.plan).yields;
        if yields {
            GiveWay::default().await;
        }
    }
}

#[async_trait]
impl<S: AccountStore> AccountStore for FaultyStore<S> {
    async fn load(&self, subject: &Subject) -> Result<Option<Arc<Account>>, StoreError> {
        self.give_way().await;
        if self.next(false).is_some() {
            return Err(StoreError::unavailable("failed on purpose"));
        }
        let loaded = self.inner.load(subject).await;
        self.give_way().await;
        loaded
    }

    async fn commit(&self, commit: &Commit) -> Result<CommitOutcome, StoreError> {
        self.give_way().await;
        let fault = self.next(true);
        if fault == Some(Fault::Before) {
            return Err(StoreError::unavailable("failed before its commit, on purpose"));
        }
        let outcome = self.inner.commit(commit).await;
        self.give_way().await;
        if fault == Some(Fault::LostReply) {
            return Err(StoreError::unavailable("lost its reply, on purpose"));
        }
        outcome
    }
}

/// Is pending once, and asks to be polled again.
#[derive(Default)]
struct GiveWay {
    given: bool,
}

impl Future for GiveWay {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.given {
            return Poll::Ready(());
        }
        self.given = true;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}
