//! What a request may pay in allocations. A binary of its own, because it counts through its global
//! allocator.
#![allow(clippy::expect_used, clippy::panic, reason = "a fixture may stop at the first surprise")]

use chrono::TimeDelta;
use mfakit::{AcrNames, Clock, Level, Needed, Refusal, StepUpRule, StepUpRules};

#[path = "it/world.rs"]
#[allow(dead_code, reason = "the fixture of all tests")]
mod world;

use world::{World, block_on};

#[test]
fn a_satisfied_check_allocates_nothing() {
    let world = World::new();
    let session = block_on(world.protect("ada")).session;
    let (stamp, now) = (session.stamp(), world.clock.now());
    let hour = TimeDelta::hours(1);
    let fresh = |needed| StepUpRule::fresh(needed, hour);
    let two = StepUpRule::level(Level::TwoFactors, hour);
    let nested = two.clone().and(fresh(Needed::SecondFactor).or_recovery().or(two.clone()));
    let rules = StepUpRules::new()
        .with("export", fresh(Needed::FirstFactor))
        .and_then(|rules| rules.with("payout", two))
        .and_then(|rules| rules.with("api_keys.create", nested))
        .unwrap();

    for action in ["export", "payout", "api_keys.create"] {
        let mut checked = None;
        let counted = allocation_counter::measure(|| {
            checked = Some(rules.require(action).map(|rule| rule.check(&session, stamp, now)));
        });
        assert!(matches!(checked, Some(Ok(Ok(_)))), "{action}: {checked:?}");
        assert_eq!(counted.count_total, 0, "{action}");
    }
}

#[test]
fn what_is_refused_is_counted_so_the_counter_counts() {
    let world = World::new();
    let session = block_on(world.protect("ada")).session;
    let later = world.clock.now() + TimeDelta::hours(2);
    let rule = StepUpRule::level(Level::TwoFactors, TimeDelta::hours(1));
    let names = AcrNames::new("one", "two").unwrap();
    let counted = allocation_counter::measure(|| {
        let refused = rule.check(&session, session.stamp(), later);
        let Err(Refusal::StepUp(unmet)) = refused else { panic!("{refused:?}") };
        assert!(unmet.www_authenticate(&names).contains("max_age=\"3600\""));
    });
    assert!(counted.count_total > 0);
}
