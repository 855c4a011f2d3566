//! What becomes of memberships: when their user is renamed, erased or exported, leaves, or comes
//! back.

use std::sync::Arc;

use chrono::TimeDelta;
use mfakit::organization::{Gate, Membership, OrgId, ReminderSchedule};
use mfakit::store::OrgStore;
use mfakit::{HostAuthority, Refusal, SignIn, SignedIn, Strength, Subject};

use crate::organizations::{
    VOLUNTARY, acme, authority, days, fresh, office, propose, require, whole,
};
use crate::world::{World, block_on, refused};

fn over(subject: &Subject) -> HostAuthority {
    HostAuthority::grant(subject.clone(), "job".try_into().unwrap(), "renamed by its owner")
        .unwrap()
}

async fn stored(world: &World, subject: &Subject) -> Vec<Arc<Membership>> {
    world.memory.memberships(subject).await.unwrap()
}

#[test]
fn renaming_walks_around_no_wall() {
    block_on(async {
        let world = World::new();
        let (admin, ada) = office(&world).await;
        require(&world, &admin, whole(14)).await;
        days(&world, 20);
        let walled = world.mfa.access(&ada).await.unwrap();
        assert!(matches!(walled.gate, Gate::SetUpFirst(_)));

        // Without an account, as one who never set MFA up.
        let new = Subject::new("ada lovelace").unwrap();
        world.mfa.rename(&over(&ada), &new).await.unwrap();
        assert_eq!(world.mfa.access(&new).await.unwrap(), walled);
        assert_eq!(stored(&world, &ada).await, []);
        assert_eq!(world.mfa.overview(&acme()).await.unwrap().lapsed, 1, "one ada, not two");
        assert_eq!(refused(world.mfa.rename(&over(&ada), &new).await), Refusal::NotEnabled);
    });
}

/// With an account, stopped at every call of the store in turn, and called again.
#[test]
fn a_rename_that_stops_anywhere_leaves_nobody_without_a_policy() {
    for call in 0..14 {
        block_on(async {
            let world = World::new();
            let (admin, _) = office(&world).await;
            let user = world.protect("ada").await;
            require(&world, &admin, whole(0)).await;
            let first = stored(&world, &user.subject).await[0].first_joined();
            let new = Subject::new("ada lovelace").unwrap();
            world.store.reset();
            for fault in 0..4 {
                world.store.fail(call + fault, mfakit::testing::Fault::LostReply);
            }
            let stopped = world.mfa.rename(&over(&user.subject), &new).await;
            world.store.reset();
            if world.mfa.status(&new).await.unwrap().enabled {
                assert_eq!(stored(&world, &new).await.len(), 1, "call {call}");
            }
            let again = world.mfa.rename(&over(&user.subject), &new).await;
            assert!(again.is_ok(), "call {call}: {stopped:?}, then {again:?}");
            assert_eq!(stored(&world, &user.subject).await, [], "call {call}");
            let [moved] = &stored(&world, &new).await[..] else { panic!("call {call}: not one") };
            assert_eq!(moved.first_joined(), first);
            let counts = world.mfa.overview(&acme()).await.unwrap();
            assert_eq!((counts.members, counts.protected()), (2, 2), "call {call}");
        });
    }
}

#[test]
fn one_who_was_a_member_under_both_names_keeps_the_earlier_day() {
    block_on(async {
        let world = World::new();
        let (_, ada) = office(&world).await;
        let first = world.now();
        days(&world, 3);
        let new = Subject::new("ada lovelace").unwrap();
        world.mfa.join_organization(&acme(), &new, world.now()).await.unwrap();
        world.mfa.leave_organization(&acme(), &new).await.unwrap();
        world.mfa.rename(&over(&ada), &new).await.unwrap();
        let [moved] = &stored(&world, &new).await[..] else { panic!("not one") };
        assert_eq!(moved.first_joined(), first);
        assert!(moved.is_member());
    });
}

#[test]
fn an_export_shows_memberships_and_an_erasure_ends_them() {
    block_on(async {
        let world = World::new();
        let (_, ada) = office(&world).await;
        let other = OrgId::new("other").unwrap();
        world.mfa.join_organization(&other, &ada, world.now()).await.unwrap();
        world.mfa.leave_organization(&other, &ada).await.unwrap();
        let export = world.mfa.export(&ada).await.unwrap();
        assert_eq!(export.memberships.len(), 2, "also the one that was left");
        for _ in 0..2 {
            world.mfa.erase(&over(&ada)).await.unwrap();
            assert_eq!(world.mfa.export(&ada).await.unwrap().memberships, []);
        }
        assert_eq!(world.mfa.overview(&acme()).await.unwrap().members, 1);
    });
}

