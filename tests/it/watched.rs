//! An organization store whose every call a test sees, and may fail, lose or come in before.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use mfakit::organization::{
    Affiliation, Membership, OrgId, Organization, RosterCounts, RosterQuery,
};
use mfakit::store::{
    CommitOutcome, OrgCommit, OrgStore, PolicyRevision, RosterRow, RosterRows, StoreError,
};
use mfakit::{MemoryStore, Subject};

use crate::world::World;

/// What the store is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Organization,
    Membership,
    Memberships,
    Affiliations,
    Revision,
    Commit,
    Roster,
    RosterRow,
    Counts,
    Forget,
}

/// How one call goes.
pub(crate) enum Turn {
    Works,
    /// It fails before it does anything.
    Fails,
    /// It does its work, then this happens, and its reply is lost.
    LosesReply(Box<dyn FnOnce() + Send>),
    /// It does its work, and nobody hears of it.
    NeverReplies,
}

type Watcher = Box<dyn FnMut(Call) -> Turn + Send>;

/// Wraps the embedded store. Clones share the watcher and the count.
#[derive(Clone)]
pub(crate) struct Watched {
    inner: MemoryStore,
    watcher: Arc<Mutex<Watcher>>,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Watched {
    /// It works until it is told otherwise.
    pub(crate) fn new(inner: MemoryStore) -> Self {
        let watcher: Watcher = Box::new(|_| Turn::Works);
        Self { inner, watcher: Arc::new(Mutex::new(watcher)), calls: Arc::default() }
    }

    /// Runs before every call from now on, and says how the call goes. It may do what it likes in
    /// the meantime, but not through this store.
    pub(crate) fn watch(&self, watcher: impl FnMut(Call) -> Turn + Send + 'static) {
        *self.watcher.lock().unwrap() = Box::new(watcher);
    }

    /// The next commit goes like this, and everything after it as usual.
    pub(crate) fn next_commit(&self, turn: Turn) {
        let mut turn = Some(turn);
        self.watch(move |call| match call {
            Call::Commit => turn.take().unwrap_or(Turn::Works),
            _ => Turn::Works,
        });
    }

    /// How often it was asked this since somebody last asked here.
    pub(crate) fn count(&self, call: Call) -> usize {
        let mut calls = self.calls.lock().unwrap();
        let before = calls.len();
        calls.retain(|seen| *seen != call);
        before - calls.len()
    }

    async fn turn<T>(
        &self,
        call: Call,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        self.calls.lock().unwrap().push(call);
        let turn = (self.watcher.lock().unwrap())(call);
        match turn {
            Turn::Works => work.await,
            Turn::Fails => Err(StoreError::unavailable("failed on purpose")),
            Turn::LosesReply(then) => {
                work.await?;
                then();
                Err(StoreError::unavailable("lost its reply, on purpose"))
            }
            Turn::NeverReplies => {
                work.await?;
                std::future::pending().await
            }
        }
    }
}

impl World {
    /// With an organization store that is watched, over the same memory as everything else.
    pub(crate) fn watched() -> (Self, Watched) {
        let memory = MemoryStore::new();
        let watched = Watched::new(memory.clone());
        let orgs = watched.clone();
        (Self::beside(memory, orgs, |builder| builder), watched)
    }
}

#[async_trait]
impl OrgStore for Watched {
    async fn organization(&self, org: &OrgId) -> Result<Option<Arc<Organization>>, StoreError> {
        self.turn(Call::Organization, self.inner.organization(org)).await
    }
    async fn membership(
        &self,
        org: &OrgId,
        subject: &Subject,
    ) -> Result<Option<Arc<Membership>>, StoreError> {
        self.turn(Call::Membership, self.inner.membership(org, subject)).await
    }
    async fn memberships(&self, subject: &Subject) -> Result<Vec<Arc<Membership>>, StoreError> {
        self.turn(Call::Memberships, self.inner.memberships(subject)).await
    }
    async fn affiliations(&self, subject: &Subject) -> Result<Vec<Affiliation>, StoreError> {
        self.turn(Call::Affiliations, self.inner.affiliations(subject)).await
    }
    async fn revision(&self, subject: &Subject) -> Result<PolicyRevision, StoreError> {
        self.turn(Call::Revision, self.inner.revision(subject)).await
    }
    async fn commit(&self, commit: &OrgCommit) -> Result<CommitOutcome, StoreError> {
        self.turn(Call::Commit, OrgStore::commit(&self.inner, commit)).await
    }
    async fn roster(&self, query: &RosterQuery) -> Result<RosterRows, StoreError> {
        self.turn(Call::Roster, self.inner.roster(query)).await
    }
    async fn roster_row(
        &self,
        org: &OrgId,
        subject: &Subject,
    ) -> Result<Option<RosterRow>, StoreError> {
        self.turn(Call::RosterRow, self.inner.roster_row(org, subject)).await
    }
    async fn counts(&self, org: &OrgId, now: DateTime<Utc>) -> Result<RosterCounts, StoreError> {
        self.turn(Call::Counts, self.inner.counts(org, now)).await
    }
    async fn forget(&self, subject: &Subject) -> Result<u64, StoreError> {
        self.turn(Call::Forget, self.inner.forget(subject)).await
    }
}
