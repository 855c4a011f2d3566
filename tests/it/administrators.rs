//! Several administrators at once, and replies that are lost.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Waker};

use chrono::{DateTime, TimeDelta, Utc};
use mfakit::domain::{CommitId, CommitOutcome, Moment, OrgCommit, OrgRow};
use mfakit::{
    Affiliation, EventLog, Gate, Membership, MemoryStore, OrgId, OrgPolicy, OrgRefusal, OrgStore,
    Organisation, PolicyRevision, RosterCounts, RosterQuery, RosterRow, RosterRows, Settings,
    StoreError, Subject,
};

use crate::organisations::{acme, authority, fresh, office, require, whole};
use crate::world::{START, World, block_on, refused};

/// Commits, and does something in the moment in which the reply is on its way, once.
struct Lossy {
    inner: MemoryStore,
    lose: Arc<AtomicBool>,
    /// Whether the reply never comes, instead of an error.
    stalls: bool,
    /// Whether the member leaves before the one who lost a reply looks again.
    leaves: bool,
}

#[async_trait::async_trait]
impl OrgStore for Lossy {
    async fn organisation(&self, org: &OrgId) -> Result<Option<Arc<Organisation>>, StoreError> {
        self.inner.organisation(org).await
    }
    async fn membership(
        &self,
        org: &OrgId,
        subject: &Subject,
    ) -> Result<Option<Arc<Membership>>, StoreError> {
        self.inner.membership(org, subject).await
    }
    async fn memberships(&self, subject: &Subject) -> Result<Vec<Arc<Membership>>, StoreError> {
        self.inner.memberships(subject).await
    }
    async fn affiliations(&self, subject: &Subject) -> Result<Vec<Affiliation>, StoreError> {
        self.inner.affiliations(subject).await
    }
    async fn revision(&self, subject: &Subject) -> Result<PolicyRevision, StoreError> {
        self.inner.revision(subject).await
    }
    async fn commit(&self, commit: &OrgCommit) -> Result<CommitOutcome, StoreError> {
        let outcome = OrgStore::commit(&self.inner, commit).await;
        if self.lose.swap(false, Ordering::Relaxed) {
            if let (OrgRow::Membership(row), true) = (commit.row(), self.leaves) {
                let settings = Settings::default();
                let left = row.leave(
                    Moment::new(&settings, DateTime::from_timestamp(START, 0).unwrap()).unwrap(),
                );
                let (left, _) = left.unwrap().into_commit(CommitId::from_random([2; 16]));
                let other = OrgStore::commit(&self.inner, &left).await;
                assert!(matches!(other, Ok(CommitOutcome::Committed)));
            }
            if self.stalls {
                std::future::pending::<()>().await;
            }
            return Err(StoreError::unavailable("lost its reply, on purpose"));
        }
        outcome
    }
    async fn roster(&self, query: &RosterQuery) -> Result<RosterRows, StoreError> {
        self.inner.roster(query).await
    }
    async fn roster_row(
        &self,
        org: &OrgId,
        subject: &Subject,
    ) -> Result<Option<RosterRow>, StoreError> {
        self.inner.roster_row(org, subject).await
    }
    async fn counts(&self, org: &OrgId, now: DateTime<Utc>) -> Result<RosterCounts, StoreError> {
        self.inner.counts(org, now).await
    }
    async fn forget(&self, subject: &Subject) -> Result<u64, StoreError> {
        self.inner.forget(subject).await
    }
}

#[test]
fn a_change_whose_reply_was_lost_is_recognised_and_made_once() {
    block_on(async {
        let lose = Arc::new(AtomicBool::new(false));
        let orgs = MemoryStore::new();
        let store =
            Lossy { inner: orgs.clone(), lose: Arc::clone(&lose), stalls: false, leaves: false };
        let world = World::built(|builder| builder.organisations(store));
        let (admin, ada) = office(&world).await;
        let (session, by) = (fresh(&world, &admin).await, authority(&admin.subject));

        lose.store(true, Ordering::Relaxed);
        let made = world.mfa.make_required(&session, &by, whole(14), None).await.unwrap();
        assert_eq!(made.change.from, OrgPolicy::Voluntary);
        lose.store(true, Ordering::Relaxed);
        let until = world.now() + TimeDelta::days(30);
        world.mfa.extend_member(&session, &by, &ada, until).await.unwrap();
        assert_eq!(orgs.read(None, 100).await.unwrap().events.len(), 2, "one event a change");
    });
}

