//! What holds for every policy, member and instant.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::sample::*;
use super::{
    Access, Affiliation, Gate, Membership, OrgPolicy, OrgRequirement, ReminderSchedule, RosterRow,
    Standing, check_may_weaken,
};
use crate::domain::policy_terms::{PolicyScope, PolicyTerms};
use crate::domain::strength::{Required, Strength};

fn instants() -> impl Strategy<Value = DateTime<Utc>> {
    // Whole days and odd microseconds, so that instants often coincide.
    (-50_i64..450, prop_oneof![Just(0_i64), Just(1), Just(-1), 0..86_400_000_000_i64])
        .prop_map(|(days, micros)| day(days) + TimeDelta::microseconds(micros))
}

fn any_terms() -> impl Strategy<Value = PolicyTerms> {
    prop_oneof![(0..=365_i64).prop_map(terms), (0..=365_i64).prop_map(whole)]
}

/// Often one requirement, sometimes more, and now and then one of a newer release.
fn policies() -> impl Strategy<Value = OrgPolicy> {
    let requirement = |rank: u8| {
        (instants(), any_terms()).prop_map(move |(since, terms)| {
            let required = Required::from_rank(rank).unwrap();
            OrgRequirement { required, since, changed: since, terms }
        })
    };
    let some = |likely, rank| prop::option::weighted(likely, requirement(rank));
    (some(0.7, 20), some(0.4, 40), some(0.1, 60)).prop_map(|(one, two, newer)| {
        OrgPolicy::of([one, two, newer].into_iter().flatten()).unwrap()
    })
}

fn strengths() -> impl Strategy<Value = Option<Strength>> {
    prop::sample::select(vec![NONE, APP, KEY])
}

fn members() -> impl Strategy<Value = Membership> {
    let exemption = prop_oneof![
        4 => Just(None),
        1 => Just(Some(None)),
        2 => instants().prop_map(|until| Some(Some(until))),
    ];
    let facts = (
        instants(),
        exemption,
        prop::sample::select(Strength::ALL.to_vec()),
        prop::option::weighted(0.3, instants()),
        prop::bool::weighted(0.1),
    );
    facts.prop_map(|(joined, exemption, from, extension, left)| {
        let mut member = Membership { first_joined: joined, ..member("acme", "ada", 0) };
        if let Some(until) = exemption {
            member = exempt_from(from, member, until);
        }
        if let Some(until) = extension {
            member = extended(member, until);
        }
        member.left_at = left.then(|| day(0));
        member
    })
}

