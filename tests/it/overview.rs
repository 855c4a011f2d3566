//! What administrators see: counts, forecasts, and that what was forecast is what happens.

use chrono::{DateTime, TimeDelta, Utc};
use mfakit::organization::OrgPolicy;
use mfakit::organization::{Forecast, Gate, RosterCounts, Standing};
use mfakit::{Assurance, Strength, Subject};
use proptest::prelude::*;

use crate::organizations::{
    VOLUNTARY, acme, authority, days, fresh, office, propose, require, whole,
};
use crate::world::{User, World, block_on};

#[test]
fn a_forecast_reads_every_member_and_counts_those_with_mfa() {
    block_on(async {
        let world = World::new();
        let (admin, ada) = office(&world).await;
        for n in 0..2_500_u64 {
            world.mfa.join_organization(&acme(), &Subject::from(n), world.now()).await.unwrap();
        }
        let month = TimeDelta::days(30);
        let forecast = world.mfa.forecast(&acme(), propose(whole(3)), &ada, month).await.unwrap();
        assert_eq!((forecast.all.in_grace, forecast.all.unaffected), (2_501, 1));
        assert_eq!(forecast.lapsing.values().sum::<u64>(), 2_501);
        let at_once =
            world.mfa.forecast(&acme(), propose(whole(0)), &admin.subject, month).await.unwrap();
        assert_eq!((at_once.all.lapsed, at_once.all.unaffected), (2_501, 1));
    });
}

#[test]
fn an_administrator_with_mfa_is_told_that_nothing_happens_to_him() {
    block_on(async {
        let world = World::new();
        let (admin, _) = office(&world).await;
        let outlook = async |actor: &Subject| {
            let month = TimeDelta::days(30);
            world.mfa.forecast(&acme(), propose(whole(0)), actor, month).await.unwrap().actor
        };
        let own = outlook(&admin.subject).await.expect("he is a member");
        assert_eq!((own.standing, own.walled_from), (Standing::Compliant, None));
        assert!(!own.locked_out());
        assert_eq!(outlook(&Subject::new("eve").unwrap()).await, None, "she is none");
    });
}

#[test]
fn a_change_says_how_the_members_stood_before_and_after() {
    block_on(async {
        let world = World::new();
        let (admin, _) = office(&world).await;
        let by = authority(&admin.subject);
        let session = fresh(&world, &admin).await;
        let made = world.mfa.set_policy(&session, &by, propose(whole(14)), None).await.unwrap();
        let all = RosterCounts { members: 2, standard: 1, ..RosterCounts::default() };
        let (in_grace, lapsed) =
            (RosterCounts { in_grace: 1, ..all }, RosterCounts { lapsed: 1, ..all });
        assert_eq!((made.before, made.after), (all, Some(in_grace)));

        days(&world, 20);
        let session = fresh(&world, &admin).await;
        let longer = world.mfa.set_policy(&session, &by, propose(whole(30)), None).await.unwrap();
        assert_eq!((longer.before, longer.after), (lapsed, Some(in_grace)));
        let off = world.mfa.set_policy(&session, &by, VOLUNTARY, None).await.unwrap();
        assert_eq!((off.before, off.after), (in_grace, Some(all)));
    });
}

/// What is known of one member when the forecast is made, in days.
#[derive(Debug, Clone)]
struct Facts {
    joined: i64,
    protected: bool,
    left: bool,
    extended: Option<i64>,
    exempt: Option<Option<i64>>,
}

fn facts() -> impl Strategy<Value = Facts> {
    let exempt = prop_oneof![
        3 => Just(None),
        1 => Just(Some(None)),
        1 => (1..50_i64).prop_map(|days| Some(Some(days))),
    ];
    let extended = prop::option::weighted(0.3, 1..50_i64);
    let odds = (prop::bool::weighted(0.2), prop::bool::weighted(0.1));
    (0..40_i64, odds, extended, exempt).prop_map(|(joined, (protected, left), extended, exempt)| {
        Facts { joined, protected, left, extended, exempt }
    })
}

/// Often none, so that the wall stands at once.
fn periods() -> impl Strategy<Value = i64> {
    prop_oneof![1 => Just(0), 2 => 0..30_i64]
}