/// Ada leaves in the moment in which the reply to her extension is lost. The one who extended her
/// finds the own commit behind the other one, instead of being told that she is no member.
#[test]
fn a_lost_reply_is_recognised_behind_somebody_elses_change() {
    block_on(async {
        let lose = Arc::new(AtomicBool::new(false));
        let orgs = MemoryStore::new();
        let store =
            Lossy { inner: orgs.clone(), lose: Arc::clone(&lose), stalls: false, leaves: true };
        let world = World::built(|builder| builder.organisations(store));
        let (admin, ada) = office(&world).await;
        require(&world, &admin, whole(14)).await;
        let (session, by) = (fresh(&world, &admin).await, authority(&admin.subject));
        let until = world.now() + TimeDelta::days(30);
        lose.store(true, Ordering::Relaxed);
        let answer = world.mfa.extend_member(&session, &by, &ada, until).await.unwrap();
        assert_eq!(answer.extension().map(|extension| extension.until), Some(until));
        assert!(!orgs.membership(&acme(), &ada).await.unwrap().unwrap().is_member());
    });
}

#[test]
fn whoever_changes_a_policy_that_somebody_else_has_changed_since_is_told() {
    block_on(async {
        let world = World::new();
        let (admin, ada) = office(&world).await;
        let seen = |version| authority(&admin.subject).having_seen(version);
        let shown = async || world.mfa.organisation(&acme()).await.unwrap().stored_version();
        let never = shown().await;
        assert_eq!(never, None, "a policy that was never set");
        require(&world, &admin, whole(14)).await;
        let first = shown().await;
        let session = fresh(&world, &admin).await;
        let changed: mfakit::Refusal = OrgRefusal::ChangedSince.into();

        let late = world.mfa.make_required(&session, &seen(never), whole(3), None).await;
        assert_eq!(refused(late), changed);
        world.mfa.change_terms(&session, &seen(first), whole(30)).await.unwrap();
        let before = world.mfa.stamps(&ada).await.unwrap();
        let late = world.mfa.change_terms(&session, &seen(first), whole(0)).await;
        assert_eq!(refused(late), changed);
        assert_eq!(refused(world.mfa.make_voluntary(&session, &seen(first)).await), changed);
        let until = world.now() + TimeDelta::days(60);
        let late = world.mfa.extend_member(&session, &seen(first), &ada, until).await;
        assert_eq!(refused(late), changed);
        assert_eq!(world.mfa.stamps(&ada).await.unwrap(), before, "and nothing happened");
        world.mfa.make_voluntary(&session, &seen(shown().await)).await.unwrap();
    });
}

/// The administrator's request is dropped while the reply is on its way. The policy is in force, and
/// no guard of this process goes by what was in force before.
#[test]
fn no_guard_goes_by_the_policy_before_a_change_whose_caller_walked_away() {
    block_on(async {
        let lose = Arc::new(AtomicBool::new(false));
        let world = World::built(|builder| {
            let inner = MemoryStore::new();
            let store = Lossy { inner, lose: Arc::clone(&lose), stalls: true, leaves: false };
            builder.organisations(store)
        });
        let (admin, ada) = office(&world).await;
        let (session, by) = (fresh(&world, &admin).await, authority(&admin.subject));
        let guarded = world.sign_in_plain(&ada).await;
        assert_eq!(world.mfa.guard_access(&guarded).await.unwrap().gate, Gate::Allow);

        lose.store(true, Ordering::Relaxed);
        let mut change = Box::pin(world.mfa.make_required(&session, &by, whole(0), None));
        assert!(change.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        drop(change);
        let gate = world.mfa.guard_access(&guarded).await.unwrap().gate;
        assert!(matches!(gate, Gate::SetUpFirst(_)), "{gate:?}");
    });
}
