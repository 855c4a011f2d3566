//! Guards: one projected read, none within `recheck`, and nothing refused for what was remembered.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use chrono::TimeDelta;
use mfakit::organization::{Gate, GracePeriod, OrgAuthority, OrgId, PolicyScope, PolicyTerms};
use mfakit::step_up::Needed;
use mfakit::store::{CurrentStamps, Stamps, StoreError};
use mfakit::{Answer, MemoryStore, Mfa, Refusal, Settings, StepUpRule, Subject};

use crate::world::{World, block_on, full, gate, keyring, refused};

/// Counts the reads of the stamps.
#[derive(Clone)]
struct Counted {
    store: MemoryStore,
    reads: Arc<AtomicU64>,
}

#[async_trait]
impl Stamps for Counted {
    async fn stamps(&self, subject: &Subject) -> Result<CurrentStamps, StoreError> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.store.stamps(subject).await
    }
}

/// Another process on the same store, and how often it has read the stamps.
fn another_process(world: &World, recheck: i64) -> (Mfa, Arc<AtomicU64>) {
    let reads = Arc::new(AtomicU64::new(0));
    let counted = Counted { store: world.memory.clone(), reads: Arc::clone(&reads) };
    let recheck = TimeDelta::seconds(recheck);
    let mfa = Mfa::builder(world.memory.clone())
        .issuer("Scrivio")
        .keyring(keyring("k1"))
        .stamps(counted)
        .settings(Settings::builder().recheck(recheck).build().unwrap())
        .clock(world.clock.clone())
        .build()
        .unwrap();
    (mfa, reads)
}

fn payout() -> StepUpRule {
    StepUpRule::fresh(Needed::SecondFactor, TimeDelta::hours(1)).or_recovery()
}

fn count(reads: &AtomicU64) -> u64 {
    reads.swap(0, Ordering::Relaxed)
}

#[test]
fn a_satisfied_session_reads_once_and_not_again_within_recheck() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let session = world.sign_in(&ada).await;
        let (mfa, reads) = another_process(&world, 60);
        for _ in 0..10 {
            mfa.guard(&session, &payout()).await.unwrap();
            world.wait(5);
        }
        assert_eq!(count(&reads), 1);
        world.wait(11);
        mfa.guard(&session, &payout()).await.unwrap();
        assert_eq!(count(&reads), 1, "after a minute it is read again");
        world.wait(-3600);
        mfa.guard(&session, &StepUpRule::fresh(Needed::FirstFactor, TimeDelta::hours(2)))
            .await
            .unwrap_err();
        assert_eq!(count(&reads), 1, "a clock that was set back makes nothing last longer");
    });
}

#[test]
fn without_recheck_every_request_reads() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let session = world.sign_in(&ada).await;
        let (mfa, reads) = another_process(&world, 0);
        for _ in 0..3 {
            mfa.guard(&session, &payout()).await.unwrap();
        }
        assert_eq!(count(&reads), 3);
    });
}

#[test]
fn a_stolen_session_outlives_a_change_elsewhere_by_recheck_and_no_longer() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let stolen = world.sign_in(&ada).await;
        let (mfa, _) = another_process(&world, 60);
        mfa.guard(&stolen, &payout()).await.unwrap();
        world.mfa.password_changed(&ada.subject, None).await.unwrap();
        world.wait(59);
        assert!(mfa.guard(&stolen, &payout()).await.is_ok(), "the documented staleness");
        assert_eq!(refused(world.mfa.guard(&stolen, &payout()).await), Refusal::SignInAgain);
        assert_eq!(refused(mfa.regenerate_codes(&stolen).await), Refusal::SignInAgain);
        world.wait(1);
        assert_eq!(refused(mfa.guard(&stolen, &payout()).await), Refusal::SignInAgain);
    });
}

#[test]
fn a_session_that_is_newer_than_what_is_remembered_is_not_refused() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let session = world.sign_in(&ada).await;
        let (mfa, reads) = another_process(&world, 60);
        mfa.guard(&session, &payout()).await.unwrap();
        let (session, _) = world.mfa.regenerate_codes(&session).await.unwrap();
        let session = full(session);
        mfa.guard(&session, &payout()).await.unwrap();
        assert_eq!(count(&reads), 2);
    });
}