/// The member, and if extended, then for one of the requirements of this policy.
fn under(policy: &OrgPolicy, mut member: Membership) -> Membership {
    let odd = member.first_joined.timestamp_micros() % 2 == 0;
    let for_one =
        if odd { policy.requirements().next() } else { policy.requirements().next_back() };
    if let (Some(extension), Some(one)) = (&mut member.extension, for_one) {
        extension.policy_since = one.since;
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
        before in affiliations(), member in members(), strength in strengths(), now in instants(),
    ) {
        let mut joined = before.clone();
        joined.push(affiliation("another", OrgPolicy::VOLUNTARY, member));
        let answer = Access::to_account(&before, strength, now);
        prop_assert_eq!(strictest(&answer), strictest(&Access::to_account(&joined, strength, now)));
        prop_assert_eq!(answer, Access::to_account(&joined, strength, now));
        let key = account_of(Some(Strength::PhishingResistant));
        let left = |them: &[Affiliation]| check_may_weaken(them, &key, strength, now);
        prop_assert_eq!(left(&before), left(&joined));
    }

    #[test]
    fn joining_any_organization_never_allows_more(
        before in affiliations(), policy in policies(), member in members(), now in instants(),
    ) {
        let mut joined = before.clone();
        joined.push(affiliation("another", policy, under(&policy, member)));
        let (before, after) =
            (Access::to_account(&before, NONE, now), Access::to_account(&joined, NONE, now));
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
                NONE,
                now,
            ).unwrap());
            prop_assert!(!walled || off == 2, "walled once without MFA, and let through later");
            walled |= off == 2;
        }
    }

    #[test]
    fn a_stricter_policy_never_allows_more(
        since in instants(), earlier in 0..100_i64, grace in 0..=365_i64, shorter in 0..=365_i64,
        member in members(), strength in strengths(), required in prop::sample::select(Strength::ALL.to_vec()),
        now in instants(),
    ) {
        let requiring = |since, terms| OrgPolicy::requiring(required, since, terms);
        let lax = requiring(since, terms(grace));
        let mut stricter = vec![
            requiring(since - TimeDelta::days(earlier), terms(grace)),
            requiring(since, terms(grace.min(shorter))),
            requiring(since, whole(grace)),
            and_newer(lax, 60),
        ];
        if required == Strength::Standard {
            stricter.push(both(lax, keys(3, terms(shorter))));
            // Only who has a grant from the weaker one alone could have more of the stronger one.
            if member.exemption.is_none() {
                stricter.push(OrgPolicy::requiring(Strength::PhishingResistant, since, terms(grace)));
            }
        }
        let gates = |policy| {
            let member = Membership { left_at: None, ..under(&lax, member.clone()) };
            let one = [affiliation("acme", policy, member)];
            let resources = Access::to_organization(&org("acme"), &one, strength, now);
            (strictness(&Access::to_account(&one, strength, now)), strictness(&resources.unwrap()))
        };
        let (account, resources) = gates(lax);
        prop_assert!(gates(OrgPolicy::VOLUNTARY) <= (account, resources));
        for policy in stricter {
            let (strict_account, strict_resources) = gates(policy);
            prop_assert!(account <= strict_account && resources <= strict_resources, "{policy:?}");
        }
    }

    /// The clock is walked over every instant that a fact names, and its two neighbors.
    #[test]
    fn a_decision_changes_only_at_the_instant_it_announced(
        all in affiliations(), strength in strengths(), extra in prop::collection::vec(instants(), 0..20),
    ) {
        let mut clock: Vec<DateTime<Utc>> = extra;
        for a in &all {
            let ends = a.policy().requirements().flat_map(|one| {
                [one.deadline(&a.membership), one.walled_from(&a.membership)]
            });
            let ends = ends.chain([a.membership.exemption().and_then(|e| e.until)]);
            clock.extend(ends.flatten().flat_map(|at| [at - MICRO, at, at + MICRO]));
        }
        clock.sort();
        for pair in clock.windows(2) {
            let (before, after) = (
                Access::to_account(&all, strength, pair[0]),
                Access::to_account(&all, strength, pair[1]),
            );
            let announced = before.until.is_some_and(|until| until <= pair[1]);
            prop_assert!(before == after || announced, "{before:?} became {after:?} unannounced");
            prop_assert!(before.until.is_none_or(|until| pair[0] < until), "announced the past");
            for a in &all {
                let resources = |now| Access::to_organization(a.org(), &all, strength, now);
                if let (Ok(before), Ok(after)) = (resources(pair[0]), resources(pair[1])) {
                    let announced = before.until.is_some_and(|until| until <= pair[1]);
                    prop_assert!(before == after || announced, "{before:?} became {after:?}");
                }
                for one in a.policy().requirements() {
                    let standing = |now| one.decide(&a.membership, strength, now);
                    let (before, after) = (standing(pair[0]), standing(pair[1]));
                    let announced = before.until().is_some_and(|until| until <= pair[1]);
                    prop_assert!(before == after || announced, "{before:?} became {after:?}");
                }
            }
        }
    }

    /// However the time is cut into polls, each reminder comes once, and for a deadline that was
    /// not moved the same ones come.
    #[test]
    fn a_reminder_falls_due_once_whatever_the_polling_interval(
        policy in policies(), member in members(), strength in strengths(),
        mut polls in prop::collection::vec(instants(), 0..30),
    ) {
        let (acme, row) = (organization("acme", policy), RosterRow {
            membership: std::sync::Arc::new(under(&policy, member)), strength, last_signed_in: None,
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
            a.policy().requirements().any(|one| {
                let standing = one.decide(&a.membership, NONE, now);
                let whole = one.terms.scope == PolicyScope::WholeAccount;
                whole && matches!(standing, Standing::Lapsed { .. })
            })
        });
        let closed = strictness(&Access::to_account(&all, NONE, now)) == 2;
        prop_assert_eq!(closed, closes);
    }

    /// A member stands where the worst requirement above the account's strength puts them: written
    /// once more, without the code's own order.
    #[test]
    fn a_member_stands_where_the_worst_requirement_puts_them(
        policy in policies(), member in members(), strength in strengths(), now in instants(),
    ) {
        let member = under(&policy, member);
        let each: Vec<Standing> =
            policy.requirements().map(|one| one.decide(&member, strength, now)).collect();
        let lapsed = each.iter().filter_map(|standing| {
            let Standing::Lapsed { since, required } = standing else { return None };
            Some((*since, *required))
        });
        let in_grace = each.iter().filter_map(|standing| {
            let Standing::InGrace { deadline, required } = standing else { return None };
            Some((*deadline, *required))
        });
        let exempt = each.iter().filter_map(|standing| {
            let Standing::Exempt { until } = standing else { return None };
            Some((until.is_none(), *until))
        });
        let expected = if let Some(since) = lapsed.clone().map(|(since, _)| since).min() {
            let required = lapsed.map(|(_, required)| required).max().unwrap();
            Standing::Lapsed { since, required }
        } else if let Some(deadline) = in_grace.clone().map(|(deadline, _)| deadline).min() {
            let first = in_grace.filter(|(at, _)| *at == deadline).map(|(_, required)| required);
            Standing::InGrace { deadline, required: first.max().unwrap() }
        } else if let Some((_, until)) = exempt.min() {
            Standing::Exempt { until }
        } else if each.contains(&Standing::Compliant) {
            Standing::Compliant
        } else {
            Standing::Voluntary
        };
        prop_assert_eq!(policy.decide(&member, strength, now), expected);
        // And rosters are sorted by the instant at which that is a wall.
        let walled = policy.walled_from(&member, strength).is_some_and(|at| at <= now);
        prop_assert_eq!(walled, matches!(expected, Standing::Lapsed { .. }));
        if let Standing::Lapsed { since, .. } = expected {
            prop_assert_eq!(policy.walled_from(&member, strength), Some(since));
        }
    }

    /// With a stronger account nobody is asked for more, and losing it makes no deadline later: no
    /// fresh period is to be had by removing, replacing, or being reset.
    #[test]
    fn a_weaker_account_never_has_longer(
        policy in policies(), member in members(), now in instants(),
    ) {
        let member = under(&policy, member);
        let end = |at: Option<DateTime<Utc>>| at.unwrap_or(DateTime::<Utc>::MAX_UTC);
        let wall = |strength| end(policy.walled_from(&member, strength));
        prop_assert!(wall(NONE) <= wall(APP) && wall(APP) <= wall(KEY));
        let one = [affiliation("acme", policy, Membership { left_at: None, ..member })];
        let strict = |strength| strictness(&Access::to_account(&one, strength, now));
        prop_assert!(strict(NONE) >= strict(APP) && strict(APP) >= strict(KEY));
    }
}
