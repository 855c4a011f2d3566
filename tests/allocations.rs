//! What a request may pay in allocations. A binary of its own, because it counts through its global
//! allocator.
#![allow(clippy::expect_used, clippy::panic, reason = "a fixture may stop at the first surprise")]

use chrono::TimeDelta;
use mfakit::organization::{
    Access, Affiliation, Gate, GracePeriod, Membership, OrgId, OrgPolicy, Organization,
    PolicyScope, PolicyTerms, Standing,
};
use mfakit::ports::Clock;
use mfakit::step_up::{AcrNames, Level, Needed};
use mfakit::store::{StoredMembership, Version};
use mfakit::{Refusal, StepUpRule, StepUpRules, Strength, Subject};

#[path = "it/world.rs"]
#[allow(dead_code, reason = "the fixture of all tests")]
mod world;

use world::{World, block_on};

#[test]
fn a_satisfied_check_allocates_nothing() {
    let world = World::new();
    let session = block_on(world.protect("ada")).session;
    let (stamp, context) = (session.stamp(), world.context());
    let hour = TimeDelta::hours(1);
    let fresh = |needed| StepUpRule::fresh(needed, hour);
    let two = StepUpRule::level(Level::TwoFactors, hour);
    let nested = two.clone().and(fresh(Needed::SecondFactor).or_recovery().or(two.clone()));
    let rules = StepUpRules::new()
        .with("export", fresh(Needed::FirstFactor))
        .and_then(|rules| rules.with("own", fresh(Needed::AsStrongAsAccount)))
        .and_then(|rules| rules.with("payout", two))
        .and_then(|rules| rules.with("api_keys.create", nested))
        .unwrap();

    for action in ["export", "own", "payout", "api_keys.create"] {
        let mut checked = None;
        let counted = allocation_counter::measure(|| {
            checked = Some(rules.require(action).map(|rule| rule.check(&session, stamp, context)));
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
    let names = AcrNames::new("one", "two", "strong").unwrap();
    let counted = allocation_counter::measure(|| {
        let refused = rule.check(&session, session.stamp(), world.context_at(later));
        let Err(Refusal::StepUp(unmet)) = refused else { panic!("{refused:?}") };
        assert!(unmet.www_authenticate(&names).contains("max_age=\"3600\""));
    });
    assert!(counted.count_total > 0);
}

/// A member since the day on which MFA became required, with 14 days of grace.
fn affiliation(world: &World) -> Affiliation {
    let (org, version) = (OrgId::new("acme").expect("org"), Version::first([1; 8]));
    let terms = PolicyTerms {
        grace: GracePeriod::days(14).expect("days"),
        scope: PolicyScope::WholeAccount,
    };
    let policy = OrgPolicy::requiring(Strength::Standard, world.now(), terms);
    let membership = Membership::from_stored(StoredMembership {
        org: org.clone(),
        subject: Subject::new("ada").expect("subject"),
        first_joined: world.now(),
        left_at: None,
        exemption: None,
        extension: None,
        version,
        recent: Vec::new(),
    });
    let organization = Organization::from_stored(org, version, policy, Vec::new());
    Affiliation { organization: organization.into(), membership: membership.into() }
}

#[test]
fn a_policy_decision_allocates_nothing() {
    let world = World::new();
    let member = affiliation(&world);
    for (protected, days) in [(true, 20), (false, 0), (false, 20)] {
        let strength = protected.then_some(Strength::Standard);
        let (now, mut standing) = (world.now() + TimeDelta::days(days), None);
        let counted = allocation_counter::measure(|| {
            standing = Some(member.policy().decide(&member.membership, strength, now));
        });
        assert_eq!(counted.count_total, 0, "{standing:?}");
        assert_eq!(matches!(standing, Some(Standing::Compliant)), protected, "{standing:?}");
    }
}

#[test]
fn going_on_allocates_nothing_and_a_wall_does() {
    let world = World::new();
    let members: Vec<Affiliation> = (0..3).map(|_| affiliation(&world)).collect();
    let now = world.now() + TimeDelta::days(20);
    for protected in [true, false] {
        let strength = protected.then_some(Strength::Standard);
        let (mut whole, mut one) = (None, None);
        let counted = allocation_counter::measure(|| {
            whole = Some(Access::to_account(&members, strength, now));
            one = Access::to_organization(members[0].org(), &members, strength, now).ok();
        });
        assert_eq!(whole, one);
        assert_eq!(matches!(whole, Some(Access { gate: Gate::Allow, .. })), protected);
        assert_eq!(counted.count_total == 0, protected, "{} allocations", counted.count_total);
    }
}