#[test]
fn ones_own_change_is_noticed_at_once() {
    block_on(async {
        let world = World::new();
        let ada = world.protect("ada").await;
        let old = world.sign_in(&ada).await;
        world.mfa.guard(&old, &payout()).await.unwrap();
        world.next_code();
        let own = world.sign_in_with(&ada.subject, Answer::recovery(&ada.recovery(0))).await;
        world.mfa.password_changed(&ada.subject, Some(&own)).await.unwrap();
        assert_eq!(refused(world.mfa.guard(&old, &payout()).await), Refusal::SignInAgain);
    });
}

#[test]
fn an_access_decision_holds_until_it_changes_by_itself_or_the_policy_changes() {
    block_on(async {
        let world = World::new();
        let admin = world.protect("admin").await;
        let (acme, ada) = (OrgId::new("acme").unwrap(), Subject::new("ada").unwrap());
        world.mfa.join_organization(&acme, &ada, world.now()).await.unwrap();
        let (mfa, reads) = another_process(&world, 300);
        let session = world.sign_in_plain(&ada).await;
        let gate = || async { gate(&mfa, &session).await };
        assert_eq!(gate().await, Gate::Allow);
        assert_eq!(gate().await, Gate::Allow);
        assert_eq!(count(&reads), 1);

        let by = OrgAuthority::grant(acme, admin.subject.clone(), "audit finding").unwrap();
        let terms =
            PolicyTerms { grace: GracePeriod::days(1).unwrap(), scope: PolicyScope::WholeAccount };
        let actor = world.sign_in(&admin).await;
        world
            .mfa
            .set_policy(&actor, &by, crate::organizations::propose(terms), None)
            .await
            .unwrap();
        world.wait(301);
        assert!(matches!(gate().await, Gate::AllowAndRemind(_)));
        assert_eq!(count(&reads), 1);
        world.wait(24 * 3600 - 302);
        assert!(matches!(gate().await, Gate::AllowAndRemind(_)));
        world.wait(1);
        assert!(matches!(gate().await, Gate::SetUpFirst(_)), "at the deadline, whatever is kept");
        assert_eq!(count(&reads), 1);
    });
}

/// A host that lets somebody in every second would otherwise read at every request of everybody.
#[test]
fn somebody_elses_membership_makes_nobody_read_again_and_a_policy_everybody() {
    block_on(async {
        let world = World::new();
        let admin = world.protect("admin").await;
        let (acme, ada) = (OrgId::new("acme").unwrap(), Subject::new("ada").unwrap());
        let (mfa, reads) = another_process(&world, 300);
        mfa.join_organization(&acme, &ada, world.now()).await.unwrap();
        let session = world.sign_in_plain(&ada).await;
        let gate = async || gate(&mfa, &session).await;
        assert_eq!(gate().await, Gate::Allow);
        assert_eq!(count(&reads), 1);
        for number in 0..20_u64 {
            let other = Subject::from(number);
            mfa.join_organization(&acme, &other, world.now()).await.unwrap();
            mfa.leave_organization(&acme, &other).await.unwrap();
            assert_eq!(gate().await, Gate::Allow);
        }
        assert_eq!(count(&reads), 0, "she is remembered");
        mfa.leave_organization(&acme, &ada).await.unwrap();
        assert_eq!(gate().await, Gate::Allow);
        assert_eq!(count(&reads), 1, "her own membership");

        let by = OrgAuthority::grant(acme, admin.subject.clone(), "audit finding").unwrap();
        let terms =
            PolicyTerms { grace: GracePeriod::days(1).unwrap(), scope: PolicyScope::WholeAccount };
        let actor = world.sign_in(&admin).await;
        mfa.set_policy(&actor, &by, crate::organizations::propose(terms), None).await.unwrap();
        assert_eq!(gate().await, Gate::Allow);
        assert_eq!(count(&reads), 1, "a policy");
    });
}
