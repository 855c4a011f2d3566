//! A membership's `strength` follows the account's, in whichever order they are committed.

use std::time::Duration;

use mfakit::Strength;
use mfakit::organization::Membership;
use mfakit::store::{OrgStore, Version};

use crate::databases::{Database, Staging, Store, on_both};
use crate::world::{World, commit_id, org, stamp, subject};

on_both! {
    it_follows_every_switch
    a_membership_made_while_mfa_is_switched_on_knows_it
    mfa_switched_on_while_a_membership_is_made_is_known
    it_follows_every_rank_and_one_that_no_release_writes_is_refused
}

async fn known(store: &impl Store, name: &str) -> bool {
    let row = store.roster_row(&org("acme"), &subject(name)).await.unwrap();
    row.expect("a member").strength == Some(Strength::Standard)
}

async fn it_follows_every_switch(database: &impl Database) {
    let world = World::on(database.store().await);
    world.mfa.join_organization(&org("acme"), &subject("ada"), world.now()).await.unwrap();
    assert!(!known(&world.store, "ada").await);
    let (_, session) = world.protect("ada").await;
    assert!(known(&world.store, "ada").await, "switched on");
    let _ = world.mfa.disable(&session).await.unwrap();
    assert!(!known(&world.store, "ada").await, "switched off");
    let (ada, _) = world.protect("ada").await;
    world.mfa.join_organization(&org("other"), &ada.subject, world.now()).await.unwrap();
    let row = world.store.roster_row(&org("other"), &ada.subject).await.unwrap().unwrap();
    assert_eq!(row.strength, Some(Strength::Standard), "joined with MFA on");
    world.mfa.leave_organization(&org("acme"), &ada.subject).await.unwrap();
    world.mfa.join_organization(&org("acme"), &ada.subject, world.now()).await.unwrap();
    assert!(known(&world.store, "ada").await, "left and joined again");
    database.run("DELETE FROM mfakit_accounts").await;
    assert!(!known(&world.store, "ada").await, "the account is gone");
}

/// The host's transaction has switched MFA on and is still open when somebody makes a membership.
async fn a_membership_made_while_mfa_is_switched_on_knows_it(database: &impl Database) {
    let world = World::on(database.store().await);
    let (session, setup, _user) = world.set_up("ada").await;
    let ada = subject("ada");
    let mut tx = world.store.begin_transaction().await;
    let account = tx.account(&ada).await.unwrap();
    let finished =
        account.finish_setup(session.session(), setup, stamp(), world.context()).unwrap();
    let closed = tx.put(commit_id(), finished).await.unwrap();
    let acme = org("acme");
    let joining = world.mfa.join_organization(&acme, &ada, world.now());
    let ending = async {
        // Long enough for the other to arrive where it has to wait.
        tokio::time::sleep(Duration::from_millis(300)).await;
        tx.end().await.unwrap()
    };
    let (joined, receipt) = tokio::join!(joining, ending);
    joined.unwrap();
    let _ = closed.open(&receipt).unwrap();
    assert!(known(&world.store, "ada").await);
}

/// The host's transaction has made a membership and is still open when the member switches MFA on.
async fn mfa_switched_on_while_a_membership_is_made_is_known(database: &impl Database) {
    let world = World::on(database.store().await);
    let (session, setup, _user) = world.set_up("ada").await;
    let ada = subject("ada");
    let mut tx = world.store.begin_transaction().await;
    let first = Version::first([9; 8]);
    let joined = Membership::join(org("acme"), ada.clone(), world.now(), first, world.context());
    let closed = tx.put_row(commit_id(), joined.unwrap()).await.unwrap();
    let finishing = world.mfa.finish_setup(session.session(), setup);
    let ending = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        tx.end().await.unwrap()
    };
    let (finished, receipt) = tokio::join!(finishing, ending);
    let _ = finished.unwrap();
    closed.open(&receipt).unwrap();
    assert!(known(&world.store, "ada").await);
}

/// Ranks of later releases, which count for the strength that they reach; and numbers that are none.
async fn it_follows_every_rank_and_one_that_no_release_writes_is_refused(database: &impl Database) {
    let world = World::on(database.store().await);
    world.mfa.join_organization(&org("acme"), &subject("ada"), world.now()).await.unwrap();
    world.protect("ada").await;
    let table = [
        (0, None),
        (10, None),
        (20, Some(Strength::Standard)),
        (39, Some(Strength::Standard)),
        (40, Some(Strength::PhishingResistant)),
        (255, Some(Strength::PhishingResistant)),
    ];
    for (rank, expected) in table {
        database.run(&format!("UPDATE mfakit_accounts SET strength = {rank}")).await;
        let row = world.store.roster_row(&org("acme"), &subject("ada")).await.unwrap();
        assert_eq!(row.expect("a member").strength, expected, "{rank}");
        let counts = world.store.counts(&org("acme"), world.now()).await.unwrap();
        assert_eq!(counts.of(expected), 1, "{rank}: {counts:?}");
    }
    for rank in [-1, 256] {
        database.run(&format!("UPDATE mfakit_accounts SET strength = {rank}")).await;
        let read = world.store.roster_row(&org("acme"), &subject("ada")).await;
        let cause = read.as_ref().err().and_then(mfakit_sqlx::cause_of);
        assert!(matches!(cause, Some(mfakit_sqlx::Cause::Corrupt { .. })), "{rank}: {read:?}");
    }
}
