//! Reminders that the service reads: of every member, and none of what never was.

use chrono::{DateTime, TimeDelta, Utc};
use mfakit::Subject;
use mfakit::organization::{OrgId, Reminder, ReminderSchedule};

use crate::organizations::{acme, authority, days, fresh, office, propose, require, whole};
use crate::world::{World, block_on};

async fn told(world: &World, org: &OrgId, span: (DateTime<Utc>, DateTime<Utc>)) -> Vec<Reminder> {
    let mut told = Vec::new();
    let schedule = ReminderSchedule::default();
    world.mfa.reminders(org, &schedule, span, |reminder| told.push(reminder)).await.unwrap();
    told
}

fn days_before(reminders: &[Reminder]) -> Vec<u16> {
    reminders.iter().map(|reminder| reminder.days_before).collect()
}

/// "Seven days left" would have been due four days before there was a policy.
#[test]
fn nobody_is_reminded_of_a_day_that_had_passed_when_the_policy_was_made() {
    block_on(async {
        let world = World::new();
        let (admin, _) = office(&world).await;
        let start = world.now() - TimeDelta::days(5);
        require(&world, &admin, whole(3)).await;
        days(&world, 1);
        assert_eq!(told(&world, &acme(), (start, world.now())).await, []);
        days(&world, 9);
        let all = told(&world, &acme(), (start, world.now())).await;
        assert_eq!(days_before(&all), [1, 0]);
    });
}

/// 30 days, shortened to 12 on the tenth: that seven were left was on the fifth.
#[test]
fn nobody_is_reminded_of_a_day_that_a_shortened_period_jumped_over() {
    block_on(async {
        let world = World::new();
        let (admin, ada) = office(&world).await;
        require(&world, &admin, whole(30)).await;
        days(&world, 4);
        let polled = world.now();
        days(&world, 6);
        let (session, by) = (fresh(&world, &admin).await, authority(&admin.subject));
        world.mfa.set_policy(&session, &by, propose(whole(12)), None).await.unwrap();
        days(&world, 1);
        let told = told(&world, &acme(), (polled, world.now())).await;
        assert_eq!(days_before(&told), [1]);
        assert_eq!(told[0].subject, ada);
    });
}

#[test]
fn every_member_is_reminded_whatever_their_number() {
    block_on(async {
        let world = World::new();
        let (admin, _) = office(&world).await;
        for n in 0..2_500_u64 {
            world.mfa.join_organization(&acme(), &Subject::from(n), world.now()).await.unwrap();
        }
        require(&world, &admin, whole(3)).await;
        let since = world.now();
        days(&world, 4);
        let mut told = told(&world, &acme(), (since, world.now())).await;
        told.sort();
        told.dedup();
        assert_eq!(told.len(), 2 * 2_501, "a day before, and when lapsed");
    });
}

#[test]
fn whoever_has_set_mfa_up_is_reminded_no_more() {
    block_on(async {
        let world = World::new();
        let (admin, _) = office(&world).await;
        require(&world, &admin, whole(14)).await;
        let since = world.now();
        days(&world, 8);
        let first = told(&world, &acme(), (since, world.now())).await;
        assert_eq!(days_before(&first), [7]);
        world.protect("ada").await;
        let polled = world.now();
        days(&world, 8);
        assert_eq!(told(&world, &acme(), (polled, world.now())).await, []);
        let nowhere = OrgId::new("nowhere").unwrap();
        assert_eq!(told(&world, &nowhere, (since, world.now())).await, []);
    });
}
