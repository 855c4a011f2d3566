//! Policies and memberships: compare-and-swap, the revision, what leaves and what stays.

use mfakit::Strength;
use mfakit::organization::{
    Gate, GracePeriod, Membership, PolicyScope, PolicyTerms, ProposedPolicy,
};
use mfakit::store::{CommitOutcome, OrgCommit};
use mfakit::store::{OrgStore, PolicyRevision, Stamps, Version};

use crate::databases::{Database, Store, on_both};
use crate::world::{World, commit_id, org, subject};

on_both! {
    of_two_commits_on_one_row_the_second_conflicts
    everything_of_a_membership_comes_back
    a_policy_walls_its_members_and_says_so_in_the_log
    the_revision_changes_with_every_policy_and_membership
    a_user_who_is_forgotten_comes_back_new
}

const NOW: PolicyTerms = PolicyTerms { grace: GracePeriod::NONE, scope: PolicyScope::WholeAccount };

fn joining<S: Store>(world: &World<S>, name: &str) -> OrgCommit {
    let first = Version::first([9; 8]);
    let joined =
        Membership::join(org("acme"), subject(name), world.now(), first, world.context()).unwrap();
    joined.into_commit(commit_id()).0
}

async fn of_two_commits_on_one_row_the_second_conflicts(database: &impl Database) {
    let world = World::on(database.store().await);
    let store = &world.store;
    let put = async |commit: &OrgCommit| OrgStore::commit(store, commit).await.unwrap();
    let (first, second) = (joining(&world, "ada"), joining(&world, "ada"));
    assert_eq!(put(&first).await, CommitOutcome::Committed);
    assert_eq!(put(&second).await, CommitOutcome::Conflict, "made only once");
    let ada = store.membership(&org("acme"), &subject("ada")).await.unwrap().unwrap();
    assert!(ada.recent_commits().contains(&first.id()));
    let leave = || ada.leave(world.context()).unwrap().into_commit(commit_id()).0;
    let before = store.revision(ada.subject()).await.unwrap();
    assert_eq!(put(&leave()).await, CommitOutcome::Committed);
    let after = store.revision(ada.subject()).await.unwrap();
    assert_eq!(put(&leave()).await, CommitOutcome::Conflict, "a stale version");
    assert_ne!(before, after);
    assert_eq!(store.revision(ada.subject()).await.unwrap(), after, "nothing of a refused commit");
}

async fn everything_of_a_membership_comes_back(database: &impl Database) {
    let world = World::on(database.store().await);
    let (admin, session) = world.protect("admin").await;
    let (acme, ada) = (org("Ac'me é"), subject("ada \"; DROP TABLE"));
    world.mfa.join_organization(&acme, &ada, world.now()).await.unwrap();
    let authority = world.authority(&acme, &admin.subject);
    world
        .mfa
        .set_policy(&session, &authority, ProposedPolicy::Required(Strength::Standard, NOW), None)
        .await
        .unwrap();
    let until = world.now() + chrono::TimeDelta::microseconds(86_400_000_001);
    let exempted = world
        .mfa
        .exempt_member(&session, &authority, &ada, Strength::Standard, Some(until))
        .await
        .unwrap();
    let extended = world
        .mfa
        .extend_member(&session, &authority, &ada, Strength::Standard, until)
        .await
        .unwrap();
    assert_eq!(exempted.exemption(), extended.exemption());
    let stored = world.store.membership(&acme, &ada).await.unwrap().unwrap();
    assert_eq!(stored.extension(), extended.extension());
    assert_eq!(stored.exemption(), extended.exemption());
    assert_eq!(stored.first_joined(), extended.first_joined());
    assert_eq!(stored.recent_commits().len(), 3);
    let [affiliation] = &world.store.affiliations(&ada).await.unwrap()[..] else { panic!("one") };
    assert_eq!(*affiliation.membership, *stored);
    assert_eq!(affiliation.policy().requirement(Strength::Standard).map(|r| r.terms), Some(NOW));
    world.mfa.leave_organization(&acme, &ada).await.unwrap();
    assert!(world.store.affiliations(&ada).await.unwrap().is_empty());
    assert!(world.store.roster_row(&acme, &ada).await.unwrap().is_none());
    let [left] = &world.store.memberships(&ada).await.unwrap()[..] else { panic!("one") };
    assert!(left.left_at().is_some());
}

async fn a_policy_walls_its_members_and_says_so_in_the_log(database: &impl Database) {
    let world = World::on(database.store().await);
    let (admin, session) = world.protect("admin").await;
    let ada = subject("ada");
    world.mfa.join_organization(&org("acme"), &ada, world.now()).await.unwrap();
    let authority = world.authority(&org("acme"), &admin.subject);
    let before = world.store.events(None).await.len();
    world
        .mfa
        .set_policy(&session, &authority, ProposedPolicy::Required(Strength::Standard, NOW), None)
        .await
        .unwrap();
    let access = world.mfa.access(&ada).await.unwrap();
    assert!(matches!(access.gate, Gate::SetUpFirst(_)), "{access:?}");
    assert_eq!(world.store.events(None).await.len(), before + 1);
    world.protect("ada").await;
    assert!(matches!(world.mfa.access(&ada).await.unwrap().gate, Gate::Allow));
    let counts = world.mfa.overview(&org("acme")).await.unwrap();
    assert_eq!((counts.members, counts.protected(), counts.lapsed), (1, 1, 0));
}

async fn the_revision_changes_with_every_policy_and_membership(database: &impl Database) {
    let world = World::on(database.store().await);
    let (admin, session) = world.protect("admin").await;
    let ada = subject("ada");
    let mut seen = vec![world.store.revision(&ada).await.unwrap()];
    assert_eq!(seen, [PolicyRevision::NONE]);
    let authority = world.authority(&org("acme"), &admin.subject);
    for step in 0..5 {
        match step {
            0 => drop(world.mfa.join_organization(&org("acme"), &ada, world.now()).await.unwrap()),
            1 => drop(
                world
                    .mfa
                    .set_policy(
                        &session,
                        &authority,
                        ProposedPolicy::Required(Strength::Standard, NOW),
                        None,
                    )
                    .await
                    .unwrap(),
            ),
            2 => world.mfa.leave_organization(&org("acme"), &ada).await.unwrap(),
            3 => assert_eq!(world.store.forget(&ada).await.unwrap(), 1),
            _ => drop(world.mfa.join_organization(&org("acme"), &ada, world.now()).await.unwrap()),
        }
        let revision = world.store.revision(&ada).await.unwrap();
        assert!(!seen.contains(&revision), "{step}: {revision:?} was there before: {seen:?}");
        assert_eq!(world.store.stamps(&ada).await.unwrap().policies, revision);
        seen.push(revision);
    }
}

async fn a_user_who_is_forgotten_comes_back_new(database: &impl Database) {
    let world = World::on(database.store().await);
    let ada = subject("ada");
    let long_ago = world.now() - chrono::TimeDelta::days(400);
    for name in ["acme", "other"] {
        world.mfa.join_organization(&org(name), &ada, long_ago).await.unwrap();
    }
    world.mfa.leave_organization(&org("other"), &ada).await.unwrap();
    assert_eq!(world.store.forget(&ada).await.unwrap(), 2);
    assert_eq!(world.store.forget(&ada).await.unwrap(), 0);
    world.mfa.join_organization(&org("acme"), &ada, world.now()).await.unwrap();
    let back = world.store.membership(&org("acme"), &ada).await.unwrap().unwrap();
    assert_eq!(back.first_joined(), world.now());
}