async fn admit(world: &World, session: &Assurance, admin: &User, name: &str, facts: &Facts) {
    let subject = Subject::new(name).unwrap();
    let after = |days| world.now() + TimeDelta::days(days);
    let by = authority(&admin.subject);
    world.mfa.join_organization(&acme(), &subject, after(-facts.joined)).await.unwrap();
    if let Some(days) = facts.extended {
        // It may be no longer than what all have, or there may be no policy.
        let _ =
            world.mfa.extend_member(session, &by, &subject, Strength::Standard, after(days)).await;
    }
    if let Some(days) = facts.exempt {
        let until = days.map(after);
        world.mfa.exempt_member(session, &by, &subject, Strength::Standard, until).await.unwrap();
    }
    if facts.left {
        world.mfa.leave_organization(&acme(), &subject).await.unwrap();
    }
}

/// How many of the members the gate keeps out now.
async fn kept_out(world: &World, names: &[String]) -> u64 {
    let mut count = 0;
    for name in names {
        let access = world.mfa.access(&Subject::new(name).unwrap()).await.unwrap();
        count += u64::from(matches!(access.gate, Gate::SetUpFirst(_)));
    }
    count
}

/// Lets two months pass, and looks at the end of each day.
async fn comes_true(world: &World, forecast: &Forecast, names: &[String]) {
    let today = world.now().date_naive();
    for day in today.iter_days().take(60) {
        let midnight = day.succ_opt().unwrap().and_time(chrono::NaiveTime::MIN).and_utc();
        world.clock.set(midnight - TimeDelta::microseconds(1));
        let expected = forecast.lapsed_by_the_end_of(day);
        assert_eq!(world.mfa.overview(&acme()).await.unwrap().lapsed, expected, "{day}");
        assert_eq!(kept_out(world, names).await, expected, "{day}");
    }
}

/// The actor is kept out from the instant on that the forecast named, and not before.
async fn comes_true_for_the_actor(world: &World, actor: &str, walled_from: Option<DateTime<Utc>>) {
    let name = [actor.to_owned()];
    match walled_from {
        None => assert_eq!(kept_out(world, &name).await, 0),
        Some(at) => {
            for (now, out) in [(at - TimeDelta::microseconds(1), 0), (at, 1)] {
                if now >= world.now() {
                    world.clock.set(now);
                    assert_eq!(kept_out(world, &name).await, out, "{actor} at {now}");
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..Default::default() })]

    #[test]
    fn what_was_forecast_is_what_happens(
        members in prop::collection::vec(facts(), 0..10),
        before in prop::option::of(periods()), waited in 0..30_i64, grace in periods(), about: usize,
    ) {
        prop_assume!(before != Some(grace));
        block_on(async {
            let world = World::new();
            let admin = world.protect("admin").await;
            let by = authority(&admin.subject);
            let names: Vec<String> = (0..members.len()).map(|n| format!("user-{n}")).collect();
            for (name, facts) in names.iter().zip(&members) {
                if facts.protected {
                    world.protect(name).await;
                }
            }
            if let Some(grace) = before {
                require(&world, &admin, whole(grace)).await;
            }
            days(&world, waited);
            let session = fresh(&world, &admin).await;
            for (name, facts) in names.iter().zip(&members) {
                admit(&world, &session, &admin, name, facts).await;
            }
            let actor = names.get(about % members.len().max(1)).map_or("eve", String::as_str);
            let subject = Subject::new(actor).unwrap();
            let month = TimeDelta::days(30);
            let forecast = world.mfa.forecast(&acme(), propose(whole(grace)), &subject, month).await.unwrap();

            let proposed = propose(whole(grace));
            let changed = world.mfa.set_policy(&session, &by, proposed, None).await.unwrap();
            assert_eq!(changed.change.to, forecast.policy);
            let expected = RosterCounts {
                members: members.iter().filter(|facts| !facts.left).count().try_into().unwrap(),
                standard: forecast.all.unaffected,
                phishing_resistant: 0,
                in_grace: forecast.all.in_grace,
                lapsed: forecast.all.lapsed,
                exempt: forecast.all.exempt,
            };
            assert_eq!(changed.after, Some(expected));
            let set_at = world.now();
            if let Some(outlook) = forecast.actor {
                assert_eq!(u64::from(outlook.locked_out()), kept_out(&world, &[actor.into()]).await);
                comes_true_for_the_actor(&world, actor, outlook.walled_from).await;
            }
            world.clock.set(set_at);
            assert_ne!(forecast.policy, OrgPolicy::VOLUNTARY);
            comes_true(&world, &forecast, &names).await;
        });
    }
}