#[test]
fn what_was_granted_ends_with_leaving_and_the_day_of_joining_does_not() {
    block_on(async {
        let world = World::new();
        let (admin, ada) = office(&world).await;
        require(&world, &admin, whole(14)).await;
        let (session, by) = (fresh(&world, &admin).await, authority(&admin.subject));
        let until = world.now() + TimeDelta::days(60);
        world.mfa.extend_member(&session, &by, &ada, Strength::Standard, until).await.unwrap();
        world.mfa.exempt_member(&session, &by, &ada, Strength::Standard, None).await.unwrap();
        days(&world, 30);
        assert_eq!(world.mfa.access(&ada).await.unwrap().gate, Gate::Allow);
        world.mfa.leave_organization(&acme(), &ada).await.unwrap();
        world.mfa.join_organization(&acme(), &ada, world.now()).await.unwrap();
        let back = world.mfa.sign_in(world.password(&ada)).await;
        assert!(matches!(back, Ok(SignIn::Done(SignedIn::Limited(_)))), "{back:?}");
    });
}

/// The extension was of the period that ended when MFA became voluntary.
#[test]
fn an_extension_of_an_earlier_policy_does_not_hold_for_the_next_one() {
    block_on(async {
        let world = World::new();
        let (admin, ada) = office(&world).await;
        require(&world, &admin, whole(14)).await;
        let (session, by) = (fresh(&world, &admin).await, authority(&admin.subject));
        let until = world.now() + TimeDelta::days(300);
        world.mfa.extend_member(&session, &by, &ada, Strength::Standard, until).await.unwrap();
        assert_eq!(world.mfa.access(&ada).await.unwrap().until, Some(until));
        world.mfa.set_policy(&session, &by, VOLUNTARY, None).await.unwrap();
        days(&world, 1);
        let forecast =
            world.mfa.forecast(&acme(), propose(whole(7)), &ada, TimeDelta::days(30)).await;
        let expected = world.now() + TimeDelta::days(7);
        assert_eq!(forecast.unwrap().actor.unwrap().walled_from, Some(expected));
        require(&world, &admin, whole(7)).await;
        let access = world.mfa.access(&ada).await.unwrap();
        assert_eq!(access.until, Some(world.now() + TimeDelta::days(7)));
    });
}

#[test]
fn who_is_walled_by_a_shortened_period_is_told_when_it_is_shortened() {
    block_on(async {
        let world = World::new();
        let (admin, ada) = office(&world).await;
        require(&world, &admin, whole(30)).await;
        days(&world, 10);
        let schedule = ReminderSchedule::default();
        let mut told = Vec::new();
        let mut polled = world.now();
        for hour in 0..48 {
            if hour == 5 {
                let (session, by) = (fresh(&world, &admin).await, authority(&admin.subject));
                world.mfa.set_policy(&session, &by, propose(whole(3)), None).await.unwrap();
                assert!(matches!(world.mfa.access(&ada).await.unwrap().gate, Gate::SetUpFirst(_)));
            }
            world.clock.advance(TimeDelta::hours(1));
            let span = (polled, world.now());
            world.mfa.reminders(&acme(), &schedule, span, |r| told.push(r)).await.unwrap();
            polled = world.now();
        }
        let [reminder] = &told[..] else { panic!("not once: {told:?}") };
        assert_eq!((&reminder.subject, reminder.days_before), (&ada, 0));
    });
}

/// The extension is of the policy that the other server stored, whatever the clocks say.
#[test]
fn an_extension_given_by_a_server_whose_clock_is_behind_counts() {
    block_on(async {
        let world = World::new();
        let (admin, ada) = office(&world).await;
        let (session, by) = (fresh(&world, &admin).await, authority(&admin.subject));
        world.mfa.set_policy(&session, &by, propose(whole(0)), None).await.unwrap();
        let until = world.now() + TimeDelta::days(60);
        let behind = world.elsewhere(-5);
        behind.extend_member(&session, &by, &ada, Strength::Standard, until).await.unwrap();
        let access = world.mfa.access(&ada).await.unwrap();
        assert_eq!(access.until, Some(until), "{access:?}");
    });
}

#[test]
fn off_and_on_again_ends_an_extension_also_on_a_server_whose_clock_is_behind() {
    block_on(async {
        let world = World::new();
        let (admin, ada) = office(&world).await;
        let (session, by) = (fresh(&world, &admin).await, authority(&admin.subject));
        world.mfa.set_policy(&session, &by, propose(whole(0)), None).await.unwrap();
        world.wait(10);
        let until = world.now() + TimeDelta::days(300);
        world.mfa.extend_member(&session, &by, &ada, Strength::Standard, until).await.unwrap();
        let behind = world.elsewhere(-5);
        behind.set_policy(&session, &by, VOLUNTARY, None).await.unwrap();
        behind.set_policy(&session, &by, propose(whole(0)), None).await.unwrap();
        let access = world.mfa.access(&ada).await.unwrap();
        assert!(matches!(access.gate, Gate::SetUpFirst(_)), "{access:?}");
    });
}

#[test]
fn whoever_leaves_twice_or_was_never_there_has_left() {
    block_on(async {
        let world = World::new();
        let (_, ada) = office(&world).await;
        world.mfa.leave_organization(&acme(), &ada).await.unwrap();
        let left = stored(&world, &ada).await;
        world.wait(60);
        world.mfa.leave_organization(&acme(), &ada).await.unwrap();
        assert_eq!(stored(&world, &ada).await, left, "it left when it left first");
        let nowhere = OrgId::new("nowhere").unwrap();
        world.mfa.leave_organization(&nowhere, &ada).await.unwrap();
        assert_eq!(stored(&world, &ada).await, left);
    });
}
