//! What holds for every policy, member and instant.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::sample::*;
use super::{
    Access, Affiliation, Gate, Membership, OrgPolicy, ReminderSchedule, RosterRow,
    check_may_disable,
};
use crate::domain::policy_terms::PolicyScope;

fn instants() -> impl Strategy<Value = DateTime<Utc>> {
    // Whole days and odd microseconds, so that instants often coincide.
    (-50_i64..450, prop_oneof![Just(0_i64), Just(1), Just(-1), 0..86_400_000_000_i64])
        .prop_map(|(days, micros)| day(days) + TimeDelta::microseconds(micros))
}

fn policies() -> impl Strategy<Value = OrgPolicy> {
    let terms = prop_oneof![(0..=365_i64).prop_map(terms), (0..=365_i64).prop_map(whole)];
    prop_oneof![
        1 => Just(OrgPolicy::Voluntary),
        4 => (instants(), terms).prop_map(|(since, terms)| OrgPolicy::required_from(since, terms)),
    ]
}

fn members() -> impl Strategy<Value = Membership> {
    let exemption = prop_oneof![
        4 => Just(None),
        1 => Just(Some(None)),
        2 => instants().prop_map(|until| Some(Some(until))),
    ];
    (instants(), exemption, prop::option::weighted(0.3, instants()), prop::bool::weighted(0.1))
        .prop_map(|(joined, exemption, extension, left)| {
            let mut member = Membership { first_joined: joined, ..member("acme", "ada", 0) };
            if let Some(until) = exemption {
                member = exempt(member, until);
            }
            if let Some(until) = extension {
                member = extended(member, until);
            }
            member.left_at = left.then(|| day(0));
            member
        })
}

/// The member, and if extended, then under this policy.
fn under(policy: &OrgPolicy, mut member: Membership) -> Membership {
    if let (Some(extension), Some(since)) = (&mut member.extension, policy.since()) {
        extension.policy_since = since;
    }
    member
}

fn affiliations() -> impl Strategy<Value = Vec<Affiliation>> {
    let named = |facts: Vec<(OrgPolicy, Membership)>| {
        let name = |(n, (policy, member)): (usize, (OrgPolicy, Membership))| {
            let org = org(&format!("org-{n}"));
            let name = org.as_str().to_owned();
            affiliation(&name, policy, under(&policy, Membership { org, ..member }))
        };
        facts.into_iter().enumerate().map(name).collect()
    };
    prop::collection::vec((policies(), members()), 0..6).prop_map(named)
}

/// 0 lets through, 2 does not.
fn strictness(access: &Access) -> u8 {
    match access.gate {
        Gate::Allow => 0,
        Gate::AllowAndRemind(_) => 1,
        Gate::SetUpFirst(_) => 2,
    }
}

