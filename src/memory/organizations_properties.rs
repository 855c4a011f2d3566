//! The store against a plain walk over the members, and a forecast against what then happens.

use chrono::TimeDelta;
use pollster::block_on;
use proptest::prelude::*;

use super::tests::{Acme, FILTERS};
use super::*;
use crate::domain::org_sample::*;
use crate::domain::{PolicyTerms, RosterFilter, RosterKey};

#[derive(Debug, Clone)]
enum Step {
    Join(u8, DateTime<Utc>),
    LeaveOrRejoin(u8),
    Mfa(u8, bool),
    Extend(u8, DateTime<Utc>),
    Exempt(u8, Option<DateTime<Utc>>),
    EndExemption(u8),
    Forget(u8),
    Require(PolicyTerms),
    MakeVoluntary,
    Look(usize),
}

fn instants() -> impl Strategy<Value = DateTime<Utc>> {
    (-10_i64..60, prop_oneof![2 => Just(0_i64), 1 => 0..3_i64])
        .prop_map(|(days, micros)| day(days) + TimeDelta::microseconds(micros))
}

fn steps() -> impl Strategy<Value = (DateTime<Utc>, Step)> {
    let who = 0..12_u8;
    let step = prop_oneof![
        4 => (who.clone(), instants()).prop_map(|(who, at)| Step::Join(who, at)),
        1 => who.clone().prop_map(Step::LeaveOrRejoin),
        3 => (who.clone(), any::<bool>()).prop_map(|(who, on)| Step::Mfa(who, on)),
        2 => (who.clone(), instants()).prop_map(|(who, until)| Step::Extend(who, until)),
        3 => (who.clone(), prop::option::of(instants())).prop_map(|(who, u)| Step::Exempt(who, u)),
        1 => who.clone().prop_map(Step::EndExemption),
        1 => who.prop_map(Step::Forget),
        2 => (0..30_i64).prop_map(|grace| Step::Require(terms(grace))),
        1 => Just(Step::MakeVoluntary),
        6 => (1..5_usize).prop_map(Step::Look),
    ];
    (instants(), step)
}

fn name(who: u8) -> String {
    format!("user-{who:02}")
}

/// Plays a step on the store and on a plain list of who has MFA. The time goes where it likes.
fn play(acme: &Acme, protected: &mut BTreeMap<u8, bool>, now: DateTime<Utc>, step: Step) {
    let admin = Admin::of("acme", now);
    let granted = |who: u8| acme.membership(&name(who)).map(|m| (acme.organization(), m));
    let (actor, context) = (admin.actor(), admin.context());
    let change = match step {
        Step::Join(who, at) => {
            // Whoever is there already stays as is.
            let _ = acme.try_join("acme", &name(who), at);
            return;
        }
        Step::LeaveOrRejoin(who) => acme
            .membership(&name(who))
            .and_then(|m| m.leave(context).or_else(|_| m.rejoin(context)).ok()),
        Step::Mfa(who, on) => {
            acme.set_mfa(&name(who), on);
            protected.insert(who, on);
            return;
        }
        Step::Extend(who, until) => {
            granted(who).and_then(|(acme, m)| acme.extend(&m, until, actor, context).ok())
        }
        Step::Exempt(who, until) => {
            granted(who).and_then(|(acme, m)| acme.exempt(&m, until, actor, context).ok())
        }
        Step::EndExemption(who) => {
            granted(who).and_then(|(acme, m)| acme.end_exemption(&m, actor, context).ok())
        }
        Step::Forget(who) => {
            block_on(acme.store.forget(&subject(&name(who)))).unwrap();
            return;
        }
        Step::Require(terms) => return acme.require(terms, now),
        Step::MakeVoluntary => return acme.make_voluntary(now),
        Step::Look(limit) => return look(acme, protected, now, limit),
    };
    if let Some(change) = change {
        acme.commit(change);
    }
}