/// When the account will be walled, or is reminded to be: the strictest deadline that is asked.
fn strictest(access: &Access) -> Option<DateTime<Utc>> {
    match &access.gate {
        Gate::Allow => None,
        Gate::AllowAndRemind(reminded) => Some(reminded.deadline),
        Gate::SetUpFirst(walled) => Some(walled.since),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..Default::default() })]

    #[test]
    fn joining_another_voluntary_organization_changes_nothing(
        before in affiliations(), member in members(), protected: bool, now in instants(),
    ) {
        let mut joined = before.clone();
        joined.push(affiliation("another", OrgPolicy::Voluntary, member));
        let answer = Access::to_account(&before, protected, now);
        prop_assert_eq!(strictest(&answer), strictest(&Access::to_account(&joined, protected, now)));
        prop_assert_eq!(answer, Access::to_account(&joined, protected, now));
        prop_assert_eq!(check_may_disable(&before, now), check_may_disable(&joined, now));
    }

    #[test]
    fn joining_any_organization_never_allows_more(
        before in affiliations(), policy in policies(), member in members(), now in instants(),
    ) {
        let mut joined = before.clone();
        joined.push(affiliation("another", policy, under(&policy, member)));
        let (before, after) =
            (Access::to_account(&before, false, now), Access::to_account(&joined, false, now));
        prop_assert!(strictness(&before) <= strictness(&after));
    }

    /// Time alone opens no door that it has closed. That switching MFA on and off moves no deadline
    /// is shown on the memory store, where it is a fact that can be switched.
    #[test]
    fn whoever_is_walled_without_mfa_stays_walled(
        policy in policies(), member in members(), mut at in prop::collection::vec(instants(), 2..12),
    ) {
        at.sort();
        let member = under(&policy, member);
        let mut walled = false;
        for now in at {
            let off = strictness(&Access::to_organization(
                &org("acme"),
                &[affiliation("acme", policy, Membership { left_at: None, ..member.clone() })],
                false,
                now,
            ).unwrap());
            prop_assert!(!walled || off == 2, "walled once without MFA, and let through later");
            walled |= off == 2;
        }
    }

    #[test]
    fn a_stricter_policy_never_allows_more(
        since in instants(), earlier in 0..100_i64, grace in 0..=365_i64, shorter in 0..=365_i64,
        member in members(), protected: bool, now in instants(),
    ) {
        let lax = OrgPolicy::required_from(since, terms(grace));
        let stricter = [
            OrgPolicy::required_from(since - TimeDelta::days(earlier), terms(grace)),
            OrgPolicy::required_from(since, terms(grace.min(shorter))),
            OrgPolicy::required_from(since, whole(grace)),
        ];
        let gates = |policy| {
            let member = Membership { left_at: None, ..under(&lax, member.clone()) };
            let one = [affiliation("acme", policy, member)];
            let resources = Access::to_organization(&org("acme"), &one, protected, now);
            (strictness(&Access::to_account(&one, protected, now)), strictness(&resources.unwrap()))
        };
        let (account, resources) = gates(lax);
        prop_assert!(gates(OrgPolicy::Voluntary) <= (account, resources));
        for policy in stricter {
            let (strict_account, strict_resources) = gates(policy);
            prop_assert!(account <= strict_account && resources <= strict_resources, "{policy:?}");
        }
    }

    /// The clock is walked over every instant that a fact names, and its two neighbors.
    #[test]
    fn a_decision_changes_only_at_the_instant_it_announced(
        all in affiliations(), protected: bool, extra in prop::collection::vec(instants(), 0..20),
    ) {
        let mut clock: Vec<DateTime<Utc>> = extra;
        for a in &all {
            let ends = [a.policy().deadline(&a.membership), a.policy().walled_from(&a.membership),
                a.membership.exemption().and_then(|e| e.until)];
            clock.extend(ends.into_iter().flatten().flat_map(|at| [at - MICRO, at, at + MICRO]));
        }
        clock.sort();
        for pair in clock.windows(2) {
            let (before, after) = (
                Access::to_account(&all, protected, pair[0]),
                Access::to_account(&all, protected, pair[1]),
            );
            let announced = before.until.is_some_and(|until| until <= pair[1]);
            prop_assert!(before == after || announced, "{before:?} became {after:?} unannounced");
            prop_assert!(before.until.is_none_or(|until| pair[0] < until), "announced the past");
            for a in &all {
                let resources = |now| Access::to_organization(a.org(), &all, protected, now);
                if let (Ok(before), Ok(after)) = (resources(pair[0]), resources(pair[1])) {
                    let announced = before.until.is_some_and(|until| until <= pair[1]);
                    prop_assert!(before == after || announced, "{before:?} became {after:?}");
                }
                let (before, after) =
                    (a.standing(protected, pair[0]), a.standing(protected, pair[1]));
                let announced = before.until().is_some_and(|until| until <= pair[1]);
                prop_assert!(before == after || announced, "{before:?} became {after:?}");
            }
        }
    }

    /// However the time is cut into polls, each reminder comes once, and for a deadline that was
    /// not moved the same ones come.
    #[test]
    fn a_reminder_falls_due_once_whatever_the_polling_interval(
        policy in policies(), member in members(), mut polls in prop::collection::vec(instants(), 0..30),
    ) {
        let (acme, row) = (organization("acme", policy), RosterRow {
            membership: std::sync::Arc::new(under(&policy, member)), protected: false, last_signed_in: None,
        });
        let due = |after, until| {
            let ranges = ReminderSchedule::default().due(&acme, after, until);
            let admitted = move |range: &super::ReminderRange| {
                range.query().filter().admits(&row, &policy, until).then(|| range.reminder(&row))
            };
            let found: Vec<_> = ranges.iter().filter_map(admitted).flatten().collect();
            found
        };
        polls.extend([day(-500), day(2_000)]);
        polls.sort();
        let mut piecewise: Vec<_> =
            polls.windows(2).flat_map(|span| due.clone()(span[0], span[1])).collect();
        let mut at_once = due.clone()(day(-500), day(2_000));
        piecewise.sort();
        at_once.sort();
        prop_assert_eq!(&piecewise, &at_once);
        piecewise.dedup();
        prop_assert_eq!(piecewise.len(), at_once.len(), "one came twice");
    }

    #[test]
    fn only_a_policy_for_the_whole_account_closes_it(all in affiliations(), now in instants()) {
        let closes = all.iter().any(|a| {
            let whole = a.policy().terms().is_some_and(|t| t.scope == PolicyScope::WholeAccount);
            whole && matches!(a.standing(false, now), super::Standing::Lapsed { .. })
        });
        let closed = strictness(&Access::to_account(&all, false, now)) == 2;
        prop_assert_eq!(closed, closes);
    }
}