/// Compares every roster and the counts with a plain walk over the members.
fn look(acme: &Acme, protected: &BTreeMap<u8, bool>, now: DateTime<Utc>, limit: usize) {
    let policy = *acme.organization().policy();
    let row = |who: u8| {
        let membership = acme.membership(&name(who))?;
        let protected = protected.get(&who).copied().unwrap_or(false);
        Some(RosterRow { membership, protected, last_signed_in: None })
    };
    let all: Vec<RosterRow> = (0..12).filter_map(row).collect();
    let walked = |filter: RosterFilter| {
        let mut rows: Vec<RosterRow> =
            all.iter().filter(|row| filter.admits(row, &policy, now)).cloned().collect();
        rows.sort_by_key(|row| {
            let RosterKey { walled_from, subject } = row.key(&policy);
            (walled_from.is_none(), walled_from, subject)
        });
        rows
    };
    for filter in FILTERS {
        assert_eq!(acme.roster(filter, limit, now), walked(filter), "{filter:?}");
    }
    let count = |filter| u64::try_from(walked(filter).len()).unwrap();
    let expected = RosterCounts {
        members: count(RosterFilter::Protected) + count(RosterFilter::WithoutMfa),
        protected: count(RosterFilter::Protected),
        in_grace: count(RosterFilter::InGrace),
        lapsed: count(RosterFilter::Lapsed),
        exempt: count(RosterFilter::Exempt),
    };
    assert_eq!(acme.counts(now), expected);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..Default::default() })]

    #[test]
    fn rosters_and_counts_are_what_a_walk_over_the_members_finds(
        history in prop::collection::vec(steps(), 1..60), last in instants(),
    ) {
        let (acme, mut protected) = (Acme::new(), BTreeMap::new());
        for (now, step) in history {
            play(&acme, &mut protected, now, step);
        }
        look(&acme, &protected, last, 2);
    }

    /// The forecast is made, the policy is set, the clock runs, and every evening is compared.
    #[test]
    fn a_forecast_is_what_then_happens(
        history in prop::collection::vec(steps(), 1..60), grace in 0..30_i64, now in instants(),
    ) {
        let (acme, mut protected) = (Acme::new(), BTreeMap::new());
        for (now, step) in history {
            play(&acme, &mut protected, now, step);
        }
        let before = acme.organization();
        let month = TimeDelta::days(30);
        let mut forecasting = before.forecast(terms(grace), &subject("user-00"), month, now);
        forecasting.protected(acme.counts(now).protected);
        for row in acme.roster(RosterFilter::WithoutMfa, 3, now) {
            forecasting.add(&row);
        }
        let forecast = forecasting.finish();

        acme.require(terms(grace), now);
        prop_assert_eq!(*acme.organization().policy(), forecast.policy);
        let counts = acme.counts(now);
        prop_assert_eq!(counts.protected, forecast.protected);
        prop_assert_eq!(counts.exempt, forecast.exempt);
        prop_assert_eq!(counts.in_grace, forecast.in_grace);
        prop_assert_eq!(counts.lapsed, forecast.lapsed_at_once);
        for later in 0..120 {
            let date = (now + TimeDelta::days(later)).date_naive();
            let evening = date.and_hms_micro_opt(23, 59, 59, 999_999).unwrap().and_utc();
            prop_assert_eq!(acme.counts(evening).lapsed, forecast.lapsed_by_the_end_of(date));
        }
        let standing = block_on(acme.store.roster_row(&org("acme"), &subject("user-00"))).unwrap();
        if let Some(row) = standing.filter(|row| !row.protected) {
            let standing = forecast.policy.decide(&row.membership, false, now);
            prop_assert_eq!(forecast.actor.map(|actor| actor.standing), Some(standing));
        }
    }

    /// The same history twice, once with MFA going on and off in between: a member without
    /// MFA at the end stands where somebody stands who never had it, under every policy and at every time.
    #[test]
    fn switching_mfa_on_and_off_lengthens_no_period(
        history in prop::collection::vec(steps(), 1..60),
    ) {
        let (switched, never) = (Acme::new(), Acme::new());
        let mut ignored = BTreeMap::new();
        for (now, step) in history {
            if matches!(step, Step::Look(_)) {
                continue;
            }
            play(&switched, &mut ignored, now, step.clone());
            if !matches!(step, Step::Mfa(..)) {
                play(&never, &mut ignored, now, step);
            }
        }
        let policy = *switched.organization().policy();
        prop_assert_eq!(policy, *never.organization().policy());
        for who in (0..12).map(name) {
            switched.set_mfa(&who, false);
            let standing = |acme: &Acme, now| {
                let row = block_on(acme.store.roster_row(&org("acme"), &subject(&who))).unwrap();
                row.map(|row| policy.decide(&row.membership, row.protected, now))
            };
            for later in -10..120 {
                let now = day(later);
                prop_assert_eq!(standing(&switched, now), standing(&never, now));
            }
        }
        for later in -10..120 {
            prop_assert_eq!(switched.counts(day(later)), never.counts(day(later)));
        }
    }
}
